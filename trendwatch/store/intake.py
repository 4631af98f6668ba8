"""What polls brought, against what is kept: new items, new texts of known ones, history, breakages.

Everything here runs inside the transaction that also keeps the feeds' new state: a crash leaves all of it or
nothing. The judgement is that of ``news/identity.py``; this module asks for what it needs and writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Dialect,
    MetaData,
    RowMapping,
    Table,
    bindparam,
    case,
    exists,
    select,
    true,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from trendwatch.news.identity import Known, Sorted, content_hash, refiled, same_news, sort_out
from trendwatch.news.ledger import settled
from trendwatch.store.leases import insert, table
from trendwatch.store.models import LIVE
from trendwatch.store.poll_tables import AliasRow, EpisodeRow, FetchRow
from trendwatch.store.tables import FeedRow, ItemRow, ModelRow, PendingRow
from trendwatch.types.fetches import FeedUpdate, Fetch, Outcome
from trendwatch.types.news import Item

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_MODEL = table(ModelRow)
_ALIAS = table(AliasRow)
_FETCH = table(FetchRow)
_EPISODE = table(EpisodeRow)
#: New items on their way into a SQLite database: the columns of the item table that they bring.
_LATER = {"seq", "story_seq", "changed_at"}
_ARRIVING = Table(
    "arriving",
    MetaData(),
    *(Column(column.name, column.type) for column in _ITEM.columns if column.name not in _LATER),
    prefixes=["TEMPORARY"],
)
_MAKE_ARRIVING = CreateTable(_ARRIVING, if_not_exists=True)
_FILL_ARRIVING = str(_ARRIVING.insert().compile(dialect=sqlite.dialect()))

#: Polls of a feed that its history holds; the next one takes the place of the oldest.
HISTORY = 60
#: SQLite allows 32,766 variables in a statement; a lookup of ids stays far below.
_CHUNK = 500
#: Items of a feed among which those with another guid are looked for: at least these, three documents' worth,
#: at most what a document may hold.
_RECENT = 200
_MOST_RECENT = 2_000
#: What a known item says now.
_CONTENT = ("url", "title", "summary", "author", "content_hash")


def take_in(connection: Connection, outcomes: Sequence[FeedUpdate]) -> list[Item]:
    """Write down what polls of several feeds brought, and return the items that are new."""
    keys = [one.state.feed_key for one in outcomes]
    feeds = feed_rows(connection, keys)
    found = _sort_out(connection, outcomes, feeds)
    insert_items(connection, [item for one in found.values() for item in one.new], feeds)
    _replace(connection, found)
    _remember(connection, outcomes, found, feeds)
    _note_breakages(connection, outcomes, feeds)
    return [item for one in found.values() for item in one.new]


def feed_rows(connection: Connection, keys: Sequence[str]) -> dict[str, RowMapping]:
    """Return the row of each feed by key."""
    has_items = exists().where(_ITEM.c.feed_seq == _FEED.c.seq).label("has_items")
    query = select(_FEED.c.key, _FEED.c.seq, _FEED.c.fetches, has_items).where(_FEED.c.key.in_(keys))
    return {row["key"]: row for row in connection.execute(query).mappings()}


def _sort_out(
    connection: Connection, outcomes: Sequence[FeedUpdate], feeds: Mapping[str, RowMapping]
) -> dict[str, Sorted]:
    """Return, by feed key, what the items of each feed are."""
    items = [item for one in outcomes for item in one.items]
    known = known_items(connection, [item.id for item in items])
    reused = {item.id: refiled(item).id for item in items if _is_reused(item, known)}
    known |= known_items(connection, list(reused.values()))
    found: dict[str, Sorted] = {}
    for one in outcomes:
        if one.items:
            strange = any(reused.get(item.id, item.id) not in known for item in one.items)
            feed = feeds[one.state.feed_key]
            latest = []
            if strange and feed["has_items"]:
                latest = _recent(connection, feed["seq"], items=len(one.items))
            found[one.state.feed_key] = sort_out(one.items, known, latest)
    return found


def _is_reused(item: Item, known: Mapping[str, Known]) -> bool:
    """Tell whether a known guid was given to other news."""
    return item.id in known and not same_news(item, known[item.id])


def known_items(connection: Connection, ids: Sequence[str]) -> dict[str, Known]:
    """Return the items kept under some ids, or under aliases that are equal to them, by those ids."""
    found: dict[str, Known] = {}
    for start in range(0, len(ids), _CHUNK):
        asked = ids[start : start + _CHUNK]
        rows = connection.execute(_BY_ID, {"ids": asked}).mappings()
        found |= {row["asked"]: _known_item(row) for row in rows}
        if missing := [one for one in asked if one not in found]:
            rows = connection.execute(_BY_ALIAS, {"ids": missing}).mappings()
            found |= {row["asked"]: _known_item(row) for row in rows}
    return found


_RECOGNISED = (
    *(_ITEM.c.id, _ITEM.c.entry_key, _ITEM.c.url, _ITEM.c.title),
    *(_ITEM.c.content_hash, _ITEM.c.updates),
)
_IDS: Any = bindparam("ids", expanding=True)
_BY_ID = select(_ITEM.c.id.label("asked"), *_RECOGNISED).where(_ITEM.c.id.in_(_IDS))
_BY_ALIAS = (
    select(_ALIAS.c.id.label("asked"), *_RECOGNISED)
    .join(_ITEM, _ITEM.c.seq == _ALIAS.c.item_seq)
    .where(_ALIAS.c.id.in_(_IDS))
)


def _recent(connection: Connection, feed_seq: int, *, items: int) -> list[Known]:
    """Return the latest items of a feed."""
    most = min(_MOST_RECENT, max(_RECENT, 3 * items))
    query = select(*_RECOGNISED).where(_ITEM.c.feed_seq == feed_seq).order_by(_ITEM.c.seq.desc()).limit(most)
    return [_known_item(row) for row in connection.execute(query).mappings()]


def _known_item(row: RowMapping) -> Known:
    names = ("id", "entry_key", "url", "title", "content_hash", "updates")
    return Known(**{name: row[name] for name in names})


def insert_items(connection: Connection, new: Sequence[Item], feeds: Mapping[str, RowMapping]) -> None:
    """Keep new items and put them on the waiting list of every live model."""
    if not new:
        return
    _insert(connection, [_item_values(item, feeds[item.feed_key]["seq"]) for item in new])
    for start in range(0, len(new), _CHUNK):
        ids = [item.id for item in new[start : start + _CHUNK]]
        live = (_MODEL.c.state.in_(LIVE), _ITEM.c.id.in_(ids))
        waiting = select(_ITEM.c.seq, _MODEL.c.seq, _ITEM.c.counted_at).join_from(_ITEM, _MODEL, true())
        pending = insert(connection, PendingRow).from_select(
            ["item_seq", "model_seq", "counted_at"], waiting.where(*live)
        )
        connection.execute(pending.on_conflict_do_nothing())


def _insert(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert items that are not there yet.

    On SQLite by way of a table of this connection, in one statement: full text is indexed once a statement,
    and a statement for each item took three times as long, everything included.
    """
    statement = insert(connection, ItemRow)
    if connection.dialect.name == "sqlite":
        connection.execute(_MAKE_ARRIVING)
        connection.exec_driver_sql(_FILL_ARRIVING, _as_stored(rows, connection.dialect))
        names = [column.name for column in _ARRIVING.columns]
        arrived = select(_ARRIVING).where(true())  # without WHERE, SQLite would take ON CONFLICT for a join
        connection.execute(
            statement.from_select(names, arrived).on_conflict_do_nothing(index_elements=["id"])
        )
        connection.execute(_ARRIVING.delete())
    else:
        # Without RETURNING, for which SQLAlchemy builds statements of many rows: twice the time.
        connection.execute(statement.on_conflict_do_nothing(index_elements=["id"]), rows)


