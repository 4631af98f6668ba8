"""kill -9 at random points of composing, one to four processes at it (D1).

Each round is a week in which a dozen businesses are due. Processes compose, all are killed once a random
number of digests is there, and one that is started afterwards ends the week. Then every business has one
digest of it, with what it showed and its delivery, and that digest is the one its frozen edition gives.

TRENDWATCH_KILLS=200 is the whole campaign.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess

from tests.seeds import NOW, a_business, a_taxonomy
from tests.test_pipeline_compose import a_world, ready, told_twice
from tests.test_send_kill import place  # noqa: F401  a fixture
from trendwatch.pipeline.compose import compose_due, rebuild
from trendwatch.store import Store
from trendwatch.types.delivery import Channel

KILLS = int(os.environ.get("TRENDWATCH_KILLS", "3"))
SEED = int(os.environ.get("TRENDWATCH_SEED", "11"))
WORKERS = 4
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
#: Short, so that what a killed process held is soon another's.
LEASE = timedelta(seconds=1)
BUSINESSES = [
    a_business(
        f"b{number:02d}", areas=("iot", "drones"), email=f"owner@b{number:02d}.example", quiet_week="note"
    )
    for number in range(12)
]


@dataclass(frozen=True)
class Running:
    """A clock that runs from a time on."""

    start: datetime
    began: float

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=time.time() - self.began)


def compose_all(store: Store, clock: Running) -> None:
    compose_due(
        store,
        BUSINESSES,
        a_taxonomy(),
        channel=Channel.OUTBOX,
        config_hash="c0ffee",
        clock=clock,
        lease=LEASE,
    )


def work(url: str, clock: Running) -> None:
    """Compose what is due, again and again."""
    store = Store.open(url)
    while True:
        compose_all(store, clock)


def made(store: Store, cutoff: datetime) -> int:
    return sum(cutoff in store.digests.issues_of(one.key).values() for one in BUSINESSES)


def killed_at_work(url: str, store: Store, clock: Running, *, workers: int, chance: random.Random) -> int:
    """Let processes compose, kill them all at a random point, and return how many digests were there."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.test_compose_kill"])
    crew: list[BaseProcess] = [
        context.Process(target=work, args=(url, clock), daemon=True) for _ in range(workers)
    ]
    for process in crew:
        process.start()
    cutoff, enough = due_at(clock), chance.randrange(len(BUSINESSES) - 1)
    deadline = time.monotonic() + 30
    while made(store, cutoff) < enough and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.02))
    for process in crew:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
    for process in crew:
        process.join()
    return made(store, cutoff)


def due_at(clock: Running) -> datetime:
    """Return when digests of its week are cut: Monday 07:00 UTC, an hour before it starts."""
    return clock.start - timedelta(hours=1)


def test_d1_kill_9_while_one_to_four_processes_compose(place: str) -> None:  # noqa: F811
    chance = random.Random(SEED)
    store = a_world(Store.open(place))
    compose_all(store, Running(NOW, time.time()))  # their welcome issues
    cut_short = 0
    for number in range(1, KILLS + 1):
        now = NOW + number * WEEK
        ready(store, told_twice(10 + number, now - DAY), now)
        clock = Running(now, time.time())
        there = killed_at_work(place, store, clock, workers=1 + number % WORKERS, chance=chance)
        cut_short += there < len(BUSINESSES)
        deadline = time.monotonic() + 30
        while made(store, due_at(clock)) < len(BUSINESSES) and time.monotonic() < deadline:
            compose_all(store, clock)
    periods = Counter[str]()
    for business in BUSINESSES:
        digests = store.digests.of(business.key, limit=KILLS + 9)
        deliveries = store.deliveries.of(business.key, limit=KILLS + 9)
        periods.update(digest.period for digest in digests)
        assert len(digests) == len({one.period for one in digests}) == KILLS + 1
        assert sorted(one.period for one in deliveries) == sorted(one.period for one in digests)
        assert len({one.id for one in deliveries}) == len(deliveries)
    for digest in digests:  # of the last business: what its memory and edition give again
        assert rebuild(store, digest.business_key, digest.period) == digest
    store.close()
    print(f"\n{place.partition(':')[0]}: {KILLS} kills (seed {SEED}), {cut_short} before a week was whole")
    assert set(periods.values()) == {len(BUSINESSES)}
    assert KILLS < 3 or cut_short, "every kill came too late: the run proves nothing"
