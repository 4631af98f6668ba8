"""Scores and votes into probabilities, where the answer is known.

Observations. A score of words and a count of votes are both right more often the higher they are, but on
scales of their own. With a dozen positives a label, a scale per label is noise; an offset per label is not.

Method. Per facet one logistic regression over (example, label) pairs with a Gaussian prior:

    logit = slope · score + evidence[bucket of the votes] + Σ standing · how its terms stand
            + base + offset of the label

The prior holds the evidence to what rules without a model assume, the slope to 1, standing and offsets to 0,
each as firmly as ``_FIRMNESS`` says; it is solved by Newton's method, which needs no library. Platt scaling
(Platt 1999) is the case without votes and priors.

Standing. A strong term among the first words is what the text is about, one at its end is mentioned; and weak
terms are often only the length of the text. This is true of all labels, so a few hundred corrections can tell
how true, where they tell next to nothing of a single label. Mean average precision on the real headlines from
configuration alone, and what 300 corrections of half of them bring on the other half beyond what
configuration had without it (areas / sectors, 10 halves kept for choosing):

                                                      before         300 corrections
    not looked at                                  .856 / .806        +.001 / +.008
    a strong term among the first 12 words         .867 / .807        +.014 / +.010
    ... and how many weak ones                     .868 / .806        +.017 / +.009
    ... and a strong one among the first 6         .868 / .807        +.017 / +.009     (kept)
    the headline instead of 12 words               .868 / .806        +.016 / +.009
    the logarithm of the words before it, too      .868 / .811        +.015 / +.011
    terms per word instead of where they stand     .860 / .805        +.011 / +.008     9 % wrongly tagged
    a weak term among the first 12, too            .869 / .811        +.018 / +.010     F1 .005 less

Held to 0 as firmly as 1, 10 or 100 texts: the same within .003; 10 is kept.

Rarity. Examples are picked to be hard, so a pair that is not true counts ``rarity`` times: 1.5. It was 2
with 801 examples; with 2,700, a third of them about nothing, on 848 real headlines (areas / sectors):

    rarity                 1            1.5          2
    calibration error .066 / .045  .053 / .048  .057 / .080     all terms
    calibration error .054 / .047  .033 / .074  .056 / .131     40 % of the terms taken away

Corrections are news, not picked to be hard: one counts for five examples, its negatives once. With a tenth of
the examples and 60 % of the terms, 300 corrections then bring .02 more macro-F1 of sectors than counted once.

Thresholds. The F1-optimal threshold of a probability is half the best F1 it can reach (Lipton, Elkan,
Naryanaswamy 2014): one per facet, from macro-F1 over the held-out texts. Where "none" matters most (areas),
it is raised if surely, by two standard errors, more than 7.5 % of the held-out texts without one get one; of
real headlines that were 7 to 8 %. With few examples, 8.5 % to the letter cost 0.02 of macro-F1 and came to
5 % of real headlines. And no label may be given to more than 2 % of the held-out texts without any of its
facet (``EACH``): sector technology alone was 26 of 44 wrong sectors; its threshold rose from .28 to .7:

    most of such texts a label may take       all    5 %    3 %    2 %    1.5 %   1 %
    macro-F1 of sectors, held-out examples   .530   .528   .524   .519   .501    .476
    ... of real headlines                    .742   .743   .743   .748   .739    .723
    real headlines without one, tagged        44 %   33 %   28 %   27 %   22 %    18 %

Rejected: one higher threshold for all sectors (.45: .729 and 30 %); the best threshold per label where it has
15 positives (SCut), also shrunk to the facet's by 40: areas .799 against .806, 13 % wrongly tagged; examples
are not sampled from news, so their best cut is too low.

Few texts. A label with fewer than ``fewest`` texts keeps the rules, as the others' examples would speak
against it; but not where all of its group have few: with a tenth of the examples and 60 % of the terms,
macro-F1 of areas was .68 then, learnt .71.

Known failures. Probabilities hold among texts like the examples; a facet without a single positive keeps the
rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import f1, sigmoid
from trendwatch.tagging.weak import STANDS, Found
from trendwatch.tagging.weights import BUCKETS, bucket, buckets

#: Logit of a label per bucket of votes where no model says better: confidence .01 .01 .25 .75 .85 .93.
#: Of the examples in config with such votes, .75 to .86, .85 to .93 and .95 to 1 have the area or sector;
#: functions and impacts less.
RULES = (-4.6, -4.6, -1.1, 1.1, 1.7, 2.6)
RULE_THRESHOLD = 0.5

_NO_VOTES = bucket(0)
_PRIOR_EVIDENCE = np.array(RULES) - RULES[_NO_VOTES]
#: Precision of the prior: of slope, each step of evidence, base, each part of standing, each label's offset.
_FIRMNESS = (0.1, 1.0, 1e-6, 10.0, 1.0)
_STEPS = 25

#: Thresholds stay in here, whatever the examples say.
LOWEST, HIGHEST = 0.25, 0.80
#: Share of the texts without any label of its facet that one label may be given to.
EACH = 0.02
#: A share of fewer texts than these says nothing.
FEW = 5
#: Standard errors by which a facet's share must be passed before its threshold rises.
SURE = 2.0
#: Where the best F1 is looked for.
_GRID = np.arange(1, 20) / 20


@dataclass(frozen=True, slots=True)
class Said:
    """What the terms in n texts say about K labels."""

    #: (n, K) of the votes in the text
    buckets: NDArray[np.int64]
    #: (STANDS, n, K) how the terms stand
    standing: NDArray[np.float32]

    @classmethod
    def of(cls, found: Found) -> Said:
        """Return what the terms that were found say."""
        return cls(buckets(found.scores), found.standing())

    def only(self, labels: NDArray[np.intp]) -> Said:
        """Return what they say about some labels."""
        return Said(self.buckets[:, labels], self.standing[:, :, labels])


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores and votes become a probability, for K labels."""

    #: (K,) logit per unit of score
    slope: NDArray[np.float64]
    #: (K,)
    offset: NDArray[np.float64]
    #: (K, BUCKETS) 0 for no votes
    evidence: NDArray[np.float64]
    #: (K, STANDS)
    standing: NDArray[np.float64]

    def probability(self, scores: NDArray[np.float64], said: Said) -> NDArray[np.float64]:
        """Return the probability of each label for each text, both (n, K)."""
        votes = self.evidence[np.arange(scores.shape[1])[np.newaxis, :], said.buckets]
        stands = np.einsum("snk,ks->nk", said.standing, self.standing)
        return sigmoid(scores * self.slope + self.offset + votes + stands)


