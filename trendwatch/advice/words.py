"""How advice speaks: labels and counts as a shop owner would say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from trendwatch.types.weeks import MONTHS

_TENS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# "you work in the public sector", but "you work in farming".
_WITH_ARTICLE = ("sector", "industry", "trade")


def in_words(key: str, names: Mapping[str, str]) -> str:
    """Return what a full label key is called inside a sentence: ``area:ai`` is "artificial intelligence"."""
    name = names.get(key) or key.rpartition(":")[2].replace("_", " ")
    first, _, rest = name.partition(" ")
    plain = first[1:].replace("-", "").replace("'", "")
    # "Robots" and "E-commerce" lose their capital; "AI", "IoT", "3D", "5G" and "Internet of Things" keep it.
    if plain.islower() and not any(word.istitle() for word in rest.split()):
        first = first.lower()
    name = f"{first} {rest}".strip()
    return f"the {name}" if name.endswith(_WITH_ARTICLE) else name


def a_list(things: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"; "a and b, and c" where a thing has an "and" of its own."""
    if len(things) < 2:  # noqa: PLR2004
        return "".join(things)
    if any(" and " in one for one in things):
        return f"{', '.join(things[:-1])}, and {things[-1]}"
    return f"{', '.join(things[:-1])} and {things[-1]}"


def some_of(things: Sequence[str], most: int) -> str:
    """Return a list of at most ``most`` things, and how many more there are."""
    shown = list(things[:most])
    if len(things) > most:
        shown.append(f"{len(things) - most} more")
    return a_list(shown)


def labels(keys: Iterable[str], names: Mapping[str, str], *, most: int = 2) -> str:
    """Return at most ``most`` labels as a list, the rest unsaid."""
    return a_list([in_words(key, names) for key in list(keys)[:most]])


def number(count: int) -> str:
    """Return "two" for 2; figures above ten."""
    return _TENS[count] if 0 <= count < len(_TENS) else str(count)


def counted(count: int, noun: str, *, plural: str = "") -> str:
    """Return "1 story" or "3 stories": figures, because they are compared."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def day(when: datetime, timezone: str) -> str:
    """Return "14 April 2025", the local day."""
    local = when.astimezone(ZoneInfo(timezone))
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def month(when: datetime, timezone: str) -> str:
    """Return "April 2025", the local month."""
    return day(when, timezone).partition(" ")[2]
