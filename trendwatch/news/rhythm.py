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

#: Items whose times are looked at.
LATEST = 50
_FEWEST = 5
_PAUSES = 4
_LEAST_SILENCE = timedelta(days=14)
_WITHOUT_RHYTHM = timedelta(days=90)


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


def pause_words(rhythm: Rhythm) -> str:
    """Return "about every 3 hours", "about once a week" or that there are too few items to say."""
    if rhythm.median_gap is None:
        return "too few items to say"
    hours = rhythm.median_gap / timedelta(hours=1)
    if hours < 1:
        return "several an hour"
    if hours < 20:  # noqa: PLR2004 - from here on in days
        return f"about every {round(hours)} hours" if round(hours) > 1 else "about once an hour"
    days = round(hours / 24)
    return f"about every {days} days" if days > 1 else "about once a day"
