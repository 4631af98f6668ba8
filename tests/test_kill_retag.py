"""C3: kill -9 while a new model tags everything again: each item once per version, nothing counted twice."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.seeds import NOW, a_feed, a_model, an_item, keep
from tests.steps import a_memory, understand_all
from trendwatch.store import Store

#: Rounds in CI; TRENDWATCH_KILLS asks for more.
KILLS = int(os.environ.get("TRENDWATCH_KILLS", "2"))
ITEMS = 1_500
HOUR = timedelta(hours=1)

RETAG = """
import sys
from datetime import datetime, timedelta
from tests.seeds import a_taxonomy
from tests.steps import Clock, a_memory
from trendwatch.pipeline import understand as step
from trendwatch.store import Store

step.BATCH = 60
store = Store.open(sys.argv[1])
now = datetime.fromisoformat(sys.argv[2])
memory = a_memory("v1", "v2")
step.understand(store, a_taxonomy(), clock=Clock(now), lease=timedelta(seconds=60), memory=memory)
"""


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def waiting(path: Path) -> int:
    [(count,)] = rows(path, "SELECT count(*) FROM pending")
    assert isinstance(count, int)
    return count


def retag(path: Path, at: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", RETAG, f"sqlite:///{path}", (NOW + at * HOUR).isoformat()]
    return subprocess.Popen(command, start_new_session=True)


def filled(path: Path) -> Store:
    store = Store.open(f"sqlite:///{path}")
    store.feeds.sync([a_feed("gazette"), a_feed("herald")])
    store.models.adopt(a_model("v1"), since=NOW)
    words = ("drone over the farm", "sensor in the shop", "rain and wind")
    items = [
        an_item(
            n, feed=("gazette", "herald")[n % 2], title=f"Word{n // 2} {words[n % 3]} word{n // 2}", at=NOW
        )
        for n in range(ITEMS)
    ]
    keep(store, items)
    understand_all(store, memory=a_memory("v1"), now=NOW + HOUR)
    store.models.adopt(a_model("v2"), since=NOW - HOUR)
    return store


@pytest.mark.timeout(300)
def test_c3_kill_9_during_a_retag_then_a_normal_run(tmp_path: Path) -> None:
    path, chance, hits = tmp_path / "trendwatch.db", random.Random(7), 0
    filled(path).close()
    for kill in range(KILLS):
        before, process = waiting(path), retag(path, 2 + 2 * kill)
        while waiting(path) == before and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.1))
        hits += process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    assert hits > 0, "every kill missed: the run proves nothing"
    final = retag(path, 99)
    assert final.wait(timeout=120) == 0
    assert rows(path, "SELECT version, state FROM model ORDER BY seq") == [("v1", "old"), ("v2", "current")]
    tables = {
        "tags": "SELECT item_seq, facet, label FROM tag WHERE model_seq = {} ORDER BY 1, 2, 3",
        "series": "SELECT key, week, stories FROM series WHERE model_seq = {} ORDER BY 1, 2",
        "reports": "SELECT key, week, feed_seq, reports FROM reports WHERE model_seq = {} ORDER BY 1, 2, 3",
    }
    for name, query in tables.items():
        assert rows(path, query.format(1)) == rows(path, query.format(2)) != [], name
