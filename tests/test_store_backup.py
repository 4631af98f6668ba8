"""A backup is whole, checked, and taken while others write (S4)."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from tests.cli_world import CommandLine
from tests.seeds import NOW, a_feed, an_item, keep
from trendwatch.errors import InputError, StorageUnavailable
from trendwatch.store import Store


@pytest.fixture
def filed(tmp_path: Path) -> Store:
    store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1, at=NOW)])
    return store


def test_a_backup_holds_what_the_database_holds(filed: Store, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    writer = Thread(target=keep, args=(filed, [an_item(n, at=NOW) for n in range(2, 9)]))
    writer.start()
    size = filed.back_up(target)
    writer.join()
    assert size == target.stat().st_size
    copy = Store.open(f"sqlite:///{target}")
    assert 1 <= copy.items.count() <= 8
    assert [path.name for path in tmp_path.glob("*.unfinished")] == []
    copy.close()
    filed.close()


def test_a_backup_that_cannot_be_taken_leaves_the_earlier_one(filed: Store, tmp_path: Path) -> None:
    (tmp_path / "copy.db.unfinished").mkdir()
    (tmp_path / "copy.db").write_text("earlier")
    with pytest.raises(StorageUnavailable, match=r"copy\.db cannot be written: .*; name another place"):
        filed.back_up(tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "earlier"
    filed.close()


def test_the_database_is_no_place_for_its_backup(filed: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is the database itself"):
        filed.back_up(tmp_path / "trendwatch.db")
    assert filed.items.count() == 1
    filed.close()


def test_the_verb_says_what_it_took(cli: CommandLine, tmp_path: Path) -> None:
    said = cli("backup", str(tmp_path / "copy.db"))
    assert "checked; to go back, stop trendwatch" in said.out
    assert cli("backup", str(tmp_path / "copy.db"), "--json").object["bytes"] > 0
