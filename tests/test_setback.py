"""A digest that met a bug of ours is tried again: soon, then seldom, and from one edition."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_business
from trendwatch.advice.schedule import LATE, Due
from trendwatch.pipeline.setback import SAME_CUTOFF, WAITS, after_crash, tried_again
from trendwatch.store import Store
from trendwatch.types.work import Setback

BAKERY = a_business()
MINUTE = timedelta(minutes=1)


def a_due(**values: object) -> Due:
    defaults: dict[str, object] = {"cutoff": NOW, "since": NOW - LATE, "period": "2025-W10"}
    return Due(**(defaults | values))  # type: ignore[arg-type]


def test_the_waits_grow_to_an_hour() -> None:
    setback, waits = None, []
    for _ in range(6):
        setback = after_crash("bakery", NOW, setback, now=NOW)
        waits.append((setback.not_before - NOW) / MINUTE)
    assert waits == [0, 5, 15, 60, 60, 60]


@pytest.mark.parametrize(
    ("not_before", "waits"),
    [(-1, False), (0, False), (1, True), (60, True), (61, False)],  # further, a clock was wrong
)
def test_it_waits_its_time(not_before: int, waits: bool) -> None:
    setback = Setback(business_key="x", cutoff=NOW, crashes=3, not_before=NOW + not_before * MINUTE)
    assert (tried_again(a_due(), BAKERY, setback, first=False, now=NOW) is None) is waits


@pytest.mark.parametrize(
    ("first", "ago", "same"),
    [
        (True, timedelta(minutes=5), True),
        (True, SAME_CUTOFF, False),  # a day's news would be missing
        (True, -MINUTE, False),  # a clock that was fast
        (False, timedelta(minutes=5), False),  # a slot is where the schedule says
    ],
)
def test_a_first_issue_keeps_its_cutoff_for_a_day(first: bool, ago: timedelta, same: bool) -> None:
    before = Setback(business_key="x", cutoff=NOW - ago, crashes=1, not_before=NOW)
    found = tried_again(a_due(), BAKERY, before, first=first, now=NOW)
    cutoff = NOW - ago if same else NOW
    assert found == a_due(cutoff=cutoff, since=cutoff - LATE)


def test_the_store_keeps_the_last_one_of_each_business(store: Store) -> None:
    one = after_crash("bakery", NOW, None, now=NOW)
    two = after_crash("bakery", NOW, one, now=NOW + MINUTE)
    other = after_crash("mill", NOW, None, now=NOW)
    for each in (one, two, other):
        store.setbacks.put(each)
    assert store.setbacks.all() == {"bakery": two, "mill": other}
    store.erasure.erase("bakery", now=NOW)
    assert store.setbacks.all() == {"mill": other}


def test_waits_never_grow_past_what_a_fast_clock_is_told_by() -> None:
    assert max(WAITS) == WAITS[-1]
