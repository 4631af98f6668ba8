"""Counts: columns for the stages, series without gaps for people."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tests.seeds import NOW, a_feed, a_model, an_item, claim_on, keep
from trendwatch.store import Store
from trendwatch.store.engine import writing
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ReportsRow
from trendwatch.types.fetches import FeedUpdate, Fetch, Outcome
from trendwatch.types.news import Failure, FeedState
from trendwatch.types.stories import Understood
from trendwatch.types.trends import Series
from trendwatch.types.weeks import week_number, week_start

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


def polled(store: Store, feed: str, week: int, *, failure: Failure | None = None) -> None:
    """Write down that a feed was asked on the Monday of a week, and brought nothing."""
    at = week_start(week)
    outcome = Outcome.FAILED if failure else Outcome.UNCHANGED
    fetch = Fetch(at=at, outcome=outcome, failure=failure)
    claim = claim_on(store, "poll", f"{feed}.example", at=at)
    store.polls.record(FeedUpdate(state=FeedState(feed_key=feed, polled_at=at), fetch=fetch), claim=claim)
    store.leases.release(claim)


def test_a_week_in_which_nothing_was_read_is_not_one_of_zeros(counted: Store) -> None:
    """Counts in the weeks -9, -2 and 0; in -5 a feed answered and in -4 none did."""
    polled(counted, "silent", WEEK - 5)
    polled(counted, "silent", WEEK - 4, failure=Failure.SERVER_ERROR)
    weeks = {"first_week": WEEK - 11, "last_week": WEEK}
    unread = counted.series.unread("v1", **weeks)
    assert {week - WEEK for week in unread} == {-11, -10, -8, -7, -6, -4, -3, -1}
    [iot] = counted.series.series("v1", ["area:iot"], **weeks)
    no = None
    assert iot.known(unread) == (no, no, 0, no, no, no, 0, no, no, 3, no, 4)
    assert counted.series.unread("v2", first_week=WEEK - 1, last_week=WEEK) == {WEEK - 1, WEEK}
    assert counted.series.unread("v1", first_week=WEEK, last_week=WEEK - 1) == frozenset()


def test_days_of_such_a_week_are_not_known_either() -> None:
    days = Series(key="area:iot", first_week=WEEK, stories=(1,) * 14)
    assert days.known({WEEK + 1}, per_week=7) == (1,) * 7 + (None,) * 7


def test_each_feed_has_its_own_series(counted: Store) -> None:
    found = counted.series.by_feed_weeks("v1", "area:iot", first_week=WEEK - 2, last_week=WEEK)
    assert found == {"gazette": (3, 0, 2), "herald": (0, 0, 4)}
    # what feeds told of it in these weeks adds up to what is said of each without weeks
    whole = counted.series.by_feed("v1", "area:iot", first_week=WEEK - 2, last_week=WEEK)
    assert {feed: sum(told) for feed, told in found.items()} == whole


def test_a_feed_that_told_nothing_is_not_named(counted: Store) -> None:
    """What was corrected away leaves a row that counts nothing."""
    span = {"first_week": WEEK - 2, "last_week": WEEK}
    first, *others = counted.series.by_feed_weeks("v1", "area:iot", **span)
    reports, feeds = table(ReportsRow), table(FeedRow)
    seq = select(feeds.c.seq).where(feeds.c.key == first).scalar_subquery()
    with writing(counted._engine) as connection:
        connection.execute(update(reports).where(reports.c.feed_seq == seq).values(reports=0))
    assert list(counted.series.by_feed_weeks("v1", "area:iot", **span)) == others
