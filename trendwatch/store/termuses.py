"""Questions about who says a followed word: kept item by item, counted when asked.

Nothing is added up beforehand. A story counts on the day of the first item that says the word, whatever story
that item belongs to by now, so stories that are merged or split need no second book.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, exists, func, select

from trendwatch.store.engine import reading, writing
from trendwatch.store.statements import insert, table
from trendwatch.store.tables import FeedRow, ItemRow
from trendwatch.store.trend_tables import TermUseRow, TermWeekRow
from trendwatch.trends.ngrams import fold
from trendwatch.trends.series import is_term
from trendwatch.types.weeks import week_end, week_number, week_start, weekday

_FEED = table(FeedRow)
_ITEM = table(ItemRow)
_USE = table(TermUseRow)
_WEEK = table(TermWeekRow)
#: SQLite allows 32,766 variables in a statement.
_CHUNK = 1_000


class TermUses:
    """Items that say the words that were told or promoted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, uses: Mapping[str, Mapping[int, Sequence[str]]]) -> None:
        """Keep the items that say some words, by week; a week without any was looked through as well.

        Args:
            uses: folded word to week to ids of items
        """
        weeks = [{"term": term, "week": week} for term, found in uses.items() for week in found]
        if not weeks:
            return
        ids = {item for found in uses.values() for items in found.values() for item in items}
        with writing(self._engine) as connection:
            seqs = _seqs(connection, sorted(ids))
            rows = [
                {"term": term, "week": week, "item_seq": seqs[item]}
                for term, found in uses.items()
                for week, items in found.items()
                for item in items
                if item in seqs
            ]
            connection.execute(insert(connection, TermWeekRow).on_conflict_do_nothing(), weeks)
            if rows:
                connection.execute(insert(connection, TermUseRow).on_conflict_do_nothing(), rows)

    def followed(self, terms: Sequence[str]) -> list[str]:
        """Return those of some words, as they are written, of which any week is known."""
        query = select(_WEEK.c.term).where(_WEEK.c.term.in_([fold(term) for term in terms])).distinct()
        with reading(self._engine) as connection:
            known = set(connection.execute(query).scalars())
        return [term for term in terms if fold(term) in known]

    def known_from(self, terms: Sequence[str], *, first_week: int, last_week: int) -> int:
        """Return the first of some weeks from which on all were looked through for all of these words."""
        query = select(_WEEK.c.term, _WEEK.c.week).where(
            _WEEK.c.term.in_([fold(term) for term in terms]), _WEEK.c.week.between(first_week, last_week)
        )
        with reading(self._engine) as connection:
            known = {(row.term, row.week) for row in connection.execute(query)}
        asked = range(last_week, first_week - 1, -1)
        unknown = (week for week in asked if any((fold(term), week) not in known for term in terms))
        return next(unknown, first_week - 1) + 1

    def days(self, terms: Sequence[str], *, first_week: int, last_week: int) -> dict[str, Counter[int]]:
        """Return the stories of each word by day, counted from Monday of the first week.

        All its uses are read: a story may have begun long before the weeks asked for.
        """
        wanted = {fold(term): term for term in terms}
        first = func.min(_ITEM.c.counted_at).label("first")
        query = (
            select(_USE.c.term, first)
            .join(_ITEM, _ITEM.c.seq == _USE.c.item_seq)
            .where(_USE.c.term.in_(wanted), _USE.c.week <= last_week)
            .group_by(_USE.c.term, _ITEM.c.story_seq)
            .having(first >= week_start(first_week), first < week_end(last_week))
        )
        counts: dict[str, Counter[int]] = {term: Counter() for term in terms}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                week = week_number(row.first) - first_week
                counts[wanted[row.term]][7 * week + weekday(row.first)] += 1
        return counts

    def by_feed(self, term: str, *, first_week: int, last_week: int) -> Counter[str]:
        """Return how many stories in which each feed said a word in some weeks, by feed key."""
        query = (
            select(_FEED.c.key, func.count(_ITEM.c.story_seq.distinct()).label("stories"))
            .select_from(_USE)
            .join(_ITEM, _ITEM.c.seq == _USE.c.item_seq)
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .where(_USE.c.term == fold(term), _USE.c.week.between(first_week, last_week))
            .group_by(_FEED.c.key)
        )
        with reading(self._engine) as connection:
            return Counter({row.key: row.stories for row in connection.execute(query)})

    def by_feed_weeks(self, term: str, *, first_week: int, last_week: int) -> dict[str, Counter[int]]:
        """Return how many stories in which each feed said a word in each of some weeks, by feed key."""
        query = (
            select(_FEED.c.key, _USE.c.week, func.count(_ITEM.c.story_seq.distinct()).label("stories"))
            .select_from(_USE)
            .join(_ITEM, _ITEM.c.seq == _USE.c.item_seq)
            .join(_FEED, _FEED.c.seq == _ITEM.c.feed_seq)
            .where(_USE.c.term == fold(term), _USE.c.week.between(first_week, last_week))
            .group_by(_FEED.c.key, _USE.c.week)
        )
        found: dict[str, Counter[int]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                found.setdefault(row.key, Counter())[row.week] = int(row.stories)
        return found


def says(term: str) -> Any:
    """Return the condition that an item says a followed word."""
    return exists().where(_USE.c.term == fold(term), _USE.c.item_seq == _ITEM.c.seq)


def parted(keys: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the labels and pairs, and the words among some keys."""
    return [key for key in keys if not is_term(key)], [key for key in keys if is_term(key)]


def _seqs(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), _CHUNK):
        query = select(_ITEM.c.id, _ITEM.c.seq).where(_ITEM.c.id.in_(ids[start : start + _CHUNK]))
        found.update((row.id, row.seq) for row in connection.execute(query))
    return found
