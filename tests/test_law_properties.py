"""The five laws of trends over generated small worlds: from reports to counts to what is told.

A world has two to five feeds of different rates, labels of different shares, stories that two feeds tell, and
perhaps a label and a word that rise. What is told of it is what the stages say of labels and of words, with
rules under which small worlds have alarms: a law that is never near an alarm proves nothing. Examples from
end to end are in ``test_trend_laws``.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.seeds import NOW, a_feed, a_model, a_tag, an_item, claim_on, keep
from tests.steps import Clock, a_memory, easy_rules, understand_all
from trendwatch.news.cluster import Rarity, StoryIndex
from trendwatch.news.cluster import Report as ToPlace
from trendwatch.pipeline.analyse import TermMemory, analyse
from trendwatch.store import Store
from trendwatch.trends.series import Counts
from trendwatch.trends.surge import SurgeRules, surges
from trendwatch.trends.tally import Tally
from trendwatch.trends.terms import TermRules, TermText, TermWatch
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Item
from trendwatch.types.stories import Understood
from trendwatch.types.trends import Trend
from trendwatch.types.weeks import week_end, week_number, week_start

FIRST = week_number(NOW) - 30
LABELS = ("area:drones", "area:iot", "area:ai", "sector:retail")
#: Small worlds have small numbers.
EASY = SurgeRules(min_sources=1, min_owners=1, min_observed=1.0, least_change=0.1)
WORDS = TermRules(min_stories=2, min_sources=2, min_owners=2)
#: Worlds a law is asked of; campaigns ask more.
EXAMPLES = int(os.environ.get("TRENDWATCH_LAW_EXAMPLES", "24"))
#: Not shrunk: a world is a seed, and with a smaller seed another world.
LAWS = settings(max_examples=EXAMPLES, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
_SYLLABLES = "ba de fi go ku la me ni po ru sa te vi wo zu cra dro fle gni".split()


@dataclass(frozen=True)
class Told:
    """A report."""

    item: str
    feed: str
    story: str
    at: datetime
    labels: tuple[str, ...]
    text: str

    @property
    def week(self) -> int:
        return week_number(self.at)


@dataclass(frozen=True)
class World:
    """Reports, and since when their feeds are read."""

    reports: tuple[Told, ...] = field(repr=False)
    since: Mapping[str, int]
    last: int

    def joined(self, other: Iterable[Told], since: Mapping[str, int]) -> World:
        return World((*self.reports, *other), {**self.since, **since}, self.last)


def reports_of(
    random: np.random.Generator,
    feed: str,
    weeks: Iterable[int],
    rate: float,
    *,
    shares: Mapping[str, float],
    rises: int,
) -> list[Told]:
    """Return what a feed tells: stories a week, of labels by their shares, of the rise from a week on."""
    found: list[Told] = []
    for week in weeks:
        for _ in range(int(random.poisson(rate))):
            name = f"{feed}-{week}-{len(found)}"
            labels = [label for label, share in shares.items() if random.random() < share]
            words = ["".join(random.choice(_SYLLABLES, 4)) for _ in range(6)]
            if week >= rises and random.random() < 0.5:
                labels, words = [*labels, "area:vr"], [*words, "zephyr drives"]
            at = week_start(week) + timedelta(hours=int(random.integers(0, 168)))
            found.append(Told(name, feed, name, at, tuple(labels), " ".join(words)))
    return found


@st.composite
def worlds(draw: st.DrawFn) -> World:
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    weeks = draw(st.integers(22, 30))
    first, last = FIRST, FIRST + weeks - 1
    rises = draw(st.integers(last - 6, last + 1))
    feeds = [f"feed{number}" for number in range(draw(st.integers(2, 5)))]
    reports: list[Told] = []
    for feed in feeds:
        rate = draw(st.sampled_from((1.0, 3.0, 6.0)))
        shares = {label: draw(st.sampled_from((0.0, 0.1, 0.4))) for label in LABELS}
        reports += reports_of(random, feed, range(first, last + 1), rate, shares=shares, rises=rises)
    # some stories are told by a second feed a day later
    again = [
        replace(one, item=f"{one.item}-also", feed=feeds[0], at=one.at + timedelta(days=1))
        for one in reports
        if one.feed != feeds[0] and random.random() < 0.1
    ]
    inside = [one for one in again if one.week <= last]
    return World((*reports, *inside), dict.fromkeys(feeds, first - 1), last)


def counts_of(reports: Iterable[Told]) -> Counts:
    tally = tally_of(reports)
    rows = [(key, feed, week, float(n)) for (key, week, feed), n in sorted(tally.report_counts.items())]
    first = [float(tally.first_counts[key, week, feed]) for key, feed, week, _ in rows]
    return replace(Counts.of(rows), reports=np.array(first, dtype=np.float32))


def tally_of(reports: Iterable[Told]) -> Tally:
    tally = Tally()
    for one in sorted(reports, key=lambda one: (one.at, one.item)):
        tally.add_counted(one.story, one.feed, at=one.at, labels=one.labels)
    return tally


def labels_told(world: World, *, weeks: int = 3) -> list[tuple[int, str, float]]:
    """What rises and falls in the last weeks, by how many weeks before the last, with its strength."""
    counts = counts_of(world.reports)
    return [
        (world.last - week, one.key, one.strength)
        for week in range(world.last - weeks + 1, world.last + 1)
        for one in surges(counts, week=week, since=world.since, owners={}, rules=EASY)
    ]


def words_told(world: World) -> list[tuple[int, str, float]]:
    """The words that are told, by how many weeks before the last, with their strength."""
    by_week: defaultdict[int, list[Told]] = defaultdict(list)
    for one in sorted(world.reports, key=lambda one: (one.at, one.item)):
        by_week[one.week].append(one)
    watch, found = TermWatch(), []
    for week in range(min(by_week), world.last + 1):
        watch.add(
            week, [TermText(one.item, one.story, one.feed, one.item, one.text) for one in by_week[week]]
        )
        if week >= world.last - 6:
            told = watch.judge(since=world.since, owners={}, rules=WORDS)
            found += [(world.last - week, one.term, one.strength) for one in told]
    return found


def test_worlds_have_alarms_or_the_laws_prove_nothing() -> None:
    random, labels, words = np.random.default_rng(1), 0, 0
    for _ in range(12):
        weeks = range(FIRST, FIRST + 28)
        feeds = [f"feed{number}" for number in range(4)]
        reports = [
            one
            for feed in feeds
            for one in reports_of(
                random, feed, weeks, 6.0, shares=dict.fromkeys(LABELS, 0.2), rises=FIRST + 24
            )
        ]
        world = World(tuple(reports), dict.fromkeys(feeds, FIRST - 1), FIRST + 27)
        labels += any(key == "area:vr" for _, key, _ in labels_told(world))
        words += any(word.startswith("zephyr") for _, word, _ in words_told(world))
    assert (labels, words) == (12, 12)


@st.composite
def joining(draw: st.DrawFn, world: World) -> tuple[list[Told], dict[str, int]]:
    """A feed that was first read in the last weeks, of any rate and mix, with any back-log."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    joined = draw(st.integers(world.last - 4, world.last))
    back = draw(st.integers(0, 20))
    rate = draw(st.sampled_from((1.0, 8.0, 20.0)))
    shares = {label: draw(st.sampled_from((0.0, 0.5, 1.0))) for label in LABELS}
    rises = draw(st.sampled_from((joined - 2, world.last + 1)))
    weeks = range(max(FIRST, joined - back), world.last + 1)
    return reports_of(random, "young", weeks, rate, shares=shares, rises=rises), {"young": joined}


