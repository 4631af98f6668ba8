"""Questions about polling: which feeds are due, which servers rest, what came of polls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, case, func, or_, select, update

from trendwatch.errors import LeaseLost
from trendwatch.store.engine import BUSY_SECONDS, reading
from trendwatch.store.feeds import REMEMBERED, feed_of, state_of
from trendwatch.store.intake import take_in
from trendwatch.store.leases import Leases
from trendwatch.store.poll_tables import RestRow
from trendwatch.store.statements import insert, locked, table
from trendwatch.store.tables import FeedRow
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.identity import server_of
from trendwatch.types.news import Feed, FeedState, Item, Rest
from trendwatch.types.work import Claim

_FEED = table(FeedRow)
_REST = table(RestRow)

#: Longer than a poll holds outcomes together and a writer may wait for the database.
SETTLED = timedelta(seconds=4 * BUSY_SECONDS)
#: Feeds read at a time.
PAGE = 250


class Polls:
    """The schedule of feeds, and the way in for what polls bring."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def due_hosts(self, now: datetime) -> list[str]:
        """Return the servers that have a feed to poll, those never asked first, then the longest waiting.

        Servers that want to be left alone are left out.
        """
        waiting_since = func.min(func.coalesce(_FEED.c.next_fetch_at, _FEED.c.polled_at))
        resting = select(_REST.c.server).where(_REST.c.until > now)
        query = (
            select(_FEED.c.host)
            .where(_FEED.c.enabled, _is_due(now), _FEED.c.host.not_in(resting))
            .group_by(_FEED.c.host)
            .order_by(waiting_since.nulls_first(), _FEED.c.host)
        )
        with reading(self._engine) as connection:
            return [row.host for row in connection.execute(query)]

    def due(
        self, now: datetime, *, hosts: Sequence[str], after: str = "", limit: int = PAGE
    ) -> list[tuple[Feed, FeedState]]:
        """Return feeds of some servers that may be polled now, by key; ``after`` a key, the next ones."""
        mine = (_FEED.c.enabled, _FEED.c.host.in_(hosts), _is_due(now), _FEED.c.key > after)
        query = select(_FEED).where(*mine).order_by(_FEED.c.key).limit(limit)
        with reading(self._engine) as connection:
            return [(feed_of(row), state_of(row)) for row in connection.execute(query).mappings()]

    def resting(self, now: datetime) -> dict[str, datetime]:
        """Return the servers that want to be left alone, and until when."""
        with reading(self._engine) as connection:
            return {
                row.server: row.until for row in connection.execute(select(_REST).where(_REST.c.until > now))
            }

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
            claim: on the feed's server.
            asked: the address that answered; what it said is void once the feed has another.

        Raises:
            LeaseLost: another process polls this server now.
        """
        key = outcome.state.feed_key
        kept = self.record_all([outcome], claims={key: claim}, asked={key: asked} if asked else {})[0]
        if kept is None:
            raise LeaseLost(claim.step, claim.partition)
        return kept

    def record_all(
        self, outcomes: Sequence[FeedUpdate], *, claims: Mapping[str, Claim], asked: Mapping[str, str]
    ) -> list[tuple[Item, ...] | None]:
        """Keep what polls of several feeds brought, all or nothing; return the new items of each.

        None stands for a feed whose server another process polls now: nothing of it is written.

        Args:
            outcomes: what to write.
            claims: by feed key, the claim on its server.
            asked: by feed key, the address that answered, or was not to be asked now; what is known of it is
                void once the feed has another, or is no longer polled.
        """
        with self._leases.under_all(set(claims.values())) as (connection, held):
            ours = [one for one in outcomes if claims[one.state.feed_key] in held]
            rows = _rows(connection, [one.state.feed_key for one in ours])
            valid = [one for one in ours if _still_asked(rows.get(one.state.feed_key), one, asked)]
            new = self._write(connection, valid, rows) if valid else []
        kept: dict[str, list[Item]] = {one.state.feed_key: [] for one in ours}
        for item in new:
            kept[item.feed_key].append(item)
        return [tuple(kept[key]) if (key := one.state.feed_key) in kept else None for one in outcomes]

    def _write(
        self, connection: Connection, outcomes: Sequence[FeedUpdate], rows: Mapping[str, RowMapping]
    ) -> Sequence[Item]:
        one_feed = update(_FEED).where(_FEED.c.key == bindparam("b_key"))
        polled = [one for one in outcomes if not one.postponed]
        if polled:
            states = [{"b_key": one.state.feed_key, **_state_values(one.state)} for one in polled]
            connection.execute(one_feed, states)
        if later := [one.state for one in outcomes if one.postponed]:
            times = [{"b_key": one.feed_key, "next_fetch_at": one.next_fetch_at} for one in later]
            connection.execute(one_feed, times)
        _relocate(connection, polled, rows)
        _rest(connection, [one.rest for one in outcomes if one.rest is not None])
        return take_in(connection, outcomes)


def _is_due(now: datetime) -> Any:
    return or_(_FEED.c.next_fetch_at.is_(None), _FEED.c.next_fetch_at <= now)


def _rows(connection: Connection, keys: Sequence[str]) -> dict[str, RowMapping]:
    """Return and lock what may have changed of feeds while they were asked."""
    query = select(_FEED.c.key, _FEED.c.url, _FEED.c.address, _FEED.c.enabled).where(_FEED.c.key.in_(keys))
    rows = connection.execute(locked(query, _FEED.c.seq)).mappings()
    return {row["key"]: row for row in rows}


def _still_asked(row: RowMapping | None, outcome: FeedUpdate, asked: Mapping[str, str]) -> bool:
    """Tell whether a feed is still polled, at the address that was asked."""
    if row is None:
        return False
    address = asked.get(outcome.state.feed_key)
    return address is None or (row["enabled"] and address == (row["address"] or row["url"]))


def _relocate(connection: Connection, outcomes: Sequence[FeedUpdate], rows: Mapping[str, RowMapping]) -> None:
    """File feeds that moved for good, or back, under the server they are asked at from now on."""
    for one in outcomes:
        row = rows[one.state.feed_key]
        if one.state.address != row["address"]:
            host = server_of(one.state.address or row["url"])
            connection.execute(update(_FEED).where(_FEED.c.key == row["key"]).values(host=host))


def _rest(connection: Connection, rests: Sequence[Rest]) -> None:
    """Remember servers that want to be left alone; the longer wish holds."""
    longest: dict[str, datetime] = {}
    for rest in rests:
        longest[rest.server] = max(rest.until, longest.get(rest.server, rest.until))
    if longest:
        statement = insert(connection, RestRow)
        later = case(
            (_REST.c.until > statement.excluded.until, _REST.c.until), else_=statement.excluded.until
        )
        statement = statement.on_conflict_do_update(index_elements=["server"], set_={"until": later})
        rows = [{"server": server, "until": until} for server, until in sorted(longest.items())]
        connection.execute(statement, rows)


def _state_values(state: FeedState) -> dict[str, Any]:
    values = {name: getattr(state, name) for name in REMEMBERED}
    return values | {name: ",".join(map(str, getattr(state, name))) for name in ("skip_hours", "skip_days")}
