"""How each term of the table stands: against the past of the same sources, and among its reports.

F are the stories of a term by source in the last 4, 8 or 13 weeks, B those at least 8 (13) weeks old,
halving every 26 weeks; what is expected is said in ``samestore``, κ = 20, over the sources that are five
weeks old and have a past (as in ``panel``), with what the table may have lost of each term. Of the windows
the one with the highest bound IC025(O, E) is kept: four weeks see what comes at once, thirteen what comes
slowly. A past shorter than usual widens the bound (``shortage``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats, ic, ic025
from trendwatch.trends.samestore import Past, expected, sums
from trendwatch.trends.termtable import DECAY, TermTable

Ints = NDArray[np.int64]

#: Weeks that are "now": four see what comes at once, thirteen what comes slowly.
WINDOWS = (4, 8, 13)
#: Weeks that are at least between now and the past.
LAG = 8
#: Weeks a source must have been read.
WARM_UP = 5
#: Stories of average mix that each source's past is joined by.
KAPPA = 20.0
#: News comes in bursts.
DISPERSION = 1.5
#: Stories below which nothing is computed.
_ASKED = 2.0


@dataclass(frozen=True, slots=True)
class TermLevels:
    """What the table says of every term, over the window in which it rose most clearly."""

    #: bits: lower bound of observed over expected; -inf where nothing can be said
    strength: Floats
    #: bits: the shrunk ratio itself
    ratio: Floats
    observed: Floats
    expected: Floats
    #: stories of the panel about anything in the window
    published: Floats

    @classmethod
    def empty(cls, size: int) -> TermLevels:
        """Return levels that say nothing."""
        nothing = np.full(size, -np.inf)
        return cls(nothing, nothing.copy(), np.zeros(size), np.zeros(size), np.zeros(size))


class _Before(NamedTuple):
    """Stories before now, and the sources that are compared."""

    past: Past
    panel: NDArray[np.bool_]


def term_levels(table: TermTable, since: Mapping[str, int]) -> TermLevels:
    """Return how each term stands at the end of the table's last week.

    Args:
        table: terms by week and source
        since: for each feed the week it was first read in; other feeds are left out
    """
    levels = TermLevels.empty(table.size)
    week = table.week
    if week is None:
        return levels
    old = np.array([week - since.get(source, week) >= WARM_UP for source in table.sources()], dtype=np.bool_)
    pasts = {age: _past(table, age, old) for age in {max(LAG, window) for window in WINDOWS}}
    for window in WINDOWS:
        before = pasts[max(LAG, window)]
        if before.past.volume.any():
            _compare(table, window, before, levels)
    return levels


def _past(table: TermTable, age: int, old: NDArray[np.bool_]) -> _Before:
    terms, sources, weights, volume = table.past(age)
    panel = old & (volume > 0)
    inside = panel[sources]
    return _Before(Past(terms[inside], sources[inside], weights[inside], volume * panel), panel)


def _compare(table: TermTable, window: int, before: _Before, best: TermLevels) -> None:
    """Put in what one window says wherever it is clearer."""
    observed, now = _recent(table, window, before.panel)
    past, asked = before.past, np.flatnonzero(observed >= _ASKED)
    usual = expected(past, now, kappa=KAPPA, size=table.size, lost=table.lost)[asked]
    counted = observed[asked]
    shortage = max(0.0, float(now.sum() / past.volume.sum()) - window * (1 - DECAY))
    variance = shortage / (usual / DISPERSION + 0.5)
    bound = ic025(counted, usual, dispersion=DISPERSION, variance=variance)
    clearer = bound > best.strength[asked]
    at = asked[clearer]
    best.strength[at] = bound[clearer]
    best.ratio[at] = ic(counted[clearer], usual[clearer], dispersion=DISPERSION)
    best.observed[at] = counted[clearer]
    best.expected[at] = usual[clearer]
    best.published[at] = now.sum()


def _recent(table: TermTable, window: int, panel: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the panel's stories of the last weeks by term, and by source."""
    now = np.zeros(len(panel))
    for week in table.last(window):
        now += sums(week.source, week.weight * panel[week.source], len(now))
    return table.used(window, panel), now


@dataclass(slots=True)
class TermUse:
    """The reports of the kept weeks that use a term."""

    #: (week, number of the report in it)
    reports: set[tuple[int, int]] = field(default_factory=set)
    stories: set[int] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    #: week to stories
    weeks: Counter[int] = field(default_factory=Counter)
    sites: Counter[int] = field(default_factory=Counter)
    #: number of an area to reports; 0 for none
    areas: Counter[int] = field(default_factory=Counter)


def uses(table: TermTable, terms: Sequence[int]) -> dict[int, TermUse]:
    """Return who used some terms, and where."""
    found = {term: TermUse() for term in terms}
    wanted = np.zeros(table.size, dtype=np.bool_)
    wanted[list(terms)] = True
    for week in table.kept:
        rows = np.flatnonzero(wanted[week.term])
        for term, report in zip(week.term[rows].tolist(), week.report[rows].tolist(), strict=True):
            use, story = found[term], int(week.story[report])
            use.weeks[week.number] += story not in use.stories
            use.stories.add(story)
            use.reports.add((week.number, report))
            use.sources.add(int(week.source[report]))
            use.sites[int(week.site[report])] += 1
            use.areas[int(week.area[report])] += 1
    return found
