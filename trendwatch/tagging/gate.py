"""Whether a new model takes the place of the current one: only if it is not worse.

Each is judged on texts it has not seen: what it said of a known text when that was held out of its training
is kept with it, and a text is in the same fold every time. Corrections of items picked at random, which
nobody's model asked for, count like the examples; other corrections were asked for because they are hard,
and do not count.

    not worse:  mean macro-F1 of the facets at least the old one's - 0.005
                no label with 30 true texts loses more than 0.05 in F1
                texts without an area wrongly tagged: at most 8 %, or no more than before

A frozen tenth was rejected: 300 texts tell differences of 0.03, all held-out texts of 0.01,
and no example is lost to training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import f1
from trendwatch.tagging.quality import ENOUGH

_WORSE, _LABEL_WORSE, _MOST_FALSELY = 0.005, 0.05, 0.08
#: Fewer true texts say too little about a label alone.
_SUPPORT = 30


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What a model said of texts while they were held out."""

    #: ``text_id`` of each
    texts: Sequence[bytes]
    #: (n, K) labels given
    given: NDArray[np.bool_]

    @classmethod
    def none(cls) -> HeldOut:
        """Return that nothing was held out."""
        return cls((), np.zeros((0, 0), dtype=bool))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to adopt a model, and why."""

    adopt: bool
    #: for people, with the figures
    why: str


def text_id(title: str, summary: str) -> bytes:
    """Return 8 bytes that name a text."""
    return sha256(f"{title}\0{summary}".encode(errors="replace")).digest()[:8]


def fold_of(text: bytes, folds: int) -> int:
    """Return the fold a text is in, always the same."""
    return int.from_bytes(text[:4], "big") % folds


def judge(
    champion: NDArray[np.bool_],
    challenger: NDArray[np.bool_],
    targets: NDArray[np.bool_],
    *,
    looked: NDArray[np.bool_],
    groups: NDArray[np.intp],
    names: Sequence[str],
    none_of: int,
) -> Verdict:
    """Compare two models on the same texts; all but groups are (n, K).

    Args:
        champion: labels the current model gives.
        challenger: labels the new one gives.
        targets: labels that are true.
        looked: where somebody said so.
        groups: (K,) the facet of each label.
        names: (K,) full keys.
        none_of: the facet whose texts without a label must stay without.
    """
    old, new = _f1(champion & looked, targets & looked), _f1(challenger & looked, targets & looked)
    support = (targets & looked).sum(axis=0)
    counted = [np.flatnonzero((groups == group) & (support >= ENOUGH)) for group in np.unique(groups)]
    means = [(old[mine].mean(), new[mine].mean()) for mine in counted if len(mine)]
    if not means:
        return Verdict(True, "no label has enough known texts to compare")
    before, after = np.mean(means, axis=0).tolist()
    figures = f"held-out macro-F1 {before:.3f} before, {after:.3f} now"
    if after < before - _WORSE:
        return Verdict(False, f"{figures}: worse")
    lost = np.flatnonzero((support >= _SUPPORT) & (new < old - _LABEL_WORSE)).tolist()
    if lost:
        said = ", ".join(f"{names[label]} {old[label]:.2f} to {new[label]:.2f}" for label in lost)
        return Verdict(False, f"{figures}, but {said}")
    mine = groups == none_of
    without = looked[:, mine].all(axis=1) & ~targets[:, mine].any(axis=1)
    falsely = [
        float(one[without][:, mine].any(axis=1).mean()) if without.any() else 0.0
        for one in (champion, challenger)
    ]
    if falsely[1] > max(_MOST_FALSELY, falsely[0] + _WORSE):
        return Verdict(False, f"{figures}, but wrongly tags {falsely[1]:.0%} of what has no technology")
    return Verdict(True, figures)


def _f1(given: NDArray[np.bool_], targets: NDArray[np.bool_]) -> NDArray[np.float64]:
    return f1(*(part.sum(axis=0) for part in (given & targets, given, targets)))
