"""When a business's digest is cut: one weekday and local time, at most once in every local ISO week.

Theory of operation. The rule is written in local time ("Monday 07:00 in Lisbon"), so the cutoff of a
week is computed from that week's Monday and only then turned into UTC; adding seven days to the last
cutoff would drift by an hour at every change of the clocks. Two local times need a decision:

- it does not exist (clocks go forward over it): the first instant after the gap;
- it exists twice (clocks go back over it): the first of the two.

Zones have skipped whole days (Samoa, 30 December 2011): the same rule gives the next morning. A period
is named by the week whose rule produced the cutoff, so names are unique whatever a gap does.

Every two weeks means weeks of an even number since 1970, so a year with 53 weeks changes nothing; monthly
means the first such weekday of a month. What is due is asked of the periods a business has, never of the
time since its last one: so it may move to another zone or day, and clocks may jump, and no week gets two.

    no issue yet                      the welcome issue, now
    a slot in the last seven days     that slot, unless its week has an issue
    slots before that one             merged into it, as far back as four weeks (monthly: nine)
    a slot within three days          none: what is new since the welcome issue is in the next one
    of the welcome issue

Known failure: while a clock is a year fast, an issue of next year may be made; it counts when its week comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from trendwatch.types.advice import Business
from trendwatch.types.weeks import DAYS

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_FIRST_MONDAY = date(1970, 1, 5)

#: A slot that was missed is made up for as long as this; then the next one tells of it too.
LATE = timedelta(days=7)
#: No regular issue comes within so long of the first one, which came when it was asked for.
AFTER_WELCOME = timedelta(days=3)
#: After an outage older weeks are merged into one digest, but no news is older than this: four weeks, or two
#: months where an issue comes once a month.
LONGEST_WINDOW = timedelta(days=28)
LONGEST_MONTHLY = timedelta(days=63)
#: The longest time between two slots of one rule: a month and a shift of the clocks.
LONGEST_STEP = timedelta(days=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An issue that is due."""

    cutoff: datetime
    #: start of its window
    since: datetime
    #: local ISO week of the slot
    period: str


def due(business: Business, now: datetime, had: Mapping[str, datetime]) -> Due | None:
    """Return the issue that is due, None where there is none.

    Args:
        business: its day, time, zone and frequency
        now: aware UTC
        had: periods it has an issue of, with their cutoffs; all, or those of the last two months
    """
    if business.frequency == "paused":
        return None
    if not had:
        return Due(cutoff=now, since=now - LATE, period=period_of(now, business))
    last = max((cutoff for cutoff in had.values() if cutoff <= now), default=None)
    if last is None and min(had.values()) - now <= LONGEST_WINDOW:
        return None  # the clock went back over the first issue; further ahead, it was fast when that was made
    slots = cutoffs(business, now - LATE, now)
    pause = AFTER_WELCOME if len(had) == 1 else timedelta(0)
    if not slots or (last is not None and slots[-1] <= last + pause):
        return None
    cutoff = slots[-1]
    period = period_of(cutoff, business)
    if period in had:
        return None
    longest = LONGEST_MONTHLY if business.frequency == "monthly" else LONGEST_WINDOW
    earliest = cutoff - (LATE if last is None else longest)
    return Due(cutoff=cutoff, since=max(last or earliest, earliest), period=period)


def merged(
    business: Business, cutoff: datetime, *, since: datetime, last: datetime | None
) -> tuple[str, ...]:
    """Return the periods that passed without an issue and lie in the window of the one cut now."""
    if last is None:
        return ()
    passed = [period_of(one, business) for one in cutoffs(business, max(since, last), cutoff - _SECOND)]
    told = {period_of(last, business), period_of(cutoff, business)}
    return tuple(period for period in passed if period not in told)


def cutoffs(business: Business, since: datetime, until: datetime) -> list[datetime]:
    """Return the cutoffs after ``since`` and not after ``until``, in order, in UTC."""
    monday = _monday(since, business) - 7 * _DAY
    weeks = (monday + 7 * number * _DAY for number in count())
    weekly = ((_cutoff(monday, business), monday) for monday in weeks)
    within = takewhile(lambda one: one[0] <= until, weekly)
    return [cutoff for cutoff, monday in within if cutoff > since and _has_slot(monday, business)]


def is_current(business: Business, cutoff: datetime, now: datetime) -> bool:
    """Tell whether an issue is the one of now: no later one is due, and the business wants any."""
    later = cutoffs(business, cutoff, now)
    same = period_of(cutoff, business)
    return business.frequency != "paused" and all(period_of(slot, business) == same for slot in later)


def rhythm_words(business: Business) -> str:
    """Return how often and when, as people say it: "every Monday at 07:00 (Europe/Lisbon)"."""
    day, at = DAYS[business.digest_weekday], business.digest_time.strftime("%H:%M")
    often = {
        "weekly": f"every {day}",
        "two_weekly": f"every second {day}",
        "monthly": f"the first {day} of a month",
    }
    if business.frequency not in often:
        return "paused: nothing comes until you change it"
    return f"{often[business.frequency]} at {at} ({business.timezone})"


def _has_slot(monday: date, business: Business) -> bool:
    if business.frequency == "two_weekly":
        return (monday - _FIRST_MONDAY).days // 7 % 2 == 0
    if business.frequency == "monthly":
        return (monday + business.digest_weekday * _DAY).day <= 7  # noqa: PLR2004 - the first of its name
    return business.frequency == "weekly"


def period_of(cutoff: datetime, business: Business) -> str:
    """Return the local ISO week a cutoff belongs to, such as ``2025-W10``."""
    monday = _monday(cutoff, business)
    for shift in (0, -7, 7):  # a gap of a whole day may push a Sunday's cutoff into the next week
        if _cutoff(monday + shift * _DAY, business) == cutoff:
            monday += shift * _DAY
            break
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def _monday(when: datetime, business: Business) -> date:
    local = when.astimezone(ZoneInfo(business.timezone)).date()
    return local - local.weekday() * _DAY


def _cutoff(monday: date, business: Business) -> datetime:
    zone = ZoneInfo(business.timezone)
    wall = datetime.combine(monday + business.digest_weekday * _DAY, business.digest_time.replace(fold=0))
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(after, zone) == wall:
        return after
    # In a gap the two folds stand on either side of the change of clocks; halve until it is found.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while after - before > _SECOND:
        middle = before + (after - before) // 2 // _SECOND * _SECOND
        before, after = (before, middle) if _wall(middle, zone) >= wall else (middle, after)
    return after


def _wall(when: datetime, zone: ZoneInfo) -> datetime:
    return when.astimezone(zone).replace(tzinfo=None)
