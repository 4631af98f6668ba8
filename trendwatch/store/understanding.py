"""Questions of the understand step: what waits, what surrounds it in time, what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, case, delete, func, select, update

from trendwatch.store.counting import alone, times_counted, write_counts
from trendwatch.store.engine import reading
from trendwatch.store.items import ITEM_TEXT, item_of, told_place
from trendwatch.store.leases import Leases
from trendwatch.store.models import model_seq
from trendwatch.store.overruling import judged_among, lay_next, lay_over, words_wait
from trendwatch.store.statements import insert, locked, table
from trendwatch.store.tables import FeedRow, ItemRow, PendingRow, StoryRow, TagRow
from trendwatch.store.uncovered import write_uncovered
from trendwatch.types.news import Item
from trendwatch.types.stories import OpenReport, Understood, WaitingItem
from trendwatch.types.telling import told_at
from trendwatch.types.work import Claim

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_STORY = table(StoryRow)
_PENDING = table(PendingRow)
#: So many times the items of a batch are put in order: an hour's polls bring more than one batch.
AHEAD = 4


class Understanding:
    """Items on their way from text to meaning."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def waiting(self, version: str, *, limit: int, read_by: datetime | None = None) -> list[WaitingItem]:
        """Return items a version has not understood, the earliest first; read by a time, if one is given."""
        read = [_ITEM.c.first_seen_at <= read_by] if read_by else []
        first = (
            select(_ITEM.c.seq, _ITEM.c.counted_at, _ITEM.c.published_at)
            .join(_PENDING, _ITEM.c.seq == _PENDING.c.item_seq)
            .where(_PENDING.c.model_seq == model_seq(version), *read)
            .order_by(_PENDING.c.counted_at, _PENDING.c.item_seq)
            .limit(AHEAD * limit)
        )
        query = (
            select(
                _ITEM, _FEED.c.key.label("feed_key"), _STORY.c.id.label("story_id"), ITEM_TEXT.label("text")
            )
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .outerjoin(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
        )
        with reading(self._engine) as connection:
            waits = sorted(connection.execute(first), key=told_place)[:limit]
            rows = connection.execute(query.where(_ITEM.c.seq.in_([row.seq for row in waits]))).mappings()
            found = {
                row["seq"]: WaitingItem(item_of(row), row["story_id"] or "", row["text"]) for row in rows
            }
            return [found[row.seq] for row in waits]

    def count_waiting(self, version: str) -> int:
        """Return how many items a version has still to understand."""
        query = select(func.count()).where(_PENDING.c.model_seq == model_seq(version))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def whole_stories(self, since: datetime, until: datetime) -> list[OpenReport]:
        """Return all reports before the end of a half-open window of the stories that have one in it.

        How long a story has run, and how long it is, does not show in its last reports alone.
        """
        told = select(_ITEM.c.story_seq).where(
            _ITEM.c.counted_at >= since, _ITEM.c.counted_at < until, _ITEM.c.story_seq.is_not(None)
        )
        return self._reports(_ITEM.c.story_seq.in_(told), _ITEM.c.counted_at < until)

    def _reports(self, *conditions: Any) -> list[OpenReport]:
        query = (
            select(
                *(_ITEM.c.id, _FEED.c.key, _ITEM.c.title, ITEM_TEXT, _ITEM.c.counted_at),
                *(_STORY.c.id.label("story_id"), _ITEM.c.placed, _ITEM.c.published_at),
            )
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .join(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
            .where(*conditions)
            .order_by(_ITEM.c.counted_at, _ITEM.c.seq)
        )
        with reading(self._engine) as connection:
            rows = sorted(connection.execute(query), key=_placed)
            return [
                OpenReport(*row[:-2], told_at(row.counted_at, published_at=row.published_at)) for row in rows
            ]

    def count_reports(self, windows: Sequence[tuple[datetime, datetime]]) -> list[int]:
        """Return how many reports of stories were counted in each of some half-open windows."""
        counts = [
            func.count().filter(_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until)
            for since, until in windows
        ]
        query = select(*counts).where(
            _ITEM.c.counted_at >= min(since for since, _ in windows),
            _ITEM.c.counted_at < max(until for _, until in windows),
            _ITEM.c.story_seq.is_not(None),
        )
        with reading(self._engine) as connection:
            return [int(count) for count in connection.execute(query).one()]

    def texts(
        self, since: datetime, until: datetime, *, limit: int, read_by: datetime | None = None
    ) -> list[tuple[str, str]]:
        """Return (title, text) of items counted in a half-open window, the latest if there are more.

        If a time is given, what was read after it is left out: back-log of a later week counts in this one.
        """
        read = [_ITEM.c.first_seen_at <= read_by] if read_by else []
        query = (
            select(_ITEM.c.title, ITEM_TEXT.label("text"))
            .where(_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until, *read)
            .order_by(_ITEM.c.counted_at.desc(), _ITEM.c.seq.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [(row.title, row.text) for row in connection.execute(query)]

    def count_texts(self, since: datetime, until: datetime) -> int:
        """Return how many items were counted in a half-open window."""
        query = select(func.count()).where(_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def times_counted(self, version: str) -> int:
        """Return a number that grows whenever what a version counts changes."""
        with reading(self._engine) as connection:
            return times_counted(connection, model=model_seq(version))

    def write(self, version: str, batch: Understood, *, claim: Claim, seen: int | None = None) -> bool:
        """Keep tags, stories and counts of a batch and take its items off the waiting list.

        Args:
            version: that understood it.
            batch: what it came to.
            claim: on the step.
            seen: how often the version had counted when the counts were worked out; if it has since, nothing
                is kept. None where counts do not rest on others.

        Returns:
            whether it was kept

        Raises:
            LeaseLost: another process understands items now.
        """
        with self._leases.under(claim) as connection:
            alone(connection)
            seq = int(connection.execute(select(model_seq(version))).scalar_one())
            if seen is not None and times_counted(connection, model=seq) != seen:
                return False
            feeds = {row.key: row.seq for row in connection.execute(select(_FEED.c.key, _FEED.c.seq))}
            items = _seqs(connection, _ITEM, list(batch.stories), lock=True)
            _write_stories(connection, batch, items)
            _write_tags(connection, batch, items, model=seq)
            write_uncovered(connection, batch.uncovered, items, model=seq)
            write_counts(connection, batch, feeds, model=seq)
            done = delete(_PENDING).where(
                _PENDING.c.model_seq == seq, _PENDING.c.item_seq.in_(items.values())
            )
            connection.execute(done)
            # what was said of an item before it was tagged anew, or while this batch was computed
            judged = judged_among(connection, list(items.values()))
            lay_over(connection, judged, model=seq, fresh=True)
            return True

    def lay_words(self, version: str, *, claim: Claim, limit: int) -> int:
        """Lay what operators said of items that a version will not read over its tags, a few items at a time.

        Return how many items that were, at most so many; 0 when no words wait any more.

        Raises:
            LeaseLost: another process understands items now.
        """
        with reading(self._engine) as connection:  # nearly always there are none: nobody waits for that
            seq = int(connection.execute(select(model_seq(version))).scalar_one())
            if not words_wait(connection, model=seq):
                return 0
        with self._leases.under(claim) as connection:
            alone(connection)
            return lay_next(connection, model=seq, limit=limit)


def _seqs(connection: Connection, rows: Any, ids: Sequence[str], *, lock: bool = False) -> dict[str, int]:
    query = select(rows.c.id, rows.c.seq).where(rows.c.id.in_(ids))
    found = connection.execute(locked(query, rows.c.seq) if lock else query)
    return {row.id: row.seq for row in found}


def _write_stories(connection: Connection, batch: Understood, items: Mapping[str, int]) -> None:
    fresh = [_story_values(story_id, item) for story_id, item in batch.new_stories.items()]
    if fresh:
        connection.execute(insert(connection, StoryRow).on_conflict_do_nothing(index_elements=["id"]), fresh)
    stories = _seqs(connection, _STORY, list(set(batch.stories.values())))
    joins = [
        {"b_item": items[item_id], "b_story": stories[story_id], "b_place": place}
        for place, (item_id, story_id) in enumerate(batch.stories.items(), _next_place(connection))
    ]
    # items that another version is told of again stay where they were put
    first = case((_ITEM.c.story_seq.is_(None), bindparam("b_place")), else_=_ITEM.c.placed)
    values = {"story_seq": bindparam("b_story"), "placed": first}
    connection.execute(update(_ITEM).where(_ITEM.c.seq == bindparam("b_item")).values(values), joins)
    recount(connection, stories.values())


def _next_place(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(_ITEM.c.placed), 0) + 1)).scalar_one())


def _placed(row: Any) -> tuple[datetime, int, datetime]:
    """Return what reports are restored by: by hour as they were placed, else as they were told."""
    hour, told = told_place(row)
    return hour, row.placed or 0, told


def recount(connection: Connection, stories: Iterable[int]) -> None:
    """Count the reports of stories again, which are given by number."""
    mine = _ITEM.c.story_seq == _STORY.c.seq

    def counted(what: Any) -> Any:
        return select(what).where(mine).scalar_subquery()

    owners = select(func.count(_FEED.c.owner.distinct())).join(_ITEM, _ITEM.c.feed_seq == _FEED.c.seq)
    statement = update(_STORY).where(_STORY.c.seq.in_(list(stories)))
    connection.execute(
        statement.values(
            items=counted(func.count(_ITEM.c.seq)),
            sources=counted(func.count(_ITEM.c.feed_seq.distinct())),
            last_seen_at=counted(func.max(_ITEM.c.counted_at)),
            owners=owners.where(mine).scalar_subquery(),
        )
    )


def _story_values(story_id: str, item: Item) -> dict[str, Any]:
    times = {"first_seen_at": item.counted_at, "last_seen_at": item.counted_at}
    counts = {"items": 1, "sources": 1, "owners": 1}
    return {"id": story_id, "title": item.title, "url": item.url, "summary": item.summary, **times, **counts}


def _write_tags(connection: Connection, batch: Understood, items: Mapping[str, int], *, model: int) -> None:
    rows = [
        {
            "model_seq": model,
            "item_seq": items[item_id],
            "facet": str(tag.facet),
            "label": tag.label,
            "confidence": tag.confidence,
            "origin": str(tag.origin),
            "terms": list(tag.terms),
        }
        for item_id, tags in batch.tags.items()
        for tag in tags
    ]
    if rows:
        connection.execute(insert(connection, TagRow).on_conflict_do_nothing(), rows)
