"""Texts into numbers, once, for everybody who reads them: the vocabulary and the terms.

A word becomes one number that holds two: what the vocabulary calls it, in the singular, and what the terms
call it, as written and with its marks; single letters, which the vocabulary does not know, it passes over.
Words seen before are remembered, so most cost one look-up; see ``vectors`` and ``phrases`` for what is done
with the numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import item_marks, unmarked
from trendwatch.tagging.weak import Found, Matcher
from trendwatch.text import singular
from trendwatch.vectors import STOP, Vectoriser

Numbers = NDArray[np.int64]

#: Bits for the number of a word among the terms.
_BITS = 24
_MASK = (1 << _BITS) - 1
#: Words remembered; a hostile text must not fill the memory.
_MOST_WORDS = 200_000


@dataclass(frozen=True, slots=True)
class ReadTexts:
    """Some texts as everybody sees them."""

    #: of each text, as written, with its marks
    marks: list[list[str]]
    #: one row of TF-IDF per text, scipy csr
    matrix: object
    #: the terms in them
    found: Found


class Reader:
    """Reads texts for a vocabulary and a taxonomy."""

    def __init__(self, vectoriser: Vectoriser, matcher: Matcher) -> None:
        self._vectoriser, self._matcher = vectoriser, matcher
        self._numbers = _Numbers(vectoriser, matcher)

    def read(self, texts: Sequence[tuple[str, str]]) -> ReadTexts:
        """Return (title, summary) texts as numbers."""
        cut = [item_marks(title, summary) for title, summary in texts]
        lengths = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
        total = int(lengths.sum())
        both = np.fromiter(
            map(self._numbers.__getitem__, chain.from_iterable(cut)), dtype=np.int64, count=total
        )
        rows = np.repeat(np.arange(len(cut)), lengths)
        matrix = self._vectoriser.rows(both >> _BITS, rows, len(cut))
        return ReadTexts(cut, matrix, self._matcher.found(both & _MASK, rows, len(cut)))


class Singulars(dict[str, str]):
    """Word to its singular, worked out when first asked for."""

    def __missing__(self, word: str) -> str:
        one = singular(word)
        if len(self) < _MOST_WORDS:
            self[word] = one
        return one


class _Numbers(dict[str, int]):
    """Word to its two numbers, worked out when first asked for."""

    def __init__(self, vectoriser: Vectoriser, matcher: Matcher) -> None:
        super().__init__()
        self._vectoriser, self._matcher = vectoriser, matcher

    def __missing__(self, mark: str) -> int:
        word = unmarked(mark)
        column = self._vectoriser.number(singular(word)) if word else STOP
        number = column << _BITS | self._matcher.number(mark)
        if len(self) < _MOST_WORDS:
            self[mark] = number
        return number


def singulars(words: Sequence[str]) -> list[str]:
    """Return words with a plural ending taken off: with few examples, robot and robots must be one word."""
    return [singular(word) if word[-1] == "s" else word for word in words]
