"""How often the gate errs: equally good models that it refuses, worse ones that it adopts.

    python -m tests.benchmarks.gate [--pairs 300]

Texts and models are made up as ours are: 4,400 texts, 63 labels in four facets, each on 1 to 6 % of them,
a quarter about nothing; precision about .65 and recall .40, uneven by label. Two models agree in what they
give of nine texts in ten and roll dice for the rest, as two trainings do. The new one is then as good as the
old, or has its recall lowered until macro-F1, expected over all texts there could be, is 0.03 less. Rates
with 95 % intervals.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import wilson
from trendwatch.tagging.gate import judge

TEXTS, LABELS = 4_400, (25, 18, 10, 10)
GROUPS = np.repeat(np.arange(4), LABELS)
#: Share of the texts of which both models think alike.
ALIKE = 0.9
WORSE = 0.03


def pair(seed: int, *, worse: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what two models give, and what is true; the second's macro-F1 is less by so much."""
    dice = np.random.default_rng(seed)
    labels = len(GROUPS)
    share = dice.uniform(0.01, 0.06, labels)
    about = dice.random(TEXTS) >= 0.25
    targets = (dice.random((TEXTS, labels)) < share / 0.75) & about[:, np.newaxis]
    recall = np.clip(dice.normal(0.40, 0.12, labels), 0.1, 0.8)
    precision = np.clip(dice.normal(0.65, 0.12, labels), 0.3, 0.95)
    falsely = recall * share * (1 - precision) / precision / (1 - share)
    alike = dice.random(TEXTS) < ALIKE
    first = dice.random((TEXTS, labels))
    second = np.where(alike[:, np.newaxis], first, dice.random((TEXTS, labels)))
    lower = _lowered(recall, share, falsely, worse)
    return (
        first < np.where(targets, recall, falsely),
        second < np.where(targets, lower, falsely),
        targets,
    )


def _expected(recall: NDArray[np.float64], share: NDArray[np.float64], falsely: NDArray[np.float64]) -> float:
    """Return the macro-F1 over all texts there could be, the mean of the facets."""
    given = recall * share + falsely * (1 - share)
    f1 = 2 * recall * share / (given + share)
    return float(np.mean([f1[group == GROUPS].mean() for group in range(4)]))


def _lowered(
    recall: NDArray[np.float64], share: NDArray[np.float64], falsely: NDArray[np.float64], worse: float
) -> NDArray[np.float64]:
    """Return recalls lowered alike until macro-F1 is less by so much."""
    low, high = 0.0, 1.0
    goal = _expected(recall, share, falsely) - worse
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(recall * middle, share, falsely) < goal else (low, middle)
    return recall * high


def rates(pairs: int) -> tuple[float, float]:
    """Return the shares of equals that are refused and of worse ones that are adopted."""
    found = []
    for worse in (0.0, WORSE):
        adopted = 0
        for seed in range(pairs):
            old, new, targets = pair(seed, worse=worse)
            looked = np.ones_like(targets)
            names = [f"label:{number}" for number in range(len(GROUPS))]
            verdict = judge(old, new, targets, looked=looked, groups=GROUPS, names=names, none_of=0)
            adopted += verdict.adopt
        found.append(adopted / pairs)
    return 1 - found[0], found[1]


def main() -> None:
    """Print both rates."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=300)
    pairs = parser.parse_args().pairs
    for name, rate in zip(("equals refused", f"worse by {WORSE} adopted"), rates(pairs), strict=True):
        low, high = wilson(round(rate * pairs), pairs)
        print(f"{name}: {rate:.1%} [{low:.1%}, {high:.1%}] of {pairs} pairs")


if __name__ == "__main__":
    main()
