"""Whether a new model takes the place of the current one: only if it is not worse.

Each is judged on texts it has not seen: what it said of a known text when that was held out of its training
is kept with it, and a text is in the same fold every time. Corrections of items picked at random, which
nobody's model asked for, count like the examples; other corrections were asked for because they are hard,
and do not count. Examples are answered by what examples say, corrections by what corrections say of own news
(``ownnews``): so what own news changes for texts about nothing is seen on random corrections alone.

    not worse:  we are not 95 % sure that mean macro-F1 of the facets fell by more than 0.005
                of no label with 30 true texts are we so sure, all labels together, that it lost 0.05 in F1
                texts without an area wrongly tagged: at most 8 %, or no more than before
    confidence is off by at most 0.06, or 0.005 more than before

How sure is told by the same texts drawn again and again for both models (paired bootstrap). Without it
every model that had learnt from a week of news was refused: 0.439 before and 0.434 after on examples that
are written to be hard, while on labelled news it is better (0.81 and 0.75 instead of 0.80 and 0.74); and one
of sixty labels always loses 0.05 by chance.

How often it errs, on simulated models as uncertain as ours (``python -m tests.benchmarks.gate``, 300 pairs
each): of equally good ones it refuses 9 % (6 to 13), of those that are worse by 0.03 in macro-F1 it adopts
none (0 to 1.3 %).

A frozen tenth was rejected: 300 texts tell differences of 0.03, all held-out texts of 0.01,
and no example is lost to training.

Source: paired bootstrap, Efron and Tibshirani 1993; Berg-Kirkpatrick et al., EMNLP 2012.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import f1, redrawn
from trendwatch.tagging.quality import ENOUGH

_WORSE, _LABEL_WORSE, _MOST_FALSELY = 0.005, 0.05, 0.08
#: Confidence may be off by so much.
_MOST_OFF = 0.06
#: How sure we are of what is refused, and by how many draws.
_SURE, _DRAWS = 0.95, 400
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
    off: tuple[float, float] = (0.0, 0.0),
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
        off: how far confidence is off, before and now.
    """
    if off[1] > max(_MOST_OFF, off[0] + _WORSE):
        return Verdict(False, f"confidence is off by {off[1]:.3f}, it was by {off[0]:.3f}")
    support = (targets & looked).sum(axis=0)
    drawn = _drawn(len(targets))
    olds, news = (_f1(one & looked, targets & looked, drawn) for one in (champion, challenger))
    old, new = olds[0], news[0]  # the first draw is the texts as they are
    counted = [np.flatnonzero((groups == group) & (support >= ENOUGH)) for group in np.unique(groups)]
    means = [(old[mine].mean(), new[mine].mean()) for mine in counted if len(mine)]
    if not means:
        return Verdict(True, "no label has enough known texts to compare")
    before, after = np.mean(means, axis=0).tolist()
    figures = f"held-out macro-F1 {before:.3f} before, {after:.3f} now"
    gains = np.mean([(news - olds)[:, mine].mean(axis=1) for mine in counted if len(mine)], axis=0)
    if np.quantile(gains[1:], _SURE) < -_WORSE:
        return Verdict(False, f"{figures}: worse")
    asked = support >= _SUPPORT
    sure = NormalDist().inv_cdf(1 - (1 - _SURE) / max(1, int(asked.sum())))
    most = new - old + sure * (news - olds)[1:].std(axis=0)
    lost = np.flatnonzero(asked & (most < -_LABEL_WORSE)).tolist()
    if lost:
        said = ", ".join(f"{names[label]} {old[label]:.2f} to {new[label]:.2f}" for label in lost)
        return Verdict(False, f"{figures}, but {said}")
    before, after = (
        _falsely(one, targets, looked=looked, mine=groups == none_of) for one in (champion, challenger)
    )
    if after > max(_MOST_FALSELY, before + _WORSE):
        return Verdict(False, f"{figures}, but wrongly tags {after:.0%} of what has no technology")
    return Verdict(True, figures)


def _falsely(
    given: NDArray[np.bool_],
    targets: NDArray[np.bool_],
    *,
    looked: NDArray[np.bool_],
    mine: NDArray[np.bool_],
) -> float:
    """Return the share of the texts without any of some labels that are given one."""
    without = looked[:, mine].all(axis=1) & ~targets[:, mine].any(axis=1)
    return float(given[without][:, mine].any(axis=1).mean()) if without.any() else 0.0


def _drawn(texts: int) -> NDArray[np.float32]:
    """Return how often each text is drawn, (1 + draws, n): first once each, then with replacement."""
    return np.concatenate([np.ones((1, texts), dtype=np.float32), redrawn(texts, _DRAWS)])


def _f1(
    given: NDArray[np.bool_], targets: NDArray[np.bool_], drawn: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the F1 of each label in each draw, (1 + draws, K)."""
    return f1(*(drawn @ part.astype(np.float32) for part in (given & targets, given, targets)))
