"""Send digests:  deliveries due | claim | render | hand over | record.

One delivery has one id for ever, which is also its Message-ID: whatever is repeated after a crash or a
lost reply carries the same one. Before the hand-over the delivery is recorded as in doubt, so that a
crash in between shows; what is in doubt is sent again, as the same mail. Temporary refusals are tried
again for three days, permanent ones are shown and end it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from trendwatch.errors import DeliveryError, LeaseLost, TrendwatchError
from trendwatch.render.email import mail
from trendwatch.store import Store
from trendwatch.types.advice import Digest
from trendwatch.types.delivery import UNSENT, Channel, Delivery, DeliveryState, Mail
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

HANDING_OVER = "handing over; if this stays, the process died in between"
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
            store.leases.release(claim)
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
    if delivery.state not in UNSENT:
        return
    digest = store.digests.get(delivery.business_key, delivery.period)
    delivery = replace(delivery, attempts=delivery.attempts + 1)
    doubt = replace(delivery, state=DeliveryState.IN_DOUBT, next_attempt_at=claim.until, detail=HANDING_OVER)
    store.deliveries.record(doubt, claim=claim)
    try:
        reply = _hand_over(digest, delivery, carrier, sender=sender, base_url=base_url, banner=banner)
    except DeliveryError as error:
        outcome = after_failure(delivery, error, clock=clock)
        report.postponed += outcome.state in UNSENT
        report.failed += outcome.state not in UNSENT
        _log.warning("delivery.failed", delivery=delivery.id, detail=str(error), final=error.permanent)
    else:
        outcome = replace(
            delivery, state=DeliveryState.SENT, sent_at=clock(), next_attempt_at=None, detail=reply
        )
        report.sent += 1
        _log.info("delivery.sent", delivery=delivery.id, business=delivery.business_key)
    store.deliveries.record(outcome, claim=claim)


def _hand_over(
    digest: Digest,
    delivery: Delivery,
    carrier: Callable[[Channel], Carries],
    *,
    sender: str,
    base_url: str,
    banner: str,
) -> str:
    message_id = f"<{delivery.id}@trendwatch>"
    try:
        letter = mail(
            digest,
            sender=sender,
            to=delivery.address,
            message_id=message_id,
            base_url=base_url,
            banner=banner,
        )
        return carrier(delivery.channel).send(letter)
    except TrendwatchError:
        raise
    except Exception as error:
        # A bug of ours in one digest: shown as such, and the other businesses get theirs.
        _log.exception("delivery.crashed", delivery=delivery.id)
        message = f"a bug of trendwatch: {type(error).__name__}: {error}"
        raise DeliveryError(message, permanent=False) from error


def after_failure(delivery: Delivery, error: DeliveryError, *, clock: Clock) -> Delivery:
    """Return what a refused or lost attempt leaves: another try, or the end."""
    tries_left = delivery.attempts <= len(RETRIES)
    if error.permanent or not tries_left:
        return replace(delivery, state=DeliveryState.FAILED, next_attempt_at=None, detail=str(error))
    state = DeliveryState.IN_DOUBT if error.in_doubt else DeliveryState.WAITING
    wait = RETRIES[delivery.attempts - 1]
    return replace(delivery, state=state, next_attempt_at=clock() + wait, detail=str(error))
