"""The stories that news may still join, in hand between batches:  rows of the last days | in order | index.

A cache: it is rebuilt from rows wherever the next item is not the continuation of the last one, an hour that
is polled twice counting as one.
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
from trendwatch.types.telling import told_order
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
    #: the place in the order of what it has seen last
    place: tuple[datetime, datetime]
    #: reports of the week that were understood before, later than what the index has seen, in order of time
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
        self.place = max(self.place, told_order(item.counted_at, item.told_at))
        while self.ahead and told_order(self.ahead[0].at, self.ahead[0].told_at) <= self.place:
            if not self.index.expects(self.ahead[0].item_id):
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
    place = told_order(first.counted_at, first.told_at)
    if in_hand is not None and in_hand.week == week and place[0] >= in_hand.place[0]:
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
        return OpenStories(week, in_hand.index.with_rarity(rarity), in_hand.newest, place, deque(), month)
    index = index_of(rarity)
    known = store.understanding.whole_stories(first.told_at - index.reach, week_end(week))
    newest = max((report.told_at for report in known), default=first.told_at)
    return OpenStories(week, index, newest, place, deque(known), month)


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
