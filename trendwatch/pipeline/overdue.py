"""What is due and not done: digests not made, feeds not asked. A service that has stopped does not say so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from trendwatch.advice.schedule import LONGEST_MONTHLY, cutoffs, due
from trendwatch.store import Store
from trendwatch.store.feeds import FeedHealth
from trendwatch.types.advice import Business

#: A round of polls, training and composing may take this long.
GRACE = timedelta(hours=1)


def overdue(store: Store, businesses: Iterable[Business], *, now: datetime) -> dict[str, int]:
    """Return how many slots each business waits for that passed an hour ago or more; none: left out.

    Slots older than the newest count too, as one issue makes up for several, and those that none does.
    """
    issues = store.digests.issues(since=now - LONGEST_MONTHLY)
    found = {}
    for business in businesses:
        had = issues.get(business.key) or store.digests.issues_of(business.key)
        last = max((cutoff for cutoff in had.values() if cutoff <= now), default=None)
        if last is None or (len(had) == 1 and due(business, now, had) is None):
            continue  # its first one comes at once, and the next not on its heels
        passed = cutoffs(business, max(last, now - LONGEST_MONTHLY), now - GRACE)
        if passed:
            found[business.key] = len(passed)
    return found


def unpolled(feeds: Iterable[FeedHealth], *, now: datetime) -> str:
    """Return that nobody polls, "" where somebody does or nothing is due.

    Feeds are due by their own schedule. One that waits while others are polled is no fault: servers are asked
    in turn.
    """
    enabled = [one for one in feeds if one.feed.enabled]
    waiting = [one for one in enabled if one.state.next_fetch_at and one.state.next_fetch_at <= now - GRACE]
    polled = max((one.state.polled_at for one in enabled if one.state.polled_at), default=None)
    if not waiting or polled is None or polled > now - GRACE:
        return ""
    return (
        f"no feed was polled since {polled:%Y-%m-%d %H:%M} UTC, {len(waiting)} of {len(enabled)} are due: "
        "is trendwatch run running?"
    )
