"""Digests and deliveries: one a business and period, in one transaction, remembered (D1, D7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.seeds import LEASE, NOW, a_delivery, a_digest, a_pick, an_edition, claim_on
from trendwatch.advice.updates import told_text
from trendwatch.errors import LeaseLost, NotFound
from trendwatch.store import Store
from trendwatch.types.advice import Digest, Memory
from trendwatch.types.delivery import Channel, DeliveryState
from trendwatch.types.influence import Arrival, ArrivalState
from trendwatch.types.rows import ArrivalNote, PracticeNote

WEEK = timedelta(weeks=1)


def add(store: Store, digest: Digest, *, mailed: bool = True) -> Digest:
    edition = an_edition(digest.cutoff)
    claim = claim_on(store, "compose", digest.business_key)
    store.editions.freeze(edition, claim=claim, now=NOW)
    deliveries = [a_delivery(digest)] if mailed else []
    kept = store.digests.add(digest, deliveries, claim=claim, now=NOW)
    store.leases.release(claim)
    return kept


def test_a_digest_comes_back_as_it_was_with_its_delivery(store: Store) -> None:
    digest = a_digest(one_thing=a_pick("a", title="Größe ↑"), worth_a_look=(a_pick("b"),))
    assert add(store, digest) == digest == store.digests.get("corner_bakery", "2025-W10")
    assert store.deliveries.of("corner_bakery") == [a_delivery(digest)]


def test_a_business_without_mail_has_no_delivery(store: Store) -> None:
    add(store, a_digest(), mailed=False)
    assert store.deliveries.of("corner_bakery") == []


def test_d1_the_first_digest_of_a_period_stays(store: Store) -> None:
    first = add(store, a_digest(one_thing=a_pick("a")))
    assert add(store, a_digest(one_thing=a_pick("b"))) == first
    assert len(store.deliveries.of("corner_bakery")) == 1
    assert store.digests.memory("corner_bakery", before=NOW + WEEK).shown == {"a"}


def test_d1_digest_memory_and_delivery_are_kept_together_or_not_at_all(store: Store) -> None:
    digest = a_digest(one_thing=a_pick("a"))
    old = claim_on(store, "compose", "corner_bakery")
    store.editions.freeze(an_edition(), claim=old, now=NOW)
    claim_on(store, "compose", "corner_bakery", at=NOW + LEASE)
    with pytest.raises(LeaseLost):
        store.digests.add(digest, [a_delivery(digest)], claim=old, now=NOW)
    assert store.digests.of("corner_bakery", limit=1) == []
    assert store.deliveries.of("corner_bakery") == []
    assert store.digests.memory("corner_bakery", before=NOW + WEEK) == Memory()


def test_the_latest_digest_is_that_of_the_latest_cutoff(store: Store) -> None:
    for weeks in (0, 2, 1):
        add(store, a_digest(cutoff=NOW + weeks * WEEK))
    assert store.digests.get("corner_bakery", "latest").period == "2025-W12"
    assert [one.period for one in store.digests.of("corner_bakery", limit=2)] == ["2025-W12", "2025-W11"]


def test_an_unknown_digest_or_delivery_says_so(store: Store) -> None:
    with pytest.raises(NotFound, match="no digest named 'corner_bakery/latest'; trendwatch digest"):
        store.digests.get("corner_bakery", "latest")
    with pytest.raises(NotFound, match="no delivery named 'x'"):
        store.deliveries.get("x")


def test_memory_holds_all_that_was_shown(store: Store) -> None:
    for number in range(6):
        digest = a_digest(
            cutoff=NOW + number * WEEK,
            one_thing=a_pick(f"one{number}"),
            worth_a_look=(a_pick(f"more{number}"),),
            outside=a_pick(f"out{number}"),
        )
        add(store, digest)
    memory = store.digests.memory("corner_bakery", before=NOW + 6 * WEEK)
    assert memory.issues == 6
    assert memory.shown == {f"{what}{n}" for n in range(6) for what in ("one", "more", "out")}


def test_memory_is_as_of_a_cutoff(store: Store) -> None:
    for number in range(3):
        add(store, a_digest(cutoff=NOW + number * WEEK, one_thing=a_pick(f"s{number}")))
    memory = store.digests.memory("corner_bakery", before=NOW + WEEK)
    told = ((1, told_text("What s0 says", "")),)
    assert memory == Memory(shown=frozenset({"s0"}), told=told, issues=1, last_cutoff=NOW)
    assert store.digests.memory("corner_bakery", before=NOW) == Memory()


def test_quiet_issues_count_as_issues(store: Store) -> None:
    add(store, a_digest(one_thing=a_pick("old")))
    for number in range(1, 5):
        add(store, a_digest(cutoff=NOW + number * WEEK, quiet=True))
    memory = store.digests.memory("corner_bakery", before=NOW + 9 * WEEK)
    assert (memory.issues, memory.shown) == (5, {"old"})


def test_d7_two_businesses_never_mix(store: Store) -> None:
    add(store, a_digest("corner_bakery", one_thing=a_pick("bread")))
    add(store, a_digest("hill_farm", one_thing=a_pick("drones")))
    assert store.digests.memory("hill_farm", before=NOW + WEEK).shown == {"drones"}
    [delivery] = store.deliveries.of("hill_farm")
    assert delivery.business_key == "hill_farm"
    assert [one.business_key for one in store.digests.of("corner_bakery", limit=9)] == ["corner_bakery"]


def test_deliveries_are_due_when_they_wait_and_their_time_has_come(store: Store) -> None:
    for key in ("a", "b", "c"):
        add(store, a_digest(key))
    first, second, third = (store.deliveries.of(key)[0] for key in ("a", "b", "c"))
    assert store.deliveries.due(NOW - timedelta(microseconds=1), limit=9) == []
    assert store.deliveries.due(NOW, limit=2) == [first, second]
    claim = claim_on(store, "send", "any")
    store.deliveries.record(
        replace(first, state=DeliveryState.SENT, sent_at=NOW, next_attempt_at=None), claim=claim
    )
    store.deliveries.record(replace(second, attempts=1, next_attempt_at=NOW + WEEK), claim=claim)
    assert store.deliveries.due(NOW, limit=9) == [third]


def test_digests_and_deliveries_are_counted(store: Store) -> None:
    assert store.digests.count() == 0
    for key in ("a", "b", "c"):
        add(store, a_digest(key))
    [delivery] = store.deliveries.of("a")
    sent = replace(delivery, state=DeliveryState.SENT)
    store.deliveries.record(sent, claim=claim_on(store, "send", delivery.id))
    assert store.digests.count() == 3
    counted = store.deliveries.count_by_state()
    assert counted == dict.fromkeys(DeliveryState, 0) | {DeliveryState.SENT: 1, DeliveryState.WAITING: 2}


def test_the_deliveries_of_a_business_are_the_latest_first(store: Store) -> None:
    for weeks in range(3):
        add(store, a_digest(cutoff=NOW + weeks * WEEK))
    found = [one.period for one in store.deliveries.of("corner_bakery", limit=2)]
    assert found == ["2025-W12", "2025-W11"]


def test_an_attempt_comes_back_as_it_was(store: Store) -> None:
    add(store, a_digest())
    [delivery] = store.deliveries.of("corner_bakery")
    tried = replace(
        delivery,
        state=DeliveryState.IN_DOUBT,
        attempts=3,
        next_attempt_at=NOW + WEEK,
        sent_at=NOW,
        detail="250 ↑ ok",
    )
    store.deliveries.record(tried, claim=claim_on(store, "send", delivery.id))
    assert store.deliveries.get(delivery.id) == tried
    assert tried.channel is Channel.OUTBOX


def test_d1_an_attempt_under_a_lost_lease_is_not_recorded(store: Store) -> None:
    add(store, a_digest())
    [delivery] = store.deliveries.of("corner_bakery")
    old = claim_on(store, "send", delivery.id)
    claim_on(store, "send", delivery.id, at=NOW + LEASE)
    with pytest.raises(LeaseLost):
        store.deliveries.record(replace(delivery, state=DeliveryState.FAILED), claim=old)
    assert store.deliveries.get(delivery.id) == delivery


def an_arrival_note(area: str, home: ArrivalState, elsewhere: ArrivalState) -> ArrivalNote:
    facts = {"technology": f"area:{area}", "stories": 3, "owners": 2, "since": "2025-W02"}
    return ArrivalNote(
        technology=f"area:{area}",
        name=area,
        elsewhere_words="",
        home_words="",
        elsewhere=Arrival(sector="sector:retail", state=elsewhere, **facts),
        home=Arrival(sector="sector:agriculture", state=home, **facts),
        evidence=(),
    )


def a_practice_note(key: str) -> PracticeNote:
    names = ("name", "what", "inspired_by", "why", "first_step", "cost_words", "hours_words", "measure")
    return PracticeNote(key=key, passes="", fails="", **dict.fromkeys(names, ""))


def test_memory_holds_the_states_of_arrivals_and_the_practices_that_were_shown(store: Store) -> None:
    for number, state in enumerate((ArrivalState.NOT_YET_SEEN, ArrivalState.STARTING)):
        note = an_arrival_note("iot", state, ArrivalState.ESTABLISHED)
        digest = a_digest(
            cutoff=NOW + number * WEEK, arrivals=(note,), try_this=a_practice_note(f"practice{number}")
        )
        add(store, digest)
        assert store.digests.get("corner_bakery", "latest") == digest
    memory = store.digests.memory("corner_bakery", before=NOW + 2 * WEEK)
    assert memory.arrivals == {
        ("area:iot", "not_yet_seen", "established"),
        ("area:iot", "starting", "established"),
    }
    assert memory.practices == {"practice0", "practice1"}
    earlier = store.digests.memory("corner_bakery", before=NOW + WEEK)
    assert earlier.arrivals == {("area:iot", "not_yet_seen", "established")}
    assert store.digests.memory("hill_farm", before=NOW + 2 * WEEK) == Memory()


def test_a_practice_may_come_again_after_a_quarter_and_a_note_after_a_year(store: Store) -> None:
    note = an_arrival_note("iot", ArrivalState.STARTING, ArrivalState.ESTABLISHED)
    add(store, a_digest(arrivals=(note,), try_this=a_practice_note("backups")), mailed=False)
    for number in range(1, 53):
        add(store, a_digest(cutoff=NOW + number * WEEK), mailed=False)
    for weeks, kept in ((13, (1, 1)), (14, (1, 0)), (52, (1, 0)), (53, (0, 0))):
        memory = store.digests.memory("corner_bakery", before=NOW + weeks * WEEK)
        assert (len(memory.arrivals), len(memory.practices)) == kept
