"""Questions about corrections: who was asked about what, and what they said."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, func, select

from trendwatch.errors import NotFound
from trendwatch.store.counting import alone
from trendwatch.store.engine import reading, writing
from trendwatch.store.items import ITEM_TEXT, items_by_id
from trendwatch.store.label_tables import AskedRow, JudgedRow
from trendwatch.store.models import LIVE
from trendwatch.store.overruling import lay_over
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ItemRow, ModelRow
from trendwatch.types.tags import Asked, Correction, Facet, Said

_ASKED = table(AskedRow)
_JUDGED = table(JudgedRow)
_ITEM = table(ItemRow)
_MODEL = table(ModelRow)


@dataclass(frozen=True, slots=True)
class SaidPage:
    """Some of what was said, and where the rest begins."""

    said: tuple[Said, ...]
    #: pass it back to go on; None at the end
    next_cursor: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an item is labelled, and who says so."""

    title: str
    summary: str
    #: full keys: what operators say of facets they judged, and what the current version tags in the others
    labels: frozenset[str]
    #: who judged each facet that was judged
    judged: Mapping[Facet, str]
    #: the queue asked about it
    asked: bool


class Corrections:
    """What operators say about tags."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def change(self, item_id: str, made_of: Callable[[Standing], Correction], *, by: str) -> Correction:
        """Keep what is said of some facets of an item, and show it at once; return all that is said of it.

        It takes the place of an earlier word on the same facets; other facets stay as they were.

        Args:
            item_id: of the item.
            made_of: what is said, given what stands there while nobody else can change it; may refuse by
                raising.
            by: who says so.

        Raises:
            NotFound: there is no such item.
        """
        with writing(self._engine) as connection:
            item = _number(connection, item_id)
            standing = _standing(connection, item_id)
            said = made_of(standing)
            facets = sorted(said.facets)
            connection.execute(delete(_JUDGED).where(_of(item, facets)))
            rows = [
                {
                    "item_seq": item,
                    "facet": facet,
                    "labels": sorted(key for key in said.labels if key.startswith(f"{facet}:")),
                    "made_at": said.made_at,
                    "made_by": by,
                }
                for facet in facets
            ]
            if rows:
                connection.execute(insert(connection, JudgedRow), rows)
            _show(connection, item)
            return next(iter(_corrections(connection, _ITEM.c.seq == item)), said)

    def undo(self, item_id: str, facets: Collection[Facet] = tuple(Facet)) -> list[Facet]:
        """Forget what was said of some facets of an item; the model's tags are back at once.

        Return the facets of which something had been said.

        Raises:
            NotFound: there is no such item.
        """
        with writing(self._engine) as connection:
            item = _number(connection, item_id)
            mine = _of(item, [str(facet) for facet in facets])
            said = list(connection.execute(select(_JUDGED.c.facet).where(mine)).scalars())
            connection.execute(delete(_JUDGED).where(mine))
            if said:
                _show(connection, item)
            return [facet for facet in Facet if facet in said]

    def listed(self, *, limit: int, cursor: int | None = None, item_id: str = "") -> SaidPage:
        """Return what was said of which facet, by whom and when, the latest first, before the cursor."""
        query = (
            select(_JUDGED, _ITEM.c.id, _ITEM.c.title, _ASKED.c.why)
            .join(_ITEM, _ITEM.c.seq == _JUDGED.c.item_seq)
            .outerjoin(_ASKED, _ASKED.c.item_seq == _JUDGED.c.item_seq)
            .order_by(_JUDGED.c.seq.desc())
            .limit(limit + 1)
        )
        if cursor is not None:
            query = query.where(_JUDGED.c.seq < cursor)
        if item_id:
            query = query.where(_ITEM.c.id == item_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        shown = rows[:limit]
        return SaidPage(tuple(map(_said, shown)), shown[-1]["seq"] if len(rows) > limit else None)

    def all(self) -> list[Correction]:
        """Return what operators said, all facets of an item together, the oldest first."""
        with reading(self._engine) as connection:
            return _corrections(connection)

    def of(self, item_id: str) -> Correction | None:
        """Return what operators said of an item, None where nobody did."""
        with reading(self._engine) as connection:
            return next(iter(_corrections(connection, _ITEM.c.id == item_id)), None)

    def judged(self, item_ids: Collection[str]) -> dict[str, frozenset[Facet]]:
        """Return the facets that were judged of those of some items that were, by item id."""
        query = (
            select(_ITEM.c.id, _JUDGED.c.facet)
            .join(_ITEM, _ITEM.c.seq == _JUDGED.c.item_seq)
            .where(_ITEM.c.id.in_(item_ids))
        )
        found: dict[str, set[Facet]] = {}
        with reading(self._engine) as connection:
            for item_id, facet in connection.execute(query):
                found.setdefault(item_id, set()).add(Facet(facet))
        return {item_id: frozenset(facets) for item_id, facets in found.items()}

    def count_since(self, when: datetime) -> int:
        """Return of how many items something was said after a time."""
        query = select(func.count(_JUDGED.c.item_seq.distinct())).where(_JUDGED.c.made_at > when)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def ask(self, items: Mapping[str, Asked], *, now: datetime) -> None:
        """Note which items are asked about; one asked before stays as it was."""
        with writing(self._engine) as connection:
            found = connection.execute(select(_ITEM.c.id, _ITEM.c.seq).where(_ITEM.c.id.in_(items)))
            rows = [{"item_seq": row.seq, "why": str(items[row.id]), "asked_at": now} for row in found]
            if rows:
                connection.execute(insert(connection, AskedRow).on_conflict_do_nothing(), rows)

    def open(self, since: datetime) -> dict[str, Asked]:
        """Return the items asked about since a time that nobody has judged, and why they were picked."""
        judged = select(_JUDGED.c.item_seq)
        query = (
            select(_ITEM.c.id, _ASKED.c.why)
            .join(_ITEM, _ITEM.c.seq == _ASKED.c.item_seq)
            .where(_ASKED.c.asked_at >= since, _ASKED.c.item_seq.not_in(judged))
            .order_by(_ASKED.c.asked_at, _ASKED.c.item_seq)
        )
        with reading(self._engine) as connection:
            return {row.id: Asked(row.why) for row in connection.execute(query)}

    def asked_since(self, since: datetime) -> list[Asked]:
        """Return why each item was picked that was asked about since a time."""
        with reading(self._engine) as connection:
            query = select(_ASKED.c.why).where(_ASKED.c.asked_at >= since)
            return [Asked(why) for why in connection.execute(query).scalars()]

    def candidates(self, since: datetime, *, limit: int) -> list[tuple[str, str, str]]:
        """Return (item id, title, text) of the latest items since a time that nobody was asked about."""
        known = select(_ASKED.c.item_seq).union(select(_JUDGED.c.item_seq))
        query = (
            select(_ITEM.c.id, _ITEM.c.title, ITEM_TEXT.label("text"))
            .where(_ITEM.c.counted_at >= since, _ITEM.c.seq.not_in(known), _ITEM.c.story_seq.is_not(None))
            .order_by(_ITEM.c.counted_at.desc(), _ITEM.c.seq.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [(row.id, row.title, row.text) for row in connection.execute(query)]


def _number(connection: Connection, item_id: str) -> int:
    """Return the number of an item; nobody else writes tags until the end of the transaction.

    Raises:
        NotFound: there is no such item.
    """
    alone(connection)
    seq = connection.execute(select(_ITEM.c.seq).where(_ITEM.c.id == item_id)).scalar()
    if seq is None:
        raise NotFound("item", item_id, hint="trendwatch labels queue lists some")
    return int(seq)


def _standing(connection: Connection, item_id: str) -> Standing:
    [tagged] = items_by_id(connection, [item_id])
    of_item = _JUDGED.c.item_seq == _ITEM.c.seq
    said = connection.execute(select(_JUDGED).join(_ITEM, of_item).where(_ITEM.c.id == item_id)).all()
    judged = {Facet(row.facet): str(row.made_by) for row in said}
    asked = select(_ASKED.c.why).join(_ITEM, _ITEM.c.seq == _ASKED.c.item_seq).where(_ITEM.c.id == item_id)
    return Standing(
        title=tagged.item.title,
        summary=tagged.item.summary,
        # of a facet that was judged the word itself: while an item waits to be read it has no tags
        labels=frozenset(tag.full_key for tag in tagged.tags if tag.facet not in judged).union(
            *(row.labels for row in said)
        ),
        judged=judged,
        asked=connection.execute(asked).first() is not None,
    )


def _corrections(connection: Connection, *conditions: Any) -> list[Correction]:
    query = (
        select(_JUDGED, _ITEM.c.id, _ITEM.c.title, ITEM_TEXT.label("text"), _ASKED.c.why)
        .join(_ITEM, _ITEM.c.seq == _JUDGED.c.item_seq)
        .outerjoin(_ASKED, _ASKED.c.item_seq == _JUDGED.c.item_seq)
        .where(*conditions)
        .order_by(_JUDGED.c.item_seq, _JUDGED.c.seq)
    )
    rows = connection.execute(query).mappings().all()
    of_item = [list(mine) for _, mine in groupby(rows, key=lambda row: row["item_seq"])]
    of_item.sort(key=lambda mine: (max(row["made_at"] for row in mine), mine[0]["item_seq"]))
    return [_correction(mine) for mine in of_item]


def _of(item: int, facets: Sequence[str]) -> Any:
    return and_(_JUDGED.c.item_seq == item, _JUDGED.c.facet.in_(facets))


def _show(connection: Connection, item: int) -> None:
    """Lay what is said of an item over the tags of every version in use."""
    live = select(_MODEL.c.seq).where(_MODEL.c.state.in_(LIVE)).order_by(_MODEL.c.seq)
    for model in connection.execute(live).scalars().all():
        lay_over(connection, [item], model=model)


def _said(row: Any) -> Said:
    return Said(
        item_id=row["id"],
        title=row["title"],
        facet=Facet(row["facet"]),
        labels=tuple(key.partition(":")[2] for key in row["labels"]),
        by=row["made_by"],
        made_at=row["made_at"],
        asked=Asked(row["why"]) if row["why"] else Asked.OWN,
    )


def _correction(rows: Sequence[Any]) -> Correction:
    """Return what was said of the facets of one item."""
    first = rows[0]
    return Correction(
        item_id=first["id"],
        title=first["title"],
        summary=first["text"],
        labels=frozenset(key for row in rows for key in row["labels"]),
        facets=frozenset(Facet(row["facet"]) for row in rows),
        made_at=max(row["made_at"] for row in rows),
        asked=Asked(first["why"]) if first["why"] else Asked.OWN,
    )
