"""Doubts of readers:  votes on wrong labels | items that carry them, unjudged | the most doubted first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from trendwatch.errors import NotFound
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.types.tags import Doubt, Facet, TaggedItem

#: Votes on wrong labels wait for an operator so long.
WINDOW = timedelta(days=90)
#: Reports of one story that are looked through for the label.
_REPORTS = 100


@dataclass(frozen=True, slots=True)
class Doubted:
    """An item with labels that readers say are wrong."""

    tagged: TaggedItem
    doubts: tuple[Doubt, ...]

    @property
    def readers(self) -> int:
        """Return how many businesses doubt a label of it."""
        return len({reader for doubt in self.doubts for reader in doubt.readers})


def doubted(store: Store, *, now: datetime, count: int) -> list[Doubted]:
    """Return the items readers' votes are about, one a story, those most doubt first.

    A vote is on a story: the report asked about is the one with most of the doubted labels, the first of
    those. What the current model no longer gives it is settled, and so is what an operator has judged on any
    report of the story, whatever came of it.
    """
    found: list[Doubted] = []
    for story_id, labels in _by_story(store, now - WINDOW).items():
        reports = store.items.search(Filter(story_id=story_id), limit=_REPORTS).items
        judged = store.corrections.judged([one.item.id for one in reports])
        settled = frozenset[Facet]().union(*judged.values())
        open_ = {key: by for key, by in labels.items() if Facet(key.partition(":")[0]) not in settled}
        asked = [Doubted(one, _doubts(one, open_)) for one in reversed(reports)]
        best = max(asked, key=lambda one: len(one.doubts), default=None)
        if best is not None and best.doubts:
            found.append(best)
    return sorted(found, key=lambda one: -one.readers)[:count]


def _by_story(store: Store, since: datetime) -> Mapping[str, Mapping[str, list[str]]]:
    """Return who doubts which label of each story; one that was merged counts for what it became."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for vote in store.votes.wrong_tags(since):
        try:
            story_id = store.stories.get(vote.story_id).id
        except NotFound:
            continue
        said = found[story_id][vote.label]
        if vote.business_key not in said:
            said.append(vote.business_key)
    return found


def _doubts(one: TaggedItem, labels: Mapping[str, list[str]]) -> tuple[Doubt, ...]:
    carried = {tag.full_key for tag in one.tags}
    return tuple(Doubt(label=key, readers=tuple(by)) for key, by in labels.items() if key in carried)


def doubt_words(doubt: Doubt, names: Mapping[str, str]) -> str:
    """Return what readers say, such as "2 readers say this is not about AI"."""
    count = len(doubt.readers)
    who = "1 reader says" if count == 1 else f"{count} readers say"
    return f"{who} this is not about {names.get(doubt.label, doubt.label)}"
