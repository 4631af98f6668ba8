"""Probabilities are probabilities: fitted where known, held to the rules where not."""

from __future__ import annotations

import numpy as np
import pytest

from trendwatch.tagging.calibrate import RULES, Said, Scored, calibrate
from trendwatch.tagging.weak import STANDS
from trendwatch.tagging.weights import BUCKETS, bucket

GROUP = np.zeros(2, dtype=np.intp)


def said(buckets: np.ndarray) -> Said:
    """Votes of which nobody knows where they stand."""
    return Said(buckets, np.zeros((STANDS, *buckets.shape), dtype=np.float32))


def known(scores: np.ndarray, told: Said, targets: np.ndarray, counts: np.ndarray | None = None) -> Scored:
    """Texts of which each stands for one, where nothing else is said."""
    return Scored(scores, told, targets, np.ones(targets.shape) if counts is None else counts)


def simulated(texts: int) -> tuple[np.ndarray, Said, np.ndarray]:
    """Labels that are true with logit 2 · score - 1 + (3 where the bucket is 3)."""
    rng = np.random.default_rng(7)
    scores = rng.normal(size=(texts, 2))
    buckets = rng.choice([1, 3], size=(texts, 2), p=[0.8, 0.2]).astype(np.intp)
    logits = 2 * scores - 1 + 3 * (buckets == 3)
    return scores, said(buckets), rng.random((texts, 2)) < 1 / (1 + np.exp(-logits))


def test_finds_the_truth_it_was_simulated_from() -> None:
    scores, votes, targets = simulated(4000)
    found = calibrate(known(scores, votes, targets), GROUP)
    assert found.slope == pytest.approx([2, 2], abs=0.2)
    assert found.evidence[:, 3] == pytest.approx([3, 3], abs=0.3)
    assert found.offset == pytest.approx([-1, -1], abs=0.2)
    assert found.evidence[:, 1] == pytest.approx([0, 0])


def test_probability_is_the_share_that_is_true() -> None:
    scores, votes, targets = simulated(4000)
    probability = calibrate(known(scores, votes, targets), GROUP).probability(scores, votes)
    high = probability > 0.7
    assert targets[high].mean() == pytest.approx(probability[high].mean(), abs=0.03)


def test_where_terms_stand_is_learnt_for_all_labels_together() -> None:
    """Labels are true with logit score - 1 + 2 where a strong term stands early; nothing else is told."""
    rng = np.random.default_rng(7)
    scores, early = rng.normal(size=(4000, 2)), rng.random((4000, 2)) < 0.3
    targets = rng.random((4000, 2)) < 1 / (1 + np.exp(1 - scores - 2 * early))
    told = said(np.ones((4000, 2), dtype=np.intp))
    told.standing[1] = early
    found = calibrate(known(scores, told, targets), GROUP)
    assert found.standing == pytest.approx(np.array([[0, 2, 0]] * 2), abs=0.15)
    high = found.probability(scores, told) > 0.7
    assert targets[high].mean() == pytest.approx(found.probability(scores, told)[high].mean(), abs=0.03)


def test_buckets_never_seen_keep_what_rules_say() -> None:
    scores, votes, targets = simulated(300)
    found = calibrate(known(scores, votes, targets), GROUP)
    assert found.evidence[:, 5] == pytest.approx([RULES[5] - RULES[1]] * 2)


def test_a_group_without_positives_keeps_the_rules() -> None:
    nothing = np.zeros((5, 2), dtype=bool)
    found = calibrate(known(np.ones((5, 2)), said(np.ones((5, 2), dtype=np.intp)), nothing), GROUP)
    assert found.slope == pytest.approx([0, 0])
    assert found.offset + found.evidence[:, 5] == pytest.approx([RULES[5]] * 2)


def test_groups_do_not_touch() -> None:
    scores, votes, targets = simulated(300)
    targets[:, 1] = False
    found = calibrate(known(scores, votes, targets), np.array([0, 1]))
    assert found.slope[0] > 1
    assert found.slope[1] == 0


def test_rarity_is_a_shift_of_the_odds() -> None:
    scores, votes, targets = simulated(4000)
    plain = calibrate(known(scores, votes, targets), GROUP)
    rarer = calibrate(known(scores, votes, targets, np.where(targets, 1.0, 2.0)), GROUP)
    # every negative twice halves the odds: -ln 2 = -0.69
    assert rarer.offset - plain.offset == pytest.approx([-0.69, -0.69], abs=0.1)


@pytest.mark.parametrize(
    ("score", "number"), [(-9, 0), (-1, 0), (0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (99, 5)]
)
def test_bucket(score: int, number: int) -> None:
    assert bucket(score) == number < BUCKETS


def test_a_label_with_few_texts_keeps_the_rules_unless_all_have_few() -> None:
    scores, votes, targets = simulated(300)
    rare = targets.copy()
    rare[np.flatnonzero(targets[:, 1])[5:], 1] = False  # 5 texts beside 100
    group = np.zeros(3, dtype=np.intp)
    first = [0, 1, 0]  # the label with many texts twice
    found = calibrate(known(scores, votes, rare).of_labels(np.array(first)), group, fewest=16)
    assert (found.slope > 0).tolist() == [True, False, True]
    few = targets & (np.arange(300) < 30)[:, np.newaxis]  # about 10 each
    assert (calibrate(known(scores, votes, few), GROUP, fewest=16).slope > 0).all()


def test_texts_seen_twice_with_half_the_count_say_the_same() -> None:
    scores, votes, targets = simulated(300)
    once = calibrate(known(scores, votes, targets), GROUP)
    half = known(scores, votes, targets, np.full(targets.shape, 0.5))
    twice = calibrate(half, GROUP, again=[half])
    for part in ("slope", "offset", "evidence", "standing"):
        assert getattr(twice, part) == pytest.approx(getattr(once, part), abs=1e-6)


def test_some_texts_and_labels_of_those_known() -> None:
    scores, votes, targets = simulated(9)
    some = known(scores, votes, targets).of_texts(np.array([2, 5])).of_labels(np.array([1]))
    assert some.scores.tolist() == [[scores[2, 1]], [scores[5, 1]]]
    assert some.said.buckets.tolist() == [[votes.buckets[2, 1]], [votes.buckets[5, 1]]]
    assert some.said.standing.shape == (STANDS, 2, 1)
    assert some.targets.tolist() == [[targets[2, 1]], [targets[5, 1]]]
