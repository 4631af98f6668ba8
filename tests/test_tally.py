"""What an item adds to the counts: copies nothing, a second source breadth, a new label its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from tests.seeds import NOW, a_tag, an_item
from trendwatch.pipeline.mending import mended
from trendwatch.trends.series import TOTAL, keys_of
from trendwatch.trends.tally import Tally
from trendwatch.types.news import Item
from trendwatch.types.stories import CountedReport, Mend
from trendwatch.types.tags import Tag
from trendwatch.types.weeks import week_number

WEEK = week_number(NOW)
DRONES, FARMING, COST = a_tag("area:drones"), a_tag("sector:agriculture"), a_tag("impact:cost")
PAIR = "area:drones|sector:agriculture"


def add(tally: Tally, item: Item, story: str, tags: Iterable[Tag]) -> None:
    labels = [tag.full_key for tag in tags]
    tally.add_counted(story, item.feed_key, at=item.counted_at, labels=labels)


def test_a_first_report_counts_under_its_labels_pairs_and_the_total() -> None:
    tally = Tally()
    add(tally, an_item(), "s", (DRONES, FARMING, COST))
    keys = {TOTAL, "area:drones", "sector:agriculture", "impact:cost", PAIR}  # impacts are not paired
    assert tally.story_counts == {(key, WEEK): 1 for key in keys}
    assert tally.report_counts == {(key, WEEK, "gazette"): 1 for key in keys}


def test_a_copy_in_the_same_feed_adds_nothing() -> None:
    tally = Tally()
    for number in range(3):
        add(tally, an_item(number), "s", (DRONES,))
    assert tally.story_counts == {(TOTAL, WEEK): 1, ("area:drones", WEEK): 1}
    assert tally.report_counts == {(TOTAL, WEEK, "gazette"): 1, ("area:drones", WEEK, "gazette"): 1}


def test_a_second_source_adds_a_report_and_no_story() -> None:
    tally = Tally()
    add(tally, an_item(1), "s", (DRONES,))
    add(tally, an_item(2, feed="herald"), "s", (DRONES,))
    assert tally.story_counts["area:drones", WEEK] == 1
    assert tally.report_counts["area:drones", WEEK, "herald"] == 1


def test_of_a_story_told_everywhere_the_first_report_counts_for_trends() -> None:
    tally = Tally()
    for number in range(30):
        add(tally, an_item(number, feed=f"feed_{number}"), "s", (DRONES,))
    reports = [count for (key, _, _), count in tally.report_counts.items() if key == "area:drones"]
    first = {feed: count for (key, _, feed), count in tally.first_counts.items() if key == "area:drones"}
    assert (sum(reports), first) == (30, {"feed_0": 1})


def test_a_later_report_with_a_new_label_counts_that_label_in_its_own_week() -> None:
    tally = Tally()
    add(tally, an_item(1), "s", (DRONES,))
    add(tally, an_item(2, at=NOW + timedelta(weeks=1)), "s", (DRONES, FARMING))
    assert tally.story_counts == {
        (TOTAL, WEEK): 1,
        ("area:drones", WEEK): 1,
        ("sector:agriculture", WEEK + 1): 1,
        (PAIR, WEEK + 1): 1,
    }


def test_labels_of_two_reports_are_not_paired() -> None:
    tally = Tally()
    add(tally, an_item(1), "s", (DRONES,))
    add(tally, an_item(2, feed="herald"), "s", (FARMING,))
    assert (PAIR, WEEK) not in tally.story_counts


def test_backlog_counts_in_the_week_of_its_own_date() -> None:
    tally = Tally()
    add(tally, an_item(published_at=NOW - timedelta(weeks=9), backlog=True), "s", ())
    assert tally.story_counts == {(TOTAL, WEEK - 9): 1}


_TAGS = st.sets(st.sampled_from(("area:drones", "area:iot", "sector:retail", "function:operations")))
_REPORTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(("gazette", "herald")), st.integers(0, 2), _TAGS)
)

_TIMED = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(("gazette", "herald")), st.integers(0, 400), _TAGS)
)


@given(reports=_REPORTS)
def test_a_story_counts_once_a_key_and_a_source_once_a_story(
    reports: list[tuple[str, str, int, set[str]]],
) -> None:
    tally = Tally()
    stories: set[tuple[str, str]] = set()
    sources: set[tuple[str, str, str]] = set()
    for n, (story, feed, weeks, keys) in enumerate(reports):
        tags = tuple(map(a_tag, sorted(keys)))
        add(tally, an_item(n, feed=feed, at=NOW + timedelta(weeks=weeks)), story, tags)
        stories |= {(story, key) for key in (TOTAL, *keys_of(tuple(tag.full_key for tag in tags)))}
        sources |= {(story, feed, key) for key in (TOTAL, *keys_of(tuple(tag.full_key for tag in tags)))}
    assert tally.story_counts.total() == len(stories)
    assert tally.report_counts.total() == len(sources)


@given(reports=_TIMED, moved=st.sets(st.integers(0, 20)), merged=st.booleans())
def test_the_seven_days_add_up_to_the_week_also_when_stories_are_mended(
    reports: list[tuple[str, str, int, set[str]]], moved: set[int], merged: bool
) -> None:
    members = [
        CountedReport(story, f"i{n}", feed, NOW + timedelta(hours=hours), tuple(sorted(keys)))
        for n, (story, feed, hours, keys) in enumerate(reports)
    ]
    gone = tuple(one.item_id for n, one in enumerate(members) if n in moved and one.story_id == "a")
    for tally in mended(members, Mend(before="a", after="b", items=gone, merged=merged)):
        weeks = Counter[tuple[str, int]]()
        for (key, week, day), stories in tally.day_counts.items():
            assert 0 <= day < 7
            weeks[key, week] += stories
        assert weeks == tally.story_counts


def test_a_day_is_that_of_utc() -> None:
    tally = Tally()
    late = datetime(2025, 3, 31, 0, 30, tzinfo=timezone(timedelta(hours=2)))  # Sunday 22:30 UTC
    add(tally, an_item(at=late), "s", ())
    assert tally.day_counts == {(TOTAL, week_number(late), 6): 1}
