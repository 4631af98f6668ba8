"""Questions about what is on its way: due, held, sent, in doubt.

A digest's deliveries are written with it (store/digests.py); letters of ours are added here. What came of
an attempt, a bounce it counts as, a webhook it ends and what is told of that are one transaction, under the
lease of the attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, and_, func, or_, select, update

from trendwatch.errors import NotFound
from trendwatch.store.delivery_rows import DELIVERY_NAMES, OPEN, add_once, cancel, open_notice
from trendwatch.store.delivery_tables import DeliveryRow, EndpointRow, RecipientRow
from trendwatch.store.engine import reading, writing
from trendwatch.store.frozen import thaw
from trendwatch.store.leases import Leases
from trendwatch.store.statements import table
from trendwatch.types.delivery import (
    Channel,
    Consent,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Lane,
    Letter,
    Notice,
)
from trendwatch.types.work import Claim

_DELIVERY = table(DeliveryRow)
_RECIPIENT = table(RecipientRow)
_ENDPOINT = table(EndpointRow)

#: What a delivery that was given up says of its address.
Bounce = Literal["", "hard", "soft"]

#: Digests refused for good, one after the other, before an address gets no more.
HARD_BOUNCES = 3

_OTHER = _DELIVERY.alias("other")
_TRIED = select(_OTHER.c.target).where(_OTHER.c.state.in_(OPEN), _OTHER.c.attempts > 0, _OTHER.c.target != "")
#: Troubled is what was tried before, and what is for somebody whom something unsent was tried for.
_LANES = {
    Lane.FRESH: and_(_DELIVERY.c.attempts == 0, _DELIVERY.c.target.not_in(_TRIED)),
    Lane.TROUBLED: or_(_DELIVERY.c.attempts > 0, _DELIVERY.c.target.in_(_TRIED)),
}
_OUTCOME = ("state", "attempts", "doubts", "first_attempt_at", "next_attempt_at", "sent_at", "detail")


class Deliveries:
    """Digests and letters on their way."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def add(self, deliveries: Sequence[Delivery]) -> int:
        """Keep letters, and digests for readers who agreed later; return how many are new."""
        with writing(self._engine) as connection:
            return sum(add_once(connection, one) for one in deliveries)

    def due(self, now: datetime, *, limit: int, lane: Lane | None = None) -> list[Delivery]:
        """Return deliveries that are not sent and may be tried now, the oldest first; of one lane if any."""
        due = [_DELIVERY.c.state.in_(OPEN), _DELIVERY.c.next_attempt_at <= now]
        return self._select(*due, *([_LANES[lane]] if lane else []), limit=limit)

    def get(self, delivery_id: str) -> Delivery:
        """Return one delivery.

        Raises:
            NotFound: there is none.
        """
        found = self._select(_DELIVERY.c.id == delivery_id, limit=1)
        if not found:
            raise NotFound("delivery", delivery_id, hint="trendwatch deliveries list shows them")
        return found[0]

    def of(self, business_key: str, *, limit: int = 100) -> list[Delivery]:
        """Return the deliveries of a business, the latest first."""
        mine = _DELIVERY.c.business_key == business_key
        return self._select(mine, limit=limit, order=_DELIVERY.c.seq.desc())

    def latest(self, *, states: Sequence[DeliveryState] = (), limit: int = 100) -> list[Delivery]:
        """Return deliveries of all businesses, the latest first; those in some states if any are named."""
        wanted = [_DELIVERY.c.state.in_([str(state) for state in states])] if states else []
        return self._select(*wanted, limit=limit, order=_DELIVERY.c.seq.desc())

    def has_letter_to(self, address: str, *, since: datetime) -> bool:
        """Return whether a letter went to a reader's address since a time, or still goes, of any business."""
        written = func.coalesce(
            _DELIVERY.c.sent_at, _DELIVERY.c.first_attempt_at, _DELIVERY.c.next_attempt_at
        )
        query = select(_DELIVERY.c.id).where(
            _DELIVERY.c.kind == str(DeliveryKind.LETTER),
            _DELIVERY.c.target != "",
            _DELIVERY.c.state != str(DeliveryState.CANCELLED),
            func.lower(_DELIVERY.c.address) == address.strip().lower(),
            written >= since,
        )
        with reading(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def count_by_state(self) -> dict[DeliveryState, int]:
        """Return how many deliveries are in each state."""
        query = select(_DELIVERY.c.state, func.count()).group_by(_DELIVERY.c.state)
        with reading(self._engine) as connection:
            counted = {DeliveryState(row[0]): int(row[1]) for row in connection.execute(query)}
        return {state: counted.get(state, 0) for state in DeliveryState}

    def record(
        self,
        delivery: Delivery,
        *,
        claim: Claim,
        now: datetime | None = None,
        bounce: Bounce = "",
        disable: str = "",
        notice: Notice | None = None,
        letters: Sequence[Delivery] = (),
    ) -> bool:
        """Keep what is tried now or came of it, and what follows for whoever it was for.

        Args:
            delivery: as it is now
            claim: of the attempt
            now: needed where a bounce or an ended webhook follows
            bounce: given up; hard where the address itself was refused
            disable: why its webhook gets nothing any more, "" to leave it on
            notice: what is told of it, once; of a bounce or an ended webhook only where that ends something
            letters: that tell it

        Returns:
            whether it was kept: False where it was taken back or sent meanwhile, except that what was sent is
            always kept as sent.

        Raises:
            LeaseLost: another process sends this delivery now.
        """
        values = {name: getattr(delivery, name) for name in _OUTCOME} | {"state": str(delivery.state)}
        sent = delivery.state is DeliveryState.SENT
        mine = [_DELIVERY.c.id == delivery.id, *([] if sent else [_DELIVERY.c.state.in_(OPEN)])]
        with self._leases.under(claim) as connection:
            if not connection.execute(update(_DELIVERY).where(*mine).values(**values)).rowcount:
                return False
            ends = True
            if sent and delivery.target:
                arrived = update(_RECIPIENT).where(_RECIPIENT.c.id == delivery.target)
                connection.execute(arrived.values(hard_bounces=0, soft_bounces=0))
            elif disable:
                ends = _disable(connection, delivery.target, disable)
            elif bounce:
                ends = _count(connection, delivery.target, bounce, now=now)
            if notice is not None and ends:
                open_notice(connection, notice, letters)
        return True

    def again(self, delivery_id: str, *, now: datetime) -> Delivery:
        """Send a delivery once more, whatever became of it, under the same id.

        Raises:
            NotFound: there is none.
        """
        found = replace(self.get(delivery_id), state=DeliveryState.WAITING, next_attempt_at=now)
        # A person asked: the days that were waited already do not count.
        values = {"state": str(found.state), "next_attempt_at": now, "attempts": 0, "first_attempt_at": None}
        with writing(self._engine) as connection:
            connection.execute(update(_DELIVERY).where(_DELIVERY.c.id == delivery_id).values(**values))
        return replace(found, attempts=0, first_attempt_at=None)

    def _select(self, *conditions: Any, limit: int, order: Any = _DELIVERY.c.seq) -> list[Delivery]:
        query = select(_DELIVERY).where(*conditions).order_by(order).limit(limit)
        with reading(self._engine) as connection:
            return [_delivery(row) for row in connection.execute(query).mappings()]


def _disable(connection: Connection, target: str, why: str) -> bool:
    """Switch a webhook off; return whether it was on."""
    on = (_ENDPOINT.c.id == target, _ENDPOINT.c.disabled == "")
    cancel(connection, target, why)
    return bool(connection.execute(update(_ENDPOINT).where(*on).values(disabled=why)).rowcount)


def _count(connection: Connection, target: str, bounce: Bounce, *, now: datetime | None) -> bool:
    """Count a bounce; return whether the address gets no more because of it."""
    mine = _RECIPIENT.c.id == target
    which = _RECIPIENT.c.hard_bounces if bounce == "hard" else _RECIPIENT.c.soft_bounces
    counted = update(_RECIPIENT).where(mine).values({which: which + 1}).returning(_RECIPIENT.c.hard_bounces)
    if (connection.execute(counted).scalar() or 0) < HARD_BOUNCES:
        return False
    wanted = (mine, _RECIPIENT.c.consent == str(Consent.CONFIRMED))
    values = {"consent": str(Consent.SUPPRESSED), "changed_at": now, "left_at": now}
    if not connection.execute(update(_RECIPIENT).where(*wanted).values(**values)).rowcount:
        return False
    cancel(connection, target, "the address refuses mail for good")
    return True


def _delivery(row: Any) -> Delivery:
    values = {name: row[name] for name in DELIVERY_NAMES}
    values |= {
        "channel": Channel(row["channel"]),
        "state": DeliveryState(row["state"]),
        "kind": DeliveryKind(row["kind"]),
        "letter": None if row["letter"] is None else thaw(Letter, row["letter"]),
    }
    return Delivery(**values)
