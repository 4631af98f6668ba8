"""What the configuration accepts as an address, the header writer can write: one function says so."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_message import MAIL
from trendwatch.config import forms
from trendwatch.deliver.message import envelope_address, message_bytes
from trendwatch.mailbox import bare_address, mailbox

#: Letters that addresses and names are made of, and those that break them.
_LETTERS = st.text(st.sampled_from("abxä. ,;:()<>@\"\\[]'=?_-+%\t\r\n🏠ß"), max_size=20)
_LINES = st.one_of(
    st.text(max_size=30),
    _LETTERS,
    st.builds("{} <{}@{}>".format, _LETTERS, _LETTERS, _LETTERS),
    st.builds('"{}" <{}@x.example>'.format, st.text(max_size=300), st.just("news")),
    st.builds("{}@{}".format, _LETTERS, _LETTERS),
)


@given(_LINES)
def test_every_accepted_sender_and_address_leaves_in_one_header(text: str) -> None:
    for accept, header in ((forms.sender, "From"), (forms.mail, "To")):
        try:
            accepted = accept(text)
        except ValueError:
            continue
        if not accepted:
            continue
        mail = replace(MAIL, **{"sender" if header == "From" else "to": accepted})
        read = message_from_bytes(message_bytes(mail), policy=default)[header]
        assert [one.addr_spec for one in read.addresses] == [mailbox(accepted).addr_spec]
        assert envelope_address(accepted, "recipient").isascii()


@pytest.mark.parametrize(
    ("written", "spec"),
    [
        ("news@acme.example", "news@acme.example"),
        ("Acme <news@acme.example>", "news@acme.example"),
        ('"Acme, Inc." <news@acme.example>', "news@acme.example"),
        ("Bäckerei <brot@bäckerei.example>", "brot@xn--bckerei-5wa.example"),
        ("trendwatch <trendwatch@localhost>", "trendwatch@localhost"),
    ],
)
def test_what_a_header_takes(written: str, spec: str) -> None:
    assert mailbox(written).addr_spec == spec
    assert forms.sender(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "Acme, Inc. <news@acme.example>",
        "News (daily <news@acme.example>",
        "nëws@acme.example",
        "a..b@acme.example",
        "a@b..c",
        "a@b@c.example",
        "a@x.example\r\nBcc: b@x.example",
        "me@x.example <a@b.example>",
        "",
    ],
)
def test_what_no_header_takes_is_refused_by_the_check_of_the_files(written: str) -> None:
    for accept in (mailbox, bare_address, forms.sender):
        with pytest.raises(ValueError, match="must "):
            accept(written)
    if written:
        with pytest.raises(ValueError, match="must "):
            forms.mail(written)
