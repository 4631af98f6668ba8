"""Composing: the digest that is due, once, from an edition that stays as it was (D1, D4, D7, C3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NoReturn

import pytest

from tests.seeds import LEASE, NOW, a_business, a_feed, a_model, a_taxonomy, claim_on, keep
from tests.steps import Clock, a_memory, a_report, analyse_all, understand_all
from trendwatch.deliver.message import message_bytes
from trendwatch.errors import NotFound
from trendwatch.pipeline.compose import ComposeReport, compose_due, rebuild
from trendwatch.render import feeds, page
from trendwatch.render.email import mail
from trendwatch.render.hook import payload
from trendwatch.store import Store
from trendwatch.types.advice import Business, Digest
from trendwatch.types.delivery import Channel, DeliveryState
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.news import FeedState, Item

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
#: Monday 07:00 UTC, an hour before NOW: when businesses read their digest.
CUTOFF = NOW - timedelta(hours=1)
BAKERY = a_business(areas=("iot", "drones"), email="owner@bakery.example")
FARM = a_business("hill_farm", sector="agriculture", areas=("drones",), email="owner@farm.example")
FEEDS = ("gazette", "herald")


def run(store: Store, now: datetime = NOW, businesses: Sequence[Business] = (BAKERY,)) -> ComposeReport:
    return compose_due(
        store,
        businesses,
        a_taxonomy(),
        channel=Channel.OUTBOX,
        config_hash="c0ffee",
        clock=Clock(now),
        lease=LEASE,
    )


def read_feeds(store: Store, at: datetime, keys: Sequence[str] = FEEDS) -> None:
    for key in keys:
        claim = claim_on(store, "poll", f"{key}.example", at=at)
        state = FeedState(feed_key=key, first_success_at=NOW - 8 * WEEK, polled_at=at, succeeded_at=at)
        store.polls.record(FeedUpdate(state=state), claim=claim)
        store.leases.release(claim)


def told_twice(event: int, at: datetime) -> list[Item]:
    """Return an event that two publishers tell, which is what a digest asks for."""
    return [a_report(event, telling, feed=feed, at=at) for telling, feed in enumerate(FEEDS)]


def ready(store: Store, items: Sequence[Item], now: datetime = NOW, *, judge: bool = True) -> None:
    """Bring a store to where the digest of a time can be composed."""
    keep(store, items, at=now)
    understand_all(store, now=now)
    read_feeds(store, now)
    if judge:
        analyse_all(store, now=now)


def a_world(store: Store, *, at: datetime = NOW) -> Store:
    """Three events of the week before, told by both publishers."""
    store.feeds.sync([a_feed(key) for key in FEEDS])
    store.models.adopt(a_model(), since=NOW - 400 * DAY)
    ready(store, [item for n in range(3) for item in told_twice(n, NOW - (n + 1) * DAY)], at)
    return store


@pytest.fixture
def world(store: Store) -> Store:
    return a_world(store)


def welcomed(store: Store, businesses: Sequence[Business] = (BAKERY,), *, at: datetime = NOW) -> list[Digest]:
    report = run(store, at, businesses)
    assert len(report.digests) == len(businesses)
    return report.digests


def test_the_welcome_issue_comes_at_once_with_its_delivery(world: Store) -> None:
    wednesday = NOW + 2 * DAY
    ready(world, told_twice(3, NOW + DAY), wednesday)
    [digest] = run(world, wednesday).digests
    assert (digest.cutoff, digest.since, digest.period) == (wednesday, wednesday - WEEK, "2025-W10")
    assert digest.picks
    [delivery] = world.deliveries.of(BAKERY.key)
    assert (delivery.address, delivery.state, delivery.next_attempt_at) == (
        "owner@bakery.example",
        DeliveryState.WAITING,
        wednesday,
    )


def test_d1_a_digest_is_composed_once(world: Store) -> None:
    welcomed(world)
    for later in (0, 1, 5 * 24, 6 * 24):
        report = run(world, NOW + timedelta(hours=later))
        assert (report.digests, report.waiting, report.stopped, report.held) == ([], [], [], 0)
    assert len(world.digests.of(BAKERY.key, limit=9)) == 1
    assert len(world.deliveries.of(BAKERY.key)) == 1


@pytest.mark.parametrize("hour", [0, 6])
def test_d4_a_welcome_issue_early_in_the_week_is_that_weeks_digest(store: Store, hour: int) -> None:
    """Welcomed on Monday before 07:00, the business does not get a second one at 07:00."""
    early = CUTOFF.replace(hour=hour)
    world = a_world(store, at=early)
    welcomed(world, at=early)
    assert run(world, NOW).digests == []
    following = CUTOFF + WEEK
    ready(world, told_twice(3, NOW + DAY), following)
    [digest] = run(world, following).digests
    assert (digest.since, digest.cutoff, digest.period) == (early, following, "2025-W11")


def test_the_next_issue_is_cut_at_the_hour_it_was_due_and_begins_where_the_last_ended(world: Store) -> None:
    welcomed(world)
    now = NOW + WEEK + 3 * DAY  # three days late
    ready(world, told_twice(3, NOW + DAY) + told_twice(4, NOW + WEEK + DAY), now)
    [digest] = run(world, now).digests
    assert (digest.since, digest.cutoff, digest.period) == (NOW, CUTOFF + WEEK, "2025-W11")
    titles = {candidate.title for candidate in world.editions.get(digest.edition_id).candidates}
    assert len(titles) == 1  # not what came after the cutoff
    assert not any(pick.story_id in welcomed_picks(world) for pick in digest.picks)


def welcomed_picks(store: Store) -> set[str]:
    first = store.digests.of(BAKERY.key, limit=9)[-1]
    return {pick.story_id for pick in first.picks}


@pytest.mark.parametrize(("weeks", "since"), [(2, NOW), (3, NOW), (6, CUTOFF + 2 * WEEK)])
def test_d4_weeks_missed_in_an_outage_are_merged_into_one(world: Store, weeks: int, since: datetime) -> None:
    """28 days at the most: of six weeks the first two are let go."""
    welcomed(world)
    now = NOW + weeks * WEEK
    ready(world, told_twice(3, now - DAY), now)
    [digest] = run(world, now).digests
    assert (digest.since, digest.cutoff) == (since, CUTOFF + weeks * WEEK)
    assert run(world, now + DAY).digests == []


def test_one_edition_of_a_cutoff_is_shared(world: Store) -> None:
    welcomed(world, (BAKERY, FARM))
    following = NOW + WEEK
    ready(world, told_twice(3, NOW + DAY), following)
    [first] = run(world, following, (BAKERY,)).digests
    ready(world, told_twice(4, NOW + 2 * DAY), following)  # arrived late: too late for this edition
    [second] = run(world, following, (BAKERY, FARM)).digests
    assert (first.business_key, second.business_key) == (BAKERY.key, FARM.key)
    assert first.edition_id == second.edition_id
    assert len(world.editions.get(first.edition_id).candidates) == 1


def test_d7_two_businesses_never_mix(world: Store) -> None:
    for digest, business in zip(welcomed(world, (BAKERY, FARM)), (BAKERY, FARM), strict=True):
        assert (digest.business_key, digest.business_name) == (business.key, business.name)
        [delivery] = world.deliveries.of(business.key)
        assert delivery.address == business.email
    shown = [world.digests.memory(one.key, before=NOW + DAY).shown for one in (BAKERY, FARM)]
    picked = [{p.story_id for p in world.digests.get(one.key, "latest").picks} for one in (BAKERY, FARM)]
    assert [set(one) for one in shown] == picked


def test_a_business_without_an_address_gets_a_page_and_no_delivery(world: Store) -> None:
    quiet = a_business(email="")
    welcomed(world, (quiet,))
    assert world.deliveries.of(quiet.key) == []


def test_c3_it_waits_until_everything_before_the_cutoff_is_understood(world: Store) -> None:
    welcomed(world)
    following = NOW + WEEK
    keep(world, told_twice(3, NOW + DAY), at=following)
    read_feeds(world, following)
    analyse_all(world, now=following)
    assert run(world, following).waiting == [BAKERY.key]
    understand_all(world, now=following)
    assert run(world, following).waiting == [BAKERY.key]  # and until the week is judged
    assert world.editions.find((CUTOFF + WEEK).isoformat()) is None
    analyse_all(world, now=following)
    assert len(run(world, following).digests) == 1


def test_what_came_after_the_cutoff_keeps_nobody_waiting(world: Store) -> None:
    welcomed(world)
    following = NOW + WEEK
    ready(world, told_twice(3, NOW + DAY), following)
    keep(world, told_twice(4, CUTOFF + WEEK), at=following)  # first seen at the cutoff: the next issue's
    assert len(run(world, following).digests) == 1


def test_without_a_model_everybody_waits(store: Store) -> None:
    assert run(store).waiting == [BAKERY.key]


def test_where_too_few_feeds_were_read_nothing_is_frozen(world: Store) -> None:
    world.feeds.sync([a_feed(key) for key in (*FEEDS, "a", "b", "c")])
    report = run(world)
    assert (report.stopped, report.digests) == ([BAKERY.key], [])
    assert world.editions.find(NOW.isoformat()) is None
    read_feeds(world, NOW, ("a",))  # 3 of 5
    [digest] = run(world).digests
    assert digest.coverage.missing == ("B", "C")


def in_every_form(digest: Digest) -> list[bytes]:
    """Return a digest as it leaves by mail, webhook, page, Atom and JSON."""
    site = "https://news.example"
    sent = mail(digest, sender="us@t.example", to="you@t.example", message_id="<1@t>", base_url=site)
    names = {"business_name": digest.business_name, "base_url": site}
    forms = [page.html(digest, base_url=site), payload(digest, base_url=site), feeds.as_json(digest)]
    forms += [
        feeds.atom([digest], business_key=digest.business_key, **names),
        feeds.json_feed([digest], **names),
    ]
    return [message_bytes(sent), *(form.encode() for form in forms)]


def test_a_rebuilt_digest_is_identical_to_the_byte(world: Store) -> None:
    [first] = welcomed(world)
    for week in (1, 2):
        now = NOW + week * WEEK
        ready(world, told_twice(2 + week, now - DAY), now)
        assert len(run(world, now).digests) == 1
    for digest in world.digests.of(BAKERY.key, limit=9):
        assert rebuild(world, BAKERY.key, digest.period) == digest
        assert in_every_form(rebuild(world, BAKERY.key, digest.period)) == in_every_form(digest)
    assert rebuild(world, BAKERY.key, first.period) == first
    with pytest.raises(NotFound):
        rebuild(world, BAKERY.key, "2024-W01")


def test_c3_a_digest_never_mixes_versions(world: Store) -> None:
    memory = a_memory("v1", "v2")
    world.models.adopt(a_model("v2"), since=NOW - 400 * DAY)
    [digest] = welcomed(world)
    assert digest.model_version == "v1"  # the one being built is not asked
    understand_all(world, memory=memory)
    following = NOW + WEEK
    ready(world, [], following)
    keep(world, told_twice(3, NOW + DAY), at=following)
    understand_all(world, memory=memory, now=following)
    assert run(world, following).digests[0].model_version == "v2"


def test_d1_while_another_process_composes_this_one_does_not(world: Store) -> None:
    claim_on(world, "compose", f"business:{BAKERY.key}")
    report = run(world)
    assert (report.digests, report.held) == ([], 1)
    assert len(run(world, NOW + LEASE).digests) == 1


def test_d1_while_another_process_freezes_the_edition_everybody_waits(world: Store) -> None:
    claim_on(world, "compose", NOW.isoformat())
    assert run(world).waiting == [BAKERY.key]


class Bug(dict[str, str]):
    """Something in a business that only composing looks at, and that it cannot bear."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    def items(self) -> NoReturn:
        self.tries += 1
        raise ZeroDivisionError


