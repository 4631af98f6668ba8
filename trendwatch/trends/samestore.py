"""What the same sources would publish now, had nothing changed: said once, for labels and for words.

    p = (Σ B + ¼ + lost) / (Σ N_B + 1)        E = Σ N_F · (B + κ p) / (N_B + κ)

B are the decayed past reports of a key by source, N_B and N_F those of everything the source published in
the past and now; sources outside the comparison have volumes of 0.

A source is compared once it has been read for ``WARM_UP`` weeks and has a past. While the past is shorter
than it will be, E itself is uncertain: its relative variance beyond that of a full past is

    shortage = max(0, Σ N_F / Σ N_B - that ratio of a source that has published evenly for ever)
    variance = shortage / (E / φ + ½)

Labels and words differ in how they weigh weeks and in what they do about loud ones, not in these sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats

Ints = NDArray[np.int64]

#: Reports of average mix that each source's past is joined by.
KAPPA = 20.0
#: Weeks a source must have been read before it is compared.
WARM_UP = 5
#: Week of feeds that are not to be compared: never old enough.
_NEVER = 1 << 30


class Past(NamedTuple):
    """Decayed reports before now, one row for each pair of a key and a source."""

    key: NDArray[Any]
    source: NDArray[Any]
    weight: Floats
    #: of everything, by source
    volume: Floats


def expected(past: Past, now: Floats, *, kappa: float, size: int, lost: float = 0.0) -> Floats:
    """Return what is expected of each key.

    Args:
        past: reports before now
        now: reports of everything now, by source
        kappa: reports of average mix that each source's past is joined by
        size: number of keys
        lost: reports that each key may have had beside those that are known
    """
    each = now / (past.volume + kappa)
    share = (sums(past.key, past.weight, size) + 0.25 + lost) / (past.volume.sum() + 1)
    usual = sums(past.key, past.weight * each[past.source], size)
    return np.asarray(usual + kappa * share * each.sum())


def read_since(feeds: Sequence[str], since: Mapping[str, int]) -> Ints:
    """Return the week each feed was first read in; feeds that are not named are never old enough."""
    return np.array([since.get(feed, _NEVER) for feed in feeds], dtype=np.int64)


def compared(known: Ints, volume: Floats, *, week: int, warm_up: int) -> NDArray[np.bool_]:
    """Return which sources are compared: read long enough, and with a past.

    Args:
        known: the week each was first read in
        volume: what each published in the past
        week: the judged week
        warm_up: weeks a source must have been read
    """
    return np.asarray((week - known >= warm_up) & (volume > 0))


def publishers(feeds: Sequence[str], owners: Mapping[str, str]) -> Ints:
    """Return a number for who publishes each feed; a feed without an owner is its own."""
    # a feed key may look like somebody's name: feeds and owners are numbered apart
    names = [("owner", owners[feed]) if feed in owners else ("feed", feed) for feed in feeds]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return np.array([numbers[name] for name in names], dtype=np.int64)


def even_ratio(weeks: float, *, half_life: float) -> float:
    """Return recent reports over past ones, for a source that has published evenly for ever.

    Args:
        weeks: weights of the recent weeks, added up
        half_life: weeks in which the past loses half its weight
    """
    return float(weeks * (1 - 0.5 ** (1 / half_life)))


def shortage(exposure: float, *, even: float) -> float:
    """Return by how much a past is shorter than it will be, in units of 1 / expected; 0 with a full past.

    Args:
        exposure: recent reports of anything over past ones, all sources
        even: what ``even_ratio`` says of them
    """
    return max(0.0, exposure - even)


def uncertainty(short: float, usual: Floats, *, dispersion: Floats | float) -> Floats:
    """Return the relative variance of what is expected that comes from a short past."""
    return np.asarray(short / (usual / dispersion + 0.5))


def share(reports: float, published: float) -> float:
    """Return the share of all reports, in [0, 1], rounded so that the order of sums cannot show."""
    return round(min(1.0, reports / published), 9)


def sums(numbers: NDArray[Any], weight: Floats, size: int) -> Floats:
    """Return the sum of the weights of each number."""
    return np.bincount(numbers, weight, size).astype(np.float64, copy=False)
