"""Readers' votes on wrong labels: asked about first, one report a story, until judged or taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, a_taxonomy, an_item, keep
from tests.steps import rule_tagger, understand_all
from trendwatch.pipeline.correct import ask, correct, queue
from trendwatch.pipeline.doubts import WINDOW, doubt_words, doubted
from trendwatch.store import Store
from trendwatch.types.tags import Asked, Doubt
from trendwatch.types.votes import Vote, VoteKind

HOUR = timedelta(hours=1)
DRONES, FARMS = "area:drones", "sector:agriculture"
TITLES = ("Drone over the farm", "Drone maker in talks", "Rain all week")


@pytest.fixture
def filled(store: Store) -> Store:
    store.feeds.sync([a_feed()])
    store.models.adopt(a_model(), since=NOW - 400 * 24 * HOUR)
    keep(store, [an_item(number, title=title) for number, title in enumerate(TITLES)])
    understand_all(store)
    return store


def vote(store: Store, number: int, label: str, *, by: str, kind: VoteKind = VoteKind.WRONG_TAG) -> None:
    story_id = store.items.get(an_item(number).id).story_id
    plain = kind is not VoteKind.WRONG_TAG
    store.votes.cast(
        Vote(
            business_key=by,
            story_id=story_id,
            period="2025-W09",
            kind=kind,
            label="" if plain else label,
            voted_at=NOW,
        )
    )


def told(store: Store) -> list[tuple[str, tuple[Doubt, ...]]]:
    found = doubted(store, now=NOW + HOUR, count=25)
    return [(one.tagged.item.title, one.doubts) for one in found]


def test_what_most_readers_doubt_comes_first_with_who_said_it(filled: Store) -> None:
    vote(filled, 1, DRONES, by="shop")
    vote(filled, 0, DRONES, by="farm")
    vote(filled, 0, DRONES, by="shop")
    vote(filled, 0, DRONES, by="farm")  # said twice, counted once
    assert told(filled) == [
        (TITLES[0], (Doubt(label=DRONES, readers=("shop", "farm")),)),
        (TITLES[1], (Doubt(label=DRONES, readers=("shop",)),)),
    ]
    assert [one.readers for one in doubted(filled, now=NOW, count=1)] == [2]


def test_what_was_taken_back_is_not_carried_or_is_long_ago_is_not_asked(filled: Store) -> None:
    vote(filled, 0, DRONES, by="farm")
    vote(filled, 0, DRONES, by="farm", kind=VoteKind.USEFUL)
    vote(filled, 1, "area:iot", by="farm")  # a model before gave it
    filled.votes.cast(
        Vote(
            business_key="farm",
            story_id="gone",
            period="",
            kind=VoteKind.WRONG_TAG,
            label=DRONES,
            voted_at=NOW,
        )
    )
    assert told(filled) == []
    vote(filled, 1, DRONES, by="shop")
    assert len(told(filled)) == 1
    assert doubted(filled, now=NOW + WINDOW + HOUR, count=25) == []


def test_a_judged_facet_is_settled_and_another_is_not(filled: Store) -> None:
    vote(filled, 0, DRONES, by="farm")
    vote(filled, 0, FARMS, by="shop")
    assert told(filled) == [
        (TITLES[0], (Doubt(label=DRONES, readers=("farm",)), Doubt(label=FARMS, readers=("shop",))))
    ]
    item = an_item(0).id
    correct(filled, a_taxonomy(), item, remove=[DRONES], by="ada", now=NOW)
    assert told(filled) == [(TITLES[0], (Doubt(label=FARMS, readers=("shop",)),))]
    correct(filled, a_taxonomy(), item, by="ada", now=NOW)  # all tags are right
    assert told(filled) == []


def test_the_queue_asks_it_before_the_week_s_pick_and_once(filled: Store) -> None:
    ask(filled, rule_tagger, now=NOW, count=3)
    before = queue(filled, now=NOW, count=3)
    vote(filled, 1, DRONES, by="farm")
    after = queue(filled, now=NOW, count=3)
    assert after[0].tagged.item.title == TITLES[1]
    assert after[0].doubts
    why = {one.tagged.item.id: one.why for one in before}
    assert {one.tagged.item.id: one.why for one in after} == why  # picked at random, it still measures
    store_only = queue(filled, now=NOW + timedelta(days=7), count=3)
    assert [one.why for one in store_only] == [Asked.READERS]


def test_words() -> None:
    names = {DRONES: "Drones"}
    assert doubt_words(Doubt(label=DRONES, readers=("a", "b")), names) == (
        "2 readers say this is not about Drones"
    )
    one = Doubt(label="area:gone", readers=("a",))
    assert doubt_words(one, names) == "1 reader says this is not about area:gone"
