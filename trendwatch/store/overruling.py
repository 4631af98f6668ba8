"""What operators say of tags lies over what models say, in the rows that everybody reads.

The tags of a facet that was judged are moved aside (``overruled``) and the operator's stand in their place:
readers of tags ask nothing more than before, and taking a word back brings the model's tags back as they
were. A new version's tags are laid over when they are written.

**What counts.** Trends compare weeks, so weeks must be counted by one yardstick: the model's. A word of an
operator only takes away. A story struck from a label counts no more where none of its weeks is judged yet,
and whenever a new version counts; a label that only the operator gave is shown and asked for everywhere, but
counted when the model gives it. Else labelling by hand what the model misses, this week and not before,
would be a rise. What is counted in weeks that are judged stays: what was said of them does.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, union_all

from trendwatch.store.counting import write_counts
from trendwatch.store.items import told_place
from trendwatch.store.label_tables import JudgedRow, OverruledRow
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import AnalysisRow, FeedRow, ItemRow, PendingRow, StoryRow, TagRow
from trendwatch.trends.tally import Tally, difference
from trendwatch.types.stories import CountedReport
from trendwatch.types.tags import Origin
from trendwatch.types.weeks import week_number

_ANALYSIS = table(AnalysisRow)
_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_JUDGED = table(JudgedRow)
_OVERRULED = table(OverruledRow)
_PENDING = table(PendingRow)
_STORY = table(StoryRow)
_TAG = table(TagRow)

_MODELS_OWN = _TAG.c.origin != str(Origin.OPERATOR)
_COLUMNS = ("model_seq", "item_seq", "facet", "label", "confidence", "origin", "terms")


def counted_tags(model: Any, items: Any) -> Any:
    """Return (item, facet, label) of the tags of some items that a version counts."""
    parts = [
        select(rows.c.item_seq, rows.c.facet, rows.c.label).where(
            rows.c.model_seq == model, rows.c.item_seq.in_(items), counts
        )
        for rows, counts in ((_TAG, _MODELS_OWN), (_OVERRULED, _OVERRULED.c.counted))
    ]
    return union_all(*parts)


def carries_label(model: Any, full_key: str) -> Any:
    """Return the condition of items that carry a label now."""
    return _tagged(_TAG, model, full_key)


def counts_label(model: Any, full_key: str) -> Any:
    """Return the condition of items for which a version counts a label."""
    aside = _tagged(_OVERRULED, model, full_key, _OVERRULED.c.counted)
    return _tagged(_TAG, model, full_key, _MODELS_OWN) | aside


def _tagged(rows: Any, model: Any, full_key: str, *conditions: Any) -> Any:
    facet, _, label = full_key.partition(":")
    of = (rows.c.model_seq == model, rows.c.item_seq == _ITEM.c.seq)
    return exists().where(*of, rows.c.facet == facet, rows.c.label == label, *conditions)


def counted_reports(connection: Connection, stories: Any, *, model: Any) -> list[CountedReport]:
    """Return the reports of stories, given by number, that a version has counted, in order of time."""
    waits = select(_PENDING.c.item_seq).where(_PENDING.c.model_seq == model)
    query = (
        select(
            *(_ITEM.c.seq, _STORY.c.id, _ITEM.c.id.label("item_id"), _FEED.c.key, _ITEM.c.counted_at),
            _ITEM.c.published_at,
        )
        .join(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .where(_STORY.c.seq.in_(stories), _ITEM.c.seq.not_in(waits))
        .order_by(_ITEM.c.counted_at, _ITEM.c.seq)
    )
    rows = sorted(connection.execute(query), key=told_place)
    labels: dict[int, list[str]] = {}
    for item, facet, label in connection.execute(counted_tags(model, [row.seq for row in rows])):
        labels.setdefault(item, []).append(f"{facet}:{label}")
    return [CountedReport(*row[1:5], tuple(sorted(labels.get(row.seq, ())))) for row in rows]


def judged_among(connection: Connection, items: Collection[int]) -> list[int]:
    """Return those of some items that operators said something of."""
    query = select(_JUDGED.c.item_seq).where(_JUDGED.c.item_seq.in_(items)).distinct()
    return list(connection.execute(query.order_by(_JUDGED.c.item_seq)).scalars())


def lay_over(connection: Connection, items: Collection[int], *, model: int) -> None:
    """Put what operators say of some items now over a version's tags, in place of what they said before.

    Items that the version has still to understand are left to it: it asks again when it writes their tags.
    """
    waits = select(_PENDING.c.item_seq).where(_PENDING.c.model_seq == model)
    query = select(_ITEM.c.seq, _ITEM.c.story_seq).where(_ITEM.c.seq.in_(items), _ITEM.c.seq.not_in(waits))
    for item, story in connection.execute(query.order_by(_ITEM.c.seq)).all():
        _lay(connection, item, story, model=model)


def _lay(connection: Connection, item: int, story: int | None, *, model: int) -> None:
    """Change the tags of one item, and what its story counts where no week of it is judged."""
    before = counted_reports(connection, [story], model=model)
    last = connection.execute(
        select(func.max(_ANALYSIS.c.week)).where(_ANALYSIS.c.model_seq == model)
    ).scalar()
    is_open = all(last is None or week_number(one.at) > last for one in before)
    gone = _restore(connection, item, model=model)
    _overrule(connection, item, model=model, gone=None if is_open else gone)
    if not is_open:
        return
    change = difference(Tally.of(before), Tally.of(counted_reports(connection, [story], model=model)))
    if change.report_counts or change.story_counts:
        feeds = {row.key: row.seq for row in connection.execute(select(_FEED.c.key, _FEED.c.seq))}
        write_counts(connection, change, feeds, model=model)


def _restore(connection: Connection, item: int, *, model: int) -> set[tuple[str, str]]:
    """Bring a version's own tags of an item back; return those that do not count any more."""
    mine = (_TAG.c.model_seq == model, _TAG.c.item_seq == item)
    connection.execute(delete(_TAG).where(*mine, _TAG.c.origin == str(Origin.OPERATOR)))
    aside = (_OVERRULED.c.model_seq == model, _OVERRULED.c.item_seq == item)
    uncounted = select(_OVERRULED.c.facet, _OVERRULED.c.label).where(*aside, ~_OVERRULED.c.counted)
    gone = {(row.facet, row.label) for row in connection.execute(uncounted)}
    own = select(*(_OVERRULED.c[name] for name in _COLUMNS)).where(*aside)
    connection.execute(_TAG.insert().from_select(list(_COLUMNS), own))
    connection.execute(delete(_OVERRULED).where(*aside))
    return gone


