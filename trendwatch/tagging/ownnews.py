"""How an operator's own news differ from the examples: how likely labels are there, and what words are worth.

Observations. Probabilities hold among texts like the examples. Where news goes round the words that terms
and examples know, confidence is too low, and half of what could be tagged is not: of 480 texts whose writer
did not know the terms 96 tags of 100 are right, and .55 of the areas found. No single label has enough
corrections to tell, but what is true of all labels of a facet is told by fifty.

Method. Per facet, two numbers on top of what was learnt from examples and corrections together,

    logit' = logit + base + slope · (what words add to the logit)

held to 0 by a Gaussian prior and solved by Newton's method. They are believed only where they surely help:
each correction is answered with and without them, learnt from the others (five folds; both, and what is
learnt from examples and corrections together), and its labels must be likelier with them 19 times of 20 when
the corrections are drawn again and again (paired bootstrap), and the micro-F1 of the facet no less. At least
20 texts must have been looked at, 5 of them without any label of the facet; a headline counts once.

Of texts about nothing hardly more may be tagged: of the examples, and of the corrections, 8 in 100 more than
before. Where it would be more, three quarters, a half or a quarter of the change is made. So what was learnt
of some news does no more harm than that to news unlike it. Gain on the other half of the 480 texts, and share
of 848 headlines without an area that are then given one (6 % before), 3 to 4 halves:

    corrections, at random     50           100          200
    no bound                  .047, 13 %   .070, 15 %   .072, 16 %
    10 in 100                 .028, 10 %   .070, 15 %   .078, 15 %
    8 in 100 (kept)           .029, 11 %   .060, 14 %   .048, 12 %
    5 in 100                  .022,  9 %   .036, 12 %   .040, 11 %

(the second and the last with 10 texts without a label asked for instead of 5).

Likelihood instead of F1: F1 at a line that is not its best rewards moving. Of 300 worlds where news is like
the examples (50 to 200 texts, lines of .4, .5 and .7) the change was believed by F1 in 2 to 10 %, by
likelihood in 0.0 to 0.3 %; where labels are likelier by a logit of 1, 100 texts convince by F1 in 72 to 97 %,
by likelihood in 95 %; by a logit of .3, 200 texts in 27 to 49 and 5 %.

Calibration error of areas of the 480 texts falls from .15 to .05 (without a bound). Rejected: a change of the
evidence of votes, too (the same within .01, six numbers more); thresholds chosen on corrections (.02 to .09
instead of .05 to .11, and confidence stays off).

Only corrections of items that were picked at random or by their scores are asked: of 80 that an operator had
come across because something was missed, nearly all say that more is true (with those, 26 % of the 848
headlines without an area were given one).

Known failures. Corrections that the queue asked for are hard ones: what they say holds for texts of their
scores, not for how common a label is. A small change is not made, and one that news bears out may be made in
part. Copies with another headline count as texts of their own. The gate holds examples against examples, read
as examples are: what own news changes for them is bounded here alone, and what corrections change of words
and votes nowhere (377 items come across: 11 instead of 9 % of the examples without an area are tagged). A
label that keeps to its terms is not asked when a text is called about nothing.

Source: Platt scaling (Platt 1999) on top of another model's probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import f1, logit, redrawn, sigmoid
from trendwatch.tagging.calibrate import Calibration, Scored
from trendwatch.types.tags import Asked, Correction

#: Precision of the prior: of base and slope.
_FIRMNESS = (0.2, 2.0)
_STEPS = 25
#: Fewer texts, or fewer of them without any label of the facet, say too little.
FEWEST, _FEWEST_WITHOUT = 20, 5
#: How sure we are that it helps, and by how many draws.
_SURE, _DRAWS = 0.95, 400
#: Share of the texts about nothing that may be given a label more than before.
_MOST_MORE = 0.08
#: How much of what was learnt is taken, the most that is allowed.
_PARTS = (1.0, 0.75, 0.5, 0.25)


#: Items picked by what the model made of them, or at random. Those that readers complain of, or an operator
#: comes across, were picked because something is wrong with them: they say nothing of how likely labels are.
_PICKED = (Asked.RANDOM, Asked.CONFLICT, Asked.MARGIN)


def picked(corrections: Sequence[Correction]) -> list[int]:
    """Return the places of corrections that say how news is; of copies (a headline, its facets) the last."""
    once = {
        (one.title.casefold() or one.item_id, one.facets): place
        for place, one in enumerate(corrections)
        if one.asked in _PICKED
    }
    return list(once.values())


@dataclass(frozen=True, slots=True)
class Heard:
    """Texts whose labels are known, as words and terms see them."""

    examples: Scored
    #: (e, K) how likely labels of examples were said to be
    shown: NDArray[np.float64]
    #: corrections of items, n of them, each text once
    news: Scored
    #: (n, K) how likely labels of these are, by other texts
    unseen: NDArray[np.float64]
    #: (n,) texts of the same number are held out together
    folds: NDArray[np.intp]

    def of(self, looked: NDArray[np.intp], labels: NDArray[np.intp]) -> Heard:
        """Return some of the corrections, and some of the labels."""
        return Heard(
            self.examples.of_labels(labels),
            self.shown[:, labels],
            self.news.of_texts(looked).of_labels(labels),
            self.unseen[np.ix_(looked, labels)],
            self.folds[looked],
        )


@dataclass(frozen=True, slots=True)
class OwnNews:
    """What corrections say beyond the examples."""

    #: for news
    calibration: Calibration
    #: (n, K) of each corrected text, from corrections of other texts
    probability: NDArray[np.float64]


def own_news(
    calibration: Calibration,
    heard: Heard,
    *,
    groups: NDArray[np.intp],
    thresholds: NDArray[np.float64],
) -> OwnNews:
    """Return how probabilities are to be read in an operator's own news.

    Args:
        calibration: of examples and corrections together.
        heard: both.
        groups: (K,) labels of the same number share what is learnt.
        thresholds: (K,) from which probability on a label is given.
    """
    slope, offset = calibration.slope.copy(), calibration.offset.copy()
    probability = heard.unseen.copy()
    for group in np.unique(groups):
        mine = np.flatnonzero((groups == group) & (calibration.slope != 0))  # the others keep to their terms
        looked = np.flatnonzero((heard.news.counts[:, mine] > 0).all(axis=1)) if len(mine) else mine
        change = _change(calibration.of_labels(mine), heard.of(looked, mine), thresholds[mine])
        if change is not None:
            slope[mine] *= 1 + change.slope
            offset[mine] += change.base
            probability[np.ix_(looked, mine)] = change.after
    return OwnNews(replace(calibration, slope=slope, offset=offset), probability)


@dataclass(frozen=True, slots=True)
class _Change:
    base: float
    slope: float
    #: (n, K) the probability of each corrected text by what the texts of other folds say
    after: NDArray[np.float64]


def _change(calibration: Calibration, heard: Heard, thresholds: NDArray[np.float64]) -> _Change | None:
    """Return what corrections say of a facet, as much of it as is allowed; None where it is not believed."""
    nothing = np.logical_not(heard.news.targets.any(axis=1))
    if len(nothing) < FEWEST or nothing.sum() < _FEWEST_WITHOUT:
        return None
    answers = _Answers(heard.unseen, heard.news.scores * calibration.slope, heard.news.targets)
    held_out, (base, slope) = _held_out(answers, heard.folds), _learnt(answers)
    without = np.flatnonzero(~heard.examples.targets.any(axis=1))
    other = heard.examples.of_texts(without)
    shown = _Answers(
        calibration.probability(other.scores, other.said), other.scores * calibration.slope, other.targets
    )
    for part in _PARTS:
        after = sigmoid((1 - part) * logit(answers.probability) + part * logit(held_out))
        said = (shown.changed(part * base, part * slope), after[nothing])
        before = (heard.shown[without], answers.probability[nothing])
        if not any(_many_more(old, new, thresholds) for old, new in zip(before, said, strict=True)):
            believed = _surely_better(answers, after, thresholds)
            return _Change(part * base, part * slope, after) if believed else None
    return None


def _many_more(
    before: NDArray[np.float64], after: NDArray[np.float64], thresholds: NDArray[np.float64]
) -> bool:
    """Tell whether too many more of some texts are given a label; one of a few is not many."""
    old, new = ((said >= thresholds).any(axis=1).sum() for said in (before, after))
    return bool(new - old > max(_MOST_MORE * len(before), 1))


@dataclass(frozen=True, slots=True)
class _Answers:
    """What was said of some texts, and what is true; all are (n, K)."""

    probability: NDArray[np.float64]
    #: what words add to the logit
    added: NDArray[np.float64]
    targets: NDArray[np.bool_]

    def of(self, texts: NDArray[np.bool_]) -> _Answers:
        return _Answers(self.probability[texts], self.added[texts], self.targets[texts])

    def changed(self, base: float, slope: float) -> NDArray[np.float64]:
        """Return what would be said after a change."""
        return sigmoid(logit(self.probability) + base + slope * self.added)


def _held_out(answers: _Answers, folds: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the probability of each text by what the texts of other folds say."""
    after = answers.probability.copy()
    for fold in np.unique(folds):
        mine = folds == fold
        if not mine.all():
            after[mine] = answers.of(mine).changed(*_learnt(answers.of(~mine)))
    return after


