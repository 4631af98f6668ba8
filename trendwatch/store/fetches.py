"""Questions about polls that were: the history of feeds, and the times in which they were broken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, Select, or_, select, update

from trendwatch.store.engine import reading, writing
from trendwatch.store.intake import HISTORY
from trendwatch.store.poll_tables import EpisodeRow, FetchRow
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow
from trendwatch.types.fetches import Drop, Episode, Fetch, Ledger, Outcome
from trendwatch.types.news import Failure

_FEED = table(FeedRow)
_FETCH = table(FetchRow)
_EPISODE = table(EpisodeRow)
#: Polls ago, 0 for the last one.
_AGE = (_FEED.c.fetches - 1 - _FETCH.c.slot + HISTORY) % HISTORY


class Fetches:
    """What polls came to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def history(self, key: str, *, limit: int = HISTORY) -> tuple[Fetch, ...]:
        """Return the last polls of a feed, the latest first."""
        return self.histories(limit=limit, key=key).get(key, ())

    def histories(self, *, limit: int, key: str | None = None) -> dict[str, tuple[Fetch, ...]]:
        """Return the last polls of every feed by its key, the latest first; one never polled is left out."""
        query = (
            select(_FEED.c.key, _FETCH)
            .join(_FEED, _FEED.c.seq == _FETCH.c.feed_seq)
            .where(limit > _AGE)
            .order_by(_FEED.c.key, _AGE)
        )
        if key is not None:
            query = query.where(_FEED.c.key == key)
        found: dict[str, list[Fetch]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query).mappings():
                found.setdefault(row["key"], []).append(_fetch(row))
        return {key: tuple(fetches) for key, fetches in found.items()}

    def episodes(self, key: str, *, limit: int = 5) -> tuple[Episode, ...]:
        """Return when a feed was broken, the latest first."""
        query = _episodes().where(_FEED.c.key == key).order_by(_EPISODE.c.seq.desc()).limit(limit)
        return self._read(query)

    def broken(self, *, since: datetime) -> tuple[Episode, ...]:
        """Return the breakages of feeds that are polled which last since a time, the longest first."""
        lasting = (_EPISODE.c.ended_at.is_(None), _EPISODE.c.began_at <= since, _FEED.c.enabled)
        return self._read(_episodes().where(*lasting).order_by(_EPISODE.c.began_at, _EPISODE.c.seq))

    def tell(self, *, now: datetime, after: timedelta) -> tuple[Episode, ...]:
        """Return the breakages to tell operators of, and never return them again.

        Args:
            now: the time they are told at.
            after: how long a feed must be broken; one that is gone for good is told of at once.
        """
        enabled = select(_FEED.c.seq).where(_FEED.c.enabled)
        due = or_(_EPISODE.c.began_at <= now - after, _EPISODE.c.failure == str(Failure.GONE))
        untold = (_EPISODE.c.ended_at.is_(None), _EPISODE.c.told_at.is_(None), due)
        waiting = _EPISODE.c.feed_seq.in_(enabled)
        with reading(self._engine) as connection:
            if connection.execute(select(_EPISODE.c.seq).where(*untold, waiting).limit(1)).first() is None:
                return ()  # the usual case takes no lock
        with writing(self._engine) as connection:
            statement = update(_EPISODE).where(*untold, waiting).values(told_at=now).returning(_EPISODE.c.seq)
            told = connection.execute(statement).scalars().all()
            rows = connection.execute(_episodes().where(_EPISODE.c.seq.in_(told)).order_by(_EPISODE.c.seq))
            return tuple(_episode(row) for row in rows.mappings())

    def _read(self, query: Select[Any]) -> tuple[Episode, ...]:
        with reading(self._engine) as connection:
            return tuple(_episode(row) for row in connection.execute(query).mappings())


def total(fetches: Sequence[Fetch]) -> Ledger:
    """Return the ledger of several polls together."""
    ledger = Ledger()
    for fetch in fetches:
        ledger += fetch.ledger
    return ledger


def _episodes() -> Select[Any]:
    return select(_EPISODE, _FEED.c.key.label("feed_key")).join(_FEED, _FEED.c.seq == _EPISODE.c.feed_seq)


def _fetch(row: RowMapping) -> Fetch:
    drops = {Drop(name): count for name, count in row["drops"].items()}
    return Fetch(
        at=row["at"],
        outcome=Outcome(row["outcome"]),
        failure=Failure(row["failure"]) if row["failure"] else None,
        size=row["size"],
        milliseconds=row["milliseconds"],
        ledger=Ledger(fetched=row["fetched"], kept=row["kept"], drops=drops),
    )


def _episode(row: RowMapping) -> Episode:
    names = ("feed_key", "began_at", "detail", "told_at", "ended_at")
    return Episode(failure=Failure(row["failure"]), **{name: row[name] for name in names})
