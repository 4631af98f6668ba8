"""Rows of delivery that are written inside somebody's transaction: a mail, a notice, the end of either.

So what happens and what is told of it are kept together or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, update

from trendwatch.store.delivery_tables import DeliveryRow, NoticeRow
from trendwatch.store.frozen import freeze
from trendwatch.store.statements import insert, table
from trendwatch.types.delivery import UNSENT, Delivery, DeliveryState, Notice

_DELIVERY = table(DeliveryRow)
_NOTICE = table(NoticeRow)

#: States of what has still to be sent, as they stand in rows.
OPEN = tuple(str(state) for state in UNSENT)
#: Fields of a delivery that are columns by the same name.
DELIVERY_NAMES = (
    *("id", "business_key", "period", "channel", "address", "state", "kind", "target", "attempts", "doubts"),
    *("first_attempt_at", "next_attempt_at", "sent_at", "detail", "letter"),
)
#: The same of a notice.
NOTICE_NAMES = ("kind", "subject", "audience", "business_key", "text", "opened_at", "ended_at")


def add_once(connection: Connection, delivery: Delivery, digest_seq: int | None = None) -> bool:
    """Write a delivery unless it is there; return whether it is new."""
    values = {name: getattr(delivery, name) for name in DELIVERY_NAMES}
    values |= {name: str(values[name]) for name in ("channel", "state", "kind")}
    values["letter"] = None if delivery.letter is None else freeze(delivery.letter)
    statement = insert(connection, DeliveryRow).values(**values, digest_seq=digest_seq)
    statement = statement.on_conflict_do_nothing(index_elements=["id"]).returning(_DELIVERY.c.seq)
    return connection.execute(statement).scalar() is not None


def cancel(connection: Connection, target: str, why: str) -> int:
    """Take back what waits for a reader; return how many."""
    waiting = (_DELIVERY.c.target == target, _DELIVERY.c.state.in_(OPEN))
    values = {"state": str(DeliveryState.CANCELLED), "next_attempt_at": None, "detail": why}
    return connection.execute(update(_DELIVERY).where(*waiting).values(**values)).rowcount


def open_notice(connection: Connection, notice: Notice, letters: Sequence[Delivery]) -> bool:
    """Write a notice with the letters that tell it; return False where it is open already."""
    values = {name: getattr(notice, name) for name in NOTICE_NAMES} | {"audience": str(notice.audience)}
    statement = insert(connection, NoticeRow).values(**values)
    statement = statement.on_conflict_do_nothing(
        index_elements=["kind", "subject"], index_where=_NOTICE.c.ended_at.is_(None)
    )
    new = connection.execute(statement.returning(_NOTICE.c.seq)).scalar() is not None
    for letter in letters if new else ():
        add_once(connection, letter)
    return new


def end_notice(connection: Connection, kind: str, subject: str, *, now: datetime) -> bool:
    """Note that what a notice told of is over; return whether it was open."""
    mine = (_NOTICE.c.kind == kind, _NOTICE.c.subject == subject, _NOTICE.c.ended_at.is_(None))
    return bool(connection.execute(update(_NOTICE).where(*mine).values(ended_at=now)).rowcount)
