"""Who says a followed word: by week, by day, by feed; also when stories are merged or split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.seeds import NOW, a_feed, a_model, an_item, claim_on, keep
from tests.steps import write
from trendwatch.store import Store
from trendwatch.types.news import Item
from trendwatch.types.stories import Mend
from trendwatch.types.weeks import week_number, week_start

WEEK = week_number(NOW)
ASKED = {"first_week": WEEK - 3, "last_week": WEEK}


def said(store: Store, counts: Mapping[int, int]) -> dict[int, Sequence[str]]:
    """Put so many stories of one item each into some weeks; return their items by week."""
    items = {
        week: [
            an_item(70_000 + 100 * week + n, at=week_start(week) + timedelta(hours=20 * n))
            for n in range(count)
        ]
        for week, count in counts.items()
    }
    every = [item for found in items.values() for item in found]
    keep(store, every, at=week_start(max(counts) + 1))
    write(store, {item.id: [item] for item in every})
    return {week: [item.id for item in found] for week, found in items.items()}


@pytest.fixture
def read(store: Store) -> Store:
    store.feeds.sync([a_feed("gazette"), a_feed("herald")])
    store.models.adopt(a_model("v1"), since=NOW - timedelta(days=400))
    return store


def by_week(store: Store, term: str = "skypost") -> tuple[int, ...]:
    [series] = store.series.series("v1", [term], **ASKED)
    return series.stories


def by_day(store: Store, term: str = "skypost") -> tuple[int, tuple[int, ...]]:
    first, [series] = store.series.days("v1", [term], **ASKED)
    return first - WEEK, series.stories


def test_stories_of_a_word_are_counted_by_week_and_day(read: Store) -> None:
    read.term_uses.keep({"skypost": {WEEK - 3: [], **said(read, {WEEK - 2: 1, WEEK - 1: 3, WEEK: 2})}})
    assert by_week(read) == (0, 1, 3, 2)
    # three stories 20 hours apart: Monday 00:00, Monday 20:00, Tuesday 16:00
    week = ((0,) * 7, (1, *(0,) * 6), (2, 1, *(0,) * 5), (2, *(0,) * 6))
    assert by_day(read) == (-3, tuple(n for days in week for n in days))
    assert by_week(read, "Sky-Post") == by_week(read)  # however it is written


def test_a_word_is_known_from_the_week_after_the_last_that_was_not_looked_through(read: Store) -> None:
    found = said(read, {WEEK - 3: 1, WEEK - 1: 1, WEEK: 1})
    read.term_uses.keep({"skypost": found})  # the week before last is missing
    assert by_day(read) == (-1, (1, *(0,) * 6, 1, *(0,) * 6))
    assert read.series.known_from("v1", ["skypost"], **ASKED) == WEEK - 1
    assert read.series.known_from("v1", ["skypost", "other"], **ASKED) == WEEK + 1
    read.term_uses.keep({"skypost": {WEEK - 2: []}})
    assert read.series.known_from("v1", ["skypost"], **ASKED) == WEEK - 3
    assert read.term_uses.followed(["Sky-Post", "other"]) == ["Sky-Post"]


def test_what_is_kept_twice_counts_once(read: Store) -> None:
    found = said(read, {WEEK - 1: 3})
    for _ in range(2):
        read.term_uses.keep({"skypost": found})
    read.term_uses.keep({})
    read.term_uses.keep({"skypost": {WEEK: ["gone"]}})  # an item that is kept no more
    assert by_week(read) == (0, 0, 3, 0)


def test_a_story_counts_once_however_many_tell_it_and_goes_with_its_reports(read: Store) -> None:
    """Told on Monday and Wednesday by one feed each; merged with another, then taken apart."""
    items = [
        an_item(n, feed=feed, at=week_start(WEEK - 1) + timedelta(days=day))
        for n, (feed, day) in enumerate([("gazette", 0), ("herald", 2), ("herald", 4)])
    ]
    keep(read, items[:1], at=NOW)
    keep(read, items[1:], at=NOW)
    ids = write(read, {"one": items[:2], "two": items[2:]})
    read.term_uses.keep({"skypost": {week: [] for week in range(WEEK - 3, WEEK + 1)}})
    read.term_uses.keep({"skypost": {WEEK - 1: [item.id for item in items]}})
    assert by_day(read)[1][14:21] == (1, 0, 0, 0, 1, 0, 0)
    assert read.series.by_feed("v1", "skypost", **ASKED) == {"gazette": 1, "herald": 2}

    def move(before: str, after: str, *moved: Item) -> None:
        claim = claim_on(read, "understand", "all")
        items = tuple(item.id for item in moved)
        change = Mend(before=before, after=after, items=items, merged=not items)
        read.story_mends.write([change], {}, claim=claim, now=NOW)
        read.leases.release(claim)

    move(ids["two"], ids["one"])
    assert by_day(read)[1][14:21] == (1, 0, 0, 0, 0, 0, 0)
    assert read.series.by_feed("v1", "skypost", **ASKED) == {"gazette": 1, "herald": 1}
    move(ids["one"], "other", items[1])
    assert by_day(read)[1][14:21] == (1, 0, 1, 0, 0, 0, 0)


def test_evidence_of_a_word_is_its_stories_and_items(read: Store) -> None:
    found = said(read, {WEEK - 1: 3, WEEK: 1})
    read.term_uses.keep({"skypost": found})
    said(read, {WEEK - 2: 2})  # of something else
    since, until = week_start(WEEK - 3), week_start(WEEK + 1)
    window = {"since": since, "until": until, "limit": 9}
    stories, goes_on = read.trends.stories("v1", "skypost", **window)
    assert (len(stories), goes_on) == (4, None)
    assert read.trends.stories("v1", "skypost", **window, feed="gazette") == (stories, None)
    assert read.trends.stories("v1", "skypost", **window, feed="herald") == ([], None)
    paged, after = read.trends.stories("v1", "skypost", **window | {"limit": 1})
    while after:
        more, after = read.trends.stories("v1", "skypost", **window | {"limit": 1}, after=after)
        paged += more
    assert paged == stories
    assert set(read.trends.evidence("v1", "Sky Post", **window)) == {*found[WEEK - 1], *found[WEEK]}


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 27), st.integers(0, 4)), max_size=25))
def test_seven_days_add_up_to_their_week(told: list[tuple[int, int]]) -> None:
    store = Store.open("sqlite://")
    try:
        store.feeds.sync([a_feed("gazette")])
        store.models.adopt(a_model("v1"), since=NOW - timedelta(days=400))
        items = [an_item(n, at=week_start(WEEK - 3) + timedelta(days=day)) for n, (day, _) in enumerate(told)]
        if items:
            keep(store, items, at=NOW + timedelta(weeks=1))
            stories: dict[str, list[Item]] = {}
            for item, (_, story) in zip(items, told, strict=True):
                stories.setdefault(f"s{story}", []).append(item)
            write(store, stories)
        uses: dict[int, list[str]] = {week: [] for week in range(WEEK - 3, WEEK + 1)}
        for item in items:
            uses[week_number(item.counted_at)].append(item.id)
        store.term_uses.keep({"skypost": uses})
        days = by_day(store)[1]
        assert tuple(sum(days[7 * week : 7 * week + 7]) for week in range(4)) == by_week(store)
        first = {story: min(day for day, other in told if other == story) for _, story in told}
        assert days == tuple(list(first.values()).count(day) for day in range(28))
    finally:
        store.close()
