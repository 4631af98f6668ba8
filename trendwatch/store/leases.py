"""Leases: who may work on which part of a step, and the proof that a writer still may.

A claim is a row with an end and a token that grows with every holder. Whoever writes results does so in
a transaction that first reads the token: if another process has taken the part over meanwhile, the
write is refused and the work counts as not done. A crash therefore costs one batch and the rest of a
lease, and nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, and_, false, or_, select, update

from trendwatch.errors import LeaseLost
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import LeaseRow
from trendwatch.types.work import Claim

_LEASE = table(LeaseRow)
#: End of a lease that was given back: over at any time, also at one that a replay pretends.
_FREE = datetime(1970, 1, 1, tzinfo=UTC)


class Leases:
    """Claims on (step, partition)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, step: str, partition: str, *, now: datetime, lease: timedelta) -> Claim | None:
        """Take a partition if nobody holds it, else return None."""
        return next(iter(self.claim_all(step, [partition], now=now, lease=lease)), None)

    def claim_all(
        self, step: str, partitions: Sequence[str], *, now: datetime, lease: timedelta
    ) -> list[Claim]:
        """Take the partitions that nobody holds, in one transaction."""
        until, held = now + lease, (_LEASE.c.step == step, _LEASE.c.partition.in_(partitions))
        with writing(self._engine) as connection:
            # Locked in one order: two processes that want the same ones wait, and never for each other.
            query = select(_LEASE).where(*held).order_by(_LEASE.c.partition).with_for_update()
            rows = {row["partition"]: row for row in connection.execute(query).mappings()}
            new = [one for one in partitions if one not in rows]
            if new:
                values = [{"step": step, "partition": one, "token": 1, "until": until} for one in sorted(new)]
                statement = (
                    insert(connection, LeaseRow).on_conflict_do_nothing().returning(_LEASE.c.partition)
                )
                new = [row.partition for row in connection.execute(statement, values)]
            free = [one for one, row in rows.items() if row["until"] <= now]
            if free:
                taken = (_LEASE.c.step == step, _LEASE.c.partition.in_(free))
                change = update(_LEASE).where(*taken).values(token=_LEASE.c.token + 1, until=until)
                connection.execute(change)
        tokens = dict.fromkeys(new, 1) | {one: rows[one]["token"] + 1 for one in free}
        return [
            Claim(step=step, partition=one, token=tokens[one], until=until)
            for one in partitions
            if one in tokens
        ]

    def renew(self, claim: Claim, *, now: datetime, lease: timedelta) -> Claim:
        """Extend a claim.

        Raises:
            LeaseLost: another process holds it now.
        """
        found = self.renew_all([claim], now=now, lease=lease)
        if not found:
            raise LeaseLost(claim.step, claim.partition)
        return found[0]

    def renew_all(self, claims: Sequence[Claim], *, now: datetime, lease: timedelta) -> list[Claim]:
        """Extend claims, in one transaction; those that another process holds now are left out."""
        with self.under_all(claims) as (connection, held):
            connection.execute(update(_LEASE).where(_any_of(held)).values(until=now + lease))
        return [replace(claim, until=now + lease) for claim in claims if claim in held]

    def release(self, claim: Claim) -> None:
        """Let others have it at once. A claim that was lost is no error here."""
        self.release_all([claim])

    def release_all(self, claims: Sequence[Claim]) -> None:
        """Let others have partitions at once, in one transaction. Claims that were lost are no error here."""
        with self.under_all(claims) as (connection, held):
            connection.execute(update(_LEASE).where(_any_of(held)).values(until=_FREE))

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
        with self.under_all([claim]) as (connection, held):
            if not held:
                raise LeaseLost(claim.step, claim.partition)
            yield connection

    @contextmanager
    def under_all(self, claims: Collection[Claim]) -> Iterator[tuple[Connection, set[Claim]]]:
        """Yield a transaction, and of some claims those that are still held: it may write under these."""
        with writing(self._engine) as connection:
            query = select(_LEASE.c.step, _LEASE.c.partition, _LEASE.c.token).where(_any_of(claims))
            query = query.order_by(_LEASE.c.step, _LEASE.c.partition).with_for_update()
            tokens = {(row.step, row.partition): row.token for row in connection.execute(query)}
            yield connection, {one for one in claims if tokens.get((one.step, one.partition)) == one.token}


def _any_of(claims: Collection[Claim]) -> Any:
    by_step: dict[str, list[str]] = {}
    for claim in claims:
        by_step.setdefault(claim.step, []).append(claim.partition)
    parts = [
        and_(_LEASE.c.step == step, _LEASE.c.partition.in_(partitions))
        for step, partitions in by_step.items()
    ]
    return or_(false(), *parts)
