"""Sending: one Message-ID for ever, whatever is repeated; one business's trouble is its own (D1, D2, D7)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.dying import dying_at
from tests.seeds import LEASE, NOW, a_delivery, a_digest, a_pick, an_edition, claim_on
from tests.steps import Clock
from trendwatch.deliver.message import message_bytes
from trendwatch.deliver.outbox import Outbox
from trendwatch.deliver.webhook import Webhook, new_secret
from trendwatch.errors import DeliveryError, StorageUnavailable
from trendwatch.net.post import Posted
from trendwatch.pipeline import send as step
from trendwatch.pipeline.retries import HOOK_RETRIES, RETRIES, after_failure
from trendwatch.pipeline.send import BATCH, HANDING_OVER, HELD, SendReport, Terms, send_due
from trendwatch.render.letters import told
from trendwatch.store import Store
from trendwatch.types.delivery import Channel, DeliveryKind, DeliveryState, Lane, Mail

REFUSED = DeliveryError("421 try later", permanent=False)
UNKNOWN = DeliveryError("550 no such mailbox", permanent=True)
LOST = DeliveryError("connection lost after the final dot", permanent=False, in_doubt=True)
LOGIN = DeliveryError("535 wrong password", permanent=False, operator=True)
BROKEN = DeliveryError("it answered 500", permanent=False)
NO_BOX = DeliveryError("550 5.1.1 no such mailbox", permanent=True, hard=True)
FULL = DeliveryError("552 5.2.2 mailbox full", permanent=True)


class Receiver:
    """A webhook's other side that takes everything."""

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Posted:
        return Posted(status=204, headers={}, said="")


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


def terms(mailbox: Mailbox, **values: Any) -> Terms:
    defaults: dict[str, Any] = {
        "carrier": lambda _channel: mailbox,
        "caller": Webhook(Receiver()),
        "sender": "trendwatch@news.example",
        "site": "https://news.example",
    }
    return Terms(**(defaults | values))


def run(
    store: Store,
    mailbox: Mailbox,
    *,
    now: datetime = NOW,
    clock: Clock | None = None,
    lane: Lane | None = None,
    at_once: int = BATCH,
    **values: Any,
) -> SendReport:
    clock = clock or Clock(now)
    return send_due(store, terms(mailbox, **values), clock=clock, lease=LEASE, lane=lane, at_once=at_once)


def compose(store: Store, *keys: str, cutoff: datetime = NOW, quiet: str = "", **values: Any) -> None:
    for key in keys:
        shown = {"quiet": True, "quiet_choice": quiet} if quiet else {"one_thing": a_pick("s1")}
        digest = a_digest(key, cutoff=cutoff, **shown)
        claim = claim_on(store, "compose", key)
        store.editions.freeze(an_edition(cutoff), claim=claim, now=NOW)
        delivery = a_delivery(digest, **({"address": f"owner@{key}.example"} | values))
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
    assert ("owner@bakery.example", f"<{delivery.id}@news.example>") in ids


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
    assert [mail.message_id for mail in mailbox.mails] == [f"<{delivery.id}@news.example>"]
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

    run(store, Mailbox(), carrier=carrier)
    assert asked == [Channel.OUTBOX]


HOURS = [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]  # Standard Webhooks: 75 h 35 min 5 s in all


@pytest.mark.parametrize(
    ("attempts", "error", "state", "wait"),
    [
        (1, REFUSED, DeliveryState.WAITING, timedelta(minutes=5)),
        (2, REFUSED, DeliveryState.WAITING, timedelta(minutes=15)),
        (8, REFUSED, DeliveryState.WAITING, timedelta(hours=24)),
        (9, REFUSED, DeliveryState.FAILED, None),  # 5+15+60+180+360+720+1440+1440 min = 70 h 20 min
        (1, UNKNOWN, DeliveryState.FAILED, None),
        (1, LOST, DeliveryState.IN_DOUBT, timedelta(minutes=5)),
        (1, LOGIN, DeliveryState.WAITING, timedelta(minutes=5)),
        (30, LOGIN, DeliveryState.WAITING, timedelta(hours=6)),
    ],
)
def test_d2_what_a_failure_leaves(
    attempts: int, error: DeliveryError, state: DeliveryState, wait: timedelta | None
) -> None:
    delivery = replace(a_delivery(a_digest()), attempts=attempts)
    after = after_failure(delivery, error, now=NOW)
    assert (after.state, after.detail, after.id) == (state, str(error), delivery.id)
    assert after.next_attempt_at == (None if wait is None else NOW + wait)
    assert after.doubts == error.in_doubt


