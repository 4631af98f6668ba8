"""Questions about items: newest first, by label, feed, time and text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    RowMapping,
    Select,
    case,
    exists,
    func,
    literal_column,
    select,
    text,
)

from trendwatch.errors import NotFound
from trendwatch.store.engine import reading
from trendwatch.store.label_tables import UncoveredRow
from trendwatch.store.poll_tables import PageRow
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, ModelRow, StoryRow, TagRow
from trendwatch.types.news import Item
from trendwatch.types.tags import Facet, Origin, Tag, TaggedItem
from trendwatch.types.telling import told_at, told_order

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_STORY = table(StoryRow)
_TAG = table(TagRow)
_MODEL = table(ModelRow)
_UNCOVERED = table(UncoveredRow)
_CURRENT = select(_MODEL.c.seq).where(_MODEL.c.state == "current").scalar_subquery()
_SEARCH_WORD = re.compile(r"[^\W_]+")
_PAGE = table(PageRow)
_PAGE_TEXT = select(_PAGE.c.text).where(_PAGE.c.item_seq == _ITEM.c.seq).correlate(_ITEM).scalar_subquery()
#: What the tagger reads of an item besides its title: its page where its feed asks for that, its summary
#: otherwise. Whoever learns from items, asks about them or watches them reads the same.
ITEM_TEXT = func.coalesce(func.nullif(_PAGE_TEXT, ""), _ITEM.c.summary)
#: More words than anybody types.
_MOST_WORDS = 100
#: PostgreSQL takes AI/ML for a path and example.com for a host: with spaces for signs, words are words.
_DOCUMENT: ColumnElement[Any] = literal_column(
    "to_tsvector('simple', translate(item.title || ' ' || item.summary, './-@_:<>&+~=?#', '              '))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which items to list; what is empty does not restrict."""

    #: full keys; an item must carry all of them
    labels: tuple[str, ...] = ()
    feed_key: str = ""
    story_id: str = ""
    #: half-open window of first seen
    since: datetime | None = None
    until: datetime | None = None
    #: words that must all occur in title or summary
    text: str = ""
    #: False: those the current model cannot read, for their language; True: the others
    covered: bool | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some items and where the next ones begin."""

    items: tuple[TaggedItem, ...]
    #: pass it back to go on; None at the end
    next_cursor: int | None


class Items:
    """Items as they were understood by the current model."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def search(self, filter_: Filter, *, limit: int, cursor: int | None = None) -> Page:
        """Return the newest items that match, before the cursor."""
        query = _narrow(_joined(), filter_).order_by(_ITEM.c.seq.desc()).limit(limit + 1)
        if cursor is not None:
            query = query.where(_ITEM.c.seq < cursor)
        with reading(self._engine) as connection:
            if filter_.text:
                query = query.where(_matches(connection, filter_.text))
            rows = connection.execute(query).mappings().all()
            shown = rows[:limit]
            tagged = _with_tags(connection, shown)
        return Page(tagged, shown[-1]["seq"] if len(rows) > limit else None)

    def get(self, item_id: str) -> TaggedItem:
        """Return one item.

        Raises:
            NotFound: there is none.
        """
        found = self.by_id([item_id])
        if not found:
            raise NotFound("item", item_id)
        return found[0]

    def by_id(self, ids: Sequence[str]) -> list[TaggedItem]:
        """Return items in the order of their ids, those unknown left out."""
        with reading(self._engine) as connection:
            return items_by_id(connection, ids)

    def mostly_after(self, now: datetime) -> bool:
        """Tell whether most items were first seen after a time: then it is that time that is wrong."""
        after = func.count(case((_ITEM.c.first_seen_at > now, 1)))
        with reading(self._engine) as connection:
            newest = connection.execute(select(func.max(_ITEM.c.first_seen_at))).scalar()
            if newest is None or newest <= now:
                return False  # the usual case, one look into an index
            row = connection.execute(select(after, func.count())).one()
            return bool(2 * row[0] > row[1])

    def count(self) -> int:
        """Return how many items are kept."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(_ITEM)).scalar_one())


def items_by_id(connection: Connection, ids: Sequence[str]) -> list[TaggedItem]:
    """Return items in the order of their ids, those unknown left out."""
    rows = connection.execute(_joined().where(_ITEM.c.id.in_(ids))).mappings().all()
    found = {tagged.item.id: tagged for tagged in _with_tags(connection, rows)}
    return [found[item_id] for item_id in ids if item_id in found]


def told_place(row: Any) -> tuple[datetime, datetime]:
    """Return what items are put in order by: an hour that they count in, and when they were told in it."""
    return told_order(row.counted_at, told_at(row.counted_at, published_at=row.published_at))


def item_of(row: RowMapping) -> Item:
    """Return the item of a row that also carries its feed's key."""
    names = ("id", "feed_key", "entry_key", "url", "title", "summary", "author", "language")
    times = ("published_at", "first_seen_at", "backlog")
    return Item(categories=tuple(row["categories"]), **{name: row[name] for name in (*names, *times)})


