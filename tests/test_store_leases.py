"""Leases: one holder at a time, fenced writes, take-over after a crash (D1, S5)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from trendwatch.errors import LeaseLost
from trendwatch.store import Store
from trendwatch.types.work import Claim

NOW = datetime(2025, 3, 3, 6, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


def claimed(store: Store, *, at: datetime = NOW) -> Claim:
    claim = store.claim("poll", "example.org", now=at, lease=LEASE)
    assert claim is not None
    return claim


def test_only_one_holder_at_a_time(store: Store) -> None:
    claimed(store)
    assert store.claim("poll", "example.org", now=NOW + LEASE / 2, lease=LEASE) is None


def test_other_partitions_and_steps_are_free(store: Store) -> None:
    claimed(store)
    assert store.claim("poll", "example.com", now=NOW, lease=LEASE) is not None
    assert store.claim("send", "example.org", now=NOW, lease=LEASE) is not None


def test_a_dead_holder_is_replaced_when_its_lease_ends(store: Store) -> None:
    first = claimed(store)
    second = claimed(store, at=NOW + LEASE)
    assert second.token > first.token


def test_released_is_free_at_once(store: Store) -> None:
    store.leases.release(claimed(store))
    claimed(store, at=NOW)


def test_a_late_release_does_not_free_the_new_holder(store: Store) -> None:
    old = claimed(store)
    claimed(store, at=NOW + LEASE)
    store.leases.release(old)
    assert store.claim("poll", "example.org", now=NOW + LEASE, lease=LEASE) is None


def test_a_write_under_a_lost_lease_is_refused(store: Store) -> None:
    old = claimed(store)
    claimed(store, at=NOW + LEASE)
    with pytest.raises(LeaseLost, match=r"poll/example\.org"), store.leases.under(old):
        pytest.fail("the transaction must not begin")


def test_an_expired_lease_nobody_took_may_still_write(store: Store) -> None:
    with store.leases.under(claimed(store)):
        pass


def test_renewing_keeps_others_out(store: Store) -> None:
    claim = store.leases.renew(claimed(store), now=NOW + LEASE / 2, lease=LEASE)
    assert claim.until == NOW + LEASE * 1.5
    assert store.claim("poll", "example.org", now=NOW + LEASE, lease=LEASE) is None


def test_held_until_says_when_the_first_running_claim_ends(store: Store) -> None:
    assert store.leases.held_until("poll", now=NOW) is None
    claimed(store)
    assert store.leases.held_until("poll", now=NOW) == NOW + LEASE
    assert store.leases.held_until("poll", now=NOW + LEASE) is None


def test_of_many_claimants_at_once_one_wins(store: Store) -> None:
    won: list[Claim] = []
    start = threading.Barrier(4)

    def claimant() -> None:
        start.wait()
        claim = store.claim("understand", "all", now=NOW, lease=LEASE)
        if claim is not None:
            won.append(claim)

    threads = [threading.Thread(target=claimant) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
