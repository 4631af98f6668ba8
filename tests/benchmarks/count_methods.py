"""Trend methods on a simulated world of counts: ours, run from the product, and the ones it is held
against.

Each returns days of its ticks and a table of scores, ticks by terms; -inf where a method says nothing.
The baselines see what a plain reader sees: every item on the day it came, back-fill and copies included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from trendwatch.demo.countworld import CountWorld
from trendwatch.trends.judgement import Judgement, SurgeRules
from trendwatch.trends.panel import PanelRules
from trendwatch.trends.series import TOTAL, Counts
from trendwatch.trends.surge import judge

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: days of ticks, and scores by tick and term
Scores = tuple[Ints, Floats]

#: Days before which no method is asked anything.
FIRST_DAY = 84
WEEK = 7


@dataclass(frozen=True)
class Variant:
    """Ours, or ours with something left out."""

    rules: SurgeRules = field(default_factory=SurgeRules)
    #: reports of a story that count; 0: all
    per_story: int = 1
    #: every source counts from its first day
    same_store: bool = True
    #: days in a counted period: 1 counts by day
    unit: int = WEEK


def counts_of(world: CountWorld, *, per_story: int = 1, unit: int = WEEK) -> Counts:
    """Return a world as the product counts it: stories by who told them first, and all who told them."""
    story, source = world.story, world.source
    _, first = np.unique(story * 64 + source, return_index=True)  # a source tells a story once
    first = np.sort(first)
    order = np.argsort(story[first], kind="stable")
    ranked = story[first][order]
    begins = np.r_[0, np.flatnonzero(np.diff(ranked)) + 1]
    rank = np.arange(len(ranked)) - np.repeat(begins, np.diff(np.r_[begins, len(ranked)]))
    counted = np.empty(len(first), dtype=bool)
    counted[order] = rank < per_story if per_story else True
    terms, sources = world.rules.terms, len(world.joins)
    place = (world.term[first] * 64 + source[first]) * 512 + world.day[first] // unit
    rows, where, told = np.unique(place, return_inverse=True, return_counts=True)
    periods = -(-world.rules.days // unit)
    docs = np.zeros((sources, periods * unit))
    docs[:, : world.rules.days] = world.own if per_story else world.docs
    docs = docs.reshape(sources, periods, unit).sum(axis=2)
    feed, period = np.nonzero(docs)
    return Counts(
        keys=(*(f"term:{number}" for number in range(terms)), TOTAL),
        feeds=tuple(f"source_{number:02}" for number in range(sources)),
        key=np.r_[rows // (64 * 512), np.full(len(feed), terms)].astype(np.int32),
        feed=np.r_[rows // 512 % 64, feed].astype(np.int32),
        week=np.r_[rows % 512, period].astype(np.int32),
        reports=np.r_[np.bincount(where, counted, len(rows)), docs[feed, period]].astype(np.float32),
        told=np.r_[told, docs[feed, period]].astype(np.float32),
    )


def panel_at(world: CountWorld, period: int, *, unit: int = WEEK) -> dict[str, int]:
    """Return since when each source is read that has not left."""
    return {
        f"source_{number:02}": int(joined) // unit if joined >= 0 else -1
        for number, (joined, left) in enumerate(zip(world.joins, world.leaves, strict=True))
        if left // unit >= period
    }


def judgements(world: CountWorld, variant: Variant = Variant(), *, every: int = 1) -> dict[int, Judgement]:
    """Return what the product says at the end of each period."""
    counts = counts_of(world, per_story=variant.per_story, unit=variant.unit)
    found = {}
    for period in range(FIRST_DAY // variant.unit, world.rules.days // variant.unit, every):
        since = panel_at(world, period, unit=variant.unit)
        if not variant.same_store:
            since = dict.fromkeys(since, -1)
        judged = judge(counts, week=period, since=since, owners={}, rules=variant.rules)
        if judged is not None:
            found[period] = judged
    return found


def ours(world: CountWorld, variant: Variant = Variant()) -> Scores:
    """Return the product's bounds on rises."""
    judged = judgements(world, variant, every=WEEK if variant.unit == 1 else 1)
    days = (np.array(list(judged)) + 1) * variant.unit - 1
    return days, np.array([one.score[: world.rules.terms] for one in judged.values()])


DAILY = Variant(
    unit=1,
    rules=SurgeRules(
        panel=PanelRules(fast_half_life=14.0, slow_half_life=91.0, lag=28, warm_up=35),
        slow=PanelRules(fast_half_life=28.0, slow_half_life=182.0, lag=70, warm_up=91),
    ),
)


