"""How advice speaks: labels and counts as a shop owner would say them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from trendwatch.text import LEADING_WORDS
from trendwatch.types.weeks import MONTHS

_TENS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# "you work in the public sector", but "you work in farming".
_WITH_ARTICLE = ("sector", "industry", "trade")
#: Fewer words are hardly a clause, and hardly a sentence without its last phrase.
_CLAUSE, _PHRASE = 5, 8
# Before these a clause, or a phrase that a sentence can do without, begins.
_CONJUNCTIONS = frozenset(
    "and but or while whereas because although though after before if when where who which until – —".split()
)
_PREPOSITIONS = frozenset(
    "of for with without by in at on from into over under during since through between among about".split()
)


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


def shorten(text: str, words: int) -> str:
    """Return at most this many words, with an ellipsis where some were left out.

    Cut is where a clause ends, so that what stays still says something: "The trial costs €2,100 and ends at
    once if 29 % is not" tells less than "The trial costs €2,100 and ends at once". Failing that, before a
    preposition, and failing that after a word that can end a phrase.
    """
    every = text.split()
    if len(every) <= words:
        return " ".join(every)
    place = next((end for end in _ends(every, words)), words)
    kept = every[:place]
    while len(kept) > 1 and kept[-1].casefold() in LEADING_WORDS:
        kept.pop()
    return " ".join(kept).rstrip(" ,;:-–—(.…") + "…" if kept else ""


def _ends(every: Sequence[str], most: int) -> Iterator[int]:
    """Yield where a sentence may end early, the best place first, in words."""
    clauses = (end for end in range(most, _CLAUSE - 1, -1) if _ends_a_clause(every[end - 1], every[end]))
    yield from clauses
    yield from (end for end in range(most, _PHRASE - 1, -1) if every[end].casefold() in _PREPOSITIONS)


def _ends_a_clause(word: str, following: str) -> bool:
    return word.endswith((",", ";", ":")) or following.casefold() in _CONJUNCTIONS


def day(when: datetime, timezone: str) -> str:
    """Return "14 April 2025", the local day."""
    local = when.astimezone(ZoneInfo(timezone))
    return f"{local.day} {MONTHS[local.month - 1]} {local.year}"


def month(when: datetime, timezone: str) -> str:
    """Return "April 2025", the local month."""
    return day(when, timezone).partition(" ")[2]
