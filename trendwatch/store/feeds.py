"""Questions about feeds: which are due, what came of a poll, how they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, RowMapping, bindparam, func, or_, select, update

from trendwatch.store.engine import BUSY_SECONDS, reading, writing
from trendwatch.store.leases import Leases, insert, table
from trendwatch.store.models import LIVE
from trendwatch.store.tables import FeedRow, ItemRow, ModelRow, PendingRow
from trendwatch.types.news import Failure, Feed, FeedKind, FeedState, FeedUpdate, Item
from trendwatch.types.work import Claim

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_MODEL = table(ModelRow)
_CONFIGURED = ("url", "title", "owner", "kind", "sectors", "areas", "region", "language", "enabled")
_REMEMBERED = (
    *("etag", "last_modified", "body_hash", "first_success_at", "polled_at", "succeeded_at"),
    *("next_fetch_at", "failures", "failure", "failure_detail"),
)
#: Longer than a poll holds outcomes together and a writer may wait for the database.
SETTLED = timedelta(seconds=4 * BUSY_SECONDS)
#: SQLite allows 32,766 variables in a statement; a lookup of ids stays far below.
_CHUNK = 500


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

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def sync(self, feeds: Sequence[Feed]) -> None:
        """Make the rows say what the configuration says. Feeds that left it are disabled, never deleted."""
        with reading(self._engine) as connection:
            known = {row.key: row for row in connection.execute(select(_FEED)).mappings().all()}
        wanted = {feed.key: _configured(feed) for feed in feeds}
        new = [values for key, values in wanted.items() if key not in known]
        changed = [values for key, values in wanted.items() if key in known and _differs(known[key], values)]
        gone = [key for key, row in known.items() if key not in wanted and row["enabled"]]
        if not (new or changed or gone):
            return
        with writing(self._engine) as connection:
            if new:
                fresh = [{**values, "failures": 0, **dict.fromkeys(_EMPTY_TEXTS, "")} for values in new]
                connection.execute(insert(connection, FeedRow).on_conflict_do_nothing(), fresh)
            for values in changed:
                moved = values["url"] != known[values["key"]]["url"]  # then what the old address said is void
                now = values | _FORGOTTEN if moved else values
                connection.execute(update(_FEED).where(_FEED.c.key == values["key"]).values(**now))
            connection.execute(update(_FEED).where(_FEED.c.key.in_(gone)).values(enabled=False))

    def due_hosts(self, now: datetime) -> list[str]:
        """Return the hosts that have a feed to poll, those never asked first, then the longest waiting."""
        waiting_since = func.min(func.coalesce(_FEED.c.next_fetch_at, _FEED.c.polled_at))
        query = (
            select(_FEED.c.host)
            .where(_FEED.c.enabled, _is_due(now))
            .group_by(_FEED.c.host)
            .order_by(waiting_since.nulls_first(), _FEED.c.host)
        )
        with reading(self._engine) as connection:
            return [row.host for row in connection.execute(query)]

    def due(self, now: datetime, *, host: str) -> list[tuple[Feed, FeedState]]:
        """Return the feeds of a host that may be polled now."""
        query = select(_FEED).where(_FEED.c.enabled, _FEED.c.host == host, _is_due(now)).order_by(_FEED.c.seq)
        with reading(self._engine) as connection:
            return [(_feed(row), _state(row)) for row in connection.execute(query).mappings()]

    def settled(self, when: datetime, *, now: datetime) -> bool:
        """Return whether everything that was first seen before a time is in the database.

        A poll decides when an item was first seen, then waits for the database. So either nobody polls,
        or enough time has passed.
        """
        return now >= when + SETTLED or self._leases.held_until("poll", now=now) is None

    def record(self, outcome: FeedUpdate, *, claim: Claim, asked: str = "") -> tuple[Item, ...]:
        """Keep what a poll brought, all of it or nothing; return the items that are new.

        Args:
            outcome: what to write.
            claim: on the feed's host.
            asked: the address that answered; what it said is void once the feed has another.

        Raises:
            LeaseLost: another process polls this host now.
        """
        key = outcome.state.feed_key
        return self.record_all([outcome], claim=claim, asked={key: asked} if asked else {})[0]

    def record_all(
        self, outcomes: Sequence[FeedUpdate], *, claim: Claim, asked: Mapping[str, str]
    ) -> list[tuple[Item, ...]]:
        """Keep what polls of several feeds of one host brought, all or nothing; return the new items of each.

        Args:
            outcomes: what to write.
            claim: on the feeds' host.
            asked: by feed key, the address that answered; what it said is void once the feed has another.

        Raises:
            LeaseLost: another process polls this host now.
        """
        with self._leases.under(claim) as connection:
            moved = _moved(connection, asked)
            valid = [one for one in outcomes if one.state.feed_key not in moved]
            new = self._write(connection, valid) if valid else []
        return [tuple(item for item in new if item.feed_key == one.state.feed_key) for one in outcomes]

    def keep_archive(
        self, sources: Sequence[Feed], items: Sequence[Item], *, claim: Claim
    ) -> tuple[Item, ...]:
        """Keep items of an archive as past; return those that are new. Sources nobody knows are kept as off.

        Raises:
            LeaseLost: another process reads an archive now.
        """
        with self._leases.under(claim) as connection:
            rows = [
                {**_configured(feed), "enabled": False, "failures": 0, **dict.fromkeys(_EMPTY_TEXTS, "")}
                for feed in sources
            ]
            if rows:
                unknown = insert(connection, FeedRow).on_conflict_do_nothing(index_elements=["key"])
                connection.execute(unknown, rows)
            new = _unknown(connection, items)
            if new:
                self._insert(connection, new)
        return new

    def _write(self, connection: Connection, outcomes: Sequence[FeedUpdate]) -> Sequence[Item]:
        states = [
            {"b_key": one.state.feed_key, **{name: getattr(one.state, name) for name in _REMEMBERED}}
            for one in outcomes
        ]
        connection.execute(update(_FEED).where(_FEED.c.key == bindparam("b_key")), states)
        new = _unknown(connection, [item for one in outcomes for item in one.items])
        if new:
            self._insert(connection, new)
        return new

    def _insert(self, connection: Connection, new: Sequence[Item]) -> None:
        wanted = select(_FEED.c.key, _FEED.c.seq).where(_FEED.c.key.in_({item.feed_key for item in new}))
        feeds = {row.key: row.seq for row in connection.execute(wanted)}
        statement = insert(connection, ItemRow).on_conflict_do_nothing(index_elements=["id"])
        statement = statement.returning(_ITEM.c.seq, _ITEM.c.counted_at)
        kept = connection.execute(statement, [_item_values(item, feeds[item.feed_key]) for item in new]).all()
        models = connection.execute(select(_MODEL.c.seq).where(_MODEL.c.state.in_(LIVE)))
        pending = [
            {"item_seq": row.seq, "model_seq": model.seq, "counted_at": row.counted_at}
            for model in models.all()
            for row in kept
        ]
        if pending:
            connection.execute(insert(connection, PendingRow), pending)

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
                FeedHealth(_feed(row), _state(row), row["kept"] or 0, row["newest"])
                for row in connection.execute(query.order_by(_FEED.c.key)).mappings()
            ]


_EMPTY_TEXTS = ("etag", "last_modified", "body_hash", "failure_detail")
_FORGOTTEN: dict[str, Any] = {
    **dict.fromkeys(_EMPTY_TEXTS, ""),
    **dict.fromkeys(("first_success_at", "next_fetch_at", "failure"), None),
    "failures": 0,
}


def _is_due(now: datetime) -> Any:
    return or_(_FEED.c.next_fetch_at.is_(None), _FEED.c.next_fetch_at <= now)


def _configured(feed: Feed) -> dict[str, Any]:
    values = {name: getattr(feed, name) for name in _CONFIGURED}
    lists = {"sectors": list(feed.sectors), "areas": list(feed.areas), "kind": str(feed.kind)}
    return {**values, **lists, "key": feed.key, "host": urlsplit(feed.url).netloc.rsplit("@", 1)[-1].lower()}


def _differs(row: RowMapping, values: dict[str, Any]) -> bool:
    return any(row[name] != value for name, value in values.items())


def _feed(row: RowMapping) -> Feed:
    values = {name: row[name] for name in _CONFIGURED}
    values |= {"sectors": tuple(row["sectors"]), "areas": tuple(row["areas"]), "kind": FeedKind(row["kind"])}
    return Feed(key=row["key"], **values)


def _state(row: RowMapping) -> FeedState:
    values = {name: row[name] for name in _REMEMBERED}
    values["failure"] = Failure(row["failure"]) if row["failure"] else None
    return FeedState(feed_key=row["key"], **values)


def _moved(connection: Connection, asked: Mapping[str, str]) -> set[str]:
    """Return the feeds that have another address than the one that was asked."""
    query = select(_FEED.c.key, _FEED.c.url).where(_FEED.c.key.in_(asked)).with_for_update()
    return {row.key for row in connection.execute(query) if row.url != asked[row.key]}


def _unknown(connection: Connection, items: Sequence[Item]) -> tuple[Item, ...]:
    known: set[str] = set()
    for start in range(0, len(items), _CHUNK):
        ids = [item.id for item in items[start : start + _CHUNK]]
        known.update(connection.execute(select(_ITEM.c.id).where(_ITEM.c.id.in_(ids))).scalars())
    fresh = {item.id: item for item in items if item.id not in known}
    return tuple(fresh.values())


def _item_values(item: Item, feed_seq: int) -> dict[str, Any]:
    names = ("id", "entry_key", "url", "title", "summary", "author", "language")
    times = ("published_at", "first_seen_at", "counted_at", "backlog")
    values = {name: getattr(item, name) for name in (*names, *times)}
    return {**values, "feed_seq": feed_seq, "categories": list(item.categories), "story_seq": None}
