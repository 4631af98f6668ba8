"""The stories that news may still join, in hand between batches:  rows of the last days | in order | index.

A cache: it is rebuilt from rows wherever the next item counts in an earlier hour or another week than the
last one.

**What is promised.** An item is placed after all that was placed before it and counts in its hour or earlier,
in the order (hour it counts in, ``item.placed``), which is stored when it is placed. So what is in hand and
what is rebuilt have seen the same reports in the same order, and a restart changes no story, merge, tag or
count, however often an hour is polled: which stories took or lost a report on the last day, and are asked by
the day's mending, follows from that order too, and what was mended once has nothing left to mend. What waits
at once is placed in the order it was told. So news that is read in the order it was told makes the same
stories whether it is read every few minutes or once a day; news that is read late, after later news of its
hour was placed, is placed by when it came, and may make another story than if it had come in time. Weeks are
counted by when news was read, and words weighed anew with each: read at rhythms that put it into different
weeks, the same news may be counted and joined otherwise. Not promised: a page that was read, or a text that
was changed, after its item was placed is rebuilt as it is now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from trendwatch.news.cluster import Assignment, Rarity, Report, StoryIndex
from trendwatch.news.uses import Month
from trendwatch.store import Store
from trendwatch.types.news import Item
from trendwatch.types.stories import Mend, OpenReport, WaitingItem
from trendwatch.types.telling import hour_of
from trendwatch.types.weeks import WEEK, week_end, week_number, week_start

#: Word rarities are taken from the items of this long before a week, and frozen for the week.
RARITY_WINDOW = timedelta(days=28)
#: More texts say nothing new about how rare a word is.
RARITY_TEXTS = 20_000
#: Reports that are read in one go when stories are rebuilt; more are no faster.
AT_ONCE = 250


@dataclass(slots=True)
class OpenStories:
    """The story index, what it has seen and what it is about to see."""

    week: int
    index: StoryIndex
    #: the latest that was told
    newest: datetime
    #: the hour that the latest it has seen counts in
    hour: datetime
    #: reports of the week that were placed before and count in later hours than what the index has seen
    ahead: deque[OpenReport]
    #: what was counted of the weeks before
    month: Month

    def mend(self, item: Item) -> list[Mend]:
        """Put stories right before an item that was told on a later day than all before it."""
        self._reach(item)
        if item.told_at.date() <= self.newest.date():
            return []
        self.newest = item.told_at
        return self.index.mend(since=week_start(self.week))

    def expect(self, batch: Iterable[WaitingItem]) -> None:
        """Read what will be placed next."""
        self.index.expect(map(_waiting, batch))

    def assign(self, one: WaitingItem) -> Assignment:
        """Place an item, after all that was understood before and lies before it: news may come late."""
        item = one.item
        self._reach(item)
        self.newest = max(self.newest, item.told_at)
        return self.index.assign(_waiting(one))

    def _reach(self, item: Item) -> None:
        self.hour = max(self.hour, hour_of(item.counted_at))
        while self.ahead and hour_of(self.ahead[0].at) <= self.hour:
            if not self.index.expects(_placed(self.ahead[0])):
                self.index.expect(map(_placed, islice(self.ahead, AT_ONCE)))
            known = self.ahead.popleft()
            self.index.restore(_placed(known), known.story_id)


def _waiting(one: WaitingItem) -> Report:
    item = one.item
    return Report(item_id=item.id, source=item.feed_key, title=item.title, summary=one.text, at=item.told_at)


def _placed(one: OpenReport) -> Report:
    return Report(
        item_id=one.item_id, source=one.feed_key, title=one.title, summary=one.summary, at=one.told_at
    )


def open_at(
    store: Store,
    first: Item,
    in_hand: OpenStories | None,
    *,
    index_of: Callable[[Rarity], StoryIndex],
    read_by: datetime | None,
) -> OpenStories:
    """Return the open stories as of an item: the ones in hand if they lead up to it, else from rows.

    Args:
        store: the rows.
        first: of the news to place.
        in_hand: what the last batch left, None where that is not known.
        index_of: how to make an empty index for a week's rarities.
        read_by: words are weighed without what was read later; None: with all.
    """
    week = week_number(first.counted_at)
    hour = hour_of(first.counted_at)
    if in_hand is not None and in_hand.week == week and hour >= in_hand.hour:
        return in_hand
    start = week_start(week)
    month = in_hand.month if in_hand is not None else Month()
    rarity = Rarity.of_uses(month.uses(_texts(store, week, read_by=read_by)))
    if (
        in_hand is not None
        and in_hand.week < week
        and not in_hand.ahead
        and store.understanding.count_reports([(start, week_end(week))]) == [0]
    ):
        # the week before is in hand and nothing of this one is understood: the same stories, weighed anew
        in_hand.index.weigh_anew(rarity)
        return OpenStories(week, in_hand.index, in_hand.newest, hour, deque(), month)
    if in_hand is not None:
        in_hand.index.let_all_go()
    index = index_of(rarity)
    known = store.understanding.whole_stories(first.told_at - index.reach, week_end(week))
    newest = max((report.told_at for report in known), default=first.told_at)
    return OpenStories(week, index, newest, hour, deque(known), month)


def _texts(store: Store, week: int, *, read_by: datetime | None) -> Iterator[list[tuple[str, str]]]:
    """Yield the texts by which words of a week are weighed: of the weeks before, the last one first."""
    left = RARITY_TEXTS
    start = week_start(week)
    while left and start > week_start(week) - RARITY_WINDOW:
        since = start - WEEK
        texts = store.understanding.texts(since, start, limit=left, read_by=read_by)
        left -= len(texts)
        start = since
        yield texts
