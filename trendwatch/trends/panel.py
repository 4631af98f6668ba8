"""Like for like: what a fixed panel of sources publishes now, and what it would usually publish.

A source is compared only while it is on both sides: known for some weeks, and with reports in its past. A new
feed is therefore invisible until its warm-up ends, and then enters what is observed and what is expected
together; a feed that was removed leaves both. Back-log counts at its own dates, so it can only be past: a
source's recent reports begin after the week it was first read in.
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

    @property
    def least_history(self) -> int:
        """Weeks between the first counted week and the first that can be judged."""
        return max(self.warm_up, self.lag + 1)

    @property
    def full_ratio(self) -> float:
        """Recent reports over past ones, for a source that has published evenly for ever."""
        return float((1 - 0.5 ** (1 / self.slow_half_life)) / (1 - 0.5 ** (1 / self.fast_half_life)))


@dataclass(frozen=True, slots=True)
class Levels:
    """What the panel says of each key, as columns in the order of ``keys``."""

    keys: tuple[str, ...]
    observed: Floats
    expected: Floats
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
    fast, slow = _decayed(counts, week, known, rules)
    of_all = counts.key == counts.keys.index(TOTAL)
    now = _sums(counts.feed[of_all], fast[of_all], len(counts.feeds))
    past = _sums(counts.feed[of_all], slow[of_all], len(counts.feeds))
    panel = (week - known >= rules.warm_up) & (past > 0)
    now, past = now * panel, past * panel
    if not now.any():
        return None
    chosen = panel[counts.feed] & ~of_all
    return _levels(
        counts.where(chosen),
        fast=fast[chosen],
        slow=slow[chosen],
        now=now,
        past=past,
        owner=_owner_numbers(counts.feeds, owners),
        rules=rules,
    )


def _levels(
    rows: Counts, *, fast: Floats, slow: Floats, now: Floats, past: Floats, owner: Ints, rules: PanelRules
) -> Levels:
    """Return the levels of the panel's rows; ``now`` and ``past`` are everything each feed published."""
    size = len(rows.keys)
    weight = now / (past + rules.kappa)
    share = (_sums(rows.key, slow, size) + 0.25) / (past.sum() + 1)
    sources, of_owners = _reporting(rows, fast, _REPORTS_NOW, owner)
    usual_sources, usual_owners = _reporting(rows, slow, _REPORTED, owner)
    return Levels(
        keys=rows.keys,
        observed=_sums(rows.key, fast, size),
        expected=_sums(rows.key, slow * weight[rows.feed], size) + rules.kappa * share * weight.sum(),
        published=float(now.sum()),
        shortage=max(0.0, float(now.sum() / past.sum()) - rules.full_ratio),
        sources=sources,
        owners=of_owners,
        usual_sources=usual_sources,
        usual_owners=usual_owners,
    )


def _decayed(counts: Counts, week: int, known: Ints, rules: PanelRules) -> tuple[Floats, Floats]:
    """Return the weight of each row in the present and in the past."""
    age = (week - counts.week).astype(np.float64)
    reports = counts.reports.astype(np.float64)
    fresh = counts.week > known[counts.feed]
    fast = np.where(fresh, reports * 2.0 ** (-age / rules.fast_half_life), 0.0)
    slow = np.where(age >= rules.lag, reports * 2.0 ** (-(age - rules.lag) / rules.slow_half_life), 0.0)
    return fast, slow


def _sums(numbers: NDArray[np.int32], weight: Floats, size: int) -> Floats:
    return np.bincount(numbers, weight, size).astype(np.float64)


def _owner_numbers(feeds: tuple[str, ...], owners: Mapping[str, str]) -> Ints:
    # a feed key may look like somebody's name: feeds and owners are numbered apart
    names = [("owner", owners[feed]) if feed in owners else ("feed", feed) for feed in feeds]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def _reporting(rows: Counts, weight: Floats, least: float, owner: Ints) -> tuple[Ints, Ints]:
    """Return how many feeds, and how many owners, report each key with at least some weight."""
    keys, feeds = len(rows.keys), max(1, len(rows.feeds))
    pairs, where = np.unique(rows.key.astype(np.int64) * feeds + rows.feed, return_inverse=True)
    pairs = pairs[np.bincount(where, weight, len(pairs)) > least]
    by_owner = np.unique(pairs // feeds * feeds + owner[pairs % feeds])
    return np.bincount(pairs // feeds, minlength=keys), np.bincount(by_owner // feeds, minlength=keys)
