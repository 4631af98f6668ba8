"""A dated stream through the steps of the service, on a store in memory: what filters are held against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from trendwatch.pipeline.analyse import Rules, TermMemory, analyse
from trendwatch.pipeline.replay import Dated
from trendwatch.pipeline.understand import Understanding, understand
from trendwatch.store import Store
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Feed, FeedState, Item
from trendwatch.types.tags import Taxonomy
from trendwatch.types.trends import Trend

_LEASE = timedelta(days=1)


class Replay:
    """A store in memory that a dated stream is read into."""

    def __init__(self, store: Store, taxonomy: Taxonomy, *, memory: Understanding) -> None:
        self._store = store
        self._taxonomy = taxonomy
        self._memory = memory
        self._now = datetime(1970, 1, 1, tzinfo=UTC)
        self._feeds: dict[str, Feed] = {}
        self._terms = TermMemory()

    def clock(self) -> datetime:
        """Return the date the stream has reached."""
        return self._now

    def read(self, chunk: Sequence[Dated]) -> list[str]:
        """Keep and understand some lines; return their stories' ids, in order."""
        self._now = max(self._now, *(line.date for line in chunk))
        self._know({line.source for line in chunk})
        items = [_item(line) for line in chunk]
        for source in dict.fromkeys(line.source for line in chunk):
            mine = tuple(item for item in items if item.feed_key == source)
            self._keep(source, mine)
        understand(self._store, self._taxonomy, clock=self.clock, lease=_LEASE, memory=self._memory)
        kept = {one.item.id: one for one in self._store.items.by_id([item.id for item in items])}
        return [kept[item.id].story_id for item in items]

    def judge(self, until: datetime, *, rules: Rules) -> list[Trend]:
        """Return what the weeks came to that ended by a time and were not judged yet."""
        self._now = max(self._now, until)
        report = analyse(self._store, rules=rules, terms=self._terms, clock=self.clock, lease=_LEASE)
        return [trend for trends in report.weeks.values() for trend in trends]

    def _know(self, sources: set[str]) -> None:
        new = sources - self._feeds.keys()
        if new:
            self._feeds |= {
                source: Feed(key=source, url=f"stdin:///{stable_id(source)}", title=source, owner=source)
                for source in sorted(new)
            }
            self._store.feeds.sync(list(self._feeds.values()))

    def _keep(self, source: str, items: tuple[Item, ...]) -> None:
        claim = self._store.claim("poll", source, now=self._now, lease=_LEASE)
        assert claim is not None  # the store is ours alone
        [health] = self._store.feeds.health(source)
        first = health.state.first_success_at or items[0].first_seen_at
        state = FeedState(
            feed_key=source, first_success_at=first, polled_at=self._now, succeeded_at=self._now
        )
        self._store.polls.record(FeedUpdate(state=state, items=items), claim=claim)
        self._store.leases.release(claim)


def _item(line: Dated) -> Item:
    return Item(
        id=stable_id(line.source, line.id),
        feed_key=line.source,
        entry_key=line.id,
        url=line.url,
        title=line.title,
        summary=line.summary,
        published_at=line.date,
        first_seen_at=line.date,
    )
