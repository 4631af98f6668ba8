"""Questions about words on items that are gone: rows that somebody deleted beside trendwatch leave them."""

from __future__ import annotations

from sqlalchemy import Engine, delete, select

from trendwatch.store.engine import reading, writing
from trendwatch.store.label_tables import JudgedRow
from trendwatch.store.statements import table
from trendwatch.store.tables import ItemRow
from trendwatch.types.tags import Asked, Facet, Said

_JUDGED = table(JudgedRow)
_GONE = _JUDGED.c.item_seq.not_in(select(table(ItemRow).c.seq))


class LostWords:
    """What operators said of items that are not there any more: nothing is learnt from it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Said]:
        """Return what was said, the oldest first; the item has neither id nor title."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(_JUDGED).where(_GONE).order_by(_JUDGED.c.seq)).all()
        return [
            Said(
                item_id="",
                title="",
                facet=Facet(row.facet),
                labels=tuple(key.partition(":")[2] for key in row.labels),
                by=row.made_by,
                made_at=row.made_at,
                asked=Asked.OWN,
            )
            for row in rows
        ]

    def forget(self) -> int:
        """Forget them all; return how many there were."""
        with writing(self._engine) as connection:
            return int(connection.execute(delete(_JUDGED).where(_GONE)).rowcount)
