"""What strangers write cannot leave its place: mail, Atom, JSON, webhook, page, letters (D6)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from tests.seeds import NOW, a_digest, a_pick
from trendwatch.deliver.message import message_bytes
from trendwatch.errors import DeliveryError
from trendwatch.render.email import mail, text
from trendwatch.render.feeds import ENTRIES, as_json, atom, json_feed
from trendwatch.render.hook import payload
from trendwatch.render.letters import confirmation, letter_mail
from trendwatch.render.page import html
from trendwatch.types.advice import Digest, Pick, Source

HOSTILE = (
    "A headline\r\nBcc: everybody@victim.example",
    "A headline\nSubject: other\n\n<html>",
    "\u2028Bcc: x@y.example\u2029",
    "=cmd|'/c calc'!A0",
    "+1+1",
    "@SUM(A1)",
    "]]><script>alert(1)</script>",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202egnp.exe\u202c and \u2066more\u2069",
    "zero\u200bwidth\ufeff and \x00\x01\x08\x0b\x1f controls \x7f\x85",
    "\ufffe\uffff not characters",
    "\ud800 lone surrogate",
    "{{ 7*7 }} {% raw %}",
    "&amp;lt;b&amp;gt; &#x202e;",
    "a" * 5000,
    "=?utf-8?q?Bcc=3A_x?=",
    ".\r\n.\r\nMAIL FROM:<x@y.example>",
)
LINKS = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    'https://x.example/"onmouseover="alert(1)',
    "https://x.example/\r\nBcc: x@y.example",
    "vbscript:x",
    "file:///etc/passwd",
)


def a_source() -> Source:
    return Source(title="t", url="https://fine.example/1", feed="Fine", owner="fine", kind="news")


def hostile_digest(words: str, url: str = "https://fine.example/1") -> Digest:
    pick = a_hostile_pick(words, url)
    return a_digest("farm", business_name=words, one_thing=pick, worth_a_look=(pick,), notes=(words,))


def a_hostile_pick(words: str, url: str) -> Pick:
    source = replace(a_source(), title=words, feed=words, owner=words, url=url)
    values = {"title": words, "what": words, "why": words, "url": url, "topics": (words,), "marks": (words,)}
    return replace(a_pick("s1"), sources=(source,), **values)


def a_mail(digest: Digest) -> bytes:
    links = (("List-Unsubscribe", "<https://x.example/mail/unsubscribe/" + "t" * 200 + ">"),)
    made = mail(digest, sender="t@news.example", to="o@farm.example", message_id="<d1@trendwatch>")
    return message_bytes(replace(made, headers=links))


@pytest.mark.parametrize("words", HOSTILE)
def test_d6_a_mail_has_the_headers_we_wrote_and_no_others(words: str) -> None:
    raw = a_mail(hostile_digest(words))
    head = raw.split(b"\r\n\r\n", 1)[0]
    names = [
        line.split(b":")[0].decode() for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))
    ]
    wanted = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Unsubscribe",
        "MIME-Version",
        "Content-Type",
    ]
    assert sorted(names) == sorted(wanted)
    [leave] = [line for line in head.split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert leave.endswith(b"t>")  # one line, whatever its length
    read = message_from_bytes(raw, policy=default)
    assert not read.defects
    assert "\n" not in read["Subject"]
    assert all(character.isprintable() for character in str(read["Subject"]))
    assert [part.get_content_type() for part in read.iter_parts()] == ["text/plain", "text/html"]
    assert b"\r\n.\r\n" not in raw


def elements(page: str) -> list[tuple[str, list[str]]]:
    """Return the elements of a page as a browser reads it, each with the names of its attributes."""
    found: list[tuple[str, list[str]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.append((tag, [name for name, _ in attrs]))

    Reader().feed(page)
    return found


@pytest.mark.parametrize("words", HOSTILE)
def test_d6_nothing_hostile_becomes_markup(words: str) -> None:
    digest = hostile_digest(words)
    plain = mail(digest, sender="t@news.example", to="o@farm.example", message_id="<d1@trendwatch>")
    for page in (plain.html, html(digest)):
        assert not {name for name, _ in elements(page)} & {"script", "img", "iframe", "object", "form"}
        assert not [name for _, names in elements(page) for name in names if name.startswith("on")]
        assert not any(sign in page for sign in "\u202e\u2066\u200b\x00\x08\u2028")
    assert not any(sign in text(digest) for sign in "\u202e\u2066\u200b\x00\x08\r\u2028")


@pytest.mark.parametrize("words", HOSTILE)
def test_d6_feeds_and_webhooks_stay_well_formed(words: str) -> None:
    digest = hostile_digest(words)
    feed = atom(
        [digest],
        business_key="farm",
        business_name=words,
        self_url="https://x.example/a",
        base_url="https://x.example",
    )
    assert len(ET.fromstring(feed.encode()).findall("{http://www.w3.org/2005/Atom}entry")) == 1
    assert json.loads(json_feed([digest], business_name=words))["items"]
    for body in (as_json(digest), payload(digest, base_url="https://x.example")):
        body.encode()  # what cannot be UTF-8 cannot travel
        json.loads(body)


@pytest.mark.parametrize("url", LINKS)
def test_d6_only_plain_web_links_are_links(url: str) -> None:
    digest = hostile_digest("A headline", url)
    made = mail(digest, sender="t@news.example", to="o@farm.example", message_id="<d1@trendwatch>")
    for page in (made.html, html(digest), atom([digest], business_key="farm", business_name="Farm")):
        low = page.lower()
        assert 'href="javascript:' not in low
        assert 'href="data:' not in low
        assert 'href="//' not in low
        assert 'href="vbscript:' not in low
        assert 'href="file:' not in low
        assert '"onmouseover=' not in low
    a_mail(digest)


def test_d6_ten_thousand_issues_are_capped() -> None:
    many = [a_digest("farm", cutoff=NOW - timedelta(weeks=n)) for n in range(1000)]
    feed = atom(many, business_key="farm", business_name="Farm")
    assert feed.count("<entry>") == ENTRIES
    assert len(json.loads(json_feed(many, business_name="Farm"))["items"]) == ENTRIES


def test_d6_ten_thousand_sources_are_counted_not_listed() -> None:
    sources = tuple(replace(a_source(), owner=f"o{n}", url=f"https://o{n}.example/") for n in range(10_000))
    digest = a_digest("farm", one_thing=replace(a_pick("s1"), sources=sources))
    made = mail(digest, sender="t@news.example", to="o@farm.example", message_id="<d1@trendwatch>")
    assert len(made.html) < 80_000
    assert "more" in made.text
    assert len(made.text) < 20_000


@pytest.mark.parametrize("words", HOSTILE)
def test_d6_letters_of_ours_quote_a_name_safely(words: str) -> None:
    letter = confirmation(words, rhythm="every Monday", agree_url="https://x.example/mail/confirm/t")
    made = letter_mail(letter, sender="t@n.example", to="o@f.example", message_id="<l1@trendwatch>", date=NOW)
    head = message_bytes(made).split(b"\r\n\r\n")[0]
    assert b"\r\nBcc:" not in head
    assert "<script" not in made.html.lower()
    assert '<a href="https://x.example/mail/confirm/t">' in made.html


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "a@b\x00.example"]
)
def test_d6_an_address_cannot_bring_headers_or_more_readers(to: str) -> None:
    made = mail(a_digest("farm"), sender="t@n.example", to=to, message_id="<d1@trendwatch>")
    with pytest.raises(DeliveryError) as caught:
        message_bytes(made)
    assert caught.value.permanent
