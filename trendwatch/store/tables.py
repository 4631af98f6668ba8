"""The rows. Private to the store: what leaves it are the frozen values of ``trendwatch.types``.

``seq`` is the database's own number, for foreign keys and order; ``id`` is computed from content and is
what the rest of the world sees. Times are aware and in UTC. Lists and values that are never searched
are JSON.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, Index, LargeBinary, Text, text
from sqlmodel import Field, SQLModel


def json_column(*, nullable: bool = False) -> Any:
    """Return a column for values that are never searched."""
    return Field(sa_column=Column(JSON, nullable=nullable))


def text_column() -> Any:
    """Return a column for text of any length."""
    return Field(sa_column=Column(Text, nullable=False))


class FeedRow(SQLModel, table=True):
    """A feed as configured, and what we remember between polls."""

    __tablename__ = "feed"
    seq: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    url: str
    #: what may be asked one at a time
    host: str = Field(index=True)
    title: str
    owner: str
    kind: str
    sectors: list[str] = json_column()
    areas: list[str] = json_column()
    region: str
    language: str
    #: False also for feeds that left the configuration: their items stay
    enabled: bool
    etag: str = ""
    last_modified: str = ""
    issuer: str = ""
    body_hash: str = ""
    first_success_at: datetime | None = None
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    next_fetch_at: datetime | None = Field(default=None, index=True)
    failures: int = 0
    failure: str | None = None
    failure_detail: str = ""
    full_text: bool = False
    note: str = ""
    #: polls so far; where the next one goes in its history
    fetches: int = 0
    ttl: timedelta | None = None
    #: numbers, with commas
    skip_hours: str = ""
    skip_days: str = ""
    rhythm: timedelta | None = None
    reach: timedelta | None = None
    changed_at: datetime | None = None
    full_at: datetime | None = None
    #: asked instead of url, "" as long as the feed has not moved for good
    address: str = ""
    moved_to: str = ""
    moved_since: datetime | None = None
    moved_times: int = 0


class StoryRow(SQLModel, table=True):
    """Items that report the same event; its counts are kept as items join."""

    __tablename__ = "story"
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    title: str = text_column()
    url: str = text_column()
    summary: str = text_column()
    first_seen_at: datetime = Field(index=True)
    last_seen_at: datetime = Field(index=True)
    items: int
    sources: int
    owners: int


class ItemRow(SQLModel, table=True):
    """One piece of news."""

    __tablename__ = "item"
    __table_args__ = (Index("item_counted", "counted_at", "seq"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    feed_seq: int = Field(foreign_key="feed.seq", index=True)
    entry_key: str = text_column()
    url: str = text_column()
    title: str = text_column()
    summary: str = text_column()
    author: str = text_column()
    language: str
    published_at: datetime | None
    first_seen_at: datetime = Field(index=True)
    backlog: bool
    categories: list[str] = json_column()
    #: see types.news.Item.counted_at
    counted_at: datetime
    #: None until understood
    story_seq: int | None = Field(default=None, foreign_key="story.seq", index=True)
    #: the how-manieth it was put into a story; None before, and for items of versions that did not keep it
    placed: int | None = Field(default=None, index=True)
    #: of title, summary and link; "" for items of versions that did not keep it
    content_hash: str = ""
    #: how often its content changed
    updates: int = 0
    #: when it changed last
    changed_at: datetime | None = None


class ModelRow(SQLModel, table=True):
    """A trained tagger; tags and counts belong to one of these."""

    __tablename__ = "model"
    __table_args__ = (
        Index(
            "model_one_current",
            "state",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
    )
    seq: int | None = Field(default=None, primary_key=True)
    version: str = Field(unique=True)
    created_at: datetime
    #: current (its counts are shown), building (being counted beside it) or old
    state: str = Field(index=True)
    manifest: dict[str, Any] = json_column()
    blob: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PendingRow(SQLModel, table=True):
    """An item that a model version has still to understand. A row, not a cursor: nothing is overtaken."""

    __tablename__ = "pending"
    __table_args__ = (Index("pending_order", "model_seq", "counted_at", "item_seq"),)
    item_seq: int = Field(primary_key=True, foreign_key="item.seq")
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    counted_at: datetime


class TagRow(SQLModel, table=True):
    """A label on an item, according to one model version."""

    __tablename__ = "tag"
    __table_args__ = (Index("tag_label", "model_seq", "facet", "label", "item_seq"),)
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    item_seq: int = Field(primary_key=True, foreign_key="item.seq", index=True)
    facet: str = Field(primary_key=True)
    label: str = Field(primary_key=True)
    confidence: float
    origin: str
    terms: list[str] = json_column()


def _day() -> Any:
    return Field(default=0, sa_column_kwargs={"server_default": "0"})


class SeriesRow(SQLModel, table=True):
    """Distinct stories of a label or pair in a week, and on each of its days.

    Days that do not add up to the week were counted before days were kept.
    """

    __tablename__ = "series"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    key: str = Field(primary_key=True)
    week: int = Field(primary_key=True)
    stories: int
    monday: int = _day()
    tuesday: int = _day()
    wednesday: int = _day()
    thursday: int = _day()
    friday: int = _day()
    saturday: int = _day()
    sunday: int = _day()


class ReportsRow(SQLModel, table=True):
    """Reports of a label or pair by one feed in a week: each story once per feed."""

    __tablename__ = "reports"
    __table_args__ = (Index("reports_week", "model_seq", "week"),)
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    key: str = Field(primary_key=True)
    week: int = Field(primary_key=True)
    feed_seq: int = Field(primary_key=True, foreign_key="feed.seq")
    reports: int
    #: stories that the feed told first: what trends are computed from (see trends.tally)
    stories: int


class AnalysisRow(SQLModel, table=True):
    """A week whose trends have been computed."""

    __tablename__ = "analysis"
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    week: int = Field(primary_key=True)
    made_at: datetime
    #: how many labels could be judged, and how many rises of them are expected by chance; None: not estimated
    judged: int | None = None
    by_chance: float | None = None


class TrendRow(SQLModel, table=True):
    """A trend as of one week."""

    __tablename__ = "trend"
    __table_args__ = (
        Index("trend_week", "model_seq", "kind", "week", "strength"),
        Index("trend_key", "model_seq", "kind", "key", "week"),
    )
    model_seq: int = Field(primary_key=True, foreign_key="model.seq")
    week: int = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    strength: float
    #: the frozen Trend
    value: dict[str, Any] = json_column()


class LeaseRow(SQLModel, table=True):
    """Who works on a partition of a step, until when."""

    __tablename__ = "lease"
    step: str = Field(primary_key=True)
    partition: str = Field(primary_key=True)
    #: grows with every holder; writes of an older holder are refused
    token: int
    until: datetime


class OverlayRow(SQLModel, table=True):
    """What pages, API and command line changed of the configuration."""

    __tablename__ = "overlay"
    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    #: None: removed
    values: dict[str, Any] | None = json_column(nullable=True)
    changed_at: datetime
    changed_by: str


class ApiKeyRow(SQLModel, table=True):
    """A key for programs: only its prefix and hash are kept."""

    __tablename__ = "api_key"
    prefix: str = Field(primary_key=True)
    sha256: str
    name: str
    created_at: datetime
    revoked_at: datetime | None = None
