"""Digests that are due and not made."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sample_digest import BUSINESS
from tests.seeds import NOW, a_digest, an_edition, claim_on
from trendwatch.advice.schedule import cutoffs
from trendwatch.pipeline.overdue import GRACE, overdue
from trendwatch.store import Store

SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)


@pytest.mark.parametrize(
    ("after", "frequency", "late"),
    [
        (GRACE - SECOND, "weekly", False),
        (GRACE, "weekly", True),
        (3 * WEEK + GRACE, "weekly", True),
        (GRACE, "paused", False),
    ],
)
def test_a_digest_is_late_an_hour_after_its_slot(
    store: Store, after: timedelta, frequency: str, *, late: bool
) -> None:
    slot = cutoffs(BUSINESS, NOW - WEEK, NOW)[-1]
    for number in (3, 2, 1):
        kept(store, f"2020-W0{number}", slot - number * WEEK)
    business = replace(BUSINESS, frequency=frequency)
    assert overdue(store, [business], now=slot + after) == ((BUSINESS.key,) if late else ())


def test_a_digest_that_was_made_is_not_late_nor_is_a_first_one(store: Store) -> None:
    slot = cutoffs(BUSINESS, NOW - WEEK, NOW)[-1]
    assert overdue(store, [BUSINESS], now=slot + GRACE) == ()
    kept(store, "2020-W01", slot - WEEK)
    kept(store, "2020-W02", slot)
    assert overdue(store, [BUSINESS], now=slot + GRACE) == ()


def kept(store: Store, period: str, cutoff: object) -> None:
    digest = a_digest(BUSINESS.key, cutoff=cutoff, period=period)  # type: ignore[arg-type]
    claim = claim_on(store, "compose", f"business:{BUSINESS.key}")
    store.editions.freeze(an_edition(digest.cutoff), claim=claim, now=NOW)
    store.digests.add(digest, [], claim=claim, now=NOW)
    store.leases.release(claim)
