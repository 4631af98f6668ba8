"""What follows from an attempt: bounces counted, webhooks switched off, people told, each once.

refused for good, three digests running     the address gets no more; its business is told
a webhook gone, or failing for 75.6 hours   it is switched off; its business and the operator are told
our login, name or certificate refused      the operator is told; over with the next mail that leaves
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from trendwatch.errors import DeliveryError
from trendwatch.pipeline.outgoing import tell
from trendwatch.store import Store
from trendwatch.store.deliveries import HARD_BOUNCES, Bounce
from trendwatch.types.delivery import Audience, Channel, Delivery, DeliveryKind, DeliveryState, Notice
from trendwatch.types.work import Claim


class Tells(Protocol):
    """How people are told."""

    @property
    def mail(self) -> Channel:
        """Return how letters leave."""
        ...

    @property
    def operator(self) -> str:
        """Return the operator's address, "" for none."""
        ...


def follow(
    store: Store, outcome: Delivery, error: DeliveryError | None, *, claim: Claim, terms: Tells, now: datetime
) -> None:
    """Keep an outcome and do what follows from it.

    Raises:
        LeaseLost: another process sends this delivery now; nothing was kept.
    """
    hook = outcome.channel is Channel.WEBHOOK
    over = outcome.state is DeliveryState.FAILED
    disable = f"switched off: {outcome.detail}" if hook and over else ""
    bounce: Bounce = ""
    if over and not hook and error is not None and outcome.kind is DeliveryKind.DIGEST:
        bounce = "hard" if error.hard else "soft" if not error.operator else ""
    suppressed = store.deliveries.record(outcome, claim=claim, now=now, bounce=bounce, disable=disable)
    if error is None and outcome.channel is Channel.SMTP:
        store.notices.end("smtp", now=now)
    if error is not None and error.operator:
        _tell_of_server(store, error, terms, now=now)
    if suppressed:
        _tell_of_address(store, outcome, terms, now=now)
    if disable:
        _tell_of_webhook(store, outcome, terms, now=now)


def _tell_of_server(store: Store, error: DeliveryError, terms: Tells, *, now: datetime) -> None:
    notice = Notice(
        kind="smtp",
        subject="",
        audience=Audience.OPERATOR,
        business_key="",
        text=f"Mails wait, because the mail server does not take them from us: {error}. They are tried again "
        "by themselves for a week; check the settings under [mail], trendwatch doctor helps.",
        opened_at=now,
    )
    _tell(store, notice, terms, subject="trendwatch: the mail server refuses us")


def _tell_of_address(store: Store, outcome: Delivery, terms: Tells, *, now: datetime) -> None:
    notice = Notice(
        kind="suppressed",
        subject=outcome.target,
        audience=Audience.OWNER,
        business_key=outcome.business_key,
        text=f"{outcome.address} refused {HARD_BOUNCES} digests for good, so it gets no more. "
        f"Its server said: {outcome.detail}. Name another address, or ask this one anew.",
        opened_at=now,
    )
    _tell(store, notice, terms, subject="An address of yours gets no more digests")


def _tell_of_webhook(store: Store, outcome: Delivery, terms: Tells, *, now: datetime) -> None:
    notice = Notice(
        kind="webhook",
        subject=outcome.target,
        audience=Audience.OWNER,
        business_key=outcome.business_key,
        text=f"The webhook {outcome.address} was switched off. Last of all: {outcome.detail}. "
        "When it works again, switch it on and send what it missed once more.",
        opened_at=now,
    )
    _tell(store, notice, terms, subject="A webhook of yours was switched off")


def _tell(store: Store, notice: Notice, terms: Tells, *, subject: str) -> None:
    to = (terms.operator,) if terms.operator else ()
    tell(store, notice, subject=subject, to=to, mail=terms.mail)
