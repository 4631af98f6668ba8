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

Missing terms. Terms and examples were written by the same people, so hardly a term is missing of those the
examples need; of those that news needs, many are. So each example is also heard as if 40 % of the terms had
not been written (``unwritten``): words are then worth more beside votes, and a text without votes less surely
about nothing.

Few texts. A label with fewer than ``fewest`` texts keeps the rules, as the others' examples would speak
against it; but not where all of its group have few: with a tenth of the examples and 60 % of the terms,
macro-F1 of areas was .68 then, learnt .71.

Known failures. Probabilities hold among texts like the examples; a facet without a single positive keeps the
rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import sigmoid
from trendwatch.tagging.weak import STANDS, Found
from trendwatch.tagging.weights import BUCKETS, bucket, buckets

#: Logit of a label per bucket of votes where no model says better: confidence .01 .01 .25 .75 .85 .93.
#: Of the examples in config with such votes, .75 to .86, .85 to .93 and .95 to 1 have the area or sector;
#: functions and impacts less.
RULES = (-4.6, -4.6, -1.1, 1.1, 1.7, 2.6)

_NO_VOTES = bucket(0)
_PRIOR_EVIDENCE = np.array(RULES) - RULES[_NO_VOTES]
#: Precision of the prior: of slope, each step of evidence, base, each part of standing, each label's offset.
_FIRMNESS = (0.1, 1.0, 1e-6, 10.0, 1.0)
_STEPS = 25


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

    def of_labels(self, labels: NDArray[np.intp]) -> Said:
        """Return what they say about some labels."""
        return Said(self.buckets[:, labels], self.standing[:, :, labels])

    def of_texts(self, texts: NDArray[np.intp]) -> Said:
        """Return what those in some texts say."""
        return Said(self.buckets[texts], self.standing[:, texts])


@dataclass(frozen=True, slots=True)
class Scored:
    """Texts whose labels are known, n of them, as words and terms see them, for K labels; all are (n, K)."""

    #: of words, from models that did not see the text
    scores: NDArray[np.float64]
    said: Said
    #: the text has the label
    targets: NDArray[np.bool_]
    #: how many texts each stands for, 0 where nobody looked
    counts: NDArray[np.float64]

    def of_labels(self, labels: NDArray[np.intp]) -> Scored:
        """Return the same about some labels."""
        said = self.said.of_labels(labels)
        return Scored(self.scores[:, labels], said, self.targets[:, labels], self.counts[:, labels])

    def of_texts(self, texts: NDArray[np.intp]) -> Scored:
        """Return some of the texts."""
        return Scored(self.scores[texts], self.said.of_texts(texts), self.targets[texts], self.counts[texts])


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

    def of_labels(self, labels: NDArray[np.intp]) -> Calibration:
        """Return the same for some labels."""
        return Calibration(
            self.slope[labels], self.offset[labels], self.evidence[labels], self.standing[labels]
        )

    def probability(self, scores: NDArray[np.float64], said: Said) -> NDArray[np.float64]:
        """Return the probability of each label for each text, both (n, K)."""
        votes = self.evidence[np.arange(scores.shape[1])[np.newaxis, :], said.buckets]
        stands = np.einsum("snk,ks->nk", said.standing, self.standing)
        return sigmoid(scores * self.slope + self.offset + votes + stands)


def calibrate(
    known: Scored, groups: NDArray[np.intp], *, again: Sequence[Scored] = (), fewest: int = 1
) -> Calibration:
    """Fit each group of labels by itself.

    Args:
        known: texts whose labels are known.
        groups: (K,) labels of the same number share scale and evidence.
        again: some of the same texts as they would be seen otherwise; what a text stands for is shared out.
        fewest: a label with fewer texts keeps the rules, unless half of its group have hardly more.
    """
    count = known.scores.shape[1]
    fitted = Calibration(
        np.zeros(count),
        np.full(count, RULES[_NO_VOTES]),
        np.tile(_PRIOR_EVIDENCE, (count, 1)),
        np.zeros((count, STANDS)),
    )
    texts = (known.targets & (known.counts > 0)).sum(axis=0)
    for group in np.unique(groups):
        least = min(fewest, float(np.median(texts[groups == group])) / 2)
        mine = np.flatnonzero((groups == group) & (texts >= max(least, 1)))
        if len(mine):
            found = _fit([part.of_labels(mine) for part in (known, *again)])
            fitted.slope[mine], fitted.evidence[mine] = found.slope, found.evidence
            fitted.standing[mine], fitted.offset[mine] = found.standing, found.offset
    return fitted


def _fit(parts: Sequence[Scored]) -> Calibration:
    """Return the mode of the posterior: slope, evidence and standing are the same for all labels."""
    shared = np.concatenate([_shared(part) for part in parts], axis=1)
    targets = np.concatenate([part.targets for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    count = targets.shape[1]
    mean = np.concatenate([[1.0], _PRIOR_EVIDENCE, np.zeros(1 + STANDS + count)])
    sizes = (1, BUCKETS, 1, STANDS, count)
    found = _newton(shared, targets, counts=counts, mean=mean, precision=np.repeat(_FIRMNESS, sizes))
    slope, evidence, base, standing, offsets = np.split(found, np.cumsum(sizes)[:-1])
    return Calibration(slope, base + offsets, evidence, standing)


def _shared(known: Scored) -> NDArray[np.float64]:
    """Return what all labels weigh alike, (number, texts, K)."""
    steps = np.array([known.said.buckets == number for number in range(BUCKETS)], dtype=np.float64)
    steps[_NO_VOTES] = 0  # no votes is where evidence counts from
    return np.concatenate([[known.scores], steps, [np.ones(known.scores.shape)], known.said.standing])


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
