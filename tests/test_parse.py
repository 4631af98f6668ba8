"""Documents in, values out: golden pairs, refusals, limits, encodings, dates as feeds give them."""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile import HOSTILE
from trendwatch.news.parse import parse
from trendwatch.types.news import Document, Entry, Failure, ParsedFeed, PollFailure

FEEDS = Path(__file__).parent / "data" / "feeds"
URL = "https://feeds.example/news/feed.xml"
SOURCES = sorted(path for path in FEEDS.iterdir() if path.suffix != ".json")


def document(body: bytes | str, content_type: str = "") -> Document:
    raw = body.encode() if isinstance(body, str) else body
    return Document(url=URL, body=raw, content_type=content_type)


def feed(body: bytes | str, content_type: str = "") -> ParsedFeed:
    parsed = parse(document(body, content_type))
    assert isinstance(parsed, ParsedFeed), parsed
    return parsed


def failure(body: bytes | str, content_type: str = "") -> Failure:
    parsed = parse(document(body, content_type))
    assert isinstance(parsed, PollFailure), parsed
    assert parsed.detail
    return parsed.failure


def rss(items: str, head: str = "") -> str:
    return f'<rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'


def item(**fields: str) -> str:
    return f"<item>{''.join(f'<{name}>{value}</{name}>' for name, value in fields.items())}</item>"


def entry(items: str, head: str = "") -> Entry:
    (found,) = feed(rss(items, head)).entries
    return found


def as_json(parsed: ParsedFeed | PollFailure) -> Any:
    """Return a value as golden files show it: without what is empty."""

    def lean(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: lean(part) for key, part in value.items() if part not in ("", None, (), False)}
        if isinstance(value, list | tuple):
            return [lean(part) for part in value]
        if isinstance(value, datetime):
            return value.isoformat()
        return value.total_seconds() if isinstance(value, timedelta) else value

    return lean(asdict(parsed))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_golden(source: Path) -> None:
    expected = json.loads(source.with_suffix(".json").read_text(encoding="utf-8"))
    assert as_json(parse(document(source.read_bytes()))) == expected


# Refusals (P3)


@pytest.mark.parametrize("body", ["", " \n\t ", "\ufeff", "\0\0\0"])
def test_p3_empty_body(body: str) -> None:
    assert failure(body) == Failure.EMPTY_BODY


@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>Hello</p></body></html>",
        "<html><body><item>not an item</item></body></html>",
        "<h1>404 Not Found</h1>",
        "%PDF-1.7\n1 0 obj <</Type /Catalog>>",
        '{"error": "not found", "code": 404}',
        '{"items": [{"id": "1", "title": "no version line"}]}',
        "[]",
        "[" * 200,
        "{'single': quotes}",
        "/etc/passwd",
        "https://feeds.example/real.xml",
        "Service temporarily unavailable",
        '<opml version="2.0"><head/><body><outline xmlUrl="https://a.example/"/></body></opml>',
        '<?xml version="1.0"?><urlset><url><loc>https://a.example/</loc></url></urlset>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description/></rdf:RDF>',
        "<svg><title>x</title></svg>",
        b"\x1f\x8b\x08\x00rest of a gzip file",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xfe\xfd\xfc",
    ],
)
def test_p3_not_a_feed(body: bytes | str) -> None:
    assert failure(body) == Failure.NOT_A_FEED


def test_p3_a_body_that_is_a_path_opens_no_file(tmp_path: Path) -> None:
    real = tmp_path / "feed.xml"
    real.write_text(rss(item(title="secret")), encoding="utf-8")
    assert failure(str(real)) == Failure.NOT_A_FEED


def test_p3_an_empty_feed_is_a_feed() -> None:
    for body in (
        '<rss version="2.0"/>',
        "<rss><channel/></rss>",
        '<feed xmlns="http://www.w3.org/2005/Atom"></feed>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel/></rdf:RDF>",
        '{"version": "https://jsonfeed.org/version/1.1", "title": "", "items": []}',
    ):
        assert feed(body).entries == ()
        assert not feed(body).cut


