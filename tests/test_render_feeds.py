from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from xml.etree import ElementTree as ET

import feedparser
from selectolax.lexbor import LexborHTMLParser

from tests.sample_digest import BASE_URL, BUSINESS, GOLDEN, rendered, sample_digest
from tests.test_render_page import hostile_digest
from trendwatch.render.feeds import ENTRIES, as_json, atom, json_feed
from trendwatch.types.advice import Digest

ATOM = "{http://www.w3.org/2005/Atom}"


def year() -> list[Digest]:
    """Return thirty weekly digests, oldest first."""
    digest = sample_digest()
    return [
        replace(digest, period=f"2025-W{10 + week:02d}", cutoff=digest.cutoff + timedelta(weeks=week))
        for week in range(30)
    ]


def test_golden_feeds() -> None:
    for name, content in rendered().items():
        assert content == (GOLDEN / name).read_text("utf-8"), name


def test_atom_has_what_rfc_4287_asks_for() -> None:
    document = atom(
        [sample_digest()],
        business_key="harbour_dental",
        business_name="Harbour",
        self_url=f"{BASE_URL}/feed",
        base_url=BASE_URL,
    )
    root = ET.fromstring(document)
    assert root.tag == f"{ATOM}feed"
    for part in (root, root.find(f"{ATOM}entry")):
        assert part is not None
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    links = {(one.get("rel"), one.get("href")) for one in root.iter(f"{ATOM}link")}
    assert links == {
        ("self", f"{BASE_URL}/feed"),
        ("alternate", BASE_URL),
        ("alternate", f"{BASE_URL}/2025-W10"),
    }
    assert (root.findtext(f"{ATOM}id") or "").startswith("urn:uuid:")


def test_feedparser_reads_the_atom_feed_back() -> None:
    parsed = feedparser.parse(atom(year(), business_key=BUSINESS.key, business_name=BUSINESS.name).encode())
    assert not parsed.bozo
    assert len(parsed.entries) == ENTRIES
    newest = parsed.entries[0]
    assert newest.updated == "2025-09-22T07:00:00Z"
    assert newest.title.startswith("Harbour Dental: Dental chairs")
    assert "Why it matters to you" in newest.content[0].value


def test_identity_outlives_addresses_and_differs_by_business_and_period() -> None:
    def ids(digests: list[Digest], base_url: str = "") -> list[str]:
        return [
            item["id"]
            for item in json.loads(json_feed(digests, business_name="x", base_url=base_url))["items"]
        ]

    digest = sample_digest()
    assert ids([digest]) == ids([digest], BASE_URL)
    assert len(set(ids(year()))) == ENTRIES
    assert ids([digest]) != ids([replace(digest, business_key="other")])


def test_json_feed_has_what_version_1_1_asks_for() -> None:
    document = json.loads(
        json_feed(year(), business_name="Harbour", self_url=f"{BASE_URL}/feed.json", base_url=BASE_URL)
    )
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == f"{BASE_URL}/feed.json"
    for item in document["items"]:
        assert isinstance(item["id"], str)
        assert item["url"].startswith(BASE_URL)
        assert item["content_html"]
        assert item["content_text"]


def test_a_feed_keeps_its_identity_when_its_first_issue_comes_and_when_the_business_is_renamed() -> None:
    ids = {
        ET.fromstring(atom(digests, business_key="harbour_dental", business_name=name)).findtext(f"{ATOM}id")
        for digests in ([], [sample_digest()])
        for name in ("Harbour", "Harbour Dental")
    }
    assert len(ids) == 1


def test_feeds_without_issues_or_addresses_are_valid() -> None:
    root = ET.fromstring(atom([], business_key="harbour_dental", business_name="Harbour"))
    assert root.findtext(f"{ATOM}updated") == "1970-01-01T00:00:00Z"
    assert root.find(f"{ATOM}link") is None
    document = json.loads(json_feed([], business_name="Harbour", base_url="javascript:x"))
    assert document["items"] == []
    assert "home_page_url" not in document


def test_d6_hostile_texts_leave_feeds_valid() -> None:
    digest = hostile_digest()
    unwritable = "]]> \x00\x0b\ufffe\uffff\ud800 & <b>"
    hostile = replace(digest, notes=(*digest.notes, unwritable))
    document = atom(
        [hostile], business_key="harbour_dental", business_name=unwritable, self_url='https://x.example/"><y'
    )
    root = ET.fromstring(document.encode("utf-8"))
    content = root.findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert not LexborHTMLParser(content).css("script, img, [onerror]")
    item = json.loads(json_feed([hostile], business_name=unwritable).encode("utf-8"))["items"][0]
    assert not LexborHTMLParser(item["content_html"]).css("script, img, [onerror]")
    as_json(hostile).encode("utf-8")


def test_as_json_holds_everything() -> None:
    document = json.loads(as_json(sample_digest()))
    assert set(document) == set(Digest.__dataclass_fields__)
    assert document["cutoff"] == "2025-03-03T07:00:00Z"
    assert document["one_thing"]["parts"][0] == {"reason": "because you work in healthcare", "points": 3.0}
