"""The rows about judging tags and about what could not be tagged; the others stand in ``tables``."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from trendwatch.store.tables import json_column


class AskedRow(SQLModel, table=True):
    """An item an operator was asked about."""

    __tablename__ = "asked"
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    #: see types.tags.Asked
    why: str
    asked_at: datetime


class CorrectionRow(SQLModel, table=True):
    """What an operator says the labels of an item are; the latest word counts."""

    __tablename__ = "correction"
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    #: full keys, of the facets judged
    labels: list[str] = json_column()
    facets: list[str] = json_column()
    made_at: datetime
    made_by: str


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
