"""Runs the steps of the pipeline for tests: a clock by hand, taggers without training, short worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tests.seeds import LEASE, NOW, a_feed, a_model, a_taxonomy, an_item, claim_on, keep
from trendwatch.pipeline.analyse import AnalyseReport, Rules, TermMemory, analyse, rules_of
from trendwatch.pipeline.understand import Understanding, UnderstandReport, understand
from trendwatch.store import Store
from trendwatch.tagging.model import Tagger
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Item
from trendwatch.types.stories import Understood
from trendwatch.types.tags import Tag


@dataclass(slots=True)
class Clock:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time: timedelta) -> datetime:
        self.now += time
        return self.now


@cache
def rule_tagger() -> Tagger:
    return Tagger.rules(a_taxonomy())


def a_memory(*versions: str) -> Understanding:
    """Return a fresh memory of the understand step whose taggers need no training."""
    return Understanding(taggers={version: rule_tagger() for version in versions or ("v1",)})


def understand_all(
    store: Store, *, memory: Understanding | None = None, now: datetime = NOW
) -> UnderstandReport:
    return understand(store, a_taxonomy(), clock=Clock(now), lease=LEASE, memory=memory or a_memory())


def easy_rules(*, top_terms: int = 0) -> Rules:
    return rules_of(min_sources=1, floor=1.0, top_terms=top_terms)


def analyse_all(store: Store, *, now: datetime, rules: Rules | None = None) -> AnalyseReport:
    return analyse(store, rules=rules or easy_rules(), terms=TermMemory(), clock=Clock(now), lease=LEASE)


def a_store_with(store: Store, items: Iterable[Item], *, version: str = "v1", now: datetime = NOW) -> Store:
    """Give a store the feeds of some items, a model, and the items."""
    kept = sorted(items, key=lambda item: item.first_seen_at)
    store.feeds.sync([a_feed(key) for key in sorted({item.feed_key for item in kept})])
    store.models.adopt(a_model(version), since=NOW - timedelta(days=400))
    keep(store, kept, at=now)
    return store


def write(
    store: Store,
    stories: Mapping[str, Sequence[Item]],
    tags: Mapping[str, Sequence[Tag]] | None = None,
    *,
    version: str = "v1",
) -> dict[str, str]:
    """Write items as understood, grouped by a name for each story; return the stories' ids."""
    ids = {name: stable_id("story", items[0].id) for name, items in stories.items()}
    batch = Understood(
        stories={item.id: ids[name] for name, items in stories.items() for item in items},
        tags=tags or {},
        new_stories={ids[name]: items[0] for name, items in stories.items()},
    )
    claim = claim_on(store, "understand", "all")
    store.understanding.write(version, batch, claim=claim)
    store.leases.release(claim)
    return ids


#: Ways to tell an event, so that reports of one event share rare words and differ in others.
_FRAMES = (
    "{what} in {place}, says {who}",
    "{who}: {what} in {place}",
    "In {place}, {what} as {who} looks on",
)
_EVENTS = (
    ("drone counts thirsty orchard trees", "Evora", "grower Mendes"),
    ("supermarket shop pools till rolls", "Bremen", "baker Krause"),
    ("sensor outlives three frosty winters", "Tampere", "farmer Niemi"),
    ("quadcopter inspects leaking dike", "Zeeland", "engineer Vos"),
    ("regulator drafts lighter parcel rule", "Brussels", "lawyer Lefevre"),
    ("smart meter halves barn heating", "Gdansk", "farmer Nowak"),
)


def a_report(event: int, telling: int, *, feed: str, at: datetime, backlog: bool = False) -> Item:
    """Return one feed's report of an event; events beyond the written ones carry their number as a name."""
    what, place, who = _EVENTS[event % len(_EVENTS)]
    series = event // len(_EVENTS)
    place = f"{place} {'north south east west upper lower'.split()[series % 6]}" if series else place
    title = _FRAMES[telling % len(_FRAMES)].format(what=what.capitalize(), place=place, who=who)
    number = event * 100 + telling
    return an_item(
        number, feed=feed, at=at, title=title, summary=f"Report from {place}: {what}.", backlog=backlog
    )


def understood(store: Store, titles: Sequence[str]) -> None:
    """Keep and understand items with these titles, as a service with one feed and one model does."""
    store.feeds.sync([a_feed()])
    store.models.adopt(a_model(), since=NOW - timedelta(days=400))
    keep(store, [an_item(number, title=title) for number, title in enumerate(titles)])
    understand_all(store)
