"""What each feed is worth: its yield, what only it reports, what it reports first, how late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Engine, RowMapping, and_, case, func, select

from trendwatch.news.rhythm import LATEST, rhythm_of
from trendwatch.store.engine import reading
from trendwatch.store.models import CURRENT
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, ModelRow, StoryRow, TagRow
from trendwatch.types.fetches import Rhythm, Scorecard
from trendwatch.types.tags import Facet

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_STORY = table(StoryRow)
_TAG = table(TagRow)
_MODEL = table(ModelRow)
_WEEK = timedelta(weeks=1)
#: Who was first is judged by what feeds say: when we saw it depends on the order of our polls.
_TOLD_AT = func.coalesce(_ITEM.c.published_at, _ITEM.c.first_seen_at)


class Scorecards:
    """Questions about what feeds brought, back-log left out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, since: datetime, until: datetime, *, key: str | None = None) -> dict[str, Scorecard]:
        """Return the scorecards of all feeds by key, or of one, for a half-open window of first seen."""
        seen = (_ITEM.c.first_seen_at >= since, _ITEM.c.first_seen_at < until, _ITEM.c.backlog.is_(False))
        wanted = (_FEED.c.key == key,) if key is not None else ()
        with reading(self._engine) as connection:
            counted = {row["feed_seq"]: row for row in connection.execute(_counts(seen, wanted)).mappings()}
            late: dict[int, list[timedelta]] = {}
            for row in connection.execute(_dates(seen, wanted)):
                late.setdefault(row.feed_seq, []).append(row.first_seen_at - row.published_at)
            feeds = connection.execute(
                select(_FEED.c.seq, _FEED.c.key, _FEED.c.first_success_at).where(*wanted)
            )
            return {
                row.key: _scorecard(
                    row.key,
                    counted.get(row.seq),
                    late.get(row.seq, ()),
                    window=(since, until),
                    began=row.first_success_at,
                )
                for row in feeds
            }

    def rhythms(self, *, now: datetime, key: str | None = None) -> dict[str, Rhythm]:
        """Return how often every feed speaks, by key, or one."""
        with reading(self._engine) as connection:
            feeds = select(_FEED.c.seq, _FEED.c.key)
            known = connection.execute(feeds if key is None else feeds.where(_FEED.c.key == key)).all()
            found = {}
            for seq, name in known:  # one look into an index each; one query over all would read every item
                latest = (
                    select(_TOLD_AT).where(_ITEM.c.feed_seq == seq).order_by(_ITEM.c.seq.desc()).limit(LATEST)
                )
                found[name] = rhythm_of(connection.execute(latest).scalars(), now=now)
            return found


def _counts(seen: Iterable[Any], wanted: Iterable[Any]) -> Any:
    """Return the query for counts by feed."""
    current = select(_MODEL.c.seq).where(_MODEL.c.state == CURRENT).scalar_subquery()
    tagged = (
        select(_TAG.c.item_seq)
        .where(_TAG.c.model_seq == current, _TAG.c.facet.in_([str(Facet.AREA), str(Facet.SECTOR)]))
        .where(_TAG.c.item_seq == _ITEM.c.seq)
        .exists()
    )
    story = _ITEM.c.story_seq
    touched = select(_ITEM.c.story_seq).join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq).where(*seen, *wanted)
    told = (
        select(_ITEM.c.story_seq, func.min(_TOLD_AT).label("at"))
        .where(_ITEM.c.story_seq.in_(touched))
        .group_by(_ITEM.c.story_seq)
        .subquery()
    )
    first = told.c.at == _TOLD_AT
    return (
        select(
            _ITEM.c.feed_seq,
            func.count().label("items"),
            func.count(story).label("understood"),
            func.count(story.distinct()).label("stories"),
            func.count(case((_STORY.c.owners == 1, story)).distinct()).label("unique_stories"),
            func.count(case((and_(first, _STORY.c.owners > 1), story)).distinct()).label("first_reports"),
            func.count(case((first, story)).distinct()).label("told_first"),
            func.sum(case((tagged, 1), else_=0)).label("tagged"),
        )
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .outerjoin(_STORY, _STORY.c.seq == story)
        .outerjoin(told, told.c.story_seq == story)
        .where(*seen, *wanted)
        .group_by(_ITEM.c.feed_seq)
    )


def _dates(seen: Iterable[Any], wanted: Iterable[Any]) -> Any:
    """Return the query for when items were published and seen."""
    return (
        select(_ITEM.c.feed_seq, _ITEM.c.published_at, _ITEM.c.first_seen_at)
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .where(*seen, *wanted, _ITEM.c.published_at.is_not(None))
    )


def _scorecard(
    key: str,
    row: RowMapping | None,
    late: Iterable[timedelta],
    *,
    window: tuple[datetime, datetime],
    began: datetime | None,
) -> Scorecard:
    since, until = window
    read = until - max(since, began or until)
    items, understood = (row["items"], row["understood"]) if row else (0, 0)
    seconds = [one.total_seconds() for one in late]
    return Scorecard(
        feed_key=key,
        since=since,
        until=until,
        items=items,
        per_week=items / max(1.0, read / _WEEK),
        stories=row["stories"] if row else 0,
        unique_stories=row["unique_stories"] if row else 0,
        first_reports=row["first_reports"] if row else 0,
        repeated_share=1 - row["told_first"] / understood if row and understood else None,
        lateness=timedelta(seconds=median(seconds)) if seconds else None,
        tagged_share=row["tagged"] / understood if row and understood else None,
    )
