"""How well scores find planted rises: alarms, recall at a rate of false alarms, delay, precision at ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.count_methods import Floats, Scores
from trendwatch.demo.countworld import CountWorld, Rise

#: Before this day nothing is scored.
SCORED_FROM = 140
#: An alarm this long after the end of a curve is still one for it.
LATE = 28
#: A term that was above is quiet again after this many days below; then it can alarm anew.
QUIET = 28
#: So long after its curve a term is still above its past, and right among the ten strongest.
ABOVE = 60
MONTH = 30.4


@dataclass(frozen=True)
class Found:
    """What a method finds at one threshold."""

    threshold: float
    recall: float
    #: days from onset to alarm, median
    delay: float
    recall_new: float
    recall_grown: float
    false_a_month: float


class Scored:
    """A method's scores on some worlds."""

    def __init__(self, runs: Sequence[tuple[CountWorld, Scores]]) -> None:
        self.runs = [
            (world, days[days >= SCORED_FROM], table[days >= SCORED_FROM]) for world, (days, table) in runs
        ]
        self.months = sum((world.rules.days - SCORED_FROM) / MONTH for world, _, _ in self.runs)
        self._innocent = [(days, _innocent(world, days, table)) for world, days, table in self.runs]

    def false_alarms(self, threshold: float) -> int:
        """Return how often a term that does not rise begins to be above the threshold."""
        total = 0
        for days, table in self._innocent:
            above = table >= threshold
            before = np.zeros_like(above)
            for back in range(1, max(1, QUIET // int(days[1] - days[0])) + 1):
                before[back:] |= above[:-back]
            total += int((above & ~before).sum())
        return total

    def at(self, threshold: float) -> Found:
        """Return what is found at a threshold."""
        delays: dict[bool, list[float]] = {True: [], False: []}
        for world, days, table in self.runs:
            for rise in world.rises:
                delays[rise.is_new].append(_delay(rise, days, table[:, rise.term], threshold))
        new, grown = np.array(delays[True]), np.array(delays[False])
        every = np.concatenate([new, grown])
        hit = np.isfinite(every)
        return Found(
            threshold=threshold,
            recall=float(hit.mean()),
            delay=float(np.median(every[hit])) if hit.any() else np.nan,
            recall_new=float(np.isfinite(new).mean()),
            recall_grown=float(np.isfinite(grown).mean()),
            false_a_month=self.false_alarms(threshold) / self.months,
        )

    def at_rate(self, a_month: float) -> Found:
        """Return what is found at the lowest threshold with no more false alarms than so many a month."""
        values = np.concatenate([table[np.isfinite(table)] for _, table in self._innocent])
        candidates = np.unique(np.quantile(values, 1 - np.geomspace(1e-7, 0.05, 120)))
        if self.false_alarms(float(candidates[-1])) / self.months > a_month:
            return self.at(np.inf)  # its highest score is already a crowd
        low, high = 0, len(candidates) - 1
        while low < high:  # false alarms hardly ever grow with the threshold
            middle = (low + high) // 2
            if self.false_alarms(float(candidates[middle])) / self.months <= a_month:
                high = middle
            else:
                low = middle + 1
        return self.at(float(candidates[low]))

    def precision_at_ten(self) -> float:
        """Return how many of the ten highest scores of each week are rises, in the mean."""
        hits = []
        for world, days, table in self.runs:
            rises = {rise.term: rise for rise in world.rises}
            for row in range(0, len(days), max(1, 7 // int(days[1] - days[0]))):
                top = np.argsort(-table[row], kind="stable")[:10]
                top = top[np.isfinite(table[row][top])]
                right = [term for term in top.tolist() if _is_up(rises.get(term), int(days[row]))]
                hits.append(len(right) / 10)
        return float(np.mean(hits))


def _innocent(world: CountWorld, days: NDArray[np.int64], table: Floats) -> Floats:
    """Return the scores without those of terms that rise or have risen."""
    kept = table.copy()
    for rise in world.rises:
        kept[days >= rise.onset, rise.term] = -np.inf
    return kept


def _delay(rise: Rise, days: NDArray[np.int64], scores: Floats, threshold: float) -> float:
    """Return days from onset to the first alarm in time, inf without one."""
    asked = (days >= rise.onset) & (days <= rise.onset + rise.days + LATE)
    above = np.flatnonzero(scores[asked] >= threshold)
    return float(days[asked][above[0]] - rise.onset) if len(above) else np.inf


def _is_up(rise: Rise | None, day: int) -> bool:
    return rise is not None and rise.onset <= day <= rise.onset + rise.days + ABOVE