def test_a_feed_inside_a_page_is_a_feed() -> None:
    body = "<html><body>" + rss(item(title="found")) + "</body></html>"
    assert [found.title for found in feed(body).entries] == ["found"]


@pytest.mark.parametrize("name", ["items", "entries"])
def test_unknown_xml_with_items_is_a_feed(name: str) -> None:
    tag = {"items": "item", "entries": "entry"}[name]
    parsed = feed(f"<news><{tag}><title>odd</title></{tag}></news>")
    assert [found.title for found in parsed.entries] == ["odd"]


# Cut documents (P3)


@pytest.mark.parametrize("source", ["rss20_full.rss", "atom10_base_lang.atom", "rss10_modules.rdf"])
def test_p3_every_prefix_gives_only_complete_entries(source: str) -> None:
    body = (FEEDS / source).read_bytes()
    whole = feed(body).entries
    first_end = min(body.find(end) for end in (b"</item>", b"</entry>") if end in body) + 8
    for length in range(first_end, len(body) - 12, 7):
        parsed = feed(body[:length])
        assert parsed.cut
        assert parsed.entries == whole[: len(parsed.entries)]
        assert parsed.entries


def test_p3_a_cut_before_the_first_complete_item_keeps_what_can_be_read() -> None:
    parsed = feed('<rss version="2.0"><channel><item><title>Half</title><link>https://a.example/1</link>')
    assert parsed.cut
    assert [found.title for found in parsed.entries] == ["Half"]


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel><title>x</chan <item>",
        b'<rss version="2.0"><channel><title>x</title><item><title>',
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><entry>',
        b'{"version": "https://jsonfeed.org/version/1", "title": "T", "items": [{"id": "1", "ti',
    ],
)
def test_p3_a_cut_before_anything_is_said_is_a_failure_and_no_silence(body: bytes) -> None:
    refused = parse(Document(url="https://a.example/feed", body=body))
    assert isinstance(refused, PollFailure)
    assert refused.failure is Failure.DAMAGED


# Limits (P2)


def test_p2_the_newest_2000_are_kept_in_document_order() -> None:
    dated = [
        item(guid=str(n), pubDate=f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}Z")
        for n in range(2_500)
    ]
    for order in (dated, dated[::-1]):
        parsed = feed(rss("".join(order)))
        guids = [int(found.guid) for found in parsed.entries]
        assert parsed.left_out == 500
        assert sorted(guids) == list(range(500, 2_500))
        assert guids in (sorted(guids), sorted(guids, reverse=True))


def test_p2_undated_entries_keep_the_first_2000() -> None:
    parsed = feed(rss("".join(item(guid=str(n)) for n in range(2_100))))
    assert parsed.left_out == 100
    assert [found.guid for found in parsed.entries] == [str(n) for n in range(2_000)]


def test_p2_2000_entries_are_not_truncated() -> None:
    parsed = feed(rss(item(title="x") * 2_000))
    assert (len(parsed.entries), parsed.left_out) == (2_000, 0)


def test_p2_50000_items_are_shortened_before_the_parser() -> None:
    dates = [f"Mon, {1 + n % 28:02} Jan 2026 10:00:00 GMT" for n in range(50_000)]
    body = rss("".join(item(guid=str(n), pubDate=date) for n, date in enumerate(dates)))
    started = time.process_time()
    parsed = feed(body)
    assert time.process_time() - started < 5
    assert (len(parsed.entries), parsed.left_out) == (2_000, 48_000)


def test_p2_attributes_without_end_are_refused() -> None:
    tag = " ".join(f'a{n}="1"' for n in range(100_000))
    assert (
        failure(f"<rss><channel><item {tag}><title>x</title></item></channel></rss>") == Failure.PARSE_LIMIT
    )


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 200_000,
        '{"version": "https://jsonfeed.org/version/1", "x": ' + '{"a":' * 100_000 + "1" + "}" * 100_001,
    ],
)
def test_p2_deep_json_is_refused(body: str) -> None:
    assert failure(body) in (Failure.PARSE_LIMIT, Failure.NOT_A_FEED)


