"""Questions about editions: what the digests of one cutoff may draw on. Written once, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from trendwatch.errors import NotFound
from trendwatch.store.engine import reading
from trendwatch.store.frozen import freeze, thaw
from trendwatch.store.leases import Leases, insert, table
from trendwatch.store.tables import EditionRow
from trendwatch.types.advice import Edition
from trendwatch.types.work import Claim

_EDITION = table(EditionRow)


class Editions:
    """Frozen editions."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def find(self, edition_id: str) -> Edition | None:
        """Return a frozen edition, None where its cutoff has none yet."""
        with reading(self._engine) as connection:
            value = connection.execute(select(_EDITION.c.value).where(_EDITION.c.id == edition_id)).scalar()
        return None if value is None else thaw(Edition, value)

    def get(self, edition_id: str) -> Edition:
        """Return a frozen edition.

        Raises:
            NotFound: there is none.
        """
        found = self.find(edition_id)
        if found is None:
            raise NotFound("edition", edition_id)
        return found

    def freeze(self, edition: Edition, *, claim: Claim, now: datetime) -> Edition:
        """Keep an edition unless its cutoff has one already; return the one that is kept.

        Raises:
            LeaseLost: another process composes now.
        """
        with self._leases.under(claim) as connection:
            values = {"cutoff": edition.cutoff, "created_at": now, "value": freeze(edition)}
            statement = insert(connection, EditionRow).values(id=edition.id, **values)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
        return self.get(edition.id)
