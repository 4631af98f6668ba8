"""Which reports hold a rare term, and which of them share the most of a text's rare terms.

The numbers of the reports that hold a term stand in one ascending column. The columns of a text's terms are
sorted into one: a report that shares four of them stands there four times in a row. What stands there again
is what is shared by two, what of that stands there again is shared by three, and so on until few are left;
these are topped up with the oldest of those that share one less. No number is touched one by one in Python
but the few that are wanted. Counting them in a dictionary took six times as long where 20,000 reports are
held, and measuring the runs and ranking them all a third longer.
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

#: Of 32 bits, which sort in half of the time: two thousand million reports are more than a process will see.
_KIND = "i"
_DTYPE = np.dtype(_KIND)

_Numbers = NDArray[np.int32]


class _Sorted(NamedTuple):
    """Reports that hold some of the terms, ascending, each as often as it holds one."""

    numbers: _Numbers
    #: without the first time of each
    again: _Numbers


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

    def nearest(self, terms: Iterable[int]) -> list[int]:
        """Return the reports that share the most of some terms, ascending; of equals the oldest.

        Terms come rarest first. They are asked until more than ``ENOUGH`` reports are found, and one that a
        crowd holds only where no rarer one is held by any.
        """
        found = self._found(terms)
        return _most_often(*found) if found is not None else []

    def _found(self, terms: Iterable[int]) -> _Sorted | None:
        asked: list[array[int]] = []
        most = 0
        found: _Sorted | None = None
        get = self._columns.get
        for term in terms:
            column = get(term)
            if column is None or (asked and len(column) > CROWD):
                continue
            asked.append(column)
            most += len(column)
            found = None
            if most > ENOUGH:
                found = _sorted(asked)
                most = len(found.numbers) - len(found.again)
                if most > ENOUGH:
                    break
        return found if found is not None or not asked else _sorted(asked)


def _sorted(columns: Iterable[array[int]]) -> _Sorted:
    numbers = np.frombuffer(bytearray().join(columns), _DTYPE)
    numbers.sort()
    return _Sorted(numbers, _again(numbers))


def _again(numbers: _Numbers) -> _Numbers:
    """Return ascending numbers without the first time of each."""
    later = numbers[1:]
    return later.compress(later == numbers[:-1])


def _most_often(numbers: _Numbers, again: _Numbers) -> list[int]:
    """Return the numbers that stand there most often, ascending; of equals the lowest."""
    found = set(again.tolist())
    while len(found) > CANDIDATES:
        numbers, again = again, _again(again)
        found = set(again.tolist())
    if len(found) < CANDIDATES:
        # so many hold all that are wanted, even if all that stand there again come first
        for number in numbers[: CANDIDATES + len(again)].tolist():
            found.add(number)
            if len(found) == CANDIDATES:
                break
    return sorted(found)
