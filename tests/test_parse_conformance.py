"""Titles, links and dates of every real and conformance document are feedparser's after cleaning, or better.

Each difference is put under the reason why ours is right; one without a reason fails. The usual run takes the
documents of test_parse_corpus.py, TRENDWATCH_CORPUS=all takes all, and the list is printed.
"""

from __future__ import annotations

import ast
import io
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.test_parse_corpus import CUT, EVERYTHING, FORBIDDEN, UNSEEN, URL, rows
from trendwatch.news import fields
from trendwatch.news.dates import FIRST_YEAR, read_date
from trendwatch.news.parse import parse
from trendwatch.text import clean
from trendwatch.types.news import Document, Entry, Failure, ParsedFeed, PollFailure

pytestmark = [pytest.mark.shared, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

Raw = dict[str, Any]


def theirs(body: bytes) -> Any:
    """Return what feedparser says by itself, resolving what is relative."""
    return feedparser.parse(io.BytesIO(body), response_headers={"content-location": URL})


def when(parsed: Any) -> datetime | None:
    """Return feedparser's time as a date, None where the calendar has none."""
    try:
        return datetime(*parsed[:6], tzinfo=UTC) if parsed else None
    except ValueError:
        return None


def dated(raw: Raw) -> tuple[str, datetime | None]:
    """Return the date that counts, as it is written and as feedparser reads it."""
    for key in ("published", "created", "updated"):
        if dict.get(raw, key):
            return dict.__getitem__(raw, key), when(dict.get(raw, f"{key}_parsed"))
    return "", None


def about_title(ours: str, raw: Raw) -> str:
    found = fields.read_title(str(raw.get("title") or ""))
    as_read = {clean(ours.encode().decode(wrong, "ignore"))[:4] for wrong in ("cp1252", "latin-1")}
    for is_so, reason in (
        (ours == found, ""),
        ("<" in ours, "title: a name in angles is a word of a plain title"),
        ("\ufffd" in ours, "title: bytes that are no character show as U+FFFD"),
        (found[:4] in as_read, "title: UTF-8, whatever encoding is declared"),
        (len(ours) < len(found), "title: what scripts and objects hold is not words"),
    ):
        if is_so:
            return reason
    return "?"


def about_link(ours: str, raw: Raw) -> str:
    found = fields.read_link(str(raw.get("link") or ""), URL)
    links = [
        (link.get("rel"), fields.read_link(link.get("href") or "", URL)) for link in raw.get("links", [])
    ]
    for is_so, reason in (
        (ours == found, ""),
        (("enclosure", ours) in links, "link: an item without a page leads to its file (a podcast)"),
        (("alternate", ours) in links, "link: the alternate link; feedparser takes an id that is no page"),
        (ours == fields.read_link(str(raw.get("id") or "")), "link: an id that is an address (rdf:about)"),
        (not ours and raw.get("link") == raw.get("id"), "link: an id that is no address is no link"),
    ):
        if is_so:
            return reason
    return "?"


def about_date(ours: datetime | None, raw: Raw) -> str:
    text, found = dated(raw)
    early = found is not None and found.year < FIRST_YEAR
    others = [when(dict.get(raw, f"{key}_parsed")) for key in ("created", "updated")]
    for is_so, reason in (
        (ours == found, ""),
        (ours and ours.replace(microsecond=0) == found, "date: fractions of seconds are kept"),
        (early, f"date: before {FIRST_YEAR} there were no feeds"),
        (found is None and ours == read_date(text), "date: a form feedparser does not read"),
        (
            ours and ours == read_date(text),
            "date: as it is written; feedparser mistakes zone, order or figures",
        ),
        (ours in others, "date: unreadable, so the next of published, created and updated"),
        (ours is None, "date: a number feedparser takes for a year"),
    ):
        if is_so:
            return reason
    return "?"


def compared(ours: Entry, raw: Raw) -> Iterator[str]:
    """Yield the reasons why an entry differs."""
    for reason in (
        about_title(ours.title, raw),
        about_link(ours.url, raw),
        about_date(ours.published_at, raw),
    ):
        if reason:
            yield reason


def judged(row: dict[str, str], body: bytes) -> Iterator[str]:
    """Yield the reasons why a document differs."""
    ours, raw = parse(Document(url=URL, body=body)), theirs(body)
    file = row["file"]
    if isinstance(ours, PollFailure):
        if raw.entries:
            assert (ours.failure, file in FORBIDDEN) == (Failure.FORBIDDEN_XML, True), file
            yield "document: it declares entities, and such are refused unread (P1)"
        return
    if len(ours.entries) != len(raw.entries):
        assert file in CUT or file in UNSEEN, file
        yield "document: cut in its last item" if file in CUT else "document: UTF-16 that nothing declares"
        return
    for entry, other in zip(ours.entries, raw.entries, strict=True):
        yield from compared(entry, other)


def test_titles_links_and_dates_are_feedparsers_or_better(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = equal = 0
    reasons: Counter[str] = Counter()
    files: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows(shared_data):
        body = (shared_data / "feeds" / row["file"]).read_bytes()
        if body.lstrip().startswith((b"{", b"[")):  # feedparser reads no JSON
            continue
        found = list(judged(row, body))
        documents += 1
        equal += not found
        reasons.update(found)
        for reason in found:
            files[reason].add(row["file"])
    with capsys.disabled():
        print(
            f"\n{equal} of {documents} documents: titles, links and dates equal feedparser's after cleaning"
        )
        for reason in sorted(reasons):
            example = min(files[reason], key=len)
            print(f"  {reasons[reason]:5} items of {len(files[reason]):3} documents: {reason} ({example})")
    assert sorted(files["?"]) == []
    assert equal >= 0.95 * documents


# What the conformance cases themselves expect, where it is something we keep.

_EXPECT = re.compile(rb"Expect:\s*(.*?)\s*-->", re.DOTALL)


def expectations(body: bytes) -> Iterator[tuple[int, str, Any]]:
    """Yield what a case of feedparser's expects of its entries: number, key, value."""
    found = _EXPECT.search(body[:4_000])
    try:
        tree = ast.parse(found[1].decode("utf-8").strip(), mode="eval") if found else None
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            named = re.fullmatch(r"entries\[(\d+)\](?:\['(\w+)'\]|\.(\w+))", ast.unparse(node.left))
            try:
                value = ast.literal_eval(node.comparators[0])
            except ValueError:
                continue
            if named:
                yield int(named[1]), named[2] or named[3], value


def kept(entry: Entry, key: str, value: Any) -> tuple[Any, Any] | None:
    """Return what we have and what is expected after cleaning, None for what we do not keep."""
    if value is None or (
        isinstance(value, str) and "127.0.0.1" in value
    ):  # where feedparser's tests are served
        return None
    read = {
        "title": (entry.title, fields.read_title),
        "link": (entry.url, lambda link: fields.read_link(link, URL)),
        "id": (entry.guid, clean),
        "guid": (entry.guid, clean),
        "published_parsed": (entry.published_at, when),
        "issued_parsed": (entry.published_at, when),
        "updated_parsed": (entry.updated_at, when),
        "modified_parsed": (entry.updated_at, when),
        "summary": (entry.summary, lambda text: fields.read_summary([text])),
        "description": (entry.summary, lambda text: fields.read_summary([text])),
        "author": (entry.author, fields.read_name),
    }.get(key)
    return None if read is None or value == "" else (read[0], read[1](value))


def why_not(file: str, entry: Entry, key: str, ours: Any, expected: Any) -> str:
    """Return why what we have is right though the case expects something else."""
    is_date = key.endswith("_parsed")
    for is_so, reason in (
        (
            is_date and expected and expected.year < FIRST_YEAR,
            f"date: before {FIRST_YEAR} there were no feeds",
        ),
        (key == "author" and "@" in str(expected), "author: a name without the mail address"),
        (key == "title" and "<" in str(ours), "title: a name in angles is a word of a plain title"),
        (key in ("id", "guid"), "guid: as it is written, or a feed that moves would bring its news again"),
        (key == "link" and entry.url, "link: the page or the file; the case tests one of several links"),
        (file in NOISE, "text: bytes of no encoding, which feedparser tries on and we read as declared"),
        (not is_date and len(ours) < len(expected), "text: what scripts and objects hold is not words"),
    ):
        if is_so:
            return reason
    return ""


#: Cases whose bytes are noise in every encoding.
NOISE = {"conf_feedparser/tests/encoding/bozo_linenoise.xml"}


def test_the_cases_of_feedparser_expect_what_we_keep(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    unexplained = []
    for row in rows(shared_data):
        if row["set"] != "conf_feedparser":
            continue
        body = (shared_data / "feeds" / row["file"]).read_bytes()
        wanted = list(expectations(body))
        parsed = parse(Document(url=URL, body=body)) if wanted else None
        if not isinstance(parsed, ParsedFeed):
            continue
        for number, key, value in wanted:
            entry = parsed.entries[number]
            pair = kept(entry, key, value)
            if pair is None:
                continue
            checked[key] += 1
            if pair[0] != pair[1]:
                reason = why_not(row["file"], entry, key, *pair)
                reasons[reason] += 1
                if not reason:
                    unexplained.append((row["file"], key, *pair))
    with capsys.disabled():
        print(f"\n{checked.total()} expectations of {dict(checked)}; differ with a reason: {dict(reasons)}")
    assert unexplained == []
    assert checked.total() >= (600 if EVERYTHING else 60)


_INVALID_DATE = re.compile(rb"Expect:\s*(?:InvalidRFC3339Date|InvalidRFC2822Date|InvalidW3CDTFDate)")


def test_the_cases_of_the_validator_with_invalid_dates_keep_their_items(shared_data: Path) -> None:
    """P5: an item is never dropped for its date; what is no date is none, or what feedparser makes of it."""
    seen = 0
    for row in rows(shared_data):
        if row["set"] != "conf_w3c_feedvalidator":
            continue
        body = (shared_data / "feeds" / row["file"]).read_bytes()
        parsed = parse(Document(url=URL, body=body)) if _INVALID_DATE.search(body[:2_000]) else None
        if isinstance(parsed, ParsedFeed):
            assert len(parsed.entries) == int(row["entries_feedparser"]), row["file"]
            seen += len(parsed.entries)
    assert seen >= 10
