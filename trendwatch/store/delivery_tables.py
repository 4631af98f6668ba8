"""The rows of delivery: what is on its way, to whom, who agreed, and what a person must know."""

from datetime import datetime

from sqlalchemy import Column, Index, Text, text
from sqlmodel import Field, SQLModel


class DeliveryRow(SQLModel, table=True):
    """One digest or letter on its way to one reader; written with the digest."""

    __tablename__ = "delivery"
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    #: None for a letter
    digest_seq: int | None = Field(default=None, foreign_key="digest.seq", index=True)
    business_key: str = Field(index=True)
    period: str
    channel: str
    address: str
    state: str = Field(index=True)
    attempts: int = 0
    next_attempt_at: datetime | None = None
    sent_at: datetime | None = None
    detail: str = ""
    kind: str = "digest"
    target: str = Field(default="", index=True)
    doubts: int = 0
    first_attempt_at: datetime | None = None
    #: the frozen Letter, JSON; None for a digest
    letter: str | None = Field(default=None, sa_column=Column(Text, nullable=True))


class RecipientRow(SQLModel, table=True):
    """A mail address and whether it wants our mail."""

    __tablename__ = "recipient"
    id: str = Field(primary_key=True)
    business_key: str = Field(index=True)
    address: str
    consent: str
    origin: str
    since: datetime
    changed_at: datetime
    hard_bounces: int = 0
    soft_bounces: int = 0
    left_at: datetime | None = None


class EndpointRow(SQLModel, table=True):
    """A webhook. Its secrets are kept as they are: signing needs them."""

    __tablename__ = "endpoint"
    id: str = Field(primary_key=True)
    business_key: str = Field(index=True)
    url: str
    secret: str
    since: datetime
    former: str = ""
    former_until: datetime | None = None
    disabled: str = ""


class SuppressionRow(SQLModel, table=True):
    """Somebody who must not be written to again: a keyed hash, so that nobody can be read from it."""

    __tablename__ = "suppression"
    hash: str = Field(primary_key=True)
    #: unsubscribed or suppressed
    reason: str
    since: datetime


class NoticeRow(SQLModel, table=True):
    """Something a person must know; one open row for as long as it lasts."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "notice_once",
            "kind",
            "subject",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    seq: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str
    audience: str
    business_key: str = Field(index=True)
    text: str
    opened_at: datetime
    ended_at: datetime | None = None


class SigningKeyRow(SQLModel, table=True):
    """A key made once by this database: what signs links, what hashes suppressed addresses."""

    __tablename__ = "signing_key"
    purpose: str = Field(primary_key=True)
    value: str