def _joined() -> Select[Any]:
    return (
        select(_ITEM, _FEED.c.key.label("feed_key"), _STORY.c.id.label("story_id"))
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .outerjoin(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
    )


def _narrow(query: Select[Any], filter_: Filter) -> Select[Any]:
    for key in filter_.labels:
        facet, _, label = key.partition(":")
        tagged = (_TAG.c.item_seq == _ITEM.c.seq, _TAG.c.facet == facet, _TAG.c.label == label)
        query = query.where(exists().where(_TAG.c.model_seq == _CURRENT, *tagged))
    if filter_.feed_key:
        query = query.where(_FEED.c.key == filter_.feed_key)
    if filter_.story_id:
        query = query.where(_STORY.c.id == filter_.story_id)
    if filter_.since is not None:
        query = query.where(_ITEM.c.first_seen_at >= filter_.since)
    if filter_.until is not None:
        query = query.where(_ITEM.c.first_seen_at < filter_.until)
    if filter_.covered is not None:
        foreign = exists().where(_UNCOVERED.c.model_seq == _CURRENT, _UNCOVERED.c.item_seq == _ITEM.c.seq)
        query = query.where(~foreign if filter_.covered else foreign)
    return query


def _matches(connection: Connection, wanted: str) -> Any:
    """Return the condition that all words occur; what people type is words, never search syntax."""
    found = list(dict.fromkeys(_SEARCH_WORD.findall(wanted)))[:_MOST_WORDS]
    if connection.dialect.name == "postgresql":
        return _DOCUMENT.op("@@")(func.plainto_tsquery("simple", " ".join(found)))
    phrase = " ".join(f'"{word}"' for word in found) or '""'
    hits = text("SELECT rowid AS seq FROM item_text WHERE item_text MATCH :phrase").bindparams(phrase=phrase)
    return _ITEM.c.seq.in_(hits.columns(_ITEM.c.seq).subquery().select())


def _with_tags(connection: Connection, rows: Sequence[RowMapping]) -> tuple[TaggedItem, ...]:
    query = (
        select(_TAG)
        .where(_TAG.c.model_seq == _CURRENT, _TAG.c.item_seq.in_([row["seq"] for row in rows]))
        .order_by(_TAG.c.item_seq, _TAG.c.confidence.desc(), _TAG.c.facet, _TAG.c.label)
    )
    tags: dict[int, list[Tag]] = {}
    for row in connection.execute(query).mappings():
        tags.setdefault(row["item_seq"], []).append(_tag(row))
    return tuple(
        TaggedItem(item=item_of(row), tags=tuple(tags.get(row["seq"], ())), story_id=row["story_id"] or "")
        for row in rows
    )


def _tag(row: RowMapping) -> Tag:
    return Tag(
        facet=Facet(row["facet"]),
        label=row["label"],
        confidence=row["confidence"],
        origin=Origin(row["origin"]),
        terms=tuple(row["terms"]),
    )
