"""How each term of the table stands: against the past of the same sources, and among its reports.

F are the stories of a term by source in the last 4, 8 or 13 weeks, B those at least 8 (13) weeks old,
halving every 26 weeks; what is expected, of which sources, and how a short past widens the bound is said in
``samestore``; added is what the table may have lost of each term. Of the windows the one with the highest
bound IC025(O, E) is kept: four weeks see what comes at once, thirteen what comes slowly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats, ic, ic025, ic975
from trendwatch.trends.samestore import (
    KAPPA,
    WARM_UP,
    Ints,
    Past,
    compared,
    even_ratio,
    expected,
    read_since,
    shortage,
    sums,
    uncertainty,
)
from trendwatch.trends.termtable import HALF_LIFE, KEPT_WEEKS, TermTable

#: Weeks that are "now": four see what comes at once, thirteen what comes slowly.
WINDOWS = (4, 8, 13)
#: Weeks that are at least between now and the past.
LAG = 8
#: News comes in bursts.
DISPERSION = 1.5
#: Stories below which nothing is computed.
_ASKED = 2.0


@dataclass(frozen=True, slots=True)
class TermLevels:
    """What the table says of every term, over the window in which it rose most clearly."""

    #: bits: lower bound of observed over expected; -inf where nothing can be said
    strength: Floats
    #: bits: upper bound of the same; inf where nothing can be said
    most: Floats
    #: bits: the shrunk ratio itself
    ratio: Floats
    observed: Floats
    expected: Floats
    #: stories of the panel about anything in the window
    published: Floats
    #: weeks of the window
    window: Ints

    @classmethod
    def empty(cls, size: int) -> TermLevels:
        """Return levels that say nothing."""
        nothing = np.full(size, -np.inf)
        none, window = np.zeros(size), np.zeros(size, dtype=np.int64)
        return cls(nothing, -nothing, nothing.copy(), none, none.copy(), none.copy(), window)


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
    known = read_since(table.sources(), since)
    pasts = {
        age: _past(table, age, week=week, known=known) for age in {max(LAG, window) for window in WINDOWS}
    }
    for window in WINDOWS:
        before = pasts[max(LAG, window)]
        if before.past.volume.any():
            _compare(table, window, before, best=levels)
    return levels


def term_began(weeks: Mapping[int, int], week: int, *, usual: float, window: int) -> int:
    """Return the first week of the unbroken run up to ``week`` in which a term was above what was expected.

    As for labels (``surge.movement_began``): above is a lower bound of at least 0, so a rise begins before it
    is clear enough to be named.

    Args:
        weeks: week to stories, of the last ``KEPT_WEEKS``: of weeks before them nothing is asked
        week: the judged week
        usual: stories expected in one week
        window: weeks that count as one
    """
    began, first = week, week - KEPT_WEEKS + 1
    for earlier in range(week - 1, first - 1, -1):
        span = range(max(first, earlier - window + 1), earlier + 1)
        told = sum(weeks.get(one, 0) for one in span)
        if ic025(float(told), usual * len(span), dispersion=DISPERSION) < 0:
            break
        began = earlier
    return began


def _past(table: TermTable, age: int, *, week: int, known: Ints) -> _Before:
    terms, sources, weights, volume = table.past(age)
    panel = compared(known, volume, week=week, warm_up=WARM_UP)
    inside = panel[sources]
    return _Before(Past(terms[inside], sources[inside], weights[inside], volume * panel), panel)


def _compare(table: TermTable, window: int, before: _Before, *, best: TermLevels) -> None:
    """Put in what one window says wherever it is clearer."""
    observed, now = _recent(table, window, before.panel)
    past, asked = before.past, np.flatnonzero(observed >= _ASKED)
    usual = expected(past, now, kappa=KAPPA, size=table.size, lost=table.lost)[asked]
    counted = observed[asked]
    exposure = float(now.sum() / past.volume.sum())
    short = shortage(exposure, even=even_ratio(window, half_life=HALF_LIFE))
    variance = uncertainty(short, usual, dispersion=DISPERSION)
    bound = ic025(counted, usual, dispersion=DISPERSION, variance=variance, exposure=exposure)
    clearer = bound > best.strength[asked]
    at = asked[clearer]
    best.strength[at] = bound[clearer]
    best.most[at] = ic975(counted[clearer], usual[clearer], dispersion=DISPERSION, variance=variance[clearer])
    best.ratio[at] = ic(counted[clearer], usual[clearer], dispersion=DISPERSION)
    best.observed[at] = counted[clearer]
    best.expected[at] = usual[clearer]
    best.published[at] = now.sum()
    best.window[at] = window


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
    #: (week, number of the item in it that said it first in its report), to the number of its story
    items: dict[tuple[int, int], int] = field(default_factory=dict)
    stories: set[int] = field(default_factory=set)
    sources: set[int] = field(default_factory=set)
    #: week to stories
    weeks: Counter[int] = field(default_factory=Counter)
    sites: Counter[int] = field(default_factory=Counter)
    #: number of an area to reports; 0 for none
    areas: Counter[int] = field(default_factory=Counter)


def heard(table: TermTable, since: Mapping[str, int]) -> NDArray[np.bool_]:
    """Return which sources have been read long enough to say that something is new."""
    return np.asarray((table.week or 0) - read_since(table.sources(), since) >= WARM_UP)


def uses(
    table: TermTable, terms: Sequence[int], *, of: NDArray[np.bool_] | None = None
) -> dict[int, TermUse]:
    """Return who used some terms, and where; only what some sources told, if they are given."""
    found = {term: TermUse() for term in terms}
    wanted = np.zeros(table.size, dtype=np.bool_)
    wanted[list(terms)] = True
    for week in table.kept:
        asked = wanted[week.term]
        rows = np.flatnonzero(asked if of is None else asked & of[week.source][week.report])
        columns = (week.term[rows].tolist(), week.report[rows].tolist(), week.item[rows].tolist())
        for term, report, item in zip(*columns, strict=True):
            use, story = found[term], int(week.story[report])
            use.weeks[week.number] += story not in use.stories
            use.stories.add(story)
            use.reports.add((week.number, report))
            use.items[week.number, item] = story
            use.sources.add(int(week.source[report]))
            use.sites[int(week.site[report])] += 1
            use.areas[int(week.area[report])] += 1
    return found
