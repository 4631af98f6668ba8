"""Understand items:  items waiting | tag | cluster into stories | count.

Single-flight: stories and counts need one order, which is the order of the items' own times. What the
step remembers between batches (the week's word rarities, the open stories) is a cache, rebuilt from rows
whenever the next batch is not the continuation of the last one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import takewhile

import structlog

from trendwatch.errors import LeaseLost, ModelRejected
from trendwatch.news.cluster import Rarity, StoryIndex
from trendwatch.pipeline.mending import mend_stories
from trendwatch.pipeline.openstories import OpenStories, open_at
from trendwatch.pipeline.taggers import stand_in
from trendwatch.store import Store
from trendwatch.tagging.language import detect
from trendwatch.tagging.model import Tagger
from trendwatch.trends.tally import Tally, difference
from trendwatch.types.news import Item
from trendwatch.types.stories import Mend, Understood, WaitingItem
from trendwatch.types.tags import Model, Tag, Taxonomy
from trendwatch.types.weeks import week_number
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Items per transaction: about 1,000 rows with their tags.
BATCH = 250
#: Items per transaction that lays operators' words over the tags of a new version, 2.6 ms each.
WORDS = 100


@dataclass(slots=True)
class UnderstandReport:
    """What a run of the step did."""

    items: int = 0
    stories: int = 0
    tags: int = 0
    #: the version that became current in this run
    promoted: str | None = None
    #: stories that were merged or split
    mended: int = 0
    #: another process understands items
    held: bool = False

    def add(self, understood: Understood, mends: Sequence[Mend]) -> None:
        """Count a batch that was written, and what was put right after it."""
        self.items += len(understood.stories)
        self.stories += len(understood.new_stories)
        self.tags += sum(map(len, understood.tags.values()))
        self.mended += len(mends)


@dataclass(slots=True)
class Understanding:
    """What the step keeps between batches; all of it can be rebuilt from rows."""

    #: how to make an empty index for a week's rarities
    index_of: Callable[[Rarity], StoryIndex] = StoryIndex
    #: of the live versions, None until needed
    taggers: dict[str, Tagger | None] = field(default_factory=dict)
    #: versions that cannot be used: a new model is due
    rejected: set[str] = field(default_factory=set)
    #: None until the first batch, and after a batch that was not written
    open: OpenStories | None = None
    #: of our last claim; the next one follows directly unless another process had its turn
    token: int = 0
    #: nothing that was read later is looked at in this run, None: all may be
    read_by: datetime | None = None

    def goes_on(self, claim: Claim, read_by: datetime | None) -> None:
        """Take up work under a claim; open stories are forgotten if others had their turn since the last."""
        if claim.token != self.token + 1:
            self.open = None
        self.token, self.read_by = claim.token, read_by


def understand(
    store: Store,
    taxonomy: Taxonomy,
    *,
    clock: Clock,
    lease: timedelta,
    memory: Understanding,
    read_by: datetime | None = None,
    at_once: int = BATCH,
    on_progress: Callable[[UnderstandReport], None] = lambda _report: None,
) -> UnderstandReport:
    """Tag, cluster and count, for every live version, all that waits or was read by a time."""
    report = UnderstandReport()
    if (claim := store.claim("understand", "all", now=clock(), lease=lease)) is None:
        report.held = True
        return report
    memory.goes_on(claim, read_by)
    try:
        for version, tagger in _taggers(memory, store.models.live(), taxonomy, earlier=store.models.earlier):
            while batch := _next_batch(store, version, read_by=read_by, limit=at_once):
                understood, mends = _understand(
                    store, batch, version=version, tagger=tagger, taxonomy=taxonomy, memory=memory
                )
                claim = store.leases.renew(claim, now=clock(), lease=lease)
                if understood.stories:
                    _keep(store, version, understood, claim=claim)
                mend_stories(store, mends, versions=list(memory.taggers), claim=claim, now=clock())
                report.add(understood, mends)
                on_progress(report)
            claim = _lay_words(store, version, claim=claim, clock=clock, lease=lease)
        report.promoted = store.models.promote_if_caught_up()
    except LeaseLost:
        _log.warning("understand.lease_lost")
        memory.open = None
        report.held = True
    except BaseException:
        memory.open = None  # the index knows reports that were not written
        raise
    finally:
        store.leases.release(claim)
    return report


def _lay_words(store: Store, version: str, *, claim: Claim, clock: Clock, lease: timedelta) -> Claim:
    """Lay operators' words on old items over a new version, and return the claim, which lasts.

    Raises:
        LeaseLost: another process understands items now.
    """
    while store.understanding.lay_words(version, claim=claim, limit=WORDS):
        claim = store.leases.renew(claim, now=clock(), lease=lease)
    return claim


def _next_batch(store: Store, version: str, *, read_by: datetime | None, limit: int) -> list[WaitingItem]:
    """Return the earliest items that wait, no more than one week's: rarities change with the week."""
    waiting = store.understanding.waiting(version, limit=limit, read_by=read_by)
    if not waiting:
        return []
    week = week_number(waiting[0].item.counted_at)
    return list(takewhile(lambda one: week_number(one.item.counted_at) == week, waiting))


