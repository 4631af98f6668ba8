"""What follows from an attempt: bounces counted, webhooks switched off, people told, each once.

refused for good, three digests running     the address gets no more; its business and the operator are told
a webhook gone, or failing for 75.6 hours   it is switched off; its business and the operator are told
our login, sender or folder refused         the operator is told; over with the next mail that leaves that way

All of it is one transaction with the outcome: who is switched off has been told, whenever a process dies.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from trendwatch.errors import DeliveryError
from trendwatch.pipeline.outgoing import letters_of
from trendwatch.store import Store
from trendwatch.store.deliveries import HARD_BOUNCES, Bounce
from trendwatch.store.recipients import SUPPRESSED
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
) -> bool:
    """Keep an outcome, what follows from it and what is told of that; return False where it was taken back.

    Raises:
        LeaseLost: another process sends this delivery now; nothing was kept.
    """
    hook = outcome.channel is Channel.WEBHOOK
    over = outcome.state is DeliveryState.FAILED
    disable = f"switched off: {outcome.detail}" if hook and over else ""
    bounce: Bounce = ""
    if over and not hook and error is not None and outcome.kind is DeliveryKind.DIGEST:
        bounce = "hard" if error.hard else "soft" if not error.operator else ""
    notice, subject = _notice(outcome, error, bounce=bounce, disable=disable, now=now)
    to = (terms.operator,) if terms.operator else ()
    letters = letters_of(store, notice, subject=subject, to=to, mail=terms.mail) if notice else ()
    kept = store.deliveries.record(
        outcome, claim=claim, now=now, bounce=bounce, disable=disable, notice=notice, letters=letters
    )
    if error is None and not hook:
        store.notices.end(str(outcome.channel), now=now)
    return kept


def _notice(
    outcome: Delivery, error: DeliveryError | None, *, bounce: Bounce, disable: str, now: datetime
) -> tuple[Notice | None, str]:
    """Return what is told of an outcome where it ends something, and under which subject."""
    if error is not None and error.operator:
        return _of_server(outcome, error, now=now), "trendwatch: mail cannot leave"
    if bounce:
        return _of_address(outcome, now=now), "An address of yours gets no more digests"
    if disable:
        return _of_webhook(outcome, now=now), "A webhook of yours was switched off"
    return None, ""


def _of_server(outcome: Delivery, error: DeliveryError, *, now: datetime) -> Notice:
    return Notice(
        kind=str(outcome.channel),
        subject="",
        audience=Audience.OPERATOR,
        business_key="",
        text=f"Mails wait, because they are not taken from us as we send them: {error}. They are tried again "
        "by themselves for a week; check the settings under [mail], trendwatch doctor helps.",
        opened_at=now,
    )


def _of_address(outcome: Delivery, *, now: datetime) -> Notice:
    return Notice(
        kind=SUPPRESSED,
        subject=outcome.target,
        audience=Audience.OWNER,
        business_key=outcome.business_key,
        text=f"{outcome.address} refused {HARD_BOUNCES} digests for good, so it gets no more. "
        f"Its server said: {outcome.detail}. Name another address, or ask this one anew.",
        opened_at=now,
    )


def _of_webhook(outcome: Delivery, *, now: datetime) -> Notice:
    return Notice(
        kind="webhook",
        subject=outcome.target,
        audience=Audience.OWNER,
        business_key=outcome.business_key,
        text=f"The webhook {outcome.address} was switched off. Last of all: {outcome.detail}. "
        "When it works again, switch it on and send what it missed once more.",
        opened_at=now,
    )
