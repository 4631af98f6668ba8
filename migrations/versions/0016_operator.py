"""What operators say of tags is kept facet by facet, with who and when, and lies over the model's tags.

Corrections made before lie over the tags of the versions in use from now on; what is counted stays.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
import sqlmodel
from alembic import op
from alembic.util import CommandError

revision = "0016"
down_revision = "0013"
branch_labels = None
depends_on = None

_TAG_KEY = ("model_seq", "item_seq", "facet", "label")
_TAG_COLUMNS = (*_TAG_KEY, "confidence", "origin", "terms")
_CORRECTION_COLUMNS = ("item_seq", "labels", "facets", "made_at", "made_by")
_CHUNK = 500
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# How was counted when this was written: what is counted otherwise later is no business of this revision.
_TOTAL = "*"
_MONDAY_ZERO = date(1970, 1, 5).toordinal()
_BELIEVED = timedelta(days=7)


class _Report(NamedTuple):
    """A report of a story, with what a version says of it."""

    story: int
    item: int
    feed: int
    at: datetime
    #: full keys
    labels: tuple[str, ...]


def upgrade() -> None:
    judged = op.create_table(
        "judged",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("facet", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("item_seq", "facet"),
    )
    overruled = op.create_table(
        "overruled",
        sa.Column("model_seq", sa.Integer(), nullable=False),
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("facet", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("label", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("origin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.ForeignKeyConstraint(["model_seq"], ["model.seq"]),
        sa.PrimaryKeyConstraint("model_seq", "item_seq", "facet", "label"),
    )
    _take_over(op.get_bind(), judged, overruled)
    op.drop_table("correction")


def _take_over(connection: sa.Connection, judged: sa.Table, overruled: sa.Table) -> None:
    """Cut corrections into facets, and lay them over the tags of the versions in use."""
    names = ("item_seq", "labels", "facets", "made_at", "made_by")
    old = sa.table("correction", *(sa.column(name) for name in names))
    kinds = (
        sa.Integer,
        sa.JSON,
        sa.JSON,
        sqlmodel.sql.sqltypes.UTCDateTime,
        sqlmodel.sql.sqltypes.AutoString,
    )
    typed = [sa.type_coerce(old.c[name], kind()).label(name) for name, kind in zip(names, kinds, strict=True)]
    said = connection.execute(sa.select(*typed).order_by(old.c.made_at, old.c.item_seq)).all()
    tag = sa.table("tag", *(sa.column(name) for name in _TAG_COLUMNS))
    tag.c.terms.type = sa.JSON()
    live = connection.execute(sa.text("SELECT seq FROM model WHERE state IN ('current', 'building')"))
    models = list(live.scalars())
    for one in said:
        for facet in one.facets:
            labels = [key for key in one.labels if key.startswith(f"{facet}:")]
            values = {"item_seq": one.item_seq, "facet": facet, "labels": labels}
            connection.execute(judged.insert().values(**values, made_at=one.made_at, made_by=one.made_by))
            for model in models:
                mine = (tag.c.model_seq == model, tag.c.item_seq == one.item_seq, tag.c.facet == facet)
                kept = sa.select(*(tag.c[name] for name in _TAG_COLUMNS), sa.true()).where(*mine)
                connection.execute(overruled.insert().from_select([*_TAG_COLUMNS, "counted"], kept))
                connection.execute(tag.delete().where(*mine))
                rows = [
                    {"model_seq": model, "item_seq": one.item_seq, "facet": facet, "confidence": 1.0}
                    | {"label": key.partition(":")[2], "origin": "operator", "terms": []}
                    for key in labels
                ]
                waits = sa.text("SELECT 1 FROM pending WHERE model_seq = :model AND item_seq = :item")
                of = {"model": model, "item": one.item_seq}
                if rows and connection.execute(waits, of).first() is None:
                    connection.execute(tag.insert(), rows)


def downgrade() -> None:
    """Join what was said of the facets of an item, and give the models back their tags, all of which count.

    The older schema knows one who said all of an item. Where there are several, it cannot hold who said what:
    that is refused, and nothing is changed. Of several times the latest is kept, as it was before.
    """
    connection = op.get_bind()
    joined = _joined(connection)
    correction = op.create_table(
        "correction",
        sa.Column("item_seq", sa.Integer(), nullable=False),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["item_seq"], ["item.seq"]),
        sa.PrimaryKeyConstraint("item_seq"),
    )
    if joined:
        connection.execute(correction.insert(), joined)
    for model in connection.execute(sa.text("SELECT seq FROM model ORDER BY seq")).scalars().all():
        _count_again(connection, model)
    tag, aside = (sa.table(name, *map(sa.column, _TAG_COLUMNS)) for name in ("tag", "overruled"))
    connection.execute(tag.delete().where(tag.c.origin == "operator"))
    # what was taken off the counts may be shown again: it is there already
    there = sa.exists().where(*(tag.c[name] == aside.c[name] for name in _TAG_KEY))
    own = sa.select(*(aside.c[name] for name in _TAG_COLUMNS)).where(~there)
    connection.execute(tag.insert().from_select(list(_TAG_COLUMNS), own))
    op.drop_table("overruled")
    op.drop_table("judged")


def _joined(connection: sa.Connection) -> list[dict[str, object]]:
    """Return what was said as one word an item, or refuse where several people said it."""
    judged = _table(
        "judged",
        item_seq=sa.Integer(),
        facet=sa.String(),
        labels=sa.JSON(),
        made_at=sqlmodel.sql.sqltypes.UTCDateTime(),
        made_by=sa.String(),
    )
    found: dict[int, dict[str, object]] = {}
    several: set[int] = set()
    for row in connection.execute(sa.select(judged).order_by(judged.c.item_seq, judged.c.facet)):
        known = found.setdefault(row.item_seq, {**row._mapping, "labels": [], "facets": []})
        known["labels"] = [*known["labels"], *row.labels]
        known["facets"] = [*known["facets"], row.facet]
        known["made_at"] = max(known["made_at"], row.made_at)
        if known["made_by"] != row.made_by:
            several.add(row.item_seq)
    if several:
        ids = sa.text("SELECT id FROM item WHERE seq IN :seqs ORDER BY seq")
        named = connection.execute(ids.bindparams(sa.bindparam("seqs", sorted(several), expanding=True)))
        raise CommandError(
            "revision 0013 keeps one person a corrected item, and of these several said something: "
            f"{', '.join(named.scalars())}. Take back what one of them said (trendwatch labels corrections"
            " lists it, trendwatch labels undo ID --facet FACET takes it back), or keep this revision."
        )
    return [{name: row[name] for name in _CORRECTION_COLUMNS} for row in found.values()]


def _count_again(connection: sa.Connection, model: int) -> None:
    """Count what corrections took off a version's counts: without them, all that is shown counts."""
    reports = _reports(connection, model)
    now, then = (_tally(one[counts] for one in reports) for counts in (0, 1))
    told, first, stories, days = (_change(*kind) for kind in zip(now, then, strict=True))
    for key, week, feed in told.keys() | first.keys():
        at = {"model_seq": model, "key": key, "week": week, "feed_seq": feed}
        place = (key, week, feed)
        _add(connection, "reports", at, {"reports": told.get(place, 0), "stories": first.get(place, 0)})
    for key, week in {*stories, *((key, week) for key, week, _ in days)}:
        counts = {name: days.get((key, week, day), 0) for day, name in enumerate(_DAYS)}
        counts["stories"] = stories.get((key, week), 0)
        _add(connection, "series", {"model_seq": model, "key": key, "week": week}, counts)
    for week in {week for _, week, _ in told.keys() | first.keys()}:
        _add(connection, "counted", {"model_seq": model, "week": week}, {"changes": 1})


