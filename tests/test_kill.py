"""S1: kill -9 at any moment of fetch, parse or store loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.loopback import FeedServer, a_service, write_feeds
from tests.seeds import NOW

#: Rounds in CI; TRENDWATCH_KILLS asks for more.
KILLS = int(os.environ.get("TRENDWATCH_KILLS", "3"))
FEEDS, ENTRIES = 120, 40


def a_document(feed: int) -> bytes:
    entries = "".join(
        f"<item><title>Report {number} of feed {feed}</title><guid>{feed}-{number}</guid>"
        f"<link>http://127.0.0.1/{feed}/{number}</link><description>{'words ' * 60}</description></item>"
        for number in range(ENTRIES)
    )
    return f"<rss version='2.0'><channel><title>{feed}</title>{entries}</channel></rss>".encode()


def fetch(directory: Path) -> subprocess.Popen[bytes]:
    """Start ``trendwatch fetch`` in a process group of its own."""
    command = [sys.executable, "-m", "trendwatch.cli", "--config", str(directory), "fetch", "--json"]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def kept(directory: Path) -> dict[str, int]:
    """Return how many items are kept of each feed, as any reader of the file would count."""
    path = directory.parent / "trendwatch.db"
    with (
        closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection,
        suppress(sqlite3.OperationalError),
    ):
        query = "SELECT feed.key, count(*) FROM item JOIN feed ON feed.seq = item.feed_seq GROUP BY feed.key"
        return dict(connection.execute(query))
    return {}  # the schema is not there yet


def total(directory: Path) -> int:
    """Return how many items are kept."""
    return sum(kept(directory).values()) if (directory.parent / "trendwatch.db").exists() else 0


@pytest.mark.timeout(900)
def test_s1_kill_9_during_fetch_then_a_normal_run(tmp_path: Path) -> None:
    with FeedServer() as server:
        for number in range(FEEDS):
            server.serve(f"/{number}", a_document(number))
        feeds = {f"feed_{number}": f"{server.url}/{number}" for number in range(FEEDS)}
        undisturbed = write_feeds(tmp_path / "undisturbed", feeds, port=server.port)
        with a_service(undisturbed, now=NOW) as service:
            service.poll()
        disturbed = write_feeds(tmp_path / "disturbed", feeds, port=server.port)
        settings = disturbed / "trendwatch.toml"
        text = settings.read_text().replace("timeout_seconds = 10.0", "timeout_seconds = 0.9")
        settings.write_text(text.replace("lease_seconds = 11", "lease_seconds = 1"))

        hits, chance, left = 0, random.Random(41), []
        for _ in range(KILLS):
            process = fetch(disturbed)
            # Half of the kills wait for the first writes, the rest fall anywhere from the first request on.
            enough = total(disturbed) + chance.randint(0, 10) * ENTRIES if chance.random() < 0.5 else 0
            seen = server.answered
            while server.answered == seen or total(disturbed) < enough:
                if process.poll() is not None:
                    break
            time.sleep(chance.uniform(0, 0.05))
            hits += process.poll() is None
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            left.append(total(disturbed))
        final = fetch(disturbed)
        out, _ = final.communicate(timeout=120)
        print(f"\n{KILLS} kills, {hits} while it ran, items kept after each: {left}")
        print(f"the normal run said {out.decode().strip()}")
        assert final.returncode == 0
        assert kept(disturbed) == kept(undisturbed) == {f"feed_{n}": ENTRIES for n in range(FEEDS)}
        assert hits > 0, "every kill missed: the run proves nothing"
        assert any(0 < items < FEEDS * ENTRIES for items in left), "no kill fell among the writes"
