"""Rows of digests: what they were drawn from, what they showed, what was said of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from trendwatch.store.tables import json_column, text_column


class KnowledgeRow(SQLModel, table=True):
    """Practices and relations that editions were frozen with: kept once for all that share them."""

    __tablename__ = "knowledge"
    #: SHA-256 of the value
    hash: str = Field(primary_key=True)
    #: the frozen Knowledge, JSON
    value: str = text_column()


class EditionRow(SQLModel, table=True):
    """Everything the digests of one cutoff may draw on."""

    __tablename__ = "edition"
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    cutoff: datetime = Field(index=True)
    created_at: datetime
    #: the frozen Edition without its knowledge, JSON
    value: str = text_column()
    #: of its KnowledgeRow; "" in editions older than knowledge was kept
    knowledge_hash: str = Field(default="", sa_column_kwargs={"server_default": ""})


class DigestRow(SQLModel, table=True):
    """One business, one period."""

    __tablename__ = "digest"
    __table_args__ = (Index("digest_once", "business_key", "period", unique=True),)
    seq: int | None = Field(default=None, primary_key=True)
    business_key: str
    period: str
    edition_seq: int = Field(foreign_key="edition.seq")
    cutoff: datetime = Field(index=True)
    created_at: datetime
    #: the frozen Digest, JSON
    value: str = text_column()
    #: the Business as it was, JSON; "" in digests older than it was kept
    business: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))


class SetbackRow(SQLModel, table=True):
    """A digest that met a bug of ours and waits; gone with the next one that is kept."""

    __tablename__ = "setback"
    business_key: str = Field(primary_key=True)
    #: of the issue that was tried
    cutoff: datetime
    crashes: int
    not_before: datetime


class ShownRow(SQLModel, table=True):
    """A story that a business has been shown."""

    __tablename__ = "shown"
    business_key: str = Field(primary_key=True)
    story_id: str = Field(primary_key=True)
    period: str
    cutoff: datetime


class VoteRow(SQLModel, table=True):
    """What a business said of a story; the latest on a story stands, all are kept."""

    __tablename__ = "vote"
    seq: int | None = Field(default=None, primary_key=True)
    business_key: str = Field(index=True)
    story_id: str
    period: str
    kind: str
    label: str
    voted_at: datetime = Field(index=True)
    #: [[full label key, confidence], ...]
    labels: list[Any] = json_column()
