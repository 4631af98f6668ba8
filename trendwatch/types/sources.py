"""A report as it is linked and counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One report of a story, as a reader can follow it."""

    title: str
    #: absolute http or https
    url: str
    #: the feed's title, as people read it
    feed: str
    #: independence is counted by owner
    owner: str
    #: a FeedKind's value
    kind: str
    #: country code of its feed, or "world"
    region: str = "world"
