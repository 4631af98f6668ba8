"""A dated stream:  lines | pieces of a week | read | judge the weeks that ended.

A week is judged when the stream has passed its end, by what was read until then: nothing looks ahead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from trendwatch.errors import InputError
from trendwatch.pipeline.analyse import Rules
from trendwatch.text import clean, plain
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


class Reader(Protocol):
    """What a stream is read into: the stages themselves, or the steps on a store."""

    def read(self, chunk: Sequence[Dated]) -> list[str]:
        """Understand some lines of one week; return their stories' ids, in order."""

    def judge(self, until: datetime, *, rules: Rules) -> list[Trend]:
        """Return what the weeks came to that ended by a time and were not judged yet."""


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


def replay_stories(replay: Reader, lines: Iterable[Dated]) -> Iterator[tuple[str, str]]:
    """Yield (id, story id) for each line, in order."""
    for chunk in chunks(lines):
        found = replay.read(chunk)
        for line, story_id in zip(chunk, found, strict=True):
            yield line.id, story_id


def replay_trends(replay: Reader, lines: Iterable[Dated], *, rules: Rules) -> Iterator[Trend]:
    """Yield what each week came to, once the stream has passed its end; the last week counts as ended."""
    week: int | None = None
    for chunk in chunks(lines):
        reached = week_number(chunk[0].date)
        if week is not None and reached > week:
            yield from replay.judge(week_end(reached - 1), rules=rules)
        replay.read(chunk)
        week = reached if week is None else max(week, reached)
    if week is not None:
        yield from replay.judge(week_end(week), rules=rules)


def _dated(value: dict[str, object]) -> Dated:
    """Return a line as a stream reads it.

    Raises:
        ValueError: its date is none, or cannot be right.
        KeyError: it has no id, title or date.
    """
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
