"""How every statement begins: the table of a row class, and an INSERT for the database at hand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite


def table(row: type[Any]) -> Table:
    """Return the table of a row class, typed."""
    found: Table = row.__table__
    return found


def insert(connection: Connection, row: type[Any]) -> Any:
    """Return an INSERT that knows ON CONFLICT, for the database at hand."""
    build = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return build(table(row))


def locked(query: Select[Any], by: Any) -> Select[Any]:
    """Return a query that locks its rows, taken in one order (``by``), for who will change them.

    Who changes the same rows otherwise than one after the other may wait for each other in a circle. Rows may
    be referred to meanwhile. SQLite has one writer and needs no locks.
    """
    return query.order_by(by).with_for_update(key_share=True)
