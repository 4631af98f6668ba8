"""Leases: who may work on which part of a step, and the proof that a writer still may.

A claim is a row with an end and a token that grows with every holder. Whoever writes results does so in
a transaction that first reads the token: if another process has taken the part over meanwhile, the
write is refused and the work counts as not done. A crash therefore costs one batch and the rest of a
lease, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite

from trendwatch.errors import LeaseLost
from trendwatch.store.engine import reading, writing
from trendwatch.store.tables import LeaseRow
from trendwatch.types.work import Claim


def table(row: type[Any]) -> Table:
    """Return the table of a row class, typed."""
    found: Table = row.__table__
    return found


def insert(connection: Connection, row: type[Any]) -> Any:
    """Return an INSERT that knows ON CONFLICT, for the database at hand."""
    build = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return build(table(row))


_LEASE = table(LeaseRow)
#: End of a lease that was given back: over at any time, also at one that a replay pretends.
_FREE = datetime(1970, 1, 1, tzinfo=UTC)


class Leases:
    """Claims on (step, partition)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, step: str, partition: str, *, now: datetime, lease: timedelta) -> Claim | None:
        """Take a partition if nobody holds it, else return None."""
        until = now + lease
        with writing(self._engine) as connection:
            statement = insert(connection, LeaseRow).values(
                step=step, partition=partition, token=1, until=until
            )
            statement = statement.on_conflict_do_update(
                index_elements=["step", "partition"],
                set_={"token": _LEASE.c.token + 1, "until": until},
                where=_LEASE.c.until <= now,
            ).returning(_LEASE.c.token)
            token = connection.execute(statement).scalar()
        if token is None:
            return None
        return Claim(step=step, partition=partition, token=token, until=until)

    def renew(self, claim: Claim, *, now: datetime, lease: timedelta) -> Claim:
        """Extend a claim.

        Raises:
            LeaseLost: another process holds it now.
        """
        with self.under(claim) as connection:
            connection.execute(update(_LEASE).where(*_is(claim)).values(until=now + lease))
        return Claim(step=claim.step, partition=claim.partition, token=claim.token, until=now + lease)

    def release(self, claim: Claim) -> None:
        """Let others have it at once. A claim that was lost is no error here."""
        with writing(self._engine) as connection:
            held = (*_is(claim), _LEASE.c.token == claim.token)
            connection.execute(update(_LEASE).where(*held).values(until=_FREE))

    def held_until(self, step: str, *, now: datetime) -> datetime | None:
        """Return when the first running claim on a step ends, None when none runs."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(_LEASE.c.until).where(_LEASE.c.step == step, _LEASE.c.until > now)
            )
            return min((row.until for row in rows), default=None)

    @contextmanager
    def under(self, claim: Claim) -> Iterator[Connection]:
        """Yield a transaction that may write what was computed under a claim.

        Raises:
            LeaseLost: another process holds it now; nothing is written.
        """
        with writing(self._engine) as connection:
            token = connection.execute(select(_LEASE.c.token).where(*_is(claim)).with_for_update()).scalar()
            if token != claim.token:
                raise LeaseLost(claim.step, claim.partition)
            yield connection


def _is(claim: Claim) -> tuple[Any, Any]:
    return _LEASE.c.step == claim.step, _LEASE.c.partition == claim.partition
