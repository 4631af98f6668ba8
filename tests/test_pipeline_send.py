"""Sending: one Message-ID for ever, whatever is repeated; one business's trouble is its own (D1, D2, D7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.seeds import LEASE, NOW, a_delivery, a_digest, a_pick, an_edition, claim_on
from tests.steps import Clock
from trendwatch.errors import DeliveryError, StorageUnavailable
from trendwatch.pipeline.send import HANDING_OVER, RETRIES, SendReport, after_failure, send_due
from trendwatch.store import Store
from trendwatch.types.delivery import Channel, DeliveryState, Mail

REFUSED = DeliveryError("421 try later", permanent=False)
UNKNOWN = DeliveryError("550 no such mailbox", permanent=True)
LOST = DeliveryError("connection lost after the final dot", permanent=False, in_doubt=True)


class Mailbox:
    """A list of mails; ``trouble`` may raise before or after one is taken."""

    def __init__(self, trouble: Callable[[Mail], None] = lambda _mail: None) -> None:
        self.mails: list[Mail] = []
        self.trouble = trouble

    def send(self, mail: Mail) -> str:
        self.trouble(mail)
        self.mails.append(mail)
        return "250 taken"


def raising(error: BaseException, *, to: str = "") -> Callable[[Mail], None]:
    def trouble(mail: Mail) -> None:
        if not to or mail.to == to:
            raise error

    return trouble


def run(store: Store, mailbox: Mailbox, *, now: datetime = NOW, clock: Clock | None = None) -> SendReport:
    return send_due(
        store,
        lambda _channel: mailbox,
        sender="trendwatch@news.example",
        base_url="",
        clock=clock or Clock(now),
        lease=LEASE,
    )


def compose(store: Store, *keys: str) -> None:
    for key in keys:
        digest = a_digest(key, one_thing=a_pick("s1"))
        claim = claim_on(store, "compose", key)
        store.editions.freeze(an_edition(), claim=claim, now=NOW)
        delivery = a_delivery(digest, address=f"owner@{key}.example")
        store.digests.add(digest, [delivery], claim=claim, now=NOW)
        store.leases.release(claim)


def test_a_digest_is_sent_once(store: Store) -> None:
    compose(store, "bakery")
    mailbox = Mailbox()
    assert run(store, mailbox) == SendReport(sent=1)
    assert run(store, mailbox, now=NOW + timedelta(days=9)) == SendReport()
    [mail], [delivery] = mailbox.mails, store.deliveries.of("bakery")
    assert mail.to == "owner@bakery.example"
    assert (delivery.state, delivery.attempts, delivery.sent_at, delivery.detail) == (
        DeliveryState.SENT,
        1,
        NOW,
        "250 taken",
    )
    assert delivery.next_attempt_at is None


def test_a_delivery_waits_for_its_time(store: Store) -> None:
    compose(store, "bakery")
    assert run(store, Mailbox(), now=NOW - timedelta(seconds=1)) == SendReport()


def test_d2_a_temporary_refusal_is_tried_again_for_three_days_then_shown(store: Store) -> None:
    compose(store, "bakery")
    mailbox = Mailbox(raising(REFUSED))
    clock, tried = Clock(), []
    for wait in RETRIES:
        assert run(store, mailbox, clock=clock) == SendReport(postponed=1)
        tried.append(store.deliveries.of("bakery")[0].detail)
        clock.pass_by(wait - timedelta(seconds=1))
        assert run(store, mailbox, clock=clock) == SendReport()
        clock.pass_by(timedelta(seconds=1))
    assert clock() - NOW <= timedelta(hours=72)
    assert set(tried) == {"421 try later"}
    assert run(store, mailbox, clock=clock) == SendReport(failed=1)
    [delivery] = store.deliveries.of("bakery")
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, len(RETRIES) + 1)
    assert run(store, mailbox, now=clock() + timedelta(days=9)) == SendReport()


def test_d2_a_permanent_refusal_ends_it(store: Store) -> None:
    compose(store, "bakery")
    assert run(store, Mailbox(raising(UNKNOWN))) == SendReport(failed=1)
    [delivery] = store.deliveries.of("bakery")
    assert (delivery.state, delivery.detail) == (DeliveryState.FAILED, "550 no such mailbox")
    assert run(store, Mailbox(), now=NOW + timedelta(days=9)) == SendReport()


def test_d2_every_attempt_carries_the_same_message_id(store: Store) -> None:
    compose(store, "bakery", "farm")
    ids: list[tuple[str, str]] = []

    def refuse(mail: Mail) -> None:
        ids.append((mail.to, mail.message_id))
        raise LOST if len(ids) % 2 else REFUSED

    clock = Clock()
    for wait in RETRIES[:4]:
        run(store, Mailbox(refuse), clock=clock)
        clock.pass_by(wait)
    last = Mailbox()
    assert run(store, last, clock=clock).sent == 2
    ids += [(mail.to, mail.message_id) for mail in last.mails]
    assert len(ids) == 10
    assert len(set(ids)) == 2
    [delivery] = store.deliveries.of("bakery")
    assert ("owner@bakery.example", f"<{delivery.id}@trendwatch>") in ids


@pytest.mark.parametrize("taken", [False, True])
def test_d1_a_crash_around_the_hand_over_is_repeated_with_the_same_id(store: Store, taken: bool) -> None:
    """KeyboardInterrupt stands for kill -9: nothing of ours runs afterwards but releasing the lease."""
    compose(store, "bakery")
    crashed = Mailbox()

    class Dies(Mailbox):
        def send(self, mail: Mail) -> str:
            if taken:
                crashed.send(mail)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, Dies())
    [delivery] = store.deliveries.of("bakery")
    assert (delivery.state, delivery.attempts) == (DeliveryState.IN_DOUBT, 1)
    assert delivery.detail == HANDING_OVER
    mailbox = Mailbox()
    assert run(store, mailbox).sent == 0  # whoever holds the lease may still be at it
    assert run(store, mailbox, now=NOW + LEASE).sent == 1
    assert [mail.message_id for mail in mailbox.mails] == [f"<{delivery.id}@trendwatch>"]
    assert crashed.mails == (mailbox.mails if taken else [])  # the same mail, byte for byte
    assert store.deliveries.of("bakery")[0].attempts == 2


def test_d1_what_another_process_sends_is_left_to_it(store: Store) -> None:
    compose(store, "bakery", "farm")
    [delivery] = store.deliveries.of("bakery")
    claim_on(store, "send", delivery.id)
    mailbox = Mailbox()
    assert run(store, mailbox) == SendReport(sent=1, held=1)
    assert [mail.to for mail in mailbox.mails] == ["owner@farm.example"]


def test_d1_what_another_process_sent_meanwhile_is_not_sent_again(store: Store) -> None:
    compose(store, "bakery", "farm")
    others = Mailbox()

    def meanwhile(_mail: Mail) -> None:
        run(store, others)

    mailbox = Mailbox(meanwhile)
    assert run(store, mailbox).sent == 1
    assert [mail.to for mail in mailbox.mails + others.mails] == [
        "owner@bakery.example",
        "owner@farm.example",
    ]


def test_d1_a_result_after_the_lease_was_lost_is_not_recorded(store: Store) -> None:
    compose(store, "bakery")
    [delivery] = store.deliveries.of("bakery")
    clock = Clock()

    def sleep(_mail: Mail) -> None:
        clock.pass_by(LEASE)
        claim_on(store, "send", delivery.id, at=clock())

    assert run(store, Mailbox(sleep), clock=clock).held == 1
    assert store.deliveries.get(delivery.id).state is DeliveryState.IN_DOUBT


def test_d7_one_businesss_trouble_is_its_own(store: Store) -> None:
    compose(store, "a", "b", "c", "d")
    mailbox = Mailbox(raising(UNKNOWN, to="owner@a.example"))
    assert run(store, mailbox) == SendReport(sent=3, failed=1)


def test_d7_a_bug_in_one_delivery_is_shown_and_the_others_go(store: Store) -> None:
    compose(store, "a", "b")
    bug = ZeroDivisionError("division by zero")
    assert run(store, Mailbox(raising(bug, to="owner@a.example"))) == SendReport(sent=1, postponed=1)
    [delivery] = store.deliveries.of("a")
    assert delivery.detail == "a bug of trendwatch: ZeroDivisionError: division by zero"
    assert delivery.next_attempt_at == NOW + RETRIES[0]


def test_s2_an_unusable_store_is_not_taken_for_a_refusal(store: Store) -> None:
    compose(store, "bakery")
    with pytest.raises(StorageUnavailable):
        run(store, Mailbox(raising(StorageUnavailable("disk full"))))
    assert store.deliveries.of("bakery")[0].state is DeliveryState.IN_DOUBT


def test_each_goes_out_by_its_own_channel(store: Store) -> None:
    compose(store, "bakery")
    asked: list[Channel] = []

    def carrier(channel: Channel) -> Mailbox:
        asked.append(channel)
        return Mailbox()

    send_due(store, carrier, sender="a@b.example", base_url="", clock=Clock(), lease=LEASE)
    assert asked == [Channel.OUTBOX]


@pytest.mark.parametrize(
    ("attempts", "error", "state", "wait"),
    [
        (1, REFUSED, DeliveryState.WAITING, timedelta(minutes=5)),
        (2, REFUSED, DeliveryState.WAITING, timedelta(minutes=15)),
        (8, REFUSED, DeliveryState.WAITING, timedelta(hours=24)),
        (9, REFUSED, DeliveryState.FAILED, None),  # 5+15+60+180+360+720+1440+1440 min = 70 h 20 min
        (1, UNKNOWN, DeliveryState.FAILED, None),
        (1, LOST, DeliveryState.IN_DOUBT, timedelta(minutes=5)),
    ],
)
def test_what_a_failure_leaves(
    attempts: int, error: DeliveryError, state: DeliveryState, wait: timedelta | None
) -> None:
    delivery = replace(a_delivery(a_digest()), attempts=attempts)
    after = after_failure(delivery, error, clock=Clock())
    assert (after.state, after.detail, after.id) == (state, str(error), delivery.id)
    assert after.next_attempt_at == (None if wait is None else NOW + wait)
