"""Stages of simulated curves: each can be reached, and most are called right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.stage import TREE, fitted, scores, written
from trendwatch.demo.curves import curves
from trendwatch.trends.stage import LEAST_WEEKS, available_from, call_stage
from trendwatch.types.trends import Stage


@pytest.mark.parametrize(
    ("stories", "stage"),
    [
        ([9] * 25, Stage.TOO_EARLY),  # 25 weeks
        ([0] * 60 + [3, 3, 3], Stage.TOO_FEW),  # 9 stories
        ([0] * 60 + [1, 1, 2, 1, 2, 2, 1, 3], Stage.EMERGING),
        ([1] * 40 + list(range(1, 27)), Stage.GROWING),
        ([0] * 40 + list(range(1, 27)), Stage.GROWING),
        ([2] * 40 + list(range(2, 22)) + [22] * 40, Stage.MAINSTREAM),
        ([20, 22, 18, 21] * 20, Stage.MAINSTREAM),
        ([10] * 40 + [20] * 30 + [5] * 20, Stage.FADING),
        ([10] * 60 + [0] * 20, Stage.FADING),
    ],
)
def test_call_stage(stories: list[int], stage: Stage) -> None:
    assert call_stage(stories).stage is stage


def test_most_simulated_curves_of_unseen_seeds_are_called_right() -> None:
    found = scores(lambda stories: call_stage(stories).stage, curves(77, 150))
    print("F1 of stages", found)
    assert sum(found.values()) / 4 >= 0.75
    assert min(found.values()) >= 0.65


def test_the_kept_tree_is_the_one_that_is_fitted() -> None:
    nodes, leaves = fitted()
    assert written(nodes, leaves) == TREE.read_text("utf-8")


def test_a_probability_is_how_often_it_is_right() -> None:
    called = [(call_stage(stories), truth) for truth, stories in curves(78, 200)]
    sure = [(said.stage is truth) for said, truth in called if said.probability >= 0.9]
    doubtful = [(said.stage is truth) for said, truth in called if 0 < said.probability < 0.6]
    assert sum(sure) / len(sure) >= 0.9
    assert sum(doubtful) / max(1, len(doubtful)) <= 0.75


def test_stages_are_available_after_half_a_year() -> None:
    assert available_from(100) == 125  # weeks 100 to 125 are 26


@given(st.lists(st.integers(0, 500), max_size=160))
def test_any_series_has_a_stage(stories: list[int]) -> None:
    stage = call_stage(stories).stage
    assert (stage is Stage.TOO_EARLY) == (len(stories) < LEAST_WEEKS)
    assert (stage is Stage.TOO_FEW) == (len(stories) >= LEAST_WEEKS and sum(stories) < 12)
