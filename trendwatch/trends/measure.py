"""Counts of weeks become the panel's levels: which feeds are compared, and how much each week weighs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats
from trendwatch.trends.loudness import RECENT_WEEKS, VOLUME_WEEKS, missed, stormy, without_storms
from trendwatch.trends.panel import Levels, Pairs, PanelRules, levels
from trendwatch.trends.samestore import Ints, compared, publishers, read_since, sums
from trendwatch.trends.series import TOTAL, Counts

#: Cells of a whole table of keys and feeds, per row, up to which adding up beats sorting.
_DENSE = 8


class _Feeds(NamedTuple):
    """Decayed reports about anything of the panel's feeds, 0 for others; as in ``Pairs``."""

    now: Floats
    full: Floats
    past: Floats
    #: ``past`` without what was brought along
    own: Floats
    inside: NDArray[np.bool_]


class _Weights(NamedTuple):
    """What each row weighs in the present, in the past, and in the past without what was brought along."""

    fast: Floats
    slow: Floats
    own: Floats

    def where(self, chosen: NDArray[np.bool_]) -> _Weights:
        return _Weights(*(weight[chosen] for weight in self))


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
    known = read_since(counts.feeds, since)
    weights = _weights(counts, week, known=known, rules=rules)
    of_all = counts.key == counts.keys.index(TOTAL)
    feeds = _volumes(counts.where(of_all), weights.where(of_all), week=week, known=known, rules=rules)
    if not feeds.now.any():
        return None
    chosen = feeds.inside[counts.feed] & ~of_all
    rows, weights = counts.where(chosen), weights.where(chosen)
    age = np.minimum(week - rows.week, RECENT_WEEKS)  # what is older is in the row after the last
    reports = _by_week(rows, rows.reports, week=week, known=known)[:RECENT_WEEKS]
    storms = stormy(reports, _by_week(rows, rows.told, week=week, known=known)[:RECENT_WEEKS])
    in_storm = np.concatenate([storms, np.zeros_like(storms[:1])])[age, rows.key]
    told = np.where(in_storm, rows.reports, rows.told)
    pairs = _paired(rows, weights, told=told, feeds=feeds, owner=publishers(counts.feeds, owners))
    return levels(counts.keys, pairs, recent=without_storms(reports, storms), rules=rules)


def _volumes(of_all: Counts, weights: _Weights, *, week: int, known: Ints, rules: PanelRules) -> _Feeds:
    size = len(of_all.feeds)
    now, past, own = (sums(of_all.feed, weight * of_all.reports, size) for weight in weights)
    inside = compared(known, own, week=week, warm_up=rules.warm_up)
    by_feed = replace(of_all, keys=of_all.feeds, key=of_all.feed)
    missing = rules.decay @ missed(_by_week(by_feed, of_all.reports, week=week, known=known) * inside)
    return _Feeds(now * inside, now * inside + missing, past * inside, own * inside, inside)


def _paired(rows: Counts, weights: _Weights, *, told: Floats, feeds: _Feeds, owner: Ints) -> Pairs:
    """Return rows of weeks, with the weight of each in the present and in the past, as pairs."""
    where, pairs = _places(rows)
    width = max(1, len(rows.feeds))
    fast, slow, own, fast_told, slow_told = (
        sums(where, weight, len(pairs))
        for weight in (
            *(weight * rows.reports for weight in weights),
            weights.fast * told,
            weights.slow * rows.told,
        )
    )
    return Pairs(
        key=(pairs // width).astype(np.int32),
        feed=(pairs % width).astype(np.int32),
        fast=fast,
        slow=slow,
        fast_told=fast_told,
        slow_told=slow_told,
        now=feeds.now,
        past=feeds.past,
        full=feeds.full,
        owner=owner,
        own=None if np.array_equal(feeds.past, feeds.own) else (own, feeds.own),
    )


def _places(rows: Counts) -> tuple[Ints, Ints]:
    """Return for each row the number of its pair, and the pairs as key times feeds plus feed."""
    feeds = max(1, len(rows.feeds))
    cells = len(rows.keys) * feeds
    place = rows.key.astype(np.int64) * feeds + rows.feed
    if cells <= _DENSE * max(1, len(rows)):
        pairs = np.flatnonzero(np.bincount(place, minlength=cells))
        return np.cumsum(np.bincount(pairs, minlength=cells))[place] - 1, pairs
    pairs, where = np.unique(place, return_inverse=True)
    return where, pairs


def _by_week(rows: Counts, counted: NDArray[np.float32], *, week: int, known: Ints) -> Floats:
    """Return recent counts by age and by key, back-log left out."""
    age, keys = week - rows.week, len(rows.keys)
    fresh = (age < VOLUME_WEEKS) & (rows.week > known[rows.feed])
    place = age[fresh].astype(np.int64) * keys + rows.key[fresh]
    return sums(place, counted[fresh].astype(np.float64), VOLUME_WEEKS * keys).reshape(VOLUME_WEEKS, keys)


def _weights(counts: Counts, week: int, *, known: Ints, rules: PanelRules) -> _Weights:
    """Return the weights of each row."""
    age = (week - counts.week).astype(np.float64)
    fresh = counts.week > known[counts.feed]
    fast = np.where(fresh, 2.0 ** (-age / rules.fast_half_life), 0.0)
    slow = np.where(age >= rules.lag, 2.0 ** (-(age - rules.lag) / rules.slow_half_life), 0.0)
    late = (known > known.min() + rules.warm_up)[counts.feed]
    # the week a feed joined in is back-log and news in one: it counts in neither account
    slow = np.where(late & (counts.week == known[counts.feed]), 0.0, slow)
    return _Weights(fast, slow, np.where(fresh | ~late, slow, 0.0))
