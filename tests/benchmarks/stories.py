"""How fast reports find their story, and how well headlines of one event are told from others.

    python -m tests.benchmarks.stories

Prints reports per CPU second of one core at 2,000 and 20,000 reports in 72 hours (made texts of 30 words, a
third of them reprints, half of those edited), and on the headline pairs beside the project the AUC of
likeness for "people call them the same" (4 and 5 of 5), beside raw word overlap, SimHash and exact titles.
"""

from __future__ import annotations

import gzip
import json
import platform
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from trendwatch.news.cluster import Rarity, Report, StoryIndex
from trendwatch.news.likeness import likeness, read
from trendwatch.text import words

PAIRS = Path(__file__).resolve().parents[3] / "shared" / "data" / "text" / "pairs_headlines_scored.jsonl.gz"
MONDAY = datetime(2025, 3, 3, tzinfo=UTC)
WINDOW = timedelta(hours=72)
SEED = 11


def made_reports(count: int, *, per_window: int) -> list[Report]:
    """Return reports in time order whose words are as unevenly common as in a language."""
    draw = random.Random(SEED)
    vocabulary = [f"w{number}x" for number in range(20_000)]
    weights = [1 / (number + 20) for number in range(20_000)]
    reports: list[Report] = []
    texts: list[list[str]] = []
    for number in range(count):
        said = draw.choices(vocabulary, weights, k=30)
        if texts and draw.random() < 1 / 3:
            said = draw.choice(texts[-per_window // 3 :]).copy()
            if draw.random() < 0.5:
                said[draw.randrange(30)] = draw.choice(vocabulary)
        texts.append(said)
        reports.append(
            Report(
                item_id=str(number),
                source=f"feed{draw.randrange(200)}",
                title=" ".join(said[:9]),
                summary=" ".join(said[9:]),
                at=MONDAY + number * WINDOW / per_window,
            )
        )
    return reports


def speed(*, per_window: int, measured: int = 5_000) -> tuple[float, int]:
    """Return reports per CPU second once the window is full, and how many reports it holds."""
    reports = made_reports(per_window + measured, per_window=per_window)
    index = StoryIndex(Rarity.of(f"{one.title} {one.summary}" for one in reports[:10_000]))
    for report in reports[:per_window]:
        index.assign(report)
    began = time.process_time()
    for report in reports[per_window:]:
        index.assign(report)
    return measured / (time.process_time() - began), len(index)


def auc(scores: Sequence[float], same: Sequence[bool]) -> float:
    """Return the chance that a pair of the same event scores above another; a tie counts half."""
    yes = [score for score, wanted in zip(scores, same, strict=True) if wanted]
    no = [score for score, wanted in zip(scores, same, strict=True) if not wanted]
    return sum((y > n) + (y == n) / 2 for y in yes for n in no) / (len(yes) * len(no))


def jaccard(one: str, other: str) -> float:
    """Return the share of words two headlines have in common."""
    first, second = set(words(one)), set(words(other))
    return len(first & second) / (len(first | second) or 1)


def simhash(text: str) -> int:
    """Return 64 bits that texts of the same words share."""
    votes = [0] * 64
    for word in words(text):
        bits = int.from_bytes(blake2b(word.encode(), digest_size=8).digest())
        for at in range(64):
            votes[at] += 1 if bits >> at & 1 else -1
    return sum(1 << at for at in range(64) if votes[at] > 0)


def scorers(pairs: Sequence[dict[str, str]]) -> dict[str, Callable[[str, str], float]]:
    """Return what headlines can be compared by."""
    rarity = Rarity.of({pair[side] for pair in pairs for side in "ab"})
    return {
        "exact title": lambda a, b: float(words(a) == words(b)),
        "word Jaccard": jaccard,
        "SimHash": lambda a, b: -float((simhash(a) ^ simhash(b)).bit_count()),
        "likeness": lambda a, b: likeness(read(a, "", rarity=rarity), read(b, "", rarity=rarity)),
    }


def main() -> None:
    """Print all figures."""
    print(f"python {platform.python_version()}, seed {SEED}, one core")
    for per_window in (2_000, 20_000):
        rate, held = speed(per_window=per_window)
        print(f"StoryIndex, {held:,} reports in the window: {rate:,.0f} reports per CPU second")
    if not PAIRS.is_file():
        print("headline pairs: not beside this checkout")
        return
    with gzip.open(PAIRS, "rt", encoding="utf-8") as lines:
        pairs = [json.loads(line) for line in lines]
    same = [pair["score"] >= 4 for pair in pairs]
    for name, score in scorers(pairs).items():
        measured = auc([score(pair["a"], pair["b"]) for pair in pairs], same)
        print(f"AUC on {len(pairs):,} headline pairs, {name}: {measured:.3f}")


if __name__ == "__main__":
    main()
