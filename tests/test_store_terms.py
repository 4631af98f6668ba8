"""The terms told last: what is read to list them does not grow with all that was ever told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, text

from tests.seeding import a_trend
from tests.seeds import NOW
from tests.steps import a_store_with
from tests.test_store_trends import keep_trends
from trendwatch.store import Store
from trendwatch.store.engine import reading, writing
from trendwatch.types.places import TrendPlace, trend_order, trends_after
from trendwatch.types.trends import Trend, TrendKind
from trendwatch.types.weeks import parse_week, week_number

WEEK = week_number(NOW)
PAGE = 10
#: Terms of a week; half of them were told the week before, too.
TOLD = 12


def a_term(word: str, week: int, *, strength: float) -> Trend:
    return replace(a_trend("area:vr", week, strength=strength, stories=5), kind=TrendKind.TERM, key=word)


def history(store: Store, weeks: int) -> list[Trend]:
    """Keep what was told in so many weeks, and return it."""
    told = []
    for back in range(weeks):
        words = range((weeks - back) * TOLD // 2, (weeks - back) * TOLD // 2 + TOLD)
        terms = [a_term(f"Wört {n:05}", WEEK - back, strength=1.0 + n % 3) for n in words]
        keep_trends(store, WEEK - back, [*terms, a_trend("area:vr", WEEK - back, strength=1.0, stories=5)])
        told += terms
    return told


def pages(store: Store, limit: int) -> list[Trend]:
    place: TrendPlace | None = None
    found: list[Trend] = []
    while True:
        shown, place = store.terms.latest("v1", limit=limit, after=place)
        found += shown
        if place is None:
            return found


def in_memory(told: list[Trend], upto: int, after: TrendPlace | None, limit: int) -> Any:
    """Return what the store is asked for, out of all that was told."""
    last: dict[str, Trend] = {}
    for trend in sorted(told, key=trend_order):
        if parse_week(trend.week) <= upto:
            last.setdefault(trend.key, trend)
    return trends_after(list(last.values()), after, limit=limit)


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_each_term_is_told_once_the_latest_and_clearest_first(store: Store, limit: int) -> None:
    told = history(a_store_with(store, []), 6)
    assert pages(store, limit) == in_memory(told, WEEK, None, 10_000)[0]


def test_a_term_told_again_between_two_pages_stays_where_it_was(store: Store) -> None:
    told = history(a_store_with(store, []), 4)
    _, place = store.terms.latest("v1", limit=PAGE)
    assert place is not None
    again = [a_term(one.key, WEEK + 1, strength=9.0) for one in told[-3:]]
    keep_trends(store, WEEK + 1, again)
    assert store.terms.latest("v1", limit=PAGE, after=place) == in_memory(told, WEEK, place, PAGE)
    assert store.terms.latest("v1", limit=3)[0] == sorted(again, key=trend_order)


def test_keys_stand_in_one_order_whatever_the_language_of_the_database(store: Store) -> None:
    a_store_with(store, [])
    keep_trends(store, WEEK, [a_term(word, WEEK, strength=1.0) for word in ("a b", "Ab", "ab", "äb", "a-c")])
    keys = [one.key for one in pages(store, 2)]
    assert keys == sorted(keys)


def work(store: Store, ask: Any) -> int:
    """Return how much a database does for a question: rows read, or on SQLite the steps of its machine."""
    if store._engine.dialect.name == "postgresql":
        asked: list[tuple[str, Any]] = []
        event.listen(
            store._engine,
            "before_cursor_execute",
            lambda _c, _u, sql, values, *_: asked.append((sql, values)),
        )
        ask()
        [(sql, values)] = [one for one in asked if " trend" in one[0]]
        with reading(store._engine) as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", values).scalar_one()
        return rows_of((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    def watch(_connection: Any, cursor: Any, *_: Any) -> None:
        cursor.connection.set_progress_handler(count, 1)

    event.listen(store._engine, "before_cursor_execute", watch)
    ask()
    event.remove(store._engine, "before_cursor_execute", watch)
    return steps


def rows_of(plan: dict[str, Any]) -> int:
    """Return the rows that a plan's nodes gave or threw away."""
    mine = (
        plan["Actual Rows"]
        + plan.get("Rows Removed by Filter", 0)
        + plan.get("Rows Removed by Join Filter", 0)
    )
    return int(mine * plan["Actual Loops"]) + sum(map(rows_of, plan.get("Plans", ())))


def test_a_page_costs_the_same_after_a_year_and_after_ten(store: Store) -> None:
    a_store_with(store, [])
    costs = []
    for weeks in (52, 520):
        history(store, weeks)
        with writing(store._engine) as connection:
            connection.execute(text("ANALYZE"))
        _, place = store.terms.latest("v1", limit=PAGE)
        assert place is not None
        costs.append(
            [
                work(store, lambda: store.terms.latest("v1", limit=PAGE)),
                work(store, lambda place=place: store.terms.latest("v1", limit=PAGE, after=place)),  # type: ignore[misc]
            ]
        )
    for year, ten in zip(*costs, strict=True):
        assert ten < 1.5 * year
