"""A new model takes over only if it is not worse."""

from __future__ import annotations

import os

import numpy as np
import pytest

from tests.benchmarks.gate import rates
from trendwatch.tagging.gate import Verdict, fold_of, judge, text_id

GROUPS = np.array([0, 0, 1])
NAMES = ["area:ai", "area:iot", "sector:retail"]


def said(targets: np.ndarray, *, wrong: int = 0, missed: int = 0, label: int = 0) -> np.ndarray:
    """What a model gives that is right but for some texts."""
    given = targets.copy()
    given[np.flatnonzero(targets[:, label])[:missed], label] = False
    given[np.flatnonzero(~targets.any(axis=1))[:wrong], label] = True
    return given


def truth() -> np.ndarray:
    targets = np.zeros((400, 3), dtype=bool)
    targets[:100, 0] = targets[100:200, 1] = targets[:150, 2] = True
    return targets


def verdict(
    champion: np.ndarray, challenger: np.ndarray, targets: np.ndarray, *, off: tuple[float, float] = (0, 0)
) -> Verdict:
    looked = np.ones_like(targets)
    return judge(champion, challenger, targets, looked=looked, groups=GROUPS, names=NAMES, none_of=0, off=off)


def test_better_or_as_good_is_adopted() -> None:
    targets = truth()
    assert verdict(said(targets, missed=5), said(targets), targets).adopt
    same = verdict(said(targets, missed=5), said(targets, missed=5), targets)
    # areas: F1 2·95 / (95 + 100) = .974 and 1; sectors 1: mean of .987 and 1
    assert same == Verdict(True, "held-out macro-F1 0.994 before, 0.994 now")


@pytest.mark.parametrize(
    ("challenger", "why"),
    [
        ({"missed": 10}, "worse"),  # areas (.947 + 1) / 2, in the mean .987
        ({"missed": 9, "wrong": 0}, "worse"),
        ({"wrong": 40}, "worse"),
    ],
)
def test_worse_is_refused(challenger: dict[str, int], why: str) -> None:
    targets = truth()
    assert verdict(said(targets), said(targets, **challenger), targets).why.endswith(why)


def test_one_label_that_loses_much_is_not_made_good_by_others() -> None:
    targets = truth()
    old, new = said(targets, missed=60, label=1), said(targets, missed=30, label=0)
    found = verdict(old, new, targets)
    assert not found.adopt
    assert "area:ai 1.00 to 0.82" in found.why


def test_tags_where_there_should_be_none_are_refused() -> None:
    targets = truth()
    # 200 texts have no area: 8 % are 16; sectors got so much better that the mean rises
    old, new = said(targets, missed=60, label=2), said(targets, wrong=10)
    new[210:220, 1] = True  # F1 of each area 200 / 210 = .952
    found = verdict(old, new, targets)
    assert not found.adopt
    assert "wrongly tags" in found.why


@pytest.mark.parametrize(
    ("off", "adopt"),
    [((0.02, 0.06), True), ((0.02, 0.061), False), ((0.063, 0.067), True), ((0.063, 0.069), False)],
)
def test_confidence_that_is_off_is_refused(off: tuple[float, float], adopt: bool) -> None:
    targets = truth()
    found = verdict(said(targets, missed=5), said(targets), targets, off=off)
    assert found.adopt is adopt
    assert adopt or found.why.startswith(f"confidence is off by {off[1]:.3f}")


def test_equals_are_adopted_and_clearly_worse_ones_refused() -> None:
    """A dozen pairs each; the benchmark's 300 are told in the module."""
    refused, adopted = rates(int(os.environ.get("GATE_PAIRS", "12")))
    assert refused <= 0.25
    assert adopted <= 0.25


def test_nothing_to_compare_is_adopted() -> None:
    none = np.zeros((5, 3), dtype=bool)
    assert verdict(none, none, none).adopt


def test_a_text_is_always_in_the_same_fold() -> None:
    assert fold_of(text_id("a", "b"), 5) == fold_of(text_id("a", "b"), 5)
    assert text_id("a", "b") != text_id("ab", "")
    assert {fold_of(text_id(str(number), ""), 5) for number in range(50)} == {0, 1, 2, 3, 4}
    assert len(text_id("\ud800", "")) == 8
