"""Questions about what a person must know: told once for as long as it lasts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, select

from trendwatch.store.delivery_rows import NOTICE_NAMES, end_notice, open_notice
from trendwatch.store.delivery_tables import NoticeRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import table
from trendwatch.types.delivery import Audience, Delivery, Notice

_NOTICE = table(NoticeRow)


class Notices:
    """What went wrong and lasts, and what did."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(self, notice: Notice, letters: tuple[Delivery, ...] = ()) -> bool:
        """Keep a notice with the letters that tell it; return False where it is open already."""
        with writing(self._engine) as connection:
            return open_notice(connection, notice, letters)

    def end(self, kind: str, subject: str = "", *, now: datetime) -> bool:
        """Note that something is over; return whether it was open."""
        mine = (_NOTICE.c.kind == kind, _NOTICE.c.subject == subject, _NOTICE.c.ended_at.is_(None))
        with reading(self._engine) as connection:
            if connection.execute(select(_NOTICE.c.seq).where(*mine)).first() is None:
                return False  # the usual case, and no reason to lock the database
        with writing(self._engine) as connection:
            return end_notice(connection, kind, subject, now=now)

    def latest(
        self, *, over: bool = False, business_key: str | None = None, limit: int = 100
    ) -> list[Notice]:
        """Return notices, the latest first; those that are over too if wished."""
        query = select(_NOTICE).order_by(_NOTICE.c.seq.desc()).limit(limit)
        if not over:
            query = query.where(_NOTICE.c.ended_at.is_(None))
        if business_key is not None:
            query = query.where(_NOTICE.c.business_key == business_key)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings()
            return [
                Notice(**{name: row[name] for name in NOTICE_NAMES} | {"audience": Audience(row["audience"])})
                for row in rows
            ]
