"""When a feed may be asked again (F5, F6): its own rhythm, its silence, what its publisher wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.pace import PACE, after_failure, after_success, mean_gap, out_of_skips, reach_of
from trendwatch.types.news import Entry, Failure, FeedState, PollFailure

#: A Monday.
NOW = datetime(2025, 6, 2, 8, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STATE = FeedState(feed_key="x", etag='"1"')


def entries(*ages: timedelta | None) -> list[Entry]:
    return [
        Entry(guid=str(n), url="", title="t", summary="", published_at=None if age is None else NOW - age)
        for n, age in enumerate(ages)
    ]


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ((), None),
        ((None, None), None),
        ((4 * HOUR,), 4 * HOUR),  # 4 h / 1
        ((HOUR, 2 * HOUR, 3 * HOUR), HOUR),  # 3 h / 3
        ((6 * DAY, None, 7 * DAY), 3.5 * DAY),  # 7 d / 2: the undated one says nothing
        ((-DAY, 2 * HOUR), 2 * HOUR),  # what lies ahead says nothing
        ((0 * HOUR,) * 5, timedelta(0)),
        (tuple(n * HOUR for n in range(1, 41)), HOUR),  # 20 h / 20: only the newest count
    ],
)
def test_a_rhythm_is_the_mean_time_between_the_newest_entries(
    ages: tuple[timedelta | None, ...], expected: timedelta | None
) -> None:
    assert mean_gap(entries(*ages), NOW) == expected


QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ((), None),
        ((None, None), None),
        ((HOUR,), None),  # one date is no pace
        ((HOUR, HOUR, HOUR), None),  # all equal: they say nothing
        ((HOUR, 2 * HOUR, 3 * HOUR), 3 * HOUR),
        ((HOUR, 2 * HOUR, None), 2 * HOUR),
        (tuple(n * QUARTER for n in range(1, 41)), 10 * HOUR),  # 20 / 20 quarters * 40
        ((*(n * QUARTER for n in range(1, 21)), 900 * DAY), 5.25 * HOUR),  # 15 min * 21: one is pinned
    ],
)
def test_a_document_reaches_back_over_its_rhythm_times_its_entries(
    ages: tuple[timedelta | None, ...], expected: timedelta | None
) -> None:
    assert reach_of(entries(*ages), NOW) == expected


@pytest.mark.parametrize(
    ("reach", "silent", "stated", "expected"),
    [
        (5 * HOUR, QUARTER, DAY, 2.5 * HOUR),  # half of 5 h: the document ends before the day it asks for
        (5 * HOUR, QUARTER, 5 * HOUR, 5 * HOUR),  # it reaches as far
        (30 * HOUR, HOUR, DAY, DAY),
        (30 * HOUR, HOUR, 30 * DAY, DAY),  # the maximum, which it reaches
        (HOUR, QUARTER, DAY, HOUR),  # never below the minimum
        (5 * HOUR, 60 * HOUR, None, 2.5 * HOUR),  # a weekend: an eighth would be 7.5 h
        (5 * HOUR, 8 * HOUR, None, HOUR),
        (5 * HOUR, 8 * DAY, None, DAY),  # asleep
        (5 * HOUR, 8 * DAY, 9 * HOUR, DAY),
        (None, 60 * HOUR, DAY, DAY),  # no dates, no reach
    ],
)
@pytest.mark.parametrize("by_ttl", [True, False])
def test_f5_a_wait_outlasts_no_document_where_publishers_allow(
    reach: timedelta | None, silent: timedelta, stated: timedelta | None, expected: timedelta, by_ttl: bool
) -> None:
    state = replace(
        STATE, rhythm=QUARTER, reach=reach, changed_at=NOW - silent, ttl=stated if by_ttl else None
    )
    assert after_success(state, None if by_ttl else stated, now=NOW) - NOW == expected
    unvalidated = replace(state, etag="")
    assert after_success(unvalidated, None, now=NOW) - NOW == DAY  # what readers are blocked for
    skipping = replace(state, skip_hours=tuple(range(9, 24)))
    assert after_success(skipping, None if by_ttl else stated, now=NOW).hour < 9


@pytest.mark.parametrize(
    ("rhythm", "silent", "ttl", "expected"),
    [
        (None, None, None, HOUR),
        (HOUR, HOUR, None, HOUR),  # 30 min, 7.5 min
        (6 * HOUR, HOUR, None, 3 * HOUR),  # half of 6 h
        (HOUR, 2 * DAY, None, 6 * HOUR),  # an eighth of 48 h
        (HOUR, 80 * DAY, None, DAY),
        (60 * DAY, HOUR, None, DAY),
        (6 * HOUR, DAY, 5 * HOUR, 5 * HOUR),  # 3 h, 3 h, 5 h
        (None, None, 40 * DAY, DAY),
    ],
)
def test_f5_the_wait_follows_rhythm_silence_and_ttl(
    rhythm: timedelta | None, silent: timedelta | None, ttl: timedelta | None, expected: timedelta
) -> None:
    changed_at = NOW - silent if silent else None
    state = replace(STATE, rhythm=rhythm, changed_at=changed_at, ttl=ttl)
    assert after_success(state, None, now=NOW) - NOW == expected


@pytest.mark.parametrize(
    ("when", "hours", "days", "expected"),
    [
        (NOW, (), (), NOW),
        (NOW, (7, 9), (), NOW),
        (NOW, (8,), (), NOW + HOUR),  # the minutes stay: 09:30
        (NOW, (8, 9, 10), (), NOW + 3 * HOUR),
        (NOW, (), (0,), NOW + 15.5 * HOUR + timedelta(minutes=30)),  # Tuesday 00:30
        (NOW + 5 * DAY, (), (5, 6), NOW + 7 * DAY - 8 * HOUR),  # Saturday 08:30 -> Monday 00:30
        (NOW + 5 * DAY, (0, 1), (5, 6), NOW + 7 * DAY - 6 * HOUR),
        (NOW, tuple(range(24)), (), NOW),  # nonsense is ignored
        (NOW, (), tuple(range(7)), NOW),
        (NOW, (8,), tuple(range(7)), NOW + HOUR),
    ],
)
def test_f5_skipped_hours_and_days_are_left_out(
    when: datetime, hours: tuple[int, ...], days: tuple[int, ...], expected: datetime
) -> None:
    assert out_of_skips(when, replace(STATE, skip_hours=hours, skip_days=days)) == expected


@given(
    st.lists(st.integers(0, 23), max_size=30),
    st.lists(st.integers(0, 6), max_size=9),
    st.integers(0, 10**6),
)
def test_whatever_is_skipped_a_time_is_found_within_a_week(
    hours: list[int], days: list[int], minutes: int
) -> None:
    when = NOW + timedelta(minutes=minutes)
    found = out_of_skips(when, replace(STATE, skip_hours=tuple(hours), skip_days=tuple(days)))
    assert when <= found <= when + 7 * DAY
    assert found.minute == when.minute


def test_f6_a_rest_ends_outside_of_skipped_hours() -> None:
    state = replace(STATE, skip_hours=(9, 10))
    failure = PollFailure(failure=Failure.RATE_LIMITED, retry_after=HOUR)
    assert after_failure(state, failure, now=NOW, jitter=0.0) == NOW + 3 * HOUR


@pytest.mark.parametrize("failure", list(Failure))
def test_f7_no_failure_parks_a_feed(failure: Failure) -> None:
    state = replace(STATE, failures=10**6, failure=failure, polled_at=NOW - 40 * DAY, next_fetch_at=NOW)
    when = after_failure(state, PollFailure(failure=failure), now=NOW, jitter=0.999)
    assert when - NOW <= (PACE.gone if failure is Failure.GONE else PACE.maximum)
