"""When a publisher wants no visits: ``skipHours`` and ``skipDays`` of RSS, feedparser keeps one of each.

Read from the start of the markup, before the first item, where the specification's examples and all real
feeds have them; articles that quote the elements stand behind it.
"""

from __future__ import annotations

import re

_LISTS = re.compile(r"<(skip[hH]ours|skip[dD]ays)\s*>(.{0,1500}?)</\1\s*>", re.DOTALL)
_HOUR = re.compile(r"<hour\s*>\s*(\d{1,2})\s*</hour\s*>", re.IGNORECASE)
_DAY = re.compile(r"<day\s*>\s*(mon|tue|wed|thu|fri|sat|sun)[a-z]*\s*</day\s*>", re.IGNORECASE)
_ITEM = re.compile(r"<(?:item|entry)[\s>/]", re.IGNORECASE)
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = 24
_HINT = b"<skip"
_START = 16_384


def read_skips(markup: bytes) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the hours (UTC, 0 to 23) and the days (Monday is 0) in which a feed wants no visits."""
    if _HINT not in markup[:_START]:
        return (), ()
    text = markup[:_START].decode(errors="replace")
    hours: set[int] = set()
    days: set[int] = set()
    item = _ITEM.search(text)
    for found in _LISTS.finditer(text, 0, item.start() if item else len(text)):
        # RSS 0.91 counts to 24, which is midnight
        hours |= {int(hour) % _HOURS for hour in _HOUR.findall(found[2]) if int(hour) <= _HOURS}
        days |= {_DAYS.index(day.lower()) for day in _DAY.findall(found[2])}
    return tuple(sorted(hours)), tuple(sorted(days))