def baselines(world: CountWorld) -> dict[str, Scores]:
    """Return what the methods say that others use."""
    terms, days = world.rules.terms, world.rules.days
    items = np.bincount(world.term * days + world.seen, minlength=terms * days).reshape(terms, days)
    raw, docs = items.astype(np.float64), world.docs_seen.sum(axis=0).astype(np.float64)
    ticks = np.arange(days)
    found = {
        "ratio 7 d / 28 d": _ratio(_rolling(raw, 7) / 7, _rolling(raw, 28) / 28, _rolling(raw, 7) >= 2),
        "ratio 28 d / 28 d": _ratio(
            _rolling(raw, 28), _later(_rolling(raw, 28), 28) + 1, _rolling(raw, 28) >= 3
        ),
        "z-score 7 d, 8 weeks": _z_score(raw),
        "SigniTrend-like EWMA": _signi_trend(raw, docs),
        "Kleinberg online (CUSUM x2)": _kleinberg(raw, docs),
        "BERTrend-like decay": _bertrend(raw),
    }
    return {name: (ticks, scores.T) for name, scores in found.items()}


def _rolling(counts: Floats, days: int) -> Floats:
    total = np.cumsum(np.pad(counts, ((0, 0), (days, 0))), axis=1)
    return np.asarray(total[:, days:] - total[:, :-days])


def _later(counts: Floats, days: int) -> Floats:
    return np.pad(counts, ((0, 0), (days, 0)))[:, : counts.shape[1]]


def _ratio(now: Floats, before: Floats, enough: NDArray[np.bool_]) -> Floats:
    return np.where(enough, now / np.maximum(before, 1e-9), -np.inf)


def _z_score(raw: Floats) -> Floats:
    week = _rolling(raw, 7)
    past = np.stack([_later(week, 7 * back) for back in range(1, 9)])
    return np.asarray((week - past.mean(axis=0)) / (past.std(axis=0) + 0.5))


def _by_day(raw: Floats, step: Callable[[int, Floats], Floats]) -> Floats:
    return np.stack([step(day, raw[:, day]) for day in range(raw.shape[1])], axis=1)


def _signi_trend(raw: Floats, docs: Floats) -> Floats:
    """Exponential mean and variance of the share, with a bias of one document."""
    rate, bias = 1 - 0.5 ** (1 / 14), 1 / float(np.median(docs))
    mean, variance = np.zeros(len(raw)), np.zeros(len(raw))

    def step(day: int, counted: Floats) -> Floats:
        nonlocal mean, variance
        share = counted / max(1.0, docs[day])
        score = (share - np.maximum(mean, bias)) / (np.sqrt(variance) + bias)
        change = share - mean
        mean = mean + rate * change
        variance = (1 - rate) * (variance + rate * change**2)
        return np.asarray(score)

    return _by_day(raw, step)


def _kleinberg(raw: Floats, docs: Floats) -> Floats:
    """Log-likelihood of twice the usual rate, summed while it is positive; usual is 28 days old or older."""
    rate = 1 - 0.5 ** (1 / 90)
    told, all_told, total = np.zeros(len(raw)), 0.0, np.zeros(len(raw))

    def step(day: int, counted: Floats) -> Floats:
        nonlocal told, all_told, total
        if day >= 28:
            told = told * (1 - rate) + raw[:, day - 28]
            all_told = all_told * (1 - rate) + docs[day - 28]
        usual = (told + 0.25) / (all_told + 1)
        total = np.maximum(0.0, total + counted * np.log(2) - docs[day] * usual)
        return total

    return _by_day(raw, step)


def _bertrend(raw: Floats) -> Floats:
    """Popularity that decays with the square of the days of silence; scored by its slope over 14 days."""
    popular, last = np.zeros(len(raw)), np.full(len(raw), -99)

    def step(day: int, counted: Floats) -> Floats:
        nonlocal popular, last
        last = np.where(counted > 0, day, last)
        silent = np.exp(-0.01 * np.minimum(60, day - last) ** 2.0)
        popular = np.where(counted > 0, popular + counted, popular * silent)
        return popular

    popularity = _by_day(raw, step)
    slope = (popularity - _later(popularity, 14)) / 14
    return np.where(popularity > 0, slope / (np.sqrt(popularity) + 1), -np.inf)
