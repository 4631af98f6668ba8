"""Probabilities are probabilities: fitted where known, held to the rules where not."""

from __future__ import annotations

import numpy as np
import pytest

from trendwatch.tagging.calibrate import EACH, RULES, Said, calibrate, thresholds
from trendwatch.tagging.weak import STANDS
from trendwatch.tagging.weights import BUCKETS, bucket

GROUP = np.zeros(2, dtype=np.intp)


def said(buckets: np.ndarray) -> Said:
    """Votes of which nobody knows where they stand."""
    return Said(buckets, np.zeros((STANDS, *buckets.shape), dtype=np.float32))


def simulated(texts: int) -> tuple[np.ndarray, Said, np.ndarray]:
    """Labels that are true with logit 2 · score - 1 + (3 where the bucket is 3)."""
    rng = np.random.default_rng(7)
    scores = rng.normal(size=(texts, 2))
    buckets = rng.choice([1, 3], size=(texts, 2), p=[0.8, 0.2]).astype(np.intp)
    logits = 2 * scores - 1 + 3 * (buckets == 3)
    return scores, said(buckets), rng.random((texts, 2)) < 1 / (1 + np.exp(-logits))


def test_finds_the_truth_it_was_simulated_from() -> None:
    scores, votes, targets = simulated(4000)
    found = calibrate(scores, votes, targets=targets, groups=GROUP)
    assert found.slope == pytest.approx([2, 2], abs=0.2)
    assert found.evidence[:, 3] == pytest.approx([3, 3], abs=0.3)
    assert found.offset == pytest.approx([-1, -1], abs=0.2)
    assert found.evidence[:, 1] == pytest.approx([0, 0])


def test_probability_is_the_share_that_is_true() -> None:
    scores, votes, targets = simulated(4000)
    probability = calibrate(scores, votes, targets=targets, groups=GROUP).probability(scores, votes)
    high = probability > 0.7
    assert targets[high].mean() == pytest.approx(probability[high].mean(), abs=0.03)


def test_where_terms_stand_is_learnt_for_all_labels_together() -> None:
    """Labels are true with logit score - 1 + 2 where a strong term stands early; nothing else is told."""
    rng = np.random.default_rng(7)
    scores, early = rng.normal(size=(4000, 2)), rng.random((4000, 2)) < 0.3
    targets = rng.random((4000, 2)) < 1 / (1 + np.exp(1 - scores - 2 * early))
    told = said(np.ones((4000, 2), dtype=np.intp))
    told.standing[1] = early
    found = calibrate(scores, told, targets=targets, groups=GROUP)
    assert found.standing == pytest.approx(np.array([[0, 2, 0]] * 2), abs=0.15)
    high = found.probability(scores, told) > 0.7
    assert targets[high].mean() == pytest.approx(found.probability(scores, told)[high].mean(), abs=0.03)


def test_buckets_never_seen_keep_what_rules_say() -> None:
    scores, votes, targets = simulated(300)
    found = calibrate(scores, votes, targets=targets, groups=GROUP)
    assert found.evidence[:, 5] == pytest.approx([RULES[5] - RULES[1]] * 2)


def test_a_group_without_positives_keeps_the_rules() -> None:
    nothing = np.zeros((5, 2), dtype=bool)
    found = calibrate(np.ones((5, 2)), said(np.ones((5, 2), dtype=np.intp)), targets=nothing, groups=GROUP)
    assert found.slope == pytest.approx([0, 0])
    assert found.offset + found.evidence[:, 5] == pytest.approx([RULES[5]] * 2)


def test_groups_do_not_touch() -> None:
    scores, votes, targets = simulated(300)
    targets[:, 1] = False
    found = calibrate(scores, votes, targets=targets, groups=np.array([0, 1]))
    assert found.slope[0] > 1
    assert found.slope[1] == 0


def test_rarity_is_a_shift_of_the_odds() -> None:
    scores, votes, targets = simulated(4000)
    plain = calibrate(scores, votes, targets=targets, groups=GROUP)
    rarer = calibrate(scores, votes, targets=targets, groups=GROUP, counts=np.where(targets, 1.0, 2.0))
    # every negative twice halves the odds: -ln 2 = -0.69
    assert rarer.offset - plain.offset == pytest.approx([-0.69, -0.69], abs=0.1)


@pytest.mark.parametrize(
    ("probability", "targets", "threshold"),
    [
        ([0.9, 0.6, 0.4, 0.1], [1, 1, 0, 0], 0.5),  # best F1 is 1, half of it
        ([0.9, 0.6, 0.7, 0.1], [1, 1, 0, 0], 0.4),  # best: both and one mistake, F1 = 4 / 5
        (
            [0.9, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9],
            [1, 1, 0, 0, 0, 0, 0, 0],
            0.25,
        ),  # 4 / 10 / 2, but never below
        ([0.9, 0.9, 0.9, 0.9], [0, 0, 0, 0], 0.5),  # nothing to choose by: as rules do
    ],
)
def test_thresholds(probability: list[float], targets: list[int], threshold: float) -> None:
    table = np.array(probability)[:, np.newaxis]
    chosen, _ = thresholds(table, np.array(targets, dtype=bool)[:, np.newaxis], np.zeros(1, dtype=np.intp))
    assert chosen == pytest.approx([threshold])


@pytest.mark.parametrize(
    ("score", "number"), [(-9, 0), (-1, 0), (0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (99, 5)]
)
def test_bucket(score: int, number: int) -> None:
    assert bucket(score) == number < BUCKETS


def test_no_label_takes_more_than_its_share_of_texts_without_any() -> None:
    """300 texts about nothing, of which the first label is thought likely for nine, the second for none."""
    about_nothing = np.full((300, 2), 0.1)
    about_nothing[:9, 0] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.75, 0.75, 0.75]
    likely = np.array([[0.9, 0.1]] * 20 + [[0.1, 0.9]] * 20)
    probability = np.vstack([about_nothing, likely])
    group = np.zeros(2, dtype=np.intp)
    chosen, _ = thresholds(probability, probability > 0.8, group)
    assert (about_nothing >= chosen).mean(axis=0).tolist() == [EACH, 0]
    assert chosen == pytest.approx([0.600001, 0.5])
    few, _ = thresholds(probability[200:], probability[200:] > 0.8, group)  # a fiftieth of 100 is two texts
    assert few == pytest.approx([0.5, 0.5])


def test_a_label_with_few_texts_keeps_the_rules_unless_all_have_few() -> None:
    scores, votes, targets = simulated(300)
    rare = targets.copy()
    rare[np.flatnonzero(targets[:, 1])[5:], 1] = False  # 5 texts beside 100
    group = np.zeros(3, dtype=np.intp)
    first = [0, 1, 0]  # the label with many texts twice
    found = calibrate(
        scores[:, first], votes.only(np.array(first)), targets=rare[:, first], groups=group, fewest=16
    )
    assert (found.slope > 0).tolist() == [True, False, True]
    few = targets & (np.arange(300) < 30)[:, np.newaxis]  # about 10 each
    assert (calibrate(scores, votes, targets=few, groups=GROUP, fewest=16).slope > 0).all()
