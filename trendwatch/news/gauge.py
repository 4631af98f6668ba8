"""Inner products of texts and sums of texts: one text is held against many in one go.

A vector is two short columns, numbers of terms and weights. The one text is laid out by number, the others'
columns stand one behind the other: looking up and adding up are three steps over all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from trendwatch.news.rarity import Numbers, Rarity
from trendwatch.news.rows import Columns
from trendwatch.statistics import Floats

#: Cosines are rounded here: the numbers of words differ between two runs, and with them the order of a sum.
DIGITS = 9


class Weighed(Protocol):
    """What has weights by the numbers of terms."""

    @property
    def terms(self) -> Numbers:
        """Different numbers."""

    @property
    def weights(self) -> Floats:
        """Their weights."""


class Vector(NamedTuple):
    """A sum of texts."""

    terms: Numbers
    weights: Floats
    length: float


def alone(text: Weighed) -> Vector:
    """Return what one text adds up to: itself, which has length 1 or says nothing."""
    return Vector(text.terms, text.weights, 1.0 if len(text.terms) else _NO_LENGTH)


def added(texts: Sequence[Weighed]) -> Vector:
    """Return the sum of some texts."""
    terms = np.concatenate([one.terms for one in texts])
    flat = np.concatenate([one.weights for one in texts])
    # as np.unique does, which takes three times as long for so few; a term's weights keep their order
    order = terms.argsort(kind="stable")
    terms = terms[order]
    first = np.ones(len(terms), dtype=bool)
    np.not_equal(terms[1:], terms[:-1], out=first[1:])
    weights = np.bincount(first.cumsum() - 1, flat[order]).astype(np.float64, copy=False)
    terms = terms[first]
    return Vector(terms, weights, max(round(math.sqrt(weights @ weights), DIGITS), _NO_LENGTH))


#: Of a text without words, which nothing is like.
_NO_LENGTH = 1e-6
NOWHERE = Vector(np.zeros(0, dtype=np.int64), np.zeros(0), _NO_LENGTH)


class Gauge:
    """One text, or a sum of some, held against many."""

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._dense = np.zeros(1024)
        self._places = np.zeros(1024, dtype=np.int64)

    def dots(self, one: Weighed, others: Sequence[Weighed]) -> Floats:
        """Return the inner product of one with each of the others."""
        if not others:
            return np.zeros(0)
        lengths = np.array([len(other.terms) for other in others])
        some = lengths.nonzero()[0]
        if len(some) < len(others):  # texts without words
            found = np.zeros(len(others))
            found[some] = self.dots(one, [others[at] for at in some.tolist()])
            return found
        terms = np.concatenate([other.terms for other in others], dtype=np.int32, casting="same_kind")
        weights = np.concatenate([other.weights for other in others])
        return self.measure(one, Columns(terms, weights, lengths.cumsum() - lengths, lengths))

    def measure(self, one: Weighed, others: Columns) -> Floats:
        """Return the inner product of one with each of the others."""
        dense = self._room()
        dense[one.terms] = one.weights
        products = dense.take(others.terms)
        products *= others.weights
        dense[one.terms] = 0.0
        return _sums(products, others.starts)

    def measure_each(self, wholes: Sequence[Weighed], others: Columns, of: Numbers) -> Floats:
        """Return the inner product of each of the others with that of some which it is held against.

        Args:
            wholes: those some
            others: what is held against one of them each
            of: against which, by its place
        """
        terms = np.concatenate([one.terms for one in wholes])
        room, width = self._room_for_places(), len(terms) + 1
        room[terms] = np.arange(1, width)  # a term that several have has the place that is given last
        rows = np.repeat(np.arange(len(wholes)) * width, [len(one.terms) for one in wholes])
        laid = np.zeros(len(wholes) * width)
        laid[rows + room[terms]] = np.concatenate([one.weights for one in wholes])
        places = room.take(others.terms)
        places += (of * width).repeat(others.lengths)
        products = laid.take(places)
        products *= others.weights
        room[terms] = 0
        return _sums(products, others.starts)

    def _room_for_places(self) -> Numbers:
        if len(self._places) < len(self._rarity):
            self._places = np.zeros(2 * len(self._rarity), dtype=np.int64)
        return self._places

    def _room(self) -> Floats:
        if len(self._dense) < len(self._rarity):
            self._dense = np.zeros(2 * len(self._rarity))
        return self._dense


def _sums(products: Floats, starts: Numbers) -> Floats:
    found: Floats = np.add.reduceat(products, starts)
    return found.round(DIGITS)