def _taggers(
    memory: Understanding,
    models: Sequence[Model],
    taxonomy: Taxonomy,
    *,
    earlier: Callable[[], Iterable[Model]],
) -> Iterator[tuple[str, Tagger]]:
    """Yield each live version with its tagger; those of versions that are gone are forgotten."""
    memory.taggers = {model.version: memory.taggers.get(model.version) for model in models}
    for model in models:
        tagger = memory.taggers[model.version] or _load(memory, model, taxonomy, earlier=earlier)
        memory.taggers[model.version] = tagger
        yield model.version, tagger


def _load(
    memory: Understanding, model: Model, taxonomy: Taxonomy, *, earlier: Callable[[], Iterable[Model]]
) -> Tagger:
    try:
        return Tagger.as_taught(model, taxonomy)
    except ModelRejected as error:
        _log.error("model_rejected", version=model.version, error=str(error))
        memory.rejected.add(model.version)
    # Items are still understood. The model that is due takes all of them up again: adopting it queues every
    # item anew.
    return stand_in(earlier(), taxonomy)


def _understand(
    store: Store,
    batch: Sequence[WaitingItem],
    *,
    version: str,
    tagger: Tagger,
    taxonomy: Taxonomy,
    memory: Understanding,
) -> tuple[Understood, list[Mend]]:
    stories, new_stories, mends = _cluster(store, batch, memory)
    placed = [one for one in batch if one.item.id in stories]
    items = [one.item for one in placed]
    uncovered = _uncovered(taxonomy, items)
    tags = _tags(tagger, placed, uncovered)
    understood = Understood(stories=stories, tags=tags, new_stories=new_stories, uncovered=uncovered)
    return understood, mends


def _keep(store: Store, version: str, understood: Understood, *, claim: Claim) -> None:
    """Count a batch and write it; where tags of it or beside it are corrected meanwhile, count it anew.

    Raises:
        LeaseLost: another process understands items now.
    """
    kept = False
    while not kept:  # whoever kept us from it got further, so this ends
        seen = store.understanding.times_counted(version)
        batch = _counted(store, version, understood)
        kept = store.understanding.write(version, batch, claim=claim, seen=seen)


def _counted(store: Store, version: str, understood: Understood) -> Understood:
    """Return a batch with what it changes of the counts: its stories with it, less its stories without it.

    Late news may be told before what is counted of its story; what it displaces is taken off.
    """
    ids = sorted(set(understood.stories.values()))
    reports = store.story_mends.members(version, ids, waiting=understood.stories)
    before = [one for one in reports if one.item_id not in understood.stories]
    after = [
        replace(
            one,
            story_id=understood.stories[one.item_id],
            labels=tuple(tag.full_key for tag in understood.tags[one.item_id]),
        )
        if one.item_id in understood.stories
        else one
        for one in reports
    ]
    change = difference(Tally.of(before), Tally.of(after))
    return replace(
        understood,
        story_counts=change.story_counts,
        day_counts=change.day_counts,
        report_counts=change.report_counts,
        first_counts=change.first_counts,
    )


def _tags(
    tagger: Tagger, batch: Sequence[WaitingItem], uncovered: Collection[str]
) -> dict[str, tuple[Tag, ...]]:
    """Return the tags of each item: none where its language is not covered, rather than wrong ones."""
    covered = [one for one in batch if one.item.id not in uncovered]
    found = tagger.tag([(one.item.title, one.text) for one in covered])
    tags: dict[str, tuple[Tag, ...]] = {one.item.id: () for one in batch}
    return tags | {one.item.id: mine for one, mine in zip(covered, found, strict=True)}


def _uncovered(taxonomy: Taxonomy, items: Sequence[Item]) -> dict[str, str]:
    """Return the language of each item no model can read: what its feed says, else what it reads like."""
    silent = [item for item in items if not item.language]
    read_as = detect([f"{item.title}. {item.summary}" for item in silent], ours=taxonomy.language)
    languages = {item.id: item.language for item in items}
    languages |= {item.id: language for item, language in zip(silent, read_as, strict=True)}
    return {item_id: language for item_id, language in languages.items() if not taxonomy.covers(language)}


def _cluster(
    store: Store, batch: Sequence[WaitingItem], memory: Understanding
) -> tuple[Mapping[str, str], Mapping[str, Item], list[Mend]]:
    """Place items, up to the end of a day whose stories have to be put right before the next one's come."""
    fresh = [one.item for one in batch if not one.story_id]
    stories: dict[str, str] = {}
    new_stories: dict[str, Item] = {}
    if fresh:
        memory.open = open_at(store, fresh[0], memory.open, index_of=memory.index_of, read_by=memory.read_by)
        memory.open.expect(one for one in batch if not one.story_id)
    for one in batch:
        if one.story_id or memory.open is None:
            stories[one.item.id] = one.story_id
            continue
        if mends := memory.open.mend(one.item):
            return stories, new_stories, mends
        assigned = memory.open.assign(one)
        stories[one.item.id] = assigned.story_id
        if assigned.is_new:
            new_stories[assigned.story_id] = one.item
    return stories, new_stories, []
