"""A small world in a store, put there by its own methods: a year of counts, a week of news, a digest.

config_files(folder)                 a configuration on disk
seed(store, parts_config)            feeds, items, model, tags, stories, counts, trends, edition, digest
doors(folder)                        all of it behind an application's Parts
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.seeds import LEASE, NOW, a_model, a_tag, claim_on
from tests.test_model import made
from trendwatch.advice.digest import compose
from trendwatch.api import Parts
from trendwatch.config import Config, LastGood, Settings
from trendwatch.desk import Desk
from trendwatch.news.candidates import candidates
from trendwatch.news.parse import parse
from trendwatch.store import Store
from trendwatch.types.advice import Digest, Edition
from trendwatch.types.delivery import Channel, Delivery, DeliveryState
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Answer, Failure, FeedState, Item, PollFailure, Request
from trendwatch.types.stories import Understood
from trendwatch.types.tags import Model, Tag
from trendwatch.types.trends import Stage, Trend, TrendKind
from trendwatch.types.weeks import week_name, week_number

VERSION = "v1"
LAST_WEEK = week_number(NOW) - 1

_SETTINGS = '[serve]\nbase_url = "https://news.example"\nwithout_key = true\n'
_TAXONOMY = """
[area.drones]
name = "Drones"
meaning = "Aircraft without a pilot on board."
[area.iot]
name = "Connected sensors"
meaning = "Devices that measure and report."
[area.ai]
name = "Artificial intelligence"
meaning = "Software that learns from examples."
[area.vr]
name = "Virtual reality"
meaning = "Worlds seen through a headset."
[sector.agriculture]
name = "Farming"
meaning = "Growing and raising."
[sector.retail]
name = "Retail"
meaning = "Selling to people."
[function.operations]
name = "Day-to-day work"
meaning = "Making and serving."
[impact.cost]
name = "Cost"
meaning = "What becomes cheaper or dearer."
"""
_FEEDS = """
[feeds.field_notes]
url = "https://fieldnotes.example/feed"
title = "Field Notes"
owner = "Orchard Press"
kind = "trade_press"
sectors = ["agriculture"]
[feeds.gazette]
url = "https://gazette.example/feed"
title = "The Gazette of Useful Machines"
owner = "Gazette Group"
[feeds.wire]
url = "https://wire.example/rss"
title = "Wire"
owner = "Wire Agency"
[feeds.shopkeeper]
url = "https://shopkeeper.example/feed"
title = "Shopkeeper Weekly"
owner = "High Street Media"
[feeds.rotors]
url = "https://rotors.example/feed"
title = "Rotors & Wings"
owner = "Rotors"
kind = "community"
[feeds.brand_new]
url = "https://new.example/feed"
title = "Brand New"
"""
_BUSINESS = """
name = "Hill Farm"
sector = "agriculture"
goals = ["operations"]
areas = ["drones"]
timezone = "Europe/Lisbon"
email = "owner@hillfarm.example"
"""
_SECOND = 'name = "Corner Shop"\nsector = "retail"\nareas = ["ai"]\n'

_PRACTICES = """
[practices.sensors]
name = "Soil sensors"
plain = "A sensor in the ground says when to water."
functions = ["operations"]
areas = ["iot"]
inspired_by = "agriculture"
adapt = "Start with the driest field."
cost_once = [50, 200, 900]
cost_per_month = [0, 5, 20]
hours_first_month = [2, 4, 8]
skills = "some"
experiment = "Bury two in one field for a month."
measure = "Litres of water a week."
passes = "A tenth less water."
fails = "No difference in two months."
risks = { lock_in = "Readings may stay with the maker: ask for a file." }
terms = ["soil sensor", "buried sensor"]
[practices.counter]
name = "A counter at the door"
plain = "Know how many people came, and how many bought."
functions = ["operations"]
inspired_by = "retail"
fits = ["retail"]
adapt = "Count by hand first."
cost_once = [0, 0, 0]
cost_per_month = [0, 0, 0]
hours_first_month = [1, 2, 3]
skills = "low"
experiment = "Count one week by hand."
measure = "Visitors and tills."
passes = "You learn something."
fails = "You knew it."
"""

# feed, hours before NOW, title, summary, labels, story
_Report = tuple[str, int, str, str, tuple[str, ...], str]
_NEWS: tuple[_Report, ...] = (
    (
        *("field_notes", 20, "Orchard drones find thirsty trees before they droop"),
        "Growers in three valleys now fly twice a week and water only the rows that need it. Water use fell "
        "by a fifth in the first season.",
        *(("area:drones", "sector:agriculture", "function:operations", "impact:cost"), "thirst"),
    ),
    (
        *("gazette", 18, "Drones spot thirsty orchard trees, say growers in three valleys"),
        "A season of flights has cut water use by a fifth, according to the growers.",
        *(("area:drones", "sector:agriculture"), "thirst"),
    ),
    (
        *("wire", 17, "Growers use drones to find dry trees", "Three valleys took part in the trial."),
        *(("area:drones", "sector:agriculture"), "thirst"),
    ),
    (
        *("shopkeeper", 40, "Small grocers share one demand forecast and bin less bread"),
        "Nine shops pool their till rolls; a model tells each how much to bake.",
        *(("area:ai", "sector:retail", "impact:cost"), "bread"),
    ),
    (
        *("gazette", 39, "Nine grocers, one forecast: less bread in the bin"),
        "The shops pay forty euros a month each.",
        *(("area:ai", "sector:retail"), "bread"),
    ),
    (
        *("field_notes", 60, "Cheap soil sensors last three winters in a trial"),
        "Of 400 sensors buried in 2022, 371 still report.",
        *(("area:iot", "sector:agriculture"), "soil"),
    ),
    (
        *("wire", 58, "Buried sensors survive three winters", "371 of 400 still report from the field."),
        *(("area:iot", "sector:agriculture"), "soil"),
    ),
    (
        *("rotors", 70, "New flight rules for drones under 250 grams from May"),
        "Operators will need a short online course.",
        *(("area:drones",), "rules"),
    ),
    (
        *("gazette", 90, "A museum lends out its headsets", "Virtual tours of the depot, by appointment."),
        *(("area:vr",), "museum"),
    ),
    (
        *("wire", 95, "Weather: a mild week ahead", "No frost is expected below 600 metres."),
        *((), "weather"),
    ),
)
_TERMS = {"drones": ("drones", "fly"), "agriculture": ("growers", "orchard"), "ai": ("model", "forecast")}


def config_files(folder: Path) -> Path:
    """Write a small configuration and return its directory."""
    directory = folder / "config"
    (directory / "businesses").mkdir(parents=True)
    (directory / "trendwatch.toml").write_text(_SETTINGS)
    (directory / "taxonomy.toml").write_text(_TAXONOMY)
    (directory / "feeds.toml").write_text(_FEEDS)
    (directory / "practices.toml").write_text(_PRACTICES)
    (directory / "businesses" / "hill_farm.toml").write_text(_BUSINESS)
    (directory / "businesses" / "corner_shop.toml").write_text(_SECOND)
    return directory


class Workshop:
    """What a desk is given: files, a store, the parser itself, a network that answers from a dictionary."""

    def __init__(self, directory: Path, store: Store, now: datetime) -> None:
        self.directory = directory
        self.environ: dict[str, str] = {}
        self.store = store
        self.clock = lambda: now
        self.lease = LEASE
        self._last_good = LastGood(directory, {})
        #: by address; what is not here is not there
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []

    @property
    def config(self) -> Config:
        return self._last_good.current(self.store.overlays.list())

    @property
    def settings(self) -> Settings:
        return self.config.settings

    @property
    def fetcher(self) -> Any:
        return self

    @property
    def sandbox(self) -> Any:
        return SimpleNamespace(parse=parse)

    def get(self, request: Request) -> Answer:
        self.asked.append(request.url)
        return self.answers.get(request.url, PollFailure(failure=Failure.NOT_THERE, detail="404"))

    def stream(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Answer]]:
        for request in requests:
            yield request, self.get(request)

    def cold_model(self) -> Model:
        return a_model(VERSION)


def doors(
    folder: Path,
    *,
    store: Store | None = None,
    now: datetime = NOW,
    open_to_all: bool = True,
    full: bool = True,
    settings: str = _SETTINGS,
) -> Parts:
    """Return parts over a store of their own; ``full`` puts the world into it."""
    opened = store or Store.open(f"sqlite:///{folder / 'trendwatch.db'}")
    directory = config_files(folder)
    (directory / "trendwatch.toml").write_text(settings)
    last_good = LastGood(directory, {})
    parts = Parts(
        store=opened,
        config=lambda: last_good.current(opened.overlays.list()),
        config_error=lambda: str(last_good.error or ""),
        clock=lambda: now,
        desk=Desk(Workshop(directory, opened, now), ExitStack()),
        open_to_all=open_to_all,
    )
    if full:
        seed(opened, parts.config())
    return parts


def seed(store: Store, config: Config) -> Digest:
    """Put the world into a store; return the digest of the farm."""
    store.feeds.sync(config.feeds)
    items = {report: _item(report) for report in _NEWS}
    _poll(store, list(items.values()))
    store.models.adopt(
        replace(made({}), version=VERSION, created_at=NOW - timedelta(days=1)),
        since=NOW - timedelta(days=400),
    )
    understand(store, items)
    judge(store, [item for report, item in items.items() if report[5] == "thirst"])
    return publish(store, config)


def _item(report: _Report) -> Item:
    feed, hours, title, summary, _, _ = report
    at = NOW - timedelta(hours=hours)
    return Item(
        id=stable_id(feed, title),
        feed_key=feed,
        entry_key=title,
        url=f"https://{feed.replace('_', '')}.example/{hours}",
        title=title,
        summary=summary,
        author="A. Reporter",
        language="en",
        published_at=at - timedelta(minutes=20),
        first_seen_at=at,
    )


def _poll(store: Store, items: list[Item]) -> None:
    first = NOW - timedelta(weeks=60)
    later = NOW + timedelta(minutes=50)
    times = {"first_success_at": first, "polled_at": NOW - timedelta(minutes=10), "next_fetch_at": later}
    states = {}
    for feed in ("field_notes", "gazette", "wire", "shopkeeper"):
        state = FeedState(feed_key=feed, succeeded_at=NOW - timedelta(minutes=10), **times)  # type: ignore[arg-type]
        states[feed] = state
    broken = FeedState(
        feed_key="rotors",
        succeeded_at=NOW - timedelta(days=2),
        failures=3,
        failure=Failure.NOT_THERE,
        failure_detail="404 Not Found",
        **times,  # type: ignore[arg-type]
    )
    states["rotors"] = broken
    for item in sorted(items, key=lambda item: item.first_seen_at):  # as they came
        _record(store, states[item.feed_key], [item])


def _record(store: Store, state: FeedState, items: list[Item]) -> None:
    claim = claim_on(store, "poll", state.feed_key)
    store.polls.record(FeedUpdate(state=state, items=tuple(items)), claim=claim)
    store.leases.release(claim)


def understand(store: Store, items: dict[_Report, Item]) -> None:
    """Write tags, stories and a year of counts."""
    first_of: dict[str, Item] = {}
    for report, item in sorted(items.items(), key=lambda pair: pair[1].first_seen_at):
        first_of.setdefault(report[5], item)
    ids = {name: stable_id("story", item.id) for name, item in first_of.items()}
    batch = Understood(
        stories={item.id: ids[report[5]] for report, item in items.items()},
        tags={item.id: _tags(report) for report, item in items.items()},
        new_stories={ids[name]: item for name, item in first_of.items()},
        story_counts=counts(),
        report_counts={("*", week, "wire"): 30 for week in range(LAST_WEEK - 59, LAST_WEEK + 1)},
    )
    claim = claim_on(store, "understand", "")
    store.understanding.write(VERSION, batch, claim=claim)
    store.leases.release(claim)


def _tags(report: _Report) -> list[Tag]:
    return [
        a_tag(
            key,
            round(0.95 - 0.08 * place, 2),
            terms=_TERMS.get(key.partition(":")[2], (key.partition(":")[2],)),
        )
        for place, key in enumerate(report[4])
    ]


def counts() -> dict[tuple[str, int], int]:
    """Return a year of weekly stories: drones rise, sensors hum, virtual reality fades."""
    found: dict[tuple[str, int], int] = {}
    for back in range(52):
        week = LAST_WEEK - back
        wave = (3, 4, 2, 3, 5, 2, 4)[back % 7]
        found["area:drones", week] = wave + max(0, 8 - back)
        found["area:drones|sector:agriculture", week] = max(0, 5 - back) + (back % 9 == 0)
        found["area:iot", week] = wave + (back % 5 == 0)
        found["area:ai", week] = 12 + 2 * wave - back // 8
        found["area:vr", week] = min(9, 1 + back // 2)
        found["sector:agriculture", week] = 6 + wave
        found["*", week] = 80
    return {place: number for place, number in found.items() if number}


def judge(store: Store, evidence: list[Item]) -> None:
    """Write the trends of the last two whole weeks."""
    ids = tuple(item.id for item in evidence)
    for week in (LAST_WEEK - 1, LAST_WEEK):
        late = week == LAST_WEEK
        found = [
            a_trend("area:drones", week, strength=1.3 if late else 0.7, stories=11, evidence=ids),
            a_trend("area:drones|sector:agriculture", week, strength=0.8, stories=6, evidence=ids),
        ]
        if late:
            found += [
                a_trend("area:ai", week, strength=0.62, stories=31, expected=14.0, observed=20.0),
                a_trend("thirsty trees", week, strength=1.6, stories=4, kind=TrendKind.TERM, evidence=ids),
                a_trend(
                    "area:vr", week, strength=-0.9, stories=2, observed=2.0, expected=8.0, stage=Stage.FADING
                ),
            ]
        claim = claim_on(store, "analyse", VERSION)
        store.trends.write(VERSION, week, found, claim=claim, now=NOW)
        store.leases.release(claim)


def a_trend(
    key: str,
    week: int = LAST_WEEK,
    *,
    strength: float,
    stories: int,
    observed: float = 9.0,
    expected: float = 3.0,
    stage: Stage = Stage.GROWING,
    kind: TrendKind = TrendKind.LABEL,
    evidence: tuple[str, ...] = (),
) -> Trend:
    """Return a trend; it rises unless less is observed than expected."""
    return Trend(
        week=week_name(week),
        kind=kind,
        key=key,
        strength=strength,
        share_before=expected / 100,
        share_now=observed / 100,
        observed=observed,
        expected=expected,
        stories=stories,
        sources=4,
        owners=4,
        since=week_name(week - 3),
        stage=stage,
        evidence=evidence,
    )


def publish(store: Store, config: Config, *, cutoff: datetime = NOW, business: str = "hill_farm") -> Digest:
    """Freeze an edition and keep the digest that a business gets from it, with one delivery."""
    since = cutoff - timedelta(weeks=1)
    edition = Edition(
        id=cutoff.isoformat(),
        since=since,
        cutoff=cutoff,
        candidates=candidates(store.candidates.first_seen_between(VERSION, since, cutoff), language="en"),
        trends=tuple(store.trends.of_week(VERSION, week_number(cutoff) - 1)),
        coverage=store.candidates.coverage(since, cutoff),
        names=config.taxonomy.names(),
        parents={},
        model_version=VERSION,
        config_hash=config.hash,
    )
    claim = claim_on(store, "compose", cutoff.isoformat())
    edition = store.editions.freeze(edition, claim=claim, now=cutoff)
    memory = store.digests.memory(business, before=cutoff)
    digest = compose(edition, config.business(business), memory)
    delivery = Delivery(
        id=stable_id(business, digest.period, Channel.OUTBOX),
        business_key=business,
        period=digest.period,
        channel=Channel.OUTBOX,
        address=config.business(business).email,
        state=DeliveryState.WAITING,
        next_attempt_at=cutoff,
    )
    who = config.business(business)
    kept = store.digests.add(digest, [delivery], claim=claim, now=cutoff, business=who)
    store.leases.release(claim)
    return kept
