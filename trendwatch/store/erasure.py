"""Everything that is kept about a business: handed out whole, or gone.

Which tables those are is not listed: every table with a ``business_key`` is one, so a new table cannot be
forgotten. Changes of configuration and leases name a business in columns of other names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, select
from sqlmodel import SQLModel

from trendwatch.store.delivery_tables import DeliveryRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.recipients import Recipients
from trendwatch.store.statements import table
from trendwatch.store.tables import LeaseRow, OverlayRow

_OVERLAY = table(OverlayRow)
_LEASE = table(LeaseRow)
_DELIVERY = table(DeliveryRow)
#: What lets somebody sign as us is of no use to its owner, and of much to a thief.
_SECRETS = frozenset({("endpoint", "secret"), ("endpoint", "former")})


class Erasure:
    """What is kept about one business."""

    def __init__(self, engine: Engine, recipients: Recipients) -> None:
        self._engine = engine
        self._recipients = recipients

    def export(self, business_key: str) -> dict[str, list[dict[str, Any]]]:
        """Return every row about a business by table, as values of JSON; frozen values are opened."""
        with reading(self._engine) as connection:
            return {
                one.name: [_plain(one.name, row) for row in connection.execute(select(one).where(mine))]
                for one, mine in _about(business_key)
            }

    def erase(self, business_key: str, *, now: datetime) -> list[str]:
        """Forget a business in one transaction; return the ids of its deliveries, whose files go too.

        Of those who left, a keyed hash stays, so that they are not written to again.
        """
        with writing(self._engine) as connection:
            ids = list(connection.execute(_ids_of(business_key)).scalars())
            self._recipients.suppress(connection, business_key, now=now)
            for one, mine in _about(business_key):
                connection.execute(delete(one).where(mine))
            _drop_leases(connection, business_key, ids)
        return ids


def _ids_of(business_key: str) -> Any:
    return select(_DELIVERY.c.id).where(_DELIVERY.c.business_key == business_key)


def _about(business_key: str) -> Iterator[tuple[Table, Any]]:
    """Yield the tables that hold rows about a business, what points before what is pointed at."""
    for one in reversed(SQLModel.metadata.sorted_tables):
        if "business_key" in one.c:
            yield one, one.c.business_key == business_key
    yield _OVERLAY, (_OVERLAY.c.kind == "business") & (_OVERLAY.c.key == business_key)


def _drop_leases(connection: Connection, business_key: str, deliveries: Iterable[str]) -> None:
    names = [business_key, f"business:{business_key}", *deliveries]
    connection.execute(delete(_LEASE).where(_LEASE.c.partition.in_(names)))


def _plain(table_name: str, row: Any) -> dict[str, Any]:
    values = {}
    for name, value in row._mapping.items():
        secret = (table_name, name) in _SECRETS and value
        values[name] = "***" if secret else _opened(value)
    return values


def _opened(value: Any) -> Any:
    """Return a value as JSON knows it; text that is JSON itself is opened."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str) and value[:1] == "{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
