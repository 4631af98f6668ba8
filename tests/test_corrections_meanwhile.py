"""Corrections are made while news is read, stories are mended and others correct: no count is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from time import sleep
from typing import Any

import pytest
from sqlalchemy import event

from tests.seeds import NOW, a_feed, a_taxonomy, an_item, keep
from tests.steps import a_memory, analyse_all, understand_all, understood
from tests.test_store_overruling import FIRST, SECOND, THIRD, TITLES, carrying, counted, listed
from trendwatch.errors import InputError
from trendwatch.pipeline.correct import Seen, correct
from trendwatch.store import Store

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
DRONES = "area:drones"


@pytest.fixture
def filled(store: Store) -> Store:
    understood(store, TITLES)
    return store


def say(store: Store, item: str, *, by: str = "ada", seen: Seen | None = None, **what: Sequence[str]) -> None:
    correct(store, a_taxonomy(), item, by=by, now=NOW, seen=seen, **what)  # type: ignore[arg-type]


def shown(store: Store, item: str) -> Seen:
    labels = frozenset(tag.full_key for tag in store.items.get(item).tags)
    return Seen(labels, store.corrections.judged([item]).get(item, frozenset()))


def a_copy(store: Store, feed: str, number: int) -> str:
    """Keep another paper's report of the first story; return its id."""
    store.feeds.sync([a_feed(), a_feed("herald"), a_feed("wire")])
    later = NOW + number * HOUR
    copy = an_item(number, feed=feed, title=TITLES[0], at=later)
    keep(store, [copy], at=later)
    return copy.id


def once(store: Any, name: str, before: Callable[[], object]) -> None:
    """Do something right before a method of a part of the store is called for the first time."""
    real, todo = getattr(store, name), [before]

    def method(*arguments: Any, **more: Any) -> Any:
        if todo:
            todo.pop()()
        return real(*arguments, **more)

    setattr(store, name, method)


def test_a_word_on_a_story_while_its_next_report_is_counted(filled: Store) -> None:
    copy = a_copy(filled, "herald", 1)
    once(filled.understanding, "write", partial(say, filled, FIRST, none=["area"]))
    understand_all(filled, now=NOW + 2 * HOUR)
    assert filled.items.get(copy).story_id == filled.items.get(FIRST).story_id
    assert counted(filled, DRONES) == listed(filled, DRONES) == 2  # the copy says it, nobody struck that


def test_a_word_taken_back_while_the_next_report_is_counted(filled: Store) -> None:
    say(filled, FIRST, none=["area"])
    a_copy(filled, "herald", 1)
    once(filled.understanding, "write", partial(filled.corrections.undo, FIRST))
    understand_all(filled, now=NOW + 2 * HOUR)
    assert counted(filled, DRONES) == listed(filled, DRONES) == 2


