"""How good tags are, label by label: what is right, what is missed, and what is taken for what.

    precision = hits / given    recall = hits / true    95 % intervals after Wilson (1927)
    by feed: right / given over all facets that were judged of its items; tags of one item are right or wrong
                together, so the interval counts items with a tag, not tags (the widest that may be true)
    confusion = texts that truly have one label of a facet, were not given it, and were wrongly given another;
                "none" stands for a facet without any label

A text that misses two labels and is wrongly given one counts for both pairs. Reliability: given tags in ten
bins of equally many, by confidence; where the share that is right is below the confidence, tags claim too
much. The expected calibration error (ECE) is the mean distance of the two. Tags of equal confidence stand for
each other, or it would depend on their order which bin holds the right ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import wilson
from trendwatch.types.tags import Facet

#: What stands for a facet without a label in a pair.
NONE = "none"
#: A label with fewer true texts says too little to count in a mean over labels.
ENOUGH = 8
_BINS = 10


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """Return the share, 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return where the share may lie."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True, slots=True)
class LabelQuality:
    """How well one label is given."""

    label: str
    precision: Share
    recall: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedQuality:
    """How well the items of one feed are tagged."""

    feed_key: str
    #: items that were judged
    judged: int
    #: of these, items with a tag in a facet that was judged
    tagged: int
    #: tags that are right, of all given
    precision: Share

    @property
    def told(self) -> bool:
        """Return whether enough items speak for the feed; else it is too few to say."""
        return self.tagged >= ENOUGH

    @property
    def interval(self) -> tuple[float, float]:
        """Return where the precision may lie, each item counted once."""
        return wilson(self.precision.value * self.tagged, self.tagged)


@dataclass(frozen=True, slots=True)
class Confusion:
    """A label that was missed, and the one that was wrongly given in its place."""

    true: str
    given: str
    texts: int

    @property
    def of_none(self) -> bool:
        """Return whether nothing of the facet stands on one side: missed altogether, or made up."""
        return self.true.endswith(f":{NONE}") or self.given.endswith(f":{NONE}")


@dataclass(frozen=True, slots=True)
class Bin:
    """Given tags of about one confidence."""

    confidence: float
    right: float
    tags: int


def qualities(
    keys: Sequence[str],
    given: NDArray[np.bool_],
    true: NDArray[np.bool_],
    *,
    looked: NDArray[np.bool_],
) -> list[LabelQuality]:
    """Return the quality of every label; given, true and looked (where somebody said so) are (n, K)."""
    hits = (given & true & looked).sum(axis=0).tolist()
    all_given, all_true = (given & looked).sum(axis=0).tolist(), (true & looked).sum(axis=0).tolist()
    return [
        LabelQuality(key, Share(hits[place], all_given[place]), Share(hits[place], all_true[place]))
        for place, key in enumerate(keys)
    ]


def feed_qualities(
    feeds: Sequence[str], pairs: Sequence[tuple[Collection[str], Collection[str]]]
) -> list[FeedQuality]:
    """Return the quality of each feed: those that can be told first, the worst first, then the most judged.

    Args:
        feeds: the feed of each item.
        pairs: of each item the labels given and those that are true, in the facets that were judged.
    """
    of_feed: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for feed, (given, true) in zip(feeds, pairs, strict=True):
        of_feed[feed].append((len(set(given) & set(true)), len(set(given))))
    found = [
        FeedQuality(
            feed_key=feed,
            judged=len(counts),
            tagged=sum(given > 0 for _, given in counts),
            precision=Share(sum(right for right, _ in counts), sum(given for _, given in counts)),
        )
        for feed, counts in of_feed.items()
    ]
    return sorted(found, key=_worst_first)


def told_of_feed(one: FeedQuality) -> dict[str, str | int | float | None]:
    """Return a feed's quality for programs; no precision where it is too few to say."""
    low, high = one.interval
    return {
        "feed": one.feed_key,
        "judged": one.judged,
        "tagged": one.tagged,
        "right": one.precision.part,
        "given": one.precision.whole,
        "precision": one.precision.value if one.told else None,
        "low": low if one.told else None,
        "high": high if one.told else None,
    }


def _worst_first(one: FeedQuality) -> tuple[bool, float, int, str]:
    return not one.told, one.precision.value if one.told else 0.0, -one.judged, one.feed_key


def confusions(pairs: Sequence[tuple[Collection[str], Collection[str]]]) -> list[Confusion]:
    """Return what is taken for what, the most often first.

    Args:
        pairs: of each text the labels given and those that are true, in the facets that were judged.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for given, true in pairs:
        for facet in Facet:
            mine = {key for key in given if key.startswith(f"{facet}:")}
            right = {key for key in true if key.startswith(f"{facet}:")}
            missed, wrong = right - mine, mine - right
            if not right:
                missed = {f"{facet}:{NONE}"}
            if not mine:
                wrong = {f"{facet}:{NONE}"}
            counts.update((one, other) for one in missed for other in wrong if one != other)
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Confusion(one, other, count) for (one, other), count in ranked]


def reliability(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> list[Bin]:
    """Return given tags in bins of equally many, from the least sure to the surest."""
    values, which = np.unique(confidence, return_inverse=True)
    share = np.bincount(which, weights=right) / np.bincount(which)
    parts = [part for part in np.array_split(np.sort(which), _BINS) if len(part)]
    return [Bin(float(values[part].mean()), float(share[part].mean()), len(part)) for part in parts]


def held_out_bins(
    probability: NDArray[np.float64],
    thresholds: NDArray[np.float64],
    *,
    true: NDArray[np.bool_],
    looked: NDArray[np.bool_],
) -> list[list[float]]:
    """Return the reliability of given tags as a manifest keeps it; all but thresholds are (n, K)."""
    given = (probability >= thresholds) & looked
    bins = reliability(probability[given], true[given])
    return [[round(one.confidence, 4), round(one.right, 4), one.tags] for one in bins]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Return the mean distance of confidence from the share that is right, over tags."""
    tags = sum(one.tags for one in bins)
    return sum(abs(one.right - one.confidence) * one.tags for one in bins) / tags if tags else 0.0
