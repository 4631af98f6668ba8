from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_digest import BUSINESS
from trendwatch.advice.schedule import LATE, cutoffs, due, is_current, merged, period_of, rhythm_words
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
    found = cutoffs(business(zone, weekday, at), around - LATE, around)[-1]
    assert found == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


def test_d4_week_53_and_leap_day_have_their_own_period() -> None:
    friday = business("UTC", 4)
    found = cutoffs(friday, datetime(2020, 12, 20, tzinfo=UTC), datetime(2021, 1, 20, tzinfo=UTC))
    assert [period_of(at, friday) for at in found] == ["2020-W52", "2020-W53", "2021-W01", "2021-W02"]
    thursday = business("UTC", 3)
    leap = cutoffs(thursday, datetime(2024, 2, 26, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC))
    assert [at.date() for at in leap] == [date(2024, 2, 29)]


def test_a_cutoff_is_due_from_its_own_instant_and_once() -> None:
    monday = business("UTC")
    at = datetime(2025, 3, 3, 7, tzinfo=UTC)
    assert cutoffs(monday, at - timedelta(days=1), at) == [at]
    assert cutoffs(monday, at, at + timedelta(days=1)) == []


@pytest.mark.parametrize("offset", range(3))
def test_d4_every_zone_has_exactly_one_cutoff_in_every_local_week(offset: int) -> None:
    """All IANA zones, each with one of many slots, over ten years (520 weeks)."""
    since, until = datetime(2017, 1, 2, tzinfo=UTC), datetime(2026, 12, 21, tzinfo=UTC)
    for number, zone in enumerate(ZONES):
        if number % 3 != offset:
            continue
        slot = business(zone, number % 7, time(number % 24, (number * 7) % 60))
        found = cutoffs(slot, since, until)
        periods = [period_of(at, slot) for at in found]
        local = [at.astimezone(ZoneInfo(zone)) for at in found]
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
    found = cutoffs(slot, datetime(year, 1, 10, tzinfo=UTC), datetime(year, 12, 20, tzinfo=UTC))
    periods = [period_of(when, slot) for when in found]
    assert len(set(periods)) == len(periods) == len(found)
    gaps = [after - before for before, after in pairwise(found)]
    assert all(timedelta(days=5) < gap < timedelta(days=9) for gap in gaps)
    for when in found:  # the slot itself, or the first instant after a gap over it
        local = when.astimezone(ZoneInfo(zone))
        if local.time() != at:
            before = (when - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
            assert before.utcoffset() != local.utcoffset()


def a_life(
    slot: Business,
    since: datetime,
    until: datetime,
    *,
    step: timedelta,
    down: Collection[tuple[int, int]] = (),
) -> list[tuple[str, datetime]]:
    """Return the issues of a business whose service looks every so often; down from one step to another."""
    had: dict[str, datetime] = {}
    made, now, number = [], since, 0
    while now < until:
        if not any(first <= number < last for first, last in down):
            one = due(slot, now, {period: had[period] for period in list(had)[-8:]})
            if one is not None:
                had[one.period] = one.cutoff
                made.append((one.period, now))
        now, number = now + step, number + 1
    return made


@pytest.mark.parametrize("number", range(int(os.environ.get("TRENDWATCH_SLOTS", "1"))))
def test_d4_every_zone_gets_exactly_one_digest_in_every_week(number: int) -> None:
    """Every IANA zone; a slot a run. TRENDWATCH_SLOTS=3 TRENDWATCH_WEEKS=520 is the whole campaign."""
    weeks = int(os.environ.get("TRENDWATCH_WEEKS", "30"))
    since = datetime(2016, 12, 19, 0, 30, tzinfo=UTC) if weeks >= 520 else datetime(2024, 12, 16, tzinfo=UTC)
    until = since + timedelta(weeks=weeks)
    made = 0
    for place, zone in enumerate(ZONES):
        # the hours around which clocks change, and the ends of a day and a week
        slot = business(
            zone, (place + 3 * number + 6) % 7, time((place * 5 + 8 * number) % 24, (place * 7) % 60)
        )
        had = a_life(slot, since, until, step=timedelta(days=1, minutes=7))
        periods = [period for period, _ in had]
        expected = weeks_between(since.astimezone(ZoneInfo(zone)), until)
        if periods[1] != expected[1]:  # its slot was within three days of the welcome issue
            assert cutoffs(slot, had[0][1], until)[0] - had[0][1] <= timedelta(days=3), zone
            del expected[1]
        assert periods == expected[: len(periods)], zone
        assert weeks <= len(periods) + 2, zone
        made += len(periods)
    print(f"\n{len(ZONES)} zones x {weeks} weeks, slot {number}: {made} digests, one a week in every zone")


def test_d4_no_regular_issue_within_three_days_of_the_welcome_issue() -> None:
    monday = business("UTC")
    welcome = {"2025-W09": datetime(2025, 3, 2, 23, 59, tzinfo=UTC)}  # Sunday, seven hours before the slot
    for days in range(7):
        assert due(monday, datetime(2025, 3, 3, 7, 1, tzinfo=UTC) + days * timedelta(days=1), welcome) is None
    one = due(monday, datetime(2025, 3, 10, 7, 1, tzinfo=UTC), welcome)
    assert one is not None
    assert (one.period, one.since) == ("2025-W11", welcome["2025-W09"])
    early = {"2025-W09": datetime(2025, 2, 27, 12, tzinfo=UTC)}  # Thursday, nearly four days before
    assert due(monday, datetime(2025, 3, 3, 7, 1, tzinfo=UTC), early) is not None


@pytest.mark.parametrize(
    ("hours", "late", "told"),
    [
        (1, timedelta(hours=1), ()),  # back at 08:00 of the same day
        (3 * 24, timedelta(days=3), ()),
        (15 * 24, timedelta(days=1), ("2025-W11", "2025-W12")),  # down on three Mondays, back on a Tuesday
    ],
)
def test_d4_down_over_the_slot(hours: int, late: timedelta, told: tuple[str, ...]) -> None:
    monday = business("UTC")
    done = datetime(2025, 3, 3, 7, tzinfo=UTC)
    back = done + timedelta(weeks=1, hours=hours)
    one = due(monday, back, had={"2025-W10": done})
    assert one is not None
    assert back - one.cutoff == late
    assert one.since == done
    assert merged(monday, one.cutoff, since=one.since, last=done) == told
    assert due(monday, back, {"2025-W10": done, one.period: one.cutoff}) is None


def test_d4_a_slot_missed_by_more_than_a_week_waits_for_the_next_which_tells_of_it() -> None:
    monthly = replace(business("UTC"), frequency="monthly")
    done = datetime(2025, 3, 3, 7, tzinfo=UTC)
    assert due(monthly, datetime(2025, 4, 14, 6, tzinfo=UTC), had={"2025-W10": done}) is not None
    assert due(monthly, datetime(2025, 4, 14, 8, tzinfo=UTC), had={"2025-W10": done}) is None
    one = due(monthly, datetime(2025, 5, 5, 7, tzinfo=UTC), had={"2025-W10": done})
    assert one is not None
    assert one.since == done  # exactly 63 days before: nothing is lost between two issues
    assert merged(monthly, one.cutoff, since=one.since, last=done) == ("2025-W15",)


@pytest.mark.parametrize(
    "jumps",
    [
        {40: timedelta(hours=1), 60: timedelta(hours=-1)},
        {40: timedelta(days=1), 60: timedelta(days=-1)},
        {40: timedelta(days=-1), 60: timedelta(days=1)},
        {40: timedelta(days=365), 44: timedelta(days=-365)},
        {40: timedelta(days=-365), 44: timedelta(days=365)},
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Apia"])
def test_d4_a_clock_that_jumps_and_comes_back_brings_no_week_twice(
    jumps: dict[int, timedelta], zone: str
) -> None:
    """It looks twice a day for 100 days; the jump is there for some of them."""
    slot = business(zone, 2, time(6, 30))
    had: dict[str, datetime] = {}
    now, made = datetime(2025, 2, 3, tzinfo=UTC), []
    for number in range(200):
        now += timedelta(hours=12) + jumps.get(number, timedelta(0))
        if (one := due(slot, now, had)) is not None:
            assert one.period not in had
            had[one.period] = one.cutoff
            made.append(one.period)
    assert len(made) == len(set(made))
    usual = [
        f"2025-W{week:02d}" for week in range(6, 20)
    ]  # 3 February is in week 6, 100 days later is week 20
    assert set(usual) <= set(made)


def test_d4_a_business_that_moves_gets_one_a_week_still() -> None:
    """Every week in another zone and on another day, around the world and back."""
    zones = ("Pacific/Kiritimati", "Pacific/Niue", "Europe/Lisbon", "Pacific/Apia", "America/Adak")
    had: dict[str, datetime] = {}
    now = datetime(2024, 12, 2, tzinfo=UTC)
    for hour in range(24 * 7 * 30):
        now += timedelta(hours=1)
        slot = business(zones[hour // 50 % len(zones)], hour // 90 % 7, time(hour // 70 % 24))
        if (one := due(slot, now, had)) is not None:
            assert one.period not in had
            had[one.period] = one.cutoff
    assert len(had) >= 20


@pytest.mark.parametrize(
    ("frequency", "wanted"),
    [
        ("weekly", ["2020-W52", "2020-W53", "2021-W01", "2021-W02", "2021-W03"]),
        ("two_weekly", ["2020-W53", "2021-W02"]),  # through a year's end, the step stays two weeks
        ("monthly", ["2021-W01"]),  # Monday 4 January
        ("paused", []),
    ],
)
def test_d4_how_often(frequency: str, wanted: list[str]) -> None:
    slot = replace(business("UTC"), frequency=frequency)
    found = cutoffs(slot, datetime(2020, 12, 20, tzinfo=UTC), datetime(2021, 1, 20, tzinfo=UTC))
    assert [period_of(at, slot) for at in found] == wanted


@pytest.mark.parametrize(
    ("frequency", "made", "days", "current"),
    [
        # made at the slot of Monday 3 March 2025, 07:00; the next ones are the 10th, the 17th, 7 April
        ("weekly", datetime(2025, 3, 3, 7, tzinfo=UTC), 6.9, True),
        ("weekly", datetime(2025, 3, 3, 7, tzinfo=UTC), 7, False),
        ("two_weekly", datetime(2025, 3, 3, 7, tzinfo=UTC), 9, True),
        ("two_weekly", datetime(2025, 3, 3, 7, tzinfo=UTC), 14, False),
        ("monthly", datetime(2025, 3, 3, 7, tzinfo=UTC), 34.9, True),
        ("monthly", datetime(2025, 3, 3, 7, tzinfo=UTC), 35, False),
        # a welcome issue two hours before a slot is that week's: nothing newer comes for a week
        ("weekly", datetime(2025, 3, 3, 5, tzinfo=UTC), 1, True),
        # one of Wednesday is followed by the next Monday's
        ("weekly", datetime(2025, 3, 5, 12, tzinfo=UTC), 4.5, True),
        ("weekly", datetime(2025, 3, 5, 12, tzinfo=UTC), 5, False),
        ("paused", datetime(2025, 3, 3, 7, tzinfo=UTC), 0, False),
    ],
)
def test_an_issue_is_of_now_until_the_next_one_is_due(
    frequency: str, made: datetime, days: float, current: bool
) -> None:
    weekly = replace(business("UTC"), frequency=frequency)
    assert is_current(weekly, made, made + timedelta(days=days)) is current


def test_a_paused_business_gets_not_even_a_welcome() -> None:
    assert due(replace(business("UTC"), frequency="paused"), datetime(2025, 3, 3, tzinfo=UTC), {}) is None


def test_how_often_is_said_in_words() -> None:
    lisbon = business("Europe/Lisbon", 0, time(7))
    assert rhythm_words(lisbon) == "every Monday at 07:00 (Europe/Lisbon)"
    assert (
        rhythm_words(replace(lisbon, frequency="two_weekly"))
        == "every second Monday at 07:00 (Europe/Lisbon)"
    )
    assert rhythm_words(replace(lisbon, frequency="monthly")).startswith("the first Monday of a month")
    assert rhythm_words(replace(lisbon, frequency="paused")).startswith("paused")
