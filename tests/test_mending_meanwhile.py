"""Stories are put right while a poll changes the texts of their reports: no deadlock, and all is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from time import monotonic, sleep

import pytest
from sqlalchemy import text

from tests.seeds import NOW, an_item, claim_on, keep
from tests.steps import a_store_with, understand_all
from tests.test_pipeline_understand import recount_stories
from tests.test_understanding_meanwhile import only_postgresql
from trendwatch.pipeline.mending import mend_stories
from trendwatch.store import Store
from trendwatch.store.engine import reading, writing
from trendwatch.trends.series import TOTAL
from trendwatch.types.news import Item
from trendwatch.types.stories import Mend
from trendwatch.types.weeks import week_number

REPORTS = 300
HALF = REPORTS // 2
WEEK = week_number(NOW)
HOUR = timedelta(hours=1)
#: Seconds until both are held up, at most.
PATIENCE = 20.0


def one_story(store: Store) -> list[Item]:
    """Keep and understand a story that many reports tell in the same words."""
    title = "Orchard drone of Evora counts thirsty trees"
    items = [an_item(number, title=title) for number in range(REPORTS)]
    understand_all(a_store_with(store, items))
    assert len({story_of(store, item) for item in items}) == 1
    return items


def story_of(store: Store, item: Item) -> str:
    return store.items.get(item.id).story_id


def held_up(store: Store) -> int:
    """Return how many wait for a row that somebody else holds."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with reading(store._engine) as connection:
        return int(connection.execute(text(query)).scalar_one())


@contextmanager
def a_row_held(store: Store, item: Item) -> Iterator[None]:
    """Keep an item from everybody who would change it."""
    with writing(store._engine) as connection:
        query = text("SELECT seq FROM item WHERE id = :id FOR NO KEY UPDATE")
        connection.execute(query, {"id": item.id})
        yield


@only_postgresql
@pytest.mark.timeout(120)
@pytest.mark.parametrize("first", ["poll", "mend"])
def test_mending_and_a_poll_that_changes_texts_take_items_in_one_order(store: Store, first: str) -> None:
    """Both come upon a row in the middle that is held: who takes items the other way round has the rest."""
    items = one_story(store)
    whole = story_of(store, items[0])
    part = Mend(before=whole, after="part", items=tuple(one.id for one in items[HALF:]), merged=False)
    broken: list[str] = []

    def poll() -> None:
        told = [replace(item, summary="Said again") for item in items]
        keep(store, told[::-1], at=NOW + HOUR)  # a feed lists the latest first

    def mend() -> None:
        claim = claim_on(store, "understand", "all", at=NOW + HOUR)
        mend_stories(store, [part], versions=["v1"], claim=claim, now=NOW + HOUR)

    def going(work: Callable[[], None]) -> threading.Thread:
        def go() -> None:
            try:
                work()
            except Exception as error:
                broken.append(f"{work.__name__}: {error}")

        thread = threading.Thread(target=go)
        thread.start()
        return thread

    threads = []
    with a_row_held(store, items[HALF]):
        for count, work in enumerate((poll, mend) if first == "poll" else (mend, poll), 1):
            threads.append(going(work))
            until = monotonic() + PATIENCE
            while held_up(store) < count and monotonic() < until:
                sleep(0.01)
            assert held_up(store) == count, "nobody waited: the run proves nothing"
    for thread in threads:
        thread.join()
    assert broken == []
    assert [story_of(store, item) for item in items] == [whole] * HALF + ["part"] * HALF
    assert {store.items.get(item.id).item.summary for item in items} == {"Said again"}
    assert recount_stories(store)[TOTAL, WEEK] == 2
    [total] = store.series.series("v1", [TOTAL], first_week=WEEK, last_week=WEEK)
    assert sum(total.stories) == 2
