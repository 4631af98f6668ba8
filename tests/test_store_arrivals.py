"""Pairs of technology and sector: counts as columns, first dates and evidence as of a time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, a_tag, an_item, claim_on, keep
from tests.steps import a_store_with, write
from trendwatch.store import Store
from trendwatch.types.influence import PairReports
from trendwatch.types.news import Item
from trendwatch.types.stories import Understood
from trendwatch.types.weeks import week_number

WEEK = week_number(NOW)
DAY = timedelta(days=1)
KEY = "area:iot|sector:retail"


@pytest.fixture
def counted(store: Store) -> Store:
    store.feeds.sync([a_feed("gazette", owner="Group"), a_feed("herald", owner="Group"), a_feed("wire")])
    store.models.adopt(a_model("v1"), since=NOW)
    item = an_item(feed="wire")
    keep(store, [item])
    batch = Understood(
        stories={item.id: "s"},
        tags={},
        new_stories={"s": item},
        story_counts={
            (KEY, WEEK - 2): 3,
            (KEY, WEEK): 2,
            ("area:iot|function:sales", WEEK): 9,
            ("area:iot", WEEK): 9,
            ("sector:retail", WEEK - 3): 19,
            ("sector:retail", WEEK - 1): 2,
        },
        report_counts={
            (KEY, WEEK - 2, "gazette"): 3,
            (KEY, WEEK - 2, "herald"): 1,
            (KEY, WEEK, "wire"): 2,
            ("*", WEEK, "wire"): 9,
        },
    )
    store.understanding.write("v1", batch, claim=claim_on(store, "understand", "all"))
    return store


def rows(store: Store, first: int, last: int, version: str = "v1") -> tuple[set[object], set[object]]:
    found = store.arrivals.weeks(version, first_week=first, last_week=last)
    stories = zip(found.pair.tolist(), found.week.tolist(), found.stories.tolist(), strict=True)
    owners = zip(found.owned_pair.tolist(), found.owned_week.tolist(), found.owner.tolist(), strict=True)
    return (
        {(found.keys[pair], week, count) for pair, week, count in stories},
        {(found.keys[pair], week, found.owners[owner]) for pair, week, owner in owners},
    )


def test_a_sector_is_known_from_its_twentieth_story_on_anything(counted: Store) -> None:
    def known(first: int, last: int) -> object:
        return counted.arrivals.weeks("v1", first_week=first, last_week=last).known

    assert known(WEEK - 9, WEEK) == {"sector:retail": WEEK - 1}
    assert known(WEEK - 9, WEEK - 2) == {}


def test_only_pairs_with_a_sector_and_each_owner_once_a_week(counted: Store) -> None:
    stories, owners = rows(counted, WEEK - 9, WEEK)
    assert stories == {(KEY, WEEK - 2, 3), (KEY, WEEK, 2)}
    assert owners == {(KEY, WEEK - 2, "Group"), (KEY, WEEK, "wire")}


def test_owners_of_reports_that_moved_away_do_not_count(counted: Store) -> None:
    away = Understood(
        stories={an_item(feed="wire").id: "s"},
        tags={},
        new_stories={},
        story_counts={(KEY, WEEK): -2},
        report_counts={(KEY, WEEK, "wire"): -2, (KEY, WEEK - 2, "gazette"): -3},
    )
    counted.understanding.write("v1", away, claim=claim_on(counted, "understand", "again"))
    stories, owners = rows(counted, WEEK - 9, WEEK)
    assert stories == {(KEY, WEEK - 2, 3)}
    assert owners == {(KEY, WEEK - 2, "Group")}  # herald's


def test_a_closed_range_of_weeks_of_one_version(counted: Store) -> None:
    assert rows(counted, WEEK - 1, WEEK - 1) == (set(), set())
    assert rows(counted, WEEK - 2, WEEK - 1) == ({(KEY, WEEK - 2, 3)}, {(KEY, WEEK - 2, "Group")})
    counted.models.adopt(a_model("v2"), since=NOW)
    assert rows(counted, WEEK - 9, WEEK, "v2") == (set(), set())


BOTH = [a_tag("area:iot"), a_tag("sector:retail")]


def tagged(store: Store, *days_ago: int, feeds: str = "abcdefgh") -> list[Item]:
    """Put one story of a feed each into a store, all about sensors in shops."""
    items = [an_item(number, feed=feeds[number], at=NOW - days * DAY) for number, days in enumerate(days_ago)]
    a_store_with(store, items)
    write(store, {item.id: [item] for item in items}, {item.id: BOTH for item in items})
    return items


def test_first_date_and_newest_evidence(store: Store) -> None:
    oldest, older, newest = tagged(store, 40, 9, 2)
    found = store.arrivals.reports("v1", until=NOW, limit=2)
    assert found == {KEY: PairReports(oldest.counted_at, (newest.id, older.id))}


def test_c3_what_is_later_or_of_another_version_is_unknown(store: Store) -> None:
    oldest, older, _ = tagged(store, 40, 9, 2)
    found = store.arrivals.reports("v1", until=NOW - 9 * DAY, limit=2)
    assert found == {KEY: PairReports(oldest.counted_at, (oldest.id,))}
    assert older.id not in found[KEY].evidence
    assert store.arrivals.reports("v1", until=NOW - 40 * DAY, limit=2) == {}
    store.models.adopt(a_model("v2"), since=NOW)
    assert store.arrivals.reports("v2", until=NOW, limit=2) == {}


def test_evidence_is_one_an_owner_and_one_a_story_with_a_link(store: Store) -> None:
    first = an_item(1, feed="a", at=NOW - 5 * DAY)
    again = an_item(2, feed="a", at=NOW - 4 * DAY)
    told = an_item(3, feed="b", at=NOW - 3 * DAY)
    copied = an_item(4, feed="c", at=NOW - 2 * DAY)
    bare = an_item(5, feed="d", at=NOW - DAY, url="")
    every = [first, again, told, copied, bare]
    a_store_with(store, every)
    stories = {"first": [first], "again": [again], "told": [told, copied], "bare": [bare]}
    write(store, stories, {item.id: BOTH for item in every})
    found = store.arrivals.reports("v1", until=NOW, limit=5)
    assert found == {KEY: PairReports(first.counted_at, (copied.id, again.id))}


def test_an_item_counts_for_each_pair_it_carries_and_none_without_a_sector(store: Store) -> None:
    several, single = an_item(1, feed="a"), an_item(2, feed="b")
    a_store_with(store, [several, single])
    tags = {
        several.id: [*BOTH, a_tag("area:drones"), a_tag("sector:agriculture"), a_tag("function:sales")],
        single.id: [a_tag("area:ai"), a_tag("function:sales")],
    }
    write(store, {"s": [several], "t": [single]}, tags)
    assert set(store.arrivals.reports("v1", until=NOW + DAY, limit=2)) == {
        f"area:{area}|sector:{sector}" for area in ("iot", "drones") for sector in ("retail", "agriculture")
    }
