"""Dates as feeds write them.

Observations on 4,000 real and conformance documents: all but a handful of dates are ISO 8601 or RFC 822.
feedparser reads both, but also what is neither (``1767600000`` becomes the year 1767), takes most names of
time zones for UTC (``CET``, ``JST``), and knows English months only.

Method, first that gives a date: seconds or milliseconds since 1970; strict ISO 8601; RFC 822 with the months
of six languages and the zones people write; a few written forms; feedparser's reading, unless its year is not
in the text (a zone may move it by one) or it went on counting behind month 12. A date without zone is
UTC. What lies before 1995 (no feeds then) or beyond the calendar is no date.

Known failures: ``05/03/2019`` is ambiguous and no date; ``IST`` and ``CST`` name several zones, feedparser's
reading stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from time import struct_time

#: Earlier is an empty or broken field: 1970, year 0, a scanned archive.
FIRST_YEAR = 1995

_MAX_CHARS = 80
_EPOCH = re.compile(r"(\d{10})(\d{3})?")
_WRITTEN = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(\d{1,2})[\s.-]+([^\W\d]{3,10})\.?[\s-]+(\d{4}|\d{2}),?\s+(\d{1,2}:\d{2}(?::\d{2})?)"
    r"\s*([A-Za-z]{1,5}|[+-]\d{2}:?\d{2})?(?:\s*\(.*)?"
)
_FORMS = (
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
)
_LONG_FORMS = ("%B %d, %Y %I:%M %p", "%B %d, %Y %H:%M", "%B %d, %Y", "%b %d, %Y")
_YEAR = re.compile(r"(?<![+\d])\d{4}(?!\d)")
_LONG_NUMBER = re.compile(r"\d{5}")
_MONTH_13 = re.compile(r"\d{4}-(?:1[3-9]|[2-9]\d)-")
_WEEKDAY = re.compile(r"^[A-Za-z]{3,9},\s+(?=[A-Za-z])")

# First letters of the months: English, German, French, Spanish, Portuguese, Italian; four before three.
_MONTHS = {
    "juil": 7, "juin": 6, "jan": 1, "jän": 1, "ene": 1, "gen": 1, "feb": 2, "fev": 2, "fév": 2, "mar": 3,
    "mär": 3, "apr": 4, "avr": 4, "abr": 4, "may": 5, "mai": 5, "mag": 5, "jun": 6, "giu": 6, "jul": 7,
    "lug": 7, "aug": 8, "aoû": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "out": 10, "ott": 10,
    "nov": 11, "dec": 12, "dez": 12, "dic": 12, "déc": 12,
}  # fmt: skip

# Hours east of UTC of the names that mean one zone only.
_ZONES = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "met": 1, "mez": 1,
    "cest": 2, "mest": 2, "mesz": 2, "eet": 2, "sast": 2, "eest": 3, "msk": 3, "sgt": 8, "hkt": 8, "awst": 8,
    "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13, "brt": -3, "art": -3,
    "edt": -4, "est": -5, "cdt": -5, "mdt": -6, "mst": -7, "pdt": -7, "pst": -8, "akdt": -8, "akst": -9,
    "hst": -10,
}  # fmt: skip


def read_date(
    text: str, parsed: struct_time | Callable[[str], struct_time | None] | None = None
) -> datetime | None:
    """Return the time a text names, aware and in UTC, or None.

    ``parsed`` is what feedparser made of it, or how to ask it; it is asked only where the other ways fail.
    """
    found = _written(text.strip()[:_MAX_CHARS])
    if found is None:
        found = _tuple(parsed(text) if callable(parsed) else parsed, text.strip()[:_MAX_CHARS])
    return found and _plausible(found)


@lru_cache(maxsize=4_096)
def _written(text: str) -> datetime | None:
    """Return the time a text names without feedparser's help. Feeds repeat their times at every poll."""
    if not text:
        return None
    numeric = (_epoch(text) or _iso(text)) if text[0].isdigit() else None
    return numeric or _rfc822(text) or _forms(text)


def _plausible(found: datetime) -> datetime | None:
    try:
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None
    return found if found.year >= FIRST_YEAR else None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _epoch(text: str) -> datetime | None:
    found = _EPOCH.fullmatch(text)
    return datetime.fromtimestamp(int(found[1]), UTC) if found else None


def _rfc822(text: str) -> datetime | None:
    found = _WRITTEN.fullmatch(text)
    if found is None:
        return None
    name = found[2].lower()
    month = _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])
    zone = _zone(found[5] or "gmt")
    if not month or zone is None:
        return None
    clock = [int(part) for part in found[4].split(":")]
    try:
        whole = datetime(_year(found[3]), month, int(found[1]), clock[0], clock[1], tzinfo=zone)
        return whole + timedelta(seconds=clock[2] if clock[2:] else 0)  # 23:59:60 is a leap second
    except (ValueError, OverflowError):
        return None


def _year(digits: str) -> int:
    """Return the year of four digits, or of two: 90 to 99 are of the last century, as feedparser has it."""
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < 90 else 1900)  # noqa: PLR2004


@lru_cache(maxsize=256)
def _zone(name: str) -> timezone | None:
    if name[0] in "+-":
        digits = name[1:].replace(":", "")
        east = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
        return timezone(east if name[0] == "+" else -east) if east < timedelta(days=1) else None
    hours = _ZONES.get(name.lower())
    return None if hours is None else timezone(timedelta(hours=hours))


def _tuple(parsed: struct_time | None, text: str) -> datetime | None:
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    standing = {int(digits) for digits in _YEAR.findall(text)}
    guessed = (standing or _LONG_NUMBER.search(text)) and standing.isdisjoint((year - 1, year, year + 1))
    if guessed or _MONTH_13.match(text):
        return None
    try:
        found = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None
    return found if found.year >= FIRST_YEAR else None


def _forms(text: str) -> datetime | None:
    for form in (*_FORMS, *_LONG_FORMS):
        try:
            return datetime.strptime(_WEEKDAY.sub("", text), form).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
