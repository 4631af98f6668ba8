"""A tick in the background: a short synchronous job that asks for what is due.

The schedule itself is in the database (``next_fetch_at``, cutoffs, attempts), so a missed tick loses
nothing and a restart needs no memory. APScheduler only wakes us; its own job store is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from trendwatch.errors import TrendwatchError

_log = structlog.get_logger()


@contextmanager
def ticking(steps: Sequence[Callable[[], object]], *, seconds: int) -> Iterator[BackgroundScheduler]:
    """Run the steps in order, now and every so many seconds, one tick at a time, until the block ends.

    Leaving waits for a tick that is under way, so that a stop loses no work.
    """
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        lambda: tick(steps),
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


def tick(steps: Sequence[Callable[[], object]]) -> None:
    """Run steps one after the other; one that goes wrong is logged and stops none of the others."""
    for step in steps:
        try:
            step()
        except TrendwatchError as error:
            _log.error("step.failed", step=step.__name__, error=str(error))
        except Exception:
            _log.exception("step.crashed", step=step.__name__)
