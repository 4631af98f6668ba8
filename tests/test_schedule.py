from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_digest import BUSINESS
from trendwatch.advice.schedule import cutoffs, last_cutoff, period_of, previous_cutoff
from trendwatch.types.advice import Business

ZONES = sorted(zone for zone in available_timezones() if zone not in {"Factory", "localtime"})


def business(zone: str, weekday: int = 0, at: time = time(7, 0)) -> Business:
    return replace(BUSINESS, timezone=zone, digest_weekday=weekday, digest_time=at)


def weeks_between(first: datetime, last: datetime) -> list[str]:
    """Return the ISO weeks of the Mondays from one time to another."""
    day = first.date() - timedelta(days=first.weekday())
    names = []
    while day <= last.date():
        year, week, _ = day.isocalendar()
        names.append(f"{year}-W{week:02d}")
        day += timedelta(days=7)
    return names


@pytest.mark.parametrize(
    ("zone", "weekday", "at", "around", "wanted"),
    [
        # 7:00 stays 7:00 when London changes its clocks on Sunday 30 March 2025
        ("Europe/London", 0, time(7), datetime(2025, 3, 26, tzinfo=UTC), "2025-03-24T07:00"),
        ("Europe/London", 0, time(7), datetime(2025, 4, 2, tzinfo=UTC), "2025-03-31T06:00"),
        # 2:30 did not exist in Berlin on Sunday 30 March 2025: the gap ends at 3:00 summer time = 1:00 UTC
        ("Europe/Berlin", 6, time(2, 30), datetime(2025, 4, 2, tzinfo=UTC), "2025-03-30T01:00"),
        # 2:30 came twice on Sunday 26 October 2025: the first, still summer time
        ("Europe/Berlin", 6, time(2, 30), datetime(2025, 10, 28, tzinfo=UTC), "2025-10-26T00:30"),
        # Lord Howe moves by half an hour: 2:15 on 5 October 2025 becomes 2:30 (+11:00)
        ("Australia/Lord_Howe", 6, time(2, 15), datetime(2025, 10, 7, tzinfo=UTC), "2025-10-04T15:30"),
        # Samoa skipped Friday 30 December 2011: Saturday 0:00 (+14:00)
        ("Pacific/Apia", 4, time(7), datetime(2012, 1, 1, tzinfo=UTC), "2011-12-30T10:00"),
    ],
)
def test_d4_local_time_through_changes_of_the_clocks(
    zone: str, weekday: int, at: time, around: datetime, wanted: str
) -> None:
    found = last_cutoff(business(zone, weekday, at), around)
    assert found == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


def test_d4_week_53_and_leap_day_have_their_own_period() -> None:
    friday = business("UTC", 4)
    due = cutoffs(friday, datetime(2020, 12, 20, tzinfo=UTC), datetime(2021, 1, 20, tzinfo=UTC))
    assert [period_of(at, friday) for at in due] == ["2020-W52", "2020-W53", "2021-W01", "2021-W02"]
    thursday = business("UTC", 3)
    leap = cutoffs(thursday, datetime(2024, 2, 26, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC))
    assert [at.date() for at in leap] == [date(2024, 2, 29)]


def test_a_cutoff_is_due_from_its_own_instant_and_once() -> None:
    monday = business("UTC")
    at = datetime(2025, 3, 3, 7, tzinfo=UTC)
    assert cutoffs(monday, at - timedelta(days=1), at) == [at]
    assert cutoffs(monday, at, at + timedelta(days=1)) == []
    assert last_cutoff(monday, at) == at
    assert previous_cutoff(monday, at) == at - timedelta(days=7)


@pytest.mark.parametrize("offset", range(3))
def test_d4_every_zone_has_exactly_one_cutoff_in_every_local_week(offset: int) -> None:
    """All IANA zones, each with one of many slots, over ten years (520 weeks)."""
    since, until = datetime(2017, 1, 2, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC)
    for number, zone in enumerate(ZONES):
        if number % 3 != offset:
            continue
        slot = business(zone, number % 7, time(number % 24, (number * 7) % 60))
        due = cutoffs(slot, since, until)
        periods = [period_of(at, slot) for at in due]
        local = [at.astimezone(ZoneInfo(zone)) for at in due]
        assert periods == weeks_between(local[0], local[-1]), zone


@settings(deadline=None, max_examples=150)
@given(
    zone=st.sampled_from(ZONES),
    weekday=st.integers(0, 6),
    at=st.times().map(lambda value: value.replace(second=0, microsecond=0)),
    year=st.integers(1980, 2037),
)
def test_d4_one_cutoff_per_week_for_any_slot(zone: str, weekday: int, at: time, year: int) -> None:
    slot = business(zone, weekday, at)
    due = cutoffs(slot, datetime(year, 1, 10, tzinfo=UTC), datetime(year, 12, 20, tzinfo=UTC))
    periods = [period_of(when, slot) for when in due]
    assert len(set(periods)) == len(periods) == len(due)
    gaps = [after - before for before, after in pairwise(due)]
    assert all(timedelta(days=5) < gap < timedelta(days=9) for gap in gaps)
    assert [previous_cutoff(slot, when) for when in due[1:]] == due[:-1]
    for when in due:  # the slot itself, or the first instant after a gap over it
        local = when.astimezone(ZoneInfo(zone))
        if local.time() != at:
            before = (when - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
            assert before.utcoffset() != local.utcoffset()
