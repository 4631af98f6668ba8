"""Questions about editions: what the digests of one cutoff may draw on. Written once, never changed.

A cutoff has a second edition where somebody's window begins before that of the first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Engine, select

from trendwatch.errors import NotFound
from trendwatch.store.digest_tables import EditionRow, KnowledgeRow
from trendwatch.store.engine import reading
from trendwatch.store.frozen import freeze, thaw
from trendwatch.store.leases import Leases
from trendwatch.store.statements import insert, table
from trendwatch.types.advice import Edition
from trendwatch.types.knowledge import NO_KNOWLEDGE, Knowledge
from trendwatch.types.work import Claim

_EDITION = table(EditionRow)
_KNOWLEDGE = table(KnowledgeRow)


class Editions:
    """Frozen editions."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def find(self, edition_id: str) -> Edition | None:
        """Return a frozen edition, None where its cutoff has none yet."""
        known = _EDITION.c.knowledge_hash == _KNOWLEDGE.c.hash
        query = select(_EDITION.c.value, _KNOWLEDGE.c.value.label("knowledge")).outerjoin(_KNOWLEDGE, known)
        with reading(self._engine) as connection:
            row = connection.execute(query.where(_EDITION.c.id == edition_id)).one_or_none()
        if row is None:
            return None
        edition = thaw(Edition, row.value)
        return replace(edition, knowledge=thaw(Knowledge, row.knowledge)) if row.knowledge else edition

    def get(self, edition_id: str) -> Edition:
        """Return a frozen edition.

        Raises:
            NotFound: there is none.
        """
        found = self.find(edition_id)
        if found is None:
            raise NotFound("edition", edition_id)
        return found

    def reaching(self, cutoff: datetime, *, since: datetime) -> Edition | None:
        """Return the shortest edition of a cutoff that begins at a time or before, None for none."""
        query = select(_EDITION.c.id).where(_EDITION.c.cutoff == cutoff)
        with reading(self._engine) as connection:
            ids = connection.execute(query).scalars().all()
        found = (self.get(one) for one in ids)
        return max((one for one in found if one.since <= since), key=lambda one: one.since, default=None)

    def latest(self) -> Edition | None:
        """Return the edition of the latest cutoff, None before the first."""
        query = select(_EDITION.c.id).order_by(_EDITION.c.cutoff.desc(), _EDITION.c.seq).limit(1)
        with reading(self._engine) as connection:
            found = connection.execute(query).scalar()
        return None if found is None else self.find(found)

    def since(self, when: datetime) -> list[str]:
        """Return the ids of the editions with a cutoff from a time on, the earliest first."""
        query = select(_EDITION.c.id).where(_EDITION.c.cutoff >= when)
        query = query.order_by(_EDITION.c.cutoff, _EDITION.c.seq)
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def freeze(self, edition: Edition, *, claim: Claim, now: datetime) -> Edition:
        """Keep an edition unless there is one of its id already; return the one that is kept.

        Raises:
            LeaseLost: another process composes now.
        """
        with self._leases.under(claim) as connection:
            known = freeze(edition.knowledge)
            mark = sha256(known.encode()).hexdigest()
            once = insert(connection, KnowledgeRow).values(hash=mark, value=known)
            connection.execute(once.on_conflict_do_nothing(index_elements=["hash"]))
            bare = freeze(replace(edition, knowledge=NO_KNOWLEDGE))
            values = {"cutoff": edition.cutoff, "created_at": now, "value": bare, "knowledge_hash": mark}
            statement = insert(connection, EditionRow).values(id=edition.id, **values)
            connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]))
        return self.get(edition.id)
