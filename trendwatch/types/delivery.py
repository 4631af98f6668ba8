"""Words of delivery: one digest, one channel, one attempt log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a digest leaves the house."""

    OUTBOX = "outbox"
    SMTP = "smtp"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    #: the final reply was lost: it may have arrived
    IN_DOUBT = "in_doubt"


#: What has still to be sent: a delivery in doubt goes again, as the same mail.
UNSENT = frozenset({DeliveryState.WAITING, DeliveryState.IN_DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One digest on its way through one channel."""

    #: stable_id of business, period and channel; also the Message-ID's local part, whatever the retries
    id: str
    business_key: str
    period: str
    channel: Channel
    #: mail address, "" for none
    address: str
    state: DeliveryState
    attempts: int = 0
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    #: last reply or error
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message ready to leave, the same for every channel that carries mail."""

    #: with angle brackets; made from Delivery.id, so a repeat carries the same one
    message_id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    #: when the digest was composed: a rebuilt mail is byte-identical
    date: datetime
    #: further header lines, values without line breaks
    headers: tuple[tuple[str, str], ...] = ()
