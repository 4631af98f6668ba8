"""How alike two pieces of news read: rare words they share, numbers they do not.

A text is a vector of unit length: half of it the TF-IDF of its words (headline twice, then the summary),
half the TF-IDF of the first five letters of its headline's words, so that "blast" meets "blasts" and
"regulator" meets "regulation". The week's ``Rarity`` numbers the words, a vector is two short columns, and
one text is compared with many in one go (``news/gauge.py``).

Measured on 1,999 headline pairs scored by people (AUC of "same" against "not"): words alone 0.834, with
4-letter shingles 0.838, beginnings alone 0.848; with clashing numbers at 0.8 this function has 0.857. The
shingles were rejected: they also cost most of the time.

Known failures: word order is not seen ("A sues B" is "B sues A"); translations share nothing but names; five
letters cannot tell "Intel" from "intelligence", which is why whole words hold the other half.

Source: Linger and Hajaiej 2020 (sparse vectors beat dense ones for news of one language).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from trendwatch.news.gauge import DIGITS
from trendwatch.news.rarity import STOP, Numbers, Rarity
from trendwatch.statistics import Floats
from trendwatch.text import SUMMARY_CHARS, headline, words

#: Terms by which a text is found, rarest first; more find nothing new.
INDEX_TERMS = 12
#: Copies agree in at least this much of the summary; those who reprint cut what follows.
EXACT_CHARS = 200
#: "Open thread" does not say which one.
FEWEST_WORDS = 3
#: One rare word in common is a topic: of 15 headline pairs joined by one word alone 2 told one event.
FEWEST_SHARED = 2
#: What a cosine is worth where both headlines name numbers and share none: the 12th package, the 13th.
NUMBERS_CLASH = 0.8
#: The same where one looks back at what happened years ago and the other does not.
LOOKING_BACK = 0.8

#: What each of so many parts of unit length is multiplied by, so that the whole has it.
_SHARES = [0.0, 1.0, math.sqrt(1 / 2)]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_BACK = re.compile(
    r"\b(?:on this day|this day in|anniversary|years ago today|looking back|throwback)\b", re.IGNORECASE
)


class Reading(NamedTuple):
    """A text as it is compared; comparable with others of the same ``Rarity``."""

    #: numbers of words, then of beginnings, and their weights: a vector of length 1, or empty
    terms: Numbers
    weights: Floats
    #: how often each is said
    said: Numbers
    #: the terms it is found by, rarest first; none where there is too little text
    rarest: tuple[int, ...]
    #: how many of the terms are words; the others are beginnings
    first_begin: int
    #: named in the headline
    numbers: tuple[str, ...]
    #: it recalls what happened on this day, years ago
    looks_back: bool
    #: equal for copies; "" where there is too little text to say
    exact: str

    @property
    def words(self) -> set[int]:
        """Distinct words that carry meaning."""
        return set(self.terms[: self.first_begin].tolist())

    @property
    def begins(self) -> set[int]:
        """Beginnings of the headline's words."""
        return set(self.terms[self.first_begin :].tolist())


class _Cut(NamedTuple):
    """A text in words, by their numbers."""

    #: the headline's twice, then the summary's, then once more the headline's, to begin with
    words: list[int]
    #: how many those of the headline are
    heading: int
    head: str
    #: all of its words
    exact: str


def read(title: str, summary: str, *, rarity: Rarity) -> Reading:
    """Return the vector of a text and what else decides whether it is a copy."""
    return read_all([(title, summary)], rarity=rarity)[0]


def read_all(texts: Iterable[tuple[str, str]], *, rarity: Rarity) -> list[Reading]:
    """Return what ``read`` does of some (title, summary): a few hundred in one go take half of the time."""
    cut = [_cut(title, summary, rarity) for title, summary in texts]
    if not cut:
        return []
    sizes = [size for one in cut for size in (len(one.words) - one.heading, one.heading)]
    said = np.array([number for one in cut for number in one.words], dtype=np.int64)
    parts = np.repeat(np.arange(len(sizes)), sizes)
    begins = (parts % 2).nonzero()[0]
    said[begins] = rarity.beginnings(said[begins])
    terms, counts, parts = _counted(said, parts, size=len(rarity))
    lengths = np.bincount(parts, minlength=len(sizes)).reshape(-1, 2)
    vectors = _vectors(terms, counts, lengths, rarity=rarity)
    return [_reading(one, vector) for one, vector in zip(cut, vectors, strict=True)]


def _cut(title: str, summary: str, rarity: Rarity) -> _Cut:
    head = headline(title)
    heading = words(head)
    body = words(summary[:SUMMARY_CHARS]) if summary else []
    news = rarity.without_column(head)
    mine = rarity.numbers(heading if news is head else words(news))
    return _Cut(
        [*mine, *mine, *rarity.numbers(body), *mine],
        len(mine),
        head,
        " ".join([*heading, "|", *body])[: len(head) + EXACT_CHARS],
    )


