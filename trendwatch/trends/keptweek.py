"""A week of reports as the words of the news remember it: one row a report and term, names as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats

Ints = NDArray[np.int64]


class TermText(NamedTuple):
    """A report as its terms are counted."""

    item_id: str
    story_id: str
    #: feed key
    source: str
    #: who wrote it, as far as its address says
    site: str
    text: str
    #: full key of the area it is surest about, "" for none
    area: str = ""


@dataclass(slots=True)
class KeptWeek:
    """One week, report by report."""

    number: int
    #: one row per report and term
    term: Ints
    report: Ints
    #: index into ``items`` of the first that said it
    item: Ints
    #: all that was read, in order of time
    items: list[str]
    #: one row per report, in order of time: what a source told of a story, in one item or several
    #: numbers of the table
    source: Ints
    story: Ints
    site: Ints
    #: 0 for none
    area: Ints
    #: one over the reports of the same story: a story counts once, however often it is printed
    weight: Floats

    @property
    def pairs(self) -> tuple[Ints, Ints]:
        """Return term and source of each row."""
        return self.term, self.source[self.report]


def no_reports(week: int) -> KeptWeek:
    """Return a week in which nothing was told."""
    none = np.zeros(0, dtype=np.int64)
    return KeptWeek(
        number=week,
        term=none,
        report=none,
        item=none,
        items=[],
        source=none,
        story=none,
        site=none,
        area=none,
        weight=np.zeros(0),
    )


def column(numbers: Sequence[int]) -> Ints:
    """Return numbers as a column."""
    return np.array(numbers, dtype=np.int64)


def numbered(numbers: dict[str, int], names: Sequence[str]) -> Ints:
    """Return the number of each name; new names get the next."""
    return column([numbers.setdefault(name, len(numbers)) for name in names])


def hashed(name: str) -> int:
    """Return a number that stands for a name."""
    return int.from_bytes(blake2b(name.encode(), digest_size=7).digest())
