"""How well stories were found, held against the events behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class BCubed:
    """B³ of a clustering: each item's share of right companions, averaged over items."""

    precision: float
    recall: float
    items: int

    @property
    def f1(self) -> float:
        """The harmonic mean."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(found: Mapping[str, str], true: Mapping[str, str]) -> BCubed:
    """Return B³ of items that are in both: found story by item id against true event by item id."""
    items = found.keys() & true.keys()
    stories = Counter(found[item] for item in items)
    events = Counter(true[item] for item in items)
    both = Counter((found[item], true[item]) for item in items)
    total = len(items) or 1
    # Of n items in a story and an event, each has n right companions (itself included).
    precision = sum(n * n / stories[story] for (story, _), n in both.items()) / total
    recall = sum(n * n / events[event] for (_, event), n in both.items()) / total
    return BCubed(precision=precision, recall=recall, items=len(items))
