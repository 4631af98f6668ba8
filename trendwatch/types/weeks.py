"""ISO weeks: ``2025-W14`` outside, a running number inside; what days and months are called.

A week starts on Monday 00:00 UTC. Week number 0 is the week of Monday 5 January 1970, so numbers of
weeks can be subtracted across years, also those with a week 53.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

_MONDAY_ZERO = date(1970, 1, 5).toordinal()
#: Weeks after this year have no end that a calendar of four digits could name.
_LAST_YEAR = 9000
_PATTERN = re.compile(r"(\d{4})-W(\d{2})")

WEEK = timedelta(weeks=1)

# Not strftime: its names follow the locale of the process.
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SHORT_MONTHS = [month[:3] for month in MONTHS]


def whole_hour(when: datetime) -> datetime:
    """Return the end of the hour a time falls into: what is told of a window is the same for an hour."""
    began = when.replace(minute=0, second=0, microsecond=0)
    return began if began == when else began + timedelta(hours=1)


def week_number(when: datetime) -> int:
    """Return the number of the week an aware time falls into."""
    return (when.astimezone(UTC).date().toordinal() - _MONDAY_ZERO) // 7


def weekday(when: datetime) -> int:
    """Return the day of its week an aware time falls into, 0 for Monday."""
    return when.astimezone(UTC).weekday()


def week_name(number: int) -> str:
    """Return ``2025-W14`` for a week number."""
    year, week, _ = date.fromordinal(_MONDAY_ZERO + 7 * number).isocalendar()
    return f"{year}-W{week:02d}"


def parse_week(name: str) -> int:
    """Return the number of a week written ``2025-W14``.

    Raises:
        ValueError: not of this form, the year has no such week, or nobody counts that far.
    """
    match = _PATTERN.fullmatch(name)
    if match is None:
        raise ValueError(f"{name!r} is not a week; write it like 2025-W14")
    year = int(match[1])
    if year > _LAST_YEAR:
        raise ValueError(f"{name!r} must not be after {_LAST_YEAR}")
    try:
        monday = date.fromisocalendar(year, int(match[2]), 1)
    except ValueError as error:
        raise ValueError(f"there is no week {name}; write it like 2025-W14") from error
    return (monday.toordinal() - _MONDAY_ZERO) // 7


def week_start(number: int) -> datetime:
    """Return Monday 00:00 UTC of a week."""
    monday = date.fromordinal(_MONDAY_ZERO + 7 * number)
    return datetime(monday.year, monday.month, monday.day, tzinfo=UTC)


def week_end(number: int) -> datetime:
    """Return the first instant after a week."""
    return week_start(number + 1)