def _as_stored(rows: Sequence[Mapping[str, Any]], dialect: Dialect) -> list[tuple[Any, ...]]:
    """Return items as the driver takes them: by column, which SQLAlchemy would do by value."""
    columns = []
    for column in _ARRIVING.columns:
        write = column.type.dialect_impl(dialect).bind_processor(dialect)
        values = [row[column.name] for row in rows]
        columns.append(values if write is None else list(map(write, values)))
    return list(zip(*columns, strict=True))


def _replace(connection: Connection, found: Mapping[str, Sorted]) -> None:
    """Let known items say what they say now, and be found under the guids they have now."""
    changed = [
        {"b_id": known_id, **_item_content(item), "b_changed_at": item.first_seen_at}
        for one in found.values()
        for known_id, item in one.updates
    ]
    if changed:
        # The text of an item whose hash was not kept yet is the first one, no update.
        before = _ITEM.c.content_hash != ""
        values: dict[Any, Any] = {name: bindparam(f"b_{name}") for name in _CONTENT}
        values |= {
            "updates": _ITEM.c.updates + case((before, 1), else_=0),
            "changed_at": case(
                (before, bindparam("b_changed_at", type_=_ITEM.c.changed_at.type)), else_=_ITEM.c.changed_at
            ),
        }
        connection.execute(update(_ITEM).where(_ITEM.c.id == bindparam("b_id")).values(**values), changed)
    aliases = [
        {"b_other": other, "b_id": known_id} for one in found.values() for other, known_id in one.aliases
    ]
    if aliases:
        seq = select(_ITEM.c.seq).where(_ITEM.c.id == bindparam("b_id")).scalar_subquery()
        statement = insert(connection, AliasRow).values(id=bindparam("b_other"), item_seq=seq)
        connection.execute(statement.on_conflict_do_nothing(), aliases)


