"""Send digests and letters:  deliveries due | claim | render | hand over | record.

One delivery has one id for ever, which is also its Message-ID or webhook-id: whatever is repeated after a
crash or a lost reply carries the same one. Before the hand-over the delivery is recorded as in doubt, so
that a crash in between shows; what is in doubt is sent again as the same mail, or held for a person, as the
operator decided. Whether the reader still wants it is asked last, under the claim.

One reader's trouble is their own: what was tried before, or is for somebody others wait for as well, goes
through a lane of its own, so that slow and dead ends never stand in front of the rest.

    fresh     ======= many at a time
    troubled  == few at a time
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, Protocol

import structlog

from trendwatch.deliver.links import Links
from trendwatch.errors import DeliveryError, LeaseLost, TrendwatchError
from trendwatch.pipeline.aftermath import follow
from trendwatch.pipeline.letterpress import hook_for, mail_for, unwanted
from trendwatch.pipeline.outgoing import links_of
from trendwatch.pipeline.retries import after_failure
from trendwatch.store import Store
from trendwatch.types.delivery import UNSENT, Channel, Delivery, DeliveryState, Hook, Mail
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

HANDING_OVER = "handing over; if this stays, the process died in between"
HELD = "it may have arrived, and is held: trendwatch deliveries again sends it once more"
#: Deliveries taken up per run; the rest follow in the next.
BATCH = 500
#: Of those that were tried before, so many at a time.
TROUBLED = 2


class Carries(Protocol):
    """A way out for mail: the outbox folder, an SMTP server, a list in a test."""

    def send(self, mail: Mail) -> str:
        """Hand over a mail; return what the other side said.

        Raises:
            DeliveryError: it was refused or lost.
        """
        ...


class Calls(Protocol):
    """A way out for webhooks."""

    def send(self, hook: Hook) -> str:
        """Call an endpoint; return what it said.

        Raises:
            DeliveryError: it was refused or lost.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How things leave, as configured."""

    carrier: Callable[[Channel], Carries]
    caller: Calls
    #: From line
    sender: str
    #: where our pages are
    site: str
    #: a sentence above every mail
    banner: str = ""
    #: what happens to a mail that may have arrived
    in_doubt: Literal["resend", "hold"] = "resend"
    #: how letters of ours leave
    mail: Channel = Channel.OUTBOX
    #: who is told what an operator must know, "" for nobody
    operator: str = ""
    #: deliveries handed over at the same time; 1 does it in this thread
    workers: int = 1


@dataclass(slots=True)
class SendReport:
    """What a run of the step did."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    #: taken back: whoever it was for does not want it any more
    cancelled: int = 0
    #: in doubt, waiting for a person
    kept_back: int = 0
    #: deliveries that another process sends
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Work:
    store: Store
    terms: Terms
    links: Links
    clock: Clock
    lease: timedelta


def send_due(store: Store, terms: Terms, *, clock: Clock, lease: timedelta) -> SendReport:
    """Hand over every delivery that is due."""
    work = _Work(store, terms, links_of(store, terms.site), clock, lease)
    due = store.deliveries.due(clock(), limit=BATCH)
    report = SendReport()
    for outcome in _outcomes(work, due):
        setattr(report, outcome, getattr(report, outcome) + 1)
    return report


Outcome = Literal["sent", "postponed", "failed", "cancelled", "kept_back", "held"]


def _outcomes(work: _Work, due: Sequence[Delivery]) -> list[Outcome]:
    if work.terms.workers == 1:
        return [_take(work, one) for one in due]
    slow = work.store.deliveries.troubled()
    with (
        ThreadPoolExecutor(work.terms.workers, thread_name_prefix="trendwatch-send") as fresh,
        ThreadPoolExecutor(TROUBLED, thread_name_prefix="trendwatch-resend") as troubled,
    ):
        running: list[Future[Outcome]] = [
            (troubled if one.attempts or one.target in slow else fresh).submit(_take, work, one)
            for one in due
        ]
    return [one.result() for one in running]


