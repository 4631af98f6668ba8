"""Questions about stories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Engine, exists, literal, or_, select, tuple_

from trendwatch.errors import NotFound
from trendwatch.news.firsttold import dated, shown_at
from trendwatch.store.engine import reading
from trendwatch.store.mend_tables import StoryAliasRow
from trendwatch.store.models import model_seq
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ItemRow, StoryRow, TagRow
from trendwatch.types.places import Place
from trendwatch.types.stories import Story

_STORY = table(StoryRow)
_FEED = table(FeedRow)
_ALIAS = table(StoryAliasRow)
_NAMES = ("id", "title", "url", "summary", "first_seen_at", "last_seen_at", "items", "sources", "owners")


_ITEM = table(ItemRow)
_TAG = table(TagRow)

Sort = Literal["latest", "owners"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryFilter:
    """Which stories to list; what is empty does not restrict."""

    #: full keys; one report of the story, counted in the window, must carry all of them
    labels: tuple[str, ...] = ()
    #: half-open window in which a report is counted
    since: datetime | None = None
    until: datetime | None = None
    min_owners: int = 1


class Stories:
    """Items folded by event."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, story_id: str) -> Story:
        """Return one story, also by the id of one that was merged into it.

        Raises:
            NotFound: there is none.
        """
        merged = select(_ALIAS.c.story_seq).where(_ALIAS.c.id == story_id).scalar_subquery()
        found = self._select(or_(_STORY.c.id == story_id, _STORY.c.seq == merged), limit=1)
        if not found:
            raise NotFound("story", story_id)
        return found[0]

    def latest(self, *, limit: int) -> list[Story]:
        """Return the stories that were reported last, newest first."""
        return self._select(limit=limit)

    def search(
        self,
        version: str,
        filter_: StoryFilter,
        *,
        sort: Sort = "latest",
        limit: int,
        after: Place | None = None,
    ) -> tuple[list[Story], Place | None]:
        """Return stories that match under a model's tags: the latest told, or the widest told first.

        With them the place after which the list goes on, None at its end: what comes in meanwhile moves none.
        """
        below = [beyond(after, sort)] if after else []
        found = self._rows(*_matching(version, filter_), *below, sort=sort, limit=limit + 1)
        shown = found[:limit]
        last = Place(shown[-1][1].owners, shown[-1][1].last_seen_at, shown[-1][0]) if shown else None
        return [story for _, story in shown], last if len(found) > limit else None

    def _select(self, *conditions: Any, limit: int) -> list[Story]:
        return [story for _, story in self._rows(*conditions, limit=limit)]

    def _rows(self, *conditions: Any, sort: Sort = "latest", limit: int) -> list[tuple[int, Story]]:
        """Return stories with their numbers."""
        order = [column.desc() for column in story_order(sort)]
        query = select(_STORY.c.seq, *(_STORY.c[name] for name in _NAMES)).where(*conditions).order_by(*order)
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit)).mappings().all()
            first = _first_told(connection, [row["seq"] for row in rows])
        stories = [Story(**{name: row[name] for name in _NAMES}, **first.get(row["seq"], {})) for row in rows]
        return [(row["seq"], story) for row, story in zip(rows, stories, strict=True)]


def story_order(sort: Sort) -> list[Any]:
    """Return what stories are sorted by, downwards."""
    widest = [_STORY.c.owners] if sort == "owners" else []
    return [*widest, _STORY.c.last_seen_at, _STORY.c.seq]


def beyond(place: Place, sort: Sort) -> Any:
    """Return the condition that a story stands below a place."""
    columns = story_order(sort)
    return tuple_(*columns) < tuple_(
        *(literal(value, column.type) for column, value in zip(columns, place[-len(columns) :], strict=True))
    )


def _first_told(connection: Connection, stories: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return when and by whom stories were told first, by their numbers."""
    what = (_ITEM.c.story_seq, _ITEM.c.published_at, _ITEM.c.counted_at, _FEED.c.key)
    query = select(*what).join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq).where(_ITEM.c.story_seq.in_(stories))
    dates: defaultdict[int, list[datetime]] = defaultdict(list)
    tellers: dict[int, tuple[datetime, str]] = {}
    for row in connection.execute(query.order_by(_ITEM.c.seq)) if stories else ():
        if published := dated(row.published_at, row.counted_at):
            dates[row.story_seq].append(published)
        told = shown_at(row.published_at, row.counted_at), row.key
        before = tellers.setdefault(row.story_seq, told)
        if told[0] < before[0]:
            tellers[row.story_seq] = told
    return {
        seq: {"first_published_at": min(dates[seq], default=None), "first_told_by": feed}
        for seq, (_, feed) in tellers.items()
    }


def _matching(version: str, wanted: StoryFilter) -> list[Any]:
    found: list[Any] = [_STORY.c.owners >= wanted.min_owners]
    report: list[Any] = []
    if wanted.since is not None:
        report.append(_ITEM.c.counted_at >= wanted.since)
    if wanted.until is not None:
        report.append(_ITEM.c.counted_at < wanted.until)
    for full_key in wanted.labels:
        facet, _, label = full_key.partition(":")
        tagged = (_TAG.c.item_seq == _ITEM.c.seq, _TAG.c.facet == facet, _TAG.c.label == label)
        report.append(exists().where(_TAG.c.model_seq == model_seq(version), *tagged))
    return [*found, exists().where(_ITEM.c.story_seq == _STORY.c.seq, *report)] if report else found
