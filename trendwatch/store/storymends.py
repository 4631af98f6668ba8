"""Questions of the mending of stories: what they hold, and what they come to when reports move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from trendwatch.store.engine import reading
from trendwatch.store.leases import Leases
from trendwatch.store.mend_tables import StoryAliasRow
from trendwatch.store.models import model_seq
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import FeedRow, ItemRow, PendingRow, StoryRow, TagRow
from trendwatch.store.understanding import recount, told_place, write_counts
from trendwatch.types.stories import CountedReport, Mend, Understood
from trendwatch.types.work import Claim

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_STORY = table(StoryRow)
_ALIAS = table(StoryAliasRow)
_PENDING = table(PendingRow)
_TAG = table(TagRow)


class StoryMends:
    """Stories that were put right."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def members(self, version: str, story_ids: Sequence[str]) -> list[CountedReport]:
        """Return the reports of stories that a version has counted, in order of time."""
        waits = select(_PENDING.c.item_seq).where(_PENDING.c.model_seq == model_seq(version))
        query = (
            select(
                _ITEM.c.seq,
                _STORY.c.id,
                _ITEM.c.id.label("item_id"),
                _FEED.c.key,
                _ITEM.c.counted_at,
                _ITEM.c.published_at,
            )
            .join(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .where(_STORY.c.id.in_(story_ids), _ITEM.c.seq.not_in(waits))
            .order_by(_ITEM.c.counted_at, _ITEM.c.seq)
        )
        with reading(self._engine) as connection:
            rows = sorted(connection.execute(query), key=told_place)
            tagged = select(_TAG.c.item_seq, _TAG.c.facet, _TAG.c.label).where(
                _TAG.c.model_seq == model_seq(version), _TAG.c.item_seq.in_([row.seq for row in rows])
            )
            labels: dict[int, list[str]] = {}
            for item, facet, label in connection.execute(tagged):
                labels.setdefault(item, []).append(f"{facet}:{label}")
        return [CountedReport(*row[1:5], tuple(sorted(labels.get(row.seq, ())))) for row in rows]

    def write(
        self, mends: Sequence[Mend], counts: Mapping[str, Understood], *, claim: Claim, now: datetime
    ) -> None:
        """Move reports, and change what each model version has counted by it, at once or not at all.

        A story that is left empty becomes another name of the one its reports went to.

        Raises:
            LeaseLost: another process understands items now.
        """
        with self._leases.under(claim) as connection:
            for mend in mends:
                _apply(connection, mend, now)
            feeds = {row.key: row.seq for row in connection.execute(select(_FEED.c.key, _FEED.c.seq))}
            for version, change in counts.items():
                seq = int(connection.execute(select(model_seq(version))).scalar_one())
                write_counts(connection, change, feeds, model=seq)


def _apply(connection: Connection, mend: Mend, now: datetime) -> None:
    before = _number(connection, mend.before)
    if before is None:
        return
    after = _number(connection, mend.after) or _begin(connection, mend)
    moved = update(_ITEM).where(_ITEM.c.story_seq == before).values(story_seq=after)
    connection.execute(moved if mend.merged else moved.where(_ITEM.c.id.in_(mend.items)))
    if not mend.merged:
        recount(connection, [before, after])
        return
    recount(connection, [after])
    renamed = update(_ALIAS).where(_ALIAS.c.story_seq == before).values(story_seq=after)
    connection.execute(renamed)
    alias = insert(connection, StoryAliasRow).values(id=mend.before, story_seq=after, merged_at=now)
    led = {"story_seq": after, "merged_at": now}
    connection.execute(alias.on_conflict_do_update(index_elements=["id"], set_=led))
    connection.execute(delete(_STORY).where(_STORY.c.seq == before))


def _number(connection: Connection, story_id: str) -> int | None:
    return connection.execute(select(_STORY.c.seq).where(_STORY.c.id == story_id)).scalar()


def _begin(connection: Connection, mend: Mend) -> int:
    """Make the story that a part begins, told by its first report.

    Its name may be that of a story that was merged before, of the same report: it is another name no more.
    """
    connection.execute(delete(_ALIAS).where(_ALIAS.c.id == mend.after))
    order = (_ITEM.c.counted_at, _ITEM.c.seq)
    first = connection.execute(
        select(_ITEM.c.title, _ITEM.c.url, _ITEM.c.summary, _ITEM.c.counted_at)
        .where(_ITEM.c.id.in_(mend.items))
        .order_by(*order)
    ).first()
    assert first is not None  # a part has reports
    values: dict[str, Any] = {
        "id": mend.after,
        "title": first.title,
        "url": first.url,
        "summary": first.summary,
        "first_seen_at": first.counted_at,
        "last_seen_at": first.counted_at,
        "items": 1,
        "sources": 1,
        "owners": 1,
    }
    made = insert(connection, StoryRow).values(**values).returning(_STORY.c.seq)
    return int(connection.execute(made).scalar_one())
