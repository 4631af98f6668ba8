"""Overlays: one change a thing, the later takes the place of the earlier."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from tests.seeds import NOW
from trendwatch.store import Store
from trendwatch.store.overlays import values_of
from trendwatch.types.work import Overlay, OverlayKind


def a_change(kind: OverlayKind = "feed", key: str = "gazette", **values: object) -> Overlay:
    return Overlay(kind=kind, key=key, values=values, changed_at=NOW, changed_by="cli")


def test_a_change_comes_back_as_it_was(store: Store) -> None:
    change = a_change(title="Größe ↑", enabled=False, sectors=["retail"], region=None, deep={"a": [1, 2.5]})
    store.overlays.put(change)
    assert store.overlays.list() == [change]


def test_removal_is_a_change_without_values(store: Store) -> None:
    removed = Overlay(kind="feed", key="gazette", values=None, changed_at=NOW, changed_by="page")
    store.overlays.put(removed)
    assert store.overlays.list() == [removed]


def test_a_later_change_takes_the_place_of_the_earlier(store: Store) -> None:
    store.overlays.put(a_change(title="Old", region="gb"))
    later = Overlay(
        kind="feed", key="gazette", values={"title": "New"}, changed_at=NOW + timedelta(1), changed_by="api"
    )
    store.overlays.put(later)
    assert store.overlays.list() == [later]


def test_changes_are_listed_by_kind_and_key(store: Store) -> None:
    for kind, key in (("setting", "poll"), ("business", "b"), ("label", "area:iot"), ("business", "a")):
        store.overlays.put(a_change(kind, key, name="A name"))  # type: ignore[arg-type]
    found = [(one.kind, one.key) for one in store.overlays.list()]
    assert found == [("business", "a"), ("business", "b"), ("label", "area:iot"), ("setting", "poll")]


def test_dropping_a_change_leaves_the_others(store: Store) -> None:
    stays = a_change("business", "gazette", name="Stays")
    store.overlays.put(stays)
    store.overlays.put(a_change("feed", "gazette", title="Goes"))
    store.overlays.drop("feed", "gazette")
    store.overlays.drop("feed", "never there")
    assert store.overlays.list() == [stays]


def test_changes_are_kept_only_while_what_they_were_made_of_is_all_there_is(store: Store) -> None:
    seen = store.overlays.list()
    assert store.overlays.put(a_change(title="One"), seen=seen)
    assert not store.overlays.put(a_change(key="wire"), a_change(title="Two"), seen=seen)
    assert store.overlays.list() == [a_change(title="One")]
    assert store.overlays.put(a_change(title="Two"), seen=[a_change(title="One")])


def test_of_changes_at_once_none_is_lost(store: Store) -> None:
    """Four writers have all seen the same state: each adds its word, to the same thing and to a new one."""
    all_have_seen = Barrier(4)

    def write(word: str) -> None:
        tries: list[int] = []

        def made_of(seen: Sequence[Overlay]) -> list[Overlay]:
            if not tries:
                all_have_seen.wait(10)
            tries.append(1)
            words = values_of(seen, "feed", "gazette").get("words", [])
            assert isinstance(words, list)
            return [a_change(words=[*words, word]), a_change(key=word)]

        store.overlays.change(made_of)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, "abcd"))
    found = {one.key: one.values for one in store.overlays.list()}
    assert sorted(found) == ["a", "b", "c", "d", "gazette"]
    assert sorted((found["gazette"] or {})["words"]) == ["a", "b", "c", "d"]  # type: ignore[call-overload]
