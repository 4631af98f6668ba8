"""Send digests and letters:  deliveries due | claim | render | hand over | record.

One delivery has one id for ever, which is also its Message-ID or webhook-id: whatever is repeated after a
crash or a lost reply carries the same one. Before the hand-over the delivery is recorded as in doubt, so
that a crash in between shows; what is in doubt is sent again as the same mail, or held for a person, as the
operator decided. Whether the reader still wants it is asked last, under the claim.

One reader's trouble is their own: what was tried before, or is for somebody others wait for as well, goes
through a lane of its own, so that slow and dead ends never stand in front of the rest. The service runs each
lane by itself, so a long one holds nothing back either.

    fresh     ======= many at a time; what is due meanwhile is taken up by whoever is free
    troubled  == few at a time, for a minute; the rest follow in the next run
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
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
from trendwatch.types.delivery import UNSENT, Channel, Delivery, DeliveryState, Hook, Lane, Mail
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Longer than a conversation in which a mail server uses up every time limit.
SEND_LEASE = timedelta(minutes=15)
HANDING_OVER = "handing over; if this stays, the process died in between"
HELD = "it may have arrived, and is held: trendwatch deliveries again sends it once more"
#: Deliveries looked up at once.
BATCH = 500
#: Of those that were tried before, so many at a time.
TROUBLED = 2
#: No further one of them is begun after this.
TROUBLED_TIME = timedelta(minutes=1)
#: Seconds between two looks for what has fallen due, while some are handed over.
LOOK_SECONDS = 1.0


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
    #: deliveries looked up at once
    at_once: int


def send_due(
    store: Store,
    terms: Terms,
    *,
    clock: Clock,
    lease: timedelta,
    lane: Lane | None = None,
    at_once: int = BATCH,
) -> SendReport:
    """Hand over every delivery that is due; of one lane if named, else of both side by side."""
    work = _Work(store, terms, links_of(store, terms.site), clock, lease, at_once)
    lanes = (lane,) if lane else tuple(Lane)
    report = SendReport()
    for outcome in _outcomes(work, lanes):
        setattr(report, outcome, getattr(report, outcome) + 1)
    return report


Outcome = Literal["sent", "postponed", "failed", "cancelled", "kept_back", "held"]


def _outcomes(work: _Work, lanes: Sequence[Lane]) -> list[Outcome]:
    if work.terms.workers == 1:
        due = [work.store.deliveries.due(work.clock(), limit=work.at_once, lane=lane) for lane in lanes]
        return [_take(work, one.id) for of_lane in due for one in of_lane]
    with ThreadPoolExecutor(len(lanes), thread_name_prefix="trendwatch-lane") as pool:
        found = pool.map(lambda lane: _Run(work, lane).outcomes(), lanes)
        return [outcome for one in found for outcome in one]


class _Run:
    """One lane, worked off many at a time; each delivery once."""

    def __init__(self, work: _Work, lane: Lane) -> None:
        self._work = work
        self._lane = lane
        self._begun = work.clock()
        self._workers = work.terms.workers if lane is Lane.FRESH else TROUBLED
        self._known: set[str] = set()
        self._waiting: deque[str] = deque()

    def outcomes(self) -> list[Outcome]:
        """Hand over what is due, and what falls due while that lasts; return what came of each."""
        done: list[Outcome] = []
        running: set[Future[Outcome]] = set()
        with ThreadPoolExecutor(self._workers, thread_name_prefix=f"trendwatch-{self._lane}") as pool:
            while True:
                self._look()
                while self._waiting and len(running) < self._workers:
                    running.add(pool.submit(_take, self._work, self._waiting.popleft()))
                if not running:
                    return done
                over, running = wait(running, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
                done += [one.result() for one in over]

    def _look(self) -> None:
        """Find what is due now. The troubled lane begins nothing after a while: who stops us waits for it."""
        now = self._work.clock()
        if self._lane is Lane.TROUBLED and now - self._begun > TROUBLED_TIME:
            self._waiting.clear()
        elif not self._waiting:
            due = self._work.store.deliveries.due(now, limit=self._work.at_once, lane=self._lane)
            self._waiting += [one.id for one in due if one.id not in self._known]
            self._known.update(self._waiting)


def _take(work: _Work, delivery_id: str) -> Outcome:
    claim = work.store.claim("send", delivery_id, now=work.clock(), lease=work.lease)
    if claim is None:
        return "held"
    try:
        return _send(work, delivery_id, claim)
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
    if not store.deliveries.record(doubt, claim=claim):
        return "cancelled"  # taken back since it was read
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
        kept = follow(work.store, outcome, error, claim=claim, terms=work.terms, now=work.clock())
        return "cancelled" if not kept else "failed" if final else "postponed"
    now = work.clock()
    sent = replace(delivery, state=DeliveryState.SENT, sent_at=now, next_attempt_at=None, detail=reply)
    follow(work.store, sent, None, claim=claim, terms=work.terms, now=now)
    _log.info("delivery.sent", delivery=delivery.id, business=delivery.business_key)
    return "sent"


def _hand_over(work: _Work, delivery: Delivery) -> str:
    """Render a delivery and hand it over; return what the other side said.

    Raises:
        DeliveryError: it was refused or lost, or a bug of ours kept it from being rendered.
    """
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
