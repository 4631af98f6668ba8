"""The simulated world of counts as a value: size, nuisances, rises and items; ``counts`` makes it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountNuisance:
    """What looks like a trend and is none."""

    #: feeds that join, how much more they like their terms, and items they bring along
    joining: int = 10
    speciality: float = 15.0
    backfill: int = 60
    leaving: int = 2
    #: share of the usual volume in the holidays; 1 switches them off
    holidays: float = 0.3
    #: first days of holidays of two weeks
    holidays_at: tuple[int, ...] = (210, 350)
    #: variance of a week's and of a day's loudness of a term; 0 is Poisson
    week_noise: float = 0.15
    day_noise: float = 0.4
    #: of a source's day
    source_noise: float = 0.1
    #: share of stories that others print too, and how many more on average
    syndicated: float = 0.25
    reprints: float = 2.0
    #: stories printed everywhere: how many, and fewest and most copies of one
    storms: int = 60
    storm_copies: tuple[int, int] = (8, 30)
    spikes: int = 60
    spike_stories: float = 8.0
    #: share of terms that swing with the year, to this much above and below their level
    seasonal: float = 0.0
    swing: float = 0.6
    #: feeds that publish twice as much from some day on
    louder: int = 3
    #: of items that their source publishes again under another guid
    repeated: float = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRules:
    """The size of a world."""

    feeds: int = 24
    terms: int = 1500
    planted: int = 40
    days: int = 406
    #: docs a day of a feed, median
    volume: float = 5.0
    #: docs a day of a term over all first feeds, median and spread (sigma of the logarithm)
    level: float = 0.2
    spread: float = 1.1
    nuisance: CountNuisance = field(default_factory=CountNuisance)


@dataclass(frozen=True, slots=True)
class Rise:
    """A planted S-curve."""

    term: int
    onset: int
    days: int
    #: new terms have no past
    is_new: bool


@dataclass(frozen=True, slots=True)
class CountWorld:
    """Items as columns of equal length, and everything a source published."""

    rules: CountRules
    rises: tuple[Rise, ...]
    #: first and last day a source is read, -1 for the ones read from the beginning
    joins: Ints
    leaves: Ints
    term: Ints
    source: Ints
    #: the day an item counts at: of a back-fill its own, before the source joined
    day: Ints
    #: the day it was seen
    seen: Ints
    story: Ints
    #: docs by source and day, as counted and as seen
    docs: Ints
    docs_seen: Ints
    #: (term, first day) of storms and spikes
    storms: tuple[tuple[int, int], ...]
    spikes: tuple[tuple[int, int], ...]
    #: of ``docs`` those that nobody had told before
    own: Ints
