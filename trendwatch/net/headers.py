"""What a publisher's headers say about the next request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from trendwatch.types.work import Clock

#: Whoever asks for a longer wait is asked again after this.
LONGEST_WAIT = timedelta(days=31)

_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})", re.IGNORECASE)
# A longer validator is a mistake, and sending it back makes servers refuse the whole request.
_MAX_VALIDATOR = 1024


def validator(headers: Mapping[str, str], name: str) -> str:
    """Return a validator byte for byte, "" where there is no sensible one."""
    text = headers.get(name, "")
    return text if len(text) <= _MAX_VALIDATOR else ""


def max_age(cache_control: str) -> timedelta | None:
    """Return how long an answer stays fresh, None where it does not say; at most 31 days."""
    match = _MAX_AGE.search(cache_control)
    return min(timedelta(seconds=int(match[1])), LONGEST_WAIT) if match else None


def fresh_for(headers: Mapping[str, str], clock: Clock | None) -> timedelta | None:
    """Return how long an answer stays fresh: max-age, else until Expires; None where it does not say."""
    stated = max_age(headers.get("cache-control", ""))
    return stated if stated is not None else _until(headers.get("expires", ""), headers, clock)


def retry_after(headers: Mapping[str, str], clock: Clock | None) -> timedelta | None:
    """Return the wait a server asks for, as seconds or as a date by its own clock; at most 31 days."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WAIT)
    return _until(text, headers, clock)


def _until(text: str, headers: Mapping[str, str], clock: Clock | None) -> timedelta | None:
    """Return the time until an HTTP date, by the server's own clock where it says; None where it is over."""
    until = _http_date(text)
    start = _http_date(headers.get("date", "")) or (clock() if clock else None)
    if until is None or start is None or until <= start:
        return None
    return min(until - start, LONGEST_WAIT)


def _http_date(text: str) -> datetime | None:
    """Return the time of an HTTP date, None where it is none."""
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found