def calibrate(
    scores: NDArray[np.float64],
    said: Said,
    *,
    targets: NDArray[np.bool_],
    groups: NDArray[np.intp],
    counts: NDArray[np.float64] | None = None,
    fewest: int = 1,
) -> Calibration:
    """Fit each group of labels by itself; all but the groups (K,) are (n, K).

    Args:
        scores: of words, from models that did not see the text.
        said: what the terms in the text say.
        targets: whether the text has the label.
        groups: labels of the same number share scale and evidence.
        counts: how many texts each stands for, 0 where nobody looked; one each, when left out.
        fewest: a label with fewer texts keeps the rules, unless half of its group have hardly more.
    """
    count = scores.shape[1]
    stands = np.ones(targets.shape) if counts is None else counts
    fitted = Calibration(
        np.zeros(count),
        np.full(count, RULES[_NO_VOTES]),
        np.tile(_PRIOR_EVIDENCE, (count, 1)),
        np.zeros((count, STANDS)),
    )
    texts = (targets & (stands > 0)).sum(axis=0)
    for group in np.unique(groups):
        least = min(fewest, float(np.median(texts[groups == group])) / 2)
        mine = np.flatnonzero((groups == group) & (texts >= max(least, 1)))
        if len(mine):
            found = _fit(scores[:, mine], said.only(mine), targets=targets[:, mine], counts=stands[:, mine])
            fitted.slope[mine], fitted.evidence[mine] = found.slope, found.evidence
            fitted.standing[mine], fitted.offset[mine] = found.standing, found.offset
    return fitted


