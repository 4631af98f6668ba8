"""Questions about coverage: what was told about each label in a window, and in which languages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, func, select

from trendwatch.store.engine import reading
from trendwatch.store.models import model_seq
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, TagRow
from trendwatch.types.coverage import Reported
from trendwatch.types.tags import Facet

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_TAG = table(TagRow)


class Coverages:
    """What was heard of, by label and language."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reported(
        self, version: str, since: datetime, until: datetime, *, facets: Collection[Facet]
    ) -> dict[str, Reported]:
        """Return stories and independent publishers by full key, of items counted in a half-open window.

        A story counts under every label of any of its items in the window, as series do.
        """
        query = (
            select(
                *(_TAG.c.facet, _TAG.c.label),
                func.count(_ITEM.c.story_seq.distinct()).label("stories"),
                func.count(_FEED.c.owner.distinct()).label("owners"),
            )
            .join(_ITEM, _ITEM.c.seq == _TAG.c.item_seq)
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .where(
                _TAG.c.model_seq == model_seq(version),
                _TAG.c.facet.in_([str(facet) for facet in facets]),
                _ITEM.c.counted_at >= since,
                _ITEM.c.counted_at < until,
            )
            .group_by(_TAG.c.facet, _TAG.c.label)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {f"{row.facet}:{row.label}": Reported(row.stories, row.owners) for row in rows}

    def languages(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return how many items of each language were counted in a half-open window, the most first."""
        items = func.count(_ITEM.c.seq).label("items")
        query = (
            select(_ITEM.c.language, items)
            .where(_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until)
            .group_by(_ITEM.c.language)
            .order_by(items.desc(), _ITEM.c.language)
        )
        with reading(self._engine) as connection:
            return {row.language: row[1] for row in connection.execute(query)}
