"""Changes of level: the best division there is, compared with trying all of them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.statistics import Floats
from trendwatch.trends.changepoints import segments


@pytest.mark.parametrize(
    ("values", "starts"),
    [
        ([1.0] * 10, [0]),
        ([0.0] * 6 + [5.0] * 6, [0, 6]),
        ([0.0] * 4 + [5.0] * 4 + [1.0] * 4, [0, 4, 8]),
        ([0.0] * 9 + [50.0] + [0.0] * 9, [0, 6, 10]),  # one week is no segment: three go with it
        ([0.0, 9.0], [0]),  # too short for two
        ([], [0]),
    ],
)
def test_segments(values: list[float], starts: list[int]) -> None:
    assert segments(np.array(values), shortest=4, penalty=6.0) == starts


def cost(values: Floats, starts: tuple[int, ...], penalty: float) -> float:
    ends = [*starts[1:], len(values)]
    parts = [values[begin:end] for begin, end in zip(starts, ends, strict=True)]
    return float(sum(((part - part.mean()) ** 2).sum() for part in parts)) + penalty * (len(starts) - 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=2, max_size=11), st.sampled_from([0.5, 6.0, 40.0]))
def test_no_division_costs_less(numbers: list[int], penalty: float) -> None:
    values = np.array(numbers, dtype=float)
    found = tuple(segments(values, shortest=2, penalty=penalty))
    others = [
        (0, *cuts)
        for count in range(len(values))
        for cuts in combinations(range(2, len(values) - 1), count)
        if all(b - a >= 2 for a, b in pairwise(cuts))
    ]
    best = min(cost(values, starts, penalty) for starts in others)
    assert cost(values, found, penalty) == pytest.approx(best)
