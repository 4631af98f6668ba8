"""Shrunk ratios and honest intervals for small counts: the arithmetic that stages share.

Counts of news are small and over-dispersed, so a plain ratio of two of them says little. Each function here
pulls what few counts say towards nothing special, and names the bound it returns.

Sources: Norén, Hopstadius and Bate, Stat. Methods Med. Res. 2013 (shrunk observed-to-expected ratios and the
closed form of their bounds); Monroe, Colaresi and Quinn, Political Analysis 2008 (log-odds with a prior);
Wilson 1927; Bouma 2009 (normalised pointwise mutual information).
"""

from __future__ import annotations

import math
from typing import overload

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: 97.5 % quantile of the normal distribution
Z = 1.959964


@overload
def ic(observed: float, expected: float, *, dispersion: float = ...) -> float: ...
@overload
def ic(observed: Floats, expected: Floats, *, dispersion: float = ...) -> Floats: ...
def ic(observed: float | Floats, expected: float | Floats, *, dispersion: float = 1.5) -> float | Floats:
    """Return log2 of observed over expected, shrunk towards 0 by half a count on both sides."""
    return _plain(_ic(_counts(observed, dispersion), _counts(expected, dispersion)))


@overload
def ic025(observed: float, expected: float, *, dispersion: float = ..., variance: float = ...) -> float: ...
@overload
def ic025(
    observed: Floats, expected: Floats, *, dispersion: float = ..., variance: float | Floats = ...
) -> Floats: ...
def ic025(
    observed: float | Floats,
    expected: float | Floats,
    *,
    dispersion: float = 1.5,
    variance: float | Floats = 0.0,
) -> float | Floats:
    """Return the lower bound of ``ic``: we are 97.5 % sure of at least 2**bound times the expected.

    Closed form of the 2.5 % quantile of a Gamma(observed + ½, expected + ½); within 0.05 bits of it from 3
    counts on. Counts are divided by ``dispersion`` first: news comes in bursts, Poisson would be too sure.
    ``variance`` is the relative variance of an expected count that is itself uncertain.
    """
    count = _counts(observed, dispersion)
    weight = 1 / (1 / (count + 0.5) + variance)
    return _plain(_ic(count, _counts(expected, dispersion)) - 3.3 * weight**-0.5 - 2 * weight**-1.5)


@overload
def ic975(observed: float, expected: float, *, dispersion: float = ..., variance: float = ...) -> float: ...
@overload
def ic975(
    observed: Floats, expected: Floats, *, dispersion: float = ..., variance: float | Floats = ...
) -> Floats: ...
def ic975(
    observed: float | Floats,
    expected: float | Floats,
    *,
    dispersion: float = 1.5,
    variance: float | Floats = 0.0,
) -> float | Floats:
    """Return the upper bound of ``ic``: we are 97.5 % sure of at most 2**bound times the expected.

    Other arguments as for ``ic025``; within 0.05 bits from 1 count on, 0.35 too low at none.
    """
    count = _counts(observed, dispersion)
    weight = 1 / (1 / (count + 0.5) + variance)
    # the second term of the closed form belongs to the count alone: with a variance it would turn around
    stretch = 2.4 * weight**-0.5 - 0.5 * (count + 0.5) ** -1.5
    return _plain(_ic(count, _counts(expected, dispersion)) + stretch)


def _counts(value: float | Floats, dispersion: float) -> Floats:
    return np.asarray(value, dtype=np.float64) / dispersion


def _ic(observed: Floats, expected: Floats) -> Floats:
    return np.log2((observed + 0.5) / (expected + 0.5))


def _plain(value: Floats) -> float | Floats:
    return value if value.ndim else float(value)


def wilson(successes: float, trials: float) -> tuple[float, float]:
    """Return the 95 % interval of a share; (0, 1) where nothing was tried.

    Raises:
        ValueError: fewer than no successes, or more than trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials")
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    spread = Z * math.sqrt(share * (1 - share) / trials + (Z / (2 * trials)) ** 2)
    middle, scale = share + Z**2 / (2 * trials), 1 + Z**2 / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def shrunk_share(part: float, whole: float, *, prior: float, weight: float) -> float:
    """Return part of whole as if ``weight`` more had been seen with the ``prior`` share.

    The prior where nothing was seen and it weighs nothing.
    """
    total = whole + weight
    return (part + weight * prior) / total if total else prior


def log_odds_z(
    now: float, all_now: float, before: float, all_before: float, *, prior_weight: float = 500.0
) -> float:
    """Return by how many standard errors the odds of a word rose between two sets of texts.

    Both sets are joined by ``prior_weight`` words drawn from what the two have in common, so that a word seen
    twice cannot win. ``now`` of ``all_now`` words against ``before`` of ``all_before``.
    """
    if now + before == 0:
        return 0.0
    prior = prior_weight * (now + before) / (all_now + all_before)
    odds_now = math.log((now + prior) / (all_now + prior_weight - now - prior))
    odds_before = math.log((before + prior) / (all_before + prior_weight - before - prior))
    return (odds_now - odds_before) / math.sqrt(1 / (now + prior) + 1 / (before + prior))


def npmi(together: float, one: float, other: float, *, total: float) -> float:
    """Return how much two things seek each other's company: -1 never met, 0 by chance, 1 always.

    Counts of texts: with both, with the one, with the other, all.
    """
    if together == 0:
        return -1.0
    if together >= total:
        return 1.0
    return math.log(together * total / (one * other)) / -math.log(together / total)
