"""What operators say of tags lies over what models say, in the rows that everybody reads.

The tags of a facet that was judged are moved aside (``overruled``) and the operator's stand in their place:
readers of tags ask nothing more than before, and taking a word back brings the model's tags back as they
were. A new version's tags are laid over when they are written, and those of items that it will not read a
few at a time before it is current (``unlaid``).

**What counts.** Trends compare weeks, so weeks must be counted by one yardstick: the model's. A word of an
operator only takes away. A story struck from a label counts no more where none of its weeks is judged yet,
and whenever a new version counts; a label that only the operator gave is shown and asked for everywhere, but
counted when the model gives it. Else labelling by hand what the model misses, this week and not before,
would be a rise. What is counted in weeks that are judged stays, and what is not counted in them stays
uncounted: a word, and taking it back, change then what is shown, not what stands under a number. So what was
taken off the counts is remembered (``counted``) apart from what is moved aside, also where nobody says
anything any more.

All of it happens while nobody else changes counts (``counting.alone``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, delete, exists, func, literal, select
from sqlalchemy import insert as plain_insert

from trendwatch.store.countedtags import counted_reports
from trendwatch.store.counting import note_weeks, write_counts
from trendwatch.store.label_tables import JudgedRow, OverruledRow, UnlaidRow
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import AnalysisRow, FeedRow, ItemRow, PendingRow, TagRow
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
_TAG = table(TagRow)
_UNLAID = table(UnlaidRow)

_COLUMNS = ("model_seq", "item_seq", "facet", "label", "confidence", "origin", "terms")
#: SQLite allows 32,766 variables in a statement.
_CHUNK = 500
#: (facet, label)
_Place = tuple[str, str]


def judged_among(connection: Connection, items: Collection[int]) -> list[int]:
    """Return those of some items that operators said something of."""
    query = select(_JUDGED.c.item_seq).where(_JUDGED.c.item_seq.in_(items)).distinct()
    return list(connection.execute(query.order_by(_JUDGED.c.item_seq)).scalars())


def note_unlaid(connection: Connection, *, model: int) -> None:
    """Note the items that operators said something of and that a version will not read: their words wait."""
    waits = exists().where(_PENDING.c.model_seq == model, _PENDING.c.item_seq == _ITEM.c.seq)
    said = exists().where(_JUDGED.c.item_seq == _ITEM.c.seq)
    items = select(literal(model), _ITEM.c.seq).where(said, ~waits)
    connection.execute(plain_insert(_UNLAID).from_select(["model_seq", "item_seq"], items))


def words_wait(connection: Connection, *, model: int) -> bool:
    """Return whether words are still to be laid over a version's tags."""
    return bool(connection.execute(select(exists().where(_UNLAID.c.model_seq == model))).scalar_one())


def lay_next(connection: Connection, *, model: int, limit: int) -> int:
    """Lay the words that wait over a version's tags of at most so many items; return how many those were."""
    query = select(_UNLAID.c.item_seq).where(_UNLAID.c.model_seq == model)
    items = connection.execute(query.order_by(_UNLAID.c.item_seq).limit(limit)).scalars().all()
    lay_over(connection, items, model=model)
    done = (_UNLAID.c.model_seq == model, _UNLAID.c.item_seq.in_(items))
    connection.execute(delete(_UNLAID).where(*done))
    return len(items)


def lay_over_stories(connection: Connection, stories: Collection[int], *, model: int) -> None:
    """Do so again for whatever was said of reports of some stories, which have just come to be in them.

    A part of a story may have no week that is judged, where the whole had one: what is struck counts no more.
    """
    in_them = select(_ITEM.c.seq).where(_ITEM.c.story_seq.in_(stories))
    aside = select(_OVERRULED.c.item_seq).where(_OVERRULED.c.model_seq == model)
    items = connection.execute(in_them.where(_ITEM.c.seq.in_(aside))).scalars().all()
    lay_over(connection, items, model=model)