def _overrule(
    connection: Connection, item: int, *, model: int, gone: Collection[tuple[str, str]] | None
) -> None:
    """Move a version's own tags of the facets judged aside, and write the operator's in their place.

    Args:
        connection: in a transaction.
        item: by number.
        model: by number.
        gone: where the weeks are judged, what was taken off their counts before; None where they are not.
    """
    said = connection.execute(select(_JUDGED.c.facet, _JUDGED.c.labels).where(_JUDGED.c.item_seq == item))
    for facet, labels in said.all():
        mine = (_TAG.c.model_seq == model, _TAG.c.item_seq == item, _TAG.c.facet == facet)
        own = {row["label"]: dict(row) for row in connection.execute(select(_TAG).where(*mine)).mappings()}
        keys = [full_key.partition(":")[2] for full_key in labels]
        counted = {label: label in keys or (gone is not None and (facet, label) not in gone) for label in own}
        aside = [{**row, "counted": counted[label]} for label, row in own.items()]
        if aside:
            connection.execute(insert(connection, OverruledRow), aside)
            connection.execute(delete(_TAG).where(*mine))
        of = {"model_seq": model, "item_seq": item, "facet": facet, "origin": str(Origin.OPERATOR)}
        rows = [
            {**of, "label": key, "confidence": 1.0, "terms": own[key]["terms"] if key in own else []}
            for key in keys
        ]
        if rows:
            connection.execute(insert(connection, TagRow), rows)
