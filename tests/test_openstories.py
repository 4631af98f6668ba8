"""Stories in hand and stories rebuilt from rows are the same, wherever a process stops (C3, S3).

``TRENDWATCH_OPEN_NEWS=2000 pytest tests/test_openstories.py`` for many made-up presses instead of a few.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import SQLModel

from tests.seeds import NOW, a_feed, a_model, keep
from tests.steps import a_memory, a_report, understand_all
from trendwatch.news.cluster import Rarity, StoryIndex
from trendwatch.pipeline.openstories import open_at
from trendwatch.pipeline.understand import Understanding
from trendwatch.store import Store
from trendwatch.store.engine import reading, writing
from trendwatch.store.items import Filter
from trendwatch.store.statements import table
from trendwatch.store.tables import ReportsRow, SeriesRow
from trendwatch.types.news import Item

PRESSES = int(os.environ.get("TRENDWATCH_OPEN_NEWS", "12"))
#: Monday six o'clock: what is read until Saturday counts in one week.
MONDAY = datetime(2025, 3, 3, 6, tzinfo=NOW.tzinfo)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEEDS = ("gazette", "herald", "wire")
#: Merges between Friday and Wednesday are at least so many, or they prove nothing.
MENDED = 5
#: A press in which a restart once changed a merge.
FIRST_SEED = 16
COINED = [f"{stem}{end}" for stem in ("quar", "mend", "tolv", "brix", "fosk", "dral") for end in "aeiou"]
NAMES = "alder birch cedar elder fir gorse hazel ivy larch maple oak pine rowan willow".split()


@dataclass(frozen=True, slots=True)
class News:
    """What the press tells, before anybody reads it."""

    event: int
    feed: str
    #: minutes after MONDAY
    told: int
    #: minutes until the feed lists it
    held_back: int

    def item(self, number: int, read: datetime) -> Item:
        told = MONDAY + self.told * MINUTE + timedelta(seconds=number % 60)
        report = a_report(self.event, number, feed=self.feed, at=read)
        # two entries of one feed with one title are one item where one poll brings both
        report = replace(report, title=f"{report.title} {NAMES[number]}")
        return replace(report, id=f"i{number}", entry_key=f"{number}", published_at=told, first_seen_at=read)


@dataclass(frozen=True, slots=True)
class Worded(News):
    """News in words of its own."""

    title: str

    def item(self, number: int, read: datetime) -> Item:
        told = MONDAY + self.told * MINUTE + timedelta(seconds=number % 60)
        report = a_report(self.event, number, feed=self.feed, at=read)
        report = replace(report, title=self.title, summary="", entry_key=f"{number}")
        return replace(report, id=f"i{number}", published_at=told, first_seen_at=read)


def presses(*, held_back: int) -> st.SearchStrategy[list[News]]:
    one = st.builds(
        News,
        event=st.integers(0, 3),
        feed=st.sampled_from(FEEDS),
        told=st.one_of(st.integers(0, 180), st.integers(0, 4 * 1440)),
        held_back=st.integers(0, held_back),
    )
    return st.lists(one, min_size=3, max_size=14, unique_by=lambda news: (news.told, news.feed))


#: Minutes between polls, and whether the process was started anew in between.
POLLS = st.lists(
    st.tuples(st.one_of(st.integers(5, 40), st.integers(60, 1440)), st.booleans()), min_size=1, max_size=12
)


def week_change(seed: int) -> tuple[list[News], list[tuple[int, bool]]]:
    """Return sixty reports of three events told from Friday to Wednesday, and when they are read."""
    draw = random.Random(seed)
    words = [draw.sample(COINED, 12) for _ in range(3)]
    press: list[News] = []
    for number in range(60):
        event = draw.choice((0, 0, 0, 1, 2))
        told = 4 * 1440 + draw.randrange(5 * 1440)
        title = f"{' '.join(draw.sample(words[event], 5)).capitalize()} {draw.choice(words[event])}"
        late = draw.choice((0, 0, 300))
        press.append(Worded(event, FEEDS[number % 3], told, draw.randint(0, late), title))
    polls = [(4 * 1440, False), *((draw.randint(20, 600), draw.random() < 0.4) for _ in range(40))]
    return press, polls


@dataclass(frozen=True, slots=True)
class Read:
    """What was made of a press."""

    stories: dict[str, object]
    counts: list[list[tuple[object, ...]]]
    #: stories that were merged or split
    mended: int


@cache
def kept() -> Store:
    return Store.open("sqlite://")


def emptied() -> Store:
    """Return one store without a row: to make one anew takes half a second."""
    with writing(kept()._engine) as connection:
        for one in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(one.delete())
    return kept()


def read(
    press: Sequence[News],
    polls: Sequence[tuple[int, bool]],
    *,
    by_feed: bool = False,
    last: datetime = MONDAY + 5 * DAY,
    index_of: Callable[[Rarity], StoryIndex] = StoryIndex,
) -> Read:
    """Read a press at a rhythm; the last poll brings what is left.

    Args:
        press: what is told.
        polls: minutes since the poll before, and whether the process is a new one.
        by_feed: one feed a poll, in turn.
        last: when the last poll is, on Saturday if all is to be of one week.
        index_of: how stories are found.
    """
    store = emptied()
    store.feeds.sync([a_feed(key) for key in FEEDS])
    store.models.adopt(a_model("v1"), since=NOW - 400 * DAY)
    left = dict(enumerate(press))
    memory, at, mended = a_memory(), MONDAY, 0
    memory.index_of = index_of
    ends = [(last + number * MINUTE, False) for number in range(len(FEEDS) if by_feed else 1)]
    times: list[tuple[datetime, bool]] = []
    for wait, anew in polls:
        at = min(at + wait * MINUTE, last - MINUTE)
        times.append((at, anew))
    for turn, (now, anew) in enumerate([*times, *ends]):
        asked = FEEDS[turn % len(FEEDS)] if by_feed else ""
        found = [
            number
            for number, news in left.items()
            if asked in {"", news.feed} and MONDAY + (news.told + news.held_back + 1) * MINUTE <= now
        ]
        keep(store, [left.pop(number).item(number, now) for number in found], at=now)
        if anew:
            memory = a_memory()
            memory.index_of = index_of
        mended += understand_all(store, memory=memory, now=now).mended
    assert not left
    return Read(stories_of(store), counts_of(store), mended)


def stories_of(store: Store) -> dict[str, object]:
    """Return items with story and tags."""
    found = store.items.search(Filter(), limit=500).items
    return {one.item.id: (one.story_id, one.tags) for one in found}


def counts_of(store: Store) -> list[list[tuple[object, ...]]]:
    tables = [table(row) for row in (SeriesRow, ReportsRow)]
    with reading(store._engine) as connection:
        return [sorted(tuple(row) for row in connection.execute(select(one))) for one in tables]


@settings(max_examples=PRESSES, deadline=None, phases=[Phase.generate])
@given(presses(held_back=300), POLLS, st.booleans())
def test_c3_restarts_anywhere_change_no_story_tag_or_count(
    press: list[News], polls: list[tuple[int, bool]], by_feed: bool
) -> None:
    """However often an hour is polled, and however late news comes."""
    straight = read(press, [(wait, False) for wait, _ in polls], by_feed=by_feed)
    broken = read(press, polls, by_feed=by_feed)
    always = read(press, [(wait, True) for wait, _ in polls], by_feed=by_feed)
    assert broken == straight == always


@settings(max_examples=PRESSES, deadline=None, phases=[Phase.generate])
@given(presses(held_back=0), POLLS, POLLS)
def test_s3_news_that_comes_in_the_order_it_was_told_makes_the_same_stories_at_any_rhythm(
    press: list[News], one: list[tuple[int, bool]], other: list[tuple[int, bool]]
) -> None:
    """Each poll brings all that was told since the one before; all in one week, or weeks differ by rhythm."""
    assert read(press, one).stories == read(press, other).stories == read(press, []).stories


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + max(2, PRESSES // 4)))
def test_c3_restarts_change_no_merge_either_where_a_week_ends_amid_a_long_story(seed: int) -> None:
    """Stories are found by what is nearly a copy, so that the day's mending has to merge them."""
    strict = partial(StoryIndex, same_story=0.7, same_story_headline=0.7, duplicate=0.9)
    press, polls = week_change(seed)
    straight, broken, always = (
        read(press, [(wait, anew(one)) for wait, one in polls], last=MONDAY + 10 * DAY, index_of=strict)
        for anew in (lambda _: False, bool, lambda _: True)
    )
    assert broken == straight == always
    assert straight.mended >= MENDED


def in_hand(memory: Understanding) -> list[str]:
    assert memory.open is not None
    return [held.report.item_id for held in memory.open.index._window]


def test_c3_an_hour_that_is_polled_twice_is_rebuilt_in_the_order_it_was_placed(store: Store) -> None:
    """The second poll brings what was told before all that the first one brought."""
    store.feeds.sync([a_feed(key) for key in FEEDS])
    store.models.adopt(a_model("v1"), since=NOW - 400 * DAY)
    memory = a_memory()
    told = {"late": 5, "first": 50, "next": 130}
    polls = {"first": 60, "late": 65, "next": 140}
    for number, (name, read_at) in enumerate(polls.items()):
        news = News(event=number, feed="wire", told=told[name], held_back=0)
        item = replace(news.item(number, MONDAY + read_at * MINUTE), id=name)
        keep(store, [item], at=item.first_seen_at)
        understand_all(store, memory=memory, now=item.first_seen_at)
    anew = open_at(store, item, None, index_of=memory.index_of, read_by=None)
    anew.mend(item)
    assert [held.report.item_id for held in anew.index._window] == in_hand(memory)
    assert in_hand(memory) == ["first", "late", "next"]
