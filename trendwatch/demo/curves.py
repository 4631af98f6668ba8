"""Simulated weekly stories of technologies whose stage is known: what the stage tree is fitted and tested
on.

This is a simulator; its shapes are our idea of how technologies run through the news, not data. Lengths
of 40 to 156 weeks, heights of 1.5 to 40 stories a week, weeks louder and quieter than others (gamma),
holidays.

    emerging     the foot of an S-curve: 0.5 to 4 stories a week at the end, almost none before
    growing      the steep part of an S-curve, its middle just behind or just ahead; or of a straight climb
    mainstream   even for all the time, or an S-curve or a climb that ended half a year ago or earlier
    fading       a peak at 30 to 80 % of the time, then an exponential decline
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.types.trends import Stage

Floats = NDArray[np.float64]

#: Stages that a curve can be made of.
STAGES = (Stage.EMERGING, Stage.GROWING, Stage.MAINSTREAM, Stage.FADING)
_HOLIDAY_EVERY = 26
#: Of curves that climb, those that climb straight; of normal ones, those that always were even.
_STRAIGHT, _EVEN = 0.5, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveRules:
    """How curves are disturbed."""

    weeks: tuple[int, int] = (40, 156)
    #: stories a week at most, drawn evenly on a logarithmic scale
    height: tuple[float, float] = (1.5, 40.0)
    #: a week's loudness is a gamma variate of a shape between these: 3 makes it vary by 60 %, 100 by 10 %
    loudness: tuple[float, float] = (2.5, 100.0)
    #: share of the usual stories in a holiday week, twice a year
    holidays: float = 0.5


def curves(seed: int, count: int, rules: CurveRules | None = None) -> list[tuple[Stage, list[int]]]:
    """Return some curves of each stage in turn; the same seed always gives the same ones."""
    random, rules = np.random.default_rng(seed), rules or CurveRules()
    return [(stage, _curve(stage, random, rules)) for _ in range(count) for stage in STAGES]


def _curve(stage: Stage, random: np.random.Generator, rules: CurveRules) -> list[int]:
    length = int(random.integers(rules.weeks[0], rules.weeks[1] + 1))
    rate = _rate(stage, random, length=length, height=_between(random, rules.height))
    loudness = _between(random, rules.loudness)
    rate *= random.gamma(loudness, 1 / loudness, length)
    rate[int(random.integers(_HOLIDAY_EVERY)) :: _HOLIDAY_EVERY] *= rules.holidays
    counts: list[int] = random.poisson(rate).tolist()
    return counts


def _ramp(weeks: NDArray[np.int64], onset: int, length: int) -> Floats:
    """Return a straight climb from 0 to 1."""
    return np.asarray(np.clip((weeks - onset) / length, 0.0, 1.0))


def _between(random: np.random.Generator, bounds: tuple[float, float]) -> float:
    """Return a number between two, even on a logarithmic scale."""
    return float(np.exp(random.uniform(*np.log(bounds))))


def _rate(stage: Stage, random: np.random.Generator, *, length: int, height: float) -> Floats:
    """Return stories expected in each week."""
    weeks, scale = np.arange(length), random.uniform(3, 12)
    if stage is Stage.EMERGING:
        rate = height * _logistic(weeks, length + random.uniform(0.8, 2.5) * scale, scale)
        return np.asarray(rate * random.uniform(0.5, 4) / rate[-1])
    if stage is Stage.FADING:
        peak = random.uniform(0.3, 0.8) * length
        slope = max(5.0, (length - peak) / random.uniform(0.6, 3))
        fallen = np.minimum(1.0, np.exp(-(weeks - peak) / slope))
        return np.asarray(height * (_logistic(weeks, peak - 3 * scale, scale) * fallen + 0.05))
    straight = random.random() < _STRAIGHT
    if stage is Stage.GROWING:
        if straight:
            rise = _ramp(weeks, length - int(random.integers(12, 30)), int(random.integers(20, 60)))
        else:
            rise = _logistic(weeks, length - random.uniform(-0.8, 2.0) * scale, scale)
        return height * (rise + random.uniform(0, 0.3))
    if random.random() < _EVEN:
        return np.full(length, height * random.uniform(0.5, 1))
    climb = int(random.integers(15, 40))
    if straight:
        return height * _ramp(weeks, length - climb - int(random.integers(26, 60)), climb) + 0.3
    return height * _logistic(weeks, length - random.uniform(3, 8) * scale - 6, scale) + 0.3


def _logistic(weeks: NDArray[np.int64], middle: float, scale: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-(weeks - middle) / scale)))
