"""Which digests are due and not made: what a service that has stopped, or waits, does not say itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from trendwatch.advice.schedule import LONGEST_WINDOW, due
from trendwatch.store import Store
from trendwatch.types.advice import Business

#: A round of polls, training and composing may take this long.
GRACE = timedelta(hours=1)


def overdue(store: Store, businesses: Iterable[Business], *, now: datetime) -> tuple[str, ...]:
    """Return the keys of businesses whose digest should have been made an hour ago."""
    issues = store.digests.issues(since=now - 2 * LONGEST_WINDOW)
    found = []
    for business in businesses:
        had = issues.get(business.key) or store.digests.issues_of(business.key)
        one = due(business, now, had)
        if one is not None and one.cutoff <= now - GRACE:
            found.append(business.key)
    return tuple(found)
