"""When a business's digest is cut: one weekday and local time, exactly once in every local ISO week.

Theory of operation. The rule is written in local time ("Monday 07:00 in Lisbon"), so the cutoff of a
week is computed from that week's Monday and only then turned into UTC; adding seven days to the last
cutoff would drift by an hour at every change of the clocks. Two local times need a decision:

- it does not exist (clocks go forward over it): the first instant after the gap;
- it exists twice (clocks go back over it): the first of the two.

Zones have skipped whole days (Samoa, 30 December 2011): the same rule gives the next morning. A period
is named by the week whose rule produced the cutoff, so names are unique whatever a gap does.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count, takewhile
from zoneinfo import ZoneInfo

from trendwatch.types.advice import Business

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def cutoffs(business: Business, since: datetime, until: datetime) -> list[datetime]:
    """Return the cutoffs after ``since`` and not after ``until``, in order, in UTC.

    With the last cutoff done and the present time these are the ones that are due.
    """
    monday = _monday(since, business) - 7 * _DAY
    weekly = (_cutoff(monday + 7 * number * _DAY, business) for number in count())
    return [cutoff for cutoff in takewhile(lambda at: at <= until, weekly) if cutoff > since]


def last_cutoff(business: Business, now: datetime) -> datetime:
    """Return the latest cutoff that is not after ``now``."""
    return cutoffs(business, now - 15 * _DAY, now)[-1]


def previous_cutoff(business: Business, cutoff: datetime) -> datetime:
    """Return the latest cutoff before this one: where its window starts."""
    return last_cutoff(business, cutoff - timedelta(microseconds=1))


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