def _tally(reports: Iterable[_Report]) -> tuple[Counter, Counter, Counter, Counter]:
    """Return what reports in order of time count: reports and first tellings by feed, stories, their days.

    A story counts once per key, in the week it first has it, for the feed that told it first; a report once
    per key, story and feed.
    """
    told, first, stories, days = Counter(), Counter(), Counter(), Counter()
    known: defaultdict[int, set[str]] = defaultdict(set)
    own: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for one in reports:
        at = one.at.astimezone(UTC)
        week, day = (at.date().toordinal() - _MONDAY_ZERO) // 7, at.weekday()
        for key in _keys(one.labels):
            if key not in known[one.story]:
                stories[key, week] += 1
                days[key, week, day] += 1
                first[key, week, one.feed] += 1
            if key not in own[one.story, one.feed]:
                told[key, week, one.feed] += 1
            known[one.story].add(key)
            own[one.story, one.feed].add(key)
    return told, first, stories, days


def _keys(labels: tuple[str, ...]) -> set[str]:
    """Return what a story counts under: all, each label, and each area with each sector and function."""
    areas = [label for label in labels if label.startswith("area:")]
    others = [label for label in labels if label.startswith(("sector:", "function:"))]
    return {_TOTAL, *labels, *(f"{area}|{other}" for area in areas for other in others)}


