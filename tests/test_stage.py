"""Stages of simulated curves: each can be reached, and most are called right."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.statistics import Floats
from trendwatch.trends.stage import LEAST_WEEKS, stage_of
from trendwatch.types.trends import Stage

CALLED = [Stage.EMERGING, Stage.GROWING, Stage.MAINSTREAM, Stage.FADING]


@pytest.mark.parametrize(
    ("stories", "stage"),
    [
        ([9] * 25, Stage.TOO_EARLY),  # 25 weeks
        ([0] * 60 + [3, 3, 3], Stage.TOO_EARLY),  # 9 stories
        ([0] * 60 + [1, 1, 2, 1, 2, 2, 1, 3], Stage.EMERGING),
        ([1, 0, 0, 0] * 20, Stage.EMERGING),  # one a month, for ever
        ([1] * 40 + list(range(1, 27)), Stage.GROWING),
        ([0] * 40 + list(range(1, 27)), Stage.GROWING),
        ([2] * 40 + list(range(2, 22)) + [22] * 40, Stage.MAINSTREAM),
        ([20, 22, 18, 21] * 20, Stage.MAINSTREAM),
        ([10] * 40 + [20] * 30 + [5] * 20, Stage.FADING),
        ([10] * 60 + [0] * 20, Stage.FADING),
    ],
)
def test_stage_of(stories: list[int], stage: Stage) -> None:
    assert stage_of(stories) is stage


def curve(stage: Stage, random: np.random.Generator) -> list[int]:
    """Weekly stories of a technology whose stage at the end is known."""
    length = int(random.integers(60, 157))
    weeks = np.arange(length)
    height, scale = random.uniform(4, 30), random.uniform(3, 12)

    def logistic(middle: float) -> Floats:
        return np.asarray(height / (1 + np.exp(-(weeks - middle) / scale)))

    if stage is Stage.EMERGING:
        rate = logistic(length + random.uniform(1.2, 2.5) * scale)
        rate *= random.uniform(0.8, 3) / rate[-1]
    elif stage is Stage.GROWING:
        rate = logistic(length - random.uniform(-0.8, 1.2) * scale) + random.uniform(0, 0.1) * height
    elif stage is Stage.MAINSTREAM:
        even = np.full(length, height * random.uniform(0.5, 1))
        rate = even if random.random() < 0.5 else logistic(length - random.uniform(4, 8) * scale - 13) + 0.3
    else:
        peak = random.uniform(0.3, 0.8) * length
        slope = max(5.0, (length - peak) / random.uniform(1, 3))
        rate = logistic(peak - 3 * scale) * np.minimum(1, np.exp(-(weeks - peak) / slope)) + 0.05 * height
    counts: list[int] = random.poisson(rate * random.gamma(6, 1 / 6, length)).tolist()
    return counts


def test_most_simulated_curves_are_called_right() -> None:
    random = np.random.default_rng(1)
    called = {stage: Counter(stage_of(curve(stage, random)) for _ in range(150)) for stage in CALLED}
    scores = []
    for stage in CALLED:
        hits = called[stage][stage]
        said = sum(called[truth][stage] for truth in CALLED)
        decided = 150 - called[stage][Stage.TOO_EARLY]
        scores.append(2 * hits / (said + decided))
    print("macro-F1 of stages", np.mean(scores), called)
    assert np.mean(scores) >= 0.80
    assert min(scores) >= 0.70


@given(st.lists(st.integers(0, 500), max_size=160))
def test_any_series_has_a_stage(stories: list[int]) -> None:
    stage = stage_of(stories)
    assert (stage is Stage.TOO_EARLY) == (len(stories) < LEAST_WEEKS or sum(stories) < 12)
