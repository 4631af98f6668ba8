"""New items into the database: one statement for many, and the waiting list of every live model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect, MetaData, RowMapping, Table, select, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from trendwatch.news.identity import content_hash
from trendwatch.store.models import LIVE
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ItemRow, ModelRow, PendingRow
from trendwatch.types.news import Item

_ITEM = table(ItemRow)
_MODEL = table(ModelRow)
#: New items on their way into a SQLite database: the columns of the item table that they bring.
_LATER = {"seq", "story_seq", "placed", "changed_at"}
_ARRIVING = Table(
    "arriving",
    MetaData(),
    *(Column(column.name, column.type) for column in _ITEM.columns if column.name not in _LATER),
    prefixes=["TEMPORARY"],
)
_MAKE_ARRIVING = CreateTable(_ARRIVING, if_not_exists=True)
_FILL_ARRIVING = str(_ARRIVING.insert().compile(dialect=sqlite.dialect()))

#: SQLite allows 32,766 variables in a statement.
_CHUNK = 500


def insert_items(connection: Connection, new: Sequence[Item], feeds: Mapping[str, RowMapping]) -> None:
    """Keep new items and put them on the waiting list of every live model."""
    if not new:
        return
    _insert(connection, [_item_values(item, feeds[item.feed_key]["seq"]) for item in new])
    for start in range(0, len(new), _CHUNK):
        ids = [item.id for item in new[start : start + _CHUNK]]
        live = (_MODEL.c.state.in_(LIVE), _ITEM.c.id.in_(ids))
        waiting = select(_ITEM.c.seq, _MODEL.c.seq, _ITEM.c.counted_at).join_from(_ITEM, _MODEL, true())
        pending = insert(connection, PendingRow).from_select(
            ["item_seq", "model_seq", "counted_at"], waiting.where(*live)
        )
        connection.execute(pending.on_conflict_do_nothing())


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert items that are not there yet.

    On SQLite by way of a table of this connection, in one statement: full text is indexed once a statement,
    and a statement for each item took three times as long, everything included.
    """
    statement = insert(connection, ItemRow)
    if connection.dialect.name == "sqlite":
        connection.execute(_MAKE_ARRIVING)
        connection.exec_driver_sql(_FILL_ARRIVING, _as_stored(rows, connection.dialect))
        names = [column.name for column in _ARRIVING.columns]
        arrived = select(_ARRIVING).where(true())  # without WHERE, SQLite would take ON CONFLICT for a join
        connection.execute(
            statement.from_select(names, arrived).on_conflict_do_nothing(index_elements=["id"])
        )
        connection.execute(_ARRIVING.delete())
    else:
        # Without RETURNING, for which SQLAlchemy builds statements of many rows: twice the time.
        connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]), rows)


def _as_stored(rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> list[tuple[Any, ...]]:
    """Return items as the driver takes them: by column, which SQLAlchemy would do by value."""
    columns = []
    for column in _ARRIVING.columns:
        write = column.type.dialect_impl(dialect).bind_processor(dialect)
        values = [row[column.name] for row in rows]
        columns.append(values if write is None else list(map(write, values)))
    return list(zip(*columns, strict=True))


def _item_values(item: Item, feed_seq: int) -> dict[str, Any]:
    names = ("id", "entry_key", "language", "published_at", "first_seen_at", "counted_at", "backlog")
    values = {name: getattr(item, name) for name in names}
    more = {"feed_seq": feed_seq, "categories": list(item.categories), "updates": 0}
    return {**values, **item_content(item), **more}


def item_content(item: Item) -> dict[str, Any]:
    """Return what an item says now, by column."""
    values = {name: getattr(item, name) for name in ("url", "title", "summary", "author")}
    return values | {"content_hash": content_hash(item)}
