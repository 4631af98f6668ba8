"""A dated stream:  lines | pieces of a week | read | judge the weeks that ended.

A week is judged when the stream has passed its end, by what was read until then: nothing looks ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from trendwatch.errors import InputError
from trendwatch.jsonlines import WrongLine, json_value, line_text, refuse, whole
from trendwatch.pipeline.analyse import Rules
from trendwatch.text import clean, plain
from trendwatch.types.trends import Trend
from trendwatch.types.weeks import week_end, week_number

#: Lines understood at a time: more is no faster and delays what is printed.
CHUNK = 250
#: Streams are dated to the day as often as to the second.
_DISORDER = timedelta(days=1)
#: Every week between two lines is judged: a typing error in a year must not make millions of them.
_EARLIEST, _LATEST = datetime(1970, 1, 5, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
#: Who speaks in lines that do not say so.
WITHOUT_SOURCE = "stdin"

Row = TypeVar("Row")


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


def parse_dated(
    lines: Iterable[bytes | str],
    *,
    file: str = "",
    ordered: bool = True,
    now: datetime | None = None,
    on_wrong: Callable[[InputError], None] = refuse,
) -> Iterator[Dated]:
    """Yield the lines of a dated stream.

    Args:
        lines: JSON lines, best as bytes: one that is no UTF-8 then spoils no other
        file: where they come from, for what is wrong with them
        ordered: refuse a line that is dated before the one above it
        now: refuse a line that is dated after it, None for none
        on_wrong: is told of each line that is no UTF-8 or JSON object, lacks a field, or whose id or date is
            refused; where it returns, that line is left out

    Raises:
        InputError: as ``on_wrong`` does.
    """
    latest: datetime | None = None
    for number, read in enumerate(lines, start=1):
        try:
            if not (line := line_text(read)):
                continue
            dated = _dated(json_value(line))
            _check_date(dated, latest=latest if ordered else None, now=now)
        except (ValueError, KeyError, OverflowError) as error:
            on_wrong(InputError(_what_is_wrong(error), file=file, line=number))
            continue
        latest = dated.date if latest is None else max(latest, dated.date)
        yield dated


class Reader(Protocol):
    """What a stream is read into: the stages themselves, or the steps on a store."""

    def read(self, chunk: Sequence[Dated]) -> list[str]:
        """Understand some lines of one week; return their stories' ids, in order."""

    def judge(self, until: datetime, *, rules: Rules) -> list[Trend]:
        """Return what the weeks came to that ended by a time and were not judged yet."""


def batches(
    lines: Iterable[Row], *, size: int, apart: Callable[[Row], object] = lambda _line: None
) -> Iterator[list[Row]]:
    """Yield lines in pieces; lines for which ``apart`` differs are in different ones.

    Raises:
        InputError: a line cannot be read; what stands above it has been yielded before.
    """
    batch: list[Row] = []
    wrong: InputError | None = None
    rest = iter(lines)
    while True:
        try:
            line = next(rest)
        except StopIteration:
            break
        except InputError as error:
            wrong = error
            break
        if batch and (len(batch) == size or apart(line) != apart(batch[0])):
            yield batch
            batch = []
        batch.append(line)
    if batch:
        yield batch
    if wrong is not None:
        raise wrong


def chunks(lines: Iterable[Dated]) -> Iterator[list[Dated]]:
    """Yield lines in pieces that do not cross the end of a week.

    Raises:
        InputError: a line cannot be read; what stands above it has been yielded before.
    """
    return batches(lines, size=CHUNK, apart=lambda line: week_number(line.date))


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


def _dated(value: object) -> Dated:
    """Return a line as a stream reads it.

    Raises:
        ValueError: it is no object, its date is none, or cannot be right.
        KeyError: it has no id, title or date.
    """
    if not isinstance(value, dict):
        raise WrongLine("it is no JSON object; give one object a line with id, title and date")
    if value["date"] is None:
        raise WrongLine("the date is null; a line needs one such as 2025-03-03")
    date = datetime.fromisoformat(str(value["date"]))
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    if not _EARLIEST <= date < _LATEST:
        raise WrongLine(f"{date.date()} is not from {_EARLIEST.date()} on and before {_LATEST.date()}")
    if value["id"] is None or not (name := clean(whole(str(value["id"]), field="id"))):
        raise WrongLine("the id is empty; a line needs one of its own")
    return Dated(
        id=name,
        title=plain(str(value["title"])),
        summary=plain(str(value.get("summary") or "")),
        date=date,
        source=clean(str(value.get("source") or WITHOUT_SOURCE)),
        url=clean(str(value.get("url") or "")),
    )


def _check_date(dated: Dated, *, latest: datetime | None, now: datetime | None) -> None:
    """Refuse a date after now, or before that of a line above.

    Raises:
        ValueError: it is one.
    """
    if now is not None and dated.date > now:
        raise WrongLine(f"{dated.id!r} is dated {dated.date.isoformat()}, which is in the future")
    if latest is not None and dated.date < latest - _DISORDER:
        raise WrongLine(
            f"dated {dated.date.isoformat()}, before {latest.isoformat()}: sort the lines by date"
        )


def _what_is_wrong(error: Exception) -> str:
    if isinstance(error, WrongLine):
        return str(error)
    if isinstance(error, KeyError):
        return f"the field {error} is missing; a line needs id, title and date"
    return f"cannot be read ({error}); a date looks like 2025-03-03 or 2025-03-03T08:00:00Z"
