"""Questions about corrections: who was asked about what, and what they said."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from trendwatch.errors import NotFound
from trendwatch.store.engine import reading, writing
from trendwatch.store.items import ITEM_TEXT
from trendwatch.store.label_tables import AskedRow, CorrectionRow
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ItemRow
from trendwatch.types.tags import Asked, Correction, Facet

_ASKED = table(AskedRow)
_CORRECTION = table(CorrectionRow)
_ITEM = table(ItemRow)


class Corrections:
    """What operators say about tags."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, correction: Correction, *, by: str) -> None:
        """Keep a correction; it takes the place of an earlier one of the same item.

        Raises:
            NotFound: there is no such item.
        """
        with writing(self._engine) as connection:
            seq = connection.execute(select(_ITEM.c.seq).where(_ITEM.c.id == correction.item_id)).scalar()
            if seq is None:
                raise NotFound("item", correction.item_id, hint="trendwatch labels queue lists some")
            values = {
                "labels": sorted(correction.labels),
                "facets": sorted(correction.facets),
                "made_at": correction.made_at,
                "made_by": by,
            }
            statement = insert(connection, CorrectionRow).values(item_seq=seq, **values)
            connection.execute(statement.on_conflict_do_update(index_elements=["item_seq"], set_=values))

    def all(self) -> list[Correction]:
        """Return what operators said, the oldest first."""
        query = (
            select(
                *(
                    _ITEM.c.id,
                    _ITEM.c.title,
                    ITEM_TEXT.label("text"),
                    _CORRECTION.c.labels,
                    _CORRECTION.c.facets,
                ),
                *(_CORRECTION.c.made_at, _ASKED.c.why),
            )
            .join(_ITEM, _ITEM.c.seq == _CORRECTION.c.item_seq)
            .outerjoin(_ASKED, _ASKED.c.item_seq == _CORRECTION.c.item_seq)
            .order_by(_CORRECTION.c.made_at, _CORRECTION.c.item_seq)
        )
        with reading(self._engine) as connection:
            return [_correction(row) for row in connection.execute(query).mappings()]

    def of(self, item_id: str) -> Correction | None:
        """Return what operators said of an item, None where nobody did."""
        return next((one for one in self.all() if one.item_id == item_id), None)

    def was_asked(self, item_id: str) -> bool:
        """Return whether the queue asked about an item."""
        asked = select(_ASKED.c.why).join(_ITEM, _ITEM.c.seq == _ASKED.c.item_seq)
        with reading(self._engine) as connection:
            return connection.execute(asked.where(_ITEM.c.id == item_id)).first() is not None

    def judged(self, item_ids: Collection[str]) -> dict[str, frozenset[Facet]]:
        """Return the facets that were judged of those of some items that were, by item id."""
        query = (
            select(_ITEM.c.id, _CORRECTION.c.facets)
            .join(_ITEM, _ITEM.c.seq == _CORRECTION.c.item_seq)
            .where(_ITEM.c.id.in_(item_ids))
        )
        with reading(self._engine) as connection:
            return {row.id: frozenset(map(Facet, row.facets)) for row in connection.execute(query)}

    def count_since(self, when: datetime) -> int:
        """Return how many corrections were made after a time."""
        query = select(func.count()).where(_CORRECTION.c.made_at > when)
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
        judged = select(_CORRECTION.c.item_seq)
        query = (
            select(_ITEM.c.id, _ASKED.c.why)
            .join(_ITEM, _ITEM.c.seq == _ASKED.c.item_seq)
            .where(_ASKED.c.asked_at >= since, _ASKED.c.item_seq.not_in(judged))
            .order_by(_ASKED.c.asked_at, _ASKED.c.item_seq)
        )
        with reading(self._engine) as connection:
            return {row.id: Asked(row.why) for row in connection.execute(query)}

    def asked_since(self, since: datetime) -> bool:
        """Return whether anything was asked since a time."""
        with reading(self._engine) as connection:
            query = select(func.count()).where(_ASKED.c.asked_at >= since)
            return bool(connection.execute(query).scalar_one())

    def candidates(self, since: datetime, *, limit: int) -> list[tuple[str, str, str]]:
        """Return (item id, title, text) of the latest items since a time that nobody was asked about."""
        known = select(_ASKED.c.item_seq).union(select(_CORRECTION.c.item_seq))
        query = (
            select(_ITEM.c.id, _ITEM.c.title, ITEM_TEXT.label("text"))
            .where(_ITEM.c.counted_at >= since, _ITEM.c.seq.not_in(known), _ITEM.c.story_seq.is_not(None))
            .order_by(_ITEM.c.counted_at.desc(), _ITEM.c.seq.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [(row.id, row.title, row.text) for row in connection.execute(query)]


def _correction(row: Any) -> Correction:
    return Correction(
        item_id=row["id"],
        title=row["title"],
        summary=row["text"],
        labels=frozenset(row["labels"]),
        facets=frozenset(Facet(name) for name in row["facets"]),
        made_at=row["made_at"],
        asked=Asked(row["why"]) if row["why"] else Asked.OWN,
    )
