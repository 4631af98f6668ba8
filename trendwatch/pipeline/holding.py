"""Hold a lease for as long as the work under it lasts: a thread renews it, and a dead process renews nothing.

A step that works in pieces renews its lease between two of them. One that computes for a minute on end
cannot, and a lease as long as the longest computation would keep a killed process's work from all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import structlog

from trendwatch.errors import LeaseLost, StoreError
from trendwatch.store import Store
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Renewed so many times within a lease: one renewal may fail.
_TIMES = 3


@contextmanager
def held(store: Store, claim: Claim, *, clock: Clock, lease: timedelta) -> Iterator[None]:
    """Keep a claim while the block runs, then give it back."""
    over = Event()
    renewing = Thread(
        target=_renew, args=(store, claim), kwargs={"over": over, "clock": clock, "lease": lease}, daemon=True
    )
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
        store.leases.release(claim)


def _renew(store: Store, claim: Claim, *, over: Event, clock: Clock, lease: timedelta) -> None:
    while not over.wait(lease.total_seconds() / _TIMES):
        try:
            store.leases.renew(claim, now=clock(), lease=lease)
        except LeaseLost:
            return  # the machine slept; two processes now do the same, and the later result counts
        except StoreError as error:
            _log.warning("lease.not_renewed", step=claim.step, error=str(error))
