"""What it costs to understand an item in a store that holds ever more of them.

    python -m tests.benchmarks.understanding                 10,000 and 100,000 items, a minute
    python -m tests.benchmarks.understanding 10000 1000000   any sizes; the first is the yardstick

The store is filled with a past of stories, tags and counts at 2,000 items a day; then a few thousand new
items are tagged by rules, folded into stories and counted, in batches, as the step of the service does; the
stores take turns. Prints CPU microseconds an item, median of five parts, and how many times those of the
smallest store. What lies outside the window of stories must not cost anything; every question of the step
goes through an index.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from tests.seeds import LEASE, NOW, a_feed, a_model, a_taxonomy, an_item, keep
from tests.steps import Clock, a_memory
from trendwatch.pipeline.understand import understand
from trendwatch.store import Store
from trendwatch.store.engine import writing
from trendwatch.store.statements import insert
from trendwatch.store.tables import ItemRow, ReportsRow, SeriesRow, StoryRow, TagRow
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Item
from trendwatch.types.weeks import week_number

A_DAY = 2_000
FEEDS = 200
_CHUNK = 5_000
_WORDS = [f"{first}{middle}{last}" for first in "bdfgklmnpr" for middle in "aeiou" for last in "bdfgklmnprst"]


def text(random: Random) -> str:
    """Return a headline whose words are as unevenly common as in a language."""
    return " ".join(_WORDS[int(len(_WORDS) * random.random() ** 2)] for _ in range(9))


def fill(store: Store, size: int) -> datetime:
    """Fill a store with a past; return when it ends."""
    store.feeds.sync([a_feed(f"feed{number}") for number in range(FEEDS)])
    store.models.adopt(a_model(), since=NOW)
    begin = NOW - timedelta(days=size / A_DAY)
    random = Random(1)
    for first in range(0, size, _CHUNK):
        rows = list(_rows(random, begin, range(first, min(size, first + _CHUNK))))
        with writing(store._engine) as connection:
            for kind, at in ((StoryRow, 0), (ItemRow, 1), (TagRow, 2)):
                connection.execute(insert(connection, kind), [row[at] for row in rows])
    _counts(store, week_number(begin), week_number(NOW))
    return NOW


def _rows(random: Random, begin: datetime, numbers: range) -> Iterator[tuple[dict[str, Any], ...]]:
    for number in numbers:
        at = begin + timedelta(days=number / A_DAY)
        title, key = text(random), stable_id("past", str(number))
        seq = number + 1
        story = {"seq": seq, "id": stable_id("story", key), "title": title, "url": "", "summary": ""}
        story |= {"first_seen_at": at, "last_seen_at": at, "items": 1, "sources": 1, "owners": 1}
        item = {"seq": seq, "id": key, "feed_seq": 1 + number % FEEDS, "entry_key": key, "url": ""}
        item |= {"title": title, "summary": "", "author": "", "language": "en", "published_at": at}
        item |= {"first_seen_at": at, "backlog": False, "categories": [], "counted_at": at, "story_seq": seq}
        tag = {"model_seq": 1, "item_seq": seq, "facet": "area", "label": "drones"}
        yield story, item, tag | {"confidence": 0.9, "origin": "rule", "terms": []}


def _counts(store: Store, first: int, last: int) -> None:
    series = [{"model_seq": 1, "key": "*", "week": week, "stories": 7 * A_DAY} for week in range(first, last)]
    reports = [
        {"model_seq": 1, "key": "*", "week": week, "feed_seq": feed + 1, "reports": 70, "stories": 70}
        for week in range(first, last)
        for feed in range(FEEDS)
    ]
    with writing(store._engine) as connection:
        for kind, rows in ((SeriesRow, series), (ReportsRow, reports)):
            for start in range(0, len(rows), _CHUNK):
                connection.execute(insert(connection, kind), rows[start : start + _CHUNK])


def news(count: int) -> list[Item]:
    """Return new items, a third of them reprints."""
    random, found = Random(2), list[Item]()
    for number in range(count):
        reprint = found and random.random() < 1 / 3
        title = random.choice(found[-500:]).title if reprint else text(random)
        at = NOW + timedelta(days=number / A_DAY)
        found.append(an_item(number, feed=f"feed{number % FEEDS}", at=at, title=title, summary=""))
    return found


class Filled:
    """A store of some size, and the news that it is given."""

    def __init__(self, folder: Path, size: int) -> None:
        self.store = Store.open(f"sqlite:///{folder / f'news{size}.db'}")
        fill(self.store, size)
        self._memory = a_memory()
        #: CPU seconds an item, by part
        self.costs: list[float] = []

    def take(self, batch: list[Item]) -> None:
        """Understand some items."""
        keep(self.store, batch, at=batch[-1].first_seen_at)
        clock = Clock(batch[-1].first_seen_at)
        began = time.process_time()
        understand(self.store, a_taxonomy(), clock=clock, lease=LEASE, memory=self._memory)
        self.costs.append((time.process_time() - began) / len(batch))


def costs_per_item(sizes: Sequence[int], *, measured: int = 5_000, parts: int = 5) -> list[float]:
    """Return CPU seconds an item after so many: stores take turns, so that a busy machine is busy for all."""
    with tempfile.TemporaryDirectory() as folder:
        filled = [Filled(Path(folder), size) for size in sizes]
        items = news(measured)
        for start in range(0, measured, measured // parts):
            for one in filled:
                one.take(items[start : start + measured // parts])
        for one in filled:
            one.store.close()
    return [median(one.costs) for one in filled]


def main(sizes: Sequence[int]) -> None:
    """Print the cost of an item for each size of the store."""
    costs = costs_per_item(sizes)
    for size, cost in zip(sizes, costs, strict=True):
        times = cost / costs[0]
        print(f"{size:>9,} items stored: {1e6 * cost:,.0f} CPU microseconds an item, {times:.2f} times")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
