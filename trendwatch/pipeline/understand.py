"""Understand items:  items waiting | tag | cluster into stories | count.

Single-flight: stories and counts need one order, which is the order of the items' own times. What the
step remembers between batches (the week's word rarities, the open stories) is a cache, rebuilt from rows
whenever the next batch is not the continuation of the last one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

import structlog

from trendwatch.errors import LeaseLost, ModelRejected
from trendwatch.news.cluster import Rarity, Report, StoryIndex
from trendwatch.pipeline.mending import mend_stories
from trendwatch.pipeline.taggers import stand_in
from trendwatch.store import Store
from trendwatch.tagging.language import detect
from trendwatch.tagging.model import Tagger
from trendwatch.trends.tally import Tally
from trendwatch.types.news import Item, told_order
from trendwatch.types.stories import Mend, OpenReport, Understood, WaitingItem
from trendwatch.types.tags import Model, Tag, Taxonomy
from trendwatch.types.weeks import week_end, week_number, week_start
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Items per transaction: about 1,000 rows with their tags.
BATCH = 250
#: Word rarities are taken from the items of this long before a week, and frozen for the week.
RARITY_WINDOW = timedelta(days=28)
#: More texts say nothing new about how rare a word is.
RARITY_TEXTS = 20_000


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
class _Open:
    """The story index, what it has seen and what it is about to see."""

    week: int
    index: StoryIndex
    #: the latest that was told
    newest: datetime
    #: the place in the order of what it has seen last
    place: tuple[datetime, datetime]
    #: reports of the week that were understood before, later than what the index has seen, in order of time
    ahead: deque[OpenReport]

    def reach(self, item: Item) -> None:
        """See what was understood before up to an item: news that comes late lies between it."""
        place = told_order(item.counted_at, item.told_at)
        while self.ahead and told_order(self.ahead[0].at, self.ahead[0].told_at) <= place:
            known = self.ahead.popleft()
            report = Report(
                item_id=known.item_id,
                source=known.feed_key,
                title=known.title,
                summary=known.summary,
                at=known.told_at,
            )
            self.index.restore(report, known.story_id)
        self.newest = max(self.newest, item.told_at)
        self.place = max(self.place, place)

    def mend(self, at: datetime) -> list[Mend]:
        """Put stories right where a time is of a later day than all before it."""
        if at.date() <= self.newest.date():
            return []
        self.newest = at
        return self.index.mend()


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
    open: _Open | None = None
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
                    store.understanding.write(version, understood, claim=claim)
                mend_stories(store, mends, versions=list(memory.taggers), claim=claim, now=clock())
                report.add(understood, mends)
                on_progress(report)
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
    earlier: Callable[[], Sequence[Model]],
) -> Iterator[tuple[str, Tagger]]:
    """Yield each live version with its tagger; those of versions that are gone are forgotten."""
    memory.taggers = {model.version: memory.taggers.get(model.version) for model in models}
    for model in models:
        tagger = memory.taggers[model.version] or _load(memory, model, taxonomy, earlier=earlier)
        memory.taggers[model.version] = tagger
        yield model.version, tagger


def _load(
    memory: Understanding, model: Model, taxonomy: Taxonomy, *, earlier: Callable[[], Sequence[Model]]
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
    ids = sorted(set(stories.values()))
    tally = Tally(
        members=store.understanding.members_of(version, ids),
        labels=store.understanding.labels_of(version, ids),
    )
    for item in items:
        tally.add(item, stories[item.id], tags[item.id])
    understood = Understood(
        stories=stories,
        tags=tags,
        new_stories=new_stories,
        story_counts=tally.story_counts,
        day_counts=tally.day_counts,
        report_counts=tally.report_counts,
        uncovered=uncovered,
        first_counts=tally.first_counts,
    )
    return understood, mends


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
    open_ = _open_at(store, fresh[0], memory) if fresh else None
    for one in batch:
        if one.story_id or open_ is None:
            stories[one.item.id] = one.story_id
            continue
        if mends := open_.mend(one.item.told_at):
            return stories, new_stories, mends
        open_.reach(one.item)
        assigned = open_.index.assign(_report(one))
        stories[one.item.id] = assigned.story_id
        if assigned.is_new:
            new_stories[assigned.story_id] = one.item
    return stories, new_stories, []


def _open_at(store: Store, first: Item, memory: Understanding) -> _Open:
    """Return the open stories as of an item: the ones in hand if they lead up to it, else from rows."""
    week, open_ = week_number(first.counted_at), memory.open
    place = told_order(first.counted_at, first.told_at)
    if open_ is not None and open_.week == week and place[0] >= open_.place[0]:
        return open_
    start = week_start(week)
    ask = store.understanding.texts
    texts = ask(start - RARITY_WINDOW, start, limit=RARITY_TEXTS, read_by=memory.read_by)
    rarity = Rarity.of_reports(texts)
    known: Sequence[OpenReport] = store.understanding.open_reports(start, week_end(week))
    if open_ is not None and open_.week < week and not open_.ahead and not known:
        # the week before is in hand and nothing of this one is understood: the same stories, weighed anew
        memory.open = _Open(week, open_.index.with_rarity(rarity), open_.newest, place, deque())
        return memory.open
    index = memory.index_of(rarity)
    known = store.understanding.whole_stories(first.told_at - index.reach, week_end(week))
    newest = max((report.told_at for report in known), default=first.told_at)
    memory.open = _Open(week, index, newest, place, deque(known))
    return memory.open


def _report(one: WaitingItem) -> Report:
    item = one.item
    return Report(item_id=item.id, source=item.feed_key, title=item.title, summary=one.text, at=item.told_at)
