"""Which items an operator should look at: where a correction teaches most, and a few that measure.

Observations. What corrections teach of words is little; what they teach is how far to trust votes and where
they stand, and where the thresholds go, for all labels of a facet together. The mean over labels is what
counts, so an item is worth asking for the labels it may have that few items have. And as what is asked
because it is hard says nothing about how good tags are, a fifth is random.

Method. Of the places, in this order:

    20 %  random, for honest figures: only these are used to compare models (``gate``)
    20 %  conflicts: the terms vote for a label that the model surely does not give, or the other way round
    60 %  what teaches most, one after the other, of areas and sectors:

        Σ over labels of  p (1 - p) / expected texts of the label / √(2 + what was picked for it so far)
        times 1 - the largest cosine with those already picked

Macro-F1 of areas gained by corrections of one half on the other (20 halves kept for choosing, intervals of
±.003; weighing and thresholds learnt, words left as they were; sectors gain less than .002 from any):

                                       50      100      200
    random                           .002     .006     .008
    least certain and unlike others  .004     .008     .008
    this                             .006     .009     .009

On 20 other halves: .001, .004, .004 at random, .001, .006, .006 by uncertainty, .005, .007, .009 by this:
50 bring what 200 random ones do. In mean average precision there is no difference (.001 to .003 by any):
what is learnt sooner is where to draw the line, not what to put first.

With functions and impacts counted too it brings .002 less: every item is unsure of those. Rejected: p (1 -
p) alone (random's figures); no diminishing (with nothing random or contradictory among 50, .006 instead of
.008); the item's smallest distance from any threshold (the second row).

Known failures. An item whose every label is surely wrong and against no term is only found by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.tagging.model import Tagger
from trendwatch.tagging.weak import VOTE
from trendwatch.types.tags import Asked, Facet

_RANDOM, _CONFLICTS = 0.2, 0.2
#: What trends and businesses are counted by; unsure of functions and impacts, each item is.
_COUNTED = (Facet.AREA, Facet.SECTOR)
#: A label that hardly any text has is not worth more than one that these have.
_RARE = 3.0
#: Texts about a label that are as good as asked about before the first is.
_TOLD = 2.0
#: Of the logit: the model is sure against what the terms say.
_CLASH = 0.5


@dataclass(frozen=True, slots=True)
class Picked:
    """An item to ask about."""

    #: its place among the items given
    place: int
    why: Asked


def pick(
    tagger: Tagger, texts: Sequence[tuple[str, str]], count: int, *, seed: int, asked: Sequence[Asked] = ()
) -> list[Picked]:
    """Return some of some (title, summary) items to ask about, the random ones first.

    Args:
        tagger: the current one.
        texts: items nobody was asked about yet.
        count: how many to ask, those asked before among them.
        seed: of the random part.
        asked: why those were picked that were asked about before: the shares are of all.
    """
    if not texts or len(asked) >= count:
        return []
    left = count - len(asked)
    seen = tagger.look(texts)
    taken = np.zeros(len(texts), dtype=bool)
    order = np.random.default_rng(seed).permutation(len(texts))
    random = min(left, round(count * _RANDOM) - asked.count(Asked.RANDOM))
    picked = _take(order, random, taken=taken, why=Asked.RANDOM)
    clash = _clash(seen.confidence, seen.votes, tagger.thresholds)
    clashing = np.argsort(-clash, kind="stable")[: int((clash > _CLASH).sum())]
    conflicts = min(left - len(picked), round(count * _CONFLICTS) - asked.count(Asked.CONFLICT))
    picked += _take(clashing, conflicts, taken=taken, why=Asked.CONFLICT)
    counted = [number for number, label in enumerate(tagger.labels) if label.facet in _COUNTED]
    teaching = _teaching(seen.confidence[:, counted], seen.matrix, left=~taken, count=left - len(picked))
    return picked + [Picked(place, Asked.MARGIN) for place in teaching]


def _take(order: NDArray[np.intp], count: int, *, taken: NDArray[np.bool_], why: Asked) -> list[Picked]:
    chosen = [place for place in order.tolist() if not taken[place]][: max(count, 0)]
    taken[chosen] = True
    return [Picked(place, why) for place in chosen]


def _clash(
    confidence: NDArray[np.float64], votes: NDArray[np.int64], thresholds: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return how strongly terms and model disagree about some label of each item."""
    over = _logit(confidence) - _logit(thresholds)
    apart = np.where(votes >= VOTE, -over, np.where(votes <= 0, over, 0))
    return np.asarray(apart.max(axis=1, initial=0))


def _teaching(
    confidence: NDArray[np.float64], matrix: Any, *, left: NDArray[np.bool_], count: int
) -> list[int]:
    """Return the places of texts whose labels are worth asking about, the best first."""
    unsure = confidence * (1 - confidence)
    worth = 1 / np.maximum(confidence.sum(axis=0), _RARE)
    told = np.full(confidence.shape[1], _TOLD)
    new = np.where(left, 1.0, -1.0)
    chosen: list[int] = []
    for _ in range(min(count, int(left.sum()))):
        best = int(np.argmax(np.where(new >= 0, (unsure @ (worth / np.sqrt(told))) * new, -1)))
        chosen.append(best)
        told += 4 * unsure[best]
        unlike = np.maximum(1 - (matrix @ matrix[best].T).toarray().ravel(), 0)
        new = np.where(new < 0, new, np.minimum(new, unlike))
        new[best] = -1
    return chosen


def _logit(probability: NDArray[Any]) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(probability, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))
