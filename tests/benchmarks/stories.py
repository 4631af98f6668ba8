"""How fast reports find their story, and how well reports of one event are told from others.

    python -m tests.benchmarks.stories                  everything but the last, two minutes
    python -m tests.benchmarks.stories --million        also the cost of an item after a million

Prints reports per CPU second of one core at 2,000 and 20,000 reports in 72 hours (made texts of 30 words, a
third of them reprints, half of those edited): placed only, and with the mending of each day and the counts of
three labels a report; then through a simulated world, with its B³ with and without
summaries and the precision of "copy"; each beside exact titles, SimHash, MinHash and the nearest neighbour by
TF-IDF. On the headline pairs beside the project the AUC of likeness for "people call them the same" (4 and 5
of 5), beside raw word overlap, SimHash and exact titles. Last, a digest's view: 1,000 items and 350 reprints
of them, and how many stories are told twice.
"""

from __future__ import annotations

import gzip
import json
import math
import platform
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import understanding
from tests.benchmarks.bcubed import b_cubed
from trendwatch.demo.world import Told, World
from trendwatch.garbage import collect_rarely
from trendwatch.news.cluster import Assignment, Rarity, Report, StoryIndex
from trendwatch.news.gauge import Gauge
from trendwatch.news.likeness import likeness, read
from trendwatch.pipeline.understand import BATCH
from trendwatch.text import reading, words
from trendwatch.trends.ngrams import terms_of
from trendwatch.trends.tally import Tally
from trendwatch.types.weeks import week_number, week_start

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


class Speed(NamedTuple):
    """What a full window lets through in a CPU second."""

    #: reports in the window
    held: int
    #: reports for which a story was found
    placed: float
    #: the same, with the mending of each day and the counts
    counted: float
    #: CPU seconds in which 10,000 reports are read and the window is weighed anew for a week
    anew: float