def test_d2_no_mail_is_tried_after_72_hours_and_our_own_fault_for_a_week() -> None:
    def left(hours: int, error: DeliveryError) -> DeliveryState:
        begun = replace(a_delivery(a_digest()), attempts=2, first_attempt_at=NOW - timedelta(hours=hours))
        return after_failure(begun, error, now=NOW).state

    # the wait after the second attempt is 15 minutes
    assert [left(hours, REFUSED) for hours in (0, 71, 72)] == ["waiting", "waiting", "failed"]
    assert [left(hours, LOGIN) for hours in (72, 167, 168)] == ["waiting", "waiting", "failed"]


def test_d3_a_webhook_is_tried_ten_times_in_75_6_hours() -> None:
    hook = replace(a_delivery(a_digest()), channel=Channel.WEBHOOK, first_attempt_at=NOW)
    at, waits = NOW, []
    for attempt in range(1, 11):
        after = after_failure(replace(hook, attempts=attempt), BROKEN, now=at)
        if after.next_attempt_at is not None:
            waits.append(after.next_attempt_at - at)
            at = after.next_attempt_at
    assert after.state is DeliveryState.FAILED
    assert [wait / timedelta(hours=1) for wait in waits] == pytest.approx(HOURS)
    assert round((at - NOW) / timedelta(hours=1), 1) == 75.6
    assert len(HOOK_RETRIES) + 1 == 10


@pytest.mark.parametrize(("asked", "held"), [(60, 60), (3, 5), (10**6, 24 * 3600)])
def test_d3_a_longer_retry_after_holds_up_to_a_day(asked: int, held: int) -> None:
    """The first wait is five seconds."""
    hook = replace(a_delivery(a_digest()), channel=Channel.WEBHOOK, attempts=1)
    busy = DeliveryError("it answered 429", permanent=False, wait=timedelta(seconds=asked))
    assert after_failure(hook, busy, now=NOW).next_attempt_at == NOW + timedelta(seconds=held)


def test_d2_a_login_that_fails_costs_no_reader_anything_and_the_operator_is_told_once(store: Store) -> None:
    compose(store, "bakery", "farm", channel=Channel.SMTP)
    clock = Clock()
    for _ in range(3):
        run(store, Mailbox(raising(LOGIN)), clock=clock, operator="ops@house.example", mail=Channel.SMTP)
        clock.pass_by(timedelta(hours=6))
    [notice] = store.notices.latest()
    assert (notice.kind, notice.audience) == ("smtp", "operator")
    assert "535 wrong password" in notice.text
    [letter] = [one for one in store.deliveries.latest() if one.kind == "letter"]
    assert (letter.address, letter.business_key, letter.target) == ("ops@house.example", "", "")
    assert run(store, Mailbox(), clock=clock).sent == 3


@pytest.mark.parametrize(
    "sender",
    ["Acme, Inc. <news@acme.example>", "News (daily <news@acme.example>", "News <nëws@acme.example>"],
)
def test_d2_a_sender_that_no_header_takes_costs_no_reader_anything_and_the_operator_is_told(
    store: Store, tmp_path: Path, sender: str
) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    compose(store, "bakery", target=reader.id)
    compose(store, "mill")
    outbox, clock = Outbox(tmp_path), Clock()
    values: dict[str, Any] = {"carrier": lambda _channel: outbox, "operator": "ops@house.example"}
    assert run(store, Mailbox(), clock=clock, sender=sender, **values) == SendReport(postponed=2)
    [notice] = store.notices.latest()
    assert (notice.kind, notice.audience, repr(sender) in notice.text) == ("outbox", "operator", True)
    assert store.recipients.get(reader.id) == reader  # nothing counted
    clock.pass_by(timedelta(days=2))
    assert run(store, Mailbox(), clock=clock, **values) == SendReport(sent=3)
    assert store.notices.latest() == []


def test_d2_the_notice_is_over_with_the_next_mail_that_leaves(store: Store) -> None:
    compose(store, "bakery", channel=Channel.SMTP)
    clock = Clock()
    run(store, Mailbox(raising(LOGIN)), clock=clock)
    clock.pass_by(timedelta(hours=1))
    assert run(store, Mailbox(), clock=clock).sent == 1
    assert store.notices.latest() == []
    assert [one.ended_at for one in store.notices.latest(over=True)] == [clock()]


def test_d2_what_may_have_arrived_is_held_where_the_operator_wants_that(store: Store) -> None:
    compose(store, "bakery")
    clock = Clock()
    assert run(store, Mailbox(raising(LOST)), clock=clock, in_doubt="hold").postponed == 1
    clock.pass_by(RETRIES[0])
    mailbox = Mailbox()
    assert run(store, mailbox, clock=clock, in_doubt="hold") == SendReport(kept_back=1)
    assert run(store, mailbox, now=NOW + timedelta(days=30), in_doubt="hold") == SendReport()
    [delivery] = store.deliveries.of("bakery")
    assert (delivery.state, delivery.doubts, delivery.detail) == (DeliveryState.IN_DOUBT, 1, HELD)
    store.deliveries.again(delivery.id, now=clock())
    assert run(store, mailbox, clock=clock, in_doubt="hold").sent == 1
    assert [mail.message_id for mail in mailbox.mails] == [f"<{delivery.id}@news.example>"]
    assert store.deliveries.get(delivery.id).doubts == 1  # shown for ever: it may have come twice


