"""What an operator says lies over the model's tags: at once, through new models, until it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, a_taxonomy, an_item, keep
from tests.steps import a_memory, analyse_all, understand_all, understood
from trendwatch.errors import NotFound
from trendwatch.pipeline.correct import correct
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.types.tags import Facet, Origin
from trendwatch.types.weeks import week_number

DAY = timedelta(days=1)
WEEK = week_number(NOW)
TITLES = (
    "Drone over the farm counts ripe apples in every orchard of the valley",
    "Drones in a shop",
    "Rain all week",
)
FIRST, SECOND, THIRD = (an_item(number).id for number in range(3))


@pytest.fixture
def filled(store: Store) -> Store:
    understood(store, TITLES)
    return store


def say(store: Store, item: str, *, by: str = "ada", **what: Sequence[str]) -> None:
    correct(store, a_taxonomy(), item, by=by, now=NOW, **what)  # type: ignore[arg-type]


def tags(store: Store, item: str) -> dict[str, tuple[float, str]]:
    return {tag.full_key: (tag.confidence, str(tag.origin)) for tag in store.items.get(item).tags}


def carrying(store: Store, key: str) -> set[str]:
    return {one.item.id for one in store.items.search(Filter(labels=(key,)), limit=9).items}


def counted(store: Store, key: str, *, version: str = "v1") -> int:
    [found] = store.series.series(version, [key], first_week=WEEK, last_week=WEEK)
    return sum(found.stories)


def listed(store: Store, key: str) -> int:
    window = {"since": NOW - 9 * DAY, "until": NOW + 9 * DAY}
    return len(store.trends.stories("v1", key, **window, limit=9)[0])


def test_a_corrected_item_has_the_operators_tags_at_once(filled: Store) -> None:
    before = tags(filled, FIRST)
    say(filled, FIRST, remove=["area:drones"], add=["area:iot"])
    after = tags(filled, FIRST)
    assert after["area:iot"] == (1.0, Origin.OPERATOR)
    assert "area:drones" not in after
    assert after["sector:agriculture"] == before["sector:agriculture"]  # not judged
    assert carrying(filled, "area:drones") == {SECOND}
    assert carrying(filled, "area:iot") == {FIRST}
    assert filled.stories.latest(limit=9)  # what lists stories goes on


def test_what_was_right_keeps_the_words_that_caused_it(filled: Store) -> None:
    say(filled, FIRST)
    [tag] = [one for one in filled.items.get(FIRST).tags if one.facet is Facet.AREA]
    assert (tag.origin, tag.confidence, tag.terms) == (Origin.OPERATOR, 1.0, ("drone",))


def test_taken_back_the_models_tags_are_as_they_were(filled: Store) -> None:
    before = tags(filled, FIRST)
    say(filled, FIRST, none=["area"])
    say(filled, FIRST, none=["sector"], by="bob")
    assert tags(filled, FIRST) == {}
    assert filled.corrections.undo(FIRST, [Facet.AREA]) == [Facet.AREA]
    assert tags(filled, FIRST) == {"area:drones": before["area:drones"]}  # the other word stays
    assert filled.corrections.undo(FIRST) == [Facet.SECTOR]
    assert tags(filled, FIRST) == before
    assert filled.corrections.undo(FIRST) == []
    with pytest.raises(NotFound):
        filled.corrections.undo("nobody")


def test_a_second_word_on_a_facet_takes_the_place_of_the_first(filled: Store) -> None:
    before = tags(filled, FIRST)
    say(filled, FIRST, none=["area"])
    say(filled, FIRST, add=["area:iot"])
    assert set(tags(filled, FIRST)) == {"area:iot", "sector:agriculture"}
    filled.corrections.undo(FIRST)
    assert tags(filled, FIRST) == before


def test_a_new_model_does_not_bring_back_what_was_struck(filled: Store) -> None:
    say(filled, FIRST, remove=["area:drones"], add=["area:iot"])
    filled.models.adopt(a_model("v2"), since=NOW - 400 * DAY)
    say(filled, SECOND, none=["area"])  # before the new one has read it
    understand_all(filled, memory=a_memory("v1", "v2"))
    current = filled.models.current()
    assert current is not None
    assert current.version == "v2"
    assert carrying(filled, "area:iot") == {FIRST}
    assert carrying(filled, "area:drones") == set()
    assert counted(filled, "area:drones", version="v2") == 0
    filled.corrections.undo(FIRST)
    assert carrying(filled, "area:drones") == {FIRST}
    assert counted(filled, "area:drones", version="v2") == 1


def test_a_word_only_takes_away_from_open_weeks(filled: Store) -> None:
    """Else labelling by hand what the model misses would be a rise."""
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 2
    say(filled, FIRST, remove=["area:drones"], add=["area:iot"])
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    assert counted(filled, "area:iot") == listed(filled, "area:iot") == 0
    assert counted(filled, "area:drones|sector:agriculture") == 0
    say(filled, SECOND)  # right as it is
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    filled.corrections.undo(FIRST)
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 2
    assert counted(filled, "*") == 3


def test_weeks_that_are_judged_keep_their_numbers(filled: Store) -> None:
    say(filled, SECOND, none=["area"])
    analyse_all(filled, now=NOW + 8 * DAY)
    assert filled.trends.last_analysed("v1") == WEEK
    say(filled, FIRST, none=["area"])
    assert carrying(filled, "area:drones") == set()
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    say(filled, SECOND, none=["sector"])  # what was taken off before stays off
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    assert counted(filled, "sector:retail") == listed(filled, "sector:retail") == 1


def test_a_later_report_of_a_corrected_story_counts_once(filled: Store) -> None:
    say(filled, FIRST, none=["area"])
    filled.feeds.sync([a_feed(), a_feed("herald")])
    later = NOW + timedelta(hours=1)
    copy = an_item(9, feed="herald", title=TITLES[0], at=later)
    keep(filled, [copy], at=later)
    understand_all(filled, now=NOW + timedelta(hours=2))
    assert filled.items.get(copy.id).story_id == filled.items.get(FIRST).story_id
    assert counted(filled, "area:drones") == 2  # the second report says it, and nobody struck that
    filled.corrections.undo(FIRST)
    assert counted(filled, "area:drones") == 2


def test_what_was_said_is_listed_with_who_and_when(filled: Store) -> None:
    say(filled, FIRST, none=["area"])
    say(filled, SECOND, add=["area:iot"], by="bob")
    say(filled, FIRST, add=["sector:retail"], by="eve")
    page = filled.corrections.listed(limit=2)
    assert [(one.item_id, one.facet, one.labels, one.by) for one in page.said] == [
        (FIRST, Facet.SECTOR, ("agriculture", "retail"), "eve"),
        (SECOND, Facet.AREA, ("drones", "iot"), "bob"),
    ]
    assert page.said[0].made_at == NOW
    rest = filled.corrections.listed(limit=2, cursor=page.next_cursor)
    assert [(one.facet, one.labels, one.by) for one in rest.said] == [(Facet.AREA, (), "ada")]
    assert rest.next_cursor is None
