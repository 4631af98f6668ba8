"""Questions about counts: columns for the stages, series for people.

Labels and pairs are counted as they are understood; words are counted when asked, from the items that say
them (``termuses``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sqlalchemy import Engine, func, select

from trendwatch.store.counting import DAY_COLUMNS
from trendwatch.store.engine import reading
from trendwatch.store.models import model_seq
from trendwatch.store.poll_tables import FetchRow
from trendwatch.store.statements import table
from trendwatch.store.tables import FeedRow, ReportsRow, SeriesRow
from trendwatch.store.termuses import TermUses, parted
from trendwatch.store.trend_tables import CountedRow
from trendwatch.trends.series import Counts, is_term
from trendwatch.types.fetches import Outcome
from trendwatch.types.trends import Series
from trendwatch.types.weeks import week_end, week_number, week_start

_COUNTED = table(CountedRow)
_FEED = table(FeedRow)
_FETCH = table(FetchRow)
_REPORTS = table(ReportsRow)
_SERIES = table(SeriesRow)


class SeriesCounts:
    """Stories and reports per week."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._terms = TermUses(engine)

    def columns(self, version: str, *, first_week: int, last_week: int) -> Counts:
        """Return the counts of a closed range of weeks as columns."""
        what = (_REPORTS.c.key, _REPORTS.c.feed_seq, _REPORTS.c.week, _REPORTS.c.reports, _REPORTS.c.stories)
        query = select(*what).where(
            _REPORTS.c.model_seq == model_seq(version),
            _REPORTS.c.week >= first_week,
            _REPORTS.c.week <= last_week,
        )
        with reading(self._engine) as connection:
            feeds = {row.seq: row.key for row in connection.execute(select(_FEED.c.seq, _FEED.c.key))}
            rows = connection.execute(query.order_by(_REPORTS.c.key, _REPORTS.c.feed_seq)).all()
        counts = Counts.of((row.key, feeds[row.feed_seq], row.week, row.reports) for row in rows)
        return replace(counts, reports=np.array([row.stories for row in rows], dtype=np.float32))

    def changes(self, version: str, *, first_week: int, last_week: int) -> dict[int, int]:
        """Return how often the counts of each week of a closed range changed, for those that have any.

        One small row a week is read, however much was counted in it.
        """
        query = select(_COUNTED.c.week, _COUNTED.c.changes).where(
            _COUNTED.c.model_seq == model_seq(version),
            _COUNTED.c.week >= first_week,
            _COUNTED.c.week <= last_week,
        )
        with reading(self._engine) as connection:
            return {row.week: row.changes for row in connection.execute(query.order_by(_COUNTED.c.week))}

    def series(self, version: str, keys: Sequence[str], *, first_week: int, last_week: int) -> list[Series]:
        """Return the stories per week of some keys, a zero where nothing was counted."""
        labels, terms = parted(keys)
        query = select(_SERIES.c.key, _SERIES.c.week, _SERIES.c.stories).where(
            _SERIES.c.model_seq == model_seq(version),
            _SERIES.c.key.in_(labels),
            _SERIES.c.week >= first_week,
            _SERIES.c.week <= last_week,
        )
        counts: dict[str, list[int]] = {key: [0] * (last_week - first_week + 1) for key in keys}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                counts[row.key][row.week - first_week] = row.stories
        for term, days in self._of_terms(terms, first_week, last_week).items():
            for day, stories in days.items():
                counts[term][day // 7] += stories
        return [Series(key=key, first_week=first_week, stories=tuple(counts[key])) for key in keys]

    def known_from(self, version: str, keys: Sequence[str], *, first_week: int, last_week: int) -> int:
        """Return the first of some weeks from which on the stories of all these keys are known."""
        labels, terms = parted(keys)
        first = first_week
        if labels:
            counted = self.first_week(version)
            first = last_week + 1 if counted is None else max(first, counted)
        if terms:
            first = max(first, self._terms.known_from(terms, first_week=first_week, last_week=last_week))
        return min(first, last_week + 1)

    def unread(self, version: str, *, first_week: int, last_week: int) -> frozenset[int]:
        """Return the weeks of a closed range in which nothing was read: of them nothing is known.

        A week of polls that brought nothing is one of zeros; polls are remembered for a time only.
        """
        counted = self.changes(version, first_week=first_week, last_week=last_week)
        bare = [week for week in range(first_week, last_week + 1) if week not in counted]
        if not bare or (since := self.first_week(version)) is None:
            return frozenset(bare)
        polled = self._polled(max(bare[0], since), bare[-1]) if bare[-1] > since else set()
        return frozenset(week for week in bare if week < since or week not in polled)

    def unknown(self, version: str, key: str, *, first_week: int, last_week: int) -> frozenset[int]:
        """Return the weeks of a closed range of which the stories of a key are not known."""
        unread = self.unread(version, first_week=first_week, last_week=last_week)
        known = self.known_from(version, [key], first_week=first_week, last_week=last_week)
        return unread.union(range(first_week, known))

    def _polled(self, first_week: int, last_week: int) -> set[int]:
        """Return the weeks of a closed range in which a feed answered."""
        since, until = week_start(first_week), week_end(last_week)
        silent = (str(Outcome.FAILED), str(Outcome.RESTING))
        query = select(_FETCH.c.at).where(_FETCH.c.at >= since, _FETCH.c.at < until)
        with reading(self._engine) as connection:
            answered = connection.execute(query.where(_FETCH.c.outcome.not_in(silent))).scalars()
            return {week_number(at) for at in answered}

    def days(
        self, version: str, keys: Sequence[str], *, first_week: int, last_week: int
    ) -> tuple[int, list[Series]]:
        """Return the first week whose days are known of all these keys, and their stories per day from then.

        Days that do not add up to their week were counted before days were kept; so were all before them.
        The week is the one after the last where none is known; the series are empty then.
        """
        labels, terms = parted(keys)
        asked = (_SERIES.c.key.in_(labels), _SERIES.c.week >= first_week, _SERIES.c.week <= last_week)
        query = select(_SERIES).where(_SERIES.c.model_seq == model_seq(version), *asked)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(_SERIES.c.week)).mappings().all()
        days = {(row["key"], row["week"]): [row[day] for day in DAY_COLUMNS] for row in rows}
        partial = [row["week"] for row in rows if sum(days[row["key"], row["week"]]) != row["stories"]]
        first = max(partial, default=first_week - 1) + 1
        if terms:
            first = max(first, self._terms.known_from(terms, first_week=first_week, last_week=last_week))
        for term, counts in self._of_terms(terms, first_week, last_week).items():
            for day, stories in counts.items():
                of_week = days.setdefault((term, first_week + day // 7), [0] * len(DAY_COLUMNS))
                of_week[day % 7] += stories
        none = [0] * len(DAY_COLUMNS)
        return first, [
            Series(
                key=key,
                first_week=first,
                stories=tuple(n for week in range(first, last_week + 1) for n in days.get((key, week), none)),
            )
            for key in keys
        ]

    def by_feed(self, version: str, key: str, *, first_week: int, last_week: int) -> Counter[str]:
        """Return in how many stories each feed told of a key in some weeks, by feed key."""
        if is_term(key):
            return self._terms.by_feed(key, first_week=first_week, last_week=last_week)
        told = self.by_feed_weeks(version, key, first_week=first_week, last_week=last_week)
        return Counter({feed: sum(weeks) for feed, weeks in told.items()})

    def by_feed_weeks(
        self, version: str, key: str, *, first_week: int, last_week: int
    ) -> dict[str, tuple[int, ...]]:
        """Return how many stories of a key each feed told in each of some weeks, of feeds that told any."""
        counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
        if is_term(key):
            counts.update(self._terms.by_feed_weeks(key, first_week=first_week, last_week=last_week))
        else:
            query = (
                select(_FEED.c.key, _REPORTS.c.week, _REPORTS.c.reports)
                .join(_FEED, _FEED.c.seq == _REPORTS.c.feed_seq)
                .where(
                    _REPORTS.c.model_seq == model_seq(version),
                    _REPORTS.c.key == key,
                    _REPORTS.c.week.between(first_week, last_week),
                )
            )
            with reading(self._engine) as connection:
                for row in connection.execute(query):
                    counts[row.key][row.week] += int(row.reports)
        weeks = range(first_week, last_week + 1)
        # what was put right or corrected away leaves rows that count nothing
        told = {feed: tuple(weekly[week] for week in weeks) for feed, weekly in sorted(counts.items())}
        return {feed: weekly for feed, weekly in told.items() if any(weekly)}

    def _of_terms(self, terms: Sequence[str], first_week: int, last_week: int) -> dict[str, Counter[int]]:
        return self._terms.days(terms, first_week=first_week, last_week=last_week) if terms else {}

    def first_week(self, version: str) -> int | None:
        """Return the earliest week that has a count, None before any."""
        query = select(func.min(_COUNTED.c.week)).where(_COUNTED.c.model_seq == model_seq(version))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def feed_weeks(self) -> dict[str, int]:
        """Return the week each feed was first read, by feed key; before it there is only back-log."""
        query = select(_FEED.c.key, _FEED.c.first_success_at).where(_FEED.c.first_success_at.is_not(None))
        with reading(self._engine) as connection:
            return {row.key: week_number(row.first_success_at) for row in connection.execute(query)}

    def owners(self) -> dict[str, str]:
        """Return who publishes each feed, by feed key."""
        with reading(self._engine) as connection:
            return {row.key: row.owner for row in connection.execute(select(_FEED.c.key, _FEED.c.owner))}
