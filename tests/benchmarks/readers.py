"""Simulated readers of known taste on the demo world: how well a digest's order serves them.

    python -m tests.benchmarks.readers              40 readers, 12 weeks, tags of the shipped model
    python -m tests.benchmarks.readers 20 8 truth   20 readers, 8 weeks, true labels with noise

What a reader truly likes is drawn: a sector of its own, a neighbour, four technologies, two functions, and
two technologies it dislikes. Its profile declares 65 % of what it likes and one technology it does not. A
story is worth 0 to 3 by the labels that are true of its event, which nobody but the reader knows; order is by
tags. Of what its digest shows it votes on 70 %, one vote in ten is a slip. nDCG@10 is over all stories of a
week.

A digest prefers what two publishers or an official source told, which these readers do not care for: what
that costs them is the difference to *points only*, and baselines are shown under the same rule too.

One event is one story here: clustering is measured elsewhere (``stories``). Figures are of seeds from 100 on,
on which nothing was tuned.
"""

from __future__ import annotations

import math
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from statistics import mean

import numpy as np

from trendwatch.advice.columns import Columns
from trendwatch.advice.digest import compose, select
from trendwatch.advice.evidence import officials
from trendwatch.advice.selection import StoryJudgement
from trendwatch.advice.updates import told_text
from trendwatch.config import load, shipped_directory
from trendwatch.demo.world import Told, World
from trendwatch.types.advice import Business, Candidate, Coverage, Digest, Edition, Memory
from trendwatch.types.sources import Source
from trendwatch.types.tags import Facet, Origin, Tag, Taxonomy
from trendwatch.types.votes import Vote, VoteKind

#: Seeds below were looked at while building; figures are of those from here on.
FIRST_SEED = 100
FIRST_WEEK = 64
SHOWN = 5
VOTED, SLIP, DECLARED = 0.7, 0.1, 0.65
_WEEK = timedelta(weeks=1)

