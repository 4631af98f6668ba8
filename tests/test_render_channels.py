"""One frozen digest in every channel: the same stories, counts and words, the same bytes, within budget."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter
from selectolax.lexbor import LexborHTMLParser

from tests.sample_digest import BASE_URL, sample_digest
from tests.test_injection import HOSTILE
from trendwatch.render.email import mail
from trendwatch.render.feeds import as_json, atom, json_feed
from trendwatch.render.hook import payload
from trendwatch.render.page import html
from trendwatch.render.view import TITLES, View, view
from trendwatch.types.advice import Digest
from trendwatch.types.rows import Remark

ATOM = "{http://www.w3.org/2005/Atom}"
VOTES = "https://trendwatch.example/mail/votes/token"

words = st.text(min_size=1, max_size=60) | st.sampled_from(HOSTILE) | st.just("plain words of a report")


@st.composite
def digests(draw: st.DrawFn) -> Digest:
    """Return the sample digest with parts left out and words of strangers in it."""
    digest = sample_digest()
    assert digest.one_thing is not None
    picks = [
        replace(
            pick, title=draw(words), what=draw(words | st.just("")), why=draw(words), topics=(draw(words),)
        )
        for pick in digest.picks
    ]
    remark = Remark(words=draw(words), evidence=digest.one_thing.sources[:1])
    return replace(
        digest,
        one_thing=draw(st.sampled_from([picks[0], None])),
        worth_a_look=tuple(picks[1 : draw(st.integers(1, 4))]),
        outside=draw(st.sampled_from([picks[4], None])),
        quiet=draw(st.booleans()),
        notes=tuple(draw(st.lists(words, max_size=2))),
        merged=draw(st.sampled_from([(), ("2025-W08",), ("2025-W07", "2025-W08")])),
        leads=draw(st.sampled_from([(), (remark,)])),
        radar=draw(st.sampled_from([(), (remark,)])),
        movements=draw(st.sampled_from([digest.movements, ()])),
        arrivals=draw(st.sampled_from([digest.arrivals, ()])),
        try_this=draw(st.sampled_from([digest.try_this, None])),
    )


def said(shown: View) -> list[str]:
    """Return everything a digest says, in the order in which it is read."""
    lines = [shown.business, shown.dates, shown.read_time, shown.coverage, shown.late]
    for section in shown.sections:
        lines += [section.title, *_section(shown, section.name)]
    return [line for line in (*lines, shown.chosen, *shown.notes) if line]


def _section(shown: View, name: str) -> list[str]:
    picks = {"one_thing": (shown.one_thing,), "worth_a_look": shown.worth_a_look, "outside": (shown.outside,)}
    lines: list[str] = []
    for pick in picks.get(name, ()):
        if pick is not None:
            lines += [*pick.topics, pick.title, pick.what, pick.why, pick.evidence]
    if name == "arrivals":
        lines += [one for note in shown.arrivals for one in (note.name, note.elsewhere, note.home)]
        lines += [one.words for one in shown.leads]
    if name == "movements":
        lines += [one for row in shown.rows for one in (row.name, row.strength, row.counts, row.publishers)]
        lines.append(shown.rows_period)
    if name == "radar":
        lines += [one.words for one in shown.radar]
    if name == "try_this" and (one := shown.try_this):
        lines += [one.name, one.what, one.why, *(text for line in one.lines for text in line)]
    return lines


def in_channels(digest: Digest) -> dict[str, str]:
    """Return what each channel says, as words with single spaces."""
    made = mail(digest, sender="t@n.example", to="o@f.example", message_id="<1@t>", votes_url=VOTES)
    feeds = {"business_name": "Harbour", "base_url": BASE_URL}
    [item] = json.loads(json_feed([digest], **feeds))["items"]
    entry = (
        ET.fromstring(atom([digest], business_key="x", **feeds).encode()).findtext(
            f"{ATOM}entry/{ATOM}content"
        )
        or ""
    )
    shown = {
        "text": made.text,
        "html": _visible(made.html),
        "page": _visible(html(digest, base_url=BASE_URL, votes_url=VOTES)),
        "atom": f"{view(digest).business} {_visible(entry)}",
        "json html": f"{view(digest).business} {_visible(item['content_html'])}",
        "json text": item["content_text"],
        "webhook": json.loads(payload(digest))["data"]["text"],
    }
    return {name: " ".join(found.split()).casefold() for name, found in shown.items()}


def _visible(page: str) -> str:
    tree = LexborHTMLParser(page)
    for node in tree.css("style, head, .preheader, details, .mark, .say"):
        node.decompose()
    assert tree.body is not None
    return tree.body.text(separator=" ")


@settings(max_examples=60, deadline=None)
@given(digests())
def test_every_channel_says_the_same_in_the_same_order(digest: Digest) -> None:
    wanted = [" ".join(line.split()).casefold() for line in said(view(digest))]
    for name, found in in_channels(digest).items():
        place = 0
        for line in wanted:
            place = found.find(line, place)
            assert place >= 0, (name, line)


@settings(max_examples=30, deadline=None)
@given(digests())
def test_the_same_digest_is_the_same_bytes_in_every_channel(digest: Digest) -> None:
    again = TypeAdapter(Digest).validate_json(TypeAdapter(Digest).dump_json(sample_digest()))
    assert again == sample_digest()
    assert in_channels(again) == in_channels(sample_digest())
    assert html(again) == html(sample_digest())
    for render in (as_json, payload, html):
        assert render(digest) == render(replace(digest))


@settings(max_examples=60, deadline=None)
@given(digests())
def test_headlines_are_short_in_every_channel_and_whole_in_json(digest: Digest) -> None:
    for page in (html(digest), mail(digest, sender="t@n.example", to="o@f.example", message_id="<1@t>").html):
        for node in LexborHTMLParser(page).css("article:not(.practice) .headline"):
            assert len(node.text().split()) <= 12
    held = json.loads(payload(digest))["data"]["digest"]
    kept = [held["one_thing"], *held["worth_a_look"], held["outside"]]
    titles = [pick["title"] for pick in kept if pick]
    assert titles == [pick.title.encode("utf-8", "ignore").decode() for pick in digest.picks]


def test_every_story_has_where_to_say_what_it_was_worth_and_feeds_have_not() -> None:
    digest = sample_digest()
    made = mail(digest, sender="t@n.example", to="o@f.example", message_id="<1@t>", votes_url=VOTES)
    links = [node.attributes["href"] for node in LexborHTMLParser(made.html).css(".say a")]
    assert links == [f"{VOTES}#s-{pick.story_id}" for pick in digest.picks]
    assert made.text.count(VOTES) == 1  # five long addresses are no plain text
    for feed in (
        atom([digest], business_key="x", business_name="x"),
        json_feed([digest], business_name="x"),
        html(digest),
    ):
        assert "Not for me" not in feed
    assert "javascript" not in html(digest, votes_url="javascript:alert(1)")


@pytest.mark.parametrize("name", TITLES)
def test_a_section_without_content_disappears(name: str) -> None:
    empty = replace(
        sample_digest(),
        one_thing=None,
        worth_a_look=(),
        outside=None,
        movements=(),
        arrivals=(),
        try_this=None,
    )
    assert view(empty).sections == ()
    assert TITLES[name] not in html(empty)


class JsonItem(BaseModel):
    """What JSON Feed 1.1 says of an item, of what we use."""

    model_config = ConfigDict(extra="forbid", strict=True)
    id: str
    url: str | None = None
    title: str
    content_html: str
    content_text: str
    date_published: str
    tags: list[str]


class JsonFeed(BaseModel):
    """What JSON Feed 1.1 says of a feed, of what we use."""

    model_config = ConfigDict(extra="forbid", strict=True)
    version: str
    title: str
    home_page_url: str | None = None
    feed_url: str | None = None
    language: str
    items: list[JsonItem]


def check_json_feed(document: str) -> None:
    feed = JsonFeed.model_validate_json(document)
    assert feed.version == "https://jsonfeed.org/version/1.1"
    assert len({item.id for item in feed.items}) == len(feed.items)
    for item in feed.items:
        assert re.fullmatch(RFC_3339, item.date_published)
    for url in (feed.home_page_url, feed.feed_url, *(item.url for item in feed.items)):
        assert url is None or urlsplit(url).scheme == "https"


RFC_3339 = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})"
#: RFC 4287: how often a child may stand in a feed and in an entry.
ONCE = {"id", "title", "updated"}
AT_MOST_ONCE = {"subtitle", "rights", "icon", "logo", "generator", "content", "published", "summary"}


def check_atom(document: str) -> None:
    """Hold a feed against the rules of RFC 4287 that a parser does not."""
    root = ET.fromstring(document.encode("utf-8"))
    assert root.tag == f"{ATOM}feed"
    ids = []
    for part in (root, *root.findall(f"{ATOM}entry")):
        names = [child.tag.removeprefix(ATOM) for child in part]
        assert all(names.count(name) == 1 for name in ONCE)
        assert all(names.count(name) <= 1 for name in AT_MOST_ONCE)
        ids.append(part.findtext(f"{ATOM}id"))
        for name in ("updated", "published"):
            for node in part.findall(f"{ATOM}{name}"):
                assert re.fullmatch(RFC_3339, node.text or "")
                assert datetime.fromisoformat(node.text or "").tzinfo is not None
        alternates = [(one.get("type"), one.get("hreflang")) for one in _links(part, "alternate")]
        assert len(set(alternates)) == len(alternates)
        assert all(one.get("href") for one in part.findall(f"{ATOM}link"))
    assert len(set(ids)) == len(ids)
    for urn in ids:
        assert UUID(str(urn).removeprefix("urn:uuid:"))
    assert root.findtext(f"{ATOM}author/{ATOM}name")  # stands for every entry
    for content in root.iter(f"{ATOM}content"):
        assert content.get("type") == "html"
        assert not list(content)  # HTML travels as text


def _links(part: ET.Element, rel: str) -> list[ET.Element]:
    return [one for one in part.findall(f"{ATOM}link") if one.get("rel") == rel]


@settings(max_examples=60, deadline=None)
@given(digests(), words)
def test_d6_feeds_hold_to_their_specifications(digest: Digest, name: str) -> None:
    known: dict[str, Any] = {"business_name": name, "self_url": f"{BASE_URL}/feed", "base_url": BASE_URL}
    check_atom(atom([digest, sample_digest_of("2025-W09")], business_key="x", **known))
    check_json_feed(json_feed([digest, sample_digest_of("2025-W09")], **known))


def sample_digest_of(period: str) -> Digest:
    return replace(sample_digest(), period=period)


@settings(max_examples=60, deadline=None)
@given(digests())
def test_d6_a_hook_says_what_people_read(digest: Digest) -> None:
    body = json.loads(payload(digest, base_url=BASE_URL).encode("utf-8"))
    assert set(body) == {"type", "timestamp", "data"}
    assert set(body["data"]) == {"url", "title", "text", "digest"}
    assert "\n" not in body["data"]["title"]
