"""Who agreed, who left, webhooks and notices, on both databases."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.dying import dying_at
from tests.seeds import NOW, a_business, a_delivery, a_digest, an_edition, claim_on
from trendwatch.errors import InputError, NotFound
from trendwatch.pipeline import outgoing
from trendwatch.pipeline.outgoing import (
    BY_OPERATOR,
    BY_REQUEST,
    addresses,
    first_mail,
    invite,
    know_readers,
    tell,
)
from trendwatch.store import Store
from trendwatch.store.recipients import recipient_id
from trendwatch.types.advice import Business
from trendwatch.types.delivery import Audience, Channel, Consent, DeliveryState, Notice


def know(store: Store, *businesses: Business, ask_all: bool = False) -> int:
    return know_readers(
        store, businesses, site="https://x.example", ask_all=ask_all, mail=Channel.OUTBOX, now=NOW
    )


def consents(store: Store, key: str = "farm") -> dict[str, str]:
    return {one.address: str(one.consent) for one in store.recipients.of(key)}


def test_an_address_is_one_however_it_is_written(store: Store) -> None:
    twice = a_business("farm", email="Owner@Farm.example", also_to=("owner@farm.example ", "b@farm.example"))
    assert addresses(twice) == ("owner@farm.example ", "b@farm.example")
    assert (know(store, twice), know(store, twice)) == (2, 0)
    assert recipient_id("farm", " OWNER@farm.example") in {one.id for one in store.recipients.of("farm")}


def test_an_address_nobody_names_any_more_is_forgotten_one_that_left_is_not(store: Store) -> None:
    know(store, a_business("farm", email="a@f.example", also_to=("b@f.example",)))
    store.recipients.leave(recipient_id("farm", "b@f.example"), now=NOW)
    know(store, a_business("farm", email="c@f.example"))
    assert consents(store) == {"b@f.example": "unsubscribed", "c@f.example": "confirmed"}
    know(store, a_business("farm", email="b@f.example"))  # named again: it stays left
    assert consents(store)["b@f.example"] == "unsubscribed"


def test_who_was_invited_stays_though_no_file_names_them(store: Store) -> None:
    farm = a_business("farm", email="a@f.example")
    know(store, farm)
    reader = invite(store, farm, "new@f.example", site="", mail=Channel.OUTBOX, now=NOW)
    know(store, farm)
    assert (store.recipients.get(reader.id).origin, reader.consent) == (BY_REQUEST, Consent.ASKED)
    assert {one.origin for one in store.recipients.of("farm")} == {BY_OPERATOR, BY_REQUEST}


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "nobody",
        "a@b, c@d.example",
        "a@b\r\nBcc: x@y.example",
        "@",
        "a b@c",
        "B <b@c.example>",
        "ä@b.example",
    ],
)
def test_what_is_no_address_is_refused(store: Store, wrong: str) -> None:
    with pytest.raises(InputError):
        invite(store, a_business("farm"), wrong, site="", mail=Channel.OUTBOX, now=NOW)
    assert store.recipients.of("farm") == []


def test_one_that_left_can_be_asked_anew_and_agree(store: Store) -> None:
    farm = a_business("farm", email="a@f.example")
    know(store, farm)
    key = recipient_id("farm", "a@f.example")
    store.recipients.leave(key, now=NOW)
    assert invite(store, farm, "a@f.example", site="", mail=Channel.OUTBOX, now=NOW).consent is Consent.ASKED
    assert store.recipients.agree(key, None, now=NOW).consent is Consent.CONFIRMED


def test_a5_an_address_is_asked_at_most_once_in_seven_days(store: Store) -> None:
    """A loop over the API is no mail bomb, least of all at somebody who said no."""
    farm, other = a_business("farm"), a_business("mill")

    def ask(business: Business, *, days: float, address: str = "new@f.example") -> int:
        invite(store, business, address, site="", mail=Channel.OUTBOX, now=NOW + timedelta(days=days))
        return len(store.deliveries.of("farm")) + len(store.deliveries.of("mill"))

    assert [ask(farm, days=days) for days in (0, 0, 0.1, 6.9)] == [1, 1, 1, 1]
    assert ask(farm, days=1, address=" NEW@F.example ") == 1
    with pytest.raises(InputError, match="in the last seven days"):
        ask(other, days=1)
    assert ask(other, days=1, address="second@f.example") == 2
    [letter] = [one for one in store.deliveries.of("farm") if one.address == "new@f.example"]
    sent_at = NOW + timedelta(hours=1)
    sent = replace(letter, id="sent", state=DeliveryState.SENT, next_attempt_at=None, sent_at=sent_at)
    store.deliveries.add([sent])
    store.recipients.leave(letter.target, now=NOW + timedelta(hours=2))  # and what waited is taken back
    assert ask(farm, days=2) == 3
    assert store.recipients.get(letter.target).consent is Consent.UNSUBSCRIBED
    assert ask(farm, days=7.5) == 4
    assert store.recipients.get(letter.target).consent is Consent.ASKED


def questions(store: Store, key: str = "farm") -> list[str]:
    return [one.id for one in store.deliveries.of(key) if one.kind == "letter"]


def test_d1_being_named_and_being_asked_are_one(store: Store) -> None:
    """Killed in between, an address was known and never asked."""
    farm = a_business("farm", email="a@f.example")

    with dying_at(store._engine, "INSERT INTO delivery"):
        know(store, farm, ask_all=True)
    assert store.recipients.of("farm") == []
    assert (know(store, farm, ask_all=True), know(store, farm, ask_all=True)) == (1, 0)
    assert len(questions(store)) == 1


def test_d1_two_that_find_an_address_new_at_once_ask_it_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have read that nobody knows it, a second apart."""
    farm = a_business("farm", email="a@f.example")
    monkeypatch.setattr(store.recipients, "known", dict)
    found = [
        know_readers(
            store,
            [farm],
            site="https://x.example",
            ask_all=True,
            mail=Channel.OUTBOX,
            now=NOW + timedelta(seconds=second),
        )
        for second in (0, 1)
    ]
    assert found == [1, 0]
    assert len(questions(store)) == 1