def test_d7_a_bug_in_one_digest_is_shown_and_the_others_are_composed(world: Store) -> None:
    report = run(world, businesses=(replace(BAKERY, relations=Bug()), FARM))
    assert [digest.business_key for digest in report.digests] == [FARM.key]
    assert report.crashed == [BAKERY.key]
    assert [digest.business_key for digest in run(world, businesses=(BAKERY, FARM)).digests] == [BAKERY.key]


def test_d7_a_bug_in_a_first_digest_freezes_one_edition_and_is_tried_ever_less_often(world: Store) -> None:
    """As the service ticks: once a minute for three hours. Each tick was a try, and an edition of its own."""
    bug = Bug()
    broken = replace(BAKERY, relations=bug)
    for minute in range(180):
        assert run(world, NOW + timedelta(minutes=minute), (broken,)).crashed == [BAKERY.key]
    assert bug.tries == 6  # after 0, 1 (the next tick), 6, 21, 81 and 141 minutes
    assert world.editions.since(NOW - WEEK) == [NOW.isoformat()]
    later = NOW + timedelta(hours=4)
    [digest] = run(world, later).digests
    assert (digest.cutoff, digest.period) == (NOW, "2025-W10")
    assert world.setbacks.all() == {}
    assert run(world, later).digests == []


