"""Questions about votes: what businesses said of the stories they were shown. Nothing is overwritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from trendwatch.store.digest_tables import VoteRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.types.votes import Vote, VoteKind

_VOTE = table(VoteRow)
_NAMES = ("business_key", "story_id", "period", "label", "voted_at")


class Votes:
    """Votes in the order they were cast."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cast(self, vote: Vote) -> None:
        """Keep a vote; from its time on it stands for what was said of the story before."""
        values: dict[str, Any] = {name: getattr(vote, name) for name in _NAMES}
        labels = [[key, confidence] for key, confidence in vote.labels]
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, VoteRow).values(**values, kind=str(vote.kind), labels=labels)
            )

    def of(self, business_key: str, *, before: datetime | None = None) -> tuple[Vote, ...]:
        """Return the votes of a business, those cast before a time."""
        query = select(_VOTE).where(_VOTE.c.business_key == business_key)
        if before is not None:
            query = query.where(_VOTE.c.voted_at < before)
        return self._select(query)

    def wrong_tags(self, since: datetime) -> tuple[Vote, ...]:
        """Return what businesses say of wrong labels since a time and have not taken back, for learning."""
        standing = select(func.max(_VOTE.c.seq)).group_by(_VOTE.c.business_key, _VOTE.c.story_id)
        wrong = _VOTE.c.kind == str(VoteKind.WRONG_TAG)
        query = select(_VOTE).where(wrong, _VOTE.c.voted_at >= since, _VOTE.c.seq.in_(standing))
        return self._select(query)

    def _select(self, query: Any) -> tuple[Vote, ...]:
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_VOTE.c.voted_at, _VOTE.c.seq)).mappings()
            return tuple(_vote(row) for row in rows)


def _vote(row: Any) -> Vote:
    labels = tuple((str(key), float(confidence)) for key, confidence in row["labels"])
    return Vote(**{name: row[name] for name in _NAMES}, kind=VoteKind(row["kind"]), labels=labels)
