"""Questions about overlays: what pages, API and command line changed of the operator's files."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine, delete, select

from trendwatch.store.engine import reading, writing
from trendwatch.store.leases import insert, table
from trendwatch.store.tables import OverlayRow
from trendwatch.types.work import Overlay

_OVERLAY = table(OverlayRow)


class Overlays:
    """Changes laid over the configuration files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Overlay]:
        """Return every change, by kind and key."""
        query = select(_OVERLAY).order_by(_OVERLAY.c.kind, _OVERLAY.c.key)
        with reading(self._engine) as connection:
            return [Overlay(**row) for row in connection.execute(query).mappings()]

    def put(self, overlay: Overlay) -> None:
        """Keep a change; a later one of the same thing takes its place."""
        values = {
            "values": None if overlay.values is None else dict(overlay.values),
            "changed_at": overlay.changed_at,
            "changed_by": overlay.changed_by,
        }
        with writing(self._engine) as connection:
            statement = insert(connection, OverlayRow).values(kind=overlay.kind, key=overlay.key, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=values))

    def with_earlier(self, overlay: Overlay) -> Overlay:
        """Return a change together with the earlier ones of the same thing that it does not name."""
        same = (_OVERLAY.c.kind == overlay.kind, _OVERLAY.c.key == overlay.key)
        with reading(self._engine) as connection:
            before = connection.execute(select(_OVERLAY.c["values"]).where(*same)).scalar()
        return replace(overlay, values={**(before or {}), **(overlay.values or {})})

    def drop(self, kind: str, key: str) -> None:
        """Forget a change: the file's value holds again."""
        with writing(self._engine) as connection:
            connection.execute(delete(_OVERLAY).where(_OVERLAY.c.kind == kind, _OVERLAY.c.key == key))