def lay_over(connection: Connection, items: Collection[int], *, model: int, fresh: bool = False) -> None:
    """Put what operators say of some items now over a version's tags, in place of what they said before.

    Items that the version has still to understand are left to it: it asks again when it writes their tags.

    Args:
        connection: in a transaction that changes counts alone.
        items: by number.
        model: the version, by number.
        fresh: the version counts the items just now: what is struck is not counted, whatever is judged.
    """
    waits = exists().where(_PENDING.c.model_seq == model, _PENDING.c.item_seq == _ITEM.c.seq)
    ready = select(_ITEM.c.seq, _ITEM.c.story_seq).where(~waits).order_by(_ITEM.c.seq)
    wanted = sorted(items)
    for start in range(0, len(wanted), _CHUNK):
        chunk = ready.where(_ITEM.c.seq.in_(wanted[start : start + _CHUNK]))
        for item, story in connection.execute(chunk).all():
            _lay(connection, item, story, model=model, fresh=fresh)


def _lay(connection: Connection, item: int, story: int | None, *, model: int, fresh: bool) -> None:
    """Change the tags of one item, and what its story counts where no week of it is judged."""
    before = counted_reports(connection, [story], model=model)
    own, taken_off = _own_tags(connection, item, model=model)
    judged = select(_JUDGED.c.facet, _JUDGED.c.labels).where(_JUDGED.c.item_seq == item)
    said = {row.facet: [key.partition(":")[2] for key in row.labels] for row in connection.execute(judged)}
    if fresh or _is_open(connection, before, model=model):
        taken_off = {place for place in own if place[0] in said and place[1] not in said[place[0]]}
    _rewrite(connection, own, said, taken_off=taken_off, of={"model_seq": model, "item_seq": item})
    after = counted_reports(connection, [story], model=model)
    if before == after:
        return
    change = difference(Tally.of(before), Tally.of(after))
    feeds = {row.key: row.seq for row in connection.execute(select(_FEED.c.key, _FEED.c.seq))}
    write_counts(connection, change, feeds, model=model)
    note_weeks(connection, {week_number(one.at) for one in before}, model=model)


def _is_open(connection: Connection, reports: Collection[CountedReport], *, model: int) -> bool:
    """Return whether no week of some reports is judged."""
    query = select(func.max(_ANALYSIS.c.week)).where(_ANALYSIS.c.model_seq == model)
    last = connection.execute(query).scalar()
    return last is None or all(week_number(one.at) > last for one in reports)


def _own_tags(
    connection: Connection, item: int, *, model: int
) -> tuple[dict[_Place, dict[str, Any]], set[_Place]]:
    """Return a version's own tags of an item, shown or aside, and which of them are taken off the counts."""
    shown = select(_TAG).where(
        _TAG.c.model_seq == model, _TAG.c.item_seq == item, _TAG.c.origin != str(Origin.OPERATOR)
    )
    aside = select(_OVERRULED).where(_OVERRULED.c.model_seq == model, _OVERRULED.c.item_seq == item)
    moved = connection.execute(aside).mappings().all()
    rows = [*connection.execute(shown).mappings(), *moved]
    own = {(row["facet"], row["label"]): {name: row[name] for name in _COLUMNS} for row in rows}
    return own, {(row["facet"], row["label"]) for row in moved if not row["counted"]}


def _rewrite(
    connection: Connection,
    own: Mapping[_Place, Mapping[str, Any]],
    said: Mapping[str, Collection[str]],
    *,
    taken_off: Collection[_Place],
    of: Mapping[str, int],
) -> None:
    """Write the tags of one item as they are shown, and what is moved aside or taken off the counts."""
    for rows in (_TAG, _OVERRULED):
        connection.execute(delete(rows).where(*(rows.c[name] == value for name, value in of.items())))
    aside = [
        {**row, "counted": place not in taken_off}
        for place, row in own.items()
        if place[0] in said or place in taken_off
    ]
    if aside:
        connection.execute(insert(connection, OverruledRow), aside)
    shown = [dict(row) for place, row in own.items() if place[0] not in said]
    shown += [
        {**of, "facet": facet, "label": label, "confidence": 1.0, "origin": str(Origin.OPERATOR)}
        | {"terms": own[facet, label]["terms"] if (facet, label) in own else []}
        for facet, labels in said.items()
        for label in labels
    ]
    if shown:
        connection.execute(insert(connection, TagRow), shown)