def _counted(said: Numbers, parts: Numbers, *, size: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return the different terms of each part, in the order they are first said, their counts and parts."""
    carries = (said != STOP).nonzero()[0]
    said, parts = said[carries], parts[carries]
    _, first, counts = np.unique(parts * size + said, return_index=True, return_counts=True)
    order = first.argsort()
    first = first[order]
    return said[first], counts[order], parts[first]


class _Vector(NamedTuple):
    terms: Numbers
    weights: Floats
    said: Numbers
    rarest: tuple[int, ...]
    #: how many of the terms are words
    first_begin: int


def _vectors(terms: Numbers, said: Numbers, lengths: Numbers, *, rarity: Rarity) -> Iterator[_Vector]:
    """Yield the vectors of texts whose terms stand one behind the other, words before beginnings.

    Args:
        terms: numbers of words and beginnings
        said: how often each is said
        lengths: of each text how many are words, and how many beginnings
        rarity: what they weigh
    """
    parts = np.repeat(np.arange(lengths.size), lengths.ravel())
    texts = parts // 2
    shares = np.array(_SHARES)[(lengths > 0).sum(axis=1)]
    weights = rarity.all_weights(terms, said, parts) * shares[texts]
    # of equal weight the one that is said first: what it is numbered depends on what else was read; a weight
    # is 1 at most, so that twice the text's number keeps texts apart
    ranked = terms[(2 * texts - weights.round(DIGITS)).argsort(kind="stable")].tolist()
    start = 0
    for first_begin, begins in lengths.tolist():
        end = start + first_begin + begins
        rarest = tuple(ranked[start : min(end, start + INDEX_TERMS)]) if first_begin >= FEWEST_WORDS else ()
        yield _Vector(terms[start:end], weights[start:end], said[start:end], rarest, first_begin)
        start = end


def _reading(cut: _Cut, vector: _Vector) -> Reading:
    head = cut.head
    return Reading(
        terms=vector.terms,
        weights=vector.weights,
        said=vector.said,
        rarest=vector.rarest,
        first_begin=vector.first_begin,
        numbers=tuple(_NUMBER.findall(head)),
        looks_back=_looks_back(head),
        exact=cut.exact if vector.first_begin >= FEWEST_WORDS else "",
    )


def _looks_back(head: str) -> bool:
    # all that _BACK finds has one of these, which are found in an eighth of the time
    small = head.lower()
    return ("day" in small or "back" in small or "ann" in small) and bool(_BACK.search(head))


def read_anew(
    texts: Sequence[tuple[str, str]], readings: Sequence[Reading], *, before: Rarity, rarity: Rarity
) -> list[Reading]:
    """Return what ``read`` does of some (title, summary) by a rarity, where they were read by another before.

    All in one go, and without their letters; those are read again before which only one sees a column's name.
    """
    heads = [headline(title) for title, _ in texts]
    again = [
        at for at, head in enumerate(heads) if before.without_column(head) != rarity.without_column(head)
    ]
    found = _weighed_anew(readings, before, rarity)
    for at, reading in zip(again, read_all([texts[at] for at in again], rarity=rarity), strict=True):
        found[at] = reading
    return found


def _weighed_anew(readings: Sequence[Reading], before: Rarity, rarity: Rarity) -> list[Reading]:
    if not readings:
        return []
    lengths = np.array([(one.first_begin, len(one.terms) - one.first_begin) for one in readings])
    is_word = np.repeat(np.arange(lengths.size) % 2 == 0, lengths.ravel())
    old = np.concatenate([one.terms for one in readings])
    terms = before.renumbered(old[is_word], rarity)[old]
    said = np.concatenate([one.said for one in readings])
    return [
        one._replace(terms=vector.terms, weights=vector.weights, rarest=vector.rarest)
        for one, vector in zip(readings, _vectors(terms, said, lengths, rarity=rarity), strict=True)
    ]


def likeness(one: Reading, other: Reading) -> float:
    """Return how alike two texts read, in [0, 1], clashing numbers counted."""
    return dot(one, other) * discount(one, other)


def discount(one: Reading, other: Reading) -> float:
    """Return what their cosine is worth: less where numbers clash, or where only one looks back."""
    mine, theirs = one.numbers, other.numbers
    worth = NUMBERS_CLASH if mine and theirs and set(mine).isdisjoint(theirs) else 1.0
    return worth if one.looks_back == other.looks_back else worth * LOOKING_BACK


def shared_words(one: Reading, other: Reading) -> int:
    """Return how many words two texts share, or beginnings of words if those are more."""
    return max(len(one.words & other.words), len(one.begins & other.begins))


def dot(one: Reading, other: Reading) -> float:
    """Return the inner product."""
    mine = dict(zip(one.terms.tolist(), one.weights.tolist(), strict=True))
    theirs = zip(other.terms.tolist(), other.weights.tolist(), strict=True)
    return round(math.fsum([mine[term] * weight for term, weight in theirs if term in mine]), DIGITS)
