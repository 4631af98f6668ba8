"""Questions of the mending of stories: what they hold, and what they come to when reports move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, update

from trendwatch.store.countedtags import counted_reports
from trendwatch.store.counting import alone, times_counted, write_counts
from trendwatch.store.engine import reading
from trendwatch.store.leases import Leases
from trendwatch.store.mend_tables import StoryAliasRow
from trendwatch.store.models import model_seq
from trendwatch.store.overruling import lay_over_stories
from trendwatch.store.statements import insert, locked, table
from trendwatch.store.tables import FeedRow, ItemRow, StoryRow
from trendwatch.store.understanding import recount
from trendwatch.types.stories import CountedReport, Mend, Understood
from trendwatch.types.work import Claim

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_STORY = table(StoryRow)
_ALIAS = table(StoryAliasRow)


class StoryMends:
    """Stories that were put right."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def members(
        self, version: str, story_ids: Sequence[str], *, waiting: Collection[str] = ()
    ) -> list[CountedReport]:
        """Return the reports of stories that a version has counted, in the order they were told.

        Items that wait to be counted may be asked for with them, by id: they have no labels yet.
        """
        with reading(self._engine) as connection:
            told = select(_STORY.c.seq).where(_STORY.c.id.in_(story_ids))
            return counted_reports(connection, told, model=model_seq(version), waiting=waiting)

    def write(
        self,
        mends: Sequence[Mend],
        counts: Mapping[str, Understood],
        *,
        claim: Claim,
        now: datetime,
        seen: Mapping[str, int] | None = None,
    ) -> bool:
        """Move reports, and change what each model version has counted by it, at once or not at all.

        A story that is left empty becomes another name of the one its reports went to.

        Args:
            mends: what moves, in order.
            counts: what changes, by version.
            claim: on the step.
            now: when.
            seen: how often each version had counted when the changes were worked out; if one has since,
                nothing is kept.

        Returns:
            whether it was kept

        Raises:
            LeaseLost: another process understands items now.
        """
        with self._leases.under(claim) as connection:
            alone(connection)
            for version, times in (seen or {}).items():
                if times_counted(connection, model=model_seq(version)) != times:
                    return False
            touched = [story for mend in mends for story in _apply(connection, mend, now)]
            feeds = {row.key: row.seq for row in connection.execute(select(_FEED.c.key, _FEED.c.seq))}
            for version, change in counts.items():
                seq = int(connection.execute(select(model_seq(version))).scalar_one())
                write_counts(connection, change, feeds, model=seq)
                lay_over_stories(connection, touched, model=seq)
            return True


def _apply(connection: Connection, mend: Mend, now: datetime) -> list[int]:
    """Move reports; return the numbers of the stories that have others now."""
    before = _number(connection, mend.before)
    if before is None:
        return []
    after = _number(connection, mend.after) or _begin(connection, mend)
    mine = select(_ITEM.c.seq).where(_ITEM.c.story_seq == before)
    connection.execute(locked(mine, _ITEM.c.seq))  # a poll that changes their texts takes them so, too
    moved = update(_ITEM).where(_ITEM.c.story_seq == before).values(story_seq=after)
    connection.execute(moved if mend.merged else moved.where(_ITEM.c.id.in_(mend.items)))
    if not mend.merged:
        recount(connection, [before, after])
        return [before, after]
    recount(connection, [after])
    renamed = update(_ALIAS).where(_ALIAS.c.story_seq == before).values(story_seq=after)
    connection.execute(renamed)
    alias = insert(connection, StoryAliasRow).values(id=mend.before, story_seq=after, merged_at=now)
    led = {"story_seq": after, "merged_at": now}
    connection.execute(alias.on_conflict_do_update(index_elements=["id"], set_=led))
    connection.execute(delete(_STORY).where(_STORY.c.seq == before))
    return [after]


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
