"""Replay a dated stream:  lines | items of one week | understand | judge the weeks that ended.

What ``stories --stdin`` and ``trends --stdin`` run: the steps of the service on a store in memory, with a
clock that follows the dates. A step only asks for what is older than now, so it cannot look ahead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from trendwatch.errors import InputError
from trendwatch.pipeline.analyse import Rules, TermMemory, analyse
from trendwatch.pipeline.understand import Understanding, understand
from trendwatch.store import Store
from trendwatch.text import clean, plain
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Feed, FeedState, Item
from trendwatch.types.tags import Taxonomy
from trendwatch.types.trends import Trend
from trendwatch.types.weeks import week_end, week_number

_LEASE = timedelta(days=1)
#: Lines understood at a time: more is no faster and delays what is printed.
CHUNK = 250
#: Streams are dated to the day as often as to the second.
_DISORDER = timedelta(days=1)
#: Every week between two lines is judged: a typing error in a year must not make millions of them.
_EARLIEST, _LATEST = datetime(1970, 1, 5, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One line of a dated stream."""

    id: str
    title: str
    summary: str
    #: aware, in UTC
    date: datetime
    source: str
    url: str


def parse_dated(lines: Iterable[str], *, file: str = "", ordered: bool = True) -> Iterator[Dated]:
    """Yield the lines of a dated stream.

    Args:
        lines: JSON lines
        file: where they come from, for what is wrong with them
        ordered: refuse a line that is dated before the one above it

    Raises:
        InputError: a line is no JSON object, lacks a field, or is dated before the one above it.
    """
    latest: datetime | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            dated = _dated(json.loads(line))
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as error:
            raise InputError(_what_is_wrong(error), file=file, line=number) from error
        if ordered and latest is not None and dated.date < latest - _DISORDER:
            message = f"dated {dated.date.isoformat()}, before {latest.isoformat()}: sort the lines by date"
            raise InputError(message, file=file, line=number)
        latest = dated.date if latest is None else max(latest, dated.date)
        yield dated


class Replay:
    """A store in memory that a dated stream is read into."""

    def __init__(self, store: Store, taxonomy: Taxonomy, *, memory: Understanding) -> None:
        self._store = store
        self._taxonomy = taxonomy
        self._memory = memory
        self._now = datetime(1970, 1, 1, tzinfo=UTC)
        self._feeds: dict[str, Feed] = {}

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

    def judge(self, until: datetime, *, rules: Rules, terms: TermMemory) -> list[Trend]:
        """Return what the weeks came to that ended by a time and were not judged yet."""
        self._now = max(self._now, until)
        report = analyse(self._store, rules=rules, terms=terms, clock=self.clock, lease=_LEASE)
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


def chunks(lines: Iterable[Dated]) -> Iterator[list[Dated]]:
    """Yield lines in pieces that do not cross the end of a week."""
    chunk: list[Dated] = []
    for line in lines:
        if chunk and (len(chunk) == CHUNK or week_number(line.date) != week_number(chunk[0].date)):
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def replay_stories(replay: Replay, lines: Iterable[Dated]) -> Iterator[tuple[str, str]]:
    """Yield (id, story id) for each line, in order."""
    for chunk in chunks(lines):
        found = replay.read(chunk)
        for line, story_id in zip(chunk, found, strict=True):
            yield line.id, story_id


def replay_trends(
    replay: Replay, lines: Iterable[Dated], *, rules: Rules, terms: TermMemory
) -> Iterator[Trend]:
    """Yield what each week came to, once the stream has passed its end; the last week counts as ended."""
    week: int | None = None
    for chunk in chunks(lines):
        reached = week_number(chunk[0].date)
        if week is not None and reached > week:
            yield from replay.judge(week_end(reached - 1), rules=rules, terms=terms)
        replay.read(chunk)
        week = reached if week is None else max(week, reached)
    if week is not None:
        yield from replay.judge(week_end(week), rules=rules, terms=terms)


def _dated(value: dict[str, object]) -> Dated:
    date = datetime.fromisoformat(str(value["date"]))
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    if not _EARLIEST <= date < _LATEST:
        raise ValueError(f"{date.date()} is not between {_EARLIEST.year} and {_LATEST.year}")
    return Dated(
        id=clean(str(value["id"])),
        title=plain(str(value["title"])),
        summary=plain(str(value.get("summary") or "")),
        date=date,
        source=clean(str(value.get("source") or "stdin")),
        url=clean(str(value.get("url") or "")),
    )


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the field {error} is missing; a line needs id, title and date"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error.msg}); give one object a line"
    return f"cannot be read ({error}); a date looks like 2025-03-03 or 2025-03-03T08:00:00Z"


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
