"""Questions about terms: the reports they are counted in, what was told of them, and what people decided."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Engine, and_, delete, exists, or_, select

from trendwatch.store import overlays
from trendwatch.store.engine import reading, writing
from trendwatch.store.frozen import thaw
from trendwatch.store.mend_tables import TermVerdictRow
from trendwatch.store.models import model_seq
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import FeedRow, ItemRow, StoryRow, TagRow, TrendRow
from trendwatch.types.places import TrendPlace, trends_after
from trendwatch.types.tags import Facet
from trendwatch.types.trends import TermVerdict, Trend, TrendKind
from trendwatch.types.work import Overlay

_ITEM = table(ItemRow)
_FEED = table(FeedRow)
_STORY = table(StoryRow)
_TAG = table(TagRow)
_TREND = table(TrendRow)
_VERDICT = table(TermVerdictRow)

#: What is decided and what changes with it, from all changes and decisions there are; None: nothing any more.
Decided: TypeAlias = Callable[
    [Sequence[Overlay], Sequence[TermVerdict]], tuple[Iterable[Overlay], TermVerdict | None]
]


@dataclass(frozen=True, slots=True)
class TermReport:
    """An understood item as its terms are counted.

    By its summary, also where its page was read to tag it: pages would fill the table of words with what a
    few feeds say at length, and every word of a story counts the same.
    """

    item_id: str
    story_id: str
    feed_key: str
    title: str
    summary: str
    url: str
    #: full key of the area it is surest about, "" for none
    area: str


class Terms:
    """Words that nobody has named yet, and those that somebody has judged."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def reports(self, version: str, since: datetime, until: datetime) -> list[TermReport]:
        """Return the reports of stories counted in a half-open window, in order of time."""
        window = (_ITEM.c.counted_at >= since, _ITEM.c.counted_at < until, _ITEM.c.story_seq.is_not(None))
        query = (
            select(
                *(_ITEM.c.seq, _ITEM.c.id, _STORY.c.id.label("story_id"), _FEED.c.key.label("feed_key")),
                *(_ITEM.c.title, _ITEM.c.summary, _ITEM.c.url),
            )
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .join(_STORY, _STORY.c.seq == _ITEM.c.story_seq)
            .where(*window)
            .order_by(_ITEM.c.counted_at, _ITEM.c.seq)
        )
        # asked for by item, or the database reads every tag of the version
        inside = _TAG.c.item_seq.in_(select(_ITEM.c.seq).where(*window))
        areas = (
            select(_TAG.c.item_seq, _TAG.c.label)
            .where(_TAG.c.model_seq == model_seq(version), _TAG.c.facet == str(Facet.AREA), inside)
            .order_by(_TAG.c.confidence, _TAG.c.label)
        )
        with reading(self._engine) as connection:
            surest = {row.item_seq: f"{Facet.AREA}:{row.label}" for row in connection.execute(areas)}
            return [
                TermReport(*row[1:], area=surest.get(row.seq, "")) for row in connection.execute(query).all()
            ]

    def told(self, version: str, first_week: int, last_week: int) -> dict[int, list[str]]:
        """Return the terms that were told in each week of a closed range, with those of the same rise."""
        query = select(_TREND.c.week, _TREND.c.value).where(
            _TREND.c.model_seq == model_seq(version),
            _TREND.c.kind == str(TrendKind.TERM),
            _TREND.c.week.between(first_week, last_week),
        )
        found: dict[int, list[str]] = {}
        with reading(self._engine) as connection:
            for week, value in connection.execute(query):
                trend = thaw(Trend, json.dumps(value))
                found.setdefault(week, []).extend(trend.group or (trend.key,))
        return found

    def latest(
        self, version: str, *, limit: int, after: TrendPlace | None = None
    ) -> tuple[list[Trend], TrendPlace | None]:
        """Return the terms told last, one line a term, the latest and then the clearest first.

        With them the place after which the list goes on, None at its end. A term that is told again between
        two pages stays where the first page would have it.
        """
        later = _TREND.alias()
        again = [later.c[name] == _TREND.c[name] for name in ("model_seq", "kind", "key")]
        again.append(later.c.week > _TREND.c.week)
        if after:
            again.append(later.c.week <= after.upto)
        with reading(self._engine) as connection:
            key = _in_order(connection, _TREND.c.key)
            query = (
                select(_TREND.c.value)
                .where(_TREND.c.model_seq == model_seq(version), _TREND.c.kind == str(TrendKind.TERM))
                .where(~exists().where(*again), *_below(after, key))
                .order_by(_TREND.c.week.desc(), _TREND.c.strength.desc(), key)
                .limit(limit + 1)
            )
            told = [thaw(Trend, json.dumps(value)) for value in connection.execute(query).scalars()]
        return trends_after(told, after, limit=limit)

    def verdicts(self) -> list[TermVerdict]:
        """Return what people decided, the latest first."""
        with reading(self._engine) as connection:
            return _verdicts(connection)

    def settle(self, term: str, made_of: Decided) -> None:
        """Keep what is decided of a term and what it changes of labels, both or neither.

        Args:
            term: folded
            made_of: the changes and the decision, None to take one back, given all that there are; may
                refuse by raising, and is asked again where somebody else changed something meanwhile
        """
        while not self._settled(term, made_of):  # whoever kept us from it got further, so this ends
            pass

    def _settled(self, term: str, made_of: Decided) -> bool:
        """Keep a decision once, unless somebody changed something since it was asked for."""
        with reading(self._engine) as connection:
            seen, said = overlays.every(connection), _verdicts(connection)
        changes, verdict = made_of(seen, said)
        with writing(self._engine) as connection:
            if not overlays.lay(
                connection, changes, seen=seen, only_if=lambda: _verdicts(connection) == said
            ):
                return False
            if verdict is None:
                connection.execute(delete(_VERDICT).where(_VERDICT.c.term == term))
            else:
                _decide(connection, verdict)
            return True


def _in_order(connection: Connection, key: Any) -> Any:
    """Return a key that is compared as Python compares texts, whatever the language of the database."""
    return key.collate("C") if connection.dialect.name == "postgresql" else key


def _below(place: TrendPlace | None, key: Any) -> tuple[Any, ...]:
    """Return the conditions of what stands below a place, as ``TrendPlace.before`` has it."""
    if place is None:
        return ()
    week, strength = _TREND.c.week, _TREND.c.strength
    weaker = or_(strength < place.strength, and_(strength == place.strength, key > place.key))
    # said twice: the first alone tells where in the index to begin
    return (week <= min(place.week, place.upto), or_(week < place.week, weaker))


def _verdicts(connection: Connection) -> list[TermVerdict]:
    query = select(_VERDICT).order_by(_VERDICT.c.decided_at.desc(), _VERDICT.c.term)
    return [TermVerdict(**row) for row in connection.execute(query).mappings()]


def _decide(connection: Connection, verdict: TermVerdict) -> None:
    """Keep a decision; a later one on the same term takes its place."""
    values = {
        "form": verdict.form,
        "label": verdict.label,
        "decided_at": verdict.decided_at,
        "decided_by": verdict.decided_by,
    }
    statement = insert(connection, TermVerdictRow).values(term=verdict.term, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["term"], set_=values))
