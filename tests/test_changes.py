"""Changes of the configuration: judged whole, kept as overlays, the same for every door."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest

from tests.dying import dying_at
from tests.seeding import doors
from trendwatch.changes import Changes
from trendwatch.config import Config
from trendwatch.errors import AlreadyThere, ConfigError, NotFound
from trendwatch.types.work import Overlay


@pytest.fixture
def changes(tmp_path: Path) -> Changes:
    return doors(tmp_path, full=False).desk.changes


def feed(url: str = "https://harbour.example/feed", **values: object) -> dict[str, object]:
    return {"url": url, **values}


def laid(changes: Changes) -> dict[str, object]:
    return {one.key: one.values for one in changes.overlays.list()}


def test_a_change_is_in_force_and_no_file_is_touched(changes: Changes) -> None:
    config: Config = changes.config()
    before = (config.directory / "feeds.toml").read_bytes()
    changes.put("feed", "harbour", feed(title="Harbour"), by="test")
    assert changes.config().feed("harbour").title == "Harbour"
    assert (config.directory / "feeds.toml").read_bytes() == before
    [overlay] = changes.overlays.list()
    assert (overlay.changed_by, overlay.changed_at) == ("test", changes.clock())


def test_add_keeps_earlier_changes_and_put_forgets_them(changes: Changes) -> None:
    changes.put("feed", "wire", {"title": "The Wire"}, by="test")
    changes.add_all("feed", {"wire": {"region": "DE"}}, by="test")
    assert laid(changes) == {"wire": {"title": "The Wire", "region": "DE"}}
    changes.put("feed", "wire", {"region": "FR"}, by="test")
    assert laid(changes) == {"wire": {"region": "FR"}}
    assert changes.config().feed("wire").title == "Wire"


def test_what_only_an_overlay_made_is_forgotten_what_a_file_has_is_marked(changes: Changes) -> None:
    changes.put("feed", "harbour", feed(), by="test")
    changes.remove("feed", "harbour", by="test")
    assert laid(changes) == {}
    changes.remove("feed", "wire", by="test")
    assert laid(changes) == {"wire": None}
    with pytest.raises(NotFound):
        changes.remove("feed", "nobody", by="test")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        (feed("ftp://x.example"), "must be an address such as https://"),
        (feed("https://wire.example/rss"), "same address"),
        (feed(sectors=["retial"]), "did you mean 'retail'"),
        (feed(unheard="x"), "unknown key"),
        ({}, "'url' is missing"),
    ],
)
def test_what_would_be_wrong_is_refused(changes: Changes, values: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says) as refused:
        changes.put("feed", "harbour", values, by="test")
    assert not str(refused.value).startswith("overlay on")
    assert laid(changes) == {}


def test_of_several_changes_all_are_kept_or_none(changes: Changes) -> None:
    with pytest.raises(ConfigError, match="overlay on feed second: "):
        changes.create_all("feed", {"first": feed(), "second": feed("nonsense")}, by="test")
    assert laid(changes) == {}
    changes.create_all("feed", {"first": feed(), "second": feed("https://b.example/")}, by="test")
    assert set(laid(changes)) == {"first", "second"}


def test_several_changes_are_one_transaction(changes: Changes) -> None:
    """A kill in the middle of a subscription list leaves none of it."""
    with dying_at(changes.overlays._engine, "INSERT INTO overlay", time=2):
        changes.create_all("feed", {"first": feed(), "second": feed("https://b.example/")}, by="test")
    assert laid(changes) == {}


def test_what_is_there_is_not_made_again(changes: Changes) -> None:
    changes.create_all("feed", {"harbour": feed(title="Harbour")}, by="test")
    before = laid(changes)
    for taken in ("wire", "harbour"):  # of the files, of an overlay
        with pytest.raises(AlreadyThere, match=f"there is a feed '{taken}' already"):
            changes.create_all("feed", {"new": feed("https://n.example/"), taken: feed()}, by="test")
    assert laid(changes) == before
    changes.remove("feed", "wire", by="test")
    changes.create_all("feed", {"wire": feed("https://w.example/")}, by="test")
    assert changes.config().feed("wire").url == "https://w.example/"


def test_of_two_feeds_made_at_once_with_one_key_the_second_is_refused(changes: Changes) -> None:
    both = Barrier(2)
    check = changes.check

    def slowly(overlays: Sequence[Overlay]) -> Sequence[ConfigError]:
        with suppress(BrokenBarrierError):
            both.wait(2)
        both.abort()
        return check(overlays)

    slow = replace(changes, check=slowly)

    def make(title: str) -> str:
        try:
            slow.create_all("feed", {"harbour": feed(title=title)}, by="test")
        except AlreadyThere:
            return "refused"
        return title

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(make, ("One", "Two")))
    assert came.count("refused") == 1
    assert changes.config().feed("harbour").title in came


def test_many_mistakes_are_told_shortly(changes: Changes) -> None:
    wrong = {f"feed_{n}": feed("nonsense") for n in range(9)}
    with pytest.raises(ConfigError, match=r"; and 4 more$"):
        changes.create_all("feed", wrong, by="test")


def test_nothing_is_changed_while_the_files_are_wrong(changes: Changes) -> None:
    file = changes.config().directory / "practices.toml"
    file.write_text(file.read_text() + "\n[practices.broken]\nname = 1\n")
    with pytest.raises(ConfigError, match=r"practices\.toml"):
        changes.put("feed", "harbour", feed(), by="test")
    assert laid(changes) == {}
