"""Mutants of real documents through the real sandbox: each has an outcome, and no child is left.

TRENDWATCH_MUTANTS sets how many; half have bytes changed, half elements.
"""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants import mutants_of_bytes, mutants_of_text
from tests.test_parse_corpus import URL, rows
from trendwatch.news.decode import decode
from trendwatch.sandbox import Sandbox
from trendwatch.types.news import Document, Failure, ParsedFeed

MUTANTS = int(os.environ.get("TRENDWATCH_MUTANTS", "800"))
AHEAD = 500


def mutants(shared_data: Path) -> Iterator[bytes]:
    """Yield mutants of documents drawn evenly from the list, the real ones twice as often."""
    found = rows(shared_data)
    found += [row for row in found if row["set"].startswith(("real_", "ts_"))]
    for number in range(MUTANTS // 4):
        body = (shared_data / "feeds" / found[number * 7919 % len(found)]["file"]).read_bytes()[:500_000]
        if body:
            yield from mutants_of_bytes(body, 2, number)
            yield from (mutant.encode() for mutant in mutants_of_text(decode(body), 2, number))


@pytest.mark.shared
def test_p2_mutants_of_real_documents(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = set(multiprocessing.active_children())
    found: Counter[str] = Counter()
    with Sandbox(workers=2) as sandbox:
        waiting = []
        for body in mutants(shared_data):
            waiting.append(sandbox.submit(Document(url=URL, body=body)))
            if len(waiting) == AHEAD:
                found.update(named(future.result()) for future in waiting)
                waiting = []
        found.update(named(future.result()) for future in waiting)
    with capsys.disabled():
        print(f"\n{found.total()} mutants, 0 uncaught errors: {dict(found.most_common())}")
    assert found.total() >= MUTANTS * 0.95
    assert found["feed"] > MUTANTS / 3
    assert set(found) <= {"feed", *Failure}
    assert set(multiprocessing.active_children()) == before


def named(outcome: object) -> str:
    """Return what an outcome is; anything but a feed and a failure would be a bug."""
    return "feed" if isinstance(outcome, ParsedFeed) else outcome.failure  # type: ignore[attr-defined]
