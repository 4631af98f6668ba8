"""Words of delivery: one digest, one way to one reader, and what came of each attempt."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """How something leaves the house."""

    OUTBOX = "outbox"
    SMTP = "smtp"
    WEBHOOK = "webhook"


class DeliveryKind(StrEnum):
    """What is on its way."""

    DIGEST = "digest"
    #: a letter of ours: a confirmation that is asked for, something an owner or operator must know
    LETTER = "letter"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    #: the final reply was lost: it may have arrived. Without a next attempt it is held for a person
    IN_DOUBT = "in_doubt"
    #: whoever it was for does not want it any more
    CANCELLED = "cancelled"


class Lane(StrEnum):
    """Which deliveries wait behind each other."""

    #: never tried, for somebody who has no trouble
    FRESH = "fresh"
    #: tried before, or for somebody whom something else was tried for
    TROUBLED = "troubled"


#: What has still to be sent: a delivery in doubt goes again, as the same mail.
UNSENT = frozenset({DeliveryState.WAITING, DeliveryState.IN_DOUBT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A short mail of ours that is no digest."""

    subject: str
    #: one paragraph each; one that is an address stands alone and becomes a link
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One digest or letter on its way to one reader, through one channel."""

    #: made of business, period and reader, so it is the same for ever; also the Message-ID's local part and
    #: the webhook-id
    id: str
    #: "" for a letter to the operator
    business_key: str
    #: of the digest, "" for a letter
    period: str
    channel: Channel
    #: mail address or webhook address, "" for none
    address: str
    state: DeliveryState
    kind: DeliveryKind = DeliveryKind.DIGEST
    #: id of the Recipient or Endpoint; "" where nobody asked to agree, as for the operator
    target: str = ""
    attempts: int = 0
    #: attempts of which nobody knows whether they arrived
    doubts: int = 0
    first_attempt_at: datetime | None = None
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    #: last reply or error
    detail: str = ""
    #: what a letter says, None for a digest
    letter: Letter | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A webhook call ready to leave, as Standard Webhooks describes it."""

    #: webhook-id: the delivery's id, the same at every try
    id: str
    url: str
    #: JSON, the same bytes at every try
    body: str
    #: whsec_...; one signature each, two while a secret is being changed
    secrets: tuple[str, ...] = field(repr=False)
    #: of this try: webhook-timestamp
    at: datetime


class Consent(StrEnum):
    """Whether somebody wants our mail."""

    #: asked, has not answered yet: gets nothing but the question
    ASKED = "asked"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    #: the address refused mail for good three times
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A mail address that gets a business's digest, or once did."""

    #: stable_id of business and address: what stands in links instead of the address
    id: str
    business_key: str
    address: str
    consent: Consent
    #: who named it: operator (configuration files, command line) or asked (page, API)
    origin: str
    #: when it was named
    since: datetime
    #: of the last change of consent
    changed_at: datetime
    #: when it left or was given up, None where it never was or has agreed since: nobody can vouch for it then
    left_at: datetime | None = None
    #: digests refused for good since one arrived
    hard_bounces: int = 0
    #: digests given up for other reasons since one arrived
    soft_bounces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A webhook: an address of a business's own software that gets its digests as JSON."""

    #: stable_id of business and address
    id: str
    business_key: str
    url: str
    #: whsec_..., shown once
    secret: str = field(repr=False)
    since: datetime
    #: the secret before this one, "" for none; signs as well until former_until
    former: str = field(default="", repr=False)
    former_until: datetime | None = None
    #: why nothing is sent to it, "" while it is on
    disabled: str = ""


class Audience(StrEnum):
    """Who must know."""

    OPERATOR = "operator"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a person must know, told once for as long as it lasts."""

    #: coverage, outbox, smtp, suppressed or webhook
    kind: str
    #: what it is about: an id, or "" where there is only one
    subject: str
    audience: Audience
    #: "" where it concerns all
    business_key: str
    #: what happened and what to do
    text: str
    opened_at: datetime
    #: None while it lasts
    ended_at: datetime | None = None