@LAWS
@given(st.data())
def test_a_feed_that_joins_makes_no_alarm_in_its_warm_up(drawn: st.DataObject) -> None:
    world = drawn.draw(worlds())
    with_it = world.joined(*drawn.draw(joining(world)))
    assert labels_told(with_it) == labels_told(world)
    assert {word for _, word, _ in words_told(with_it)} <= {word for _, word, _ in words_told(world)}


@LAWS
@given(st.data())
def test_a_copy_of_any_item_changes_nothing(drawn: st.DataObject) -> None:
    """Printed again by the same feed within two days, under another name: clustered, counted and judged."""
    world = drawn.draw(worlds())
    copied = drawn.draw(st.sets(st.sampled_from(world.reports), max_size=30)) if world.reports else set()
    hours = drawn.draw(st.integers(0, 47))
    copies = [
        replace(one, item=f"{one.item}-copy", story="", at=one.at + timedelta(hours=hours)) for one in copied
    ]
    inside = [one for one in copies if one.week <= world.last]
    one, other = clustered(world), clustered(world.joined(inside, {}))
    assert labels_told(other) == labels_told(one)
    assert words_told(other) == words_told(one)


def clustered(world: World) -> World:
    """Give each report the story that the index finds for it."""
    index = StoryIndex(Rarity.of([]))
    placed = []
    for one in sorted(world.reports, key=lambda one: (one.at, one.item)):
        report = ToPlace(item_id=one.item, source=one.feed, title=one.text, summary="", at=one.at)
        placed.append(replace(one, story=index.assign(report).story_id))
    return replace(world, reports=tuple(placed))


