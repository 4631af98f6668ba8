"""A digest that met a bug of ours: tried again at once, then ever less often, and from the same edition.

A business's first issue is cut when it is composed. Cut anew at each try, every try would freeze an edition
of its own, so for a day its cutoff stays what it was at the first.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from trendwatch.advice.schedule import LATE, Due, period_of
from trendwatch.types.advice import Business
from trendwatch.types.work import Setback

#: Waits after one crash, two ...; the first may have been chance.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (0, 5, 15, 60))
#: After this the first issue is cut anew: news of a day are missing in it.
SAME_CUTOFF = timedelta(days=1)


def after_crash(business_key: str, cutoff: datetime, before: Setback | None, *, now: datetime) -> Setback:
    """Return what a crash leaves: when the same is tried again."""
    crashes = (before.crashes if before else 0) + 1
    wait = WAITS[min(crashes, len(WAITS)) - 1]
    return Setback(business_key=business_key, cutoff=cutoff, crashes=crashes, not_before=now + wait)


def tried_again(due: Due, business: Business, setback: Setback, *, first: bool, now: datetime) -> Due | None:
    """Return an issue that is due after a crash as it is tried again, None while that waits.

    Args:
        due: as the schedule says
        business: whose it is
        setback: of its last crash
        first: it has no issue yet, so nothing but the clock says where this one is cut
        now: aware UTC
    """
    if now < setback.not_before <= now + WAITS[-1]:  # further ahead, the clock was fast when it was written
        return None
    if not first or not now - SAME_CUTOFF < setback.cutoff <= now:
        return due
    cutoff = setback.cutoff
    return replace(due, cutoff=cutoff, since=cutoff - LATE, period=period_of(cutoff, business))
