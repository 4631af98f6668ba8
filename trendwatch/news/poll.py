"""What to ask of a feed, and what an answer leaves to be written: pure decisions about one poll.

    request_for(feed, state) | fetch | parse | decide(feed, state, answer, ...) -> FeedUpdate

Pace. A readable answer is followed by another request after an hour at the earliest, later where the
publisher says so (``Cache-Control: max-age``, ``ttl``; up to a day). A feed without validators is asked
once a day: each poll costs its publisher the whole body (the politeness scorecard in FAULTS.md). A
failure waits 1 h · 2ⁿ · (1 + 0.4 · jitter), at most a day, so that feeds that fail together do not come
back together; n counts the failures before this one. A server that asks for rest (429, 503) is not
broken and not counted: its n is read off the wait before. A feed that is gone is asked once a month.
Retry-After is a lower bound on all of it. Whatever happened, the first good answer restores the pace.

Validators are kept only of a body that could be read: those of a challenge page or a broken upload would
hide the good body behind "not modified".
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from trendwatch.news.items import items_of
from trendwatch.types.news import (
    Answer,
    Document,
    Failure,
    Feed,
    FeedState,
    FeedUpdate,
    Item,
    NotModified,
    ParsedFeed,
    PollFailure,
    Request,
)

#: What happened, what trendwatch does about it, what the operator can do.
FAILURE_WORDS: dict[Failure, str] = {
    Failure.BLOCKED_ADDRESS: (
        "The address leads to a private or reserved network, or is not a web address. It was not "
        "visited. Correct it, or allow-list its network and port if the server is yours."
    ),
    Failure.BAD_REDIRECT: (
        "The server sends us on to something we do not follow. What we have stays, and we try again. "
        "Open the address in a browser and enter the feed's new one."
    ),
    Failure.TOO_MANY_REDIRECTS: (
        "The server sends us on again and again, or in a circle. What we have stays, and we try again. "
        "Open the address in a browser and enter the feed's new one."
    ),
    Failure.FETCH_TIMEOUT: (
        "The server did not finish its answer in time. We try again, less and less often. Nothing to "
        "do unless it lasts for days."
    ),
    Failure.CONNECTION_FAILED: (
        "The server could not be reached, or broke off. We try again, less and less often. Nothing to "
        "do unless it lasts for days."
    ),
    Failure.TLS_FAILED: (
        "The server could not prove who it is: its certificate is wrong or expired. We do not read it "
        "until that is repaired. Tell the publisher if it lasts."
    ),
    Failure.NAME_NOT_FOUND: (
        "The name of the server is not known. We try again, less and less often. Check the spelling; "
        "if it lasts, the publisher has moved."
    ),
    Failure.BODY_TOO_LARGE: (
        "The feed is larger than we read (10 MiB). What we have stays, and we try again. Look for a "
        "shorter feed of the same publisher."
    ),
    Failure.BAD_ENCODING: (
        "The feed was packed in a way we cannot undo, or cut on its way. What we have stays, and we "
        "try again. Tell the publisher if it lasts."
    ),
    Failure.RATE_LIMITED: (
        "The server asks to be left alone for a while. We wait as long as it says. Nothing to do; the "
        "feed is not broken."
    ),
    Failure.GONE: (
        "The publisher has removed this feed for good. Its news stays; we look once a month whether it "
        "is back. Enter a new address, or disable the feed."
    ),
    Failure.REFUSED: (
        "The server does not let us read this feed. We try again, less and less often. It may need a "
        "login, or the publisher may not want to be read by programs."
    ),
    Failure.NOT_THERE: (
        "There is nothing at this address. We try again, less and less often. Look for the feed's new "
        "address on the publisher's pages."
    ),
    Failure.SERVER_ERROR: (
        "The server reports an error of its own. We try again, less and less often. Nothing to do "
        "unless it lasts for days."
    ),
    Failure.UNEXPECTED_STATUS: (
        "The server gave an answer that makes no sense for a feed. We try again, less and less often. "
        "Open the address in a browser to see what it is."
    ),
    Failure.EMPTY_BODY: (
        "The server answered without any content. What we have stays, and we try again. Tell the "
        "publisher if it lasts."
    ),
    Failure.NOT_A_FEED: (
        "What came is not a feed, probably a web page. What we have stays, and we try again. Look for "
        "the feed's address on that page."
    ),
    Failure.CHALLENGE_PAGE: (
        "The server wants to see a human first. What we have stays, and we try again. Ask the "
        "publisher to let feed readers through."
    ),
    Failure.FORBIDDEN_XML: (
        "The document declares XML entities, which can be used for attacks. It was not read. Ask the "
        "publisher for a plain feed."
    ),
    Failure.PARSE_LIMIT: (
        "Reading the document took too much time or memory, so it was given up. What we have stays, "
        "and we try again. Look for a shorter feed of the same publisher."
    ),
    Failure.PARSER_CRASHED: (
        "Reading the document made our parser fail: a bug of trendwatch, not of yours. What we have "
        "stays, and we try again. Report it, with the feed's address."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often feeds are asked."""

    #: after a readable answer, at least
    minimum: timedelta = timedelta(hours=1)
    #: after a readable answer of a feed without validators, at least; bounded by the maximum
    unconditional: timedelta = timedelta(hours=24)
    #: the longest wait a publisher's max-age or ttl, or a failure, leads to
    maximum: timedelta = timedelta(hours=24)
    #: after the first failure; doubles with each further one
    back_off: timedelta = timedelta(hours=1)
    #: a failure's wait is stretched by up to this share
    jitter_share: float = 0.4
    #: after the publisher said that the feed is gone
    gone: timedelta = timedelta(days=30)
    #: the longest Retry-After that is obeyed
    retry_after: timedelta = timedelta(days=31)


