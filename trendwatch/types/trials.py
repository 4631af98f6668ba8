"""Words of trying and listing feeds before anything is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trendwatch.types.fetches import Rhythm
from trendwatch.types.news import PollFailure
from trendwatch.types.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that a page offers."""

    #: absolute http(s) address
    url: str
    #: "" where the page gives it no name
    title: str = ""
    #: the page's own word that it is one; False: the link only looks like one
    declared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """An item of a feed under trial, as it would be understood."""

    title: str
    url: str
    #: None where undated
    published_at: datetime | None
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is at an address, found out without keeping anything."""

    #: the address that was asked for
    asked: str
    #: of the feed that was read, after redirects; "" where none was
    url: str = ""
    #: why no feed could be read; None where one was
    failure: PollFailure | None = None
    #: feeds that the page at the address offers, the likeliest first; none where the address is a feed
    offered: tuple[FoundFeed, ...] = ()
    #: RSS, Atom, RDF or JSON Feed
    format: str = ""
    title: str = ""
    #: "" where the feed does not say
    language: str = ""
    entries: int = 0
    #: the newest first
    sample: tuple[Sample, ...] = ()
    rhythm: Rhythm | None = None
    #: key of a configured feed with this address, "" where there is none
    known_as: str = ""
    #: a free key to add it under
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A feed as a subscription list (OPML) names it."""

    url: str
    title: str = ""
    #: folders and categories it is filed under, outermost first
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A line of a subscription list that is not taken, and why."""

    #: title or address
    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionList:
    """What a subscription list says."""

    feeds: tuple[Subscription, ...]
    skipped: tuple[Skipped, ...] = ()