def at_once(store: Store, *deeds: Callable[[], object]) -> None:
    """Do things on connections of their own; whoever is done first waits before it commits."""
    pauses, failed = [0.5], []

    def pause(_connection: object) -> None:
        if pauses:
            sleep(pauses.pop())

    def doing(deed: Callable[[], object]) -> None:
        try:
            deed()
        except Exception as error:
            failed.append(error)

    event.listen(store._engine, "commit", pause)
    threads = [threading.Thread(target=doing, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    event.remove(store._engine, "commit", pause)
    assert failed == []


def test_two_words_on_one_story_at_once(filled: Store) -> None:
    copy = a_copy(filled, "herald", 1)
    understand_all(filled, now=NOW + 2 * HOUR)
    assert counted(filled, DRONES) == 2
    at_once(filled, *(partial(say, filled, item, none=["area"]) for item in (FIRST, copy)))
    assert counted(filled, DRONES) == listed(filled, DRONES) == 1
    at_once(filled, *(partial(filled.corrections.undo, item) for item in (FIRST, copy)))
    assert counted(filled, DRONES) == listed(filled, DRONES) == 2


def test_words_and_a_batch_of_one_story_at_once(filled: Store) -> None:
    copies = [a_copy(filled, "herald", 1)]
    understand_all(filled, now=NOW + 2 * HOUR)
    copies.append(a_copy(filled, "wire", 3))
    reads = partial(understand_all, filled, memory=a_memory(), now=NOW + 4 * HOUR)
    words = [partial(say, filled, item, none=["area"]) for item in (FIRST, *copies)]
    at_once(filled, *words, reads)
    understand_all(filled, now=NOW + 5 * HOUR)
    assert carrying(filled, DRONES) == {SECOND}
    assert counted(filled, DRONES) == listed(filled, DRONES) == 1


def test_taken_back_after_the_week_was_judged_it_is_shown_but_stands_under_no_number(filled: Store) -> None:
    say(filled, FIRST, none=["area"])
    analyse_all(filled, now=NOW + 8 * DAY)
    filled.corrections.undo(FIRST)
    assert FIRST in carrying(filled, DRONES)
    assert counted(filled, DRONES) == listed(filled, DRONES) == 1
    say(filled, FIRST, none=["area"])
    say(filled, FIRST, add=[DRONES])  # said right after all: shown, and in no number of a judged week
    assert FIRST in carrying(filled, DRONES)
    assert counted(filled, DRONES) == listed(filled, DRONES) == 1
    filled.corrections.undo(FIRST)
    assert counted(filled, DRONES) == listed(filled, DRONES) == 1


def test_two_who_add_to_one_facet_at_once_both_do(filled: Store) -> None:
    add = partial(say, filled, THIRD)
    at_once(filled, partial(add, add=["area:iot"]), partial(add, add=[DRONES], by="bob"))
    assert {"area:iot", DRONES} <= {tag.full_key for tag in filled.items.get(THIRD).tags}


def test_two_who_add_to_an_item_that_waits_to_be_read_both_do(filled: Store) -> None:
    copy = a_copy(filled, "herald", 1)
    say(filled, copy, add=["area:iot"])
    say(filled, copy, add=[DRONES], by="bob")
    assert filled.corrections.all()[-1].labels == {"area:iot", DRONES}
    understand_all(filled, now=NOW + 2 * HOUR)
    assert {"area:iot", DRONES} <= {tag.full_key for tag in filled.items.get(copy).tags}


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ({"remove": [DRONES]}, {"add": ["area:iot"]}, r"\(ada\) that area:drones is wrong"),
        ({"add": ["area:iot"]}, {"remove": [DRONES]}, r"\(ada\) that area:drones is right"),
        ({"add": ["area:iot"]}, {"none": ["area"]}, r"\(ada\) that area:drones, area:iot is right"),
        ({"none": ["area"]}, {}, r"\(ada\) that area:drones is wrong"),
        ({"none": ["sector"]}, {"add": ["sector:retail"]}, r"\(ada\) that sector:agriculture is wrong"),
    ],
)
def test_from_one_page_a_word_against_a_word_is_refused(
    filled: Store, first: dict[str, list[str]], second: dict[str, list[str]], message: str
) -> None:
    page = shown(filled, FIRST)
    say(filled, FIRST, **first)
    before = filled.corrections.all()
    with pytest.raises(InputError, match=message):
        say(filled, FIRST, by="bob", seen=page, **second)
    assert filled.corrections.all() == before
    say(filled, FIRST, by="bob", seen=shown(filled, FIRST), **second)


def test_from_one_page_what_both_add_is_kept(filled: Store) -> None:
    page = shown(filled, THIRD)
    say(filled, THIRD, add=["area:iot"])
    say(filled, THIRD, add=[DRONES], by="bob", seen=page)
    assert filled.corrections.all()[-1].labels == {DRONES, "area:iot"}


def test_a_word_while_its_week_is_judged_is_judged_with_it_or_not_at_all(filled: Store) -> None:
    once(filled.trends, "write", partial(say, filled, FIRST, none=["area"]))
    judged: list[int] = []
    columns = filled.series.columns

    def read(*asked: Any, **more: Any) -> Any:
        judged.append(counted(filled, DRONES))
        return columns(*asked, **more)

    filled.series.columns = read  # type: ignore[method-assign]
    analyse_all(filled, now=NOW + 8 * DAY)
    assert judged[-1] == counted(filled, DRONES) == listed(filled, DRONES) == 1
