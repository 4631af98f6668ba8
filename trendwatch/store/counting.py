"""Counts per week: adding what a batch, a move or a correction comes to.

What is added is worked out of what is counted, so of two who do so at once, one would be lost. Batches,
moves and judgements are worked out before their transaction, and kept in one that first looks whether
anything was counted since (``times_counted``); if so, they are worked out anew. Corrections are small, and
worked out within theirs. Each of these transactions has counts to itself (``alone``) from its beginning, its
lease apart: rows of counts are shared by all stories, so who locked stories one by one could wait for another
who waits for him.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, text

from trendwatch.store.statements import insert, table
from trendwatch.store.tables import ReportsRow, SeriesRow
from trendwatch.store.trend_tables import CountedRow
from trendwatch.types.stories import Understood
from trendwatch.types.weeks import DAYS

#: Of a series, Monday first.
DAY_COLUMNS = tuple(day.lower() for day in DAYS)
_NO_DAYS = dict.fromkeys(DAY_COLUMNS, 0)
_COUNTED = table(CountedRow)


def alone(connection: Connection) -> None:
    """Let nobody else change counts, or what counts, until the end of the transaction."""
    if connection.dialect.name == "postgresql":  # SQLite has one writer anyway
        connection.execute(text("LOCK TABLE counted IN SHARE ROW EXCLUSIVE MODE"))


def times_counted(connection: Connection, *, model: Any, week: int | None = None) -> int:
    """Return a number that grows whenever what a version counts changes, in one week or in any."""
    query = select(func.coalesce(func.sum(_COUNTED.c.changes), 0)).where(_COUNTED.c.model_seq == model)
    if week is not None:
        query = query.where(_COUNTED.c.week == week)
    return int(connection.execute(query).scalar_one())


def write_counts(connection: Connection, batch: Understood, feeds: Mapping[str, int], *, model: int) -> None:
    """Add what a batch counts to what a model version has counted."""
    series = _series_values(batch, model)
    first = batch.report_counts if batch.first_counts is None else batch.first_counts
    reports = [
        {
            "model_seq": model,
            "key": key,
            "week": week,
            "feed_seq": feeds[feed],
            "reports": n,
            "stories": first.get((key, week, feed), 0),
        }
        for (key, week, feed), n in sorted(batch.report_counts.items())
    ]
    weeks = sorted({row["week"] for row in series} | {week for _, week, _ in batch.report_counts})
    _add_up(connection, SeriesRow, ("stories", *DAY_COLUMNS), values=series)
    _add_up(connection, ReportsRow, ("reports", "stories"), values=reports)
    note_weeks(connection, weeks, model=model)


def note_weeks(connection: Connection, weeks: Iterable[int], *, model: int) -> None:
    """Note that something changed of what is counted in some weeks."""
    changed = [{"model_seq": model, "week": week, "changes": 1} for week in sorted(weeks)]
    _add_up(connection, CountedRow, ("changes",), values=changed)


def _series_values(batch: Understood, model: int) -> list[dict[str, Any]]:
    """Return the rows of the series; a story may move within a week, so days can change where it does not."""
    rows = {
        (key, week): {"model_seq": model, "key": key, "week": week, "stories": n, **_NO_DAYS}
        for (key, week), n in batch.story_counts.items()
    }
    for (key, week, day), n in batch.day_counts.items():
        if (row := rows.get((key, week))) is None:
            row = {"model_seq": model, "key": key, "week": week, "stories": 0, **_NO_DAYS}
            rows[key, week] = row
        row[DAY_COLUMNS[day]] = n
    return [rows[at] for at in sorted(rows)]


def _add_up(connection: Connection, row: Any, counts: Sequence[str], *, values: list[dict[str, Any]]) -> None:
    """Add counts to the rows that have them, and make those that are new."""
    if not values:
        return
    statement, columns = insert(connection, row), table(row).c
    keys = [column.name for column in table(row).primary_key]
    added = {count: columns[count] + statement.excluded[count] for count in counts}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=added), values)
