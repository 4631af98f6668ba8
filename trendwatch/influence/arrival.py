"""How far each technology has come in each sector: first reports, starting, established.

What was observed. A business asks three things of a technology: do others in my trade have it, since when,
and who has it already. A handful of stories answers that; a test of order between sectors needs dozens of
technologies. Three things make plain counts lie. A large sector collects a dozen stories on anything, since
a tagger errs in some of every thousand; a large technology leaks into sectors that are only mentioned beside
it; and one event, told everywhere for a week, looks like many.

Method. Stories are counted per week for every pair of technology and sector, each story once; publishers by
owner. In a window of weeks let O be the pair's stories, b the sector's on other technologies, c the
technology's in other sectors, d what is left:

    chance  = max(0.006 b, b c / 4 d)               false tags; a quarter of what is usual elsewhere
    IC      = log2 (O/φ + ½) / (chance/φ + ½)       φ = 1.5, because news comes in bursts

    first reports   a story
    starting        3 stories of 2 owners in 2 weeks, within 13 weeks, and IC >= 1.3: likely more than chance
    established     12 stories of 4 owners in 8 weeks, within 26, and IC025 >= 0: surely more than chance

A state that was reached is kept: fading is a matter of trends. A week's state rests on that week and earlier
ones alone. O is left out of b, c and d, so one more report of a pair raises its IC.

Short history. A sector is known from the week in which its twentieth story is counted, whatever that tells:
a trade may be read about for a year before a technology is named in it, and then a start is a start. What
was reported by then, and reached its state before a full window had passed, is marked ``or_before``.

Measured (``python -m tests.benchmarks.arrivals``: 8 sectors of 4 to 60 stories a week, 24 technologies,
rises of 20 weeks, 0.3 % false tags, 4 % leaks; 10 worlds; in brackets with twice those errors). Starting: all
planted arrivals, 11 (10) weeks into the rise, 1 % (14 %) of the pairs that never arrived, order of sectors
kept in 98 % (93 %). Established: 91 %, 15 weeks, none (2 %). Plain counts of 3 and 12 stories call 87 % and
43 % (94 % and 68 %) of those that never arrived so, and keep the order in 70 % and 86 %.

Known failures. A new feed that writes about one technology in one sector makes it start. A sector with fewer
than four owners, or four stories a week, hardly sees anything established. An event makes no start, a month
of them does. Counts begin anew with a model (400 days): what is older is dated too late, and says so.

Tried and rejected, in the same worlds. False tags taken for 0.3 %, and IC >= 1 for starting: 30 % of the
pairs that never arrived start. IC025 >= 0 for starting too: none do, but order is kept in 94 %. A location
quotient above 1, by design: half of all sectors have less than average of anything.

Sources: Norén, Hopstadius and Bate 2013 (shrunk ratios and their bounds); bc/d is the odds form of the
expected count of a 2x2 table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats, ic, ic025
from trendwatch.types.influence import Arrival, ArrivalState, PairReports
from trendwatch.types.weeks import week_name, week_start

Ints = NDArray[np.int64]

#: Of a sector's stories on other technologies, those that may carry a wrong tag of this one: the tagger may
#: err in 8 of 100 texts over 25 technologies, and in some technologies twice as often as in others.
FALSE_TAGS = 0.006
#: Of what other sectors make usual: a sector that has less than a quarter of that is only mentioned.
SPILL = 0.25
#: News comes in bursts (as in trends.surge, where 1 was worse).
DISPERSION = 1.5
#: Stories from which a sector counts as known: one a week for half a year is 26.
KNOWN_STORIES = 20
#: Bits above chance that are likely more than it: two and a half times, shrunk.
LIKELY = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRules:
    """What a state asks for within a window."""

    #: weeks looked at
    window: int
    stories: int
    owners: int
    #: different weeks with a story
    weeks: int


#: A new thing is written about once a month at first: a quarter holds three stories, one of them elsewhere.
STARTING = StateRules(window=13, stories=3, owners=2, weeks=2)
#: Every second week for half a year less one event, by more publishers than copy from each other.
ESTABLISHED = StateRules(window=26, stories=12, owners=4, weeks=8)


@dataclass(frozen=True, slots=True)
class PairWeeks:
    """Stories and owners of pairs of a technology and a sector, week by week, as columns in any order."""

    #: ``area:drones|sector:retail``
    keys: tuple[str, ...]
    owners: tuple[str, ...]
    #: per row of stories: index into ``keys``, week number, stories
    pair: Ints
    week: Ints
    stories: Ints
    #: per row of owners: index into ``keys``, week number of a report, index into ``owners``
    owned_pair: Ints
    owned_week: Ints
    owner: Ints
    #: week of each sector's twentieth story on anything; None: take its stories on technologies
    known: Mapping[str, int] | None = None

    @classmethod
    def of(
        cls,
        stories: Iterable[tuple[str, int, int]],
        owners: Iterable[tuple[str, int, str]],
        *,
        sectors: Iterable[tuple[str, int, int]] | None = None,
    ) -> PairWeeks:
        """Make columns of (key, week, stories), (key, week, owner) and (sector, week, stories)."""
        keys: dict[str, int] = {}
        names: dict[str, int] = {}
        told = [(keys.setdefault(key, len(keys)), week, count) for key, week, count in stories]
        owned = [
            (keys.setdefault(key, len(keys)), week, names.setdefault(owner, len(names)))
            for key, week, owner in owners
        ]
        weeks = None if sectors is None else _known(sectors)
        return cls(tuple(keys), tuple(names), *_columns(told), *_columns(owned), weeks)


def arrivals(
    pairs: PairWeeks, *, week: int, reports: Mapping[str, PairReports] | None = None
) -> tuple[Arrival, ...]:
    """Return every technology seen in a sector by the end of a week, by key; later rows change nothing.

    Args:
        pairs: what was counted
        week: number of the last complete week
        reports: first date and evidence of each pair; the Monday of its first week where there are none
    """
    seen = pairs.week[pairs.week <= week]
    if not len(seen):
        return ()
    first = int(seen.min())
    stories = _dense(pairs, first, week)
    reached = {
        state: _first_true(_holds(pairs, stories, first, rules=rules, sure=state is ArrivalState.ESTABLISHED))
        for state, rules in _RULES.items()
    }
    reached[ArrivalState.FIRST_REPORTS] = _first_true(stories > 0)
    known = _known_from(pairs, stories, first)
    owners = _owners(pairs, first, stories.shape, window=stories.shape[1])[:, -1]
    told = stories.sum(axis=1)
    return tuple(
        _arrival(
            pairs.keys[at],
            {state: int(weeks[at]) for state, weeks in reached.items()},
            first=first,
            known=int(known[at]),
            counts=(int(told[at]), int(owners[at])),
            reports=(reports or {}).get(pairs.keys[at]),
        )
        for at in sorted(np.flatnonzero(told).tolist(), key=lambda at: pairs.keys[at])
    )


_RULES = {ArrivalState.ESTABLISHED: ESTABLISHED, ArrivalState.STARTING: STARTING}
_NEVER = 1 << 30


def _arrival(
    key: str,
    reached: Mapping[ArrivalState, int],
    *,
    first: int,
    known: int,
    counts: tuple[int, int],
    reports: PairReports | None,
) -> Arrival:
    """Return one arrival; weeks are counted from ``first``."""
    technology, _, sector = key.partition("|")
    state = max((state for state, at in reached.items() if at < _NEVER), key=lambda state: state.rank)
    began, since = reached[ArrivalState.FIRST_REPORTS], reached[state]
    window = _RULES[state].window if state in _RULES else 1
    return Arrival(
        technology=technology,
        sector=sector,
        state=state,
        first_at=reports.first_at if reports else week_start(first + began),
        since=week_name(first + since),
        or_before=began <= known and since < known + window,
        stories=counts[0],
        owners=counts[1],
        evidence=reports.evidence if reports else (),
    )


def _columns(rows: list[tuple[int, int, int]]) -> tuple[Ints, Ints, Ints]:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _dense(pairs: PairWeeks, first: int, last: int) -> Ints:
    """Return stories by pair and week, from ``first`` to ``last``."""
    found = np.zeros((len(pairs.keys), last - first + 1), dtype=np.int64)
    now = pairs.week <= last
    np.add.at(found, (pairs.pair[now], pairs.week[now] - first), pairs.stories[now])
    return found


def _holds(
    pairs: PairWeeks, stories: Ints, first: int, *, rules: StateRules, sure: bool
) -> NDArray[np.bool_]:
    """Return by pair and week whether a state's rules hold at the end of that week."""
    told = _rolling(stories, rules.window)
    observed, chance = told.astype(np.float64), _chance(pairs, told)
    if sure:
        clear = ic025(observed, chance, dispersion=DISPERSION) >= 0
    else:
        clear = ic(observed, chance, dispersion=DISPERSION) >= LIKELY
    return np.asarray(
        (told >= rules.stories)
        & (_owners(pairs, first, stories.shape, window=rules.window) >= rules.owners)
        & (_rolling((stories > 0).astype(np.int64), rules.window) >= rules.weeks)
        & clear
    )