Labels = frozenset[str]
Tagging = Callable[[Sequence[Told]], list[tuple[Tag, ...]]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of known taste, and what they told us of it."""

    weights: Mapping[str, float]
    business: Business

    def grade(self, labels: Labels) -> int:
        """Return what a story is worth to them, 0 to 3, by what is true of it."""
        liked = sum(self.weights.get(key, 0.0) for key in labels)
        return 3 if liked >= 2 else 2 if liked >= 1.5 else 1 if liked >= 1 else 0


@dataclass(slots=True)
class Week:
    """An edition with the truth about its stories."""

    columns: Columns
    truth: dict[str, Labels]


@dataclass(slots=True)
class Measured:
    """nDCG@10 of each way to order by week, of all readers; and what digests must keep to."""

    ndcg: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    most_outside: int = 0
    repeats: int = 0
    digests: int = 0
    #: what each reader got, in order
    issues: list[list[Digest]] = field(default_factory=list)

    def mean(self, way: str, weeks: slice = slice(None)) -> float:
        """Return the mean of some weeks."""
        return mean(value for reader in self.ndcg[way] for value in reader[weeks])

    def gain(self, way: str, other: str, weeks: slice = slice(None)) -> tuple[float, float, float]:
        """Return how much better a way is for a reader, with a bootstrapped 95 % interval."""
        pairs = zip(self.ndcg[way], self.ndcg[other], strict=True)
        each = np.array([mean(one[weeks]) - mean(two[weeks]) for one, two in pairs])
        draws = np.random.default_rng(1).choice(each, (2_000, len(each))).mean(axis=1)
        low, high = np.percentile(draws, [2.5, 97.5])
        return float(each.mean()), float(low), float(high)


def measured(readers: int, weeks: int, *, tagging: Tagging, seed: int = FIRST_SEED) -> Measured:
    """Return how readers fare over some weeks."""
    world = World(seed)
    news = [_a_week(world, FIRST_WEEK + number, tagging) for number in range(weeks)]
    found = Measured()
    for number in range(readers):
        reader = a_reader(random.Random(f"{seed}/{number}"), number)
        _live(reader, news, found, random.Random(f"{seed}/{number}/votes"))
    return found


def a_week(seed: int, *, tagging: Tagging | None = None) -> Week:
    """Return one week of a world."""
    return _a_week(World(seed), FIRST_WEEK, tagging or by_truth)


def a_reader(draw: random.Random, number: int) -> Reader:
    """Return a reader whose profile says part of what they like, and something they do not."""
    areas, sectors, functions = _labels(Facet.AREA), _labels(Facet.SECTOR), _labels(Facet.FUNCTION)
    own, near = draw.sample(sectors, 2)
    liked = draw.sample(areas, 4)
    others = [key for key in areas if key not in liked]
    disliked = draw.sample(others, 2)
    goals = draw.sample(functions, 2)
    weights = dict.fromkeys([f"sector:{own}", *(f"area:{key}" for key in liked)], 1.0)
    weights |= dict.fromkeys([f"sector:{near}", *(f"function:{key}" for key in goals)], 0.5)
    weights |= {f"area:{key}": -1.5 for key in disliked}
    said = [key for key in liked if draw.random() < DECLARED]
    said.append(draw.choice(others))
    business = Business(
        key=f"reader{number}",
        name=f"Reader {number}",
        sector=own,
        areas=tuple(said),
        goals=tuple(key for key in goals if draw.random() < DECLARED),
    )
    return Reader(weights, business)


def _live(reader: Reader, news: Sequence[Week], found: Measured, draw: random.Random) -> None:
    """Read, vote and read on."""
    by_way: dict[str, list[float]] = defaultdict(list)
    memory, shown, issues = Memory(issues=4), list[frozenset[str]](), list[Digest]()
    rocchio = _Rocchio(reader.business)
    for week in news:
        edition = week.columns.edition
        grades = {key: reader.grade(labels) for key, labels in week.truth.items()}
        without = replace(memory, votes=())
        ways = {
            "newest first": _newest(edition),
            "popularity": _popular(week.columns),
            "profile cosine": _Rocchio(reader.business).order(week.columns),
            "Rocchio": rocchio.order(week.columns),
            "cosine, proven first": _proven_first(
                _Rocchio(reader.business).order(week.columns), week.columns
            ),
            "Rocchio, proven first": _proven_first(rocchio.order(week.columns), week.columns),
            "profile, points only": by_points(week.columns, reader.business, without),
            "votes, points only": by_points(week.columns, reader.business, memory),
            "profile alone": ours(week.columns, reader.business, without),
            "with votes": ours(week.columns, reader.business, memory),
        }
        for name, order in ways.items():
            by_way[name].append(ndcg(order, grades))
        rocchio.learn(week.columns, ways["Rocchio"][:SHOWN], grades, draw)
        digest = compose(edition, reader.business, memory, columns=week.columns)
        found.digests += 1
        issues.append(digest)
        found.most_outside = max(found.most_outside, int(digest.outside is not None))
        now_shown = frozenset(pick.story_id for pick in digest.picks)
        found.repeats += len(now_shown & frozenset().union(*shown[-4:]))
        shown.append(now_shown)
        votes = (*memory.votes, *_votes(reader, digest, week, grades, draw))
        memory = Memory(
            shown=frozenset().union(*shown),
            told=tuple(_told(issues)),
            issues=memory.issues + 1,
            last_cutoff=edition.cutoff,
            votes=votes,
        )
    found.issues.append(issues)
    for name, values in by_way.items():
        found.ndcg[name].append(values)


def ours(columns: Columns, business: Business, memory: Memory) -> list[str]:
    """Return the stories in our order: what may be shown, then the rest by points."""
    judgement = select(columns.edition, business, memory, columns=columns).judgement
    return [columns.candidates[at].story_id for at in full_order(judgement)]


def full_order(judgement: StoryJudgement) -> list[int]:
    """Return every story's place: those that may be shown in turn, then the others as near as they came."""
    may = [int(at) for at in judgement.in_turn()]
    points = judgement.scores.points
    rest = sorted(set(range(len(judgement.columns))) - set(may), key=lambda at: (-int(points[at]), at))
    return may + rest


def by_points(columns: Columns, business: Business, memory: Memory) -> list[str]:
    """Return the stories by points, as if nothing had to be proven."""
    judgement = select(columns.edition, business, memory, columns=columns).judgement
    order = np.lexsort((columns.turn, -judgement.scores.points.astype(int)))
    return [columns.candidates[int(at)].story_id for at in order]


def _proven_first(order: Sequence[str], columns: Columns) -> list[str]:
    """Return an order with what two publishers or an official source told in front, as our digest must."""
    proven = (columns.owners > 1) | officials(columns)
    return sorted(order, key=lambda key: not proven[columns.place[key]])


def ndcg(order: Sequence[str], grades: Mapping[str, int], places: int = 10) -> float:
    """Return how near an order comes to the best one, 0 to 1; 1 where nothing is worth anything."""
    gains = [2.0 ** grades[key] - 1 for key in order[:places]]
    best = sorted((2.0**grade - 1 for grade in grades.values()), reverse=True)[:places]
    ideal = _discounted(best)
    return _discounted(gains) / ideal if ideal else 1.0


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(place + 2) for place, gain in enumerate(gains))