def test_d7_who_waits_after_a_bug_keeps_nobody_else_waiting(world: Store) -> None:
    broken = replace(BAKERY, relations=Bug())
    for minute in (0, 1):
        run(world, NOW + timedelta(minutes=minute), (broken,))
    report = run(world, NOW + timedelta(minutes=2), (broken, FARM))
    assert (report.crashed, [one.business_key for one in report.digests]) == ([BAKERY.key], [FARM.key])


@pytest.mark.parametrize("shared", [True, False])
def test_d4_a_digest_after_a_pause_makes_up_for_the_weeks_whatever_was_frozen_for_others(
    world: Store, shared: bool
) -> None:
    """Resumed on Tuesday: Monday's edition, frozen for who reads every week, begins too late."""
    others = (BAKERY,) if shared else ()
    welcomed(world, (*others, FARM))
    for week in (1, 2, 3):
        now = NOW + week * WEEK
        ready(world, told_twice(2 + week, now - DAY), now)
        run(world, now, (*others, replace(FARM, frequency="paused")))
    tuesday = NOW + 3 * WEEK + DAY
    ready(world, [], tuesday)
    [digest] = run(world, tuesday, (*others, FARM)).digests
    assert (digest.business_key, digest.since, digest.merged) == (FARM.key, NOW, ("2025-W11", "2025-W12"))
    assert len(digest.picks) >= 2
    assert len(world.editions.since(CUTOFF + 3 * WEEK)) == 1 + shared
    for business in (*others, FARM):  # each from the edition it was composed from
        for issue in world.digests.of(business.key, limit=9):
            assert rebuild(world, business.key, issue.period) == issue


