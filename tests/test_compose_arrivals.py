"""Arrivals on their way: from items to the frozen edition, to a digest, and not again next week."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.sample_digest import REMINDERS
from tests.seeds import LEASE, NOW, a_business, a_taxonomy, an_item, keep
from tests.steps import Clock, a_store_with, analyse_all, understand_all
from trendwatch.pipeline.arrivals import approaches, arrivals_at
from trendwatch.pipeline.compose import compose_due, rebuild
from trendwatch.store import Store
from trendwatch.store.engine import reading
from trendwatch.types.advice import Business, Digest
from trendwatch.types.delivery import Channel
from trendwatch.types.influence import ArrivalState
from trendwatch.types.knowledge import NO_KNOWLEDGE, Knowledge
from trendwatch.types.news import Item
from trendwatch.types.sectors import SectorRelations
from trendwatch.types.weeks import week_number

WEEK = timedelta(weeks=1)
LAST = week_number(NOW) - 1
FARM = a_business("hill_farm", sector="agriculture", areas=("iot",), goals=("operations",))
KNOWLEDGE = Knowledge(
    practices=(REMINDERS,), sectors=(SectorRelations(key="agriculture", suppliers={"retail": 0.4}),)
)
#: Told apart by rare words, so that each report is a story of its own.
_NAMES = (
    "Aabenraa Brno Cadiz Dijon Evora Faro Ghent Huelva Izmir Jena Kiel Lodz Malmo Narva Oulu Plzen".split()
)


def report(number: int, what: str, *, weeks_ago: int, feed: str) -> Item:
    name = f"{_NAMES[number % 16]} {_NAMES[number // 16 % 16][::-1]}"
    title = f"{name}: {what} {number}"
    return an_item(
        number, feed=feed, at=NOW - weeks_ago * WEEK - timedelta(days=2), title=title, summary=name
    )


@pytest.fixture
def world(store: Store) -> Store:
    """Sensors have been in shops for half a year, by four publishers; a farm has its first one."""
    shops = [
        report(number, "sensor in a supermarket", weeks_ago=26 - number, feed="abcd"[number % 4])
        for number in range(26)
    ]
    before = [
        report(100 + number, "crop prices and a quadcopter", weeks_ago=30 - number, feed="e")
        for number in range(25)
    ]
    farm = [report(200, "a farmer hangs a sensor in the barn", weeks_ago=0, feed="e")]
    a_store_with(store, [*before, *shops, *farm], now=NOW)
    understand_all(store)
    analyse_all(store, now=NOW)
    return store


def composed(store: Store, *, at: datetime = NOW, who: Business = FARM) -> Digest:
    clock = Clock(at)
    report = compose_due(
        store,
        [who],
        a_taxonomy(),
        channel=Channel.OUTBOX,
        config_hash="c",
        clock=clock,
        lease=LEASE,
        knowledge=KNOWLEDGE,
    )
    assert not report.stopped
    (digest,) = report.digests
    return digest


def test_arrivals_are_as_of_a_week(world: Store) -> None:
    found = {(one.technology, one.sector): one for one in arrivals_at(world, "v1", LAST)}
    shops, farm = found["area:iot", "sector:retail"], found["area:iot", "sector:agriculture"]
    assert (shops.state, shops.stories, shops.owners) == (ArrivalState.ESTABLISHED, 26, 4)
    assert (farm.state, farm.stories, farm.owners) == (ArrivalState.FIRST_REPORTS, 1, 1)
    assert (len(shops.evidence), len(farm.evidence)) == (2, 1)
    assert farm.first_at == NOW - timedelta(days=2)
    earlier = {one.technology for one in arrivals_at(world, "v1", LAST - 28)}
    assert earlier == {"area:drones"}


def test_the_edition_holds_them_with_links_and_the_digest_tells(world: Store) -> None:
    digest = composed(world)
    edition = world.editions.get(digest.edition_id)
    assert edition.arrivals == arrivals_at(world, "v1", LAST)
    assert {item for one in edition.arrivals for item in one.evidence} <= edition.reports.keys()
    (note,) = digest.arrivals
    assert note.name == "Iot"
    assert note.elsewhere_words.startswith("Steady news in retail since ")
    assert note.home_words == "One report so far from agriculture, on 1 March: too little to act on."
    assert len(note.evidence) == 2


def test_a_rebuild_needs_nothing_that_can_change_later(world: Store) -> None:
    digest = composed(world)
    assert world.editions.get(digest.edition_id).knowledge == KNOWLEDGE
    assert world.digests.composed_for(FARM.key, digest.period) == FARM
    assert rebuild(world, FARM.key, digest.period) == digest


def test_editions_with_the_same_knowledge_keep_it_once(world: Store) -> None:
    composed(world)
    composed(world, at=NOW + timedelta(hours=1), who=a_business("other_farm", sector="agriculture"))
    with reading(world._engine) as connection:
        kept = connection.execute(text("SELECT count(*) FROM knowledge")).scalar_one()
        editions = connection.execute(text("SELECT count(*) FROM edition")).scalar_one()
    assert (kept, editions) == (1, 2)


def test_the_same_states_are_not_told_again_next_week(world: Store) -> None:
    assert len(composed(world).arrivals) == 1
    later = [
        report(300 + number, "mild weather", weeks_ago=-1, feed=feed) for number, feed in enumerate("abcde")
    ]
    keep(world, later, at=NOW + WEEK - timedelta(hours=9))
    understand_all(world, now=NOW + WEEK)
    analyse_all(world, now=NOW + WEEK)
    assert composed(world, at=NOW + WEEK).arrivals == ()


def test_relations_come_from_the_configuration_and_the_business(world: Store) -> None:
    edition = world.editions.get(composed(world).edition_id)
    (near,) = approaches(edition, FARM, KNOWLEDGE)
    (far,) = approaches(edition, a_business(sector="agriculture", relations={"retail": 0.1}), KNOWLEDGE)
    (even,) = approaches(edition, FARM, NO_KNOWLEDGE)
    # weights 0.4 and 0.1 of 0.5, and 1 where none are given
    assert (near.score / even.score, far.score / even.score) == pytest.approx((0.8, 0.2), abs=0.001)