def _newest(edition: Edition) -> list[str]:
    return [one.story_id for one in sorted(edition.candidates, key=lambda one: one.first_seen_at)[::-1]]


def _popular(columns: Columns) -> list[str]:
    return [columns.candidates[int(at)].story_id for at in np.argsort(columns.turn)]


class _Rocchio:
    """A vector of labels that votes pull; without votes it is the profile."""

    def __init__(self, business: Business) -> None:
        declared = [f"sector:{business.sector}", *(f"area:{key}" for key in business.areas)]
        self._vector = dict.fromkeys([*declared, *(f"function:{key}" for key in business.goals)], 1.0)

    def order(self, columns: Columns) -> list[str]:
        """Return stories by cosine."""

        def likeness(at: int) -> float:
            tags = columns.tags[at]
            norm = math.sqrt(sum(sure * sure for sure in tags.values())) or 1.0
            return sum(self._vector.get(key, 0.0) * sure for key, sure in tags.items()) / norm

        ordered = sorted(range(len(columns)), key=lambda at: (-likeness(at), int(columns.turn[at])))
        return [columns.candidates[at].story_id for at in ordered]

    def learn(
        self, columns: Columns, shown: Sequence[str], grades: Mapping[str, int], draw: random.Random
    ) -> None:
        """Move towards what was useful, away from what was not."""
        for key in shown:
            if draw.random() < VOTED:
                useful = (grades[key] >= 2) != (draw.random() < SLIP)
                for label, sure in columns.tags[columns.place[key]].items():
                    self._vector[label] = self._vector.get(label, 0.0) + sure * (0.5 if useful else -0.25)


def _votes(
    reader: Reader, digest: Digest, week: Week, grades: Mapping[str, int], draw: random.Random
) -> list[Vote]:
    found = []
    for pick in digest.picks:
        if draw.random() < VOTED:
            useful = (grades[pick.story_id] >= 2) != (draw.random() < SLIP)
            tags = week.columns.tags[week.columns.place[pick.story_id]]
            vote = Vote(
                business_key=reader.business.key,
                story_id=pick.story_id,
                period=digest.period,
                kind=VoteKind.USEFUL if useful else VoteKind.NOT_FOR_ME,
                voted_at=digest.cutoff + timedelta(days=1),
                labels=tuple(tags.items()),
            )
            found.append(vote)
    return found


def _told(issues: Sequence[Digest]) -> Iterator[tuple[int, str]]:
    for ago, digest in enumerate(reversed(issues[-13:]), start=1):
        for pick in digest.picks:
            yield ago, told_text(pick.title.removeprefix("Update: "), pick.what)


def _a_week(world: World, number: int, tagging: Tagging) -> Week:
    since = world.begin + number * _WEEK
    events: dict[str, list[Told]] = defaultdict(list)
    for entry in world.week(number):
        if since <= entry.published < since + _WEEK:
            events[entry.event_id].append(entry)
    leads = [max(told, key=lambda one: len(one.summary)) for told in events.values()]
    candidates = [
        _candidate(world, told, lead, tags)
        for told, lead, tags in zip(events.values(), leads, tagging(leads), strict=True)
    ]
    edition = Edition(
        id=(since + _WEEK).isoformat(),
        since=since,
        cutoff=since + _WEEK,
        candidates=tuple(candidates),
        trends=(),
        coverage=Coverage(items=sum(map(len, events.values())), sources=80, feeds=80),
        names=taxonomy().names(),
        parents=taxonomy().parents(),
        model_version="v",
        config_hash="c",
    )
    return Week(Columns(edition), {key: told[0].labels for key, told in events.items()})