def test_p2_a_long_summary_is_capped() -> None:
    found = entry(item(description="word " * 50_000, title="t " * 2_000))
    assert 19_000 < len(found.summary) <= 20_000
    assert len(found.title) <= 1_000


# Forbidden XML (P1)

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1 or str()};" * 10}">' for n in range(1, 10))
    + ']><rss version="2.0"><channel><title>&lol9;</title></channel></rss>'
)
QUADRATIC = f'<!DOCTYPE r [<!ENTITY a "{"x" * 50_000}">]><rss><title>{"&a;" * 20_000}</title></rss>'
EXTERNAL = (
    '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>'
)
PARAMETER = '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>' + rss("")
SUBSET = "<!DOCTYPE rss [ ]>" + rss("")
LATE = rss('<!DOCTYPE x [<!ENTITY a "b">]>' + item(title="&a;"))


@contextmanager
def no_files_no_sockets() -> Iterator[None]:
    """Fail where a file is opened or a socket made: hooks cannot be removed, so this one is switched off."""
    seen: list[str] = []
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and (
            event.startswith("socket.") or (event == "open" and "site-packages" not in str(arguments[0]))
        ):
            seen.append(f"{event} {arguments!r}")

    sys.addaudithook(hook)
    try:
        yield
    finally:
        active = False
    assert seen == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
@pytest.mark.parametrize(
    "body",
    [LAUGHS, QUADRATIC, EXTERNAL, PARAMETER, SUBSET, LATE],
    ids="laughs quadratic file dtd subset late".split(),
)
def test_p1_declarations_are_refused_in_every_disguise(body: str, encoding: str) -> None:
    if encoding == "cp037" and not body.startswith("<?xml"):
        body = '<?xml version="1.0"?>' + body
    parse(document(rss("").encode(encoding)))  # whatever a first call imports
    started = time.process_time()
    with no_files_no_sockets():
        assert failure(body.encode(encoding)) == Failure.FORBIDDEN_XML
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "name", [name for name in HOSTILE if "ntit" in name or "laugh" in name or "extern" in name]
)
def test_p1_refusals_take_no_time_no_memory_no_file(name: str) -> None:
    """Less than a second and 50 MB, and nothing is opened."""
    body = HOSTILE[name]
    parse(document(rss("")))
    tracemalloc.start()
    try:
        started = time.process_time()
        with no_files_no_sockets():
            assert failure(body) == Failure.FORBIDDEN_XML
        assert time.process_time() - started < 1
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("header", ["", "text/xml; charset=utf-7"])
def test_p1_utf7_disguise(header: str) -> None:
    disguised = EXTERNAL.replace("<", "+ADw-").replace("!", "+ACE-").replace("[", "+AFs-").encode()
    assert failure(disguised, header) == Failure.FORBIDDEN_XML
    declared = b'<?xml version="1.0" encoding="UTF-7"?>' + disguised
    assert failure(declared, header) == Failure.FORBIDDEN_XML


def test_p1_an_article_about_entities_is_news() -> None:
    text = '<![CDATA[<p>Write &lt;!ENTITY x "y"&gt; or <!ENTITY x "y"> in a DTD.</p>]]>'
    assert entry(item(title="XML", description=text)).summary.startswith("Write <!ENTITY")


# Encodings (P4)

WORDS = "Größe déjà vu"
CYRILLIC = "Новости техники и дома"
CHINESE = "人工智能进入工厂"
REAL = [
    *((code, WORDS) for code in ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "cp1252")),
    *((code, CYRILLIC) for code in ("utf-8", "utf-16-le", "cp1251", "koi8-r")),
    *((code, CHINESE) for code in ("utf-8", "utf-16-be", "gbk")),
]
NAMES = ["", "utf-8", "utf-16", "iso-8859-1", "windows-1251", "windows-1252", "koi8-r", "gbk", "x-bogus"]
MARKS = {"none": b"", "utf-8": b"\xef\xbb\xbf", "utf-16": b"\xff\xfe"}


