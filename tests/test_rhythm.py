"""Silence is measured against a feed's own rhythm: quiet is not broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.rhythm import quiet_words, rhythm_of, rhythm_words, unheard_words
from trendwatch.types.news import FeedState

NOW = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def every(gap: timedelta, *, items: int, last: timedelta) -> list[datetime]:
    """Return the times of items at equal pauses, the last one so long ago."""
    return [NOW - last - gap * n for n in range(items)]


@pytest.mark.parametrize(
    ("gap", "last", "quiet"),
    [
        # patience is max(4 * gap, 14 days)
        (HOUR, 13 * DAY, None),
        (HOUR, 15 * DAY, 1 * DAY),  # 15 - 14
        (7 * DAY, 27 * DAY, None),
        (7 * DAY, 30 * DAY, 2 * DAY),  # 30 - 4 * 7
        (90 * DAY, 300 * DAY, None),  # a quarterly
    ],
)
def test_a_feed_is_quiet_by_its_own_measure(gap: timedelta, last: timedelta, quiet: timedelta | None) -> None:
    rhythm = rhythm_of(every(gap, items=20, last=last), now=NOW)
    assert rhythm.median_gap == gap
    assert rhythm.quiet_since == (None if quiet is None else NOW - quiet)


def test_a_burst_or_a_holiday_does_not_move_the_rhythm() -> None:
    weekly = every(7 * DAY, items=20, last=DAY)
    burst = [NOW - DAY - HOUR * n for n in range(5)]
    assert rhythm_of([*weekly, *burst], now=NOW).median_gap == 7 * DAY
    assert (
        rhythm_of([one for one in weekly if one > NOW - 30 * DAY or one < NOW - 90 * DAY], now=NOW).median_gap
        == 7 * DAY
    )


@pytest.mark.parametrize(
    ("items", "last", "quiet"), [(0, DAY, False), (4, 80 * DAY, False), (4, 91 * DAY, True)]
)
def test_few_items_have_no_rhythm(items: int, last: timedelta, quiet: bool) -> None:
    rhythm = rhythm_of(every(DAY, items=items, last=last), now=NOW)
    assert rhythm.median_gap is None
    assert (rhythm.quiet_since is not None) == quiet


@given(st.lists(st.integers(1, 600 * 24).map(lambda hours: NOW - HOUR * hours), max_size=30))
def test_the_order_does_not_matter_and_quiet_lies_between_the_newest_and_now(times: list[datetime]) -> None:
    rhythm = rhythm_of(times, now=NOW)
    assert rhythm == rhythm_of(reversed(times), now=NOW)
    if rhythm.quiet_since is not None:
        assert max(times) < rhythm.quiet_since < NOW


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(minutes=10), "several items an hour"),
        (HOUR, "about an item an hour"),
        (3 * HOUR, "an item about every 3 hours"),
        (26 * HOUR, "about an item a day"),
        (7 * DAY, "an item about every 7 days"),
    ],
)
def test_a_rhythm_in_words(gap: timedelta, words: str) -> None:
    assert (
        rhythm_words(rhythm_of(every(gap, items=9, last=DAY), now=NOW)) == f"{words}; the latest 2025-06-01"
    )


def test_silence_in_words() -> None:
    quiet = rhythm_of(every(HOUR, items=9, last=20 * DAY), now=NOW)
    assert quiet_words(quiet) == "quieter than usual since 2025-05-27"  # 13 May and 14 days
    assert rhythm_words(quiet).endswith("; quieter than usual since 2025-05-27")
    assert rhythm_words(rhythm_of([], now=NOW)) == "no dated item yet"
    assert quiet_words(rhythm_of([NOW], now=NOW)) == ""


@pytest.mark.parametrize(
    ("read_for", "items", "said"),
    [
        (None, 0, ""),  # not read yet: that is told otherwise
        (2 * DAY, 0, ""),
        (3 * DAY, 0, "has never brought an item since 2025-05-30"),
        (300 * DAY, 1, ""),
    ],
)
def test_a_feed_that_never_spoke_is_told(read_for: timedelta | None, items: int, said: str) -> None:
    began = None if read_for is None else NOW - read_for
    assert unheard_words(FeedState(feed_key="one", first_success_at=began), items, now=NOW) == said
