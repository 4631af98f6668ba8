"""Composing for many businesses, beside a bare sparse product with top-k of the same sizes.

    python -m tests.benchmarks.composing            1,000 and 10,000 businesses, 20,000 stories
    python -m tests.benchmarks.composing 100000     that many

Every business has a profile, votes and a memory of its own. Times are CPU seconds of this process; both sides
run in turns in the same process. The bare side multiplies stories by labels with labels by businesses and
takes the ten best: it knows no gates, caps, reasons or words.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from functools import partial
from itertools import islice

import numpy as np
from scipy.sparse import csr_array

from trendwatch.advice.columns import Columns
from trendwatch.advice.digest import compose, select
from trendwatch.types.advice import Business, Candidate, Coverage, Edition, Memory
from trendwatch.types.sources import Source
from trendwatch.types.tags import Facet, Origin, Tag
from trendwatch.types.votes import Vote, VoteKind

CUTOFF = datetime(2025, 3, 3, 7, 0, tzinfo=UTC)
WEEK = timedelta(weeks=1)
STORIES = 20_000
CHUNK = 250
AREAS = [f"area{number}" for number in range(25)]
SECTORS = [f"sector{number}" for number in range(18)]
FUNCTIONS = [f"function{number}" for number in range(10)]
IMPACTS = ["threat", "regulation", "opportunity", "cost", "skills"]
TOOLS = ["Xero", "Shopify", "Square", "WhatsApp", "Slack", "Etsy", "Stripe", "QuickBooks"]
NEWS_WORDS = (
    "maker city plant trial price team software order repair storm market harvest bank clinic".split()
)


def an_edition(stories: int, *, seed: int = 1) -> Edition:
    """Return a week of made-up stories, labelled as skewed as news is."""
    draw = random.Random(seed)
    return Edition(
        id=CUTOFF.isoformat(),
        since=CUTOFF - WEEK,
        cutoff=CUTOFF,
        candidates=tuple(_story(number, draw) for number in range(stories)),
        trends=(),
        coverage=Coverage(items=stories * 2, sources=2_000, feeds=2_050),
        names={},
        parents={},
        model_version="v",
        config_hash="c",
    )


def businesses(count: int, *, seed: int = 2) -> Iterator[Business]:
    """Return businesses of which no two have the same profile."""
    draw = random.Random(seed)
    for number in range(count):
        yield Business(
            key=f"b{number}",
            name=f"Business {number}",
            sector=draw.choice(SECTORS),
            areas=tuple(draw.sample(AREAS, draw.randint(1, 5))),
            goals=tuple(draw.sample(FUNCTIONS, draw.randint(1, 3))),
            follows=tuple(f"area:{key}" for key in draw.sample(AREAS, draw.randint(0, 1))),
            mutes=tuple(f"area:{key}" for key in draw.sample(AREAS, draw.randint(0, 2))),
            tools=tuple(draw.sample(TOOLS, draw.randint(0, 2))),
            digest_weekday=0,
            digest_time=hour(7, 0),
            timezone="UTC",
        )


def memories(some: Sequence[Business], edition: Edition) -> list[Memory]:
    """Return what each was shown in four issues and said of it: twenty stories, ten votes."""
    found = []
    for business in some:
        draw = random.Random(business.key)
        told = tuple((1 + number // 5, _told(draw.randrange(400))) for number in range(20))
        votes = tuple(_vote(business, number, draw, edition) for number in range(10))
        found.append(Memory(issues=9, told=told, votes=votes))
    return found


def _told(number: int) -> str:
    """Return what an issue said of one of the four hundred stories that were shown to anybody."""
    draw = random.Random(number)
    return " ".join(draw.choice(NEWS_WORDS) for _ in range(30)) + f" {number}"


def _vote(business: Business, number: int, draw: random.Random, edition: Edition) -> Vote:
    labels = (f"area:{draw.choice(AREAS)}", f"sector:{draw.choice(SECTORS)}")
    return Vote(
        business_key=business.key,
        story_id=f"old{number}",
        period="2025-W08",
        kind=draw.choice([VoteKind.USEFUL, VoteKind.NOT_FOR_ME]),
        voted_at=edition.cutoff - WEEK * draw.uniform(0.1, 4),
        labels=tuple((label, 0.8) for label in labels),
    )


def ours(columns: Columns, some: Sequence[Business], shown: Sequence[Memory]) -> None:
    """Judge every story for every business and choose, without words."""
    for business, memory in zip(some, shown, strict=True):
        select(columns.edition, business, memory, columns=columns)


def whole(columns: Columns, some: Sequence[Business], shown: Sequence[Memory]) -> None:
    """Compose whole digests."""
    for business, memory in zip(some, shown, strict=True):
        compose(columns.edition, business, memory, columns=columns)


def bare(stories: csr_array, some: Sequence[Business], labels: dict[str, int]) -> None:
    """Multiply and take the ten best."""
    weights = np.zeros((len(labels), len(some)), dtype=np.float32)
    for column, business in enumerate(some):
        for key in business.areas:
            weights[labels[f"area:{key}"], column] = 3
        for key in business.goals:
            weights[labels[f"function:{key}"], column] = 1.5
        weights[labels[f"sector:{business.sector}"], column] = 3
    scores = np.ascontiguousarray((stories @ weights).T)
    for row in scores:
        best = np.argpartition(row, -10)[-10:]
        best[np.argsort(-row[best])]


def main() -> None:
    """Print seconds and ratios for growing numbers of businesses."""
    counts = [int(argument) for argument in sys.argv[1:]] or [1_000, 10_000]
    columns = Columns(an_edition(STORIES))
    begun = time.process_time()
    first = list(businesses(1))
    ours(columns, first, memories(first, columns.edition))
    print(f"{STORIES:,} stories as columns: {time.process_time() - begun:.2f} CPU s, once for all")
    labels = {key: row for row, key in enumerate(sorted(columns.rows))}
    stories = _matrix(columns, labels)
    for count in counts:
        spent = {"bare product and top ten": 0.0, "judged and chosen": 0.0, "whole digests": 0.0}
        every = businesses(count)
        while some := list(islice(every, CHUNK)):
            shown = memories(some, columns.edition)
            for name, run in (
                ("bare product and top ten", partial(bare, stories, some, labels)),
                ("judged and chosen", partial(ours, columns, some, shown)),
                ("whole digests", partial(whole, columns, some, shown)),
            ):
                begun = time.process_time()
                run()
                spent[name] += time.process_time() - begun
        base = spent["bare product and top ten"]
        for name, seconds in spent.items():
            each = seconds / count * 1e3
            print(
                f"{count:,} businesses, {name}: {seconds:.1f} s, {each:.2f} ms each, {seconds / base:.1f} x"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MiB, of which the edition and its columns are most")


def _story(number: int, draw: random.Random) -> Candidate:
    facets = ((Facet.AREA, AREAS), (Facet.SECTOR, SECTORS), (Facet.FUNCTION, FUNCTIONS))
    tags = [(facet, keys[min(int(draw.expovariate(0.25)), len(keys) - 1)]) for facet, keys in facets]
    tags += [(Facet.IMPACT, draw.choice(IMPACTS))] if draw.random() < 0.4 else []
    told = min(1 + int(draw.expovariate(0.9)), 12)
    seen = CUTOFF - WEEK * draw.random() - timedelta(seconds=1)
    words = " ".join(draw.choice(NEWS_WORDS) for _ in range(9))
    title = f"{words} {draw.choice(TOOLS) if draw.random() < 0.02 else ''} {number}"
    return Candidate(
        story_id=f"s{number:06d}",
        title=title,
        summary=" ".join(draw.choice(NEWS_WORDS) for _ in range(25)),
        url=f"https://news.example/{number}",
        first_seen_at=seen,
        published_at=seen,
        backlog=False,
        tags=tuple(
            Tag(facet=facet, label=key, confidence=draw.uniform(0.35, 0.99), origin=Origin.MODEL, terms=())
            for facet, key in tags
            if draw.random() < 0.7
        ),
        sources=tuple(_source(draw.randint(0, 1_500), number) for _ in range(told)),
        items=told,
    )


def _source(feed: int, number: int) -> Source:
    name = f"Paper {feed}"
    return Source(title="t", url=f"https://p{feed}.example/{number}", feed=name, owner=name, kind="news")


def _matrix(columns: Columns, labels: dict[str, int]) -> csr_array:
    rows, places, values = [], [], []
    for story, tags in enumerate(columns.tags):
        for key, confidence in tags.items():
            rows.append(story)
            places.append(labels[key])
            values.append(confidence)
    return csr_array((np.array(values, dtype=np.float32), (rows, places)), shape=(len(columns), len(labels)))


if __name__ == "__main__":
    main()