@LAWS
@given(st.data())
def test_every_source_telling_twice_as_much_of_the_same_makes_no_alarm(drawn: st.DataObject) -> None:
    """Each week of a feed brings the same stories anew; from one week on twice."""
    random = np.random.default_rng(drawn.draw(st.integers(0, 2**32)))
    last = FIRST + drawn.draw(st.integers(22, 30))
    doubled = drawn.draw(st.integers(FIRST + 12, last))
    feeds = [f"feed{number}" for number in range(drawn.draw(st.integers(2, 5)))]
    reports = []
    for feed in feeds:
        shares = {label: drawn.draw(st.sampled_from((0.0, 0.2, 0.6))) for label in LABELS}
        usual = reports_of(
            random, feed, [FIRST], drawn.draw(st.sampled_from((2.0, 6.0))), shares=shares, rises=FIRST
        )
        for week in range(FIRST, last + 1):
            for time in range(2 if week >= doubled else 1):
                reports += [
                    replace(
                        one,
                        item=f"{one.item}-{week}-{time}",
                        story=f"{one.story}-{week}-{time}",
                        at=one.at + timedelta(weeks=week - FIRST),
                    )
                    for one in usual
                ]
    if not reports:
        return
    world = World(tuple(reports), dict.fromkeys(feeds, FIRST - 1), last)
    assert [key for _, key, _ in labels_told(world)] == []
    assert words_told(world) == []


@LAWS
@given(worlds(), st.integers(-500, 500))
def test_shifting_by_whole_weeks_changes_nothing(world: World, by: int) -> None:
    later = World(
        tuple(replace(one, at=one.at + timedelta(weeks=by)) for one in world.reports),
        {feed: week + by for feed, week in world.since.items()},
        world.last + by,
    )
    assert labels_told(later) == labels_told(world)
    assert words_told(later) == words_told(world)


def version_counts(world: World, version: str, share: float) -> list[Told]:
    """Return the reports as a model version labels them: it leaves out labels, or sees them everywhere."""
    random = np.random.default_rng(len(version))
    return [
        replace(
            one,
            labels=tuple(label for label in one.labels if random.random() < share)
            + (("area:ai",) if version == "v2" and random.random() < 0.5 else ()),
        )
        for one in world.reports
    ]


@settings(LAWS, max_examples=max(4, EXAMPLES // 4))
@given(worlds(), st.sampled_from((0.3, 0.7, 1.0)))
def test_a_new_model_version_makes_no_alarm(world: World, share: float) -> None:
    """After the change the weeks say what they would say had there never been another version."""
    if not world.reports:
        return
    changed, alone = Store.open("sqlite://"), Store.open("sqlite://")
    try:
        memory = TermMemory()
        _count(changed, world, {"v1": version_counts(world, "v1", 1.0)})
        _judged(changed, world, memory)
        _count(changed, world, {"v2": version_counts(world, "v2", share)})
        after = _judged(changed, world, memory)
        _count(alone, world, {"v2": version_counts(world, "v2", share)})
        assert after == _judged(alone, world, TermMemory())
    finally:
        changed.close()
        alone.close()


def _count(store: Store, world: World, versions: Mapping[str, Sequence[Told]]) -> None:
    for version, reports in versions.items():
        if store.models.current() is None:
            store.feeds.sync([a_feed(feed) for feed in sorted(world.since)])
            store.models.adopt(a_model(version), since=week_start(FIRST - 10))
            _keep(store, world)
        else:
            store.models.adopt(a_model(version), since=week_start(FIRST - 10))
        tally = tally_of(reports)
        items = {one.item: _item(one) for one in reports}
        first: dict[str, Told] = {}
        for one in sorted(reports, key=lambda one: (one.at, one.item)):
            first.setdefault(one.story, one)
        batch = Understood(
            stories={items[one.item].id: one.story for one in reports},
            tags={items[one.item].id: [a_tag(label) for label in one.labels] for one in reports},
            new_stories={story: items[one.item] for story, one in first.items()},
            story_counts=tally.story_counts,
            day_counts=tally.day_counts,
            report_counts=tally.report_counts,
            first_counts=tally.first_counts,
        )
        claim = claim_on(store, "understand", "all")
        store.understanding.write(version, batch, claim=claim)
        store.leases.release(claim)
    # nothing waits any more: the version that was counted beside the current one takes its place
    understand_all(store, memory=a_memory(*versions, "v1", "v2"), now=week_end(world.last))
    current = store.models.current()
    assert current is not None and current.version in versions  # noqa: PT018 - one fact


def _keep(store: Store, world: World) -> None:
    for feed in sorted(world.since):
        mine = [_item(one) for one in world.reports if one.feed == feed]
        # what was told before is known when the first week is judged
        keep(store, mine, at=week_start(FIRST + 8))


def _item(one: Told) -> Item:
    item = an_item(feed=one.feed, at=one.at, title=one.text, entry_key=one.item)
    return replace(item, id=stable_id(one.feed, one.item))


def _judged(store: Store, world: World, memory: TermMemory) -> dict[str, list[Trend]]:
    report = analyse(
        store,
        rules=easy_rules(top_terms=3),
        terms=memory,
        clock=Clock(week_end(world.last)),
        lease=timedelta(seconds=60),
    )
    return report.weeks
