"""A tick in the background: a short synchronous job that asks for what is due.

The schedule itself is in the database (``next_fetch_at``, cutoffs, attempts), so a missed tick loses
nothing and a restart needs no memory. APScheduler only wakes us; its own job store is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from trendwatch.errors import StoreError

_log = structlog.get_logger()


@contextmanager
def ticking(tick: Callable[[], None], *, seconds: int) -> Iterator[BackgroundScheduler]:
    """Run a tick now and every so many seconds, one at a time, until the block ends.

    Leaving waits for a tick that is under way, so that a stop loses no work.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        lambda: guarded(tick),
        "interval",
        seconds=seconds,
        next_run_time=datetime.now(UTC),  # noqa: TID251 - when to wake up, not what time it is for the work
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        yield scheduler
    finally:
        scheduler.shutdown(wait=True)


def guarded(tick: Callable[[], None]) -> None:
    """Run a tick; what goes wrong is logged, and the next one tries again."""
    try:
        tick()
    except StoreError as error:
        _log.error("tick.failed", error=str(error))
    except Exception:
        _log.exception("tick.crashed")
