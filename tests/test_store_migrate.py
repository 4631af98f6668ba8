"""The schema comes up to date by itself: from nothing, once, whoever else starts, or not at all (O2)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel

from tests.conftest import PROJECT
from tests.seeds import NOW, a_feed, a_model, a_taxonomy, an_item, keep
from tests.steps import understand_all
from trendwatch.errors import SchemaTooNew
from trendwatch.pipeline.correct import correct
from trendwatch.store import Store
from trendwatch.store.engine import open_engine, reading, writing
from trendwatch.store.migrate import migrate

HEAD = max(path.stem.split("_")[0] for path in (PROJECT / "migrations" / "versions").glob("[0-9]*.py"))


@pytest.fixture(params=["sqlite", "postgresql"])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that has nothing in it."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    server = request.getfixturevalue("postgresql_url")
    admin = open_engine(server)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DROP DATABASE IF EXISTS new WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE new"))
        yield admin.url.set(database="new").render_as_string(hide_password=False)
        connection.execute(text("DROP DATABASE new WITH (FORCE)"))
    admin.dispose()


def revision(store: Store) -> str:
    with reading(store._engine) as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def schema(url: str) -> list[str]:
    """Return every table and index of a database."""
    engine = open_engine(url)
    with reading(engine) as connection:
        known = inspect(connection)
        tables = known.get_table_names()
        found = [*tables, *(f"{t}.{i['name']}" for t in tables for i in known.get_indexes(t))]
    engine.dispose()
    return sorted(found)


def test_a_new_database_reaches_the_head(new_url: str) -> None:
    store = Store.open(new_url)
    assert revision(store) == HEAD
    assert store.items.count() == 0
    store.close()


def test_the_migrations_make_what_the_rows_say(new_url: str) -> None:
    store = Store.open(new_url)
    ours = {"compare_type": True, "include_name": lambda name, kind, _: not str(name).startswith("item_text")}
    with reading(store._engine) as connection:
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, SQLModel.metadata) == []
    store.close()


def test_opening_again_changes_nothing(new_url: str) -> None:
    Store.open(new_url).close()
    before = schema(new_url)
    for _ in range(2):
        Store.open(new_url).close()
    assert schema(new_url) == before


def test_o2_a_database_of_a_newer_version_is_left_alone(new_url: str) -> None:
    store = Store.open(new_url)
    with writing(store._engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(SchemaTooNew, match=f"at 9999, this version knows {HEAD}: upgrade trendwatch"):
        Store.open(new_url)
    engine = open_engine(new_url)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    engine.dispose()


def test_o2_an_older_database_is_brought_up_to_date(new_url: str) -> None:
    from alembic import command

    from trendwatch import shipped
    from trendwatch.store.migrate import alembic_config

    engine = open_engine(new_url)
    config = alembic_config(shipped("migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    store = Store.open(new_url)
    assert revision(store) == HEAD
    store.close()


OPEN = """
import sys
from pathlib import Path
from time import sleep
from trendwatch.store import Store
print("ready", flush=True)
sys.stdin.readline()
store = Store.open(sys.argv[1])
print(store.items.count())
store.close()
"""


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "error", "-c", script, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=PROJECT, text=True, **pipes)  # type: ignore[call-overload, no-any-return]


#: How often the race for a new database is run; ``TRENDWATCH_OPEN_ROUNDS=25 pytest -k open_a_new`` for many.
ROUNDS = int(os.environ.get("TRENDWATCH_OPEN_ROUNDS", "1"))


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_processes_that_open_a_new_database_at_once_all_succeed(new_url: str, round_: int) -> None:
    racers = [python(OPEN, new_url) for _ in range(4)]
    for racer in racers:
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    for racer in racers:
        out, errors = racer.communicate(timeout=60)
        assert (out, errors, racer.returncode) == ("0\n", "", 0)
    store = Store.open(new_url)
    assert revision(store) == HEAD
    store.close()


def test_threads_that_open_a_new_database_at_once_all_succeed(new_url: str) -> None:
    start, failed = threading.Barrier(4), []

    def racer() -> None:
        start.wait()
        try:
            Store.open(new_url).close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=racer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


KILL = """
import os, signal, sys
from sqlalchemy import event
from trendwatch.store.engine import open_engine
from trendwatch.store.migrate import migrate

