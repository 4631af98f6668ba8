"""Counts: columns for the stages, series without gaps for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, an_item, claim_on, keep
from trendwatch.store import Store
from trendwatch.types.stories import Understood
from trendwatch.types.trends import Series
from trendwatch.types.weeks import week_number

WEEK = week_number(NOW)


@pytest.fixture
def counted(store: Store) -> Store:
    store.feeds.sync([a_feed("gazette", owner="Group"), a_feed("herald", owner="Group"), a_feed("silent")])
    store.models.adopt(a_model("v1"), since=NOW)
    store.models.adopt(a_model("v2"), since=NOW)
    item = an_item(feed="silent")
    keep(store, [item], at=NOW - timedelta(weeks=9))
    batch = Understood(
        stories={item.id: "s"},
        tags={},
        new_stories={"s": item},
        story_counts={("area:iot", WEEK - 2): 3, ("area:iot", WEEK): 4, ("area:drones", WEEK - 9): 1},
        report_counts={
            ("area:iot", WEEK - 2, "gazette"): 3,
            ("area:iot", WEEK, "gazette"): 2,
            ("area:iot", WEEK, "herald"): 4,
            ("*", WEEK, "herald"): 9,
        },
    )
    store.understanding.write("v1", batch, claim=claim_on(store, "understand", "all"))
    return store


def test_a_series_has_no_gaps_and_keeps_the_order_asked(counted: Store) -> None:
    asked = ["area:iot", "area:unheard_of", "area:drones"]
    assert counted.series.series("v1", asked, first_week=WEEK - 3, last_week=WEEK) == [
        Series(key="area:iot", first_week=WEEK - 3, stories=(0, 3, 0, 4)),
        Series(key="area:unheard_of", first_week=WEEK - 3, stories=(0, 0, 0, 0)),
        Series(key="area:drones", first_week=WEEK - 3, stories=(0, 0, 0, 0)),
    ]
    assert counted.series.series("v1", [], first_week=WEEK, last_week=WEEK) == []


def test_days_are_known_from_the_week_after_the_last_that_was_counted_without(counted: Store) -> None:
    item = an_item(3, feed="herald")
    keep(counted, [item])
    batch = Understood(
        stories={item.id: "t"},
        tags={},
        new_stories={"t": item},
        story_counts={("area:iot", WEEK + 1): 3, ("area:iot", WEEK): 1},
        day_counts={("area:iot", WEEK + 1, 0): 2, ("area:iot", WEEK + 1, 6): 1, ("area:iot", WEEK, 2): 1},
    )
    claim = claim_on(counted, "understand", "all", at=NOW + timedelta(days=9))
    counted.understanding.write("v1", batch, claim=claim)
    known, found = counted.series.days(
        "v1", ["area:iot", "area:new"], first_week=WEEK - 9, last_week=WEEK + 1
    )
    assert known == WEEK + 1
    assert [one.stories for one in found] == [(2, 0, 0, 0, 0, 0, 1), (0,) * 7]
    assert counted.series.days("v1", ["area:iot"], first_week=WEEK, last_week=WEEK) == (
        WEEK + 1,
        [Series(key="area:iot", first_week=WEEK + 1, stories=())],
    )


def test_columns_are_the_reports_of_a_closed_range_of_weeks(counted: Store) -> None:
    counts = counted.series.columns("v1", first_week=WEEK - 2, last_week=WEEK - 1)
    assert (len(counts), counts.keys, counts.feeds) == (1, ("area:iot",), ("gazette",))
    counts = counted.series.columns("v1", first_week=WEEK - 2, last_week=WEEK)
    rows = zip(counts.key.tolist(), counts.feed.tolist(), counts.week, counts.reports, strict=True)
    found = {(counts.keys[key], counts.feeds[feed], int(week)): float(n) for key, feed, week, n in rows}
    assert found == {
        ("area:iot", "gazette", WEEK - 2): 3.0,
        ("area:iot", "gazette", WEEK): 2.0,
        ("area:iot", "herald", WEEK): 4.0,
        ("*", "herald", WEEK): 9.0,
    }


def test_c3_versions_are_never_mixed(counted: Store) -> None:
    assert len(counted.series.columns("v2", first_week=0, last_week=WEEK)) == 0
    assert counted.series.first_week("v2") is None
    [series] = counted.series.series("v2", ["area:iot"], first_week=WEEK, last_week=WEEK)
    assert series.stories == (0,)


def test_the_first_week_is_that_of_the_first_count(counted: Store) -> None:
    assert counted.series.first_week("v1") == WEEK - 9


def test_a_week_says_how_often_its_counts_changed(counted: Store) -> None:
    assert counted.series.changes("v1", first_week=WEEK - 5, last_week=WEEK) == {WEEK - 2: 1, WEEK: 1}
    item = an_item(2, feed="herald")
    keep(counted, [item])
    batch = Understood(
        stories={item.id: "t"}, tags={}, new_stories={"t": item}, report_counts={("*", WEEK, "herald"): 1}
    )
    claim = claim_on(counted, "understand", "all", at=NOW + timedelta(days=9))
    counted.understanding.write("v1", batch, claim=claim)
    assert counted.series.changes("v1", first_week=WEEK - 5, last_week=WEEK) == {WEEK - 2: 1, WEEK: 2}


def test_feeds_count_from_their_first_readable_poll(counted: Store) -> None:
    assert counted.series.feed_weeks() == {"silent": WEEK - 9}
    keep(counted, [an_item(1)], at=NOW)
    keep(counted, [an_item(2, feed="herald")], at=NOW - timedelta(weeks=3))
    assert counted.series.feed_weeks() == {"gazette": WEEK, "herald": WEEK - 3, "silent": WEEK - 9}


def test_owners_of_all_feeds(counted: Store) -> None:
    assert counted.series.owners() == {"gazette": "Group", "herald": "Group", "silent": "silent"}
