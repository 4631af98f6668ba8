"""Many regressions at once: the same answers as liblinear, from a cold and a warm start."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from trendwatch.tagging.logistic import fit


def world(texts: int, words: int, labels: int, *, seed: int) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    """Sparse rows of length 1 with ones behind; labels that follow some words; weights, some of them 0."""
    rng = np.random.default_rng(seed)
    rows = rng.random((texts, words)) * (rng.random((texts, words)) < 0.3)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    targets = rows @ rng.normal(size=(words, labels)) + rng.normal(size=(texts, labels)) / 2 > 0.3
    weights = rng.choice([0.0, 0.5, 3.0], size=(texts, labels)).astype(np.float32)
    return csr_matrix(np.hstack([rows, np.ones((texts, 1))]).astype(np.float32)), targets, weights


def loss(matrix: csr_matrix, targets: np.ndarray, weights: np.ndarray, coef: np.ndarray) -> np.ndarray:
    margin = np.where(targets, 1, -1) * (matrix @ coef)
    return 0.5 * (coef**2).sum(axis=0) + (weights * np.logaddexp(0, -margin)).sum(axis=0)


@settings(deadline=None, max_examples=15)
@given(st.integers(2, 60), st.integers(1, 20), st.integers(1, 4), st.integers(0, 10_000))
def test_no_loss_is_lower_than_liblinear_finds(texts: int, words: int, labels: int, seed: int) -> None:
    from sklearn.linear_model import LogisticRegression

    matrix, targets, weights = world(texts, words, labels, seed=seed)
    coef = np.asarray(matrix.T @ fit(matrix, targets, weights, tolerance=1e-4))
    ours = loss(matrix, targets, weights, coef)
    for label in range(labels):
        used = weights[:, label] > 0
        if len(set(targets[used, label].tolist())) < 2:
            continue
        model = LogisticRegression(solver="liblinear", C=1, fit_intercept=False, tol=1e-6)
        model.fit(matrix[used], targets[used, label], sample_weight=weights[used, label])
        theirs = loss(matrix, targets, weights, model.coef_.T)[label]
        assert ours[label] <= theirs * 1.001 + 1e-4


def test_a_start_from_almost_the_answer_leads_to_the_same() -> None:
    matrix, targets, weights = world(200, 30, 5, seed=1)
    whole = fit(matrix, targets, weights, tolerance=1e-4)
    kept = np.arange(200) % 5 != 0
    again = fit(matrix[kept], targets[kept], weights[kept], start=whole[kept], tolerance=1e-4)
    fresh = fit(matrix[kept], targets[kept], weights[kept], tolerance=1e-4)
    assert matrix[kept].T @ again == pytest.approx(matrix[kept].T @ fresh, abs=0.02)


def test_texts_that_say_nothing_have_no_share() -> None:
    matrix, targets, weights = world(50, 10, 2, seed=2)
    weights[:, 1] = 0
    shares = fit(matrix, targets, weights)
    assert (shares[weights == 0] == 0).all()
    assert (shares[:, 0] != 0).any()
