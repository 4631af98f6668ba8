"""Texts change while they are understood: two that write the same rows never wait for each other for ever."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, an_item, keep
from tests.steps import a_memory, understand_all
from trendwatch.errors import TrendwatchError
from trendwatch.store import Store

#: In 12 rounds 8 broke off while each locked rows in an order of its own.
ROUNDS = int(os.environ.get("TRENDWATCH_MEANWHILE_ROUNDS", "4"))
ITEMS = 240
#: SQLite has one writer, who waits for nobody in a circle: there such a test could not fail.
only_postgresql = pytest.mark.parametrize("store", ["postgresql"], indirect=True)


@only_postgresql
def test_a_poll_that_changes_texts_and_their_understanding_go_on_together(store: Store) -> None:
    store.feeds.sync([a_feed()])
    store.models.adopt(a_model("v1"), since=NOW - timedelta(days=400))
    broken: list[str] = []
    for number in range(ROUNDS):
        at = NOW + timedelta(hours=number)
        items = [
            an_item(
                number * 1000 + place,
                at=at,
                title=f"Robot {number} {place} harvests berry {place * 7} in town {place * 3}",
                published_at=at - timedelta(seconds=place),
            )
            for place in range(ITEMS)
        ]
        keep(store, items, at=at)
        understood = threading.Event()

        def poll(items=items, at=at, understood=understood) -> None:  # type: ignore[no-untyped-def]
            said = 0
            while not understood.is_set():
                said += 1
                try:
                    keep(store, [replace(item, summary=f"Said {said}") for item in items], at=at)
                except TrendwatchError as error:
                    broken.append(str(error))

        polling = threading.Thread(target=poll)
        polling.start()
        try:
            understand_all(store, memory=a_memory(), now=at)
        finally:
            understood.set()
            polling.join()
    assert broken == []
    assert store.understanding.count_waiting("v1") == 0
