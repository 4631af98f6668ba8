"""Digests that are due and not made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sample_digest import BUSINESS
from tests.seeds import NOW, a_digest, a_feed, an_edition, claim_on
from trendwatch.advice.schedule import cutoffs
from trendwatch.pipeline.overdue import GRACE, overdue, unpolled
from trendwatch.store import Store
from trendwatch.store.feeds import FeedHealth
from trendwatch.types.news import FeedState

SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)


@pytest.mark.parametrize(
    ("after", "frequency", "late"),
    [
        (GRACE - SECOND, "weekly", 0),
        (GRACE, "weekly", 1),
        # those before the newest were not made either
        (3 * WEEK + GRACE, "weekly", 4),
        (GRACE, "paused", 0),
    ],
)
def test_a_digest_is_late_an_hour_after_its_slot(
    store: Store, after: timedelta, frequency: str, *, late: int
) -> None:
    slot = cutoffs(BUSINESS, NOW - WEEK, NOW)[-1]
    for number in (3, 2, 1):
        kept(store, f"2020-W0{number}", slot - number * WEEK)
    business = replace(BUSINESS, frequency=frequency)
    assert overdue(store, [business], now=slot + after) == ({BUSINESS.key: late} if late else {})


def test_a_digest_that_was_made_is_not_late_nor_is_a_first_one(store: Store) -> None:
    slot = cutoffs(BUSINESS, NOW - WEEK, NOW)[-1]
    assert overdue(store, [BUSINESS], now=slot + GRACE) == {}
    kept(store, "2020-W01", slot - WEEK)
    kept(store, "2020-W02", slot)
    assert overdue(store, [BUSINESS], now=slot + GRACE) == {}


@pytest.mark.parametrize(
    ("due_since", "polled", "stopped"),
    [
        (GRACE, 3 * GRACE, True),
        # not due for an hour yet
        (GRACE - SECOND, 3 * GRACE, False),
        # it waits for its turn: others are asked
        (3 * GRACE, GRACE - SECOND, False),
        (-GRACE, 30 * GRACE, False),
    ],
)
def test_nobody_polls_where_feeds_are_due_and_none_was_asked_for_an_hour(
    due_since: timedelta, polled: timedelta, *, stopped: bool
) -> None:
    def health(key: str, *, asked: timedelta, enabled: bool = True) -> FeedHealth:
        state = FeedState(feed_key=key, polled_at=NOW - asked, next_fetch_at=NOW - due_since)
        return FeedHealth(replace(a_feed(key), enabled=enabled), state, 0, None)

    feeds = [health("a", asked=polled), health("b", asked=9 * polled)]
    said = unpolled([*feeds, health("off", asked=timedelta(0), enabled=False)], now=NOW)
    assert bool(said) is stopped
    assert not stopped or "2 of 2 are due" in said
    assert unpolled([], now=NOW) == ""


def kept(store: Store, period: str, cutoff: object) -> None:
    digest = a_digest(BUSINESS.key, cutoff=cutoff, period=period)  # type: ignore[arg-type]
    claim = claim_on(store, "compose", f"business:{BUSINESS.key}")
    store.editions.freeze(an_edition(digest.cutoff), claim=claim, now=NOW)
    store.digests.add(digest, [], claim=claim, now=NOW)
    store.leases.release(claim)
