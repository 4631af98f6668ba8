"""What polls brought, against what is kept: new items, new texts of known ones, history, breakages.

Everything here runs inside the transaction that also keeps the feeds' new state: a crash leaves all of it or
nothing. The judgement is that of ``news/identity.py``; this module asks for what it needs and writes it down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    null,
    select,
    update,
)

from trendwatch.news.identity import Known, Sorted, refiled, same_news, sort_out
from trendwatch.news.ledger import settled
from trendwatch.store.arriving import insert_items, item_content
from trendwatch.store.poll_tables import AliasRow, EpisodeRow, FetchRow
from trendwatch.store.statements import insert, locked, table
from trendwatch.store.tables import FeedRow, ItemRow
from trendwatch.types.fetches import FeedUpdate, Fetch, Outcome
from trendwatch.types.news import Failure, Item

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_ALIAS = table(AliasRow)
_FETCH = table(FetchRow)
_EPISODE = table(EpisodeRow)
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
    _remember(connection, outcomes, found, feeds=feeds)
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
        found |= {row[0]: Known(*row[1:]) for row in connection.execute(_BY_ID, {"ids": asked})}
        if missing := [one for one in asked if one not in found]:
            rows = connection.execute(_BY_ALIAS, {"ids": missing})
            found |= {row[0]: Known(*row[1:]) for row in rows}
    return found


#: The fields of ``Known``, in their order.
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
    return [Known(*row) for row in connection.execute(query)]


def _lock(connection: Connection, ids: Sequence[str]) -> None:
    """Lock items in the order of their numbers: who understands or mends them takes them so, too."""
    seqs: list[int] = []
    for start in range(0, len(ids), _CHUNK):
        query = select(_ITEM.c.seq).where(_ITEM.c.id.in_(ids[start : start + _CHUNK]))
        seqs += connection.execute(query).scalars()
    seqs.sort()
    for start in range(0, len(seqs), _CHUNK):
        mine = select(_ITEM.c.seq).where(_ITEM.c.seq.in_(seqs[start : start + _CHUNK]))
        connection.execute(locked(mine, _ITEM.c.seq))


def _replace(connection: Connection, found: Mapping[str, Sorted]) -> None:
    """Let known items say what they say now, and be found under the guids they have now."""
    changed = [
        {"b_id": known_id, "b_changed_at": item.first_seen_at}
        | {f"b_{name}": value for name, value in item_content(item).items()}
        for one in found.values()
        for known_id, item in one.updates
    ]
    if changed:
        _lock(connection, [known_id for one in found.values() for known_id, _ in one.updates])
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
    *,
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
    """Open an episode where a feed has begun to fail, end those of feeds that were read again.

    An open episode says what the feed fails with now; one that turns out to be gone for good is told anew.
    """
    fetches = [(feeds[one.state.feed_key]["seq"], one.fetch, one) for one in outcomes if one.fetch]
    well = [
        {"b_feed_seq": seq, "b_at": fetch.at}
        for seq, fetch, _ in fetches
        if fetch.outcome not in {Outcome.FAILED, Outcome.RESTING}
    ]
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
        statement = insert(connection, EpisodeRow)
        now = statement.excluded
        gone = str(Failure.GONE)
        newly_gone = and_(now.failure == gone, _EPISODE.c.failure != gone)
        statement = statement.on_conflict_do_update(
            index_elements=["feed_seq"],
            index_where=_EPISODE.c.ended_at.is_(None),
            set_={
                "failure": now.failure,
                "detail": now.detail,
                "told_at": case((newly_gone, null()), else_=_EPISODE.c.told_at),
            },
        )
        connection.execute(statement, broken)
    if well:
        lasting = (_EPISODE.c.ended_at.is_(None), _EPISODE.c.feed_seq == bindparam("b_feed_seq"))
        ended = bindparam("b_at", type_=_EPISODE.c.ended_at.type)
        connection.execute(update(_EPISODE).where(*lasting).values(ended_at=ended), well)
