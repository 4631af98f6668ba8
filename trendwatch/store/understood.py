"""What is understood of items, as it is handed in and out of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trendwatch.types.news import Item
from trendwatch.types.tags import Tag


@dataclass(frozen=True, slots=True)
class Waiting:
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
    at: datetime
    story_id: str


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
