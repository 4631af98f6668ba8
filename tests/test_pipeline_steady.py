"""The same news comes to the same, however it was split into batches and whatever else was read meanwhile.

How often a poll asks the clock depends on which answers come together, and what is read already depends on
which process is faster: neither may show in stories, tags, counts or trends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

import pytest

from tests.seeds import LEASE, NOW, a_feed, a_model, a_taxonomy, keep
from tests.steps import Clock, a_memory, analyse_all, easy_rules
from tests.test_pipeline_analyse import a_world as rising_world
from tests.test_pipeline_poll import Network, rss, run
from trendwatch.pipeline.understand import understand
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.store.stories import Sort, StoryFilter
from trendwatch.types.news import Item
from trendwatch.types.weeks import week_end, week_number, week_start

WEEK = timedelta(weeks=1)
FIRST = week_number(NOW)
WEEKS = 21
FEEDS = ("feed0", "feed1", "feed2", "feed3", "late")
#: Sunday 20:00 of a week
POLLED = timedelta(days=6, hours=20)


@dataclass(slots=True)
class Ticking(Clock):
    """A clock that goes on by itself, so much each time it is asked."""

    tick: timedelta = timedelta(microseconds=1)

    def __call__(self) -> datetime:
        self.now += self.tick
        return self.now


def a_world() -> Store:
    store = Store.open("sqlite://")
    store.feeds.sync([a_feed(key) for key in FEEDS])
    store.models.adopt(a_model(), since=week_start(FIRST) - 60 * WEEK)
    return store


def result(store: Store) -> list[object]:
    """Return all that the steps came to."""
    found = store.items.search(Filter(), limit=1000).items
    weeks = {"first_week": FIRST - 60, "last_week": FIRST + WEEKS}
    columns = store.series.columns("v1", **weeks)
    keys = sorted(columns.keys)
    rows = zip(columns.key, columns.feed, columns.week, columns.told, columns.reports, strict=True)
    return [
        sorted((one.item.id, one.item.first_seen_at, one.story_id, one.tags) for one in found),
        sorted(store.stories.latest(limit=1000), key=lambda story: story.id),
        sorted(
            (columns.keys[k], columns.feeds[f], int(w), float(told), float(first))
            for k, f, w, told, first in rows
        ),
        store.series.series("v1", keys, **weeks),
        store.series.days("v1", keys, **weeks),
        [store.trends.of_week("v1", week) for week in range(FIRST, FIRST + WEEKS)],
    ]


@pytest.mark.parametrize("ticks", [(1, 1), (1, 900), (900, 1)])
def test_how_often_a_poll_asked_the_clock_does_not_show(ticks: tuple[int, int]) -> None:
    """A week later to the second a story takes no more reports, whatever the microseconds."""
    store = a_world()
    sunday = week_start(FIRST) + POLLED
    headlines = ("Orchard drone counts thirsty trees in Evora", "Evora orchard drone counts thirsty trees")
    for week, (tick, headline) in enumerate(zip(ticks, headlines, strict=True)):
        clock = Ticking(sunday + week * WEEK, tick=timedelta(microseconds=tick))
        documents = {key: rss(f"Nothing new at {key}") for key in FEEDS}
        run(store, Network(documents | {FEEDS[week]: rss(headline)}), clock=clock)
        understand(store, a_taxonomy(), clock=clock, lease=LEASE, memory=a_memory())
    told = {one.item.title: one for one in store.items.search(Filter(), limit=99).items}
    first, second = (told[headline] for headline in headlines)
    assert (first.item.first_seen_at, second.item.first_seen_at) == (sunday, sunday + WEEK)
    assert first.story_id != second.story_id
    store.close()


def news() -> list[Item]:
    """Return news of four feeds in which drones rise late, some of it told again by another feed.

    A fifth feed is first read in the ninth week and brings its past.
    """
    told = rising_world(WEEKS)
    again = [
        replace(
            item,
            id=f"again{item.id}",
            feed_key=f"feed{(n + 1) % 4}",
            title=" ".join(reversed(item.title.split())),
            first_seen_at=item.first_seen_at + timedelta(hours=n % 50),
        )
        for n, item in enumerate(told[::3])
    ]
    past = [
        replace(
            item,
            id=f"late{item.id}",
            feed_key="late",
            backlog=True,
            published_at=item.first_seen_at + timedelta(hours=3),
            first_seen_at=week_start(FIRST + 8) + POLLED,
        )
        for item in told[: 8 * 16 : 5]
    ]
    found = sorted([*told, *again, *past], key=lambda item: (item.first_seen_at, item.id))
    return [replace(item, entry_key=item.id) for item in found]


def lived(items: Sequence[Item], *, ahead: int, at_once: int, forgets: bool = False) -> list[object]:
    """Understand week after week while so many weeks more are read already; then judge all."""
    store = a_world()
    memory = a_memory()
    read = -1
    for week in range(WEEKS):
        while read < min(week + ahead, WEEKS - 1):
            read += 1
            keep(store, [one for one in items if week_number(one.first_seen_at) == FIRST + read])
        understand(
            store,
            a_taxonomy(),
            clock=Clock(week_end(FIRST + week)),
            lease=LEASE,
            memory=a_memory() if forgets else memory,
            read_by=week_end(FIRST + week),
            at_once=at_once,
        )
    analyse_all(store, now=week_end(FIRST + WEEKS - 1), rules=easy_rules(top_terms=3))
    found = result(store)
    store.close()
    return found


@cache
def plainly_lived() -> list[object]:
    return lived(news(), ahead=0, at_once=250)


@pytest.mark.parametrize(
    ("ahead", "at_once", "forgets"),
    [(0, 1, False), (2, 40, True), (WEEKS, 3, False)],
)
def test_batches_and_what_is_read_meanwhile_change_nothing(ahead: int, at_once: int, forgets: bool) -> None:
    items, expected = news(), plainly_lived()
    stories, trends = expected[1], expected[-1]
    assert isinstance(stories, list)
    assert isinstance(trends, list)
    assert len(stories) < len(items)
    assert {trend.key for found in trends for trend in found} >= {"area:drones"}
    assert lived(items, ahead=ahead, at_once=at_once, forgets=forgets) == expected


def test_rarities_know_nothing_of_what_is_read_later() -> None:
    """A feed that joins brings its past: while the weeks before are understood nobody has read it."""
    store = a_world()
    items = news()
    keep(store, items)
    start = week_start(FIRST + 6)
    ask, since = store.understanding.texts, start - 4 * WEEK
    then = ask(since, start, limit=999, read_by=week_end(FIRST + 6))
    now = ask(since, start, limit=999)
    assert len(now) > len(then) > 0
    store.close()


def test_pages_of_stories_join_without_a_gap(store: Store) -> None:
    """By the values they are sorted by, of which several are equal; on both databases."""
    store.feeds.sync([a_feed(key) for key in FEEDS])
    store.models.adopt(a_model(), since=week_start(FIRST) - 60 * WEEK)
    keep(store, news()[:60])
    understand(store, a_taxonomy(), clock=Clock(NOW + 90 * WEEK), lease=LEASE, memory=a_memory())
    sorts: tuple[Sort, ...] = ("latest", "owners")
    for sort in sorts:
        whole, end = store.stories.search("v1", StoryFilter(), sort=sort, limit=100)
        assert (end, len(whole) > 20) == (None, True)
        pages, place = store.stories.search("v1", StoryFilter(), sort=sort, limit=7)
        while place is not None:
            more, place = store.stories.search("v1", StoryFilter(), sort=sort, limit=7, after=place)
            pages += more
        assert pages == whole
