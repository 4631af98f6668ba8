"""Shrunk ratios against exact quantiles, and the laws they obey."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma, norm

from trendwatch.statistics import Z, f1, ic, ic025, ic975, npmi, shares, sigmoid, wilson

counts = st.floats(min_value=0, max_value=10_000)


@pytest.mark.parametrize("observed", [3, 4, 5, 8, 13, 30, 100, 1000])
@pytest.mark.parametrize("expected", [0.1, 1, 7, 200])
def test_bounds_are_quantiles_of_the_gamma_posterior(observed: int, expected: float) -> None:
    low, high = gamma.ppf([0.025, 0.975], observed + 0.5) / (expected + 0.5)
    assert ic025(observed, expected, dispersion=1) == pytest.approx(math.log2(low), abs=0.05)
    assert ic975(observed, expected, dispersion=1) == pytest.approx(math.log2(high), abs=0.05)


@pytest.mark.parametrize(
    ("observed", "expected", "value"),
    [
        (0, 0, 0.0),  # log2(0.5 / 0.5)
        (6, 1.5, 1.584963),  # / 1.5: 4 and 1; log2(4.5 / 1.5)
        (1.5, 11.25, -2.415037),  # / 1.5: 1 and 7.5; log2(1.5 / 8)
    ],
)
def test_ic(observed: float, expected: float, value: float) -> None:
    assert ic(observed, expected) == pytest.approx(value, abs=1e-6)


def test_ic025_by_hand() -> None:
    # / 1.5: 4 and 1; log2(4.5 / 1.5) - 3.3 / √4.5 - 2 / 4.5^1.5 = 1.584963 - 1.555635 - 0.209513
    assert ic025(6.0, 1.5) == pytest.approx(-0.180186, abs=1e-5)


@given(counts, counts)
def test_bounds_enclose(observed: float, expected: float) -> None:
    assert ic025(observed, expected) < ic(observed, expected) < ic975(observed, expected) + 1e-12


@given(counts, counts, st.floats(min_value=0.01, max_value=100))
def test_more_observed_is_stronger_more_expected_weaker(
    observed: float, expected: float, more: float
) -> None:
    assert ic025(observed + more, expected) > ic025(observed, expected)
    assert ic025(observed, expected + more) < ic025(observed, expected)


@given(counts, counts, st.floats(min_value=0.001, max_value=5))
def test_an_uncertain_expectation_widens_both_bounds(
    observed: float, expected: float, variance: float
) -> None:
    assert ic025(observed, expected, variance=variance) < ic025(observed, expected)
    assert ic975(observed, expected, variance=variance) > ic975(observed, expected)


def test_arrays_give_what_numbers_give() -> None:
    observed, expected = np.array([0.0, 3.0, 50.0]), np.array([1.0, 1.0, 20.0])
    for bound in (ic, ic025, ic975):
        each = [bound(float(o), float(e)) for o, e in zip(observed, expected, strict=True)]
        assert bound(observed, expected).tolist() == pytest.approx(each)
        assert isinstance(each[0], float)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (5, 10, 0.2366, 0.7634)],
)
def test_wilson(successes: int, trials: int, low: float, high: float) -> None:
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_wilson_refuses_more_successes_than_trials() -> None:
    with pytest.raises(ValueError, match="3 successes in 2 trials"):
        wilson(3, 2)


def test_z_is_the_quantile() -> None:
    assert pytest.approx(norm.ppf(0.975), abs=1e-6) == Z


def test_npmi() -> None:
    assert npmi(0, 5, 5, total=100) == -1
    assert npmi(5, 5, 5, total=100) == pytest.approx(1)
    assert npmi(1, 10, 10, total=100) == pytest.approx(0)  # 10 % of 10 % of 100 is 1: chance
    assert npmi(100, 100, 100, total=100) == 1


def test_half_a_count_of_a_short_past_is_as_many_now_as_there_is_more_now() -> None:
    # a past of a fifth of the present: log2((1 + 2.5) / (1 + 0.5)); one that is longer hides half a count
    known = ic025(20.0, 1.0, dispersion=1, variance=1e-9)
    assert known - ic025(20.0, 1.0, dispersion=1, variance=1e-9, exposure=5) == pytest.approx(1.222392)
    assert ic025(20.0, 1.0, dispersion=1, variance=1e-9, exposure=0.2) == known


def test_sigmoid_is_sure_at_both_ends_and_never_overflows() -> None:
    found = sigmoid(np.array([-1e6, -math.log(3), 0.0, math.log(3), 1e6], dtype=np.float32))
    assert found == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert found.dtype == np.float64


def test_f1_by_hand() -> None:
    # 2·3 / (4 + 5) = 2/3; nothing given and nothing true: 0; all of it: 1
    found = f1(np.array([3, 0, 2]), np.array([4, 0, 2]), np.array([5, 0, 2]))
    assert found == pytest.approx([2 / 3, 0, 1])
    assert shares(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist() == [0.25, 0]
