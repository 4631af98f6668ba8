"""Where the line is drawn: half of the best F1, and not through texts about nothing."""

from __future__ import annotations

import numpy as np
import pytest

from trendwatch.tagging.thresholds import EACH, macro_f1, thresholds


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
    chosen = thresholds(table, np.array(targets, dtype=bool)[:, np.newaxis], np.zeros(1, dtype=np.intp))
    assert chosen == pytest.approx([threshold])


def test_no_label_takes_more_than_its_share_of_texts_without_any() -> None:
    """300 texts about nothing, of which the first label is thought likely for nine, the second for none."""
    about_nothing = np.full((300, 2), 0.1)
    about_nothing[:9, 0] = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.75, 0.75, 0.75]
    likely = np.array([[0.9, 0.1]] * 20 + [[0.1, 0.9]] * 20)
    probability = np.vstack([about_nothing, likely])
    group = np.zeros(2, dtype=np.intp)
    chosen = thresholds(probability, probability > 0.8, group)
    assert (about_nothing >= chosen).mean(axis=0).tolist() == [EACH, 0]
    assert chosen == pytest.approx([0.600001, 0.5])
    few = thresholds(probability[200:], probability[200:] > 0.8, group)  # a fiftieth of 100 is two texts
    assert few == pytest.approx([0.5, 0.5])


def test_what_nobody_looked_at_draws_no_line() -> None:
    probability = np.array([[0.9], [0.6], [0.7], [0.1]])
    targets = np.array([[True], [True], [False], [False]])
    looked = np.array([[True], [True], [False], [True]])  # without the mistake the best F1 is 1
    chosen = thresholds(probability, targets, np.zeros(1, dtype=np.intp), looked=looked)
    assert chosen == pytest.approx([0.5])


def test_macro_f1_of_each_group_counts_labels_that_are_true_of_a_text() -> None:
    targets = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0]], dtype=bool)
    given = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0]], dtype=bool)
    # the first label 2·1 / (1 + 2), the second 1; the third is nobody's, the fourth all of its group
    assert macro_f1(given, targets, np.array([0, 0, 0, 1])) == {0: pytest.approx(5 / 6)}


def test_a_facet_whose_none_matters_allows_a_standard_error_more() -> None:
    """200 texts about nothing; a share of 8 % are 16, and √(200 · .08 · .92) = 3.8: 19 may pass."""
    about_nothing = np.linspace(0.3, 0.7, 200)[:, np.newaxis]
    probability = np.vstack([about_nothing, [[0.9]] * 20])
    targets = np.arange(220)[:, np.newaxis] >= 200
    chosen = thresholds(probability, targets, np.zeros(1, dtype=np.intp), falsely={0: 0.08})
    assert (about_nothing >= chosen).sum() == 19
