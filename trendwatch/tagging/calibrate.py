"""Scores and votes into probabilities, where the answer is known.

Observations. A score of words and a count of votes are both right more often the higher they are, but on
scales of their own. With a dozen positives a label, a scale per label is noise; an offset per label is not.

Method. Per facet one logistic regression over (example, label) pairs with a Gaussian prior:

    logit = slope · score + evidence[bucket of the votes] + base + offset of the label

The prior holds the evidence to what rules without a model assume, the slope to 1 and offsets to 0, each as
firmly as ``_FIRMNESS`` says; it is solved by Newton's method, which needs no library. Platt scaling (Platt
1999) is the case without votes and priors.

Rarity. Examples are picked to be hard: among texts without a vote, an area is right for 0.012 of the examples
and 0.006 of 848 real headlines, with one weak term for 0.31 and 0.18. So a pair that is not true counts
``rarity`` times. On those headlines (areas / sectors):

    rarity                 1            1.5          2            3
    macro-F1          .783 / .702  .800 / .726  .804 / .740  .808 / .736
    calibration error .122 / .099  .081 / .039  .053 / .029  .048 / .072
    wrongly tagged    .15  / .58   .12  / .42   .10  / .32   .09  / .24

Two was chosen by looking at this table, so these figures are a little kind to it.

Thresholds. The F1-optimal threshold of a probability is half the best F1 it can reach (Lipton, Elkan,
Naryanaswamy 2014): one per facet, from macro-F1 over the held-out examples. Taking the best threshold on the
examples instead gave .798 / .725 with rarity 2: they are harder than news, so it came out too low.

Known failures. Probabilities hold among texts like the examples; a facet without a single positive keeps the
rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.tagging.weights import BUCKETS, bucket

#: Logit of a label per bucket of votes where no model says better: confidence .01 .01 .25 .75 .85 .93.
#: Of the examples in config with such votes, .75 to .86, .85 to .93 and .95 to 1 have the area or sector;
#: functions and impacts less.
RULES = (-4.6, -4.6, -1.1, 1.1, 1.7, 2.6)
RULE_THRESHOLD = 0.5

_NO_VOTES = bucket(0)
_PRIOR_EVIDENCE = np.array(RULES) - RULES[_NO_VOTES]
#: Precision of the prior: of slope, each step of evidence, base, each label's offset.
_FIRMNESS = (0.1, 1.0, 1e-6, 1.0)
_STEPS = 25

#: Thresholds stay in here, whatever the examples say (ALGORITHMS 1.3, item 7).
LOWEST, HIGHEST = 0.25, 0.80
#: Where the best F1 is looked for.
_GRID = np.arange(1, 20) / 20


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores and votes become a probability, for K labels."""

    #: (K,) logit per unit of score
    slope: NDArray[np.float64]
    #: (K,)
    offset: NDArray[np.float64]
    #: (K, BUCKETS) 0 for no votes
    evidence: NDArray[np.float64]

    def probability(self, scores: NDArray[np.float64], buckets: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the probability of each label for each text, both (n, K)."""
        said = self.evidence[np.arange(scores.shape[1])[np.newaxis, :], buckets]
        return _sigmoid(scores * self.slope + self.offset + said)


def calibrate(
    scores: NDArray[np.float64],
    buckets: NDArray[np.intp],
    targets: NDArray[np.bool_],
    groups: NDArray[np.intp],
    *,
    rarity: float = 1.0,
) -> Calibration:
    """Fit each group of labels by itself; all but the groups (K,) are (n, K).

    Args:
        scores: of words, from models that did not see the text.
        buckets: of the votes in the text.
        targets: whether the text has the label.
        groups: labels of the same number share scale and evidence.
        rarity: how many texts without a label one such text stands for.
    """
    count = scores.shape[1]
    fitted = Calibration(
        np.zeros(count), np.full(count, RULES[_NO_VOTES]), np.tile(_PRIOR_EVIDENCE, (count, 1))
    )
    for group in np.unique(groups):
        mine = np.flatnonzero(groups == group)
        if targets[:, mine].any():
            slope, evidence, offsets = _fit(scores[:, mine], buckets[:, mine], targets[:, mine], rarity)
            fitted.slope[mine], fitted.evidence[mine], fitted.offset[mine] = slope, evidence, offsets
    return fitted


def thresholds(
    probability: NDArray[np.float64], targets: NDArray[np.bool_], groups: NDArray[np.intp]
) -> tuple[NDArray[np.float64], dict[int, float]]:
    """Return the threshold of each label (K,) and the best macro-F1 of each group."""
    chosen = np.full(probability.shape[1], RULE_THRESHOLD)
    reached: dict[int, float] = {}
    for group in np.unique(groups):
        mine = np.flatnonzero((groups == group) & targets.any(axis=0))
        if len(mine):
            best = max(_macro_f1(probability[:, mine] >= step, targets[:, mine]) for step in _GRID)
            chosen[groups == group] = np.clip(best / 2, LOWEST, HIGHEST)
            reached[int(group)] = best
    return chosen, reached


def _fit(
    scores: NDArray[np.float64], buckets: NDArray[np.intp], targets: NDArray[np.bool_], rarity: float
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return slope, evidence by bucket and offset by label: the mode of the posterior."""
    texts, count = scores.shape
    design = np.zeros((texts * count, 1 + BUCKETS + 1 + count))
    design[:, 0] = scores.T.ravel()
    design[np.arange(len(design)), 1 + buckets.T.ravel()] = 1
    design[:, 1 + _NO_VOTES] = 0  # no votes is where evidence counts from
    design[:, 1 + BUCKETS] = 1
    design[np.arange(len(design)), 2 + BUCKETS + np.repeat(np.arange(count), texts)] = 1
    mean = np.concatenate([[1.0], _PRIOR_EVIDENCE, [0.0], np.zeros(count)])
    slope, step, base, offset = _FIRMNESS
    precision = np.concatenate([[slope], np.full(BUCKETS, step), [base], np.full(count, offset)])
    true = targets.T.ravel()
    found = _newton(design, true, np.where(true, 1.0, rarity), mean, precision)
    return float(found[0]), found[1 : 1 + BUCKETS], found[1 + BUCKETS] + found[2 + BUCKETS :]


def _newton(
    design: NDArray[np.float64],
    targets: NDArray[np.bool_],
    counts: NDArray[np.float64],
    mean: NDArray[np.float64],
    precision: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the parameters that best explain the targets, given where they are believed to be."""
    found = mean.copy()
    for _ in range(_STEPS):
        probability = _sigmoid(design @ found)
        slack = design.T @ (counts * (targets - probability)) - precision * (found - mean)
        curve = (design.T * (counts * probability * (1 - probability))) @ design + np.diag(precision)
        step = np.linalg.solve(curve, slack)
        found += np.clip(step, -2, 2)  # far from the answer a full step overshoots
        if np.abs(step).max() < 1e-9:  # noqa: PLR2004 - converged
            break
    return found


def _macro_f1(given: NDArray[np.bool_], targets: NDArray[np.bool_]) -> float:
    hits = (given & targets).sum(axis=0)
    return float((2 * hits / (given.sum(axis=0) + targets.sum(axis=0))).mean())


def _sigmoid(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -50, 50))))
