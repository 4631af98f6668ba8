"""Simulated readers of known taste, the fast version of ``tests.benchmarks.readers``."""

from __future__ import annotations

import pytest

from tests.benchmarks.readers import Measured, by_truth, measured, ndcg

LATER = slice(4, None)


@pytest.fixture(scope="module")
def found() -> Measured:
    return measured(20, 12, tagging=by_truth, seed=107)


def test_the_profile_alone_is_far_above_popularity_and_newest_first(found: Measured) -> None:
    gain, low, _ = found.gain("profile alone", "popularity")
    assert gain >= 0.15
    assert low > 0.1
    assert found.mean("profile alone") >= found.mean("newest first") + 0.15


def test_where_stories_must_be_proven_the_order_is_above_cosine_and_rocchio(found: Measured) -> None:
    assert found.gain("profile alone", "cosine, proven first")[0] > 0
    assert found.gain("with votes", "Rocchio, proven first", LATER)[0] > 0


def test_four_weeks_of_votes_raise_it(found: Measured) -> None:
    gain, low, _ = found.gain("with votes", "profile alone", LATER)
    assert gain > 0
    assert low > 0


def test_the_exploration_slot_keeps_its_cap_and_no_story_comes_twice_in_four_issues(found: Measured) -> None:
    assert (found.digests, found.most_outside, found.repeats) == (240, 1, 0)


@pytest.mark.parametrize(
    ("order", "grades", "value"),
    [
        (["a", "b"], {"a": 3, "b": 0}, 1.0),
        # 7/log2(3) over 7/log2(2) = 1/1.585
        (["b", "a"], {"a": 3, "b": 0}, 0.631),
        # (1 + 3/1.585) / (3 + 1/1.585) = 2.893 / 3.631
        (["a", "b"], {"a": 1, "b": 2}, 0.797),
        (["a"], {"a": 0}, 1.0),
    ],
)
def test_ndcg(order: list[str], grades: dict[str, int], value: float) -> None:
    assert ndcg(order, grades) == pytest.approx(value, abs=5e-4)
