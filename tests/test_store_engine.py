"""Opening a database: clear words for what cannot be opened, StorageUnavailable for what cannot be used."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from tests.seeds import NOW, a_feed
from trendwatch.errors import ConfigError, StorageUnavailable
from trendwatch.store import Store
from trendwatch.store.engine import open_engine, reading, writing


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://host/db", "postgres://host/db", "sqlite", "://", "C:\\x"]
)
def test_an_address_that_is_none_says_what_one_looks_like(url: str) -> None:
    with pytest.raises(ConfigError, match=r"store\.url: .*sqlite.*postgresql"):
        open_engine(url)


def test_an_address_that_is_none_does_not_show_its_password() -> None:
    with pytest.raises(ConfigError) as caught:
        open_engine("mysql://me:secret@host/db")
    assert "secret" not in str(caught.value)


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path / 'a' / 'b' / 'c.db'}").close()
    assert (tmp_path / "a" / "b" / "c.db").is_file()


def test_a_home_folder_may_be_written_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    Store.open("sqlite:///~/news/trendwatch.db").close()
    assert (tmp_path / "news" / "trendwatch.db").is_file()
    assert not (tmp_path / "~").exists()


def test_o2_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailable, match=r"cannot make the folder of .*file/trendwatch\.db"):
        Store.open(f"sqlite:///{tmp_path / 'file' / 'trendwatch.db'}")


def test_s2_a_path_that_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(
        StorageUnavailable, match=r"unable to open database file; it is a folder: name a file"
    ):
        Store.open(f"sqlite:///{tmp_path}")


def test_s2_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear Sir or Madam, " * 100)
    with pytest.raises(StorageUnavailable, match=r"letter\.db is not a usable .*; restore a backup"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear Sir")


def test_s2_a_database_of_another_program_is_named(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE item (name TEXT)")
    with pytest.raises(StorageUnavailable, match=r"other\.db .*; it holds tables of another program"):
        Store.open(f"sqlite:///{path}")


@pytest.mark.skipif(os.getuid() == 0, reason="nothing is read-only for root")
def test_s2_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageUnavailable):
        Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")


def test_s4_a_server_that_is_not_there() -> None:
    with pytest.raises(StorageUnavailable, match="nothing was lost"):
        Store.open("postgresql://nobody@127.0.0.1:1/none?connect_timeout=2")


def test_s2_a_full_disk_loses_nothing_and_heals_by_itself(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    store.feeds.sync([a_feed()])
    with reading(store._engine) as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    many = [a_feed(f"feed{number}") for number in range(500)]
    with pytest.raises(StorageUnavailable, match="database or disk is full"):
        store.feeds.sync(many)
    assert [one.feed.key for one in store.feeds.health()] == ["gazette"]
    with reading(store._engine) as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    store.feeds.sync(many)
    assert len(store.feeds.health()) == 501
    with reading(store._engine) as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    store.close()


def test_s3_a_writer_that_waits_too_long_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    other = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    with reading(other._engine) as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=10")
    with (
        writing(store._engine),
        pytest.raises(StorageUnavailable, match="locked"),
        writing(other._engine),
    ):
        pytest.fail("two writers at once")
    other.feeds.sync([a_feed()])  # and the lock was given back
    store.close()
    other.close()


def test_a_writer_commits_at_the_end_or_not_at_all(store: Store) -> None:
    insert = text("INSERT INTO lease (step, partition, token, until) VALUES ('a', 'b', 1, :now)")
    with pytest.raises(IntegrityError), writing(store._engine) as connection:  # noqa: PT012 - one transaction
        for _ in range(2):  # the second time it is there already
            connection.execute(insert, {"now": NOW.isoformat()})
    with reading(store._engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM lease")).scalar() == 0


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with writing(store._engine) as connection:
        connection.execute(text("DELETE FROM lease"))
        assert store.feeds.health() == []


def test_the_database_keeps_its_promises(store: Store) -> None:
    """Foreign keys hold (S5), and a bug is not called an outage."""
    orphan = text("INSERT INTO pending (item_seq, model_seq, counted_at) VALUES (1, 1, :now)")
    with pytest.raises(IntegrityError), writing(store._engine) as connection:
        connection.execute(orphan, {"now": NOW.isoformat()})
    if store._engine.dialect.name == "postgresql":  # SQLite calls a missing table an operational error
        with pytest.raises(ProgrammingError), reading(store._engine) as connection:
            connection.execute(text("SELECT * FROM no_such_table"))
