"""The rows around polling: history and breakages of feeds, other ids and pages of items, robots.txt."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from trendwatch.store.tables import json_column, text_column


class FetchRow(SQLModel, table=True):
    """One poll of a feed. A ring: poll n stands at slot n modulo its size, where the oldest one stood."""

    __tablename__ = "fetch"
    feed_seq: int = Field(primary_key=True, foreign_key="feed.seq")
    slot: int = Field(primary_key=True)
    at: datetime
    outcome: str
    failure: str | None
    size: int
    milliseconds: int | None
    fetched: int
    kept: int
    drops: dict[str, int] = json_column()


class EpisodeRow(SQLModel, table=True):
    """A time in which a feed was broken; at most one of a feed is open."""

    __tablename__ = "episode"
    __table_args__ = (
        Index(
            "episode_one_open",
            "feed_seq",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )
    seq: int | None = Field(default=None, primary_key=True)
    feed_seq: int = Field(foreign_key="feed.seq", index=True)
    began_at: datetime
    failure: str
    detail: str = text_column()
    told_at: datetime | None = None
    ended_at: datetime | None = None


class AliasRow(SQLModel, table=True):
    """An id that an item would have under another guid which its feed gave it later."""

    __tablename__ = "alias"
    id: str = Field(primary_key=True)
    item_seq: int = Field(foreign_key="item.seq", index=True)


class PageRow(SQLModel, table=True):
    """The page of an item, where its feed asks for full text."""

    __tablename__ = "page"
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    #: its main text, "" where there is none or it could not be had
    text: str = text_column()
    #: why there is no text, None where there is
    problem: str | None
    fetched_at: datetime


class RobotsRow(SQLModel, table=True):
    """What a site lets programs read."""

    __tablename__ = "robots"
    origin: str = Field(primary_key=True)
    rules: str = text_column()
    #: False: the site could not say; until the next try it is left alone
    known: bool
    fetched_at: datetime


class RestRow(SQLModel, table=True):
    """A server that asked to be left alone for a while."""

    __tablename__ = "rest"
    server: str = Field(primary_key=True)
    until: datetime
