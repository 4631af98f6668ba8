"""Real and conformance documents of thirty feed readers: none raises, and all that hold entries yield them.

The usual run takes every fixture, real and time-series document and one conformance case in eight, by hash;
with TRENDWATCH_CORPUS=all it takes all of them.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path
from zlib import crc32

import pytest

from trendwatch.news.parse import parse
from trendwatch.types.news import Document, Failure, ParsedFeed, PollFailure

pytestmark = pytest.mark.shared

URL = "https://feeds.example/news/feed.xml"
CHUNKS = 8
ONE_IN = 8
EVERYTHING = os.environ.get("TRENDWATCH_CORPUS") == "all"

#: Documents whose entries cannot be had without reading declared entities.
FORBIDDEN = {
    "conf_feedparser/tests/wellformed/rdf/doctype_contains_entity_decl.xml",
    "conf_feedparser/tests/wellformed/rss/entity_in_doctype.xml",
    "conf_laminas/test/Reader/_files/Reader/xxe-atom10.xml",
    "conf_w3c_feedvalidator/testcases/rss/should/system_entity.xml",
    "conf_w3c_feedvalidator/testcases/rss/should/system_entity_http.xml",
}
#: Cut in its last item, which feedparser counts.
CUT = {"conf_fastfeedparser/tests/integration/osm-pl.xml": -1}
#: feedparser alone tells UTF-16 by its mark or declaration only.
UNSEEN = {"fix_simplepie/tests/data/feed-utf16be.xml": 1, "fix_simplepie/tests/data/feed-utf16le.xml": 1}


def rows(shared_data: Path) -> list[dict[str, str]]:
    with (shared_data / "feeds" / "manifest.csv").open(encoding="utf-8") as file:
        found = [
            row for row in csv.DictReader(file) if "opml" not in row["kind"] and row["kind"] != "expectations"
        ]
    return [
        row
        for row in found
        if EVERYTHING or not row["set"].startswith("conf_") or crc32(row["file"].encode()) % ONE_IN == 0
    ]


def chunk(shared_data: Path, number: int) -> list[dict[str, str]]:
    return [row for row in rows(shared_data) if crc32(row["file"].encode()[::-1]) % CHUNKS == number]


def check_stored(file: str, parsed: ParsedFeed) -> None:
    """Everything a database and a page may see: valid text, safe links, aware dates."""
    for found in parsed.entries:
        for text in (found.guid, found.url, found.title, found.summary, found.author, *found.categories):
            assert "\0" not in text, file
            text.encode("utf-8")
        assert not found.url or found.url.startswith(("http://", "https://")), file
        assert len(found.summary) <= 20_000, file
        for date in (found.published_at, found.updated_at):
            assert date is None or (date.utcoffset() is not None and date.year >= 1995), file


def expected(row: dict[str, str], parsed: ParsedFeed) -> int:
    """Return the manifest's count with the known reasons to differ."""
    if row["format"] in ("json", "json-other", "expected") and parsed.entries:
        return len(parsed.entries)  # feedparser reads no JSON Feed
    file = row["file"]
    return int(row["entries_feedparser"] or 0) + CUT.get(file, 0) + UNSEEN.get(file, 0)


@pytest.mark.parametrize("number", range(CHUNKS))
def test_documents_yield_their_entries(shared_data: Path, number: int) -> None:
    refused: Counter[Failure] = Counter()
    for row in chunk(shared_data, number):
        file = row["file"]
        parsed = parse(Document(url=URL, body=(shared_data / "feeds" / file).read_bytes()))
        if isinstance(parsed, PollFailure):
            refused[parsed.failure] += 1
            assert file in FORBIDDEN or row["entries_feedparser"] in ("", "0"), (file, parsed)
            assert (file in FORBIDDEN) == (parsed.failure == Failure.FORBIDDEN_XML), (file, parsed)
            continue
        assert len(parsed.entries) == expected(row, parsed), file
        check_stored(file, parsed)
    assert set(refused) <= {
        Failure.NOT_A_FEED,
        Failure.CHALLENGE_PAGE,
        Failure.EMPTY_BODY,
        Failure.FORBIDDEN_XML,
    }


def test_the_share_is_worth_its_name(shared_data: Path) -> None:
    chosen = rows(shared_data)
    assert sum(len(chunk(shared_data, number)) for number in range(CHUNKS)) == len(chosen) >= 1_500
    assert sum(int(row["entries_feedparser"] or 0) > 0 for row in chosen) >= 1_000


@pytest.mark.parametrize("name", ["opml_awesome_rss_feeds", "opml_awesome_tech_rss"])
def test_lists_of_feeds_are_no_feeds(shared_data: Path, name: str) -> None:
    files = [path for path in (shared_data / "feeds" / name).rglob("*") if path.is_file()]
    assert files
    for path in files:
        parsed = parse(Document(url=URL, body=path.read_bytes()))
        assert isinstance(parsed, PollFailure), path
        assert parsed.failure == Failure.NOT_A_FEED


def test_what_a_server_sends_along_changes_nothing(shared_data: Path) -> None:
    """Headers that lie (a default charset, text/html) do not change what real feeds say."""
    folder = shared_data / "feeds" / "ts_narrowcast"
    files = sorted(path for path in folder.rglob("*") if path.is_file())[::12]
    assert files
    for path in files:
        body = path.read_bytes()
        plain = parse(Document(url=URL, body=body))
        for kind in ("text/html; charset=iso-8859-1", "application/rss+xml; charset=utf-16", "text/plain"):
            assert parse(Document(url=URL, body=body, content_type=kind)) == plain, path
