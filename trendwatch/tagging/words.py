"""Words to scores: logistic regression on TF-IDF, and what it says of a text that was held out.

Method and what was rejected: see ``train``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.tagging import logistic
from trendwatch.tagging.rows import Rows
from trendwatch.vectors import Vectoriser

_C = 3.0
FOLDS = 5
#: Solved more loosely than the model itself: of these only calibration is learnt.
_FOLD_TOLERANCE = 5e-3
_TOLERANCE = 1e-3

#: From so many texts on, a term must be in two of them: single ones cost memory and say little.
_MANY_TEXTS = 20_000
#: Bytes of coefficients, two each: a model file stays under 10 MB.
_MOST_BYTES = 8_500_000


@dataclass(frozen=True, slots=True)
class Words:
    """One score per label, from words alone."""

    vectoriser: Vectoriser
    #: (n, F + 1) the texts it was learnt from, ones last
    matrix: Any
    #: (n, K) how much each text counts for each label, positives made more
    counts: NDArray[np.float32]
    #: (n, K) the share of each text in the coefficients
    shares: NDArray[np.float32]

    @property
    def coef(self) -> NDArray[np.float64]:
        """(F + 1, K), intercepts last."""
        return np.asarray(self.matrix.T @ self.shares, dtype=np.float64)


def learn(rows: Rows, terms: Sequence[Sequence[str]]) -> Words:
    """Fit a linear score per label; labels that are never or always true get a constant. Terms are kept."""
    vectoriser = Vectoriser.fit_words(
        rows.documents,
        min_df=1 if len(rows.documents) < _MANY_TEXTS else 2,
        max_features=_MOST_BYTES // (2 * max(rows.targets.shape[1], 1)),
        always=terms,
    )
    matrix = _with_ones(vectoriser.transform_words(rows.documents))
    counts = _counts(rows)
    return Words(vectoriser, matrix, counts, logistic.fit(matrix, rows.targets, counts, tolerance=_TOLERANCE))


def _counts(rows: Rows) -> NDArray[np.float32]:
    """Return how much each text counts for each label: the few positives more, no label without any."""
    positive = np.where(rows.targets, rows.weights, 0).sum(axis=0, dtype=np.float64)
    negative = np.where(rows.targets, 0, rows.weights).sum(axis=0, dtype=np.float64)
    more = np.sqrt(np.divide(negative, positive, out=np.zeros_like(negative), where=positive > 0))
    counted = _C * np.where(rows.targets, rows.weights * more, rows.weights) * (positive > 0)
    return np.asarray(counted, dtype=np.float32)


def held_out(words: Words, rows: Rows, fold: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the score of every known text (they come first) for every label, learnt without its fold."""
    scores = np.zeros((len(fold), rows.targets.shape[1]))
    for number in range(FOLDS):
        mine = np.flatnonzero(fold == number)
        rest = np.setdiff1d(np.arange(len(rows.documents)), mine)
        matrix = words.matrix[rest]
        shares = logistic.fit(
            matrix,
            rows.targets[rest],
            words.counts[rest],
            start=words.shares[rest],
            tolerance=_FOLD_TOLERANCE,
        )
        if len(mine):
            scores[mine] = _of_known_words(words.matrix[mine], matrix) @ (matrix.T @ shares)
    return scores


def _of_known_words(texts: Any, others: Any) -> Any:
    """Return rows, ones last, without the words that stand in no other text, their length 1 again."""
    known = np.bincount(others.indices, minlength=texts.shape[1]) > 0
    ones = texts.indices == texts.shape[1] - 1
    kept = texts.copy()
    kept.data = np.where(known[texts.indices], texts.data, 0)
    of = np.repeat(np.arange(texts.shape[0]), np.diff(texts.indptr))
    length = np.sqrt(np.bincount(of, weights=np.where(ones, 0, kept.data) ** 2, minlength=texts.shape[0]))
    length[length == 0] = 1
    kept.data = np.where(ones, 1, kept.data / length[of]).astype(np.float32)
    return kept


def _with_ones(matrix: Any) -> Any:
    from scipy.sparse import csr_matrix, hstack

    ones = csr_matrix(np.ones((matrix.shape[0], 1), dtype=np.float32))
    return hstack([matrix, ones], format="csr", dtype=np.float32)
