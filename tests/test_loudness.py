"""A loud week, a story told everywhere, a quiet week and late back-log: none of them adds a rise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tests.benchmarks.count_methods import judgements
from tests.benchmarks.trends import CALM
from trendwatch.demo.counts import simulate
from trendwatch.trends.judgement import SurgeRules
from trendwatch.trends.loudness import VOLUME_WEEKS, carried, missed, stormy, without_storms

SMALL = replace(CALM, terms=400, days=280)


def alarms(seed: int, **nuisance: object) -> set[tuple[int, int]]:
    """Return (term, week) of each rise in a small world that has one nuisance."""
    rules = replace(SMALL, nuisance=replace(SMALL.nuisance, **nuisance))  # type: ignore[arg-type]
    least = SurgeRules().least_rise
    return {
        (int(term), week)
        for week, judged in judgements(simulate(seed, rules)).items()
        for term in np.flatnonzero(judged.score >= least)
    }


def test_storms_add_no_alarm() -> None:
    assert alarms(31, storms=40, storm_copies=(60, 60)) <= alarms(31)


def test_back_fill_of_joining_feeds_adds_no_alarm() -> None:
    assert alarms(31, joining=6) <= alarms(31, joining=6, backfill=0)


def test_a_holiday_adds_no_alarm_in_its_weeks_and_two_after() -> None:
    found = alarms(31, holidays=0.3, holidays_at=(210,))
    assert {one for one in found if 30 <= one[1] < 34} <= alarms(31)


def test_a_story_that_everybody_prints_counts_one_less() -> None:
    stories, told = np.array([[1.0, 99.0], [2.0, 99.0]]), np.array([[13.0, 99.0], [2.0, 99.0]])
    storms = stormy(stories, told)
    assert storms.tolist() == [[True, False], [True, False]]  # it may have begun in the week before
    assert without_storms(stories, storms).reports.tolist() == [[0.0, 99.0], [1.0, 99.0]]


def test_only_thin_weeks_are_filled_up() -> None:
    volume = np.full((VOLUME_WEEKS, 2), 10.0)
    volume[1] = 3.0, 4.0
    volume[4] = 12.0, 10.0
    assert missed(volume)[:3].tolist() == [[0.0, 0.0], [9.0, 6.0], [0.0, 0.0]]


def test_two_weeks_in_a_row_carry_nothing() -> None:
    """Weeks weigh 1, ½, ¼ ... and 2 in all; without the last two a quarter is left."""
    decay = 0.5 ** np.arange(8.0)
    weeks = np.zeros((8, 4))
    weeks[:2] = 6.0
    weeks[2:, 1] = 6.0  # it goes on
    weeks[:, 2] = 0.0, 9.0, 9.0, 1.0, 1.0, 1.0, 1.0, 1.0  # the fortnight need not be the last one
    expected = np.array([2.0, 2.0, 2.0, 0.1])  # the last one was never seen before
    reported = decay @ weeks
    assert carried(weeks, decay, reported=reported, expected=expected).tolist() == [False, True, False, True]
