"""Counting the n-grams of a week's stories.

A term is counted as distinct (story, source) pairs: a story that one source prints twice counts once, one
that three sources print counts three times, and how often a text repeats itself does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from trendwatch.text import STOP_WORDS, words

#: Words of a text that are read: beyond them a feed carries the whole article.
MAX_WORDS = 150
_LONGEST = 3


class Usage(NamedTuple):
    """How a term was used."""

    #: distinct (story, source) pairs
    reports: int
    stories: int
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class TermWeek:
    """The terms of one week's stories."""

    #: distinct (story, source) pairs of the week, whatever they say
    reports: int
    terms: Mapping[str, Usage]


def terms_of(text: str) -> set[str]:
    """Return the 1- to 3-grams of a text that can be a name: no stop word at an edge, not only digits."""
    found: set[str] = set()
    read = words(text)[:MAX_WORDS]
    edge = [word not in STOP_WORDS and len(word) > 1 for word in read]
    digits = [word[0].isdigit() and word[-1].isdigit() for word in read]
    for start in range(len(read)):
        if not edge[start]:
            continue
        for end in range(start + 1, min(start + _LONGEST, len(read)) + 1):
            if edge[end - 1] and not all(digits[start:end]):
                found.add(" ".join(read[start:end]))
    return found


def term_counts(reports: Iterable[tuple[str, str, str]]) -> TermWeek:
    """Count the terms of one week's reports, given as story id, source and text."""
    said: dict[tuple[str, str], set[str]] = {}
    for story_id, source, text in reports:
        said.setdefault((story_id, source), set()).update(terms_of(text))
    users: dict[str, list[tuple[str, str]]] = {}
    for pair, terms in said.items():
        for term in terms:
            users.setdefault(term, []).append(pair)
    # most terms are used once: their usages are shared, which is most of the memory
    single = {source: Usage(1, 1, frozenset([source])) for _, source in said}
    return TermWeek(
        reports=len(said),
        terms={
            term: single[pairs[0][1]] if len(pairs) == 1 else _usage(pairs) for term, pairs in users.items()
        },
    )


def _usage(pairs: Sequence[tuple[str, str]]) -> Usage:
    return Usage(
        len(pairs), len({story_id for story_id, _ in pairs}), frozenset(source for _, source in pairs)
    )
