"""Send digests:  deliveries due | claim | render | hand over | record.

One delivery has one id for ever, which is also its Message-ID: whatever is repeated after a crash or a
lost reply carries the same one. The attempt is recorded before the hand-over, so that a crash in between
shows. Temporary refusals are tried again for three days, permanent ones are shown and end it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from trendwatch.errors import DeliveryError, LeaseLost
from trendwatch.render.email import mail
from trendwatch.store import Store
from trendwatch.types.delivery import Channel, Delivery, DeliveryState, Mail
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Deliveries taken up per run; the rest follow in the next.
BATCH = 500
#: Waits between attempts; together about three days, then it is given up.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360, 720, 1440, 1440))


class Carries(Protocol):
    """A way out for mail: the outbox folder, an SMTP server, a list in a test."""

    def send(self, mail: Mail) -> str:
        """Hand over a mail; return what the other side said.

        Raises:
            DeliveryError: it was refused or lost.
        """
        ...


@dataclass(slots=True)
class SendReport:
    """What a run of the step did."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    #: deliveries that another process sends
    held: int = 0


def send_due(
    store: Store,
    carrier: Callable[[Channel], Carries],
    *,
    sender: str,
    base_url: str,
    banner: str = "",
    clock: Clock,
    lease: timedelta,
) -> SendReport:
    """Hand over every delivery that is due; a banner stands above each."""
    report = SendReport()
    for delivery in store.deliveries.due(clock(), limit=BATCH):
        claim = store.claim("send", delivery.id, now=clock(), lease=lease)
        if claim is None:
            report.held += 1
            continue
        try:
            _send(
                store,
                delivery.id,
                carrier,
                sender=sender,
                base_url=base_url,
                banner=banner,
                clock=clock,
                claim=claim,
                report=report,
            )
        except LeaseLost:
            report.held += 1
        finally:
            store.leases.release(claim, now=clock())
    return report


def _send(
    store: Store,
    delivery_id: str,
    carrier: Callable[[Channel], Carries],
    *,
    sender: str,
    base_url: str,
    banner: str,
    clock: Clock,
    claim: Claim,
    report: SendReport,
) -> None:
    delivery = store.deliveries.get(delivery_id)  # read under the claim: another may have sent it just now
    if delivery.state is not DeliveryState.WAITING:
        return
    digest = store.digests.get(delivery.business_key, delivery.period)
    message_id = f"<{delivery.id}@trendwatch>"
    letter = mail(
        digest,
        sender=sender,
        to=delivery.address,
        message_id=message_id,
        base_url=base_url,
        banner=banner,
    )
    delivery = replace(delivery, attempts=delivery.attempts + 1, detail="handing over")
    store.deliveries.record(delivery, claim=claim)
    try:
        reply = carrier(delivery.channel).send(letter)
    except DeliveryError as error:
        outcome = after_failure(delivery, error, clock=clock)
        report.postponed += outcome.state is DeliveryState.WAITING
        report.failed += outcome.state is not DeliveryState.WAITING
        _log.warning("delivery.failed", delivery=delivery.id, detail=str(error), final=error.permanent)
    else:
        outcome = replace(
            delivery, state=DeliveryState.SENT, sent_at=clock(), next_attempt_at=None, detail=reply
        )
        report.sent += 1
        _log.info("delivery.sent", delivery=delivery.id, business=delivery.business_key)
    store.deliveries.record(outcome, claim=claim)


def after_failure(delivery: Delivery, error: DeliveryError, *, clock: Clock) -> Delivery:
    """Return what a refused or lost attempt leaves: another try, or the end."""
    tries_left = delivery.attempts <= len(RETRIES)
    if error.permanent or not tries_left:
        return replace(delivery, state=DeliveryState.FAILED, next_attempt_at=None, detail=str(error))
    return replace(delivery, next_attempt_at=clock() + RETRIES[delivery.attempts - 1], detail=str(error))
