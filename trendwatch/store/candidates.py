"""Questions of the compose step: the stories of a window, their tags and sources, what was covered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from trendwatch.store.engine import reading
from trendwatch.store.poll_tables import FetchRow
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, ModelRow, StoryRow, TagRow
from trendwatch.types.advice import Coverage
from trendwatch.types.fetches import READINGS
from trendwatch.types.sources import Source
from trendwatch.types.stories import Telling, Told
from trendwatch.types.tags import Facet, Origin, Tag

_ITEM = table(ItemRow)
_FEED = table(FeedRow)
_FETCH = table(FetchRow)
#: Every feed is polled once a day: so long without any is a fault, where it is half as long again as the time
#: between the readings before it. Those so far apart are of one round.
UNREAD, USUAL, APART = timedelta(hours=36), 1.5, timedelta(hours=12)
_STORY = table(StoryRow)
_TAG = table(TagRow)
_MODEL = table(ModelRow)
#: SQLite allows 32,766 variables in a statement.
_CHUNK = 1_000


class Candidates:
    """What an edition may draw on."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def coverage(self, since: datetime, until: datetime) -> Coverage:
        """Return what was read in a half-open window of first seen.

        Items are those of the window; feeds are judged by now: a window that is asked about late, after polls
        were taken up again, counts a feed as read that was not read within it.
        """
        seen = (_ITEM.c.first_seen_at >= since, _ITEM.c.first_seen_at < until)
        enabled = select(_FEED.c.title, _FEED.c.succeeded_at).where(_FEED.c.enabled).order_by(_FEED.c.title)
        with reading(self._engine) as connection:
            counts = select(func.count(_ITEM.c.seq), func.count(_ITEM.c.feed_seq.distinct())).where(*seen)
            items, told = connection.execute(counts).one()
            feeds = connection.execute(enabled).all()
            unread_since = _unread_since(connection, until)
        missing = tuple(row.title for row in feeds if row.succeeded_at is None or row.succeeded_at < since)
        read = len(feeds) - len(missing)
        return Coverage(
            items=items, told=told, sources=read, feeds=len(feeds), missing=missing, unread_since=unread_since
        )

    def sources(self, item_ids: Collection[str]) -> dict[str, Source]:
        """Return items as reports that a reader can follow, by id; those without a link left out."""
        query = (
            select(
                _ITEM.c.id,
                _ITEM.c.title,
                _ITEM.c.url,
                _FEED.c.title.label("feed_title"),
                _FEED.c.owner,
                _FEED.c.kind,
                _FEED.c.region,
            )
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .where(_ITEM.c.id.in_(item_ids), _ITEM.c.url != "")
            .order_by(_ITEM.c.id)
        )
        with reading(self._engine) as connection:
            return {row.id: _source(row) for row in connection.execute(query)}

    def first_seen_between(self, version: str, since: datetime, until: datetime) -> tuple[Told, ...]:
        """Return the stories whose first report reached us in a half-open window, the earliest first.

        With their reports up to its end, and the tags of a model version.
        """
        inside = (_ITEM.c.first_seen_at >= since, _ITEM.c.first_seen_at < until)
        older = _ITEM.alias("older")
        told_before = select(older.c.seq).where(
            older.c.story_seq == _ITEM.c.story_seq, older.c.first_seen_at < since
        )
        # From the window's items alone, each with a look at its own story: what is kept may grow for years.
        stories = (
            select(_ITEM.c.story_seq)
            .where(*inside, _ITEM.c.story_seq.is_not(None), ~told_before.exists())
            .distinct()
        )
        with reading(self._engine) as connection:
            members: dict[int, list[Row[Any]]] = {}
            for report in connection.execute(_reports(stories, until)):
                members.setdefault(report.story_seq, []).append(report)
            tags = _tags(connection, version, [one.seq for reports in members.values() for one in reports])
        return tuple(
            Told(
                story_id=reports[0].story_id,
                reports=tuple(_telling(report, tags.get(report.seq, ())) for report in reports),
            )
            for reports in members.values()
        )


def _unread_since(connection: Connection, until: datetime) -> datetime | None:
    """Return since when no feed was read before a time, None where that is no longer than usual."""
    last = _last_reading(connection, until)
    if last is None or until - last < UNREAD:
        return None
    before = _last_reading(connection, last - APART)
    usual = last - before if before else APART
    return last if until - last > USUAL * usual else None


def _last_reading(connection: Connection, until: datetime) -> datetime | None:
    query = select(func.max(_FETCH.c.at)).where(_FETCH.c.at < until, _FETCH.c.outcome.in_(READINGS))
    found: datetime | None = connection.execute(query).scalar()
    return found


def _reports(stories: Select[Any], until: datetime) -> Select[Any]:
    return (
        select(
            *(_ITEM.c.title, _ITEM.c.summary, _ITEM.c.url, _ITEM.c.published_at, _ITEM.c.first_seen_at),
            *(
                _ITEM.c.language,
                _ITEM.c.backlog,
                _ITEM.c.seq,
                _ITEM.c.story_seq,
                _STORY.c.id.label("story_id"),
            ),
            *(_FEED.c.title.label("feed_title"), _FEED.c.owner, _FEED.c.kind, _FEED.c.region),
        )
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .join(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
        .where(_ITEM.c.story_seq.in_(stories), _ITEM.c.first_seen_at < until)
        .order_by(_ITEM.c.counted_at, _ITEM.c.seq)
    )


def _tags(connection: Connection, version: str, seqs: Sequence[int]) -> dict[int, tuple[Tag, ...]]:
    """Return the tags of items by item, each item's by full key."""
    ordered, found = sorted(seqs), dict[int, list[Tag]]()
    for start in range(0, len(ordered), _CHUNK):
        # By item, along the primary key: a join would read every tag of the model.
        mine = (_TAG.c.model_seq == _MODEL.c.seq, _TAG.c.item_seq.in_(ordered[start : start + _CHUNK]))
        query = select(_TAG).join(_MODEL, _MODEL.c.seq == _TAG.c.model_seq)
        for row in connection.execute(query.where(_MODEL.c.version == version, *mine)):
            facet, origin = Facet(row.facet), Origin(row.origin)
            confidence, terms = row.confidence, tuple(row.terms)
            tag = Tag(facet=facet, label=row.label, confidence=confidence, origin=origin, terms=terms)
            found.setdefault(row.item_seq, []).append(tag)
    return {seq: tuple(sorted(tags, key=lambda tag: tag.full_key)) for seq, tags in found.items()}


def _telling(report: Row[Any], tags: tuple[Tag, ...]) -> Telling:
    return Telling(
        source=_source(report),
        summary=report.summary,
        language=report.language,
        first_seen_at=report.first_seen_at,
        published_at=report.published_at,
        backlog=report.backlog,
        tags=tags,
    )


def _source(report: Any) -> Source:
    names = {"feed": report.feed_title, "owner": report.owner}
    return Source(title=report.title, url=report.url, kind=report.kind, region=report.region, **names)
