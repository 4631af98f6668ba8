"""Decisions about one poll: when to ask again, what to keep, what to write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.failures import FAILURE_WORDS, lasting_words
from trendwatch.news.pace import PACE, Pace
from trendwatch.news.poll import body_hash, decide, request_for, unchanged
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.news import (
    Answer,
    Document,
    Entry,
    Failure,
    Feed,
    FeedState,
    NotModified,
    ParsedFeed,
    PollFailure,
    Request,
)

NOW = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed(key="bakery_news", url="https://bakery.example/feed", title="Bakery News", owner="bakery")
FRESH = FeedState(feed_key="bakery_news")
#: polled well for a while
SETTLED = FeedState(
    feed_key="bakery_news",
    etag='"1"',
    last_modified="Sun, 01 Jun 2025 08:00:00 GMT",
    body_hash=body_hash(b"old"),
    first_success_at=NOW - 30 * DAY,
    polled_at=NOW - HOUR,
    succeeded_at=NOW - HOUR,
    next_fetch_at=NOW,
    changed_at=NOW - HOUR,
    full_at=NOW - HOUR,
)
PARSED = ParsedFeed(
    title="Bakery News",
    language="en",
    entries=(
        Entry(guid="g1", url="https://bakery.example/1", title="Ovens learn", summary=""),
        Entry(guid="g2", url="https://bakery.example/2", title="Flour flies", summary=""),
    ),
)


def document(
    body: bytes = b"new", *, etag: str = '"2"', last_modified: str = "", max_age: timedelta | None = None
) -> Document:
    return Document(url=FEED.url, body=body, etag=etag, last_modified=last_modified, max_age=max_age)


def poll(
    state: FeedState,
    answer: Answer,
    parsed: ParsedFeed | PollFailure | None = None,
    *,
    now: datetime = NOW,
    jitter: float = 0.0,
    pace: Pace = PACE,
) -> FeedUpdate:
    return decide(FEED, state, answer, parsed=parsed, now=now, jitter=jitter, pace=pace)


def wait_after(
    state: FeedState, answer: Answer, parsed: ParsedFeed | PollFailure | None = None, *, jitter: float = 0.0
) -> timedelta:
    after = poll(state, answer, parsed, jitter=jitter).state
    assert after.next_fetch_at is not None
    return after.next_fetch_at - NOW


def failing(failure: Failure, retry_after: timedelta | None = None) -> PollFailure:
    return PollFailure(failure=failure, detail="what exactly", retry_after=retry_after)


# --- what is asked ---------------------------------------------------------------------------------


def test_f5_the_request_carries_our_validators_as_they_are() -> None:
    state = replace(FRESH, etag=' W/"odd" ', last_modified="yesterday")
    expected = Request(feed_key=FEED.key, url=FEED.url, etag=' W/"odd" ', last_modified="yesterday")
    assert request_for(FEED, state, now=NOW) == expected
    assert request_for(FEED, FRESH, now=NOW) == Request(feed_key=FEED.key, url=FEED.url)


# --- a readable document ---------------------------------------------------------------------------


def test_a_good_poll_restores_and_records_everything() -> None:
    broken = replace(SETTLED, failures=7, failure=Failure.GONE, failure_detail="was gone")
    update = poll(broken, document(last_modified="Mon, 02 Jun 2025 07:00:00 GMT"), PARSED)
    assert update.state == FeedState(
        feed_key="bakery_news",
        etag='"2"',
        last_modified="Mon, 02 Jun 2025 07:00:00 GMT",
        body_hash=body_hash(b"new"),
        first_success_at=SETTLED.first_success_at,
        polled_at=NOW,
        succeeded_at=NOW,
        next_fetch_at=NOW + HOUR,
        issuer=FEED.url,
        changed_at=NOW,
        full_at=NOW,
    )
    assert [item.entry_key for item in update.items] == ["g1", "g2"]


def test_p5_the_first_readable_poll_brings_backlog_the_next_brings_news() -> None:
    first = poll(FRESH, document(), PARSED)
    assert all(item.backlog for item in first.items)
    assert first.state.first_success_at == NOW
    second = poll(first.state, document(b"newer"), PARSED, now=NOW + HOUR)
    assert not any(item.backlog for item in second.items)
    assert second.state.first_success_at == NOW


def test_p5_failures_before_the_first_success_do_not_end_the_backlog() -> None:
    failed = poll(FRESH, failing(Failure.FETCH_TIMEOUT)).state
    assert failed.first_success_at is None
    assert all(item.backlog for item in poll(failed, document(), PARSED).items)


def test_an_empty_feed_is_readable_what_follows_is_news() -> None:
    empty = poll(FRESH, document(), ParsedFeed(title="", language="", entries=()))
    assert (empty.items, empty.state.first_success_at) == ((), NOW)
    assert not any(item.backlog for item in poll(empty.state, document(b"b"), PARSED).items)


def test_f5_both_validators_follow_every_document_also_by_vanishing() -> None:
    after = poll(SETTLED, document(etag='"2"', last_modified=""), PARSED).state
    assert (after.etag, after.last_modified) == ('"2"', "")


def test_f5_an_unchanged_body_still_brings_new_validators() -> None:
    same = document(b"old", etag='"9"')
    assert unchanged(SETTLED, same)
    update = poll(SETTLED, same, None)
    assert update.items == ()
    assert (update.state.etag, update.state.body_hash) == ('"9"', SETTLED.body_hash)


@pytest.mark.parametrize(
    ("known", "body", "same"), [("old", b"old", True), ("old", b"new", False), (None, b"", False)]
)
def test_unchanged_means_the_very_bytes(known: str | None, body: bytes, same: bool) -> None:
    state = replace(FRESH, body_hash=body_hash(known.encode()) if known else "")
    assert unchanged(state, document(body)) is same


def test_a_changed_document_must_be_parsed() -> None:
    with pytest.raises(ValueError, match="bakery_news"):
        poll(SETTLED, document(b"new"), None)


def test_polling_twice_writes_the_same_items() -> None:
    one = poll(SETTLED, document(), PARSED)
    two = poll(one.state, document(), PARSED, now=NOW + HOUR)
    assert [item.id for item in one.items] == [item.id for item in two.items]


# --- not modified ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "etag", "last_modified"),
    [
        (NotModified(), '"1"', SETTLED.last_modified),
        (NotModified(etag='"2"'), '"2"', SETTLED.last_modified),
        (NotModified(last_modified="later"), '"1"', "later"),
        (NotModified(etag='W/"2"', last_modified="later"), 'W/"2"', "later"),
    ],
)
def test_f5_not_modified_updates_the_validators_it_brings(
    answer: NotModified, etag: str, last_modified: str
) -> None:
    update = poll(replace(SETTLED, failures=3, failure=Failure.NOT_A_FEED), answer)
    assert update.items == ()
    assert update.state == replace(
        SETTLED,
        etag=etag,
        last_modified=last_modified,
        polled_at=NOW,
        succeeded_at=NOW,
        next_fetch_at=NOW + HOUR,
    )


# --- when to ask again -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("max_age", "ttl", "expected"),
    [
        (None, None, HOUR),
        (timedelta(minutes=5), None, HOUR),  # our minimum
        (None, timedelta(0), HOUR),
        (3 * HOUR, None, 3 * HOUR),
        (None, 6 * HOUR, 6 * HOUR),
        (3 * HOUR, 6 * HOUR, 6 * HOUR),  # the longer wish
        (6 * HOUR, 3 * HOUR, 6 * HOUR),
        (30 * DAY, None, DAY),  # our maximum
        (None, timedelta(days=99_999), DAY),
    ],
)
def test_f5_the_publisher_may_ask_for_a_slower_pace(
    max_age: timedelta | None, ttl: timedelta | None, expected: timedelta
) -> None:
    assert wait_after(SETTLED, document(max_age=max_age), replace(PARSED, ttl=ttl)) == expected
    if ttl is None:
        assert wait_after(SETTLED, NotModified(max_age=max_age)) == expected


def test_f5_a_feed_without_validators_is_asked_once_a_day() -> None:
    assert wait_after(SETTLED, document(etag=""), PARSED) == DAY
    assert wait_after(SETTLED, document(etag="", last_modified="x"), PARSED) == HOUR


@pytest.mark.parametrize(
    ("pace", "with_validators", "without"),
    [
        (Pace(minimum=2 * HOUR), 2 * HOUR, DAY),
        (Pace(maximum=6 * HOUR), HOUR, 6 * HOUR),  # the operator wants it faster
        (Pace(unconditional=HOUR), HOUR, HOUR),
        (Pace(minimum=48 * HOUR, maximum=48 * HOUR), 48 * HOUR, 48 * HOUR),
    ],
)
def test_the_operator_sets_the_pace(pace: Pace, with_validators: timedelta, without: timedelta) -> None:
    assert poll(SETTLED, document(), PARSED, pace=pace).state.next_fetch_at == NOW + with_validators
    assert poll(SETTLED, document(etag=""), PARSED, pace=pace).state.next_fetch_at == NOW + without


@pytest.mark.parametrize(
    ("failures", "jitter", "hours"),
    [
        (0, 0.0, 1.0),  # 1 h * 2^0
        (0, 0.5, 1.2),  # 1 h * 1 * (1 + 0.4 * 0.5)
        (1, 0.0, 2.0),
        (2, 0.25, 4.4),  # 4 * 1.1
        (3, 0.0, 8.0),
        (4, 0.0, 16.0),
        (4, 0.5, 19.2),  # 16 * 1.2
        (5, 0.0, 24.0),  # 32, capped
        (4, 0.999, 22.3936),  # 16 * 1.3996
        (500, 0.999, 24.0),
        (100_000, 0.0, 24.0),
    ],
)
def test_f7_failures_back_off(failures: int, jitter: float, hours: float) -> None:
    state = replace(SETTLED, failures=failures)
    found = wait_after(state, failing(Failure.SERVER_ERROR), jitter=jitter)
    assert found == pytest.approx(timedelta(hours=hours), abs=timedelta(seconds=1))


def test_f7_a_failure_keeps_what_was_known() -> None:
    update = poll(SETTLED, failing(Failure.SERVER_ERROR))
    assert update.items == ()
    assert update.state == replace(
        SETTLED,
        polled_at=NOW,
        next_fetch_at=NOW + HOUR,
        failures=1,
        failure=Failure.SERVER_ERROR,
        failure_detail="what exactly",
    )


@pytest.mark.parametrize(
    "failure",
    [
        Failure.NOT_A_FEED,
        Failure.CHALLENGE_PAGE,
        Failure.EMPTY_BODY,
        Failure.FORBIDDEN_XML,
        Failure.PARSE_LIMIT,
    ],
)
def test_p3_validators_of_an_unusable_body_are_never_saved(failure: Failure) -> None:
    update = poll(SETTLED, document(b"<html>", etag='"bad"'), failing(failure))
    assert (update.state.etag, update.state.body_hash) == (SETTLED.etag, SETTLED.body_hash)
    assert (update.state.failure, update.state.failures, update.items) == (failure, 1, ())


def test_p3_validators_of_a_cut_body_are_never_saved_its_items_are() -> None:
    update = poll(SETTLED, document(), replace(PARSED, cut=True))
    assert len(update.items) == 2
    assert (update.state.etag, update.state.last_modified, update.state.body_hash) == ("", "", "")
    assert wait_after(SETTLED, document(), replace(PARSED, cut=True)) == HOUR


def test_f7_what_is_gone_is_asked_once_a_month_and_comes_back_by_itself() -> None:
    gone = poll(SETTLED, failing(Failure.GONE)).state
    assert gone.next_fetch_at == NOW + 30 * DAY
    back = poll(gone, document(), PARSED, now=NOW + 30 * DAY)
    assert (back.state.failure, back.state.failures, len(back.items)) == (None, 0, 2)
    assert back.state.next_fetch_at == NOW + 30 * DAY + HOUR


@pytest.mark.parametrize(
    ("failure", "retry_after", "expected"),
    [
        (Failure.RATE_LIMITED, timedelta(minutes=5), HOUR),  # never sooner than our own back-off
        (Failure.RATE_LIMITED, 5 * HOUR, 5 * HOUR),
        (Failure.RATE_LIMITED, 9 * DAY, 9 * DAY),
        (Failure.RATE_LIMITED, 3650 * DAY, 31 * DAY),
        (Failure.SERVER_ERROR, 5 * HOUR, 5 * HOUR),
        (Failure.GONE, 5 * HOUR, 30 * DAY),
        (Failure.GONE, 90 * DAY, 31 * DAY),
    ],
)
def test_f6_retry_after_is_a_lower_bound(
    failure: Failure, retry_after: timedelta, expected: timedelta
) -> None:
    assert wait_after(SETTLED, failing(failure, retry_after)) == expected


@pytest.mark.parametrize("jitter", [0.0, 0.3, 0.999])
def test_f6_without_retry_after_rests_grow_but_count_as_nothing_broken(jitter: float) -> None:
    state, now, waits = replace(SETTLED, failures=2, changed_at=None), NOW, []
    for _ in range(7):
        state = poll(state, failing(Failure.RATE_LIMITED), now=now, jitter=jitter).state
        assert state.next_fetch_at is not None
        waits.append((state.next_fetch_at - now) / HOUR)
        now = state.next_fetch_at
    stretch = 1 + 0.4 * jitter
    assert waits == pytest.approx([min(24.0, 2**n * stretch) for n in range(7)], abs=1e-6)
    assert (state.failures, state.failure) == (2, Failure.RATE_LIMITED)
    assert poll(state, NotModified(), now=now).state.next_fetch_at == now + HOUR


def test_a_rest_after_another_failure_starts_at_the_first_step() -> None:
    broken = replace(SETTLED, failure=Failure.SERVER_ERROR, polled_at=NOW - 20 * HOUR, next_fetch_at=NOW)
    assert wait_after(broken, failing(Failure.RATE_LIMITED)) == HOUR


# --- words -----------------------------------------------------------------------------------------


def test_every_failure_has_words_that_say_what_happened_and_what_follows() -> None:
    assert set(FAILURE_WORDS) == set(Failure)
    for words in FAILURE_WORDS.values():
        assert words.count(". ") >= 1
        assert words.endswith(".")
        assert "  " not in words


def test_what_lasts_for_days_is_never_nothing_to_do() -> None:
    for failure in set(Failure) - {Failure.RATE_LIMITED}:  # a rest is no breakage
        what, advice = lasting_words(failure)
        assert FAILURE_WORDS[failure].startswith(what)
        assert "unless it lasts" not in advice
        assert advice != what


# --- laws ------------------------------------------------------------------------------------------

WAITS = st.none() | st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4000))
STATES = st.builds(
    FeedState,
    feed_key=st.just("bakery_news"),
    etag=st.sampled_from(["", '"1"']),
    last_modified=st.sampled_from(["", "x"]),
    body_hash=st.sampled_from(["", body_hash(b"old")]),
    first_success_at=st.sampled_from([None, NOW - DAY]),
    polled_at=st.sampled_from([None, NOW - DAY]),
    next_fetch_at=st.none() | st.datetimes(NOW.replace(tzinfo=None) - DAY, timezones=st.just(UTC)),
    failures=st.integers(0, 10**6),
    failure=st.none() | st.sampled_from(list(Failure)),
)
FAILURES = st.builds(PollFailure, failure=st.sampled_from(list(Failure)), retry_after=WAITS)
JITTERS = st.floats(0, 1, exclude_max=True)


@given(STATES, WAITS, WAITS)
def test_after_a_success_the_next_poll_is_between_an_hour_and_a_day_away(
    state: FeedState, max_age: timedelta | None, ttl: timedelta | None
) -> None:
    for after in (
        poll(state, document(max_age=max_age), replace(PARSED, ttl=ttl)).state,
        poll(state, NotModified(max_age=max_age)).state,
    ):
        assert after.next_fetch_at is not None
        assert NOW + PACE.minimum <= after.next_fetch_at <= NOW + PACE.maximum
        assert (after.failures, after.failure, after.failure_detail) == (0, None, "")


@given(STATES, FAILURES, JITTERS)
def test_after_a_failure_the_wait_is_bounded_and_nothing_is_forgotten(
    state: FeedState, failure: PollFailure, jitter: float
) -> None:
    after = poll(state, failure, jitter=jitter).state
    assert after.next_fetch_at is not None
    wait = after.next_fetch_at - NOW
    assert PACE.back_off <= wait <= PACE.retry_after
    if failure.retry_after is not None:
        assert wait >= min(failure.retry_after, PACE.retry_after)
    elif failure.failure is not Failure.GONE:
        assert wait <= PACE.maximum
    assert (after.etag, after.last_modified, after.body_hash) == (
        state.etag,
        state.last_modified,
        state.body_hash,
    )
    assert (after.first_success_at, after.succeeded_at) == (state.first_success_at, state.succeeded_at)
    assert after.failures == state.failures + (failure.failure is not Failure.RATE_LIMITED)


@given(STATES, FAILURES, JITTERS, JITTERS)
def test_more_jitter_never_means_an_earlier_poll(
    state: FeedState, failure: PollFailure, one: float, two: float
) -> None:
    early, late = sorted((one, two))
    assert wait_after(state, failure, jitter=early) <= wait_after(state, failure, jitter=late)
