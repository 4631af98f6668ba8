"""What the same sources would publish now, had nothing changed: said once, for labels and for words.

    p = (Σ B + ¼ + lost) / (Σ N_B + 1)        E = Σ N_F · (B + κ p) / (N_B + κ)

B are the decayed past reports of a key by source, N_B and N_F those of everything the source published in
the past and now; sources outside the comparison have volumes of 0.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats


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


def sums(numbers: NDArray[Any], weight: Floats, size: int) -> Floats:
    """Return the sum of the weights of each number."""
    return np.bincount(numbers, weight, size).astype(np.float64, copy=False)
