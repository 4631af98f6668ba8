"""Questions about feeds: what is configured, what is remembered of each, how it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, RowMapping, func, select, update

from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import FeedRow, ItemRow
from trendwatch.types.identity import server_of
from trendwatch.types.news import Failure, Feed, FeedKind, FeedState

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_CONFIGURED = (
    *("url", "title", "owner", "kind", "sectors", "areas", "region", "language", "enabled"),
    *("full_text", "note"),
)
#: What a row says of a feed's state, by the names of both.
REMEMBERED = (
    *("etag", "last_modified", "issuer", "body_hash", "first_success_at", "polled_at", "succeeded_at"),
    *("next_fetch_at", "failures", "failure", "failure_detail", "ttl", "skip_hours", "skip_days", "rhythm"),
    *("reach", "changed_at", "full_at", "address", "moved_to", "moved_since", "moved_times"),
)


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """A feed, how it does and what it brought."""

    feed: Feed
    state: FeedState
    #: items kept
    items: int
    #: when its newest item reached us
    newest_at: datetime | None


class Feeds:
    """Feeds as rows: configuration copied in, memory of polls kept."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def sync(self, feeds: Sequence[Feed]) -> None:
        """Make the rows say what the configuration says. Feeds that left it are disabled, never deleted."""
        with reading(self._engine) as connection:
            known = {row.key: row for row in connection.execute(select(_FEED)).mappings().all()}
        wanted = {feed.key: configured(feed, known.get(feed.key)) for feed in feeds}
        new = [values for key, values in wanted.items() if key not in known]
        changed = [values for key, values in wanted.items() if key in known and _differs(known[key], values)]
        gone = [key for key, row in known.items() if key not in wanted and row["enabled"]]
        if not (new or changed or gone):
            return
        with writing(self._engine) as connection:
            if new:
                fresh = [{**values, **FRESH, "fetches": 0} for values in new]
                connection.execute(insert(connection, FeedRow).on_conflict_do_nothing(), fresh)
            for values in changed:
                moved = values["url"] != known[values["key"]]["url"]  # then what the old address said is void
                now = values | _FORGOTTEN if moved else values
                connection.execute(update(_FEED).where(_FEED.c.key == values["key"]).values(**now))
            connection.execute(update(_FEED).where(_FEED.c.key.in_(gone)).values(enabled=False))

    def health(self, key: str | None = None) -> list[FeedHealth]:
        """Return every feed with its state and yield, or just one, by key."""
        counted = (
            select(
                _ITEM.c.feed_seq, func.count().label("items"), func.max(_ITEM.c.first_seen_at).label("newest")
            )
            .group_by(_ITEM.c.feed_seq)
            .subquery()
        )
        query = select(_FEED, counted.c["items"].label("kept"), counted.c.newest).outerjoin(
            counted, counted.c.feed_seq == _FEED.c.seq
        )
        if key is not None:
            query = query.where(_FEED.c.key == key)
        with reading(self._engine) as connection:
            return [
                FeedHealth(feed_of(row), state_of(row), row["kept"] or 0, row["newest"])
                for row in connection.execute(query.order_by(_FEED.c.key)).mappings()
            ]


_NOTHING = FeedState(feed_key="")
#: The memory of a feed that was never asked.
FRESH: dict[str, Any] = {name: getattr(_NOTHING, name) for name in REMEMBERED} | {
    "skip_hours": "",
    "skip_days": "",
}
#: What a new address makes void; when the feed was asked last stays true.
_FORGOTTEN = {name: value for name, value in FRESH.items() if name not in {"polled_at", "succeeded_at"}}


def configured(feed: Feed, row: Any | None) -> dict[str, Any]:
    """Return what a row should say; one that moved for good is filed under the server of its new address."""
    values = {name: getattr(feed, name) for name in _CONFIGURED}
    lists = {"sectors": list(feed.sectors), "areas": list(feed.areas), "kind": str(feed.kind)}
    address = row["address"] if row is not None and row["url"] == feed.url else ""
    return {**values, **lists, "key": feed.key, "host": server_of(address or feed.url)}


def _differs(row: RowMapping, values: dict[str, Any]) -> bool:
    return any(row[name] != value for name, value in values.items())


def feed_of(row: RowMapping) -> Feed:
    """Return the feed of a row."""
    values = {name: row[name] for name in _CONFIGURED}
    values |= {"sectors": tuple(row["sectors"]), "areas": tuple(row["areas"]), "kind": FeedKind(row["kind"])}
    return Feed(key=row["key"], **values)


def state_of(row: RowMapping) -> FeedState:
    """Return what a row remembers of its feed."""
    values = {name: row[name] for name in REMEMBERED}
    values["failure"] = Failure(row["failure"]) if row["failure"] else None
    values |= {name: tuple(int(n) for n in row[name].split(",") if n) for name in ("skip_hours", "skip_days")}
    return FeedState(feed_key=row["key"], **values)
