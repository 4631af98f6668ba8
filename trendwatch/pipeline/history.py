"""Read an archive as past:  dated lines | items marked as back-log | the same pipeline as everything else.

Items count at their own dates, so a label has a history from the first day; they are back-log, so no digest
picks them unless they were published in its window. Items of a configured feed become its past, as if it had
been read earlier; those of a source nobody configured are kept and counted, but compared with nothing. The
same line read twice is one item: its id is computed from source and id, as for a feed's entries.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trendwatch.errors import InputError, LeaseLost
from trendwatch.pipeline.replay import Dated, batches
from trendwatch.store import Store
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Feed, Item
from trendwatch.types.work import Claim, Clock

#: Items kept in one transaction.
_BATCH = 500
#: Begins the address of a source that no feed is configured for.
_ARCHIVE = "archive:///"


@dataclass(slots=True)
class ImportReport:
    """What an archive brought."""

    lines: int = 0
    #: items that were not known
    new: int = 0
    #: lines whose item is known with another text, which stays
    updates: int = 0
    sources: set[str] = field(default_factory=set)
    #: sources that no feed is configured for
    unknown: set[str] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None


def import_archive(store: Store, lines: Iterable[Dated], *, clock: Clock, lease: timedelta) -> ImportReport:
    """Keep the lines of an archive as past.

    What stands above a line that cannot be read is kept.

    Raises:
        InputError: a line cannot be read, or another process reads an archive now.
    """
    claim = store.claim("import", "all", now=clock(), lease=lease)
    if claim is None:
        raise InputError("another process reads an archive now; try again when it is done")
    report = ImportReport()
    # One that is switched off is known too; only sources of earlier archives have no address.
    feeds = (health.feed for health in store.feeds.health())
    known = {feed.key for feed in feeds if not feed.url.startswith(_ARCHIVE)}
    try:
        for batch in batches(lines, size=_BATCH):
            claim = _keep(store, batch, known, report=report, claim=claim, clock=clock, lease=lease)
    except LeaseLost as error:
        raise InputError("another process took over reading; start again, nothing is kept twice") from error
    finally:
        store.leases.release(claim)
    return report


def _keep(
    store: Store,
    batch: list[Dated],
    known: set[str],
    *,
    report: ImportReport,
    claim: Claim,
    clock: Clock,
    lease: timedelta,
) -> Claim:
    sources = {line.source for line in batch}
    unknown = sources - known
    feeds = [
        Feed(key=source, url=f"{_ARCHIVE}{stable_id(source)}", title=source, owner=source, enabled=False)
        for source in sorted(unknown)
    ]
    claim = store.leases.renew(claim, now=clock(), lease=lease)
    new, updates = store.archives.keep(feeds, [_item(line, clock()) for line in batch], claim=claim)
    dates = [line.date for line in batch]
    report.lines += len(batch)
    report.new += len(new)
    report.updates += updates
    report.sources |= sources
    report.unknown |= unknown
    report.first = min(dates) if report.first is None else min(report.first, *dates)
    report.last = max(dates) if report.last is None else max(report.last, *dates)
    return claim


def _item(line: Dated, now: datetime) -> Item:
    return Item(
        id=stable_id(line.source, line.id),
        feed_key=line.source,
        entry_key=line.id,
        url=line.url,
        title=line.title,
        summary=line.summary,
        published_at=line.date,
        first_seen_at=now,
        backlog=True,
    )