def test_d2_a_delivery_can_be_sent_again_by_hand_under_its_id(store: Store) -> None:
    compose(store, "bakery")
    mailbox = Mailbox()
    run(store, mailbox)
    [delivery] = store.deliveries.of("bakery")
    store.deliveries.again(delivery.id, now=NOW)
    assert run(store, mailbox).sent == 1
    assert mailbox.mails[0] == mailbox.mails[1]


def test_d7_three_hard_bounces_end_an_address_with_a_notice(store: Store) -> None:
    store.recipients.name("bakery", "owner@bakery.example", agreed=True, origin="operator", now=NOW)
    store.recipients.name("bakery", "books@bakery.example", agreed=True, origin="operator", now=NOW)
    first, second = store.recipients.of("bakery")
    reader = first if first.address == "owner@bakery.example" else second
    mailbox = Mailbox(raising(NO_BOX, to=reader.address))
    for week in range(4):
        at = NOW + timedelta(weeks=week)
        compose(store, "bakery", cutoff=at, target=reader.id, address=reader.address)
        report = run(store, mailbox, now=at)
        counted = store.recipients.get(reader.id)
        assert counted.hard_bounces == min(week + 1, 3)
        assert counted.consent == ("confirmed" if week < 2 else "suppressed")
        assert (report.failed, report.cancelled) == ((1, 0) if week < 3 else (0, 1))
    [notice] = store.notices.latest(business_key="bakery")
    assert (notice.kind, notice.subject) == ("suppressed", reader.id)
    [told] = [mail for mail in mailbox.mails if "gets no more" in mail.subject]
    assert told.to == "books@bakery.example"


def test_d7_soft_bounces_are_counted_and_what_arrives_wipes_them(store: Store) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    for week, (error, counts) in enumerate(
        [(FULL, (0, 1)), (NO_BOX, (1, 1)), (FULL, (1, 2)), (None, (0, 0))]
    ):
        at = NOW + timedelta(weeks=week)
        compose(store, "bakery", cutoff=at, target=reader.id)
        run(store, Mailbox(raising(error)) if error else Mailbox(), now=at)
        found = store.recipients.get(reader.id)
        assert (found.hard_bounces, found.soft_bounces, found.consent) == (*counts, "confirmed")


@pytest.mark.parametrize("kind", ["digest", "quiet note", "letter"])
def test_d5_every_mail_carries_both_headers_for_leaving(store: Store, kind: str) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    if kind == "letter":
        letter = told("A webhook was switched off", "It answered 500.")
        waiting = a_delivery(a_digest("bakery"), address=reader.address, target=reader.id)
        store.deliveries.add([replace(waiting, period="", kind=DeliveryKind.LETTER, letter=letter)])
    else:
        compose(store, "bakery", target=reader.id, quiet="note" if kind == "quiet note" else "")
    mailbox = Mailbox()
    run(store, mailbox)
    [mail] = mailbox.mails
    lines = message_bytes(mail).split(b"\r\n\r\n")[0].split(b"\r\n")
    [leave] = [line for line in lines if line.lower().startswith(b"list-unsubscribe:")]
    assert leave.startswith(b"List-Unsubscribe: <https://news.example/mail/unsubscribe/")
    assert leave.endswith(b">")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert b"a%40b" not in leave
    assert b"a@b" not in leave
    # who was only written to may leave, and change no digest
    assert ("https://news.example/mail/preferences/" in mail.text) == (kind != "letter")
    assert "https://news.example/mail/unsubscribe/" in mail.html


def test_d5_who_left_gets_nothing_that_waits(store: Store) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    compose(store, "bakery", target=reader.id)
    assert store.recipients.leave(reader.id, now=NOW) == 1
    [delivery] = store.deliveries.of("bakery")
    assert (delivery.state, delivery.detail) == (DeliveryState.CANCELLED, "unsubscribed")
    store.deliveries.again(delivery.id, now=NOW)  # not even by hand
    mailbox = Mailbox()
    assert run(store, mailbox) == SendReport(cancelled=1)
    assert mailbox.mails == []


