"""Like for like: what a fixed panel of sources publishes now, and what it would usually publish.

A source is compared only while it is on both sides: known for some weeks, and with reports in its past.
A new feed is therefore invisible until its warm-up ends, and then enters what is observed and what is
expected together; a feed that was removed leaves both. Back-log counts at its own dates, so it can only
be past: a source's recent reports begin after the week it was first read in.

    counts by week | decayed per key and source (``Pairs``) | levels per key (``levels``)

``levels`` works on columns, one row a (key, source) pair: a million pairs of 200,000 keys take 0.1
seconds of processor time. Callers who keep decayed counts of their own, such as those of terms, begin
there.

**One week does not carry a rise.** A week counts at most one and a half times the best of the three
weeks on either side of it, plus one report (``beyond``). What that leaves out is a spike, told apart
from a rise. On simulated worlds (``tests/benchmarks/trends.py``, seeds 0 to 3) with two times and two
reports 20 of 240 one-day spikes are told as rises, so 13 are, with one time and one report 7; recall at
one false alarm a month is 0.75, 0.81 and 0.79. Without a limit it is 0.68 (seeds 101 to 104; with it
0.78).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats
from trendwatch.trends.series import TOTAL, Counts

Ints = NDArray[np.int64]

#: Decayed reports from which a source counts as reporting: one report of the last three weeks.
_REPORTS_NOW = 0.3
#: The same for what a source used to report.
_REPORTED = 1.0
#: Week of feeds outside the panel: never old enough.
_NEVER = 1 << 30
#: Weeks that are looked at one by one; older ones weigh too little to carry anything.
RECENT_WEEKS = 8
_BESIDE = 3
#: The last weeks, in which a rise must still be seen.
_LATELY = 2
#: Cells of a whole table of keys and feeds, per row, up to which adding up beats sorting.
_DENSE = 8
#: Cells of a table of flags up to which setting them beats sorting: 64 MB.
_FLAGS = 1 << 26


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRules:
    """How past and present are weighed."""

    #: weeks in which recent reports lose half their weight
    fast_half_life: float = 2.0
    #: weeks in which past reports lose half their weight
    slow_half_life: float = 13.0
    #: weeks between now and the youngest report that counts as past
    lag: int = 4
    #: weeks a feed must have been known
    warm_up: int = 5
    #: reports of average mix that each source's past is joined by
    kappa: float = 20.0
    #: what a week counts at most: this many times the best week beside it, and so many reports more
    week_times: float = 1.5
    week_more: float = 1.0

    @property
    def least_history(self) -> int:
        """Weeks between the first counted week and the first that can be judged."""
        return max(self.warm_up, self.lag + 1)

    @property
    def one_week(self) -> float:
        """Reports of one week over decayed recent ones, for a source that publishes evenly."""
        return float(1 - 0.5 ** (1 / self.fast_half_life))

    @property
    def full_ratio(self) -> float:
        """Recent reports over past ones, for a source that has published evenly for ever."""
        return float((1 - 0.5 ** (1 / self.slow_half_life)) / self.one_week)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Decayed reports of the panel, one row for each pair of a key and a feed; ``TOTAL`` is no key here."""

    #: index of the key
    key: NDArray[np.int32]
    #: index into ``now``, ``past`` and ``owner``
    feed: NDArray[np.int32]
    fast: Floats
    slow: Floats
    #: decayed stories the feed told, first or not: who reports
    fast_told: Floats
    slow_told: Floats
    #: decayed reports of each feed about anything, recent and past; 0 for feeds outside the panel
    now: Floats
    past: Floats
    #: number of each feed's owner
    owner: Ints


@dataclass(frozen=True, slots=True)
class Levels:
    """What the panel says of each key, as columns in the order of ``keys``."""

    keys: tuple[str, ...]
    #: decayed recent reports, no week carrying all of them
    observed: Floats
    #: the same with every week in full
    reported: Floats
    expected: Floats
    #: reports of the judged week alone, and whether they are more than a week may count
    newest: Floats
    alone: NDArray[np.bool_]
    #: reports of the last weeks, and what is expected of so many weeks
    lately: Floats
    usually: Floats
    #: reports of a week over decayed recent ones, in an even course
    one_week: float
    #: decayed recent reports of the panel about anything; above 0
    published: float
    #: by how much the past is shorter than it will be, in units of 1 / expected; 0 with a full past
    shortage: float
    #: feeds that report now, and owners among them
    sources: Ints
    owners: Ints
    #: feeds that used to report, and owners among them
    usual_sources: Ints
    usual_owners: Ints


def measure(
    counts: Counts,
    *,
    week: int,
    since: Mapping[str, int],
    owners: Mapping[str, str],
    rules: PanelRules,
) -> Levels | None:
    """Return observed and expected reports of each key at the end of a week.

    None where there is too little to say: short history, no feed past its warm-up, nothing published.
    """
    if TOTAL not in counts.keys or len(counts := counts.until(week)) == 0:
        return None
    if week - int(counts.week.min()) < rules.least_history:
        return None
    known = np.array([since.get(feed, _NEVER) for feed in counts.feeds])
    fast, slow = _weights(counts, week, known, rules)
    of_all = counts.key == counts.keys.index(TOTAL)
    published = counts.reports[of_all]
    now = _sums(counts.feed[of_all], fast[of_all] * published, len(counts.feeds))
    past = _sums(counts.feed[of_all], slow[of_all] * published, len(counts.feeds))
    panel = (week - known >= rules.warm_up) & (past > 0)
    now, past = now * panel, past * panel
    if not now.any():
        return None
    chosen = panel[counts.feed] & ~of_all
    rows = counts.where(chosen)
    owner = _owner_numbers(counts.feeds, owners)
    pairs = _paired(rows, fast[chosen], slow[chosen], now=now, past=past, owner=owner)
    return levels(counts.keys, pairs, recent=_by_week(rows, week, known), rules=rules)


