"""How fast feeds are polled, beside the `reader` library and a bare loop of httpx on the same server.

    python -m tests.benchmarks.polling                        # 1,000 feeds, first and second poll
    python -m tests.benchmarks.polling --memory 1000 10000    # peak memory by number of feeds
    python -m tests.benchmarks.polling --stuck                # what ten stuck peers cost sixty healthy ones

The feeds are real documents beside the project, served by another process of this machine; `large` are those
of real_fastfeedparser_bench, `mixed` all that hold entries. The first poll fetches, parses and stores
everything, the second finds nothing changed (304). Seconds on the clock, of each the best of some runs,
which take turns; starting (imports, child processes) is not counted for anybody.

The peer needs an environment of its own, since it brings libraries that we do not want:

    python3 -m venv peer && peer/bin/pip install reader sgmllib3k
    READER_PYTHON=peer/bin/python python -m tests.benchmarks.polling
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle, islice
from operator import itemgetter
from pathlib import Path

from tests.benchmarks.feed_server import PROJECT, FeedProcess
from trendwatch.fetch import Fetcher
from trendwatch.logs import set_up_logging
from trendwatch.net.client import TIMEOUT
from trendwatch.net.guard import Allowed, Guard
from trendwatch.news.pace import PACE
from trendwatch.pipeline.poll import PollReport, poll
from trendwatch.sandbox import Sandbox
from trendwatch.store import Store
from trendwatch.types.news import Document, Feed

DATA = PROJECT.parent / "shared" / "data" / "feeds"
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
#: Feeds that the peer is given: it takes a second for fifteen of them.
FEWER = 150

#: Run by the peer's python: adds feeds, then polls twice and prints the seconds of each.
_READER = """
import json, sys, tempfile, time, logging
logging.disable(logging.CRITICAL)
from reader import make_reader
job = json.load(sys.stdin)
with tempfile.TemporaryDirectory() as folder:
    reader = make_reader(folder + "/reader.sqlite")
    for url in job["urls"]:
        reader.add_feed(url)
    seconds = []
    for _ in range(2):
        began = time.perf_counter()
        reader.update_feeds(scheduled=False, workers=job["workers"])
        seconds.append(time.perf_counter() - began)
    print(json.dumps([*seconds, reader.get_entry_counts().total]))
    reader.close()
"""

#: Threads that do nothing but ask with httpx: first everything, then with validators.
_HTTPX = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
import httpx
job = json.load(sys.stdin)
with httpx.Client(timeout=30) as client, ThreadPoolExecutor(job["workers"]) as pool:
    began = time.perf_counter()
    etags = list(pool.map(lambda url: client.get(url).headers["etag"], job["urls"]))
    first = time.perf_counter() - began
    began = time.perf_counter()
    ask = lambda pair: client.get(pair[0], headers={"If-None-Match": pair[1]}).status_code
    assert set(pool.map(ask, zip(job["urls"], etags))) == {304}
    print(json.dumps([first, time.perf_counter() - began]))
"""


class Calendar:
    """A clock that runs on from a day that is set."""

    def __init__(self) -> None:
        self.start, self._began = BEGIN, time.monotonic()

    def __call__(self) -> datetime:
        return self.start + timedelta(seconds=time.monotonic() - self._began)


