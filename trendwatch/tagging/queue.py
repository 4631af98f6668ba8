"""Which items an operator should look at: where a correction teaches most, and a few that measure.

Observations. What corrections teach is what words and votes are worth, for all labels of a facet together,
and words of labels that few texts have. The mean over labels is what counts, so an item is worth asking for
the labels it may have that few items have. And as what is asked because it is hard says nothing about how
good tags are, a tenth is random.

Method. Of the places, in this order:

    10 %  random, for honest figures: only these are used to compare models (``gate``)
    20 %  conflicts: the terms vote for a label that the model surely does not give, or the other way round
    70 %  any

The last two are picked one after the other by what teaches most, of areas and sectors:

    Σ over labels of  p (1 - p) / expected texts of the label / √(2 + what was picked for it so far)
    times 1 - the largest cosine with those already picked

where expected texts are at least 3, and what was picked for a label is Σ 4 p (1 - p) of the picked.

Gain of macro-F1 of areas, of the 848 headlines and our own 780 texts together, an operator with a fifth of
the terms and a tenth of the examples, learnt after every 25, 12 halves (``python -m
tests.benchmarks.corrections --texts all --taken-away .8 --examples .1 --every 25``):

    corrections             25      50      100     150     200     300
    random                 .016    .032    .054    .067    .091    .117
    this                   .023    .047    .075    .100    .113    .149
    as many at random       36      87      175     236     283    more

Conflicts by their size, a fifth of each, cost all that: .025, .046 and .092 by 50, 100 and 200; alone they
teach less than chance (half of its gain by 100). Picked by what they teach they cost nothing. Whoever knew
the answers and took texts of the labels told least would get by 50 what 150 random ones bring. Within noise
of this: entropy, closeness to the threshold, its root or square; the likelihood of the label instead of p (1
- p) is worse (-.01), no rarity, too (-.01); closeness to many others instead of none (+.00 to +.01) was left
out as it takes all pairs. With all terms and examples corrections bring so little that there is nothing to
tell apart.

With functions and impacts counted too every item is worth asking: all are unsure of those.

Known failures. An item whose every label is surely wrong and against no term is only found by chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import logit
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.weak import VOTE
from trendwatch.types.tags import Asked, Facet

_RANDOM, _CONFLICTS = 0.1, 0.2
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
    order = np.random.default_rng(seed).permutation(len(texts)).tolist()
    random = order[: min(left, max(ceil(count * _RANDOM) - asked.count(Asked.RANDOM), 0))]
    counted = [number for number, label in enumerate(tagger.labels) if label.facet in _COUNTED]
    teaching = _Teaching(seen.confidence[:, counted], seen.matrix, besides=random)
    clash = _clash(seen.confidence, seen.votes, tagger.thresholds) > _CLASH
    conflicts = min(left - len(random), round(count * _CONFLICTS) - asked.count(Asked.CONFLICT))
    clashing = teaching.take(conflicts, among=clash)
    margin = teaching.take(left - len(random) - len(clashing), among=np.ones(len(texts), dtype=bool))
    picked = ((Asked.RANDOM, random), (Asked.CONFLICT, clashing), (Asked.MARGIN, margin))
    return [Picked(place, why) for why, places in picked for place in places]


def _clash(
    confidence: NDArray[np.float64], votes: NDArray[np.int64], thresholds: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return how strongly terms and model disagree about some label of each item."""
    over = logit(confidence) - logit(thresholds)
    apart = np.where(votes >= VOTE, -over, np.where(votes <= 0, over, 0))
    return np.asarray(apart.max(axis=1, initial=0))


class _Teaching:
    """Texts whose labels are worth asking about, taken one after the other, the best first."""

    def __init__(self, confidence: NDArray[np.float64], matrix: Any, *, besides: Sequence[int]) -> None:
        self._unsure = confidence * (1 - confidence)
        self._worth = 1 / np.maximum(confidence.sum(axis=0), _RARE)
        self._matrix = matrix
        #: texts about each label that are as good as asked about
        self._told = np.full(confidence.shape[1], _TOLD)
        #: how unlike those taken before each text is
        self._new = np.ones(len(confidence))
        self._left = np.ones(len(confidence), dtype=bool)
        for place in besides:
            self._took(place)

    def take(self, count: int, *, among: NDArray[np.bool_]) -> list[int]:
        """Return the places of so many texts that are left among some, fewer where there are fewer."""
        taken: list[int] = []
        for _ in range(min(count, int((self._left & among).sum()))):
            value = (self._unsure @ (self._worth / np.sqrt(self._told))) * self._new
            best = int(np.argmax(np.where(self._left & among, value, -1)))
            taken.append(best)
            self._took(best)
        return taken

    def _took(self, place: int) -> None:
        self._left[place] = False
        self._told += 4 * self._unsure[place]
        like = (self._matrix @ self._matrix[place].T).toarray().ravel()
        self._new = np.minimum(self._new, np.maximum(1 - like, 0))