def _candidate(world: World, told: Sequence[Told], lead: Told, tags: tuple[Tag, ...]) -> Candidate:
    sources: dict[str, Source] = {}
    for entry in told:
        outlet = world.by_key[entry.feed_key]
        source = Source(
            title=entry.title,
            url=entry.url,
            feed=outlet.title,
            owner=outlet.owner,
            kind=str(outlet.kind),
            region=outlet.region,
        )
        sources.setdefault(source.owner, source)
    first = min(entry.published for entry in told)
    return Candidate(
        story_id=told[0].event_id,
        title=lead.title,
        summary=lead.summary,
        url=lead.url,
        first_seen_at=first,
        published_at=first,
        backlog=False,
        tags=tags,
        sources=tuple(sources.values()),
        items=len(told),
    )


def by_truth(told: Sequence[Told]) -> list[tuple[Tag, ...]]:
    """Return true labels with noise: one in six missing, one story in ten with a wrong one."""
    found = []
    for entry in told:
        draw = random.Random(entry.event_id)
        keys = [key for key in sorted(entry.labels) if draw.random() < 5 / 6]
        keys += [f"area:{draw.choice(_labels(Facet.AREA))}"] if draw.random() < 0.1 else []
        found.append(tuple(_tag(key, draw.uniform(0.5, 0.99)) for key in dict.fromkeys(keys)))
    return found


def by_model() -> Tagging:
    """Return the shipped model's tagging; it is trained unless this machine has it already."""
    import os
    from pathlib import Path

    from trendwatch.tagging.model import Tagger
    from trendwatch.wiring import service

    with service(
        directory=shipped_directory(), environ=os.environ, cwd=Path.cwd(), store_url="sqlite://"
    ) as made:
        tagger = Tagger.load(made.cold_model(), made.config.taxonomy)
    return lambda told: tagger.tag([(one.title, one.summary) for one in told])


def _tag(key: str, confidence: float) -> Tag:
    facet, _, label = key.partition(":")
    return Tag(facet=Facet(facet), label=label, confidence=confidence, origin=Origin.MODEL, terms=())


@cache
def taxonomy() -> Taxonomy:
    """Return the shipped labels."""
    return load(shipped_directory(), environ={}).taxonomy


@cache
def _labels(facet: Facet) -> list[str]:
    """Return the labels of a facet that the world's events carry."""
    world = World(FIRST_SEED)
    weeks = range(FIRST_WEEK, FIRST_WEEK + 2)
    keys = {key for week in weeks for event in world.events(week) for key in event.labels}
    return sorted(key.partition(":")[2] for key in keys if key.startswith(f"{facet}:"))


def main() -> None:
    """Print nDCG@10 by way and weeks."""
    given = sys.argv[1:]
    readers = int(given[0]) if given else 40
    weeks = int(given[1]) if len(given) > 1 else 12
    tagging = by_truth if "truth" in given else by_model()
    seed = int(given[3]) if len(given) > 3 else FIRST_SEED
    found = measured(readers, weeks, tagging=tagging, seed=seed)
    print(f"{readers} readers, {weeks} weeks, world of seed {seed}; mean nDCG@10")
    for way in found.ndcg:
        spans = [f"{found.mean(way, slice(first, first + 4)):.3f}" for first in range(0, weeks, 4)]
        print(f"{way:22} all weeks {found.mean(way):.3f}, by four weeks {', '.join(spans)}")
    for one, two, span in (
        ("profile alone", "popularity", slice(None)),
        ("profile alone", "profile cosine", slice(None)),
        ("profile alone", "cosine, proven first", slice(None)),
        ("with votes", "profile alone", slice(4, None)),
        ("with votes", "Rocchio", slice(4, None)),
        ("with votes", "Rocchio, proven first", slice(4, None)),
    ):
        gain, low, high = found.gain(one, two, span)
        when = "all weeks" if span.start is None else "after four weeks of votes"
        print(f"{one} over {two}, {when}: {gain:+.3f} [{low:+.3f}, {high:+.3f}]")
    print(
        f"{found.digests} digests: at most {found.most_outside} from outside, "
        f"{found.repeats} stories twice within four issues"
    )


if __name__ == "__main__":
    main()
