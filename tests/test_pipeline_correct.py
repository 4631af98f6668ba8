"""Judging tags: this week's questions, and what an operator's word comes to."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_taxonomy, an_item, keep
from tests.steps import rule_tagger, understand_all, understood
from tests.tagging_world import TAXONOMY
from trendwatch.errors import InputError, NotFound
from trendwatch.pipeline.correct import ask, correct, described, queue, take_back
from trendwatch.store import Store
from trendwatch.types.tags import Asked, Facet

DAY = timedelta(days=1)
TITLES = ("Drone over the farm", "Sensor in a shop", "Rain all week", "Farmers at the supermarket")


@pytest.fixture
def filled(store: Store) -> Store:
    understood(store, TITLES)
    return store


def said(store: Store, number: int, **what: list[str]) -> dict[str, list[str]]:
    kept = correct(store, a_taxonomy(), an_item(number).id, by="ada", now=NOW, **what)  # type: ignore[arg-type]
    assert store.corrections.all()[-1].labels == kept.labels
    return {facet: list(keys) for facet, keys in described(kept).items()}


def test_with_nothing_said_all_tags_are_right(filled: Store) -> None:
    assert said(filled, 0) == {"area": ["drones"], "sector": ["agriculture"], "function": [], "impact": []}


def test_only_the_facets_named_are_judged(filled: Store) -> None:
    assert said(filled, 0, add=["area:iot"]) == {"area": ["drones", "iot"]}
    assert said(filled, 1, none=["sector"], add=["area:drones"])["sector"] == []


def test_what_was_said_of_a_facet_before_stays(filled: Store) -> None:
    assert said(filled, 0, add=["area:iot"]) == {"area": ["drones", "iot"]}
    assert said(filled, 0, none=["sector"]) == {"area": ["drones", "iot"], "sector": []}
    assert said(filled, 0, remove=["area:drones"]) == {"area": ["iot"], "sector": []}


def test_an_item_that_was_asked_about_is_judged_whole(filled: Store) -> None:
    """Else a random item would count for the facets that are wrong in it, seldom for the others."""
    filled.corrections.ask({an_item(0).id: Asked.RANDOM}, now=NOW)
    assert said(filled, 0, none=["sector"]) == {
        "area": ["drones"],
        "sector": [],
        "function": [],
        "impact": [],
    }


def test_parents_come_with_their_children_and_children_go_with_them(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1)])
    item = an_item(1).id
    kept = correct(store, TAXONOMY, item, add=["area:generative_ai"], by="ada", now=NOW)
    assert kept.labels == {"area:ai", "area:generative_ai"}
    assert kept.facets == {Facet.AREA}


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"add": ["drones"]}, "there is no label 'drones'; did you mean 'area:drones'"),
        ({"none": ["areas"]}, "there is no facet 'areas'; there are area, sector, function, impact"),
        ({"add": ["area:iot"], "remove": ["area:iot"]}, "area:iot cannot be added and removed"),
        ({"add": ["area:iot"], "none": ["area"]}, "area:iot cannot be added where none of its facet fits"),
    ],
)
def test_mistakes_are_said(filled: Store, what: dict[str, list[str]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        correct(filled, a_taxonomy(), an_item(0).id, by="ada", now=NOW, **what)  # type: ignore[arg-type]
    assert filled.corrections.all() == []


def test_an_unknown_item_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound):
        correct(store, a_taxonomy(), "x", by="ada", now=NOW)


def test_a_week_asks_once_and_answered_ones_leave(filled: Store) -> None:
    later = NOW + timedelta(hours=2)
    assert ask(filled, rule_tagger, now=later, count=3) == 3
    first = queue(filled, now=later, count=3)
    assert len(first) == 3
    assert first[0].why is Asked.RANDOM
    said(filled, TITLES.index(first[0].tagged.item.title))
    assert ask(filled, rule_tagger, now=later + timedelta(hours=1), count=3) == 0
    again = queue(filled, now=later + timedelta(hours=1), count=3)
    assert {one.tagged.item.id for one in again} == {one.tagged.item.id for one in first[1:]}
    assert queue(filled, now=later + 7 * DAY, count=3) == []  # to look picks nothing
    ask(filled, rule_tagger, now=later + 7 * DAY, count=3)
    next_week = queue(filled, now=later + 7 * DAY, count=3)
    assert len(next_week) == 1  # the one that was left


def test_a_week_that_began_with_few_items_is_topped_up(filled: Store) -> None:
    assert ask(filled, rule_tagger, now=NOW, count=25) == len(TITLES)
    keep(filled, [an_item(number, title=f"Drone {number} counts sheep") for number in range(10, 60)])
    understand_all(filled)
    assert ask(filled, rule_tagger, now=NOW, count=25) == 25 - len(TITLES)
    assert ask(filled, rule_tagger, now=NOW, count=25) == 0
    why = filled.corrections.asked_since(NOW - DAY)
    assert (len(why), why.count(Asked.RANDOM)) == (25, 3)


def test_what_is_taken_back_is_asked_again_this_week(filled: Store) -> None:
    ask(filled, rule_tagger, now=NOW, count=3)
    item = queue(filled, now=NOW)[0].tagged.item.id
    correct(filled, a_taxonomy(), item, by="ada", now=NOW)
    assert item not in {one.tagged.item.id for one in queue(filled, now=NOW)}
    assert take_back(filled, item) == list(Facet)
    assert item in {one.tagged.item.id for one in queue(filled, now=NOW)}
    with pytest.raises(InputError, match="there is no facet 'areas'"):
        take_back(filled, item, facets=["areas"])