def documents(kind: str, count: int) -> list[Path]:
    """Return so many files, each document as often as it takes."""
    with (DATA / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["entries_feedparser"] or 0) > 0]
    large = [row for row in rows if row["set"] == "real_fastfeedparser_bench"]
    spread = rows[:: max(1, len(rows) // count)]
    return list(islice(cycle(DATA / row["file"] for row in (large if kind == "large" else spread)), count))


def warm_up(sandbox: Sandbox) -> None:
    """Start the children: the peers' imports are not counted either."""
    one = b"<rss><channel><item><title>%d</title></item></channel></rss>"
    url = "http://127.0.0.1/"
    for outcome in [sandbox.submit(Document(url=url, body=one % number)) for number in range(500)]:
        outcome.result()


def ours(
    server: FeedProcess,
    count: int,
    *,
    polls: int = 2,
    timeout: timedelta = TIMEOUT,
    told: Callable[[PollReport], None] = lambda _report: None,
) -> tuple[list[float], list[PollReport], int]:
    """Return the seconds and report of each poll, and the items kept."""
    guard = Guard([Allowed.parse(f"127.0.0.1:{server.port}", per_host=64)])
    fetcher, clock = Fetcher(guard, concurrency=32, timeout=timeout), Calendar()
    feeds = [Feed(key=f"feed_{n}", url=server.url(n), title=f"{n}", owner=f"{n}") for n in range(count)]
    seconds, reports = [], []
    with tempfile.TemporaryDirectory() as folder, Sandbox(workers=2) as sandbox:
        store = Store.open(f"sqlite:///{folder}/trendwatch.db")
        store.feeds.sync(feeds)
        warm_up(sandbox)
        for number in range(polls):
            clock.start = BEGIN + 2 * number * DAY
            began = time.perf_counter()
            report = poll(
                store,
                fetcher,
                sandbox,
                clock=clock,
                lease=timedelta(seconds=60),
                pace=PACE,
                jitter=lambda: 0.0,
                on_progress=told,
            )
            seconds.append(time.perf_counter() - began)
            reports.append(report)
        items = store.items.count()
        store.close()
    return seconds, reports, items


def theirs(python: str, script: str, server: FeedProcess, count: int, *, workers: int) -> list[float]:
    """Return what a peer's script prints."""
    job = json.dumps({"urls": [server.url(n) for n in range(count)], "workers": workers})
    done = subprocess.run([python, "-c", script], input=job, capture_output=True, text=True, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


def best(runs: Sequence[Sequence[float]]) -> list[float]:
    """Return the least of each figure over some runs."""
    return [min(figures) for figures in zip(*runs, strict=True)]


def compare(kind: str, count: int, *, runs: int, reader: str) -> None:
    """Print the throughput of a first and a second poll, ours and others'."""
    files = documents(kind, count)
    size = sum(file.stat().st_size for file in files) / 1e6
    fewer = min(count, FEWER)
    print(f"\n{count} feeds of {kind} documents, {size:.0f} MB")
    mine, bare, peer = [], [], []
    with FeedProcess(files) as server:
        for _ in range(runs):  # in turn: what else the machine does slows all alike
            seconds, reports, items = ours(server, count)
            mine.append(seconds)
            bare += [theirs(sys.executable, _HTTPX, server, count, workers=w) for w in (4, 8, 16)]
            if reader:
                peer += [(*theirs(reader, _READER, server, fewer, workers=w), w) for w in (1, 2, 4, 8)]
    first, second = best(mine)
    refused, same = reports[0].failures.total(), reports[1].not_modified
    print(f"  ours    first {count / first:7.0f} feeds/s   second {count / second:7.0f} feeds/s", end="")
    print(f"   ({items} items, {refused} refused, {same} not modified)")
    loop = best(bare)
    print(f"  httpx   first {count / loop[0]:7.0f} feeds/s   second {count / loop[1]:7.0f} feeds/s", end="")
    print(f"   second poll: {loop[1] / second:.2f} of the bare loop")
    if not reader:
        print("  reader  not measured: set READER_PYTHON, see the top of this file")
        return
    rates = [fewer / seconds for seconds in best(peer)[:2]]
    workers = [min(peer, key=itemgetter(poll))[-1] for poll in (0, 1)]
    print(f"  reader  first {rates[0]:7.1f} feeds/s   second {rates[1]:7.1f} feeds/s", end="")
    print(f"   (its best of 1 to 8 workers: {workers[0]} and {workers[1]}; on {fewer} of the feeds)")
    print(f"  ours / reader: {count / first / rates[0]:.1f} first, {count / second / rates[1]:.1f} second")


def memory(count: int) -> None:
    """Print the peak memory of a first poll of so many feeds, in a process of its own."""
    # The same thousand documents again and again: larger ones would need more memory, not more of them.
    with FeedProcess(list(islice(cycle(documents("mixed", 1000)), count))) as server:
        seconds, reports, items = ours(server, count, polls=1)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{count} feeds: peak {peak:.0f} MB, largest child {children:.0f} MB, {items} items, "
        f"{reports[0].polled} polled in {seconds[0]:.1f} s"
    )


def _note(count: int, times: list[float], report: PollReport) -> None:
    if report.polled == count:
        times.append(time.perf_counter())


def stuck(healthy: int = 60, silent: int = 10) -> None:
    """Print how long healthy feeds take alone, and among peers that never answer."""
    seconds: list[float] = []
    with FeedProcess(documents("large", healthy)) as server:
        for number in (0, 0, silent):
            began = time.perf_counter()
            done: list[float] = []
            told = partial(_note, healthy, done)
            ours(server, healthy + number, polls=1, timeout=timedelta(seconds=15), told=told)
            seconds.append(done[0] - began)
    _, alone, among = seconds  # the first run also started everything
    print(
        f"{healthy} healthy feeds: {alone:.2f} s alone, {among:.2f} s among {silent} stuck ones, "
        f"{among / alone:.2f} times as long"
    )


def main() -> None:
    """Run what the command line asks for."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--runs", type=int, default=2)
    options.add_argument("--kinds", nargs="+", default=["large", "mixed"])
    options.add_argument("--reader", default=os.environ.get("READER_PYTHON", ""), help="python of the peer")
    options.add_argument("--memory", type=int, nargs="+", help="numbers of feeds")
    options.add_argument("--stuck", action="store_true", help="among peers that never answer")
    options.add_argument("--one-memory", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    set_up_logging(level="critical", as_json=False)
    if given.one_memory:
        memory(given.one_memory)
    elif given.stuck:
        stuck()
    elif given.memory:
        for count in given.memory:
            command = [sys.executable, "-m", "tests.benchmarks.polling", "--one-memory", str(count)]
            subprocess.run(command, check=True, cwd=PROJECT)
    else:
        for kind in given.kinds:
            compare(kind, given.feeds, runs=given.runs, reader=given.reader)


if __name__ == "__main__":
    main()
