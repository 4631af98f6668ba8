"""Which items an operator should look at: where a correction teaches most, and a few that measure.

Observations. On AG News, 200 corrections by margin and diversity were worth more than 300 random ones.
Not here: on 848 headlines, 300 by this queue and 300 random ones bring the same
(``tests/benchmarks/corrections.py``, which tells of two other queues, too), as each item has a dozen labels
to be unsure of. What the queue does find is what is wrong now; and as what is asked because it is hard says
nothing about how good tags are, a fifth is random.

Method. Of the places, in this order:

    20 %  random, for honest figures: only these are used to compare models (``gate``)
    20 %  conflicts: the terms vote for a label that the model surely does not give, or the other way round
    60 %  margin and diversity: of five times as many least certain, one after the other the one least like
          those already picked (greedy max-min cosine)

How certain an item is: the smallest distance, in logits, of a label's confidence from its threshold.

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
from trendwatch.types.tags import Asked

_RANDOM, _CONFLICTS = 0.2, 0.2
_NEAR = 5
#: Of the logit: the model is sure against what the terms say.
_CLASH = 0.5


@dataclass(frozen=True, slots=True)
class Picked:
    """An item to ask about."""

    #: its place among the items given
    place: int
    why: Asked


def pick(tagger: Tagger, texts: Sequence[tuple[str, str]], count: int, *, seed: int) -> list[Picked]:
    """Return up to ``count`` of some (title, summary) items to ask about, the random ones first.

    Args:
        tagger: the current one.
        texts: items nobody was asked about yet.
        count: how many to ask.
        seed: of the random part.
    """
    if not texts:
        return []
    seen = tagger.look(texts)
    taken = np.zeros(len(texts), dtype=bool)
    order = np.random.default_rng(seed).permutation(len(texts))
    picked = _take(order, round(count * _RANDOM), taken=taken, why=Asked.RANDOM)
    clash = _clash(seen.confidence, seen.votes, tagger.thresholds)
    clashing = np.argsort(-clash, kind="stable")[: int((clash > _CLASH).sum())]
    picked += _take(clashing, round(count * _CONFLICTS), taken=taken, why=Asked.CONFLICT)
    left = count - len(picked)
    margin = _margin(seen.confidence, tagger.thresholds)
    margin[taken] = np.inf
    near = np.argsort(margin, kind="stable")[: min(_NEAR * left, int((~taken).sum()))]
    return picked + [Picked(place, Asked.MARGIN) for place in _spread(seen.matrix, near, left)]


def _take(order: NDArray[np.intp], count: int, *, taken: NDArray[np.bool_], why: Asked) -> list[Picked]:
    chosen = [place for place in order.tolist() if not taken[place]][:count]
    taken[chosen] = True
    return [Picked(place, why) for place in chosen]


def _margin(confidence: NDArray[np.float64], thresholds: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how far each item is from being tagged otherwise."""
    return np.asarray(np.abs(_logit(confidence) - _logit(thresholds)).min(axis=1, initial=np.inf))


def _clash(
    confidence: NDArray[np.float64], votes: NDArray[np.int64], thresholds: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return how strongly terms and model disagree about some label of each item."""
    over = _logit(confidence) - _logit(thresholds)
    apart = np.where(votes >= VOTE, -over, np.where(votes <= 0, over, 0))
    return np.asarray(apart.max(axis=1, initial=0))


def _spread(matrix: Any, near: NDArray[np.intp], count: int) -> list[int]:
    """Return places of texts that are unlike each other, beginning with the first."""
    chosen: list[int] = []
    rows = matrix[near]
    likeness = np.full(len(near), -1.0)
    for _ in range(min(count, len(near))):
        best = int(np.argmin(likeness))
        chosen.append(int(near[best]))
        likeness = np.maximum(likeness, (rows @ rows[best].T).toarray().ravel())
        likeness[best] = np.inf
    return chosen


def _logit(probability: NDArray[Any]) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(probability, dtype=np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(inside / (1 - inside)))