def _change(before: Counter, after: Counter) -> dict:
    keys = before.keys() | after.keys()
    return {key: after[key] - before[key] for key in keys if after[key] != before[key]}


def _told(row: sa.Row) -> tuple[datetime, datetime]:
    """Return what an item is put in order by: its hour, in it when it was published if that is believed."""
    published, counted = row.published_at, row.counted_at
    believed = published is not None and counted - _BELIEVED <= published <= counted
    hour = counted.replace(minute=0, second=0, microsecond=0)
    return hour, published if believed else counted


def _reports(connection: sa.Connection, model: int) -> list[tuple[_Report, _Report]]:
    """Return the reports of stories with a tag taken off the counts, as they count and as they will."""
    asked = sa.text(
        "SELECT item.seq, item.story_seq, item.feed_seq, item.counted_at, item.published_at FROM item"
        " WHERE story_seq IN (SELECT story_seq FROM item JOIN overruled ON item.seq = overruled.item_seq"
        " WHERE overruled.model_seq = :model AND NOT overruled.counted)"
        " AND seq NOT IN (SELECT item_seq FROM pending WHERE model_seq = :model)"
        " ORDER BY item.counted_at, item.seq"
    ).columns(
        sa.column("seq", sa.Integer()),
        sa.column("story_seq", sa.Integer()),
        sa.column("feed_seq", sa.Integer()),
        sa.column("counted_at", sqlmodel.sql.sqltypes.UTCDateTime()),
        sa.column("published_at", sqlmodel.sql.sqltypes.UTCDateTime()),
    )
    rows = sorted(connection.execute(asked, {"model": model}).all(), key=_told)
    own = {row.seq: (set(), set()) for row in rows}
    kinds = {"model_seq": sa.Integer(), "item_seq": sa.Integer(), "facet": sa.String(), "label": sa.String()}
    tag = _table("tag", **kinds, origin=sa.String())
    aside = _table("overruled", **kinds, counted=sa.Boolean())
    for start in range(0, len(rows), _CHUNK):
        items = [row.seq for row in rows[start : start + _CHUNK]]
        mine = (tag.c.model_seq == model, tag.c.item_seq.in_(items), tag.c.origin != "operator")
        for row in connection.execute(sa.select(tag).where(*mine)):
            for labels in own[row.item_seq]:
                labels.add(f"{row.facet}:{row.label}")
    for row in connection.execute(sa.select(aside).where(aside.c.model_seq == model)):
        now, then = own.get(row.item_seq, (set(), set()))
        full_key = f"{row.facet}:{row.label}"
        then.add(full_key)
        (now.add if row.counted else now.discard)(full_key)
    return [
        tuple(
            _Report(row.story_seq, row.seq, row.feed_seq, row.counted_at, tuple(sorted(labels)))
            for labels in own[row.seq]
        )
        for row in rows
    ]


def _add(connection: sa.Connection, name: str, at: dict[str, object], counts: dict[str, int]) -> None:
    """Add counts to a row, or make it."""
    rows = sa.table(name, *(sa.column(column) for column in (*at, *counts)))
    place = [rows.c[column] == value for column, value in at.items()]
    sums = {column: rows.c[column] + value for column, value in counts.items()}
    if not connection.execute(rows.update().where(*place).values(sums)).rowcount:
        connection.execute(rows.insert().values(at | counts))


def _table(name: str, **columns: sa.types.TypeEngine) -> sa.TableClause:
    return sa.table(name, *(sa.column(column, kind) for column, kind in columns.items()))
