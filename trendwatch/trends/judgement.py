"""What the levels of a week say: rises, falls and spikes. How, and why so, is in ``surge``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats, ic, ic025, ic975
from trendwatch.trends.loudness import carried
from trendwatch.trends.panel import Levels, PanelRules
from trendwatch.trends.samestore import Ints, share, uncertainty


class Direction(StrEnum):
    """Where a series goes."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRules:
    """When a change is worth a word."""

    panel: PanelRules = field(default_factory=PanelRules)
    #: a second, slower yardstick: what climbs over a season raises the first one as it goes
    slow: PanelRules = field(
        default_factory=lambda: PanelRules(fast_half_life=3.0, slow_half_life=26.0, lag=8, warm_up=13)
    )
    #: bits the bound of a rise must reach, by the first yardstick and by the slow one
    least_rise: float = math.log2(1.6)
    slow_least_rise: float = math.log2(1.35)
    #: bits that a fall and a week alone must reach, and how many more a fall by the slow yardstick
    least_change: float = math.log2(1.5)
    slow_margin: float = 0.1
    #: how much wider counts are spread than Poisson says: of what is never expected, more for each that is
    #: expected, and most
    rare_dispersion: float = 0.8
    more_dispersion: float = 0.1
    dispersion: float = 1.0
    #: feeds that report now (up) or used to (down); 1 suits an archive of one source
    min_sources: int = 3
    #: independent publishers among them; never asked to be more than the sources
    min_owners: int = 2
    #: decayed reports below which no rise is named
    min_observed: float = 1.8
    #: usual reports below which no fall is named, and weeks of past, each as full as those of now
    min_expected: float = 4.0
    least_past: float = 9.0
    #: reports of one week below which it is no spike
    min_burst: float = 5.0

    def spread(self, expected: Floats) -> Floats:
        """Return by how much counts are wider spread than Poisson says."""
        return np.minimum(self.dispersion, self.rare_dispersion + self.more_dispersion * expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """A key that clearly rose above its past, or fell below it."""

    key: str
    direction: Direction
    #: bits: for a rise the lower bound (IC025, positive), for a fall the upper one (IC975, negative)
    strength: float
    #: bits: observed over expected, each with half a report more (shrunk), lies between these, with 95 %
    #: confidence; of a rise the upper one counts every week in full
    interval: tuple[float, float]
    #: that shrunk ratio itself, in times: it lies within the interval
    times: float
    #: reports now, of each story only the first, decayed by age, no week carrying all of them
    observed: float
    #: what the same sources would usually have published
    expected: float
    #: stories that are to be expected of them in one week
    usual: float
    #: weeks in which a report of now loses half its weight
    half_life: float
    #: share of the sources' reports that was expected, in [0, 1]
    share_before: float
    #: share of their reports now
    share_now: float
    #: feeds that report now; for a fall those that used to
    sources: int
    #: independent publishers among them
    owners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """A key that is full of news in one week, and of which it cannot be told yet whether it rises."""

    key: str
    #: reports in the week
    reports: int
    #: what the same sources usually report in a week
    usual: float
    sources: int
    owners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything a week says of each key, as columns in the order of ``levels.keys``."""

    levels: Levels
    #: what a rise is measured against, and a fall: a season may explain it
    usual_high: Floats
    usual_low: Floats
    #: lower bound of a rise in bits, -inf where too few reports or sources say so
    rise: Floats
    #: upper bound of a fall in bits, inf where it was never established
    fall: Floats
    #: as ``rise``, of the last week alone
    burst: Floats
    rules: SurgeRules
    #: what the slow yardstick says of the same keys; None: too little history, or this is it
    slow: Judgement | None = None

    @property
    def score(self) -> Floats:
        """The bound of a rise by either yardstick, to be held against ``least_rise``."""
        if self.slow is None:
            return self.rise
        return np.maximum(self.rise, self.slow.rise + (self.rules.least_rise - self.rules.slow_least_rise))

    def surges(self) -> list[Surge]:
        """Return what clearly changed by either yardstick, the clearest first."""
        rules = self.rules
        up, down = self.rise >= rules.least_rise, self.fall <= -rules.least_change
        found = [*self._surges(up, Direction.UP), *self._surges(down, Direction.DOWN)]
        if self.slow is not None:
            rose = self.slow.rise >= rules.slow_least_rise
            fell = self.slow.fall <= -rules.least_change - rules.slow_margin
            found += self.slow._surges(rose & ~up & ~down, Direction.UP)
            found += self.slow._surges(fell & ~up & ~down, Direction.DOWN)
        return sorted(found, key=lambda surge: (-abs(surge.strength), surge.key))

    def bursts(self) -> list[Burst]:
        """Return what one week is full of and no rise is, the fullest first."""
        levels, rules = self.levels, self.rules
        chosen = (self.burst >= rules.least_change) & (self.score < rules.least_rise)
        chosen &= levels.alone & (levels.newest >= rules.min_burst)
        found = [
            Burst(
                key=levels.keys[at],
                reports=round(float(levels.newest[at])),
                usual=round(float(self.usual_high[at]) * levels.one_week, 6),
                sources=int(levels.sources[at]),
                owners=int(levels.owners[at]),
            )
            for at in chosen.nonzero()[0].tolist()
        ]
        return sorted(found, key=lambda burst: (-burst.reports, burst.key))

    def _surges(self, chosen: NDArray[np.bool_], direction: Direction) -> Iterator[Surge]:
        levels, up, places = self.levels, direction is Direction.UP, chosen.nonzero()[0]
        observed = (levels.observed if up else levels.reported)[places]
        expected = (self.usual_high if up else self.usual_low)[places]
        most = upper_bound(levels, expected, places, rules=self.rules)
        least = self.rise[places] if up else _lower(levels, expected, places, rules=self.rules)
        spread = self.rules.spread(expected)
        times = 2 ** ic(observed / spread, expected / spread, dispersion=1)
        for row, at in enumerate(places.tolist()):
            bounds = float(least[row]), float(most[row])
            # rounded, so that the order of rows cannot show in the last digits
            yield Surge(
                key=levels.keys[at],
                direction=direction,
                strength=round(bounds[0 if up else 1], 6),
                interval=(round(bounds[0], 6), round(bounds[1], 6)),
                times=round(float(times[row]), 6),
                observed=round(float(observed[row]), 6),
                expected=round(float(expected[row]), 6),
                usual=round(float(expected[row]) * levels.one_week, 6),
                half_life=levels.half_life,
                share_before=share(float(expected[row]), levels.published),
                share_now=share(float(observed[row]), levels.published),
                sources=int((levels.sources if up else levels.usual_sources)[at]),
                owners=int((levels.owners if up else levels.usual_owners)[at]),
            )


def judgement(levels: Levels, rules: SurgeRules, *, season: Floats | None = None) -> Judgement:
    """Return what levels say.

    Args:
        levels: observed and expected reports
        rules: when a change is worth a word
        season: what each key usually is at this time of the year, 1 being its average
    """
    high, low = levels.expected, levels.least_expected
    if season is not None:
        high, low = levels.expected * np.maximum(1.0, season), levels.least_expected * np.minimum(1.0, season)
    witnesses = min(rules.min_owners, rules.min_sources)
    able = (levels.sources >= rules.min_sources) & (levels.owners >= witnesses)
    # what full weeks began and the next two do not go on with is over, however long it takes to decay
    goes_on = levels.lately > levels.usually
    was = (levels.usual_sources >= rules.min_sources) & (levels.usual_owners >= witnesses)
    # a few weeks may have been loud, and what follows a loud few weeks is no fall
    was &= levels.past_weeks >= rules.least_past
    return Judgement(
        levels=levels,
        usual_high=high,
        usual_low=low,
        rise=_rise(levels, high, able=able & goes_on, rules=rules),
        fall=_fall(levels, low, was, rules=rules),
        burst=lower_bound(levels, levels.newest, high * levels.one_week, able=able, rules=rules),
        rules=rules,
    )


def _rise(levels: Levels, expected: Floats, *, able: NDArray[np.bool_], rules: SurgeRules) -> Floats:
    """Return the bound of what is not carried by two weeks alone."""
    bound = lower_bound(levels, levels.observed, expected, able=able, rules=rules)
    clear = (bound >= 0).nonzero()[0]
    held = carried(
        levels.recent[:, clear], levels.decay, reported=levels.reported[clear], expected=expected[clear]
    )
    bound[clear[~held]] = -math.inf
    return bound


def lower_bound(
    levels: Levels, observed: Floats, expected: Floats, *, able: NDArray[np.bool_], rules: SurgeRules
) -> Floats:
    """Return IC025 of the keys that may rise and are above the floor, -inf for the others."""
    bound = np.full(len(observed), -math.inf)
    # most keys are below the floor: nothing is computed there
    asked = able & (observed >= rules.min_observed)
    bound[asked] = _ic025(levels, observed[asked], expected[asked], rules=rules)
    return bound


def upper_bound(levels: Levels, expected: Floats, places: Ints, *, rules: SurgeRules) -> Floats:
    """Return IC975 of some keys. Every week counts in full: one that stands alone is no sign of a fall."""
    observed, spread = levels.reported[places], rules.spread(expected)
    return ic975(
        observed / spread, expected / spread, dispersion=1, variance=_variance(levels, expected, rules)
    )


def _lower(levels: Levels, expected: Floats, places: Ints, *, rules: SurgeRules) -> Floats:
    return _ic025(levels, levels.observed[places], expected, rules=rules)


def _ic025(levels: Levels, observed: Floats, expected: Floats, *, rules: SurgeRules) -> Floats:
    spread, variance = rules.spread(expected), _variance(levels, expected, rules)
    return ic025(
        observed / spread, expected / spread, dispersion=1, variance=variance, exposure=levels.exposure
    )


def _fall(levels: Levels, expected: Floats, was: NDArray[np.bool_], *, rules: SurgeRules) -> Floats:
    bound = np.full(len(expected), math.inf)
    asked = (was & (expected >= rules.min_expected)).nonzero()[0]
    bound[asked] = upper_bound(levels, expected[asked], asked, rules=rules)
    return bound


def _variance(levels: Levels, expected: Floats, rules: SurgeRules) -> Floats:
    return uncertainty(levels.shortage, expected, dispersion=rules.spread(expected))