def test_d5_who_leaves_while_a_retry_waits_gets_no_retry(store: Store) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    compose(store, "bakery", target=reader.id)

    def leaves(_mail: Mail) -> None:
        store.recipients.leave(reader.id, now=NOW)
        raise REFUSED

    clock = Clock()
    assert run(store, Mailbox(leaves), clock=clock) == SendReport(cancelled=1)
    assert store.deliveries.of("bakery")[0].state is DeliveryState.CANCELLED
    clock.pass_by(RETRIES[0])
    assert run(store, Mailbox(), clock=clock) == SendReport()


def test_d5_who_leaves_between_the_last_look_and_the_hand_over_gets_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    compose(store, "bakery", target=reader.id)
    look = step.unwanted

    def look_then_leave(*known: Any) -> str:
        said = look(*known)
        store.recipients.leave(reader.id, now=NOW)
        return said

    monkeypatch.setattr(step, "unwanted", look_then_leave)
    mailbox = Mailbox()
    assert run(store, mailbox) == SendReport(cancelled=1)
    assert mailbox.mails == []
    [delivery] = store.deliveries.of("bakery")
    assert (delivery.state, delivery.attempts, delivery.detail) == ("cancelled", 0, "unsubscribed")


def test_d5_what_was_sent_while_somebody_left_is_shown_as_sent(store: Store) -> None:
    reader, _ = store.recipients.name("bakery", "a@b.example", agreed=True, origin="operator", now=NOW)
    compose(store, "bakery", target=reader.id)
    assert run(store, Mailbox(lambda _mail: store.recipients.leave(reader.id, now=NOW) and None)).sent == 1
    assert store.deliveries.of("bakery")[0].state is DeliveryState.SENT


def test_d3_switched_off_and_told_are_kept_together_or_not_at_all(store: Store) -> None:
    """Killed after the outcome was written and before anybody was told."""
    hook = store.endpoints.add("bakery", "https://x.example/hook", secret=new_secret(), now=NOW)
    values = {"channel": Channel.WEBHOOK, "target": hook.id, "address": hook.url}
    compose(store, "bakery", **values)

    class Gone:
        def post(self, url: str, body: bytes, headers: dict[str, str]) -> Posted:
            return Posted(status=410, headers={}, said="gone")

    with dying_at(store._engine, "INSERT INTO notice"):
        run(store, Mailbox(), caller=Webhook(Gone()))
    assert store.endpoints.get(hook.id).disabled == ""
    assert run(store, Mailbox(), now=NOW + LEASE, caller=Webhook(Gone())).failed == 1
    assert store.endpoints.get(hook.id).disabled
    assert [(one.kind, one.subject) for one in store.notices.latest()] == [("webhook", hook.id)]


def test_d3_a_webhook_removed_while_it_is_called_is_not_told_of(store: Store) -> None:
    hook = store.endpoints.add("bakery", "https://x.example/hook", secret=new_secret(), now=NOW)
    compose(store, "bakery", channel=Channel.WEBHOOK, target=hook.id, address=hook.url)

    class Removed:
        def post(self, url: str, body: bytes, headers: dict[str, str]) -> Posted:
            store.endpoints.remove(hook.id, now=NOW)
            return Posted(status=410, headers={}, said="gone")

    assert run(store, Mailbox(), caller=Webhook(Removed())) == SendReport(cancelled=1)
    assert store.notices.latest() == []


def test_d7_a_dead_end_does_not_stand_in_front_of_the_others(tmp_path: Path) -> None:
    """The dead one answers only once all others have theirs: nobody waits for it, or this never ends."""
    store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    keys = [f"b{number:02d}" for number in range(30)]
    compose(store, "dead", *keys)
    arrived, everybody = [], threading.Event()

    def trouble(mail: Mail) -> None:
        if mail.to == "owner@dead.example":
            assert everybody.wait(20)
            raise REFUSED
        arrived.append(mail.to)
        if len(arrived) == len(keys):
            everybody.set()

    assert run(store, Mailbox(trouble), workers=4) == SendReport(sent=30, postponed=1)
    store.close()


def test_d7_what_failed_before_waits_in_a_lane_of_its_own(tmp_path: Path) -> None:
    """Ten that failed before, and four workers: the ten may not take them."""
    store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
    dead = [f"dead{number}" for number in range(10)]
    compose(store, *dead)
    clock = Clock()
    run(store, Mailbox(raising(REFUSED)), clock=clock)
    clock.pass_by(RETRIES[0])
    compose(store, "a", "b", "c", cutoff=NOW - timedelta(weeks=1))
    arrived, everybody = [], threading.Event()

    def trouble(mail: Mail) -> None:
        if "dead" in mail.to:
            assert everybody.wait(20)
            raise REFUSED
        arrived.append(mail.to)
        if len(arrived) == 3:
            everybody.set()

    assert run(store, Mailbox(trouble), clock=clock, workers=4) == SendReport(sent=3, postponed=10)
    store.close()
