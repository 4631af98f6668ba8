"""Questions about overlays: what pages, API, command line and links changed of the operator's files.

A change is made of what is there: it adds to it, and all of it together must be right. So it is worked out
outside of any transaction, and kept in one that first looks whether what it was made of is still all there
is; if not, it is worked out anew. Of two changes at once, none is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, Delete, Engine, delete, select, text

from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import OverlayRow
from trendwatch.types.work import Overlay

_OVERLAY = table(OverlayRow)


class Overlays:
    """Changes laid over the configuration files."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Overlay]:
        """Return every change, by kind and key."""
        with reading(self._engine) as connection:
            return every(connection)

    def put(self, *changes: Overlay, seen: Sequence[Overlay] | None = None) -> bool:
        """Keep changes, all of them or none; each takes the place of an earlier one of the same thing.

        Args:
            changes: at most one for each thing; one that says nothing of a label takes an earlier one away
            seen: what they were made of; if that is no longer all there is, nothing is kept

        Returns:
            whether they were kept
        """
        with writing(self._engine) as connection:
            return lay(connection, changes, seen=seen)

    def change(self, made_of: Callable[[Sequence[Overlay]], Iterable[Overlay]]) -> None:
        """Keep what follows from the changes there are, all of it or none.

        Args:
            made_of: the changes to keep, given all that there are; may refuse by raising, and is asked again
                where somebody else kept a change meanwhile
        """
        kept = False
        while not kept:  # whoever kept us from it got further, so this ends
            seen = self.list()
            kept = self.put(*made_of(seen), seen=seen)

    def drop(self, kind: str, key: str) -> None:
        """Forget a change: the file's value holds again."""
        with writing(self._engine) as connection:
            connection.execute(_gone(kind, key))


def lay(
    connection: Connection,
    changes: Iterable[Overlay],
    *,
    seen: Sequence[Overlay] | None,
    only_if: Callable[[], bool] = lambda: True,
) -> bool:
    """Keep changes in a transaction, unless what they were made of is no longer all there is.

    Args:
        connection: that writes
        changes: at most one for each thing
        seen: all changes they were made of; None where that does not matter
        only_if: asked while nobody else can change anything
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("LOCK TABLE overlay IN SHARE ROW EXCLUSIVE MODE"))
    if seen is not None and (every(connection) != list(seen) or not only_if()):
        return False
    for change in changes:
        if change.kind == "label" and change.values == {}:
            connection.execute(_gone(change.kind, change.key))
        else:
            _keep(connection, change)
    return True


def values_of(changes: Iterable[Overlay], kind: str, key: str) -> dict[str, object]:
    """Return what earlier changes of a thing say, nothing for one that was not changed or was removed."""
    found = [one.values or {} for one in changes if (one.kind, one.key) == (kind, key)]
    return dict(found[0]) if found else {}


def _gone(kind: str, key: str) -> Delete:
    return delete(_OVERLAY).where(_OVERLAY.c.kind == kind, _OVERLAY.c.key == key)


def every(connection: Connection) -> list[Overlay]:
    """Return every change, by kind and key."""
    query = select(_OVERLAY).order_by(_OVERLAY.c.kind, _OVERLAY.c.key)
    return [Overlay(**row) for row in connection.execute(query).mappings()]


def _keep(connection: Connection, overlay: Overlay) -> None:
    values = {
        "values": None if overlay.values is None else dict(overlay.values),
        "changed_at": overlay.changed_at,
        "changed_by": overlay.changed_by,
    }
    statement = insert(connection, OverlayRow).values(kind=overlay.kind, key=overlay.key, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "key"], set_=values))