def test_the_id_of_a_question_is_of_the_reader_and_the_time_they_were_asked(store: Store) -> None:
    reader, _ = store.recipients.name("farm", "a@f.example", agreed=False, origin=BY_OPERATOR, now=NOW)
    links = outgoing.links_of(store, "https://x.example")
    first, other = (
        outgoing.question(a_business("farm", name=name), reader, links, mail=Channel.OUTBOX).id
        for name in ("Farm", "Hill Farm")
    )
    assert first == other


def test_an_address_that_was_asked_first_is_served_once_the_operator_vouches_for_it(store: Store) -> None:
    farm = a_business("farm")
    reader = invite(store, farm, "A@f.example", site="", mail=Channel.OUTBOX, now=NOW)
    a_latest_issue(store)
    know(store, a_business("farm", email="a@f.example"), ask_all=True)
    assert store.recipients.get(reader.id).consent is Consent.ASKED  # the operator wants everybody asked
    know(store, a_business("farm", email="a@f.example"))
    found = store.recipients.get(reader.id)
    assert (found.consent, found.origin) == (Consent.CONFIRMED, BY_OPERATOR)
    states = {(one.kind, one.state) for one in store.deliveries.of("farm") if one.target == reader.id}
    assert states == {("letter", "cancelled"), ("digest", "waiting")}
    know(store, a_business("farm"))  # named no more: it was the operator's, and goes
    assert store.recipients.of("farm") == []


def test_nobody_vouches_for_an_address_that_has_left(store: Store) -> None:
    """Left, and asked anew by somebody: only its own word brings it back."""
    farm = a_business("farm", email="a@f.example")
    know(store, farm)
    key = recipient_id("farm", "a@f.example")
    store.recipients.leave(key, now=NOW)
    know(store, farm)
    assert store.recipients.get(key).consent is Consent.UNSUBSCRIBED
    invite(store, farm, "a@f.example", site="", mail=Channel.OUTBOX, now=NOW + timedelta(days=1))
    know(store, farm)
    assert store.recipients.get(key).consent is Consent.ASKED
    assert store.recipients.agree(key, None, now=NOW).left_at is None


def a_latest_issue(store: Store, **values: object) -> None:
    digest = a_digest("farm", **values)  # type: ignore[arg-type]
    claim = claim_on(store, "compose", "farm")
    store.editions.freeze(an_edition(), claim=claim, now=NOW)
    store.digests.add(digest, [], claim=claim, now=NOW)
    store.leases.release(claim)


@pytest.mark.parametrize(
    ("values", "later", "gets"),
    [
        ({}, timedelta(0), True),
        ({}, timedelta(days=6), True),
        ({}, timedelta(days=7), False),  # the next one is due and will come
        ({"quiet": True, "quiet_choice": "none"}, timedelta(0), False),
        ({"quiet": True, "quiet_choice": "note"}, timedelta(0), True),
    ],
)
def test_the_first_mail_is_the_latest_issue_that_left_and_is_of_now(
    store: Store, values: dict[str, object], later: timedelta, gets: bool
) -> None:
    farm = a_business("farm")
    a_latest_issue(store, **values)
    reader, _ = store.recipients.name("farm", "a@f.example", agreed=True, origin=BY_REQUEST, now=NOW)
    first = first_mail(store, farm, reader, mail=Channel.OUTBOX, now=NOW + later)
    assert (first is not None) is gets
    paused = a_business("farm", frequency="paused")
    for business in (None, paused):
        assert first_mail(store, business, reader, mail=Channel.OUTBOX, now=NOW) is None