def speed(*, per_window: int, least: int = 5_000) -> Speed:
    """Return how fast whole days go through a window that is full."""
    a_day = per_window // 3
    measured = -(-least // a_day) * a_day
    reports = made_reports(per_window + measured, per_window=per_window)
    rarity = Rarity.of_reports((one.title, one.summary) for one in reports[:10_000])
    index, tally = StoryIndex(rarity), Tally()
    collect_rarely()
    place(reports[:per_window], index)
    index.mend()
    placing = rest = 0.0
    for start in range(per_window, len(reports), a_day):
        began = time.process_time()
        stories = [one.story_id for one in place(reports[start : start + a_day], index)]
        placed = time.process_time()
        placing += placed - began
        for at, (one, story) in enumerate(zip(reports[start : start + a_day], stories, strict=True)):
            labels = f"area:a{at % 40}", f"sector:b{at % 8}", f"function:c{at % 8}"
            tally.add_counted(story, one.source, at=one.at, labels=labels)
        index.mend()
        rest += time.process_time() - placed
    began = time.process_time()
    index.weigh_anew(Rarity.of_reports((one.title, one.summary) for one in reports[-10_000:]))
    anew = time.process_time() - began
    return Speed(len(index), measured / placing, measured / (placing + rest), anew)


def place(reports: Sequence[Report], index: StoryIndex) -> list[Assignment]:
    """Place reports as the product does: batch by batch, each batch read in one go."""
    found: list[Assignment] = []
    for start in range(0, len(reports), BATCH):
        batch = reports[start : start + BATCH]
        index.expect(batch)
        found += map(index.assign, batch)
    return found


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


def world_reports(seed: int, *, weeks: range, summaries: bool = True) -> tuple[list[Report], dict[str, str]]:
    """Return what a simulated world tells in some weeks, in order of time, and the event of each report."""
    world = World(seed)
    told = sorted((one for week in weeks for one in world.week(week)), key=lambda one: one.published)
    reports = [_report(number, one, summaries=summaries) for number, one in enumerate(told)]
    return reports, {str(number): one.event_id for number, one in enumerate(told)}


def _report(number: int, told: Told, *, summaries: bool) -> Report:
    summary = told.summary if summaries else ""
    return Report(
        item_id=str(number), source=told.feed_key, title=told.title, summary=summary, at=told.published
    )


def one_event(stories: dict[str, str], reports: Sequence[Report], events: dict[str, str]) -> tuple[int, int]:
    """Return how many stories several feeds tell, and how many of these are one event."""
    told: dict[str, list[Report]] = defaultdict(list)
    for one in reports:
        told[stories[one.item_id]].append(one)
    several = [members for members in told.values() if len({one.source for one in members}) > 1]
    return len(several), sum(len({events[one.item_id] for one in members}) == 1 for members in several)


def ours(
    reports: Sequence[Report], past: Sequence[Report], mended: Counter[bool] | None = None
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the story of each report, put right once a day; and copies with what their story held then."""
    index = StoryIndex(Rarity.of_reports((one.title, one.summary) for one in past))
    stories: dict[str, str] = {}
    copies: list[tuple[str, str]] = []
    day = reports[0].at.date()
    for at, report in enumerate(reports):
        if report.at.date() > day:
            day = report.at.date()
            for mend in index.mend(since=week_start(week_number(report.at))):
                stories.update(dict.fromkeys(mend.items, mend.after))
                if mended is not None:
                    mended[mend.merged] += 1
        if at % BATCH == 0:
            index.expect(reports[at : at + BATCH])
        assigned = index.assign(report)
        stories[report.item_id] = assigned.story_id
        if assigned.duplicate:
            copies.append((report.item_id, assigned.story_id))
    return stories, copies


def copy_precision(
    copies: Iterable[tuple[str, str]], stories: dict[str, str], events: dict[str, str]
) -> float:
    """Return the share of reports called a copy whose story held a report of their event."""
    held: dict[str, list[str]] = defaultdict(list)
    for item, story in stories.items():
        held[story].append(item)
    found = [
        any(int(other) < int(item) and events[other] == events[item] for other in held[stories[item]])
        for item, _ in copies
    ]
    return sum(found) / max(1, len(found))


def joined(reports: Sequence[Report], same: Callable[[int, int], bool]) -> dict[str, str]:
    """Return stories made by joining each report to the first of the last 72 hours that is the same."""
    story: list[int] = []
    start = 0
    for at, report in enumerate(reports):
        while reports[start].at <= report.at - WINDOW:
            start += 1
        story.append(next((story[other] for other in range(start, at) if same(at, other)), at))
    return {report.item_id: str(found) for report, found in zip(reports, story, strict=True)}


def baselines(reports: Sequence[Report], past: Sequence[Report]) -> dict[str, dict[str, str]]:
    """Return what simpler methods make of the same reports."""
    titles = [words(one.title) for one in reports]
    bits = [simhash(one.title) for one in reports]
    grams = [set(terms_of(f"{one.title} {one.summary}")) for one in reports]
    rarity = Rarity.of(reading(one.title, one.summary) for one in past)
    readings = [read(one.title, one.summary, rarity=rarity) for one in reports]
    return {
        "exact title": joined(reports, lambda a, b: titles[a] == titles[b]),
        "SimHash of titles, 3 bits": joined(reports, lambda a, b: (bits[a] ^ bits[b]).bit_count() <= 3),
        # what MinHash estimates, without its error
        "shingles, Jaccard 0.5": joined(
            reports, lambda a, b: len(grams[a] & grams[b]) >= 0.5 * len(grams[a] | grams[b])
        ),
        "nearest neighbour, cosine 0.3": _nearest(reports, readings, Gauge(rarity)),
    }


def _nearest(reports: Sequence[Report], readings: Sequence[object], gauge: Gauge) -> dict[str, str]:
    story: list[int] = []
    start = 0
    for at, report in enumerate(reports):
        while reports[start].at <= report.at - WINDOW:
            start += 1
        cosines = gauge.dots(readings[at], readings[start:at])
        best = int(cosines.argmax()) if len(cosines) else 0
        near = len(cosines) > 0 and cosines[best] >= 0.3
        story.append(story[start + best] if near else at)
    return {report.item_id: str(found) for report, found in zip(reports, story, strict=True)}


def worlds(seeds: Sequence[int]) -> None:
    """Print B³ and the precision of copies on simulated worlds, with and without summaries."""
    for summaries in (True, False):
        print(f"simulated worlds, {'headlines and summaries' if summaries else 'headlines only'}:")
        pooled = Counter[str]()
        for seed in seeds:
            reports, events = world_reports(seed, weeks=range(60, 64), summaries=summaries)
            past, _ = world_reports(seed, weeks=range(56, 60), summaries=summaries)
            began = time.process_time()
            mended = Counter[bool]()
            stories, copies = ours(reports, past, mended)
            rate = len(reports) / (time.process_time() - began)
            found = b_cubed(stories, events)
            several, one = one_event(stories, reports, events)
            right = copy_precision(copies, stories, events)
            pooled.update(copies=len(copies), right=round(right * len(copies)), several=several, one=one)
            print(
                f"   seed {seed}, {len(reports):,} reports: B³ {found.precision:.2f} / {found.recall:.2f}, "
                f"F1 {found.f1:.3f}; copies right {right:.3f} of "
                f"{len(copies)}; {one} of {several} stories of several feeds are one event; "
                f"{mended[True]} merged, {mended[False]} split; {rate:,.0f} per CPU second"
            )
            if seed == seeds[0]:
                for name, other in baselines(reports, past).items():
                    print(f"      {name}: B³ F1 {b_cubed(other, events).f1:.3f}")
        print(
            f"   together: copies right {_pooled(pooled['right'], pooled['copies'])}, "
            f"stories of one event {_pooled(pooled['one'], pooled['several'])}"
        )


def _pooled(right: int, of: int) -> str:
    """Return a share in words with its 95 % interval (Wilson)."""
    share, z = right / of, 1.96
    middle = (share + z * z / 2 / of) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / 4 / of**2)
    return f"{share:.4f} [{middle - half:.4f}, {middle + half:.4f}] of {of}"


def repeats(*, items: int = 1_000, reprints: float = 0.35) -> int:
    """Return how many stories a weekly digest would tell twice, where a third of the news is reprinted."""
    reports, _ = world_reports(5, weeks=range(60, 66))
    draw, news = random.Random(SEED), [*reports[:items]]
    for number in range(round(items * reprints)):
        original = draw.choice(news[:items])
        later = original.at + timedelta(hours=draw.uniform(1, 60))
        news.append(replace(original, item_id=f"r{number}", source=f"wire{draw.randrange(9)}", at=later))
    news.sort(key=lambda one: one.at)
    stories, _ = ours(news, reports)
    first: dict[str, str] = {}
    told: set[str] = set()
    twice = 0
    for one in news:  # the first report of a story tells it; the same text under another story tells it again
        text = " ".join(words(f"{one.title} {one.summary}"))
        if stories[one.item_id] not in told and first.get(text, stories[one.item_id]) != stories[one.item_id]:
            twice += 1
        first.setdefault(text, stories[one.item_id])
        told.add(stories[one.item_id])
    return twice


def main() -> None:
    """Print all figures."""
    print(f"python {platform.python_version()}, seed {SEED}, one core")
    for per_window in (2_000, 20_000):
        full = speed(per_window=per_window)
        print(
            f"StoryIndex, {full.held:,} reports in the window: {full.placed:,.0f} placed per CPU second, "
            f"{full.counted:,.0f} with mending and counting; weighed anew in {full.anew:.2f} CPU seconds"
        )
    worlds((1, 2, 11, 12, 13, 14))
    print(f"1,000 items and 350 reprints: {repeats()} stories told twice")
    if "--million" in sys.argv:
        understanding.main((10_000, 1_000_000))
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
