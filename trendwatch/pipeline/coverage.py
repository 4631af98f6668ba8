"""How well the feeds cover every sector and technology now: what the store counted | what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trendwatch.news.coverage import FACETS, WINDOW, coverage
from trendwatch.store import Store
from trendwatch.store.models import CURRENT
from trendwatch.types.coverage import FeedCoverage, Reported
from trendwatch.types.news import Feed
from trendwatch.types.packs import Pack
from trendwatch.types.tags import Taxonomy
from trendwatch.types.weeks import whole_hour


def feed_coverage(
    store: Store, feeds: Sequence[Feed], packs: Sequence[Pack], *, taxonomy: Taxonomy, now: datetime
) -> FeedCoverage:
    """Return the coverage of the last four weeks, by feeds alone where nothing of them was understood."""
    now = whole_hour(now)
    since = now - WINDOW
    languages = store.coverage.languages(since, now)
    version = next((version for version, state, _ in store.models.versions() if state == CURRENT), "")
    reported: dict[str, Reported] | None = None
    if languages and version:
        # Nothing by label means that what was read still waits to be understood.
        reported = store.coverage.reported(version, since, now, facets=FACETS) or None
    return FeedCoverage(
        since=since,
        until=now,
        items=sum(languages.values()),
        not_covered={name: items for name, items in languages.items() if not taxonomy.covers(name)},
        labels=coverage(taxonomy, feeds, packs, reported=reported),
    )