def given_up(store: Store, farm: Business) -> str:
    """Return the id of an address of a business that refused three digests, with what is told of it."""
    know(store, farm)
    key = recipient_id("farm", farm.email)
    for week in range(3):
        digest = a_digest("farm", cutoff=NOW + timedelta(weeks=week))
        claim = claim_on(store, "compose", "farm")
        store.editions.freeze(an_edition(digest.cutoff), claim=claim, now=NOW)
        store.digests.add(digest, [a_delivery(digest, target=key)], claim=claim, now=NOW)
        store.leases.release(claim)
        [one] = store.deliveries.due(NOW + timedelta(weeks=week), limit=9)
        claim = claim_on(store, "send", one.id)
        failed = replace(one, state=DeliveryState.FAILED, next_attempt_at=None)
        notice = a_notice(kind="suppressed", subject=key, audience=Audience.OWNER, business_key="farm")
        assert store.deliveries.record(failed, claim=claim, now=NOW, bounce="hard", notice=notice)
        assert len(store.notices.latest()) == (week == 2)
    return key


def is_told_again(store: Store, key: str, kind: str) -> bool:
    notice = a_notice(kind=kind, subject=key, opened_at=NOW + timedelta(days=1))
    return tell(store, notice, subject="once more", mail=Channel.OUTBOX)


@pytest.mark.parametrize("way", ["leave", "ask", "agree", "unnamed"])
def test_what_is_told_of_an_address_ends_with_what_it_is_about(store: Store, way: str) -> None:
    farm = a_business("farm", email="a@f.example")
    key = given_up(store, farm)
    know(store, farm)
    assert len(store.notices.latest()) == 1
    if way == "leave":
        store.recipients.leave(key, now=NOW)
    elif way == "ask":
        invite(store, farm, "a@f.example", site="", mail=Channel.OUTBOX, now=NOW)
    elif way == "agree":
        store.recipients.agree(key, None, now=NOW)
    else:
        know(store, a_business("farm"))
        assert store.recipients.get(key).consent is Consent.SUPPRESSED
    assert store.notices.latest() == []
    assert is_told_again(store, key, "suppressed")


@pytest.mark.parametrize("way", ["remove", "enable"])
def test_what_is_told_of_a_webhook_ends_with_it_and_can_be_told_again(store: Store, way: str) -> None:
    hook = store.endpoints.add("farm", "https://f.example/hook", secret="whsec_one", now=NOW)
    assert tell(store, a_notice(kind="webhook", subject=hook.id), subject="off", mail=Channel.OUTBOX)
    getattr(store.endpoints, way)(hook.id, now=NOW)
    assert store.notices.latest() == []
    same = store.endpoints.add("farm", "https://f.example/hook", secret="whsec_two", now=NOW)
    assert same.id == hook.id
    assert is_told_again(store, hook.id, "webhook")


def test_a_reader_nobody_knows(store: Store) -> None:
    assert store.recipients.find("x") is None
    for ask in (store.recipients.get, lambda key: store.recipients.leave(key, now=NOW)):
        with pytest.raises(NotFound):
            ask("x")


def test_a_signing_key_is_made_once_whoever_asks_first(store: Store) -> None:
    found: set[str] = set()
    threads = [
        threading.Thread(target=lambda: found.add(store.recipients.signing_key("links"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {store.recipients.signing_key("links")}
    assert store.recipients.signing_key("suppression") not in found


def test_a_webhook_that_is_named_twice_keeps_its_secret(store: Store) -> None:
    first = store.endpoints.add("farm", "https://f.example/hook", secret="whsec_one", now=NOW)
    again = store.endpoints.add("farm", "https://f.example/hook", secret="whsec_two", now=NOW)
    assert again == first
    turned = store.endpoints.rotate(first.id, secret="whsec_three", now=NOW)
    assert (turned.secret, turned.former) == ("whsec_three", "whsec_one")
    assert turned.former_until == NOW + timedelta(hours=24)
    store.endpoints.remove(first.id, now=NOW)
    assert store.endpoints.of("farm") == []
    with pytest.raises(NotFound):
        store.endpoints.get(first.id)


def a_notice(**values: object) -> Notice:
    defaults: dict[str, object] = {
        "kind": "smtp",
        "subject": "",
        "audience": Audience.OPERATOR,
        "business_key": "",
        "text": "mails wait",
        "opened_at": NOW,
    }
    return Notice(**(defaults | values))  # type: ignore[arg-type]


def test_what_lasts_is_told_once_and_again_when_it_comes_back(store: Store) -> None:
    def told(day: int) -> bool:
        notice = a_notice(opened_at=NOW + timedelta(days=day))
        return tell(store, notice, subject="trouble", to=("ops@x.example",), mail=Channel.OUTBOX)

    assert [told(0), told(1)] == [True, False]
    assert store.notices.end("smtp", now=NOW + timedelta(days=2))
    assert not store.notices.end("smtp", now=NOW + timedelta(days=2))
    assert told(3)
    assert len(store.notices.latest()) == 1
    assert len(store.notices.latest(over=True)) == 2
    letters = store.deliveries.latest()
    assert [one.address for one in letters] == ["ops@x.example"] * 2
    assert len({one.id for one in letters}) == 2
