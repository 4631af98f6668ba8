"""Which reports hold a rare term, and which of them share the most of a text's rare terms.

The numbers of the reports that hold a term stand in one ascending column. The columns of a text's terms are
sorted into one: a report that shares four of them stands there four times in a row, so the longest runs are
the reports wanted. No number is touched one by one in Python. Counting them in a dictionary, as was done
before, took six times as long where 20,000 reports are held.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Reports that share a rare term, after which commoner terms are not asked.
ENOUGH = 250
#: Reports that share a term, from which it says too little to be asked beside rarer ones.
CROWD = 300
#: Reports compared in full for each new one.
CANDIDATES = 20

_KIND = "q"
#: Stand before and behind all numbers, so that each run has an edge on both sides.
_FIRST, _LAST = array(_KIND, [-1]), array(_KIND, [2**63 - 1])
_NONE = np.zeros(0, dtype=np.int64)
#: More than any report's number: count and number are ranked as one.
_MORE = 1 << 40


class _Runs(NamedTuple):
    """Reports that hold some of the terms, ascending, and how many of them each holds."""

    numbers: NDArray[np.int64]
    shared: NDArray[np.int64]


class Postings:
    """The numbers of reports by the terms they are found by."""

    def __init__(self) -> None:
        self._columns: dict[int, array[int]] = {}

    def add(self, number: int, terms: Iterable[int]) -> None:
        """Remember a report, whose number is higher than all before."""
        columns = self._columns
        for term in terms:
            column = columns.get(term)
            if column is None:
                columns[term] = array(_KIND, (number,))
            else:
                column.append(number)

    def drop(self, number: int, terms: Iterable[int]) -> None:
        """Forget a report."""
        for term in terms:
            column = self._columns[term]
            if len(column) == 1:
                del self._columns[term]
            else:
                del column[bisect_left(column, number)]

    def nearest(self, terms: Iterable[int]) -> NDArray[np.int64]:
        """Return the reports that share the most of some terms, ascending; of equals the oldest.

        Terms come rarest first. They are asked until more than ``ENOUGH`` reports are found, and one that a
        crowd holds only where no rarer one is held by any.
        """
        found = self._found(terms)
        if found is None:
            return _NONE
        numbers, shared = found
        if len(numbers) > CANDIDATES:
            rank = numbers - shared * _MORE
            best = np.partition(rank, CANDIDATES - 1)[:CANDIDATES] % _MORE
            best.sort()
            numbers = best
        return numbers

    def _found(self, terms: Iterable[int]) -> _Runs | None:
        asked: list[array[int]] = []
        most = 0
        found: _Runs | None = None
        for term in terms:
            column = self._columns.get(term)
            if column is None or (asked and len(column) > CROWD):
                continue
            asked.append(column)
            most += len(column)
            found = None
            if most > ENOUGH:
                found = _runs(asked)
                most = len(found.numbers)
                if most > ENOUGH:
                    break
        return found if found is not None or not asked else _runs(asked)


def _runs(columns: Iterable[array[int]]) -> _Runs:
    numbers = np.frombuffer(b"".join([_FIRST, *columns, _LAST]), dtype=np.int64).copy()
    numbers.sort()
    starts = (numbers[1:] != numbers[:-1]).nonzero()[0] + 1
    return _Runs(numbers[starts[:-1]], starts[1:] - starts[:-1])