def _rolling(values: Ints, window: int) -> Ints:
    """Return the sums of each week and those before it within a window."""
    sums = values.cumsum(axis=1)
    sums[:, window:] -= sums[:, :-window].copy()
    return sums


def _chance(pairs: PairWeeks, told: Ints) -> Floats:
    """Return what nothing but false tags and mentions in passing would bring to each pair, by week."""
    technologies, sectors = _numbers(pairs.keys)
    by_technology, by_sector = _grouped(told, technologies)[technologies], _grouped(told, sectors)[sectors]
    here, elsewhere = by_sector - told, by_technology - told
    rest = np.maximum(told.sum(axis=0) - by_sector - by_technology + told, 1)
    chance: Floats = np.maximum(FALSE_TAGS * here, SPILL * here * elsewhere / rest)
    return chance


def _numbers(keys: Iterable[str]) -> tuple[Ints, Ints]:
    """Return the technology and the sector of each key, numbered."""
    parts = [key.partition("|") for key in keys]
    return tuple(  # type: ignore[return-value]
        np.unique([part[place] for part in parts], return_inverse=True)[1] for place in (0, 2)
    )


def _grouped(values: Ints, group: Ints) -> Ints:
    found = np.zeros((int(group.max()) + 1, values.shape[1]), dtype=np.int64)
    np.add.at(found, group, values)
    return found


