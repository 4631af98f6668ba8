"""How often the stage of a technology is called right, beside simpler methods, on simulated curves.

python -m tests.benchmarks.stage          seeds that the tree has not seen
python -m tests.benchmarks.stage --fit    fit the tree anew and write trends/stagetree.py
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trendwatch.demo.curves import STAGES as MADE
from trendwatch.demo.curves import curves
from trendwatch.trends import stage
from trendwatch.types.trends import Stage

#: Curves of each stage that the tree is fitted on, and its seed.
FITTED, FIT_SEED = 1200, 1
DEPTH, LEAST_IN_LEAF = 6, 20
#: Leaves are joined by one curve of each stage: no leaf is sure.
PRIOR = 1.0
TREE = Path(stage.__file__).with_name("stagetree.py")

Called = Callable[[Sequence[float]], Stage]


def fitted() -> tuple[list[tuple[int, float, int, int]], list[tuple[float, ...]]]:
    """Return nodes and leaves of the tree, as ``trends/stagetree.py`` keeps them."""
    from sklearn.tree import DecisionTreeClassifier

    made = curves(FIT_SEED, FITTED)
    tree: Any = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=LEAST_IN_LEAF, random_state=0).fit(
        [stage.features(stories) for _, stories in made], [MADE.index(truth) for truth, _ in made]
    )
    grown = tree.tree_
    nodes: list[tuple[int, float, int, int]] = []
    leaves: list[tuple[float, ...]] = []
    for node in range(grown.node_count):
        if grown.children_left[node] >= 0:
            split = int(grown.feature[node]), round(float(grown.threshold[node]), 4)
            nodes.append((*split, int(grown.children_left[node]), int(grown.children_right[node])))
            continue
        nodes.append((-1, 0.0, len(leaves), 0))
        counts = grown.value[node][0] * grown.n_node_samples[node] + PRIOR
        leaves.append(tuple(round(float(share), 3) for share in counts / counts.sum()))
    return nodes, leaves


def written(nodes: Sequence[tuple[object, ...]], leaves: Sequence[tuple[object, ...]]) -> str:
    """Return the module that keeps a tree."""
    lines = [
        '"""The tree that calls stages: made by ``python -m tests.benchmarks.stage --fit``, not by hand."""',
        "",
        "#: number of a feature of ``stage.FEATURES``, threshold, node if at most that, node if above;",
        "#: at a leaf -1, 0, its number, 0",
        "NODES: tuple[tuple[int, float, int, int], ...] = (",
        *(f"    {node}," for node in nodes),
        ")",
        "#: share of emerging, growing, mainstream and fading curves in each leaf",
        "LEAVES: tuple[tuple[float, float, float, float], ...] = (",
        *(f"    {leaf}," for leaf in leaves),
        ")",
        "",
    ]
    return "\n".join(lines)


def by_logistic(stories: Sequence[float]) -> Stage:
    """Return what a fitted logistic curve says: below 10, 90 % of its height, or falling."""
    from scipy.optimize import OptimizeWarning, curve_fit

    weeks, counts = np.arange(len(stories), dtype=float), np.asarray(stories, dtype=float)

    def logistic(at: Any, height: float, middle: float, scale: float) -> Any:
        return height / (1 + np.exp(-np.clip((at - middle) / scale, -50, 50)))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", OptimizeWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            start = (max(1.0, counts.max()), len(stories) / 2, 8.0)
            (_, middle, scale), _ = curve_fit(logistic, weeks, counts, p0=start, maxfev=2000)
        except RuntimeError:
            return Stage.MAINSTREAM
    if scale < 0:
        return Stage.FADING
    done = 1 / (1 + np.exp(-np.clip((weeks[-1] - middle) / scale, -50, 50)))
    return Stage.EMERGING if done < 0.1 else Stage.GROWING if done < 0.9 else Stage.MAINSTREAM


def by_ratio(stories: Sequence[float]) -> Stage:
    """Return what the last four weeks against the four before say."""
    now, before = sum(stories[-4:]), sum(stories[-8:-4])
    if now < 8:
        return Stage.EMERGING
    ratio = (now + 1) / (before + 1)
    return Stage.GROWING if ratio > 1.25 else Stage.FADING if ratio < 0.8 else Stage.MAINSTREAM


def by_hand(stories: Sequence[float]) -> Stage:
    """Return what rules made by hand say: the method before the tree."""
    level, base, _, fall, *_ = found = stage.features(stories)
    growth = found[stage.FEATURES.index("growth_13")]
    if growth < 2 and fall >= 3 and found[2] < 0.6:
        return Stage.FADING
    if base < 1 and level < 3:
        return Stage.EMERGING
    return Stage.GROWING if growth >= 2 or (level > 3 * base and growth > 1) else Stage.MAINSTREAM


def scores(call: Called, made: Sequence[tuple[Stage, list[int]]]) -> dict[Stage, float]:
    """Return F1 of each stage."""
    called = [(truth, call(stories)) for truth, stories in made]
    found = {}
    for one in MADE:
        hits = sum(truth is one and said is one for truth, said in called)
        named = sum((truth is one) + (said is one) for truth, said in called)
        found[one] = 2 * hits / named if named else 0.0
    return found


def main() -> None:
    """Print the scores, or write the tree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--seeds", type=int, nargs="*", default=[201, 202, 203])
    given = parser.parse_args()
    if given.fit:
        TREE.write_text(written(*fitted()), "utf-8")
        print(f"written: {TREE}")
        return
    made = [curve for seed in given.seeds for curve in curves(seed, 500)]
    print(f"{len(made)} simulated curves, seeds {given.seeds}, F1 by stage and mean, CPU ms a curve")
    methods: dict[str, Called] = {
        "logistic curve_fit": by_logistic,
        "4 weeks / 4 weeks": by_ratio,
        "rules by hand": by_hand,
        "ours, tree of depth 6": lambda stories: stage.call_stage(stories).stage,
    }
    for name, call in methods.items():
        began = time.process_time()
        found = scores(call, made)
        spent = 1000 * (time.process_time() - began) / len(made)
        each = "  ".join(f"{one} {score:.2f}" for one, score in found.items())
        print(f"{name:24}{np.mean(list(found.values())):.3f}   {each}   {spent:.2f} ms")
    sure = [(stage.call_stage(stories), truth) for truth, stories in made]
    for low in (0.25, 0.5, 0.7, 0.9):
        chosen = [called for called in sure if low <= called[0].probability < low + 0.2]
        if chosen:
            right = np.mean([called.stage is truth for called, truth in chosen])
            said = np.mean([called.probability for called, _ in chosen])
            print(f"said to be right in {said:.0%} of {len(chosen)} cases: right in {right:.0%}")


if __name__ == "__main__":
    main()
