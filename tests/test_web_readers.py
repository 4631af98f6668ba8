"""What a reader can do by signed link, without login: leave, agree, come less often (D5)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.types import Message

from tests.asking import Asker
from tests.seeding import doors
from tests.seeds import NOW
from trendwatch.api import Parts, create_app
from trendwatch.deliver.links import Links, Purpose
from trendwatch.pipeline.letterpress import mail_for
from trendwatch.pipeline.outgoing import invite, know_readers, links_of
from trendwatch.types.delivery import Channel, Consent, DeliveryState, Recipient

SITE = "https://news.example"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = doors(tmp_path)
    know(made)
    return made


def know(parts: Parts, *, ask_all: bool = False) -> None:
    know_readers(
        parts.store, parts.config().businesses, site=SITE, ask_all=ask_all, mail=Channel.OUTBOX, now=NOW
    )


def the_reader(parts: Parts) -> Recipient:
    [found] = parts.store.recipients.of("hill_farm")
    return found


def path(parts: Parts, purpose: Purpose, reader: Recipient | None = None) -> str:
    links = links_of(parts.store, SITE)
    return urlsplit(links.to(purpose, (reader or the_reader(parts)).id, made=NOW)).path


def a_waiting_mail(parts: Parts) -> None:
    """Queue the digest for the reader, as agreeing does."""
    from trendwatch.pipeline.outgoing import mail_of

    digest = parts.store.digests.get("hill_farm", "latest")
    parts.store.deliveries.add([mail_of(digest, the_reader(parts), Channel.OUTBOX, now=NOW)])


def test_d5_one_click_works_without_cookies_login_or_origin_and_takes_back_what_waits(parts: Parts) -> None:
    a_waiting_mail(parts)
    closed = Asker(replace(parts, open_to_all=False), base_url="https://news.example")
    answer = closed(
        "POST",
        path(parts, "unsubscribe"),
        content=b"List-Unsubscribe=One-Click",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Origin": "https://mail.example"},
    )
    assert answer.status_code == 200
    assert the_reader(parts).consent is Consent.UNSUBSCRIBED
    states = [one.state for one in parts.store.deliveries.of("hill_farm") if one.target]
    assert states == [DeliveryState.CANCELLED]
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "body", [b"", b"List-Unsubscribe=One-Click", b"\xff\x00&&&", b"--x\r\nnot a form\r\n"]
)
def test_d5_a_post_leaves_whatever_its_body(parts: Parts, body: bytes) -> None:
    ask = Asker(parts)
    for _ in range(2):  # repeated: the same answer, nothing breaks
        assert ask("POST", path(parts, "unsubscribe"), content=body).status_code == 200
    assert the_reader(parts).consent is Consent.UNSUBSCRIBED


def test_d5_a_link_scanner_changes_nothing(parts: Parts) -> None:
    """It opens every link of a mail, with GET and HEAD, often twice."""
    a_waiting_mail(parts)
    ask = Asker(parts)
    for purpose in ("unsubscribe", "preferences", "confirm"):
        for method in ("GET", "HEAD", "GET"):
            answer = ask(method, path(parts, purpose))  # type: ignore[arg-type]
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == "no-store"
    assert the_reader(parts).consent is Consent.CONFIRMED
    assert [one.state for one in parts.store.deliveries.of("hill_farm") if one.target] == ["waiting"]
    assert parts.store.overlays.list() == []


def forged(parts: Parts) -> list[str]:
    good = path(parts, "unsubscribe")
    other = urlsplit(Links("another key", site=SITE).to("unsubscribe", the_reader(parts).id, made=NOW)).path
    swapped = path(parts, "preferences").replace("/preferences/", "/unsubscribe/")
    return [good[:-1], good + "x", other, swapped, "/mail/unsubscribe/x", "/mail/unsubscribe/" + "A" * 4000]


def test_d5_forged_links_are_refused_alike(parts: Parts) -> None:
    ask = Asker(parts)
    for address in forged(parts):
        for method in ("GET", "POST"):
            assert ask(method, address).status_code == 403, address
    assert the_reader(parts).consent is Consent.CONFIRMED


def test_d5_leaving_never_grows_old_other_links_do(parts: Parts) -> None:
    old = Asker(replace(parts, clock=lambda: NOW + timedelta(days=3650)))
    assert old("POST", path(parts, "preferences")).status_code == 410
    assert old("POST", path(parts, "confirm")).status_code == 410
    assert "latest mail" in old.get(path(parts, "preferences")).text
    assert old("POST", path(parts, "unsubscribe")).status_code == 200
    assert the_reader(parts).consent is Consent.UNSUBSCRIBED


def test_d5_no_address_in_a_link(parts: Parts) -> None:
    for purpose in ("unsubscribe", "preferences", "confirm"):
        assert "owner" not in path(parts, purpose)  # type: ignore[arg-type]
        assert "hillfarm" not in Asker(parts).get(path(parts, purpose)).text.replace("hill_farm", "")  # type: ignore[arg-type]


def test_who_is_invited_gets_nothing_before_agreeing_and_the_latest_issue_then(parts: Parts) -> None:
    business = parts.config().business("hill_farm")
    reader = invite(parts.store, business, "New@Other.example", site=SITE, mail=Channel.OUTBOX, now=NOW)
    assert reader.consent is Consent.ASKED
    [question] = [one for one in parts.store.deliveries.latest() if one.kind == "letter"]
    assert question.letter is not None
    said = " ".join(question.letter.paragraphs)
    assert "every Monday at 07:00 (Europe/Lisbon)" in said  # frequency and day
    ask = Asker(parts)
    # Below the site: where that is, is known when the letter leaves.
    [address] = [one for one in question.letter.paragraphs if one.startswith("/mail/confirm/")]
    moved = "https://new.example"
    links = links_of(parts.store, moved)
    sent = mail_for(parts.store, question, sender="a@b.example", site=moved, links=links, banner="")
    assert f"{moved}{address}" in sent.text
    assert "every Monday" in ask.get(address).text
    assert parts.store.recipients.get(reader.id).consent is Consent.ASKED
    for _ in range(2):
        assert ask("POST", address).status_code == 200
    assert parts.store.recipients.get(reader.id).consent is Consent.CONFIRMED
    mine = [
        one for one in parts.store.deliveries.latest() if one.target == reader.id and one.kind == "digest"
    ]
    assert [(one.period, one.state) for one in mine] == [("2025-W10", "waiting")]


def test_who_agrees_gets_no_issue_that_did_not_leave_or_is_of_weeks_ago(tmp_path: Path) -> None:
    made = doors(tmp_path)
    business = made.config().business("hill_farm")
    reader = invite(made.store, business, "new@other.example", site=SITE, mail=Channel.OUTBOX, now=NOW)
    later = replace(made, clock=lambda: NOW + timedelta(weeks=3))
    address = urlsplit(links_of(made.store, SITE).to("confirm", reader.id, made=later.clock())).path
    assert Asker(later)("POST", address).status_code == 200
    assert made.store.recipients.get(reader.id).consent is Consent.CONFIRMED
    assert not [one for one in made.store.deliveries.latest() if one.target == reader.id and one.period]


def test_a_question_of_before_may_not_undo_leaving(parts: Parts) -> None:
    ask = Asker(parts)
    ask("POST", path(parts, "unsubscribe"))
    assert ask("POST", path(parts, "confirm")).status_code == 410
    assert the_reader(parts).consent is Consent.UNSUBSCRIBED


def by_link(parts: Parts, purpose: Purpose, reader: Recipient, form: str) -> int:
    """Send a form to a link of a reader; return the status."""
    links, key = links_of(parts.store, SITE), reader.id
    address = links.to(purpose, f"{key}/2025-W10" if purpose == "votes" else key, made=NOW)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    ask = Asker(parts)
    assert ask.get(urlsplit(address).path).status_code in {200, 410}
    return ask("POST", urlsplit(address).path, content=form.encode(), headers=headers).status_code


def test_d5_who_has_not_agreed_changes_nothing_of_the_business(parts: Parts) -> None:
    business = parts.config().business("hill_farm")
    stranger = invite(parts.store, business, "typo@other.example", site=SITE, mail=Channel.OUTBOX, now=NOW)
    assert by_link(parts, "preferences", stranger, "frequency=paused") == 410
    story = parts.store.digests.get("hill_farm", "latest").picks[0].story_id
    assert by_link(parts, "votes", stranger, f"story={story}&kind=not_for_me") == 410
    assert parts.config().business("hill_farm") == business
    assert parts.store.votes.of("hill_farm") == ()


def test_d5_who_left_or_was_taken_out_changes_nothing_of_the_business(parts: Parts) -> None:
    business, reader = parts.config().business("hill_farm"), the_reader(parts)
    story = parts.store.digests.get("hill_farm", "latest").picks[0].story_id
    assert by_link(parts, "votes", reader, f"story={story}&kind=useful") == 200
    parts.store.recipients.leave(reader.id, now=NOW)
    assert by_link(parts, "preferences", reader, "frequency=paused") == 410
    assert by_link(parts, "votes", reader, f"story={story}&kind=not_for_me") == 410
    assert by_link(parts, "unsubscribe", reader, "") == 200  # leaving always works
    assert parts.config().business("hill_farm") == business
    assert [one.kind for one in parts.store.votes.of("hill_farm")] == ["useful"]


def test_d5_a_question_holds_links_to_agree_and_to_leave_only(parts: Parts) -> None:
    business = parts.config().business("hill_farm")
    invite(parts.store, business, "new@other.example", site=SITE, mail=Channel.OUTBOX, now=NOW)
    [question] = [one for one in parts.store.deliveries.latest() if one.kind == "letter"]
    links = links_of(parts.store, SITE)
    mail = mail_for(parts.store, question, sender="a@b.example", site=SITE, links=links, banner="")
    assert set(re.findall(r"/mail/(\w+)/", mail.text)) == {"confirm", "unsubscribe"}
    assert set(re.findall(r"/mail/(\w+)/", mail.html)) == {"confirm", "unsubscribe"}


def test_addresses_of_the_files_can_be_asked_too(tmp_path: Path) -> None:
    made = doors(tmp_path)
    know(made, ask_all=True)
    assert the_reader(made).consent is Consent.ASKED
    know(made, ask_all=True)
    assert len([one for one in made.store.deliveries.latest() if one.kind == "letter"]) == 1


CHANGES: list[tuple[str, Callable[[Parts], object], object]] = [
    ("frequency=two_weekly", lambda parts: parts.config().business("hill_farm").frequency, "two_weekly"),
    ("frequency=paused", lambda parts: parts.config().business("hill_farm").frequency, "paused"),
    ("quiet_week=note", lambda parts: parts.config().business("hill_farm").quiet_week, "note"),
    (
        "topics=shown&area=iot&area=ai",
        lambda parts: parts.config().business("hill_farm").areas,
        ("iot", "ai"),
    ),
    ("topics=shown&mute=vr", lambda parts: parts.config().business("hill_farm").mutes, ("area:vr",)),
    ("topics=shown", lambda parts: parts.config().business("hill_farm").areas, ()),
    ("frequency=", lambda parts: parts.config().business("hill_farm").frequency, "weekly"),
]


@pytest.mark.parametrize(("form", "read", "wanted"), CHANGES)
def test_d5_pause_less_often_and_topics_by_signed_link(
    parts: Parts, form: str, read: Callable[[Parts], object], wanted: object
) -> None:
    answer = Asker(parts)(
        "POST",
        path(parts, "preferences"),
        content=form.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert read(parts) == wanted


@pytest.mark.parametrize("form", ["frequency=hourly", "topics=shown&area=nonsense", "quiet_week=shout"])
def test_what_is_not_offered_is_refused_and_nothing_changes(parts: Parts, form: str) -> None:
    before = parts.config().business("hill_farm")
    answer = Asker(parts)(
        "POST",
        path(parts, "preferences"),
        content=form.encode(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 422
    assert parts.config().business("hill_farm") == before


def test_changes_by_link_leave_earlier_ones(parts: Parts) -> None:
    ask, address = Asker(parts), path(parts, "preferences")
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    ask("POST", address, content=b"frequency=monthly", headers=headers)
    ask("POST", address, content=b"quiet_week=general", headers=headers)
    found = parts.config().business("hill_farm")
    assert (found.frequency, found.quiet_week) == ("monthly", "general")


async def _broken_off(parts: Parts, address: str, *, last: Message) -> int:
    """Send the beginning of a form that says it is 5000 bytes long."""
    begun: list[Message] = [
        {"type": "http.request", "body": b"topics=shown&frequency=weekly", "more_body": True},
        last,
    ]
    answered: list[Message] = []

    async def receive() -> Message:
        return begun.pop(0) if begun else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answered.append(message)

    headers = [
        (b"host", b"127.0.0.1"),
        (b"content-type", b"application/x-www-form-urlencoded"),
        (b"content-length", b"5000"),
    ]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": address,
        "raw_path": address.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": headers,
    }
    await create_app(parts)(scope, receive, send)
    status: int = answered[0]["status"]
    return status


@pytest.mark.parametrize(
    "last", [{"type": "http.disconnect"}, {"type": "http.request", "body": b"", "more_body": False}]
)
def test_a5_a_form_that_broke_off_in_mid_upload_changes_nothing(parts: Parts, last: Message) -> None:
    """Nothing ticked is an answer: the beginning of a form would take all topics away."""
    before = parts.config().business("hill_farm")
    assert before.areas
    assert asyncio.run(_broken_off(parts, path(parts, "preferences"), last=last)) == 400
    assert parts.config().business("hill_farm") == before
