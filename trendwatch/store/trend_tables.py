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
