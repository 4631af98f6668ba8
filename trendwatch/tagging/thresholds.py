"""Probabilities into decisions: the threshold of each label.

Method. The F1-optimal threshold of a probability is half the best F1 it can reach (Lipton, Elkan,
Naryanaswamy 2014): one per facet, from macro-F1 over the held-out texts. Where "none" matters most (areas),
it is raised if more than 8 % of the held-out texts without one, and a standard error of that, get one:

    standard errors                                2             1             0
    848 headlines, configuration alone        .816, 7.1 %   .814, 6.4 %   .810, 6 %
    ... with a week's news                    .813, 8.1 %   .810, 7.4 %   .811, 7 %
    480 texts whose writer knew no terms      .731, 1 %     .712, 1 %     .681, 1 %

And no label may be given to more than 2 % of the held-out texts without any of its
facet (``EACH``): sector technology alone was 26 of 44 wrong sectors; its threshold rose from .28 to .7:

    most of such texts a label may take       all    5 %    3 %    2 %    1.5 %   1 %
    macro-F1 of sectors, held-out examples   .530   .528   .524   .519   .501    .476
    ... of real headlines                    .742   .743   .743   .748   .739    .723
    real headlines without one, tagged        44 %   33 %   28 %   27 %   22 %    18 %

Rejected: one higher threshold for all sectors (.45: .729 and 30 %); the best threshold per label where it has
15 positives (SCut), also shrunk to the facet's by 40: areas .799 against .806, 13 % wrongly tagged; examples
are not sampled from news, so their best cut is too low.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import f1

#: Where no model says better.
RULE_THRESHOLD = 0.5

#: Thresholds stay in here, whatever the examples say.
LOWEST, HIGHEST = 0.25, 0.80
#: Share of the texts without any label of its facet that one label may be given to.
EACH = 0.02
#: A share of fewer texts than these says nothing.
FEW = 5
#: Standard errors by which a facet's share must be passed before its threshold rises.
SURE = 1.0
#: Where the best F1 is looked for.
_GRID = np.arange(1, 20) / 20


def thresholds(
    probability: NDArray[np.float64],
    targets: NDArray[np.bool_],
    groups: NDArray[np.intp],
    *,
    looked: NDArray[np.bool_] | None = None,
    falsely: Mapping[int, float] | None = None,
) -> NDArray[np.float64]:
    """Return the threshold of each label (K,).

    Args:
        probability: of each label for each text, (n, K), from models that did not see the text.
        targets: whether the text has the label.
        groups: labels of the same number share a threshold.
        looked: whether somebody said so; everywhere, when left out.
        falsely: by group, the share of texts without any of its labels that may be given one.
    """
    said = np.ones(targets.shape, dtype=bool) if looked is None else looked
    chosen = np.full(probability.shape[1], RULE_THRESHOLD)
    for group in np.unique(groups):
        true = targets & said
        mine = np.flatnonzero((groups == group) & true.any(axis=0))
        if len(mine):
            sure = np.where(said, probability, 0)[:, mine]
            best = max(_macro_f1(sure >= step, true[:, mine]) for step in _GRID)
            without = sure[said[:, mine].all(axis=1) & ~true[:, mine].any(axis=1)]
            share = (falsely or {}).get(int(group), 1.0)
            least = _least(without.max(axis=1, keepdims=True), share, slack=SURE)
            chosen[groups == group] = np.clip(max(best / 2, float(least[0])), LOWEST, HIGHEST)
            each = _least(without, EACH, slack=0)
            chosen[mine] = np.clip(np.maximum(chosen[mine], each), LOWEST, HIGHEST)
    return chosen


def macro_f1(
    given: NDArray[np.bool_], targets: NDArray[np.bool_], groups: NDArray[np.intp]
) -> dict[int, float]:
    """Return by group the mean F1 of its labels that are true of any text; no group without one."""
    true = targets.any(axis=0)
    return {
        int(group): _macro_f1(given[:, mine], targets[:, mine])
        for group in np.unique(groups)
        if (mine := (groups == group) & true).any()
    }


def _least(without: NDArray[np.float64], share: float, *, slack: float) -> NDArray[np.float64]:
    """Return the threshold of each column that at most a share of the rows pass; 0 where they are too few.

    A few rows more, ``slack`` standard errors, may be chance.
    """
    count = len(without)
    if count * share < FEW or share >= 1:
        return np.zeros(without.shape[1])
    passing = int(count * share + slack * np.sqrt(count * share * (1 - share)))
    return np.asarray(np.sort(without, axis=0)[max(count - 1 - passing, 0)] + 1e-6)


def _macro_f1(given: NDArray[np.bool_], targets: NDArray[np.bool_]) -> float:
    parts = (given & targets, given, targets)
    return float(f1(*(part.sum(axis=0) for part in parts)).mean())
