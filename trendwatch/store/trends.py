"""Questions about trends: which weeks are to be judged, what rose in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select

from trendwatch.store.countedtags import carries_label, counts_label
from trendwatch.store.counting import alone, times_counted
from trendwatch.store.engine import reading
from trendwatch.store.frozen import freeze, thaw
from trendwatch.store.leases import Leases
from trendwatch.store.models import model_seq
from trendwatch.store.statements import insert, table
from trendwatch.store.stories import beyond, story_order
from trendwatch.store.tables import AnalysisRow, FeedRow, ItemRow, PendingRow, StoryRow, TagRow, TrendRow
from trendwatch.store.termuses import says
from trendwatch.store.trend_tables import SpikeRow
from trendwatch.trends.series import is_term
from trendwatch.types.places import Place, trend_order
from trendwatch.types.trends import Chance, Spike, Trend
from trendwatch.types.weeks import parse_week
from trendwatch.types.work import Claim

_TREND = table(TrendRow)
_SPIKE = table(SpikeRow)
_ANALYSIS = table(AnalysisRow)
_PENDING = table(PendingRow)
_STORY = table(StoryRow)
_ITEM = table(ItemRow)
_TAG = table(TagRow)
_FEED = table(FeedRow)


class Trends:
    """Trends as of each week."""

    def __init__(self, engine: Engine, leases: Leases) -> None:
        self._engine = engine
        self._leases = leases

    def last_analysed(self, version: str) -> int | None:
        """Return the latest week that was judged, None before the first."""
        query = select(func.max(_ANALYSIS.c.week)).where(_ANALYSIS.c.model_seq == model_seq(version))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def waits_before(self, version: str, when: datetime) -> bool:
        """Return whether items counted before a time have still to be understood."""
        query = select(_PENDING.c.item_seq).where(
            _PENDING.c.model_seq == model_seq(version), _PENDING.c.counted_at < when
        )
        with reading(self._engine) as connection:
            return connection.execute(query.limit(1)).first() is not None

    def write(
        self,
        version: str,
        week: int,
        trends: Sequence[Trend],
        *,
        claim: Claim,
        now: datetime,
        spikes: Sequence[Spike] = (),
        chance: Chance | None = None,
        seen: int | None = None,
    ) -> bool:
        """Keep what a week came to, also when it is nothing; from then on it is judged.

        Args:
            version: that counted it.
            week: that is over.
            trends: what rose and fell.
            claim: on the step.
            now: when.
            spikes: what it was full of.
            chance: how many rises are expected by chance.
            seen: how often the week had changed when it was judged; if it has since, nothing is kept. None
                where that does not matter.

        Returns:
            whether it was kept

        Raises:
            LeaseLost: another process judges weeks now.
        """
        with self._leases.under(claim) as connection:
            alone(connection)
            seq = int(connection.execute(select(model_seq(version))).scalar_one())
            if seen is not None and times_counted(connection, model=seq, week=week) != seen:
                return False
            week_of = (_TREND.c.model_seq == seq, _TREND.c.week == week)
            connection.execute(delete(_TREND).where(*week_of))
            rows = [_values(trend) | {"model_seq": seq, "week": week} for trend in trends]
            if rows:
                connection.execute(insert(connection, TrendRow), rows)
            connection.execute(delete(_SPIKE).where(_SPIKE.c.model_seq == seq, _SPIKE.c.week == week))
            full = [
                {"model_seq": seq, "week": week, "key": one.key, "value": json.loads(freeze(one))}
                for one in spikes
            ]
            if full:
                connection.execute(insert(connection, SpikeRow), full)
            said = {"judged": chance.judged, "by_chance": chance.rises} if chance else {}
            done = insert(connection, AnalysisRow).values(model_seq=seq, week=week, made_at=now, **said)
            connection.execute(done.on_conflict_do_nothing())
            return True

    def evidence(self, version: str, key: str, *, since: datetime, until: datetime, limit: int) -> list[str]:
        """Return items that carry a key in a half-open window: the newest of each story, the latest first."""
        newest_first = (_ITEM.c.counted_at.desc(), _ITEM.c.id.desc())
        place = func.row_number().over(partition_by=_ITEM.c.story_seq, order_by=newest_first)
        carry = _carry(version, key, carries_label, since=since, until=until)
        found = select(_ITEM.c.id, _ITEM.c.counted_at, _ITEM.c.story_seq, place.label("place")).where(*carry)
        each = found.subquery()
        query = (
            select(each.c.id).where(each.c.place == 1).order_by(each.c.counted_at.desc(), each.c.story_seq)
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query.limit(limit)).scalars())

    def stories(
        self,
        version: str,
        key: str,
        *,
        since: datetime,
        until: datetime,
        limit: int,
        after: Place | None = None,
        feed: str = "",
    ) -> tuple[list[str], Place | None]:
        """Return ids of the stories with an item (of one feed) that carries a key, the widest first.

        With them the place after which the list goes on, None at its end.
        """
        of_feed = [_ITEM.c.feed_seq == select(_FEED.c.seq).where(_FEED.c.key == feed).scalar_subquery()]
        query = (
            select(_STORY.c.id, _STORY.c.owners, _STORY.c.last_seen_at, _STORY.c.seq)
            .join(_ITEM, _ITEM.c.story_seq == _STORY.c.seq)
            .where(*_carry(version, key, counts_label, since=since, until=until), *(of_feed if feed else []))
            .where(*([beyond(after, "owners")] if after else []))
            .group_by(_STORY.c.seq, _STORY.c.id, _STORY.c.owners, _STORY.c.last_seen_at)
            .order_by(*(column.desc() for column in story_order("owners")))
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit + 1)).all()
        last = Place(*rows[limit - 1][1:]) if len(rows) > limit else None
        return [row.id for row in rows[:limit]], last

    def spikes(self, version: str, week: int) -> list[Spike]:
        """Return what one week was full of, the fullest first."""
        query = select(_SPIKE.c.value).where(_SPIKE.c.model_seq == model_seq(version), _SPIKE.c.week == week)
        with reading(self._engine) as connection:
            found = [thaw(Spike, json.dumps(value)) for value in connection.execute(query).scalars()]
        return sorted(found, key=lambda spike: (-spike.stories, spike.key))

    def chance(self, version: str, week: int) -> Chance | None:
        """Return how many rises of a week are expected by chance, None where it was not estimated."""
        query = select(_ANALYSIS.c.judged, _ANALYSIS.c.by_chance).where(
            _ANALYSIS.c.model_seq == model_seq(version),
            _ANALYSIS.c.week == week,
            _ANALYSIS.c.by_chance.is_not(None),
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).first()
        return Chance(judged=row.judged, rises=row.by_chance) if row else None

    def of_week(self, version: str, week: int) -> list[Trend]:
        """Return the trends of a week, the strongest first; fading ones are negative and last."""
        return self._select(_TREND.c.model_seq == model_seq(version), _TREND.c.week == week)

    def of_weeks(self, version: str, first_week: int, last_week: int) -> list[Trend]:
        """Return the trends of a closed range of weeks, the latest week first, then the strongest."""
        found = self._select(
            _TREND.c.model_seq == model_seq(version), _TREND.c.week.between(first_week, last_week)
        )
        return sorted(found, key=trend_order)

    def of_key(self, version: str, key: str) -> list[Trend]:
        """Return the weeks in which a key was a trend, the latest first."""
        found = self._select(_TREND.c.model_seq == model_seq(version), _TREND.c.key == key)
        return sorted(found, key=lambda trend: parse_week(trend.week), reverse=True)

    def _select(self, *conditions: Any) -> list[Trend]:
        query = select(_TREND.c.value).where(*conditions).order_by(_TREND.c.strength.desc(), _TREND.c.key)
        with reading(self._engine) as connection:
            return [thaw(Trend, json.dumps(value)) for value in connection.execute(query).scalars()]


def _carry(
    version: str, key: str, carries: Callable[[Any, str], Any], *, since: datetime, until: datetime
) -> list[Any]:
    """Return the conditions of items that carry the labels of a key, or say a word, in a half-open window."""
    found: list[Any] = [
        _ITEM.c.counted_at >= since,
        _ITEM.c.counted_at < until,
        _ITEM.c.story_seq.is_not(None),
    ]
    if is_term(key):
        return [*found, says(key)]
    return [*found, *(carries(model_seq(version), full_key) for full_key in key.split("|"))]


def _values(trend: Trend) -> dict[str, Any]:
    value = json.loads(freeze(trend))
    return {"kind": str(trend.kind), "key": trend.key, "strength": trend.strength, "value": value}
