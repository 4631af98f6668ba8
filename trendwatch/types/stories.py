"""Words of stories, and of how items come to be in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trendwatch.types.news import Item
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
    #: the earliest publication that its reports state credibly; None where none does
    first_published_at: datetime | None = None
    #: key of the feed whose report was told first: published, or else counted
    first_told_by: str = ""


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """An item to understand."""

    item: Item
    #: "" where it is in no story yet
    story_id: str
    #: the text of its page where there is one, else its summary
    text: str = ""


@dataclass(frozen=True, slots=True)
class OpenReport:
    """An understood item near in time, as clustering needs it."""

    item_id: str
    feed_key: str
    title: str
    #: or the text of its page
    summary: str
    #: when it counts
    at: datetime
    story_id: str
    #: when it was told
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Understood:
    """What a batch of items came to; written at once or not at all."""

    #: item id to the story it reports
    stories: Mapping[str, str]
    #: item id to its tags
    tags: Mapping[str, Sequence[Tag]]
    #: items that begin a story, by story id
    new_stories: Mapping[str, Item]
    #: (key, week) to distinct stories it adds
    story_counts: Mapping[tuple[str, int], int] = field(default_factory=dict)
    #: (key, week, feed key) to reports it adds
    report_counts: Mapping[tuple[str, int, str], int] = field(default_factory=dict)
    #: item id to its language, where no model covers that
    uncovered: Mapping[str, str] = field(default_factory=dict)
    #: (key, week, feed key) to stories it adds that the feed told first; None: each report is one
    first_counts: Mapping[tuple[str, int, str], int] | None = None
    #: (key, week, day of the week) to the distinct stories it adds, which add up to ``story_counts``
    day_counts: Mapping[tuple[str, int, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CountedReport:
    """A report of a story that a model version has counted."""

    story_id: str
    item_id: str
    feed_key: str
    at: datetime
    #: full keys
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """Reports that belong to another story than was said."""

    #: the story they were in
    before: str
    #: the story they are in
    after: str
    items: tuple[str, ...]
    #: nothing is left of the first: its id is another name of the second
    merged: bool


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
