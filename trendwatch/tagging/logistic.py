"""Many logistic regressions over the same texts, solved together.

Observations. One label after the other, liblinear spends 98 % of the training time, and reads the same texts
63 times. All labels share the matrix, so one product of it serves all of them.

Method. For each label, with texts x, targets y = ±1 and weights s, the coefficients w minimise

    ½ |w|² + Σ s · log(1 + exp(-y · w·x))

The best w is a sum of texts, w = Xᵀa (representer theorem), so only one number a text and label is sought.
L-BFGS in that space, inner products taken through the matrix; one product a step, all labels side by side,
an exact line search (the loss along a line is convex and cheap), labels that are done are left out. From a
solution of almost the same problem (a fold) it takes a few steps.

Measured on 4,000 texts of terms and 1,400 examples with 63 labels: 0.3 to 0.45 CPU seconds against 1.6 to
8.5 of liblinear; scores differ by 0.008 in the mean at the default tolerance. Rejected: a step length from
curvature alone (seven wasted steps at the start, and it diverged from a warm start).
Source: Nocedal and Wright, Numerical Optimization, 7.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

_STEPS = 120
_REMEMBERED = 8
_FAR = 60.0
#: Length of the gradient, as a share of its length where nothing is known yet, that counts as solved.
TOLERANCE = 2e-3


@dataclass(slots=True)
class _Pair:
    """A step that was taken and how the gradient changed, as shares of texts and as scores."""

    step: tuple[Floats, Floats]
    change: tuple[Floats, Floats]
    #: 0 for labels whose step says nothing
    rho: Floats
    scale: Floats

    def only(self, labels: NDArray[np.bool_]) -> _Pair:
        return _Pair(
            _columns(self.step, labels), _columns(self.change, labels), self.rho[labels], self.scale[labels]
        )


class _State:
    """Where the search stands, for the labels that are not done."""

    def __init__(self, matrix: Any, targets: NDArray[np.bool_], *, weights: Floats, start: Floats) -> None:
        self._matrix, self._transposed = matrix, matrix.T.tocsr()
        #: (K,) which labels these are
        self.labels = np.arange(targets.shape[1])
        #: (n, K) 1 where a text has the label, else -1
        self.sign = np.where(targets, 1, -1).astype(np.float32)
        #: (n, K) what each text counts
        self.weights = weights
        half: Floats = (weights * self.sign / 2).astype(np.float32)
        #: length of the gradient where nothing is known
        self.unit = np.sqrt(np.maximum(_dot(half, self._through(half)), 1e-12))
        #: (n, K) part of each text in the coefficients
        self.shares = start
        #: (n, K) logit of each text
        self.scores = self._through(start) if start.any() else np.zeros_like(start)
        #: (n, K) by shares, and the same as a change of scores
        self.gradient = self._gradient(self.shares, self.scores)
        self.pairs: list[_Pair] = []

    def _through(self, shares: Floats) -> Floats:
        return np.asarray(self._matrix @ (self._transposed @ shares), dtype=np.float32)

    def _gradient(self, shares: Floats, scores: Floats) -> tuple[Floats, Floats]:
        residual = self.weights * self.sign * _miss(self.sign * scores)
        return shares - residual, scores - self._through(residual)

    def solved(self, tolerance: float) -> NDArray[np.bool_]:
        """Tell which labels are done."""
        return np.asarray(np.sqrt(np.maximum(_dot(*self.gradient), 0)) < tolerance * self.unit)

    def drop(self, done: NDArray[np.bool_]) -> None:
        """Leave labels out of what follows."""
        left = ~done
        self.labels, self.unit = self.labels[left], self.unit[left]
        self.sign, self.weights = _columns((self.sign, self.weights), left)
        self.shares, self.scores = _columns((self.shares, self.scores), left)
        self.gradient = _columns(self.gradient, left)
        self.pairs = [pair.only(left) for pair in self.pairs]

    def step(self) -> None:
        """Take one step."""
        direction, along = self._direction()
        slope = _dot(self.gradient[0], along)
        if (lost := slope <= 0).any():
            direction[:, lost], along[:, lost] = self.gradient[0][:, lost], self.gradient[1][:, lost]
            for pair in self.pairs:
                pair.rho[lost] = 0
            slope = _dot(self.gradient[0], along)
        length = self._length(direction, along, slope)
        step = -length * direction, -length * along
        shares, scores = self.shares + step[0], self.scores + step[1]
        gradient = self._gradient(shares, scores)
        change = gradient[0] - self.gradient[0], gradient[1] - self.gradient[1]
        self.pairs = [*self.pairs[1 - _REMEMBERED :], _pair(step, change)]
        self.shares, self.scores, self.gradient = shares, scores, gradient

    def _direction(self) -> tuple[Floats, Floats]:
        """Return where to go, up: the gradient seen through the steps remembered."""
        up, along = self.gradient[0].copy(), self.gradient[1].copy()
        parts = []
        for pair in reversed(self.pairs):
            part = pair.rho * _dot(pair.step[1], up)
            parts.append(part)
            up -= part * pair.change[0]
            along -= part * pair.change[1]
        if self.pairs:
            up *= self.pairs[-1].scale
            along *= self.pairs[-1].scale
        for pair, part in zip(self.pairs, reversed(parts), strict=True):
            back = part - pair.rho * _dot(pair.change[1], up)
            up += back * pair.step[0]
            along += back * pair.step[1]
        return up, along

    def _length(self, direction: Floats, along: Floats, slope: Floats) -> Floats:
        """Return how far down the loss is least: Newton along the line, from a step that is surely safe."""
        square, still = along * along, _dot(direction, along)
        ahead = _dot(self.shares, along)
        length = np.maximum(slope, 0) / np.maximum(still + _dot(self.weights, square) / 4, 1e-20)
        for _ in range(4 if not self.pairs else 3):
            miss = _miss(self.sign * (self.scores - length * along))
            pull = self.weights * miss
            rest = ahead - length * still - _dot(pull, self.sign * along)
            curve = still + _dot(pull * (1 - miss), square)
            length = np.clip(length + rest / np.maximum(curve, 1e-20), length / 4, length * 4)
        return np.asarray(length, dtype=np.float32)


def fit(
    matrix: Any,
    targets: NDArray[np.bool_],
    weights: NDArray[np.float32],
    *,
    start: NDArray[np.float32] | None = None,
    tolerance: float = TOLERANCE,
) -> NDArray[np.float32]:
    """Return the share of each text in each label's coefficients, (n, K).

    The coefficients are ``matrix.T @ shares``.

    Args:
        matrix: (n, F) sparse rows; the last column may be ones, for an intercept.
        targets: (n, K) the text has the label.
        weights: (n, K) how much the text counts for the label; 0 says nothing.
        start: the answer to almost the same question.
        tolerance: what counts as solved.
    """
    counted: Floats = weights.astype(np.float32)
    shares = np.zeros_like(counted) if start is None else np.where(counted > 0, start, 0).astype(np.float32)
    state = _State(matrix, targets, weights=counted, start=shares.copy())
    for _ in range(_STEPS):
        done = state.solved(tolerance)
        if done.all():
            break
        if done.mean() > 0.25:  # noqa: PLR2004 - copying costs, too
            shares[:, state.labels[done]] = state.shares[:, done]
            state.drop(done)
        state.step()
    shares[:, state.labels] = state.shares
    return shares


def _pair(step: tuple[Floats, Floats], change: tuple[Floats, Floats]) -> _Pair:
    product, squared, moved = _dot(step[0], change[1]), _dot(*change), _dot(*step)
    tells = product > 1e-5 * np.sqrt(np.maximum(squared * moved, 0))
    safe = np.where(tells, product, 1)
    rho = np.where(tells, 1 / safe, 0)
    scale = np.where(tells, safe / np.maximum(squared, 1e-20), 1)
    return _Pair(step, change, rho.astype(np.float32), scale.astype(np.float32))


def _miss(margin: Floats) -> Floats:
    """Return the probability of the wrong answer."""
    return np.asarray(1 / (1 + np.exp(np.clip(margin, -_FAR, _FAR))), dtype=np.float32)


def _dot(first: Floats, second: Floats) -> Floats:
    return np.asarray(np.einsum("ij,ij->j", first, second))


def _columns(both: tuple[Floats, Floats], chosen: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    return np.ascontiguousarray(both[0][:, chosen]), np.ascontiguousarray(both[1][:, chosen])
