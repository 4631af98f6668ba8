"""Times, weeks and keys as people read them. Not strftime: its names follow the locale of the process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trendwatch.advice.words import counted, in_words
from trendwatch.types.weeks import DAYS, MONTHS, parse_week, week_start

_STEPS = ((86400, "day"), (3600, "hour"), (60, "minute"))


def day(when: datetime, zone: str = "UTC") -> str:
    """Return "3 March 2025"."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def moment(when: datetime, zone: str = "UTC") -> str:
    """Return "Monday 3 March, 07:00"."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}, {local:%H:%M}"


def stamp(when: datetime) -> str:
    """Return "2025-03-03 07:00 UTC", for operators."""
    return f"{when.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M} UTC"


def ago(when: datetime, now: datetime) -> str:
    """Return "5 minutes ago", "in 2 hours" or "just now"."""
    seconds = int((now - when).total_seconds())
    for size, noun in _STEPS:
        if abs(seconds) >= size:
            amount = counted(abs(seconds) // size, noun)
            return f"{amount} ago" if seconds > 0 else f"in {amount}"
    return "just now" if seconds >= 0 else "in a moment"


def week_words(name: str) -> str:
    """Return "31 March to 6 April 2025" for a week."""
    first = week_start(parse_week(name))
    last = first + timedelta(days=6)
    start = str(first.day)
    if first.month != last.month:
        start += f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} to {last.day} {MONTHS[last.month - 1]} {last.year}"


def week_start_words(name: str) -> str:
    """Return the first day of a week, "31 March 2025"."""
    return day(week_start(parse_week(name)))


def week_end_words(name: str) -> str:
    """Return the last day of a week, "6 April 2025"."""
    return day(week_start(parse_week(name)) + timedelta(days=6))


def key_name(key: str, names: Mapping[str, str]) -> str:
    """Return "Drones in retail" for a pair, the name of a label, or the term itself."""
    first, _, second = key.partition("|")
    if ":" not in first:
        return key
    said = in_words(first, names) + (f" in {in_words(second, names)}" if second else "")
    return said[:1].upper() + said[1:]


def web_link(url: str) -> str:
    """Return an address that may be linked to, "" for anything but http and https."""
    return url if url.startswith(("https://", "http://")) and url.isprintable() else ""
