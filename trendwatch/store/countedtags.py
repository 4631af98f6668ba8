"""What counts: the tags of a version that its numbers rest on, which need not be those that are shown.

A version's own tag counts, shown or moved aside, unless a word of an operator took it off the counts
(``overruled.counted`` says so). A tag that only an operator gave is shown and does not count.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, and_, exists, select, union_all

from trendwatch.store.items import told_place
from trendwatch.store.label_tables import OverruledRow
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, PendingRow, StoryRow, TagRow
from trendwatch.types.stories import CountedReport
from trendwatch.types.tags import Origin

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_OVERRULED = table(OverruledRow)
_PENDING = table(PendingRow)
_STORY = table(StoryRow)
_TAG = table(TagRow)

_PLACE = ("model_seq", "item_seq", "facet", "label")
_TAKEN_OFF = exists().where(*(_OVERRULED.c[name] == _TAG.c[name] for name in _PLACE), ~_OVERRULED.c.counted)
_SHOWN = and_(_TAG.c.origin != str(Origin.OPERATOR), ~_TAKEN_OFF)


def carries_label(model: Any, full_key: str) -> Any:
    """Return the condition of items that carry a label now."""
    return _tagged(_TAG, model, full_key)


def counts_label(model: Any, full_key: str) -> Any:
    """Return the condition of items for which a version counts a label."""
    aside = _tagged(_OVERRULED, model, full_key, _OVERRULED.c.counted)
    return _tagged(_TAG, model, full_key, _SHOWN) | aside


def _tagged(rows: Any, model: Any, full_key: str, *conditions: Any) -> Any:
    facet, _, label = full_key.partition(":")
    of = (rows.c.model_seq == model, rows.c.item_seq == _ITEM.c.seq)
    return exists().where(*of, rows.c.facet == facet, rows.c.label == label, *conditions)


def counted_reports(
    connection: Connection, stories: Any, *, model: Any, waiting: Collection[str] = ()
) -> list[CountedReport]:
    """Return the reports of some stories that a version has counted, in the order they were told.

    Args:
        connection: that reads.
        stories: by number.
        model: the version, by number.
        waiting: ids of items that it is to count now: among the others, in their place; without labels,
            and those that are in no story yet without one.
    """
    waits = exists().where(_PENDING.c.model_seq == model, _PENDING.c.item_seq == _ITEM.c.seq)
    found = select(_ITEM.c.seq).where(_ITEM.c.story_seq.in_(stories), ~waits)
    # asked for by item, or the database reads every tag of the version: 5 s a batch at a million items
    items = found.union_all(select(_ITEM.c.seq).where(_ITEM.c.id.in_(waiting))) if waiting else found
    query = (
        select(
            *(_ITEM.c.seq, _STORY.c.id, _ITEM.c.id.label("item_id"), _FEED.c.key, _ITEM.c.counted_at),
            _ITEM.c.published_at,
        )
        .outerjoin(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .where(_ITEM.c.seq.in_(items))
        .order_by(_ITEM.c.counted_at, _ITEM.c.seq)
    )
    rows = sorted(connection.execute(query), key=told_place)
    labels: dict[int, list[str]] = {}
    for item, facet, label in connection.execute(_counted_tags(model, found)):
        labels.setdefault(item, []).append(f"{facet}:{label}")
    return [
        CountedReport(
            row.id or "", row.item_id, row.key, row.counted_at, tuple(sorted(labels.get(row.seq, ())))
        )
        for row in rows
    ]


def _counted_tags(model: Any, items: Any) -> Any:
    """Return (item, facet, label) of the tags of some items that a version counts."""
    parts = [
        select(rows.c.item_seq, rows.c.facet, rows.c.label).where(
            rows.c.model_seq == model, rows.c.item_seq.in_(items), counts
        )
        for rows, counts in ((_TAG, _SHOWN), (_OVERRULED, _OVERRULED.c.counted))
    ]
    return union_all(*parts)
