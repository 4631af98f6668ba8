"""How often a feed speaks, and whether it is quieter than usual.

Observations: some feeds bring forty items a day, some one a quarter; a regulator is silent all August.
Silence is no failure: the server answers, the document is readable, and there is nothing to say.

Method: the usual pause is the median gap between the times of the latest 50 items, which a burst or one long
holiday does not move. A feed is quieter than usual once its newest item is older than four such pauses and
than two weeks: max(4 * median gap, 14 days). It is quiet since the time that ran out.

Known failures: a feed that publishes thirty items on one day each quarter has a median gap of minutes, and is
called quiet two weeks later; a weekly feed must miss four issues. A feed with fewer than five items has no
rhythm and is only called quiet after 90 days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from trendwatch.types.fetches import Rhythm
from trendwatch.types.news import FeedState

#: Items whose times are looked at.
LATEST = 50
_FEWEST = 5
_PAUSES = 4
_LEAST_SILENCE = timedelta(days=14)
_WITHOUT_RHYTHM = timedelta(days=90)
#: A readable feed without an item for so long is the wrong address more often than a quiet publisher.
_WITHOUT_ITEM = timedelta(days=3)


def rhythm_of(times: Iterable[datetime], *, now: datetime) -> Rhythm:
    """Return how often a feed speaks by the times of its latest items, in any order."""
    known = sorted(times)
    if not known:
        return Rhythm(median_gap=None, newest_at=None)
    gap = None
    if len(known) >= _FEWEST:
        gap = timedelta(seconds=median((later - one).total_seconds() for one, later in pairwise(known)))
    patience = _WITHOUT_RHYTHM if gap is None else max(_PAUSES * gap, _LEAST_SILENCE)
    expected = known[-1] + patience
    return Rhythm(median_gap=gap, newest_at=known[-1], quiet_since=expected if expected < now else None)


def rhythm_words(rhythm: Rhythm) -> str:
    """Return "an item about every 3 hours; the latest 2025-03-03", and since when it is quiet."""
    if rhythm.newest_at is None:
        return "no dated item yet"
    said = f"{_pause_words(rhythm)}; the latest {rhythm.newest_at:%Y-%m-%d}"
    return f"{said}; {quiet_words(rhythm)}" if rhythm.quiet_since else said


def quiet_words(rhythm: Rhythm) -> str:
    """Return "quieter than usual since 2025-03-03", "" while it is not."""
    return f"quieter than usual since {rhythm.quiet_since:%Y-%m-%d}" if rhythm.quiet_since else ""


def unheard_words(state: FeedState, items: int, *, now: datetime) -> str:
    """Return since when a feed has been read without ever an item, "" while that is nothing to be told."""
    since = state.first_success_at
    if items or since is None or now - since < _WITHOUT_ITEM:
        return ""
    return f"has never brought an item since {since:%Y-%m-%d}"


def _pause_words(rhythm: Rhythm) -> str:
    if rhythm.median_gap is None:
        return "too few items for a rhythm"
    hours = rhythm.median_gap / timedelta(hours=1)
    if hours < 1:
        return "several items an hour"
    if hours < 20:  # noqa: PLR2004 - from here on in days
        return f"an item about every {round(hours)} hours" if round(hours) > 1 else "about an item an hour"
    days = round(hours / 24)
    return f"an item about every {days} days" if days > 1 else "about an item a day"