PACE = Pace()


def request_for(feed: Feed, state: FeedState) -> Request:
    """Return the request that asks a feed for what is new."""
    return Request(feed_key=feed.key, url=feed.url, etag=state.etag, last_modified=state.last_modified)


def body_hash(body: bytes) -> str:
    """Return 32 hex digits that change with any byte of a body."""
    return blake2b(body, digest_size=16).hexdigest()


def unchanged(state: FeedState, document: Document) -> bool:
    """Tell whether a document is byte for byte the last one that could be read: no need to parse it."""
    return bool(state.body_hash) and state.body_hash == body_hash(document.body)


def decide(
    feed: Feed,
    state: FeedState,
    answer: Answer,
    *,
    parsed: ParsedFeed | PollFailure | None,
    now: datetime,
    jitter: float,
    pace: Pace = PACE,
) -> FeedUpdate:
    """Return what to write after a poll. ``jitter`` in [0, 1) is drawn by the caller.

    Raises:
        ValueError: a changed document without its parsed form.
    """
    items: tuple[Item, ...] = ()
    if isinstance(answer, PollFailure):
        after = _failed(state, answer, now=now, jitter=jitter, pace=pace)
    elif isinstance(answer, NotModified):
        after = _not_modified(state, answer, now=now, pace=pace)
    elif isinstance(parsed, PollFailure):
        after = _failed(state, parsed, now=now, jitter=jitter, pace=pace)
    elif parsed is None and not unchanged(state, answer):
        raise ValueError(f"{feed.key}: a document that changed was not parsed")
    else:
        after = _read(state, answer, parsed, now=now, pace=pace)
        if parsed is not None:
            items = items_of(feed, parsed, now=now, backlog=state.first_success_at is None)
    return FeedUpdate(state=after, items=items)


def _read(
    state: FeedState, document: Document, parsed: ParsedFeed | None, *, now: datetime, pace: Pace
) -> FeedState:
    """Return the state after a readable document; its validators replace ours, also by nothing."""
    wishes = (document.max_age, parsed.ttl if parsed else None)
    validators = replace(state, etag=document.etag, last_modified=document.last_modified)
    after = replace(
        _succeeded(validators, wishes, now=now, pace=pace),
        body_hash=body_hash(document.body),
        first_success_at=state.first_success_at or now,
    )
    if parsed is None or not parsed.cut:
        return after
    # The rest of a cut document must not hide behind "not modified"; and if it was the first, what the next
    # poll brings is still back-log. A feed that is always cut becomes readable with its second poll.
    first = state.first_success_at or (now if state.polled_at else None)
    return replace(after, etag="", last_modified="", body_hash="", first_success_at=first)


def _not_modified(state: FeedState, answer: NotModified, *, now: datetime, pace: Pace) -> FeedState:
    """Return the state after "not modified"; validators it brings replace ours."""
    validators = replace(
        state,
        etag=answer.etag or state.etag,
        last_modified=answer.last_modified or state.last_modified,
    )
    return _succeeded(validators, (answer.max_age,), now=now, pace=pace)


def _succeeded(
    state: FeedState, wishes: tuple[timedelta | None, ...], *, now: datetime, pace: Pace
) -> FeedState:
    """Return a state without trouble, due again when we may and the publisher likes."""
    wish = min(pace.maximum, max(filter(None, wishes), default=timedelta(0)))
    rare = max(pace.minimum, min(pace.unconditional, pace.maximum))
    floor = pace.minimum if state.etag or state.last_modified else rare
    return replace(
        state,
        polled_at=now,
        succeeded_at=now,
        next_fetch_at=now + max(floor, wish),
        failures=0,
        failure=None,
        failure_detail="",
    )


def _failed(state: FeedState, failure: PollFailure, *, now: datetime, jitter: float, pace: Pace) -> FeedState:
    """Return the state after a poll that brought nothing; what we knew of the feed stays."""
    resting = failure.failure is Failure.RATE_LIMITED
    before = _rests(state, pace) if resting else state.failures
    # 2^20 hours are beyond any maximum, and floats stay finite.
    stretch = (1 + pace.jitter_share * jitter) * 2 ** min(before, 20)
    wait = min(pace.maximum, pace.back_off * stretch)
    if failure.failure is Failure.GONE:
        wait = pace.gone
    if failure.retry_after is not None:
        wait = max(wait, min(failure.retry_after, pace.retry_after))
    return replace(
        state,
        polled_at=now,
        next_fetch_at=now + wait,
        failures=state.failures if resting else state.failures + 1,
        failure=failure.failure,
        failure_detail=failure.detail,
    )


def _rests(state: FeedState, pace: Pace) -> int:
    """Return how often in a row a server asked for rest before.

    The wait was 2ⁿ back-offs stretched by less than 2, so its logarithm, rounded down, is n.
    """
    if state.failure is not Failure.RATE_LIMITED or not state.polled_at or not state.next_fetch_at:
        return 0
    waited = (state.next_fetch_at - state.polled_at) / pace.back_off
    return math.floor(math.log2(waited)) + 1 if waited >= 1 else 0
