"""Questions about digests that met a bug of ours: how often, and when they are tried again."""

from __future__ import annotations

from sqlalchemy import Engine, select

from trendwatch.store.digest_tables import SetbackRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.types.work import Setback

_SETBACK = table(SetbackRow)


class Setbacks:
    """Digests that wait after a crash; a digest that is kept ends it (store/digests.py)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> dict[str, Setback]:
        """Return those that there are by business key."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(_SETBACK)).mappings()
            return {row["business_key"]: Setback(**row) for row in rows}

    def put(self, setback: Setback) -> None:
        """Keep where a business stands after a crash."""
        values = {name: getattr(setback, name) for name in ("cutoff", "crashes", "not_before")}
        with writing(self._engine) as connection:
            statement = insert(connection, SetbackRow).values(business_key=setback.business_key, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["business_key"], set_=values))
