"""The rows about judging tags and about what could not be tagged; the others stand in ``tables``."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from trendwatch.store.tables import json_column


class AskedRow(SQLModel, table=True):
    """An item an operator was asked about."""

    __tablename__ = "asked"
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    #: see types.tags.Asked
    why: str
    asked_at: datetime


class JudgedRow(SQLModel, table=True):
    """What an operator says the labels of a facet of an item are; the latest word counts."""

    __tablename__ = "judged"
    __table_args__ = (UniqueConstraint("item_seq", "facet"),)
    #: in the order of saying
    seq: int | None = Field(default=None, primary_key=True)
    item_seq: int = Field(foreign_key="item.seq")
    facet: str
    #: full keys
    labels: list[str] = json_column()
    made_at: datetime
    made_by: str


class OverruledRow(SQLModel, table=True):
    """A tag of a model version that a word of an operator moved aside, or took off the counts."""

    __tablename__ = "overruled"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    facet: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    confidence: float
    origin: str
    terms: list[str] = json_column()
    #: it counts in the weeks' numbers; if not, that may outlast the word, and the tag be shown again
    counted: bool


class UnlaidRow(SQLModel, table=True):
    """An item whose tags of a version that is built do not say yet what operators say of it."""

    __tablename__ = "unlaid"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")


class UncoveredRow(SQLModel, table=True):
    """An item that a model version could not read: a state, not a tag."""

    __tablename__ = "uncovered"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    #: what it is written in, as the feed says or as it reads
    language: str


class TagWeekRow(SQLModel, table=True):
    """How the tags of a week look, according to one model version."""

    __tablename__ = "tag_week"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    week: int = Field(primary_key=True)
    items: int
    #: see types.tags.TagWeek
    untagged: float
    confidence: float
    novelty: float
