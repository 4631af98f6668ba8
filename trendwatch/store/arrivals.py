"""Questions about arrivals: technologies and sectors together, week by week, and who said it first."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, Row, func, select

from trendwatch.influence.arrival import PairWeeks
from trendwatch.store.engine import reading
from trendwatch.store.models import model_seq
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, ReportsRow, SeriesRow, TagRow
from trendwatch.types.influence import PairReports

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_REPORTS = table(ReportsRow)
_SERIES = table(SeriesRow)
_AREA = table(TagRow).alias("area")
_SECTOR = table(TagRow).alias("sector")
_NAMES = (_AREA.c.label.label("technology"), _SECTOR.c.label.label("sector"))

#: Pairs of a technology and a sector, as counted.
_PAIRS = "area:%|sector:%"
#: Sectors, whatever is told of them.
_SECTORS = "sector:%"
#: Newest items looked at for evidence: copies and further items of one owner are left out of them.
_NEWEST = 12


class Arrivals:
    """Technologies in sectors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def weeks(self, version: str, *, first_week: int, last_week: int) -> PairWeeks:
        """Return the stories and owners of all pairs in a closed range of weeks as columns.

        Beside them stand the stories of sectors on anything: from when a sector is known.
        """
        stories = select(_SERIES.c.key, _SERIES.c.week, _SERIES.c.stories).where(_SERIES.c.stories > 0)
        owners = (
            select(_REPORTS.c.key, _REPORTS.c.week, _FEED.c.owner)
            .join(_FEED, _FEED.c.seq == _REPORTS.c.feed_seq)
            .where(_REPORTS.c.reports > 0)  # mending leaves rows of reports that moved away
            .distinct()
        )
        counted = partial(_counted, version=version, first_week=first_week, last_week=last_week)
        with reading(self._engine) as connection:
            told = connection.execute(counted(stories, _SERIES, keys=_PAIRS)).all()
            whole = connection.execute(counted(stories, _SERIES, keys=_SECTORS)).all()
            by_owner = connection.execute(counted(owners, _REPORTS, keys=_PAIRS)).all()
        return PairWeeks.of(
            ((*row,) for row in told), ((*row,) for row in by_owner), sectors=((*row,) for row in whole)
        )

    def reports(self, version: str, *, until: datetime, limit: int) -> dict[str, PairReports]:
        """Return by pair the first report counted before a time, and its newest items: at most ``limit``.

        Evidence is one item an owner and story, with a link; a pair whose items all lack one has none.
        """
        with reading(self._engine) as connection:
            newest = connection.execute(_newest(version, until)).all()
        firsts: dict[str, datetime] = {}
        shown: dict[str, list[Row[Any]]] = {}
        for row in newest:
            key = f"area:{row.technology}|sector:{row.sector}"
            firsts[key] = row.first_at
            kept = shown.setdefault(key, [])
            if row.url and len(kept) < limit and all(_apart(row, one) for one in kept):
                kept.append(row)
        return {
            key: PairReports(first_at, tuple(row.id for row in shown[key]))
            for key, first_at in firsts.items()
        }


def _counted(query: Any, rows: Any, *, keys: str, version: str, first_week: int, last_week: int) -> Any:
    return query.where(
        rows.c.model_seq == model_seq(version),
        rows.c.key.like(keys),
        rows.c.week >= first_week,
        rows.c.week <= last_week,
    ).order_by(rows.c.key, rows.c.week)


def _newest(version: str, until: datetime) -> Any:
    """Return the newest items of every pair, those with a link first, beside each the first date."""
    both = (_SECTOR.c.item_seq == _AREA.c.item_seq) & (_SECTOR.c.model_seq == _AREA.c.model_seq)
    best_first = (_ITEM.c.url == "", _ITEM.c.counted_at.desc(), _ITEM.c.seq.desc())
    place = func.row_number().over(partition_by=_NAMES, order_by=best_first).label("place")
    first_at = func.min(_ITEM.c.counted_at).over(partition_by=_NAMES).label("first_at")
    ranked = (
        select(*_NAMES, _ITEM.c.id, _ITEM.c.story_seq, _ITEM.c.url, _FEED.c.owner, first_at, place)
        .select_from(_AREA)
        .join(_SECTOR, both & (_SECTOR.c.facet == "sector"))
        .join(_ITEM, _ITEM.c.seq == _AREA.c.item_seq)
        .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
        .where(_AREA.c.model_seq == model_seq(version), _AREA.c.facet == "area", _ITEM.c.counted_at < until)
        .subquery()
    )
    named = (ranked.c.technology, ranked.c.sector, ranked.c.place)
    return select(ranked).where(ranked.c.place <= _NEWEST).order_by(*named)


def _apart(row: Any, other: Any) -> bool:
    return bool(row.owner != other.owner and row.story_seq != other.story_seq)
