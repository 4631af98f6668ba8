"""Where a list goes on: a place among its rows, written as text, and not a count of rows.

Who counts skips a row or sees one twice where a list changes between two pages. A place stays where it is:
what is told meanwhile stands before it. "The latest" is kept with it, so that a week that is judged between
two pages does not change which list is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from trendwatch.types.trends import Trend
from trendwatch.types.weeks import parse_week

#: What the texts of places look like, all within the calendar; an empty one is the beginning.
STORY_PLACE = r"(\d{1,6}\.\d{1,16}\.\d{1,18})"
COUNTED_PLACE = rf"(\d{{1,5}}/{STORY_PLACE})"
TREND_PLACE = r"(\d{1,5}/\d{1,5}/-?\d{1,6}(\.\d{1,20})?(e-\d{1,3})?/[^\x00]{1,200})"

_BEGAN, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


class Place(NamedTuple):
    """Where a story stands in a list: by the values it is sorted by."""

    owners: int
    last_seen_at: datetime
    seq: int

    def __str__(self) -> str:
        return f"{self.owners}.{(self.last_seen_at - _BEGAN) // _MICROSECOND}.{self.seq}"


class TrendPlace(NamedTuple):
    """Where a trend stands in a list: the latest week first, then the strongest."""

    #: the latest week of the list when its first page was read
    upto: int
    week: int
    strength: float
    key: str

    def __str__(self) -> str:
        return f"{self.upto}/{self.week}/{self.strength!r}/{self.key}"

    def before(self, trend: Trend) -> bool:
        """Return whether a trend stands below the place."""
        return trend_order(trend) > (-self.week, -self.strength, self.key)


def trend_order(trend: Trend) -> tuple[int, float, str]:
    """Return what lists of trends are sorted by."""
    return -parse_week(trend.week), -trend.strength, trend.key


def trends_after(
    ordered: Sequence[Trend], place: TrendPlace | None, *, limit: int
) -> tuple[list[Trend], TrendPlace | None]:
    """Return the trends of a list below a place, and the place after which it goes on; None at its end."""
    below = [trend for trend in ordered if place is None or place.before(trend)]
    shown = below[:limit]
    if len(below) == len(shown):
        return shown, None
    upto = place.upto if place else parse_week(ordered[0].week)
    return shown, TrendPlace(upto, parse_week(shown[-1].week), shown[-1].strength, shown[-1].key)


def story_place(text: str) -> Place:
    """Return the place that a text names; it must look like ``STORY_PLACE``."""
    owners, microseconds, seq = map(int, text.split("."))
    return Place(owners, _BEGAN + microseconds * _MICROSECOND, seq)


def counted_place(text: str) -> tuple[int, Place]:
    """Return the last week and the place among stories that a text like ``COUNTED_PLACE`` names."""
    week, _, place = text.partition("/")
    return int(week), story_place(place)


def trend_place(text: str) -> TrendPlace:
    """Return the place that a text names; it must look like ``TREND_PLACE``."""
    upto, week, strength, key = text.split("/", 3)
    return TrendPlace(int(upto), int(week), float(strength), key)
