"""What leaves with a digest, for whom and under which id; and what stops digests (D1, D4)."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.seeds import LEASE, NOW, a_business, a_feed, a_taxonomy
from tests.steps import Clock
from tests.test_pipeline_compose import CUTOFF, FEEDS, a_world, read_feeds, ready, told_twice
from trendwatch.pipeline.compose import ComposeReport, compose_due
from trendwatch.store import Store
from trendwatch.types.advice import Business
from trendwatch.types.delivery import Channel, Consent

WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
BAKERY = a_business(areas=("iot",), email="owner@bakery.example", also_to=("books@bakery.example",))


@pytest.fixture
def world(store: Store) -> Store:
    return a_world(store)


def run(store: Store, now: object = NOW, business: Business = BAKERY, **values: object) -> ComposeReport:
    return compose_due(
        store,
        [business],
        a_taxonomy(),
        channel=values.pop("channel", Channel.OUTBOX),  # type: ignore[arg-type]
        config_hash="c0ffee",
        clock=Clock(now),  # type: ignore[arg-type]
        lease=LEASE,
        **values,  # type: ignore[arg-type]
    )


def test_a_digest_leaves_for_each_that_agreed_and_each_webhook(world: Store) -> None:
    world.endpoints.add(BAKERY.key, "https://x.example/hook", secret="whsec_x", now=NOW)
    off = world.endpoints.add(BAKERY.key, "https://y.example/hook", secret="whsec_y", now=NOW)
    world.endpoints._update(off.id, {"disabled": "switched off"})
    run(world)
    found = {(one.channel, one.address) for one in world.deliveries.of(BAKERY.key)}
    assert found == {
        ("outbox", "owner@bakery.example"),
        ("outbox", "books@bakery.example"),
        ("webhook", "https://x.example/hook"),
    }
    assert len({one.id for one in world.deliveries.of(BAKERY.key)}) == 3


def test_d1_the_id_does_not_hang_on_the_way_it_leaves(tmp_path: Path) -> None:
    """The same business and week, once into the outbox and once by SMTP: one Message-ID for ever."""
    ids = []
    for number, channel in enumerate((Channel.OUTBOX, Channel.SMTP)):
        store = a_world(Store.open(f"sqlite:///{tmp_path / str(number)}.db"))
        run(store, channel=channel)
        ids.append({one.address: one.id for one in store.deliveries.of(BAKERY.key)})
        store.close()
    assert ids[0] == ids[1]


def test_one_owner_with_two_digests_gets_both_and_leaves_each_on_its_own(world: Store) -> None:
    """Topic A for channel A, topic B for B: a second business with the same address."""
    second = a_business("hill_farm", sector="agriculture", areas=("drones",), email="owner@bakery.example")
    for business in (BAKERY, second):
        run(world, business=business)
    mine = {
        key: next(one for one in world.deliveries.of(key) if one.address == "owner@bakery.example")
        for key in (BAKERY.key, "hill_farm")
    }
    assert mine[BAKERY.key].id != mine["hill_farm"].id
    assert mine[BAKERY.key].target != mine["hill_farm"].target
    assert world.recipients.leave(mine["hill_farm"].target, now=NOW) == 1
    assert world.recipients.get(mine[BAKERY.key].target).consent is Consent.CONFIRMED
    assert world.deliveries.get(mine[BAKERY.key].id).state == "waiting"


def test_nobody_gets_a_digest_who_was_asked_and_has_not_answered(world: Store) -> None:
    run(world, ask_all=True, site="https://x.example")
    found = world.deliveries.of(BAKERY.key)
    assert {(one.kind, one.state) for one in found} == {("letter", "waiting")}
    assert {one.consent for one in world.recipients.of(BAKERY.key)} == {Consent.ASKED}
    assert len(found) == 2


def test_a_quiet_week_after_the_fourth_issue_leaves_nothing_and_stands_in_the_archive(world: Store) -> None:
    now = NOW
    for _ in range(5):
        assert len(run(world, now).digests) == 1
        now += WEEK
        ready(world, [], now)
    [latest] = run(world, now).digests
    assert (latest.quiet, latest.quiet_choice) == (True, "none")
    assert world.digests.get(BAKERY.key, latest.period) == latest
    assert latest.period not in {one.period for one in world.deliveries.of(BAKERY.key)}
    first_four = {f"2025-W{week}" for week in (10, 11, 12, 13)}
    assert {one.period for one in world.deliveries.of(BAKERY.key)} == first_four


def test_d4_weeks_that_were_missed_are_named_in_the_digest(world: Store) -> None:
    run(world)
    now = NOW + 3 * WEEK
    ready(world, told_twice(3, now - DAY), now)
    [digest] = run(world, now).digests
    assert digest.merged == ("2025-W11", "2025-W12")
    assert digest.cutoff == CUTOFF + 3 * WEEK


def test_the_operator_is_told_once_for_as_long_as_digests_are_stopped(world: Store) -> None:
    world.feeds.sync([a_feed(key) for key in (*FEEDS, "a", "b", "c")])
    for minute in range(5):
        now = NOW + timedelta(minutes=minute)
        assert run(world, now, operator="ops@house.example").stopped == [BAKERY.key]
    [notice] = world.notices.latest()
    assert (notice.kind, notice.audience) == ("coverage", "operator")
    assert [one.address for one in world.deliveries.latest()] == ["ops@house.example"]
    read_feeds(world, NOW, ("a",))
    assert len(run(world, NOW + timedelta(minutes=6)).digests) == 1
    assert world.notices.latest() == []


def test_d4_two_schedulers_make_one_digest(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'trendwatch.db'}"
    a_world(Store.open(url)).close()
    stores = [Store.open(url) for _ in range(4)]
    start, reports = threading.Barrier(4), []

    def look(store: Store) -> None:
        start.wait()
        reports.extend(run(store) for _ in range(3))

    threads = [threading.Thread(target=look, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reports) == 12
    assert len(stores[0].digests.of(BAKERY.key, limit=9)) == 1
    assert len(stores[0].deliveries.of(BAKERY.key)) == 2
    for store in stores:
        store.close()
