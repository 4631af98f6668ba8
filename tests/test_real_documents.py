"""Real input, breadth: every document of shared/data/feeds, served over HTTP, read through the pipeline."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from tests.loopback import FeedServer, a_service, write_feeds
from tests.seeds import NOW
from trendwatch.types.news import Failure

#: All 6,950 documents take about three minutes; TRENDWATCH_CORPUS=all reads them.
SAMPLE = 12


def documents(shared: Path) -> list[dict[str, str]]:
    """Return the manifest's rows: all, or every twelfth with all that were once real feeds."""
    with (shared / "feeds" / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    if os.environ.get("TRENDWATCH_CORPUS") == "all":
        return rows
    return [row for number, row in enumerate(rows) if number % SAMPLE == 0 or row["set"].startswith("real_")]


@pytest.mark.shared
@pytest.mark.timeout(1500)
def test_every_document_that_holds_entries_yields_them(shared_data: Path, tmp_path: Path) -> None:
    rows = documents(shared_data)
    with FeedServer() as server:
        for number, row in enumerate(rows):
            server.serve(f"/{number}", (shared_data / "feeds" / row["file"]).read_bytes())
        feeds = {f"doc_{number}": server.url + f"/{number}" for number in range(len(rows))}
        directory = write_feeds(tmp_path, feeds, port=server.port)
        with a_service(directory, now=NOW) as service:
            first = service.poll()
            stored = service.store.items.count()
            health = {one.feed.key: one for one in service.store.feeds.health()}
        assert first.polled == len(rows)
        assert first.failures[Failure.PARSER_CRASHED] == 0

        failures = Counter({str(name): count for name, count in first.failures.items()})
        holding = [
            (number, row) for number, row in enumerate(rows) if int(row["entries_feedparser"] or 0) > 0
        ]
        empty = [
            (row["file"], str(health[f"doc_{number}"].state.failure or "no items"))
            for number, row in holding
            if health[f"doc_{number}"].items == 0
        ]
        print(f"\n{len(rows)} documents, {stored} items, failures {dict(failures)}")
        print(f"{len(holding)} hold entries by the manifest, {len(empty)} of them yielded none:")
        for file, why in empty:
            print(f"  {why:16} {file}")
        refused = [file for file, why in empty if why == str(Failure.FORBIDDEN_XML)]
        assert len(empty) - len(refused) <= 0.01 * len(holding)

        with a_service(directory, now=NOW.replace(day=5)) as service:
            second = service.poll()
            assert service.store.items.count() == stored
        read = len(rows) - first.failures.total()
        print(
            f"second poll: {second.polled} polled, {second.new_items} new, {second.not_modified} not modified"
        )
        assert second.new_items == 0
        # A document that ends in the middle is asked for in full again: its rest must not hide behind a 304.
        cut = sum(one.state.failure is None and not one.state.etag for one in health.values())
        print(f"{cut} documents end in the middle")
        assert second.not_modified == read - cut
        assert cut <= 0.001 * read + 1
