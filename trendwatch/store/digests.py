"""Questions about digests: what was composed, what a business has been shown, what is on its way.

A digest, the stories it shows, its deliveries and the end of a setback are one transaction, so a digest
that exists is a digest that will leave. A second digest for the same business and period is refused by the
database.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select

from trendwatch.errors import NotFound
from trendwatch.store.delivery_rows import add_once
from trendwatch.store.digest_tables import DigestRow, EditionRow, SetbackRow, ShownRow
from trendwatch.store.engine import reading
from trendwatch.store.frozen import freeze, thaw
from trendwatch.store.leases import Leases
from trendwatch.store.mend_tables import StoryAliasRow
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import StoryRow
from trendwatch.store.votes import Votes
from trendwatch.types.advice import Business, Digest, Memory
from trendwatch.types.delivery import Delivery
from trendwatch.types.work import Claim

_EDITION = table(EditionRow)
_DIGEST = table(DigestRow)
_SHOWN = table(ShownRow)
_SETBACK = table(SetbackRow)
_STORY = table(StoryRow)
_ALIAS = table(StoryAliasRow)

#: The arrival notes of this many issues are remembered with the stories there were at home then.
RECENT_ISSUES = 4
#: What this many issues said is held against new stories that tell the same event: a quarter.
TOLD_ISSUES = 13
#: An arrival note whose states did not change is not shown again within this many: a year.
ARRIVAL_ISSUES = 52
#: A practice is not suggested again within this many: a quarter.
PRACTICE_ISSUES = 13


class Digests:
    """Frozen digests and their deliveries."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases
        self._votes = Votes(engine)

    def add(
        self,
        digest: Digest,
        deliveries: Sequence[Delivery],
        *,
        claim: Claim,
        now: datetime,
        business: Business | None = None,
    ) -> Digest:
        """Keep a digest with its deliveries unless its period has one; return the one that is kept.

        Args:
            digest: composed
            deliveries: on which channels it leaves
            claim: the lease this is done under
            now: aware UTC
            business: as it was when it was composed for, so that a rebuild can ask

        Raises:
            LeaseLost: another process composes for this business now.
        """
        with self._leases.under(claim) as connection:
            edition = select(_EDITION.c.seq).where(_EDITION.c.id == digest.edition_id).scalar_subquery()
            names = {"business_key": digest.business_key, "period": digest.period}
            times = {"cutoff": digest.cutoff, "created_at": now}
            statement = insert(connection, DigestRow).values(
                edition_seq=edition,
                value=freeze(digest),
                business="" if business is None else freeze(business),
                **names,
                **times,
            )
            statement = statement.on_conflict_do_nothing(index_elements=["business_key", "period"])
            seq = connection.execute(statement.returning(_DIGEST.c.seq)).scalar()
            if seq is not None:
                shown = [
                    {**names, "story_id": pick.story_id, "cutoff": digest.cutoff} for pick in digest.picks
                ]
                if shown:
                    connection.execute(insert(connection, ShownRow).on_conflict_do_nothing(), shown)
                for delivery in deliveries:
                    add_once(connection, delivery, seq)
            connection.execute(delete(_SETBACK).where(_SETBACK.c.business_key == digest.business_key))
        return self.get(digest.business_key, digest.period)

    def get(self, business_key: str, period: str) -> Digest:
        """Return the digest of a business for a week such as 2025-W10, or its ``latest``.

        Raises:
            NotFound: there is none.
        """
        found = self.of(business_key, limit=1, period="" if period == "latest" else period)
        if not found:
            raise NotFound("digest", f"{business_key}/{period}", hint="trendwatch digest composes those due")
        return found[0]

    def composed_for(self, business_key: str, period: str) -> Business | None:
        """Return a business as it was when a digest was composed for it, None where that was not kept."""
        query = select(_DIGEST.c.business).where(_DIGEST.c.business_key == business_key)
        with reading(self._engine) as connection:
            value = connection.execute(query.where(_DIGEST.c.period == period)).scalar()
        return thaw(Business, value) if value else None

    def of(self, business_key: str, *, limit: int, period: str = "") -> list[Digest]:
        """Return the digests of a business, the latest first."""
        query = select(_DIGEST.c.value).where(_DIGEST.c.business_key == business_key)
        if period:
            query = query.where(_DIGEST.c.period == period)
        query = query.order_by(_DIGEST.c.cutoff.desc()).limit(limit)
        with reading(self._engine) as connection:
            return [thaw(Digest, value) for value in connection.execute(query).scalars()]

    def issues(self, *, since: datetime) -> dict[str, dict[str, datetime]]:
        """Return the periods that each business has an issue of, with their cutoffs, from a time on."""
        return self._issues(_DIGEST.c.cutoff >= since)

    def issues_of(self, business_key: str) -> dict[str, datetime]:
        """Return the periods that a business has an issue of, with their cutoffs."""
        return self._issues(_DIGEST.c.business_key == business_key).get(business_key, {})

    def _issues(self, condition: Any) -> dict[str, dict[str, datetime]]:
        found: dict[str, dict[str, datetime]] = {}
        query = select(_DIGEST.c.business_key, _DIGEST.c.period, _DIGEST.c.cutoff).where(condition)
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                found.setdefault(row.business_key, {})[row.period] = row.cutoff
        return found

    def count(self) -> int:
        """Return how many digests are kept."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).select_from(_DIGEST)).scalar_one())

    def memory(self, business_key: str, *, before: datetime) -> Memory:
        """Return what a business was shown in digests with an earlier cutoff."""
        earlier = (_DIGEST.c.business_key == business_key, _DIGEST.c.cutoff < before)
        shown = (_SHOWN.c.business_key == business_key, _SHOWN.c.cutoff < before)
        latest = select(_DIGEST.c.value).where(*earlier).order_by(_DIGEST.c.cutoff.desc())
        with reading(self._engine) as connection:
            told = [json.loads(one) for one in connection.execute(latest.limit(ARRIVAL_ISSUES)).scalars()]
            query = select(_DIGEST.c.cutoff).where(*earlier).order_by(_DIGEST.c.cutoff.desc())
            cutoffs = connection.execute(query).scalars().all()
            # what was shown is remembered under both names of a story that was merged into another
            renamed = (
                select(_STORY.c.id)
                .join(_ALIAS, _ALIAS.c.id == _SHOWN.c.story_id)
                .join(_STORY, _STORY.c.seq == _ALIAS.c.story_seq)
            )
            named = select(_SHOWN.c.story_id).where(*shown)
            stories = connection.execute(named.union(renamed.where(*shown))).scalars().all()
        return Memory(
            shown=frozenset(stories),
            issues=len(cutoffs),
            last_cutoff=cutoffs[0] if cutoffs else None,
            told=tuple(_told(told[:TOLD_ISSUES])),
            arrivals=_arrivals(told),
            recent_arrivals=frozenset(
                (*_states(note), int(note["home"]["stories"]))
                for digest in told[:RECENT_ISSUES]
                for note in digest.get("arrivals", ())
            ),
            practices=frozenset(
                digest["try_this"]["key"] for digest in told[:PRACTICE_ISSUES] if digest.get("try_this")
            ),
            votes=self._votes.of(business_key, before=before),
        )


def _told(digests: Sequence[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    for ago, digest in enumerate(digests, start=1):
        for pick in (digest.get("one_thing"), *digest.get("worth_a_look", ()), digest.get("outside")):
            if pick:
                yield ago, f"{pick['title'].removeprefix('Update: ')}. {pick['what']}"


def _arrivals(digests: Sequence[dict[str, Any]]) -> frozenset[tuple[str, str, str]]:
    return frozenset(_states(note) for digest in digests for note in digest.get("arrivals", ()))


def _states(note: dict[str, Any]) -> tuple[str, str, str]:
    """Return what an arrival note said: it is news again when one of the two states has changed."""
    return str(note["technology"]), str(note["home"]["state"]), str(note["elsewhere"]["state"])
