"""Like for like: what a fixed panel of sources publishes now, and what it would usually publish.

A source is compared only while it is on both sides: known for some weeks, and with reports in its past.
A new feed is therefore invisible until its warm-up ends, and then enters what is observed and what is
expected together; a feed that was removed leaves both. Back-log counts at its own dates, so it can only
be past: a source's recent reports begin after the week it was first read in.

    counts by week | decayed per key and source (``measure``) | levels per key (``levels``)

``levels`` works on columns, one row a (key, source) pair: a million pairs of 200,000 keys take 0.1
seconds of processor time. Callers who keep decayed counts of their own begin there.

**Back-log of a feed that joins late adds no rise.** Where other feeds have been read for longer than the
warm-up, what is expected is the higher of two accounts, with and without what the feed brought along, and
for a fall the lower one. The first feeds' back-log is all the past there is, and counts.

What one week or two, one story or one quiet week may not bring about is in ``loudness``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats
from trendwatch.trends.loudness import RECENT_WEEKS, Recent, beyond
from trendwatch.trends.samestore import KAPPA, WARM_UP, Ints, Past, even_ratio, expected, shortage, sums

#: Decayed reports from which a source counts as reporting: one report of the last three weeks.
_REPORTS_NOW = 0.3
#: The same for what a source used to report.
_REPORTED = 1.0
#: The last weeks, in which a rise must still be seen.
_LATELY = 2
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
    warm_up: int = WARM_UP
    #: reports of average mix that each source's past is joined by
    kappa: float = KAPPA
    #: what a week counts at most: this many times the best week beside it, and so many reports more
    week_times: float = 1.5
    week_more: float = 1.0

    @property
    def decay(self) -> Floats:
        """Weight of the recent weeks, the newest first."""
        return np.asarray(0.5 ** (np.arange(RECENT_WEEKS) / self.fast_half_life))

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
        return even_ratio(1 / self.one_week, half_life=self.slow_half_life)

    def weeks_behind(self, exposure: float) -> float:
        """Return how many even weeks a past is worth.

        Args:
            exposure: recent reports over past ones, all sources
        """
        whole = self.full_ratio / exposure
        return math.inf if whole >= 1 else -self.slow_half_life * math.log2(1 - whole)


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
    #: ``now`` with thin weeks filled up
    full: Floats
    #: number of each feed's owner
    owner: Ints
    #: ``slow`` and ``past`` without what feeds that joined late brought along; None: they brought nothing
    own: tuple[Floats, Floats] | None = None


@dataclass(frozen=True, slots=True)
class Levels:
    """What the panel says of each key, as columns in the order of ``keys``."""

    keys: tuple[str, ...]
    #: decayed recent reports, no week carrying all of them
    observed: Floats
    #: the same with every week in full
    reported: Floats
    #: what a rise is held against, the higher account, and what a fall is, the lower one
    expected: Floats
    least_expected: Floats
    #: reports of the last weeks one by one, by age and by key, and what each weighs
    recent: Floats
    decay: Floats
    #: whether the reports of the judged week are more than a week may count
    alone: NDArray[np.bool_]
    #: reports of the last weeks, and what is expected of so many weeks
    lately: Floats
    usually: Floats
    #: reports of a week over decayed recent ones, in an even course; weeks in which they halve
    one_week: float
    half_life: float
    #: weeks of the past, were each as full as those of now
    past_weeks: float
    #: decayed recent reports of the panel about anything; above 0
    published: float
    #: reports now over those of the past, and by how much that is more than with a full past
    exposure: float
    shortage: float
    #: feeds that report now, and owners among them
    sources: Ints
    owners: Ints
    #: feeds that used to report, and owners among them
    usual_sources: Ints
    usual_owners: Ints

    @property
    def newest(self) -> Floats:
        """Reports of the judged week."""
        return np.asarray(self.recent[0])


def levels(keys: tuple[str, ...], pairs: Pairs, *, recent: Recent, rules: PanelRules) -> Levels:
    """Return the levels of each key.

    Args:
        keys: names of what is counted
        pairs: decayed reports by key and feed
        recent: the last weeks one by one
        rules: how they were weighed
    """
    size = len(keys)
    reports, reported = recent.reports, sums(pairs.key, pairs.fast, size)
    over = beyond(reports, times=rules.week_times, more=rules.week_more)
    accounts = [
        Past(pairs.key, pairs.feed, slow, past)
        for slow, past in ((pairs.slow, pairs.past), *([pairs.own] if pairs.own else []))
    ]
    high, low = (
        [expected(account, now, kappa=rules.kappa, size=size) for account in accounts]
        for now in (pairs.full, pairs.now)
    )
    usual = np.maximum.reduce(high)
    exposure = float(pairs.now.sum()) / min(float(past.volume.sum()) for past in accounts)
    sources, of_owners = _reporting(pairs, pairs.fast_told > _REPORTS_NOW, size)
    usual_sources, usual_owners = _reporting(pairs, pairs.slow_told > _REPORTED, size)
    return Levels(
        keys=keys,
        observed=np.maximum(0.0, reported - rules.decay @ (over + recent.left_out)),
        reported=reported,
        expected=usual,
        least_expected=np.minimum.reduce(low),
        recent=reports,
        decay=rules.decay,
        alone=over[0] > 0,
        lately=reports[:_LATELY].sum(axis=0),
        usually=_LATELY * rules.one_week * usual,
        one_week=rules.one_week,
        half_life=rules.fast_half_life,
        past_weeks=rules.weeks_behind(exposure),
        published=float(pairs.now.sum()),
        exposure=exposure,
        shortage=shortage(exposure, even=rules.full_ratio),
        sources=sources - recent.storms,
        owners=of_owners - recent.storms,
        usual_sources=usual_sources,
        usual_owners=usual_owners,
    )


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
