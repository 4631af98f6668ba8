"""Seasons: known after 13 months, of sources read all that time, and never beyond a half and twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.trends.panel import PanelRules
from trendwatch.trends.season import LEAST_WEEKS, available_from, seasons
from trendwatch.trends.series import TOTAL, CountRow, Counts

RULES = PanelRules()


def year(height: float, *, weeks: int = 110) -> Counts:
    """Ten reports a week of 100, and more or fewer of them in weeks 20 to 27 of each year."""
    rows: list[CountRow] = []
    for week in range(weeks):
        times = height if 20 <= week % 52 < 28 else 1.0
        rows += [(TOTAL, "feed", week, 100.0), ("area:feast", "feed", week, 10.0 * times)]
    return Counts.of(rows)


def season(counts: Counts, week: int, *, since: int = 0) -> float | None:
    found = seasons(counts, week=week, since={"feed": since}, rules=RULES)
    return None if found is None else float(found[counts.keys.index("area:feast")])


def test_thirteen_months_are_needed() -> None:
    counts = year(3.0)
    assert available_from(0) == LEAST_WEEKS
    assert season(counts, LEAST_WEEKS - 1) is None
    assert season(counts, LEAST_WEEKS) is not None
    assert season(counts, 100, since=50) is None  # this feed is too young, whatever the counts say
    assert seasons(Counts.of([]), week=100, since={"feed": 0}, rules=RULES) is None


@pytest.mark.parametrize(
    ("height", "week", "least", "most"),
    [
        (3.0, 76, 1.5, 2.0),
        (3.0, 100, 0.6, 0.9),
        (1.0, 76, 1.0, 1.0),
        (0.0, 76, 0.5, 0.6),
        (50.0, 76, 2.0, 2.0),
    ],
)
def test_a_season_is_the_share_of_the_same_weeks_of_last_year(
    height: float, week: int, least: float, most: float
) -> None:
    found = season(year(height), week)
    assert found is not None
    assert least <= round(found, 6) <= most


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(LEAST_WEEKS, 109))
def test_a_season_is_between_a_half_and_twice(seed: int, week: int) -> None:
    random = np.random.default_rng(seed)
    counts = year(float(random.uniform(0, 30)))
    found = seasons(counts, week=week, since={"feed": 0}, rules=RULES)
    assert found is not None
    assert ((found >= 0.5) & (found <= 2.0)).all()
