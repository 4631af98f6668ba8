"""Questions of the compose step: the stories of a window, their tags and sources, what was covered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, func, select

from trendwatch.store.engine import reading
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, ModelRow, StoryRow, TagRow
from trendwatch.types.advice import Candidate, Coverage
from trendwatch.types.sources import Source
from trendwatch.types.tags import Facet, Origin, Tag

_ITEM = table(ItemRow)
_FEED = table(FeedRow)
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
        missing = tuple(row.title for row in feeds if row.succeeded_at is None or row.succeeded_at < since)
        read = len(feeds) - len(missing)
        return Coverage(items=items, told=told, sources=read, feeds=len(feeds), missing=missing)

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

    def first_seen_between(
        self, version: str, since: datetime, until: datetime, *, language: str
    ) -> tuple[Candidate, ...]:
        """Return the stories whose first report reached us in a half-open window, the earliest first.

        A report in the language asked for tells the story where there is one.
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
            tags = _tags(connection, version, members)
        return tuple(_candidate(reports, tags.get(seq, ()), language) for seq, reports in members.items())


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


def _tags(
    connection: Connection, version: str, members: Mapping[int, Sequence[Row[Any]]]
) -> dict[int, tuple[Tag, ...]]:
    """Return the tags of stories by story: for each label those of the surest of its reports."""
    story_of = {report.seq: story for story, reports in members.items() for report in reports}
    seqs = sorted(story_of)
    rows: list[Row[Any]] = []
    for start in range(0, len(seqs), _CHUNK):
        # By item, along the primary key: a join would read every tag of the model.
        mine = (_TAG.c.model_seq == _MODEL.c.seq, _TAG.c.item_seq.in_(seqs[start : start + _CHUNK]))
        query = select(_TAG).join(_MODEL, _MODEL.c.seq == _TAG.c.model_seq)
        rows += connection.execute(query.where(_MODEL.c.version == version, *mine))
    found: dict[int, dict[str, Tag]] = {}
    for row in sorted(rows, key=lambda row: (row.confidence, row.item_seq)):
        facet, origin = Facet(row.facet), Origin(row.origin)
        confidence, terms = row.confidence, tuple(row.terms)
        tag = Tag(facet=facet, label=row.label, confidence=confidence, origin=origin, terms=terms)
        found.setdefault(story_of[row.item_seq], {})[tag.full_key] = tag  # the surest comes last and stays
    return {seq: tuple(tags[key] for key in sorted(tags)) for seq, tags in found.items()}


def _candidate(reports: Sequence[Row[Any]], tags: tuple[Tag, ...], language: str) -> Candidate:
    """Return a story with one source per owner, told by the fullest report of its first publisher."""
    readable = [report for report in reports if report.language in {"", language}] or reports
    lead = max(readable, key=lambda report: (report.owner == readable[0].owner, len(report.summary)))
    dates = [report.published_at for report in reports if report.published_at is not None]
    return Candidate(
        story_id=lead.story_id,
        title=lead.title,
        summary=lead.summary,
        url=lead.url,
        first_seen_at=min(report.first_seen_at for report in reports),
        published_at=min(dates, default=None),
        backlog=all(report.backlog for report in reports),
        tags=tags,
        sources=tuple(_sources((lead, *reports))),
        items=len(reports),
    )


def _sources(reports: Iterable[Row[Any]]) -> Iterable[Source]:
    seen: set[str] = set()
    for report in reports:
        if report.owner not in seen and report.url:
            seen.add(report.owner)
            yield _source(report)


def _source(report: Any) -> Source:
    names = {"feed": report.feed_title, "owner": report.owner}
    return Source(title=report.title, url=report.url, kind=report.kind, region=report.region, **names)