def _remember(
    connection: Connection,
    outcomes: Sequence[FeedUpdate],
    found: Mapping[str, Sorted],
    feeds: Mapping[str, RowMapping],
) -> None:
    """Add a line to the history of each feed, in the place of its oldest one."""
    lines = [
        _fetch_values(one.fetch, feeds[one.state.feed_key], found.get(one.state.feed_key))
        for one in outcomes
        if one.fetch is not None
    ]
    if not lines:
        return
    statement = insert(connection, FetchRow)
    replaced = {name: statement.excluded[name] for name in lines[0] if name not in {"feed_seq", "slot"}}
    statement = statement.on_conflict_do_update(index_elements=["feed_seq", "slot"], set_=replaced)
    connection.execute(statement, lines)
    seqs = [line["feed_seq"] for line in lines]
    connection.execute(update(_FEED).where(_FEED.c.seq.in_(seqs)).values(fetches=_FEED.c.fetches + 1))


def _fetch_values(fetch: Fetch, feed: RowMapping, found: Sorted | None) -> dict[str, Any]:
    ledger = settled(fetch.ledger, kept=len(found.new), drops=found.drops) if found else fetch.ledger
    return {
        "feed_seq": feed["seq"],
        "slot": feed["fetches"] % HISTORY,
        "at": fetch.at,
        "outcome": str(fetch.outcome),
        "failure": str(fetch.failure) if fetch.failure else None,
        "size": fetch.size,
        "milliseconds": fetch.milliseconds,
        "fetched": ledger.fetched,
        "kept": ledger.kept,
        "drops": {str(drop): count for drop, count in ledger.drops.items()},
    }


def _note_breakages(
    connection: Connection, outcomes: Sequence[FeedUpdate], feeds: Mapping[str, RowMapping]
) -> None:
    """Open an episode where a feed has begun to fail, end those of feeds that were read again."""
    fetches = [(feeds[one.state.feed_key]["seq"], one.fetch, one) for one in outcomes if one.fetch]
    well = [seq for seq, fetch, _ in fetches if fetch.outcome not in {Outcome.FAILED, Outcome.RESTING}]
    broken = [
        {
            "feed_seq": seq,
            "began_at": fetch.at,
            "failure": str(fetch.failure),
            "detail": one.state.failure_detail,
        }
        for seq, fetch, one in fetches
        if fetch.outcome is Outcome.FAILED
    ]
    if broken:
        connection.execute(insert(connection, EpisodeRow).on_conflict_do_nothing(), broken)
    if well:
        lasting = (_EPISODE.c.ended_at.is_(None), _EPISODE.c.feed_seq.in_(well))
        now = max(fetch.at for _, fetch, _ in fetches)
        connection.execute(update(_EPISODE).where(*lasting).values(ended_at=now))


def _item_values(item: Item, feed_seq: int) -> dict[str, Any]:
    names = ("id", "entry_key", "language", "published_at", "first_seen_at", "counted_at", "backlog")
    values = {name: getattr(item, name) for name in names}
    content = {name.removeprefix("b_"): value for name, value in _item_content(item).items()}
    return {**values, **content, "feed_seq": feed_seq, "categories": list(item.categories), "updates": 0}


def _item_content(item: Item) -> dict[str, Any]:
    return {
        "b_url": item.url,
        "b_title": item.title,
        "b_summary": item.summary,
        "b_author": item.author,
        "b_content_hash": content_hash(item),
    }