def test_an_edition_is_shared_by_whose_window_it_holds(world: Store) -> None:
    welcomed(world, (FARM,))
    following = NOW + WEEK
    ready(world, told_twice(3, NOW + DAY), following)
    run(world, following, (FARM,))
    later = following + DAY  # the bakery's first issue was made on Wednesday: its window is shorter
    half = NOW + 2 * DAY
    assert world.editions.reaching(CUTOFF + WEEK, since=half) == world.editions.reaching(
        CUTOFF + WEEK, since=NOW
    )
    assert world.editions.reaching(CUTOFF + WEEK, since=NOW - DAY) is None
    assert world.editions.reaching(later, since=NOW) is None


def test_d4_a_clock_that_went_back_brings_nothing_twice(world: Store) -> None:
    welcomed(world)
    for back in (timedelta(hours=1), DAY, 20 * DAY):
        assert run(world, NOW - back).digests == []
    assert run(world, NOW).digests == []


def test_d4_a_clock_behind_its_own_news_makes_no_digest_and_is_told_once(world: Store) -> None:
    welcomed(world)
    for _ in range(2):  # a small computer that wakes up in another year
        report = run(world, NOW - 5 * 365 * DAY)
        assert (report.digests, report.stopped) == ([], [BAKERY.key])
    [notice] = world.notices.latest()
    assert notice.kind == "clock"
    assert "this machine says that it is 2020" in notice.text
    assert run(world, NOW).digests == []
    assert world.notices.latest() == []


def test_d4_a_business_that_moved_its_day_gets_one_digest_a_week(world: Store) -> None:
    welcomed(world)
    friday = a_business(areas=("iot",), digest_weekday=4)
    assert run(world, NOW + 4 * DAY, (friday,)).digests == []  # this week's was the welcome issue
    now = NOW + 11 * DAY
    ready(world, told_twice(3, NOW + DAY), now)
    [digest] = run(world, now, (friday,)).digests
    assert digest.period == "2025-W11"
