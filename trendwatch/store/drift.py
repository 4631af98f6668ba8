"""Questions about how the tags of whole weeks look."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, func, select

from trendwatch.store.engine import reading, writing
from trendwatch.store.items import ITEM_TEXT
from trendwatch.store.label_tables import TagWeekRow, UncoveredRow
from trendwatch.store.models import model_seq
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ItemRow, TagRow
from trendwatch.types.tags import Facet, TagWeek

_WEEK = table(TagWeekRow)
_UNCOVERED = table(UncoveredRow)
_ITEM = table(ItemRow)
_TAG = table(TagRow)


class Drift:
    """Weeks as a model version tagged them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def weeks(self, version: str) -> list[TagWeek]:
        """Return the weeks that were looked at, the oldest first."""
        query = select(_WEEK).where(_WEEK.c.model_seq == model_seq(version)).order_by(_WEEK.c.week)
        names = ("week", "items", "untagged", "confidence", "novelty")
        with reading(self._engine) as connection:
            return [
                TagWeek(**{name: row[name] for name in names}) for row in connection.execute(query).mappings()
            ]

    def put(self, version: str, weeks: Sequence[TagWeek]) -> None:
        """Keep how some weeks look; a week that is known stays as it was."""
        with writing(self._engine) as connection:
            seq = int(connection.execute(select(model_seq(version))).scalar_one())
            rows = [
                {
                    "model_seq": seq,
                    "week": one.week,
                    "items": one.items,
                    "untagged": one.untagged,
                    "confidence": one.confidence,
                    "novelty": one.novelty,
                }
                for one in weeks
            ]
            if rows:
                connection.execute(insert(connection, TagWeekRow).on_conflict_do_nothing(), rows)

    def counted(self, version: str, since: datetime, until: datetime) -> tuple[int, int, float]:
        """Return of a half-open window: items that can be read, those with a technology, mean confidence."""
        readable = self._readable(version, since, until)
        tagged = (
            select(func.count(_TAG.c.item_seq.distinct()), func.avg(_TAG.c.confidence))
            .join(_ITEM, _ITEM.c.seq == _TAG.c.item_seq)
            .where(
                *(_TAG.c.model_seq == model_seq(version), _TAG.c.facet == str(Facet.AREA)),
                *(_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until),
            )
        )
        with reading(self._engine) as connection:
            items = connection.execute(select(func.count()).select_from(_ITEM).where(*readable)).scalar_one()
            with_area, confidence = connection.execute(tagged).one()
        return int(items), int(with_area), float(confidence or 0.0)

    def texts(self, version: str, since: datetime, until: datetime, *, limit: int) -> list[tuple[str, str]]:
        """Return (title, text) of the latest items of a half-open window that can be read."""
        query = (
            select(_ITEM.c.title, ITEM_TEXT.label("text"))
            .where(*self._readable(version, since, until))
            .order_by(_ITEM.c.counted_at.desc(), _ITEM.c.seq.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [(row.title, row.text) for row in connection.execute(query)]

    def _readable(self, version: str, since: datetime, until: datetime) -> tuple[Any, ...]:
        foreign = select(_UNCOVERED.c.item_seq).where(_UNCOVERED.c.model_seq == model_seq(version))
        window = (_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until)
        return *window, _ITEM.c.story_seq.is_not(None), _ITEM.c.seq.not_in(foreign)
