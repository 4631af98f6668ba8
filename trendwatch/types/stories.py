"""Words of stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trendwatch.types.sources import Source
from trendwatch.types.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Items that report the same event."""

    #: stable_id("story", id of its first item)
    id: str
    #: of its leading item
    title: str
    url: str
    summary: str
    #: when the first of its items was counted
    first_seen_at: datetime
    last_seen_at: datetime
    #: reports, copies included
    items: int
    #: feeds that carry it
    sources: int
    #: publishers among them; a digest counts only those whose report vouches for the one it shows
    owners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One report of a story, with all that decides how the story is shown."""

    #: title and address of it, its feed and owner
    source: Source
    summary: str
    #: "" where nothing says
    language: str
    first_seen_at: datetime
    #: None where undated
    published_at: datetime | None
    #: it was in its feed before we knew the feed
    backlog: bool
    #: of one model version, by full key
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story with its reports, as they were folded: not all need tell the same event."""

    story_id: str
    #: in the order they were counted
    reports: tuple[Telling, ...]