def told(real: str, header: str, prolog: str) -> bool:
    """Tell whether the text is decidable: seen in the bytes, or truly told by who speaks first."""
    alias = {"latin-1": {"iso-8859-1", "windows-1252"}, "cp1252": {"iso-8859-1", "windows-1252"}}
    known = alias.get(real, {real.replace("cp", "windows-")})
    unspoken = {"", "utf-8", "utf-16", "x-bogus"}
    first = next((name for name in (header, prolog) if name not in unspoken), "")
    return real.startswith("utf") or first in known or (not first and real in alias)


def test_p4_lies_about_the_encoding() -> None:
    right = decidable = pairs = 0
    for real, text in REAL:
        for header in NAMES:
            for prolog in NAMES:
                for mark in MARKS.values():
                    declaration = f'<?xml version="1.0" encoding="{prolog}"?>' if prolog else ""
                    body = mark + (declaration + rss(item(title=text))).encode(real)
                    kind = f"text/xml; charset={header}" if header else "text/xml"
                    title = feed(body, kind).entries[0].title
                    assert title.encode("utf-8").decode("utf-8") == title
                    pairs += 1
                    if told(real, header, prolog):
                        decidable += 1
                        right += title == text
    # 12 texts x 9 headers x 9 declarations x 3 marks
    assert pairs == 2_916
    assert right == decidable >= 1_500


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (b"a\x00b", "ab"),
        (b"a\x01\x1fb", "ab"),
        (b"a&#0;b", "a\ufffdb"),
        (b"a&#xD800;b&#99999999999;c", "a\ufffdb\ufffdc"),
        (b"a\xed\xa0\x80b " + b"\xc3\xa9" * 12, "a\ufffd\ufffd\ufffdb " + "é" * 12),
        (b"&#128516; ok", "😄 ok"),
        (b"na\xc3\xafve \xff \xc3\xa9t\xc3\xa9 \xc3\xa0 \xc3\xa8", "naïve \ufffd été à è"),
        (b"caf\xe9", "café"),
        (b"it&#146;s", "it’s"),
    ],
)
def test_p4_damaged_text(title: bytes, expected: str) -> None:
    found = feed(rss(item(title="@")).encode().replace(b"@", title))
    got = found.entries[0].title
    assert got == expected
    assert "\0" not in got


@given(st.binary(max_size=300), st.sampled_from(["", "text/xml; charset=utf-16", "text/html; charset=idna"]))
@settings(max_examples=300, deadline=None)
def test_p4_any_bytes_give_a_value(noise: bytes, content_type: str) -> None:
    parse(document(noise, content_type))
    body = b'<rss version="2.0"><channel><item><title>' + noise + b"</title></item></channel></rss>"
    parsed = parse(document(body, content_type))
    if isinstance(parsed, ParsedFeed):
        for found in parsed.entries:
            for text in (found.title, found.summary, found.url, found.guid, found.author, *found.categories):
                assert "\0" not in text
                text.encode("utf-8")


# Fields


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/x?y=1&amp;z=2#f", "https://a.example/x?y=1&z=2#f"),
        (" \n https://a.example/x \n", "https://a.example/x"),
        ("HTTPS://A.example/x", "https://A.example/x"),
        ("/x", "https://feeds.example/x"),
        ("x", "https://feeds.example/news/x"),
        ("//other.example/x", "https://other.example/x"),
        ("?id=1", "https://feeds.example/news/feed.xml?id=1"),
        ("https://a.example/ä b", "https://a.example/ä%20b"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("ftp://a.example/x", ""),
        ("mailto:a@b.example", ""),
        ("http://", ""),
        ("http://[::1", ""),
        ("https://a.example/" + "x" * 2_000, ""),
    ],
)
def test_links_are_absolute_and_safe(link: str, expected: str) -> None:
    assert entry(item(link=link)).url == expected


