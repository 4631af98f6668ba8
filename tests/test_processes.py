"""Real processes run the steps on one database at once: nothing is done twice, nothing is lost (D1, C3)."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

from tests.conftest import PROJECT
from tests.seeds import NOW, a_business, a_feed, a_model, keep
from tests.steps import a_report
from tests.test_pipeline_understand import counts, everything, recount
from trendwatch.store import Store
from trendwatch.types.delivery import DeliveryState

WORKERS = 2
ITEMS = 300
BUSINESSES = [a_business(f"shop_{n}", areas=("drones", "iot"), email=f"{n}@shop.example") for n in range(12)]

#: Runs understand, analyse, compose and send until there is nothing left to do, as fast as it can.
WORKER = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

from tests.seeds import NOW, a_taxonomy
from tests.steps import a_memory, easy_rules
from tests.test_processes import BUSINESSES
from trendwatch.deliver.outbox import Outbox
from trendwatch.pipeline import understand as step
from trendwatch.pipeline.analyse import TermMemory, analyse
from trendwatch.pipeline.compose import compose_due
from trendwatch.pipeline.send import Terms, send_due
from trendwatch.store import Store
from trendwatch.types.delivery import Channel

store = Store.open(sys.argv[1])
folder, name = Path(sys.argv[2]), sys.argv[3]
began, step.BATCH = monotonic(), 20
clock = lambda: NOW + timedelta(seconds=monotonic() - began)
lease, memory, terms = timedelta(seconds=30), a_memory(), TermMemory()


class Counting(Outbox):
    def send(self, mail):
        with (folder / f"{name}.log").open("a") as log:
            log.write(mail.message_id + "\\n")
        return super().send(mail)


print("ready", flush=True)
sys.stdin.readline()
items = digests = sent = 0
while sent < len(BUSINESSES) and monotonic() - began < 40:
    items += step.understand(store, a_taxonomy(), clock=clock, lease=lease, memory=memory).items
    analyse(store, rules=easy_rules(), terms=terms, clock=clock, lease=lease)
    made = compose_due(store, BUSINESSES, a_taxonomy(), channel=Channel.OUTBOX, config_hash="c",
                       clock=lambda: NOW, lease=lease)
    digests += len(made.digests)
    ways = Terms(carrier=lambda _: Counting(folder), caller=None, sender="a@b.example", site="")
    send_due(store, ways, clock=clock, lease=lease)
    sent = store.deliveries.count_by_state()["sent"]
    sleep(0.005)
print(items, digests, flush=True)
store.close()
"""


def test_d1_two_processes_at_once_do_nothing_twice(store: Store, tmp_path: Path) -> None:
    feeds = [f"feed{n}" for n in range(4)]
    store.feeds.sync([a_feed(key) for key in feeds])
    store.models.adopt(a_model(), since=NOW)
    items = [
        a_report(n // 4, n % 4, feed=feeds[n % 4], at=NOW - timedelta(minutes=30 * (ITEMS - n)))
        for n in range(ITEMS)
    ]
    keep(store, items, at=NOW - timedelta(minutes=1))

    url = store._engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, str(tmp_path / "mail")]
    (tmp_path / "mail").mkdir()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    workers = [
        subprocess.Popen([*command, f"w{n}"], cwd=PROJECT, text=True, **pipes)  # type: ignore[call-overload]
        for n in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n", worker.communicate()[1]
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=60) for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * WORKERS, answers
    understood = [int(out.split()[0]) for out, _ in answers]

    assert sum(understood) == ITEMS  # each item once, by whoever
    assert store.understanding.count_waiting("v1") == 0
    assert all(one.story_id for one in everything(store))
    assert counts(store) == recount(store)

    assert store.digests.count() == len(BUSINESSES)
    assert store.deliveries.count_by_state()[DeliveryState.SENT] == len(BUSINESSES)
    assert {len(store.digests.of(one.key, limit=9)) for one in BUSINESSES} == {1}
    editions = {store.digests.get(one.key, "latest").edition_id for one in BUSINESSES}
    assert editions == {NOW.isoformat()}
    handed_over = Counter(
        line for log in (tmp_path / "mail").glob("*.log") for line in log.read_text().splitlines()
    )
    assert len(handed_over) == len(BUSINESSES)
    assert set(handed_over.values()) == {1}
    assert len(list((tmp_path / "mail").glob("*.eml"))) == len(BUSINESSES)


def test_d1_of_two_processes_one_holds_a_step(store: Store) -> None:
    """A claim is seen by another process at once."""
    url = store._engine.url.render_as_string(hide_password=False)
    script = (
        "import sys; from datetime import timedelta; from tests.seeds import NOW;"
        "from trendwatch.store import Store; s = Store.open(sys.argv[1]);"
        "print(s.claim('understand', 'all', now=NOW, lease=timedelta(1)) is not None)"
    )
    command = [sys.executable, "-c", script, url]
    taken = [
        subprocess.run(
            command, cwd=PROJECT, text=True, capture_output=True, timeout=60, check=True
        ).stdout.strip()
        for _ in range(2)
    ]
    assert taken == ["True", "False"]
