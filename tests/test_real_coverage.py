"""Real input, coverage: 77 feeds as they were in February 2026, and what they hear of.

What the verb says is printed (``pytest -s``), for people to judge.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli_world import run
from tests.loopback import FeedServer, write_feeds
from trendwatch.wiring import Service, make_clock

#: The day after the newest of the documents was taken.
NOW = datetime(2026, 2, 19, 8, tzinfo=UTC)


@pytest.mark.shared
@pytest.mark.timeout(600)
def test_coverage_of_real_feeds(shared_data: Path, tmp_path: Path, models: Path) -> None:
    files = sorted((shared_data / "feeds" / "real_fastfeedparser_bench").glob("*.xml"))
    environ = {"TRENDWATCH_CACHE": str(models)}
    with FeedServer() as server:
        for number, file in enumerate(files):
            server.serve(f"/{number}", file.read_bytes())
        feeds = {f"doc_{number}": f"{server.url}/{number}" for number in range(len(files))}
        directory = write_feeds(tmp_path, feeds, port=server.port)
        service = Service(directory=directory, environ=environ, clock=make_clock(NOW))
        service.learn()
        service.poll()
        service.understand()
        service.close()
    asked = ("--config", str(directory), "--now", NOW.isoformat(), "feeds", "coverage")
    print("\n" + run(asked, environ=environ).out)
    said = json.loads(run((*asked, "--json"), environ=environ).out)
    labels = {label["key"]: label for label in said["labels"]}
    assert len(labels) == 18 + 25
    assert said["items"] > 300
    assert labels["area:ai"]["reporting"] >= 3
    assert labels["area:ai"]["breadth"] == "fair"  # told of by many, though no feed is said to be about it
    for label in said["labels"]:
        assert label["feeds"] == 0
        assert label["why"]
