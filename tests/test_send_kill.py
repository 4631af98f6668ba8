"""kill -9 at random points of the send step, three processes at it (D1).

A mail server on this machine counts what arrives by Message-ID and holds its final answer back for some
milliseconds, so that kills fall into the gap between a mail that is taken and the row that says so. Then:

- nothing is lost: every delivery ends as sent, and its mail arrived;
- there is one id for each (business, period, reader), whatever was repeated;
- a mail came twice at most as often as a kill fell into the gap, and each of those is marked as in doubt.

TRENDWATCH_KILLS=200 is the whole campaign on SQLite, 100 on PostgreSQL; a run whose kills all missed fails.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tests.mail_servers import Sink
from tests.seeds import a_delivery, a_digest, a_pick, an_edition, claim_on
from tests.send_worker import work
from trendwatch.store import Store
from trendwatch.types.delivery import Channel, Delivery, DeliveryState
from trendwatch.types.identity import stable_id
from trendwatch.wiring import make_clock

KILLS = int(os.environ.get("TRENDWATCH_KILLS", "8"))
SEED = int(os.environ.get("TRENDWATCH_SEED", "11"))
WORKERS = 3
#: New digests before each kill.
EACH = 4
#: A killed worker's delivery is due again when its lease ends: a second.
PATIENCE = 60.0
#: Longest time that an answer is held back, in seconds.
GAP = 0.03


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database that other processes can open."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("postgresql_url"))
        store = Store.open(url)
        _empty(store)
        store.close()
        yield url
    else:
        yield f"sqlite:///{tmp_path / 'trendwatch.db'}"


def _empty(store: Store) -> None:
    from sqlalchemy import text
    from sqlmodel import SQLModel

    from trendwatch.store.engine import writing

    names = ", ".join(f'"{name}"' for name in SQLModel.metadata.tables)
    with writing(store._engine) as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


class Campaign:
    """Workers that are killed and replaced while digests come in."""

    def __init__(self, url: str, sink: Sink) -> None:
        self.url, self.sink = url, sink
        self.store = Store.open(url)
        self.chance = random.Random(SEED)
        self.clock = make_clock()
        self.context = get_context("forkserver")
        self.context.set_forkserver_preload(["tests.send_worker"])
        self.wanted: dict[str, Delivery] = {}
        self.workers = [self.start() for _ in range(WORKERS)]

    def start(self) -> BaseProcess:
        process = self.context.Process(target=work, args=(self.url, self.sink.port), daemon=True)
        process.start()
        return process

    def compose(self, number: int) -> None:
        now = self.clock()
        for place in range(EACH):
            digest = a_digest(f"b{number}_{place}", cutoff=now, one_thing=a_pick("s1"))
            claim = claim_on(self.store, "compose", digest.business_key, at=now)
            self.store.editions.freeze(an_edition(now), claim=claim, now=now)
            delivery = a_delivery(
                digest,
                id=stable_id(digest.business_key, digest.period, "mail", "reader"),
                channel=Channel.SMTP,
                next_attempt_at=now,
            )
            self.store.digests.add(digest, [delivery], claim=claim, now=now)
            self.wanted[f"<{delivery.id}@news.example>"] = delivery

    def kill(self, number: int) -> None:
        """Kill a worker at a random point after something began to move, and count whether it hit the gap."""
        self.compose(number)
        before = sum(self.sink.received.values())
        deadline = time.monotonic() + 5
        while sum(self.sink.received.values()) == before and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(self.chance.uniform(0, 2 * GAP))
        # The youngest may still be starting: a kill there proves nothing.
        victim = self.workers.pop(self.chance.randrange(WORKERS - 1))
        assert victim.pid is not None
        os.kill(victim.pid, signal.SIGKILL)
        victim.join()
        self.workers.append(self.start())

    def unsent(self) -> list[Delivery]:
        states = (
            DeliveryState.WAITING,
            DeliveryState.IN_DOUBT,
            DeliveryState.FAILED,
            DeliveryState.CANCELLED,
        )
        return self.store.deliveries.latest(states=states, limit=10_000)

    def finish(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while self.unsent() and time.monotonic() < deadline:
            time.sleep(0.05)
        for worker in self.workers:
            worker.terminate()
            worker.join()


def test_d1_kill_9_while_three_processes_send(place: str) -> None:
    began = time.monotonic()
    with Sink(gap=GAP, seed=SEED) as sink:
        campaign = Campaign(place, sink)
        for number in range(KILLS):
            campaign.kill(number)
        campaign.finish()
        sent = campaign.store.deliveries.latest(limit=10_000)
        arrived = set(sink.received)
        lost = [one.id for one in campaign.unsent()] + sorted(set(campaign.wanted) - arrived)
        strangers = arrived - set(campaign.wanted)
        repeats = sum(count - 1 for count in sink.received.values())
        doubted = {f"<{one.id}@news.example>": one.doubts for one in sent if one.doubts}
        per_reader = Counter((one.business_key, one.period, one.target) for one in sent)
        unmarked = [name for name, count in sink.received.items() if count - 1 > doubted.get(name, 0)]
        print(
            f"\n{place.partition(':')[0]}: {KILLS} kills (seed {SEED}), {len(campaign.wanted)} deliveries, "
            f"{WORKERS} processes: lost {len(lost)}, second ids {len(strangers)}, "
            f"kills while a delivery was being handed over {sum(doubted.values())}, "
            f"of these in the gap after it was taken {repeats} (mails that came twice), "
            f"repeats not marked in doubt {len(unmarked)}, {time.monotonic() - began:.0f} s"
        )
        campaign.store.close()
    assert lost == []
    assert strangers == set()
    assert set(per_reader.values()) == {1}
    assert unmarked == []
    assert repeats <= sum(doubted.values()) <= KILLS
    assert KILLS < 8 or doubted, "every kill missed the hand-over: the run proves nothing"
