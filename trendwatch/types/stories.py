"""Words of stories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
    #: independent publishers among them
    owners: int
