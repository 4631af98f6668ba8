"""Rows beside the counts and the trends of ``tables``: which weeks changed, and what one week was full of."""

from typing import Any

from sqlmodel import Field, SQLModel

from trendwatch.store.tables import json_column


class CountedRow(SQLModel, table=True):
    """A week that has counts, and how often they changed: who keeps a copy sees what to read again."""

    __tablename__ = "counted"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    week: int = Field(primary_key=True)
    changes: int


class SpikeRow(SQLModel, table=True):
    """A label of which one week was full and no rise came."""

    __tablename__ = "spike"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    week: int = Field(primary_key=True)
    key: str = Field(primary_key=True)
    #: the frozen Spike
    value: dict[str, Any] = json_column()


class TermUseRow(SQLModel, table=True):
    """An item that says a word which is followed; of no model version, for texts are the same to all."""

    __tablename__ = "term_use"
    #: folded
    term: str = Field(primary_key=True)
    #: the week the item counts in
    week: int = Field(primary_key=True)
    item_seq: int = Field(primary_key=True, foreign_key="item.seq", index=True)


class TermWeekRow(SQLModel, table=True):
    """A week whose items were looked through for a word: without this row nothing is known of it."""

    __tablename__ = "term_week"
    #: folded
    term: str = Field(primary_key=True)
    week: int = Field(primary_key=True)