engine = open_engine(sys.argv[1])

@event.listens_for(engine, "before_cursor_execute")
def die(_connection, _cursor, statement, *_):
    if sys.argv[2] in statement:
        os.kill(os.getpid(), signal.SIGKILL)

migrate(engine)
"""


@pytest.mark.parametrize("at", ["CREATE TABLE item (", "item_text"])
def test_o2_killed_in_mid_migration_leaves_nothing_half_done(new_url: str, at: str) -> None:
    killed = python(KILL, new_url, at)
    _, errors = killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL, errors  # a kill that missed proves nothing
    assert schema(new_url) == []
    store = Store.open(new_url)
    assert revision(store) == HEAD
    store.close()


def test_one_in_memory_is_migrated_too() -> None:
    store = Store.open("sqlite://")
    assert revision(store) == HEAD
    migrate(store._engine)
    assert store.items.count() == 0
    store.close()


def test_the_working_directory_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = nowhere\n")
    monkeypatch.chdir(tmp_path)
    Store.open(f"sqlite:///{tmp_path / 'new.db'}").close()
    assert (tmp_path / "new.db").is_file()


def test_o2_readers_of_an_older_database_remember_that_they_left(new_url: str) -> None:
    """Who was asked a second time may have left in between: nobody vouches for them."""
    from alembic import command

    from trendwatch import shipped
    from trendwatch.store.migrate import alembic_config

    engine = open_engine(new_url)
    config = alembic_config(shipped("migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
        for name, consent, changed in (
            ("fine", "confirmed", "2025-03-04"),
            ("new", "asked", "2025-03-03"),
            ("again", "asked", "2025-03-04"),
            ("left", "unsubscribed", "2025-03-04"),
        ):
            connection.execute(
                text(
                    "INSERT INTO recipient VALUES (:id, 'farm', :id, :consent, 'asked', "
                    "'2025-03-03 08:00:00.000000', :changed, 0, 0)"
                ),
                {"id": name, "consent": consent, "changed": f"{changed} 08:00:00.000000"},
            )
    engine.dispose()
    store = Store.open(new_url)
    left = {one.id: one.left_at is not None for one in store.recipients.of("farm")}
    assert left == {"fine": False, "new": False, "again": True, "left": True}
    store.close()


def move(url: str, to: str, *, down: bool = False) -> None:
    from alembic import command

    from trendwatch import shipped
    from trendwatch.store.migrate import alembic_config

    engine, config = open_engine(url), alembic_config(shipped("migrations"))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, to)
    engine.dispose()


@pytest.mark.parametrize("to", ["0013", "0016", "0018", "0019"])
def test_the_last_revisions_go_down_and_up_again(new_url: str, to: str) -> None:
    move(new_url, to)
    before = schema(new_url)
    move(new_url, "head")
    whole = schema(new_url)
    move(new_url, to, down=True)
    assert schema(new_url) == before
    move(new_url, "head")
    assert schema(new_url) == whole


def test_a_version_whose_words_wait_is_given_up_by_an_older_schema(new_url: str) -> None:
    """It would make it current without what operators said."""
    store = Store.open(new_url)
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1, at=NOW - timedelta(days=500))], at=NOW - timedelta(days=500))
    store.models.adopt(a_model("v1"), since=NOW)
    understand_all(store)
    correct(store, a_taxonomy(), an_item(1).id, by="ada", now=NOW, none=["area"])
    store.models.adopt(a_model("v2"), since=NOW)
    move(new_url, "0018", down=True)
    move(new_url, "head")
    assert [(version, state) for version, state, _ in store.models.versions()] == [
        ("v2", "old"),
        ("v1", "current"),
    ]
    store.close()