def levels(keys: tuple[str, ...], pairs: Pairs, *, recent: Floats, rules: PanelRules) -> Levels:
    """Return the levels of each key.

    Args:
        keys: names of what is counted
        pairs: decayed reports by key and feed
        recent: reports by age in weeks and by key, the newest week first
        rules: how they were weighed
    """
    size = len(keys)
    over = beyond(recent, rules)
    decay = 0.5 ** (np.arange(len(recent)) / rules.fast_half_life)
    weight = pairs.now / (pairs.past + rules.kappa)
    share = (_sums(pairs.key, pairs.slow, size) + 0.25) / (pairs.past.sum() + 1)
    sources, of_owners = _reporting(pairs, pairs.fast_told > _REPORTS_NOW, size)
    usual_sources, usual_owners = _reporting(pairs, pairs.slow_told > _REPORTED, size)
    reported = _sums(pairs.key, pairs.fast, size)
    expected = _sums(pairs.key, pairs.slow * weight[pairs.feed], size) + rules.kappa * share * weight.sum()
    return Levels(
        keys=keys,
        observed=np.maximum(0.0, reported - decay @ over),
        reported=reported,
        expected=expected,
        newest=recent[0],
        alone=over[0] > 0,
        lately=recent[:_LATELY].sum(axis=0),
        usually=_LATELY * rules.one_week * expected,
        one_week=rules.one_week,
        published=float(pairs.now.sum()),
        shortage=max(0.0, float(pairs.now.sum() / pairs.past.sum()) - rules.full_ratio),
        sources=sources,
        owners=of_owners,
        usual_sources=usual_sources,
        usual_owners=usual_owners,
    )


def beyond(recent: Floats, rules: PanelRules) -> Floats:
    """Return what each week brings beyond what a week may count, by age and by key, as ``recent`` is."""
    weeks = len(recent)
    over = np.zeros_like(recent)
    for age in range(weeks):
        beside = [other for other in range(age - _BESIDE, age + _BESIDE + 1) if other != age]
        best = np.maximum.reduce([recent[other] for other in beside if 0 <= other < weeks])
        np.maximum(0.0, recent[age] - (rules.week_times * best + rules.week_more), out=over[age])
    return over


def _paired(rows: Counts, fast: Floats, slow: Floats, *, now: Floats, past: Floats, owner: Ints) -> Pairs:
    """Return rows of weeks, with the weight of each in the present and in the past, as pairs."""
    feeds = max(1, len(rows.feeds))
    cells = len(rows.keys) * feeds
    place = rows.key.astype(np.int64) * feeds + rows.feed
    if cells <= _DENSE * max(1, len(rows)):
        pairs = np.flatnonzero(np.bincount(place, minlength=cells))
        where = np.cumsum(np.bincount(pairs, minlength=cells))[place] - 1
    else:
        pairs, where = np.unique(place, return_inverse=True)
    return Pairs(
        key=(pairs // feeds).astype(np.int32),
        feed=(pairs % feeds).astype(np.int32),
        fast=_sums(where, fast * rows.reports, len(pairs)),
        slow=_sums(where, slow * rows.reports, len(pairs)),
        fast_told=_sums(where, fast * rows.told, len(pairs)),
        slow_told=_sums(where, slow * rows.told, len(pairs)),
        now=now,
        past=past,
        owner=owner,
    )


def _by_week(rows: Counts, week: int, known: Ints) -> Floats:
    """Return the recent reports by age and by key."""
    age, keys = week - rows.week, len(rows.keys)
    fresh = (age < RECENT_WEEKS) & (rows.week > known[rows.feed])
    place = age[fresh].astype(np.int64) * keys + rows.key[fresh]
    reports = rows.reports[fresh].astype(np.float64)
    return _sums(place, reports, RECENT_WEEKS * keys).reshape(RECENT_WEEKS, keys)


def _weights(counts: Counts, week: int, known: Ints, rules: PanelRules) -> tuple[Floats, Floats]:
    """Return the weight of each row in the present and in the past."""
    age = (week - counts.week).astype(np.float64)
    fresh = counts.week > known[counts.feed]
    fast = np.where(fresh, 2.0 ** (-age / rules.fast_half_life), 0.0)
    slow = np.where(age >= rules.lag, 2.0 ** (-(age - rules.lag) / rules.slow_half_life), 0.0)
    return fast, slow


def _sums(numbers: NDArray[np.int32] | Ints, weight: Floats, size: int) -> Floats:
    return np.bincount(numbers, weight, size).astype(np.float64, copy=False)


def _owner_numbers(feeds: tuple[str, ...], owners: Mapping[str, str]) -> Ints:
    # a feed key may look like somebody's name: feeds and owners are numbered apart
    names = [("owner", owners[feed]) if feed in owners else ("feed", feed) for feed in feeds]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _reporting(pairs: Pairs, chosen: NDArray[np.bool_], size: int) -> tuple[Ints, Ints]:
    """Return by how many feeds, and by how many owners, each key is reported in the chosen pairs."""
    key, feed = pairs.key[chosen], pairs.feed[chosen]
    owners = int(pairs.owner.max(initial=0)) + 1
    place = key.astype(np.int64) * owners + pairs.owner[feed]
    if size * owners <= _FLAGS:
        table = np.zeros(size * owners, dtype=bool)
        table[place] = True
        by_owner = np.add.reduce(table.reshape(size, owners), axis=1, dtype=np.int64)
    else:
        by_owner = np.bincount(np.unique(place) // owners, minlength=size)
    return np.bincount(key, minlength=size), by_owner
