"""Chance: hardly anything where nothing bursts, and the same for the same counts."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.trends.judgement import SurgeRules
from trendwatch.trends.placebo import by_chance
from trendwatch.trends.series import TOTAL, CountRow, Counts
from trendwatch.types.trends import Chance

FEEDS = [f"feed_{number}" for number in range(6)]
SINCE = dict.fromkeys(FEEDS, -1)


def world(seed: int, *, weeks: int = 60, keys: int = 150, bursts: float = 0.0) -> Counts:
    """Counts in which nothing rises; with bursts a week of a key may be loud everywhere."""
    random = np.random.default_rng(seed)
    loud = random.gamma(1 / bursts, bursts, (keys, weeks)) if bursts else np.ones((keys, weeks))
    rows: list[CountRow] = []
    for feed in FEEDS:
        for week in range(weeks):
            rows.append((TOTAL, feed, week, 60))
            drawn = random.poisson(0.4 * loud[:, week])
            rows += [(f"area:{key}", feed, week, int(drawn[key])) for key in drawn.nonzero()[0].tolist()]
    return Counts.of(rows)


def chance(counts: Counts, *, week: int = 59) -> Chance | None:
    return by_chance(counts, week=week, since=SINCE, owners={}, rules=SurgeRules())


def test_too_little_history_has_no_chance() -> None:
    assert chance(world(1, weeks=4), week=3) is None


def test_even_news_rises_hardly_ever_and_bursts_more_often() -> None:
    even, bursty = chance(world(1)), chance(world(1, bursts=2.0))
    assert even is not None
    assert bursty is not None
    assert even.judged > 100
    assert even.rises < 0.5
    assert bursty.rises > even.rises


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(order: int) -> None:
    counts = world(3, keys=30)
    shuffled = counts.where(np.random.default_rng(order).permutation(len(counts)))  # type: ignore[arg-type]
    assert chance(shuffled) == chance(counts)


def test_a_rise_of_today_is_no_chance_of_its_own() -> None:
    counts = world(4, keys=30)
    up = [("area:up", feed, week, 6.0) for feed in FEEDS for week in (56, 57, 58, 59)]
    rows = zip(counts.key, counts.feed, counts.week, counts.reports, strict=True)
    old = [(counts.keys[k], counts.feeds[f], int(w), float(n)) for k, f, w, n in rows]
    found = chance(Counts.of([*old, *up]))
    assert found is not None
    assert found.rises <= 1
