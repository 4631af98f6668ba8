"""The quick parser is exact or silent: whatever it accepts, feedparser's way says the same.

Over the documents test_parse_corpus.py takes (TRENDWATCH_CORPUS=all for all), and over mutants of them:
TRENDWATCH_MUTANTS sets how many.
"""

# ruff: noqa: E501 - whole documents in a line

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants import SNIPPETS, mutants_of_text
from tests.test_parse_corpus import URL, rows
from trendwatch.news import parse as module
from trendwatch.news.decode import decode
from trendwatch.news.parse import parse_slowly
from trendwatch.news.refusal import binary
from trendwatch.types.news import Document, ParsedFeed

MUTANTS = int(os.environ.get("TRENDWATCH_MUTANTS", "1500"))
FEEDS = Path(__file__).parent / "data" / "feeds"


def document(body: bytes | str) -> Document:
    return Document(url=URL, body=body.encode() if isinstance(body, str) else body)


def quickly(body: bytes | str) -> ParsedFeed | None:
    found = document(body)
    return None if binary(found) else module._quickly(found)


def agrees(body: bytes | str, name: str = "") -> bool:
    """Tell whether the quick parser accepts a document; then it must be right."""
    quick = quickly(body)
    if quick is None:
        return False
    assert quick == parse_slowly(document(body)), name
    return True


@pytest.mark.shared
def test_it_agrees_with_feedparser_on_every_document_it_accepts(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accepted: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for row in rows(shared_data):
        seen[row["set"]] += 1
        accepted[row["set"]] += agrees((shared_data / "feeds" / row["file"]).read_bytes(), row["file"])
    with capsys.disabled():
        share = ", ".join(f"{name} {accepted[name]} of {seen[name]}" for name in sorted(seen))
        print(f"\nquick parser: {accepted.total()} of {seen.total()} documents, all equal: {share}")
    assert accepted["real_fastfeedparser_bench"] >= 0.95 * seen["real_fastfeedparser_bench"]
    assert accepted["ts_narrowcast"] >= 0.95 * seen["ts_narrowcast"]


@pytest.mark.shared
def test_it_agrees_with_feedparser_on_mutants(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = [row for row in rows(shared_data) if int(row["bytes"]) < 20_000]
    accepted = done = 0
    for number in range(MUTANTS // 3):
        row = small[number * 7919 % len(small)]
        text = decode((shared_data / "feeds" / row["file"]).read_bytes())
        for mutant in mutants_of_text(text, 3, number):
            done += 1
            accepted += agrees(mutant, row["file"])
    with capsys.disabled():
        print(f"\nquick parser: {accepted} of {done} mutants accepted, all equal")
    assert accepted > done / 4


@pytest.mark.parametrize("source", sorted(FEEDS.glob("*.json")), ids=lambda path: path.stem)
def test_it_agrees_on_the_golden_documents(source: Path) -> None:
    for path in FEEDS.glob(f"{source.stem}.*"):
        if path != source:
            agrees(path.read_bytes(), path.name)


@pytest.mark.parametrize("place", ["rss", "rdf", "atom"])
def test_it_agrees_on_every_element_in_every_place(place: str) -> None:
    accepted = 0
    for snippet in SNIPPETS:
        for feed in PLACES[place]:
            accepted += agrees(feed.replace("@", snippet), snippet)
    assert accepted > len(SNIPPETS) / 2


ITEM = "<title>T</title><link>https://a.example/1</link><description>D</description>"
ENTRY = '<title>T</title><link href="https://a.example/1"/><id>urn:1</id><summary>D</summary>'
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
PLACES = {
    "rss": [
        f'<rss version="2.0"><channel><title>F</title>@<item>{ITEM}</item></channel></rss>',
        f'<rss version="2.0"><channel><title>F</title><item>{ITEM}@</item><item>{ITEM}</item>@</channel></rss>',
        f'<rss version="2.0"><channel><title>F</title><item>@{ITEM}</item></channel></rss>',
        '<rss version="2.0"><channel><title>F</title><item>@</item></channel></rss>',
    ],
    "rdf": [
        f'<rdf:RDF {RDF}><channel rdf:about="c"><title>F</title>@</channel><item rdf:about="i">{ITEM}@</item></rdf:RDF>',
        f'<rdf:RDF {RDF}><channel rdf:about="c"/>@<item rdf:about="i">{ITEM}</item></rdf:RDF>',
    ],
    "atom": [
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>F</title>@<entry>{ENTRY}</entry></feed>',
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>@{ENTRY}</entry><entry xml:lang="de">{ENTRY}@</entry></feed>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/a/"><entry>{ENTRY}@</entry></feed>',
    ],
}  # fmt: skip


@given(st.lists(st.sampled_from(SNIPPETS), min_size=2, max_size=6), st.sampled_from(sorted(PLACES)))
@settings(max_examples=300, deadline=None)
def test_it_agrees_on_any_elements_together(snippets: list[str], place: str) -> None:
    for feed in PLACES[place]:
        agrees(feed.replace("@", "".join(snippets)))


@pytest.mark.parametrize(
    "body",
    [
        "<html><body><rss><channel><item><title>x</title></item></channel></rss></body></html>",
        "<rss><channel><item><title>x</title></item></channel>",
        "<rss><channel><item><title>a & b</title></item></channel></rss>",
        "<rss><channel><item><title>a&nbsp;b</title></item></channel></rss>",
        "<rss><channel><item><title>a <b>b</b></title></item></channel></rss>",
        "<rss><channel><item><description>x</description><item/></item></channel></rss>",
        '<rss xmlns:dc="http://search.yahoo.com/mrss/"><channel><item><dc:title>x</dc:title></item></channel></rss>',
        '<rss xmlns:media="urn:a" xmlns:q="urn:a"><channel><item><q:title>x</q:title></item></channel></rss>',
        "<rss><channel><item/></channel></rss><!-- --><x/>",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel><item/></channel></rss>",
        '{"a": "<rss><channel><item/></channel></rss>"}',
        f"<rss><channel>{'<item/>' * 4_001}</channel></rss>",
        f"<rss><channel><item><author>{'a' * 501}</author></item></channel></rss>",
        "<rss><channel><item " + " ".join(f"a{n}='1'" for n in range(1_100)) + "/></channel></rss>",
        b"\xff\xfe" + "<rss><channel><item/></channel></rss>".encode("utf-16-le"),
        b"<rss><channel><item><title>caf\xe9</title></item></channel></rss>",
        b"",
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_feedparser(body: bytes | str) -> None:
    assert quickly(body) is None


@pytest.mark.parametrize(
    "body",
    [
        "<!-- <html> --><rss><channel><item><title>x</title></item></channel></rss>",
        '<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://x.example/d"><rss><channel><item/></channel></rss>',
        "\ufeff<?xml version='1.0' encoding='latin-1'?><rss><channel><title>é</title><item/></channel></rss>",
        "<rss><channel><title>empty</title></channel></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"/>'.replace("/>", "></feed>"),
        f"<rss><channel>{'<item/>' * 2_500}</channel></rss>",
        f"<rss><channel><item><author>{'a' * 499}</author></item></channel></rss>",
        "<rss><channel><item><description><![CDATA[<author>"
        + "a" * 900
        + "]]></description></item></channel></rss>",
    ],
)
def test_the_ordinary_is_read(body: str) -> None:
    assert agrees(body)