def _take(work: _Work, delivery: Delivery) -> Outcome:
    claim = work.store.claim("send", delivery.id, now=work.clock(), lease=work.lease)
    if claim is None:
        return "held"
    try:
        return _send(work, delivery.id, claim)
    except LeaseLost:
        return "held"
    finally:
        work.store.leases.release(claim)


def _send(work: _Work, delivery_id: str, claim: Claim) -> Outcome:
    store = work.store
    delivery = store.deliveries.get(delivery_id)  # read under the claim: another may have sent it just now
    if delivery.state not in UNSENT:
        return "held"
    if why := unwanted(store, delivery):
        _keep(store, delivery, claim, state=DeliveryState.CANCELLED, detail=why)
        _log.info("delivery.cancelled", delivery=delivery.id, why=why)
        return "cancelled"
    if _is_kept_back(work.terms, delivery):
        _keep(store, delivery, claim, state=DeliveryState.IN_DOUBT, detail=HELD)
        _log.warning("delivery.kept_back", delivery=delivery.id)
        return "kept_back"
    now = work.clock()
    begun = delivery.first_attempt_at or now
    delivery = replace(delivery, attempts=delivery.attempts + 1, first_attempt_at=begun)
    doubt = replace(
        delivery,
        state=DeliveryState.IN_DOUBT,
        doubts=delivery.doubts + 1,
        next_attempt_at=claim.until,
        detail=HANDING_OVER,
    )
    store.deliveries.record(doubt, claim=claim)
    return _handed_over(work, delivery, claim)


def _is_kept_back(terms: Terms, delivery: Delivery) -> bool:
    """Tell whether a mail that may have arrived waits for a person; receivers of webhooks know a repeat."""
    in_doubt = delivery.state is DeliveryState.IN_DOUBT and delivery.channel is not Channel.WEBHOOK
    return terms.in_doubt == "hold" and in_doubt


def _keep(store: Store, delivery: Delivery, claim: Claim, *, state: DeliveryState, detail: str) -> None:
    kept = replace(delivery, state=state, next_attempt_at=None, detail=detail)
    store.deliveries.record(kept, claim=claim)


def _handed_over(work: _Work, delivery: Delivery, claim: Claim) -> Outcome:
    try:
        reply = _hand_over(work, delivery)
    except DeliveryError as error:
        outcome = after_failure(delivery, error, now=work.clock())
        final = outcome.state is DeliveryState.FAILED
        _log.warning("delivery.failed", delivery=delivery.id, detail=str(error), final=final)
        follow(work.store, outcome, error, claim=claim, terms=work.terms, now=work.clock())
        return "failed" if final else "postponed"
    now = work.clock()
    sent = replace(delivery, state=DeliveryState.SENT, sent_at=now, next_attempt_at=None, detail=reply)
    follow(work.store, sent, None, claim=claim, terms=work.terms, now=now)
    _log.info("delivery.sent", delivery=delivery.id, business=delivery.business_key)
    return "sent"


def _hand_over(work: _Work, delivery: Delivery) -> str:
    terms = work.terms
    try:
        if delivery.channel is Channel.WEBHOOK:
            return terms.caller.send(hook_for(work.store, delivery, site=terms.site, now=work.clock()))
        return terms.carrier(delivery.channel).send(
            mail_for(
                work.store,
                delivery,
                sender=terms.sender,
                site=terms.site,
                links=work.links,
                banner=terms.banner,
            )
        )
    except TrendwatchError:
        raise
    except Exception as error:
        # A bug of ours in one digest: shown as such, and the other businesses get theirs.
        _log.exception("delivery.crashed", delivery=delivery.id)
        message = f"a bug of trendwatch: {type(error).__name__}: {error}"
        raise DeliveryError(message, permanent=False) from error