def thresholds(
    probability: NDArray[np.float64],
    targets: NDArray[np.bool_],
    groups: NDArray[np.intp],
    *,
    counts: NDArray[np.float64] | None = None,
    falsely: Mapping[int, float] | None = None,
) -> tuple[NDArray[np.float64], dict[int, float]]:
    """Return the threshold of each label (K,) and the best macro-F1 of each group.

    Args:
        probability: of each label for each text, (n, K), from models that did not see the text.
        targets: whether the text has the label.
        groups: labels of the same number share a threshold.
        counts: how many texts each stands for, 0 where nobody looked; one each, when left out.
        falsely: by group, the share of texts without any of its labels that may be given one.
    """
    stands = np.ones(targets.shape) if counts is None else counts
    looked = stands > 0
    chosen = np.full(probability.shape[1], RULE_THRESHOLD)
    reached: dict[int, float] = {}
    for group in np.unique(groups):
        true = targets & looked
        mine = np.flatnonzero((groups == group) & true.any(axis=0))
        if len(mine):
            sure = np.where(looked, probability, 0)[:, mine]
            best = max(_macro_f1(sure >= step, true[:, mine], stands[:, mine]) for step in _GRID)
            without = sure[looked[:, mine].all(axis=1) & ~true[:, mine].any(axis=1)]
            share = (falsely or {}).get(int(group), 1.0)
            least = _least(without.max(axis=1, keepdims=True), share, slack=SURE)
            chosen[groups == group] = np.clip(max(best / 2, float(least[0])), LOWEST, HIGHEST)
            each = _least(without, EACH, slack=0)
            chosen[mine] = np.clip(np.maximum(chosen[mine], each), LOWEST, HIGHEST)
            reached[int(group)] = best
    return chosen, reached


def _least(without: NDArray[np.float64], share: float, *, slack: float) -> NDArray[np.float64]:
    """Return the threshold of each column that at most a share of the rows pass; 0 where they are too few.

    A few rows more, ``slack`` standard errors, may be chance.
    """
    count = len(without)
    if count * share < FEW or share >= 1:
        return np.zeros(without.shape[1])
    passing = int(count * share + slack * np.sqrt(count * share * (1 - share)))
    return np.asarray(np.sort(without, axis=0)[max(count - 1 - passing, 0)] + 1e-6)


def _fit(
    scores: NDArray[np.float64],
    said: Said,
    *,
    targets: NDArray[np.bool_],
    counts: NDArray[np.float64],
) -> Calibration:
    """Return the mode of the posterior: slope, evidence and standing are the same for all labels."""
    texts, count = scores.shape
    steps = np.array([said.buckets == number for number in range(BUCKETS)], dtype=np.float64)
    steps[_NO_VOTES] = 0  # no votes is where evidence counts from
    shared = np.concatenate([[scores], steps, [np.ones((texts, count))], said.standing])
    mean = np.concatenate([[1.0], _PRIOR_EVIDENCE, np.zeros(1 + STANDS + count)])
    sizes = (1, BUCKETS, 1, STANDS, count)
    found = _newton(shared, targets, counts=counts, mean=mean, precision=np.repeat(_FIRMNESS, sizes))
    slope, evidence, base, standing, offsets = np.split(found, np.cumsum(sizes)[:-1])
    return Calibration(slope, base + offsets, evidence, standing)


def _newton(
    shared: NDArray[np.float64],
    targets: NDArray[np.bool_],
    *,
    counts: NDArray[np.float64],
    mean: NDArray[np.float64],
    precision: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the parameters that best explain the targets, given where they are believed to be.

    Those that all labels share come first; the offsets of labels only meet themselves, so their part of the
    curve is a diagonal and no matrix of texts · labels rows is built.
    """
    number = len(shared)
    flat = shared.reshape(number, -1)
    found = mean.copy()
    for _ in range(_STEPS):
        logits = (found[:number] @ flat).reshape(targets.shape) + found[number:]
        probability = sigmoid(logits)
        error = counts * (targets - probability)
        slack = np.concatenate([flat @ error.ravel(), error.sum(axis=0)]) - precision * (found - mean)
        bend = counts * probability * (1 - probability)
        curve = np.diag(precision)
        weighed = flat * bend.ravel()
        curve[:number, :number] += weighed @ flat.T
        across = weighed.reshape(shared.shape).sum(axis=1)
        curve[:number, number:], curve[number:, :number] = across, across.T
        curve[number:, number:] += np.diag(bend.sum(axis=0))
        step = np.linalg.solve(curve, slack)
        found += np.clip(step, -2, 2)  # far from the answer a full step overshoots
        if np.abs(step).max() < 1e-7:  # noqa: PLR2004 - converged
            break
    return found


def _macro_f1(given: NDArray[np.bool_], targets: NDArray[np.bool_], counts: NDArray[np.float64]) -> float:
    parts = (given & targets, given, targets)
    return float(f1(*((counts * part).sum(axis=0) for part in parts)).mean())
