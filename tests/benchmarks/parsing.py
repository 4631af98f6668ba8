"""How fast documents are read, cleaning included, beside bare feedparser.

    python -m tests.benchmarks.parsing

Processor time of one process. Readers take turns, three rounds over all documents, so that a busy machine
slows them alike; of each document's three times the shortest counts, for every reader. As in the sandbox's
children, what was loaded before is kept from the garbage collector. Then what a small document costs in the
sandbox, by the clock and in the parent.
"""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import feedparser

from trendwatch.news.parse import parse, parse_slowly
from trendwatch.sandbox import Sandbox
from trendwatch.types.news import Document, ParsedFeed

FEEDS = Path(__file__).parents[3] / "shared" / "data" / "feeds"
URL = "https://feeds.example/news/feed.xml"
ROUNDS = 3

Reader = Callable[[Document], object]


def documents(name: str) -> list[Document]:
    """Return the documents of one set."""
    files = sorted(path for path in (FEEDS / name).rglob("*") if path.is_file())
    return [Document(url=URL, body=path.read_bytes()) for path in files]


def bare(document: Document) -> object:
    """Read a document with feedparser as it comes, without any cleaning of ours."""
    return feedparser.parse(io.BytesIO(document.body))


def seconds(found: Sequence[Document], readers: Sequence[Reader]) -> list[float]:
    """Return what each reader takes for all documents."""
    best = [[float("inf")] * len(found) for _ in readers]
    for _ in range(ROUNDS):
        for reader, times in zip(readers, best, strict=True):
            for number, document in enumerate(found):
                started = time.process_time()
                reader(document)
                times[number] = min(times[number], time.process_time() - started)
    return [sum(times) for times in best]


def sandboxed(name: str, found: Sequence[Document], *, workers: int) -> None:
    """Print what documents cost that go through children."""
    with Sandbox(workers=workers) as sandbox:
        for document in found[: 4 * workers]:
            sandbox.parse(document)
        clock, cpu = time.monotonic(), time.process_time()
        for outcome in [sandbox.submit(document) for document in found]:
            outcome.result()
        clock, cpu = time.monotonic() - clock, time.process_time() - cpu
    each = 1000 / len(found)
    print(f"{name} in {workers} children: {clock * each:.2f} ms each, {cpu * each:.2f} ms of the parent's")


def main() -> None:
    """Print the ratios."""
    gc.freeze()
    for name, wanted in (("real_fastfeedparser_bench", 25), ("ts_narrowcast", 8)):
        found = documents(name)
        items = sum(len(feed.entries) for one in found if isinstance(feed := parse(one), ParsedFeed))
        ours, slow, theirs = seconds(found, (parse, parse_slowly, bare))
        size = sum(len(one.body) for one in found) / len(found) / 1000
        print(f"{name}: {len(found)} documents of {size:.0f} kB, {items} items")
        print(f"  feedparser alone      {theirs / len(found) * 1000:7.2f} ms per document")
        print(
            f"  ours, feedparser only {slow / len(found) * 1000:7.2f} ms, {theirs / slow:.1f} times as fast"
        )
        print(
            f"  ours                  {ours / len(found) * 1000:7.2f} ms, {theirs / ours:.1f} times as fast",
            end="",
        )
        print(f" (at least {wanted} wanted)")
    one = b"<rss><channel><title>T</title><item><title>%d</title></item></channel></rss>"
    sandboxed("documents of one item", [Document(url=URL, body=one % n) for n in range(3_000)], workers=2)
    sandboxed("ts_narrowcast", documents("ts_narrowcast") * 4, workers=2)


if __name__ == "__main__":
    main()
