from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from trendwatch.deliver.message import build_message, envelope_address
from trendwatch.errors import DeliveryError
from trendwatch.types.delivery import Mail

MAIL = Mail(
    message_id="<abc123@trendwatch.example>",
    sender="Trendwatch <news@trendwatch.example>",
    to="owner@harbour.example",
    subject="Harbour Dental: Größere Öfen rufen an",
    text="First line\n.\n.dotted\n" + "long " * 400 + "\nCafé ▲ 9 stories\nFrom here\n",
    html="<p>Café</p>\n<p>" + "x" * 5000 + "</p>\n",
    date=datetime(2025, 3, 3, 7, tzinfo=UTC),
    headers=(("List-Id", "<harbour.trendwatch.example>"),),
)


def test_the_same_mail_is_the_same_bytes() -> None:
    assert bytes(build_message(MAIL)) == bytes(build_message(replace(MAIL)))


def test_a_reader_gets_back_what_was_written() -> None:
    read = message_from_bytes(bytes(build_message(MAIL)), policy=default)
    assert read["Message-ID"] == MAIL.message_id
    assert read["Subject"] == MAIL.subject
    assert read["Date"].datetime == MAIL.date
    assert read["List-Id"] == "<harbour.trendwatch.example>"
    text, html = read.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content().splitlines() == MAIL.text.splitlines()
    assert html.get_content().splitlines() == MAIL.html.splitlines()


def test_lines_are_short_ascii_and_end_as_smtp_wants() -> None:
    content = bytes(build_message(MAIL))
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "x\r\nBcc: evil@x.example"},
        {"to": "a@x.example\r\nBcc: evil@x.example"},
        {"to": "a@x.example, b@x.example"},
        {"to": "nobody"},
        {"to": "@x.example"},
        {"to": "é@x.example"},
        {"to": ""},
        {"headers": (("X-A", "b\nBcc: evil@x.example"),)},
        {"message_id": "<a>\r\nBcc: evil@x.example"},
    ],
)
def test_d6_what_cannot_be_a_header_is_refused_for_good(change: dict[str, object]) -> None:
    with pytest.raises(DeliveryError) as caught:
        build_message(replace(MAIL, **change))  # type: ignore[arg-type]
    assert caught.value.permanent


@pytest.mark.parametrize(
    "sender",
    ["Acme, Inc. <news@x.example>", "News (daily <n@x.example>", "nëws@x.example", "x <a b@x.example>"],
)
def test_d2_a_sender_that_cannot_be_written_is_the_operators_to_mend(sender: str) -> None:
    for write in (
        lambda: build_message(replace(MAIL, sender=sender)),
        lambda: envelope_address(sender, "sender"),
    ):
        with pytest.raises(DeliveryError) as caught:
            write()
        assert (caught.value.permanent, caught.value.operator) == (False, True)


def test_a_domain_outside_ascii_is_written_in_ascii() -> None:
    assert envelope_address("Bäckerei <brot@bäckerei.example>", "recipient") == "brot@xn--bckerei-5wa.example"