def test_a_guid_is_a_link_only_where_it_says_so() -> None:
    assert entry("<item><guid>https://a.example/1</guid></item>").url == "https://a.example/1"
    assert entry('<item><guid isPermaLink="false">https://a.example/1</guid></item>').url == ""


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A &amp;amp; B", "A & B"),
        ("A &amp; B", "A & B"),
        ("1 &lt; 2", "1 < 2"),
        ("&lt;b&gt;Bold&lt;/b&gt; move", "Bold move"),
        ("&lt;em&gt;AI&lt;/em&gt;-powered", "AI-powered"),
        ("Why &lt;canvas&gt; matters", "Why <canvas> matters"),
        ("One&lt;br&gt;two", "One two"),
        ("&lt;img src=x onerror=alert(1)&gt;Safe", "Safe"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;Safe", "Safe"),
        ("<![CDATA[<b>Deal</b> &amp; more]]>", "Deal & more"),
        ("rtl \u202eevil\u202c and \u200bzero", "rtl evil and zero"),
    ],
)
def test_titles_are_words(title: str, expected: str) -> None:
    assert entry(item(title=title)).title == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl> 1440 </ttl>", timedelta(days=1)),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>99999999999999999999</ttl>", None),
        ("<ttl>525600</ttl>", None),
        ("", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        (
            "<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
            timedelta(hours=12),
        ),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>9999</sy:updateFrequency>", None),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            timedelta(hours=1),
        ),
        ("<sy:updatePeriod>yearly</sy:updatePeriod>", None),
    ],
)
def test_how_long_the_publisher_asks_to_wait(head: str, expected: timedelta | None) -> None:
    space = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
    assert feed(f'<rss version="2.0" {space}><channel>{head}</channel></rss>').ttl == expected


def test_languages() -> None:
    space = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    items = "".join(
        f"<item><dc:language>{tag}</dc:language></item>" for tag in ("DE-at", "pt_BR", "klingon", "und")
    )
    parsed = feed(f'<rss version="2.0" {space}><channel><language>EN-us</language>{items}</channel></rss>')
    assert parsed.language == "en"
    assert [found.language for found in parsed.entries] == ["de", "pt", "", ""]


def test_p5_items_are_never_dropped_for_their_date() -> None:
    dates = [
        "",
        "soon",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "0000-00-00",
        "99999-01-01",
        "2026-13-45",
        "2200-01-01",
    ]
    parsed = feed(rss("".join(item(title=date, pubDate=date) for date in dates)))
    assert [found.published_at for found in parsed.entries] == [None] * 6 + [datetime(2200, 1, 1, tzinfo=UTC)]


def test_published_falls_back_to_updated() -> None:
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><updated>2026-01-02T03:04:05Z</updated></entry></feed>'
    (found,) = feed(body).entries
    assert found.published_at == found.updated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_p6_the_same_guid_twice_is_two_entries() -> None:
    assert [
        found.guid for found in feed(rss(item(guid="1", title="a") + item(guid="1", title="b"))).entries
    ] == ["1", "1"]


def test_categories_are_distinct_and_few() -> None:
    found = entry(
        f"<item>{''.join(f'<category>C{n}</category><category>c{n}</category>' for n in range(40))}</item>"
    )
    assert found.categories == tuple(f"C{n}" for n in range(20))


def test_a_base_ends_with_its_element() -> None:
    """feedparser 6.0.14 keeps it for all that follows where what holds the element has none."""
    first = (
        '<item xml:base="https://a.example/first/"><link>one</link><guid isPermaLink="false">g</guid></item>'
    )
    parsed = feed(rss(first + "<item><link>two</link></item>"))
    assert [found.url for found in parsed.entries] == [
        "https://a.example/first/one",
        "https://feeds.example/news/two",
    ]
    assert parsed.entries[0].guid == "g"


def test_feedparser_stumbles_and_the_entries_stay() -> None:
    """A chapter without start makes feedparser 6.0.14 raise TypeError or KeyError."""
    space = 'xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml"'
    broken = "<item><title>here</title><gml:pos>1 2</gml:pos></item>"
    parsed = feed(f'<rss version="2.0" {space}><channel>{broken}</channel></rss>')
    assert [found.title for found in parsed.entries] == ["here"]
