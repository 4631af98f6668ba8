"""Words of news: feeds, what they answer, what they say, what we keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from trendwatch.types.telling import counted_at, told_at


class FeedKind(StrEnum):
    """Who speaks in a feed."""

    NEWS = "news"
    TRADE_PRESS = "trade_press"
    VENDOR = "vendor"
    RESEARCH = "research"
    COMMUNITY = "community"
    REGULATOR = "regulator"
    EVENT = "event"
    NEWSLETTER = "newsletter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A document we poll, as configured."""

    #: lower_snake_case; never changes, whatever the address becomes
    key: str
    #: http or https
    url: str
    #: what people read; the key where the operator gave none
    title: str
    #: who publishes it; independence of reports is counted by owner
    owner: str
    kind: FeedKind = FeedKind.NEWS
    #: sector keys it is about; empty means general
    sectors: tuple[str, ...] = ()
    #: area keys it is about; empty means general
    areas: tuple[str, ...] = ()
    #: country code, or "world"
    region: str = "world"
    #: what its texts are written in where neither feed nor item says
    language: str = "en"
    enabled: bool = True
    #: fetch the page of each new item too, and tag and cluster by its text
    full_text: bool = False
    #: the operator's own words, such as the folder it was imported from
    note: str = ""


class Failure(StrEnum):
    """Why a poll brought nothing. Each has a sentence for the operator in ``news/failures.py``."""

    BLOCKED_ADDRESS = "blocked_address"
    BAD_REDIRECT = "bad_redirect"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FETCH_TIMEOUT = "fetch_timeout"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    NAME_NOT_FOUND = "name_not_found"
    BODY_TOO_LARGE = "body_too_large"
    BAD_ENCODING = "bad_encoding"
    TLS_EXPIRED = "tls_expired"
    TLS_WRONG_HOST = "tls_wrong_host"
    NAME_SERVER_FAILED = "name_server_failed"
    RATE_LIMITED = "rate_limited"
    GONE = "gone"
    LOGIN_NEEDED = "login_needed"
    REFUSED = "refused"
    NOT_THERE = "not_there"
    SERVER_ERROR = "server_error"
    NOT_READY = "not_ready"
    NO_CONTENT = "no_content"
    PARTIAL_CONTENT = "partial_content"
    SENSELESS_304 = "senseless_304"
    UNEXPECTED_STATUS = "unexpected_status"
    EMPTY_BODY = "empty_body"
    NOT_A_FEED = "not_a_feed"
    DAMAGED = "damaged"
    CHALLENGE_PAGE = "challenge_page"
    FORBIDDEN_XML = "forbidden_xml"
    PARSE_LIMIT = "parse_limit"
    PARSER_CRASHED = "parser_crashed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What we remember of a feed between polls."""

    feed_key: str
    #: sent back byte for byte as If-None-Match; "" where the feed gave none
    etag: str = ""
    #: sent back byte for byte as If-Modified-Since; "" where the feed gave none
    last_modified: str = ""
    #: the address that gave both, without query: no other gets them
    issuer: str = ""
    #: of the last body that parsed; an equal body is not parsed again
    body_hash: str = ""
    #: first poll that brought a readable document; None before it (then items are back-log)
    first_success_at: datetime | None = None
    polled_at: datetime | None = None
    succeeded_at: datetime | None = None
    #: not polled before this time; None means due now
    next_fetch_at: datetime | None = None
    #: consecutive failures
    failures: int = 0
    #: class of the last poll's failure, None after a good one
    failure: Failure | None = None
    #: what exactly went wrong, for the operator
    failure_detail: str = ""
    #: how long the document asks to wait (ttl, sy:updatePeriod), None where it does not say
    ttl: timedelta | None = None
    #: hours of the day, UTC, in which the publisher wants no visits
    skip_hours: tuple[int, ...] = ()
    #: days of the week in which it wants none, Monday is 0
    skip_days: tuple[int, ...] = ()
    #: mean time between its newest entries when last read, None where their dates do not say
    rhythm: timedelta | None = None
    #: how long an entry stayed in its document, at the pace of then; None where its dates do not say
    reach: timedelta | None = None
    #: when a document last differed from the one before
    changed_at: datetime | None = None
    #: when the whole document was last asked for, without validators, or came in spite of them
    full_at: datetime | None = None
    #: where the feed has moved for good, asked instead of the configured address; "" while it has not
    address: str = ""
    #: where permanent redirects lead, "" where there are none; adopted once proven
    moved_to: str = ""
    moved_since: datetime | None = None
    #: readable polls in a row that led there
    moved_times: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One conditional GET."""

    feed_key: str
    url: str
    etag: str = ""
    last_modified: str = ""
    #: the address that gave both, without query; "" stands for the one asked. Redirects elsewhere go without
    issuer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed as fetched: bytes and headers, not yet read."""

    #: where it finally came from, after redirects; relative links resolve against it
    url: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    #: how long the publisher asks to wait (Cache-Control, Expires), None where not said
    max_age: timedelta | None = None
    #: where permanent redirects (301, 308) alone lead from the address asked, "" without any
    moved_to: str = ""
    #: from the first byte sent to the last received
    milliseconds: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The feed has not changed since our validators."""

    etag: str = ""
    last_modified: str = ""
    max_age: timedelta | None = None
    #: as of a Document
    moved_to: str = ""
    milliseconds: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollFailure:
    """A poll brought nothing usable; what was stored stays."""

    failure: Failure
    detail: str = ""
    #: how long the publisher asks to wait; None where not said
    retry_after: timedelta | None = None
    #: the server that answered that it wants to be left alone altogether, "" where none did: who merely finds
    #: it resting has learnt nothing new
    resting: str = ""
    #: False: the server rests, so the feed was not asked and nothing is known of it
    asked: bool = True
    #: as of a Document; None where it was not asked
    milliseconds: int | None = field(default=None, compare=False)


Answer = Document | NotModified | PollFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a feed says of one piece of news, cleaned: plain text, absolute http(s) links, aware UTC times."""

    #: guid or id as the feed gives it, "" where it gives none
    guid: str
    #: absolute http(s) link, "" where there is none
    url: str
    title: str
    summary: str
    author: str = ""
    #: "" where the feed does not say
    language: str = ""
    #: according to the feed; None where missing or unreadable
    published_at: datetime | None = None
    #: according to the feed
    updated_at: datetime | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """What a document says."""

    title: str
    #: "" where the document does not say
    language: str
    #: in document order
    entries: tuple[Entry, ...]
    #: entries beyond the newest 2,000, which are not here
    left_out: int = 0
    #: the document ends in the middle: what is complete is here, its validators are not to be kept
    cut: bool = False
    #: how long the publisher asks to wait (ttl, sy:updatePeriod), None where not said
    ttl: timedelta | None = None
    #: hours of the day, UTC, in which the publisher wants no visits
    skip_hours: tuple[int, ...] = ()
    #: days of the week in which it wants none, Monday is 0
    skip_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One piece of news published by a feed."""

    #: stable_id(feed key, entry key)
    id: str
    feed_key: str
    #: what identifies the entry inside its feed: guid, else link, else title and date
    entry_key: str
    url: str
    title: str
    summary: str
    author: str = ""
    language: str = ""
    #: according to the feed, never later than first seen; None for undated items
    published_at: datetime | None
    #: when a poll first brought it
    first_seen_at: datetime
    #: already in the feed at its first readable poll
    backlog: bool = False
    categories: tuple[str, ...] = ()

    @property
    def counted_at(self) -> datetime:
        """The time its reports count at: back-log by its own date, news when it reached us.

        News counted by its own date would change weeks that are already judged.
        """
        return counted_at(self.first_seen_at, published_at=self.published_at, backlog=self.backlog)

    @property
    def told_at(self) -> datetime:
        """The time by which it is near to other reports: when it was published, if that can be believed."""
        return told_at(self.counted_at, published_at=self.published_at)


@dataclass(frozen=True, slots=True)
class Rest:
    """A server asked to be left alone: none of its feeds is asked before."""

    #: as ``server_of`` names it
    server: str
    until: datetime
