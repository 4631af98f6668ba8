"""A lease is renewed for as long as the work lasts, and not longer (D1)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from trendwatch.pipeline.holding import held
from trendwatch.store import Store

LEASE = timedelta(seconds=0.3)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - leases need time to pass


def test_d1_a_lease_outlives_its_length_while_the_work_lasts(store: Store) -> None:
    claim = store.claim("learn", "all", now=now(), lease=LEASE)
    assert claim is not None
    with held(store, claim, clock=now, lease=LEASE):
        ends = now() + 4 * LEASE
        while now() < ends:
            time.sleep(0.02)
        until = store.leases.held_until("learn", now=claim.until - LEASE)
        assert until is not None
        assert until > claim.until + 2 * LEASE
    assert store.claim("learn", "all", now=now(), lease=LEASE) is not None


def test_d1_a_lease_that_was_lost_is_not_taken_back(store: Store) -> None:
    claim = store.claim("learn", "all", now=now() - 2 * LEASE, lease=LEASE)
    assert claim is not None
    other = store.claim("learn", "all", now=now(), lease=timedelta(hours=1))
    assert other is not None
    with held(store, claim, clock=now, lease=LEASE):
        time.sleep(LEASE.total_seconds())
    until = store.leases.held_until("learn", now=now())
    assert until == other.until