def _owners(pairs: PairWeeks, first: int, shape: tuple[int, ...], *, window: int) -> Ints:
    """Return by pair and week how many different owners reported within a window.

    An owner counts from each of its reports until the window has passed or its next report takes over.
    """
    weeks = shape[1]
    inside = (pairs.owned_week >= first) & (pairs.owned_week < first + weeks)
    known = pairs.owned_pair[inside] * (len(pairs.owners) + 1) + pairs.owner[inside]
    row = np.unique(known * weeks + pairs.owned_week[inside] - first)
    who, week = row // weeks, row % weeks
    until = np.minimum(week + window, weeks)
    again = who[:-1] == who[1:]
    until[:-1][again] = np.minimum(until[:-1], week[1:])[again]
    change = np.zeros((shape[0], weeks + 1), dtype=np.int64)
    pair = who // (len(pairs.owners) + 1)
    np.add.at(change, (pair, week), 1)
    np.add.at(change, (pair, until), -1)
    return change.cumsum(axis=1)[:, :-1]


def _first_true(holds: NDArray[np.bool_]) -> Ints:
    return np.where(holds.any(axis=1), holds.argmax(axis=1), _NEVER)


def _known(sectors: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    """Return the week in which each sector that had so many stories had the twentieth."""
    told = Counter[str]()
    known: dict[str, int] = {}
    for sector, week, stories in sorted(sectors, key=lambda row: row[1]):
        told[sector] += stories
        if told[sector] >= KNOWN_STORIES:
            known.setdefault(sector, week)
    return known


def _known_from(pairs: PairWeeks, stories: Ints, first: int) -> Ints:
    """Return for each pair the week from which its sector counts as known, counted from ``first``."""
    if pairs.known is not None:
        return np.array([pairs.known.get(key.partition("|")[2], _NEVER) - first for key in pairs.keys])
    sectors = _numbers(pairs.keys)[1]
    return _first_true(_grouped(stories, sectors).cumsum(axis=1) >= KNOWN_STORIES)[sectors]
