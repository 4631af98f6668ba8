"""JSON Feed, as publishers write it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trendwatch.news.jsonfeed import parse_json
from trendwatch.types.news import Document, Entry, Failure, ParsedFeed, PollFailure

DOCUMENT = Document(url="https://feeds.example/feed.json", body=b"")
VERSION = "https://jsonfeed.org/version/1.1"


def read(text: str) -> ParsedFeed:
    parsed = parse_json(text, DOCUMENT)
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def feed(*items: Any, **fields: Any) -> ParsedFeed:
    return read(json.dumps({"version": VERSION, "title": "T", "items": items, **fields}))


def entry(**fields: Any) -> Entry:
    (found,) = feed(fields).entries
    return found


@pytest.mark.parametrize(
    "version", [VERSION, "https://jsonfeed.org/version/1", "http://jsonfeed.org/version/2"]
)
def test_versions(version: str) -> None:
    assert read(json.dumps({"version": version, "items": [{"id": "1"}]})).entries[0].guid == "1"


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        "[1]",
        '{"items": []}',
        '{"version": "1.1", "items": []}',
        '{"version": 1}',
        "{",
        '{"version"',
        "{'a': 1}",
        "nul",
    ],
)
def test_other_json_is_no_feed(text: str) -> None:
    assert parse_json(text, DOCUMENT) is None


@pytest.mark.parametrize(
    ("value", "guid"), [("a", "a"), (7, "7"), (7.5, "7.5"), (True, ""), (None, ""), ([1], ""), ({"a": 1}, "")]
)
def test_ids_of_any_type(value: Any, guid: str) -> None:
    assert entry(id=value).guid == guid


def test_numbers_without_end() -> None:
    items = '[{"id": 1e400}, {"id": -Infinity}]'
    parsed = read(f'{{"version": "{VERSION}", "x": 1e400, "y": {"9" * 100_000}, "items": {items}}}')
    assert [found.guid for found in parsed.entries] == ["inf", "-inf"]


def test_wrong_types_count_as_missing() -> None:
    found = entry(
        id="1", title=["x"], url=5, tags="news", authors={"name": "x"}, author="y", date_published=3
    )
    assert found == Entry(guid="1", url="https://feeds.example/5", title="", summary="")
    assert feed("text", 5, None, [], {"id": "2"}).entries[0].guid == "2"
    assert feed(items={"id": "1"}).entries == ()


@pytest.mark.parametrize(
    ("fields", "summary"),
    [
        ({"summary": "S", "content_html": "<p>H</p>", "content_text": "X"}, "S"),
        ({"summary": "", "content_html": "<p>H</p>", "content_text": "X"}, "H"),
        ({"content_html": "<img src=x>", "content_text": "X"}, "X"),
        ({"content_text": "a <b> c"}, "a <b> c"),
        ({"content_text": "w " * 20_000}, ("w " * 10_000).strip()),
        ({}, ""),
    ],
)
def test_summaries(fields: dict[str, str], summary: str) -> None:
    assert entry(**fields).summary == summary


def test_links() -> None:
    assert entry(url="/a", external_url="https://x.example/").url == "https://feeds.example/a"
    assert entry(url="javascript:alert(1)", external_url="https://x.example/").url == "https://x.example/"
    assert entry(id="https://a.example/1").url == ""


def test_people() -> None:
    assert entry(authors=[{"name": "A"}, {"name": None}, "B", {"name": "C"}]).author == "A, C"
    assert entry(author={"name": "Old"}).author == "Old"


def test_control_characters_and_surrogates() -> None:
    found = read(
        f'{{"version": "{VERSION}", "items": [{{"title": "a\nb \\ud800 \\u0000c \\ud83d\\ude04"}}]}}'
    ).entries[0]
    assert found.title == "a b c 😄"


def test_p3_a_cut_document_keeps_its_whole_items() -> None:
    items = [{"id": str(n), "title": f"Title {n}", "content_text": "x" * 20} for n in range(5)]
    text = json.dumps({"version": VERSION, "title": "T", "items": items})
    whole = read(text).entries
    for length in range(text.index("items"), len(text) - 1):
        parsed = read(text[:length])
        assert parsed.cut
        assert parsed.entries == whole[: len(parsed.entries)]
    assert len(read(text[:-40]).entries) == 4


def test_p2_the_first_and_last_items_are_looked_at() -> None:
    parsed = feed(*({"id": str(n)} for n in range(6_000)))
    assert parsed.left_out > 0
    assert [found.guid for found in parsed.entries] == [str(n) for n in range(2_000)]


def test_p2_deep_nesting() -> None:
    text = f'{{"version": "{VERSION}", "items": [' + '{"a":' * 150_000 + "1" + "}" * 150_000 + "]}"
    refusal = parse_json(text, DOCUMENT)
    assert isinstance(refusal, PollFailure)
    assert refusal.failure == Failure.PARSE_LIMIT