def _learnt(answers: _Answers) -> tuple[float, float]:
    """Return base and slope: the mode of their posterior. Words never speak against their own label."""
    features = np.array([np.ones(answers.added.size), answers.added.ravel()])
    logits, true = logit(answers.probability).ravel(), answers.targets.ravel()
    found, firmness = np.zeros(2), np.array(_FIRMNESS)
    for _ in range(_STEPS):
        probability = sigmoid(logits + found @ features)
        slack = features @ (true - probability) - firmness * found
        curve = np.diag(firmness) + (features * (probability * (1 - probability))) @ features.T
        step = np.clip(np.linalg.solve(curve, slack), -1, 1)  # far from the answer a full step overshoots
        found += step
        if np.abs(step).max() < 1e-7:  # noqa: PLR2004 - converged
            break
    base, slope = found.tolist()
    return base, max(slope, -1.0)


def _surely_better(answers: _Answers, after: NDArray[np.float64], thresholds: NDArray[np.float64]) -> bool:
    """Tell whether a change surely makes what is true likelier, and what is given no worse."""
    gain = _likelihood(after, answers.targets) - _likelihood(answers.probability, answers.targets)
    given = (answers.probability >= thresholds, after >= thresholds)
    before, now = (f1((one & answers.targets).sum(), one.sum(), answers.targets.sum()) for one in given)
    return bool(np.quantile(redrawn(len(gain), _DRAWS) @ gain, 1 - _SURE) > 0 and now >= before)


def _likelihood(probability: NDArray[np.float64], targets: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the logarithm of how likely the labels of each text were said to be, (n,)."""
    inside = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.asarray(np.log(np.where(targets, inside, 1 - inside)).sum(axis=1))
