"""What a label would tag, on items that are kept: for an operator who writes its terms.

A label that the model has not learnt is given by its terms alone: two points of strong (2), weak (1) and
anti (-2) terms, as ``weak`` adds them up. Nothing else changes until the next training, so what is shown is
what happens at once; training then learns what the voted items have in common, in both directions. One that
the model knows is given by words and the new terms together.

Known failures. Items are those kept now: a label on something new finds little, however good its terms are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trendwatch.phrases import item_marks
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.weak import Matcher
from trendwatch.types.tags import Label, Tag, TaggedItem, Taxonomy
from trendwatch.types.weeks import week_name, week_number

#: Items shown, from the surest to the least sure.
SAMPLES = 12
#: Labels told that the same items have.
_OTHERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An item the label would be put on."""

    item_id: str
    title: str
    confidence: float
    #: why
    terms: tuple[str, ...]
    #: it had no label of this facet
    from_none: bool
    #: full keys of its labels of the same facet
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a label would do."""

    label: Label
    #: the items it was tried on, those in languages not covered left out
    items: int
    #: of these it would be put on
    tagged: int
    #: of the tagged: had no label of its facet before
    from_none: int
    #: had this label before
    before: int
    #: of those: would lose it
    lost: int
    #: how many tagged items have another label of the facet, the most first
    overlap: tuple[tuple[str, int], ...]
    #: in how many items each term stands: strong, weak, anti, as written
    terms: tuple[tuple[str, int], ...]
    #: stories a week with the label, the latest weeks last, empty weeks between them with 0
    weeks: tuple[tuple[str, int], ...]
    samples: tuple[Sample, ...]

    @property
    def silent(self) -> tuple[str, ...]:
        """Return the terms that stand in no item."""
        return tuple(term for term, items in self.terms if not items)


def try_label(label: Label, tagger: Tagger, items: Sequence[TaggedItem]) -> Trial:
    """Return what a label would do to some items.

    Args:
        label: as it would be.
        tagger: of a taxonomy that holds the label.
        items: with the tags they have now, in languages that are covered.
    """
    texts = [(one.item.title, one.item.summary) for one in items]
    tags = tagger.tag(texts)
    hit = [
        (one, tag)
        for one, found in zip(items, tags, strict=True)
        for tag in found
        if tag.full_key == label.full_key
    ]
    had = {one.item.id for one in items if label.full_key in {tag.full_key for tag in one.tags}}
    others = [_others(one, label) for one, _ in hit]
    return Trial(
        label=label,
        items=len(items),
        tagged=len(hit),
        from_none=sum(1 for (one, _), keys in zip(hit, others, strict=True) if _is_new(one, keys, had)),
        before=len(had),
        lost=len(had - {one.item.id for one, _ in hit}),
        overlap=tuple(Counter(key for keys in others for key in keys).most_common(_OTHERS)),
        terms=_hits(label, texts),
        weeks=_weeks([one for one, _ in hit]),
        samples=_samples(hit, label, had),
    )


def _others(one: TaggedItem, label: Label) -> tuple[str, ...]:
    mine = (tag.full_key for tag in one.tags if tag.facet is label.facet)
    return tuple(key for key in mine if key != label.full_key)


def _is_new(one: TaggedItem, others: tuple[str, ...], had: set[str]) -> bool:
    return not others and one.item.id not in had


def _hits(label: Label, texts: Sequence[tuple[str, str]]) -> tuple[tuple[str, int], ...]:
    matcher = Matcher(Taxonomy((label,)))
    found = matcher.read([item_marks(title, summary) for title, summary in texts])
    counts = np.bincount(found.terms, minlength=len(matcher.terms)).tolist()
    return tuple((term, count) for (_, _, term), count in zip(matcher.terms, counts, strict=True))


def _weeks(hit: Sequence[TaggedItem]) -> tuple[tuple[str, int], ...]:
    told = {(week_number(one.item.counted_at), one.story_id or one.item.id) for one in hit}
    counts = Counter(week for week, _ in told)
    if not counts:
        return ()
    return tuple((week_name(week), counts[week]) for week in range(min(counts), max(counts) + 1))


def _samples(hit: Sequence[tuple[TaggedItem, Tag]], label: Label, had: set[str]) -> tuple[Sample, ...]:
    """Return one item a story, evenly from the surest to the least sure: the doubtful ones teach most."""
    ranked = sorted(hit, key=lambda pair: (-pair[1].confidence, pair[0].item.id))
    first = list({one.story_id or one.item.id: (one, tag) for one, tag in reversed(ranked)}.values())[::-1]
    places = np.unique(np.linspace(0, len(first) - 1, min(SAMPLES, len(first))).astype(int)).tolist()
    return tuple(_sample(first[place], label, had) for place in places)


def _sample(hit: tuple[TaggedItem, Tag], label: Label, had: set[str]) -> Sample:
    one, tag = hit
    others = _others(one, label)
    return Sample(
        item_id=one.item.id,
        title=one.item.title,
        confidence=tag.confidence,
        terms=tag.terms,
        from_none=_is_new(one, others, had),
        others=others,
    )
