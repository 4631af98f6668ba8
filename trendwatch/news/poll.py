"""What to ask of a feed, and what an answer leaves to be written: pure decisions about one poll.

    request_for(feed, state) | fetch | parse | decide(feed, state, answer, ...) -> FeedUpdate

When to ask again is said in ``pace``, where to ask in ``moves``, what a failure is called in ``failures``.

Validators are kept only of a body that could be read: those of a challenge page or a broken upload would
hide the good body behind "not modified". They go back byte for byte, only to the address that gave them, and
follow every answer: both are replaced by those of a 200, also by nothing; a 304 replaces the one it brings. A
server whose validators never change although its feed does would hide it for ever: whoever has only said "not
modified" for 30 days is asked for the whole document once, and not again for 30 days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from trendwatch.news.items import items_of
from trendwatch.news.moves import address_of, after_answer, after_failures
from trendwatch.news.pace import (
    PACE,
    Pace,
    after_failure,
    after_success,
    mean_gap,
    out_of_skips,
    reach_of,
    rest_after,
)
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.news import (
    Answer,
    Document,
    Failure,
    Feed,
    FeedState,
    Item,
    NotModified,
    ParsedFeed,
    PollFailure,
    Request,
    Rest,
)


def request_for(feed: Feed, state: FeedState, *, now: datetime, pace: Pace = PACE) -> Request:
    """Return the request that asks a feed for what is new."""
    url = address_of(feed, state)
    if state.full_at is not None and now - state.full_at >= pace.probe:
        return Request(feed_key=feed.key, url=url)
    validators = {"etag": state.etag, "last_modified": state.last_modified, "issuer": state.issuer}
    return Request(feed_key=feed.key, url=url, **validators)


def postponed(state: FeedState, now: datetime) -> FeedUpdate | None:
    """Return what to write of a feed that is due in an hour its publisher wants no visits, else None."""
    when = out_of_skips(now, state)
    return FeedUpdate(state=replace(state, next_fetch_at=when), postponed=True) if when > now else None


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
    in_full: bool = False,
) -> FeedUpdate:
    """Return what to write after a poll.

    Args:
        feed: as configured.
        state: as it was before.
        answer: what came.
        parsed: what a changed document says.
        now: when it came.
        jitter: in [0, 1), drawn by the caller.
        pace: how often feeds are asked.
        in_full: the request carried no validators.

    Raises:
        ValueError: a changed document without its parsed form.
    """
    if in_full or state.full_at is None:
        state = replace(state, full_at=now)
    if isinstance(answer, PollFailure):
        return _failed(state, answer, now=now, jitter=jitter, pace=pace)
    if isinstance(parsed, PollFailure):
        state = after_answer(feed, state, "", now=now)  # a redirect to something unreadable proves nothing
        return _failed(state, parsed, now=now, jitter=jitter, pace=pace)
    state = after_answer(feed, state, answer.moved_to, now=now)
    if isinstance(answer, NotModified):
        return FeedUpdate(state=_not_modified(state, answer, now=now, pace=pace))
    if parsed is None and not unchanged(state, answer):
        raise ValueError(f"{feed.key}: a document that changed was not parsed")
    items: tuple[Item, ...] = ()
    if parsed is not None:
        items = items_of(feed, parsed, now=now, backlog=state.first_success_at is None)
    return FeedUpdate(state=_read(state, answer, parsed, now=now, pace=pace), items=items)


def _read(
    state: FeedState, document: Document, parsed: ParsedFeed | None, *, now: datetime, pace: Pace
) -> FeedState:
    """Return the state after a readable document."""
    after = replace(
        state,
        etag=document.etag,
        last_modified=document.last_modified,
        issuer=issuer_of(document.url) if document.etag or document.last_modified else "",
        body_hash=body_hash(document.body),
        first_success_at=state.first_success_at or now,
        full_at=now,
        changed_at=now if parsed is not None or state.changed_at is None else state.changed_at,
    )
    if parsed is None:
        return _succeeded(after, document, now=now, pace=pace)
    after = replace(
        after,
        ttl=parsed.ttl,
        skip_hours=parsed.skip_hours,
        skip_days=parsed.skip_days,
        rhythm=mean_gap(parsed.entries, now),
        reach=reach_of(parsed.entries, now),
    )
    after = _succeeded(after, document, now=now, pace=pace)
    if not parsed.cut:
        return after
    # The rest of a cut document must not hide behind "not modified"; and if it was the first, what the next
    # poll brings is still back-log. A feed that is always cut becomes readable with its second poll.
    first = state.first_success_at or (now if state.polled_at else None)
    return replace(after, etag="", last_modified="", issuer="", body_hash="", first_success_at=first)


def _not_modified(state: FeedState, answer: NotModified, *, now: datetime, pace: Pace) -> FeedState:
    """Return the state after "not modified"; validators it brings replace ours."""
    after = replace(
        state,
        etag=answer.etag or state.etag,
        last_modified=answer.last_modified or state.last_modified,
    )
    return _succeeded(after, answer, now=now, pace=pace)


def _succeeded(state: FeedState, answer: Document | NotModified, *, now: datetime, pace: Pace) -> FeedState:
    """Return a state without trouble, due again when we may and the publisher likes."""
    return replace(
        state,
        polled_at=now,
        succeeded_at=now,
        next_fetch_at=after_success(state, answer.max_age, now=now, pace=pace),
        failures=0,
        failure=None,
        failure_detail="",
    )


def _failed(
    state: FeedState, failure: PollFailure, *, now: datetime, jitter: float, pace: Pace
) -> FeedUpdate:
    """Return what a poll leaves that brought nothing; what we knew of the feed stays."""
    when = after_failure(state, failure, now=now, jitter=jitter, pace=pace)
    resting = failure.failure is Failure.RATE_LIMITED
    after = replace(
        state,
        polled_at=now,
        next_fetch_at=when,
        failures=state.failures if resting else state.failures + 1,
        failure=failure.failure,
        failure_detail=failure.detail,
    )
    rest = None
    if failure.resting:
        until = rest_after(state, failure, now=now, jitter=jitter, pace=pace)
        rest = Rest(failure.resting, until)
    return FeedUpdate(state=after if resting else after_failures(after), rest=rest)


def issuer_of(url: str) -> str:
    """Return what names the resource that gave validators: its address; the query may be a ticket."""
    return url.partition("?")[0]
