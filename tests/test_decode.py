"""Bytes to text (P4); the full matrix of lies stands in test_parse."""

from __future__ import annotations

import time

import pytest

from trendwatch.news.decode import decode

TEXT = '<?xml version="1.0"?><rss><title>Größe “x” – 5 €</title></rss>'


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"]
)
@pytest.mark.parametrize(
    "header", ["", "text/xml", "text/xml; charset=iso-8859-1", 'text/xml;charset="UTF-8"']
)
def test_unicode_shows_itself(encoding: str, header: str) -> None:
    assert decode(TEXT.encode(encoding), header) == TEXT


@pytest.mark.parametrize(
    ("encoding", "header", "text"),
    [
        ("cp1252", "text/xml; charset=iso-8859-1", "<a>Größe “x” – 5 €</a>"),
        ("cp1252", "", "<a>Größe “x” – 5 €</a>"),
        ("shift_jis", "text/xml; charset=Shift_JIS", "<a>技術のニュース</a>"),
        ("iso2022_jp", "text/xml; charset=iso-2022-jp", "<a>技術のニュース</a>"),
        ("gb18030", "text/xml; charset=gb2312", "<a>人工智能進入</a>"),
        ("mac_cyrillic", "text/xml; charset=x-mac-cyrillic", "<a>Новости</a>"),
        ("euc_kr", "text/xml; charset=euc-kr", "<a>기술 뉴스</a>"),
    ],
)
def test_the_header_names_what_cannot_be_seen(encoding: str, header: str, text: str) -> None:
    assert decode(text.encode(encoding), header) == text


def test_the_declaration_speaks_where_the_header_does_not() -> None:
    body = '<?xml version="1.0" encoding="koi8-r"?><a>Новости</a>'
    for header in (
        "",
        "text/xml",
        "text/xml; charset=utf-8",
        "text/xml; charset=us-ascii",
        "a; charset=bogus",
    ):
        assert decode(body.encode("koi8-r"), header) == body


@pytest.mark.parametrize(
    "name", ["rot13", "base64", "zip", "punycode", "idna", "unicode_escape", "undefined", "mbcs", "utf-7"]
)
def test_codecs_that_are_no_charsets_are_not_used(name: str) -> None:
    body = b"<a>\\x3c!DOCTYPE \xff</a>" * 40_000
    started = time.process_time()
    text = decode(body, f"text/xml; charset={name}")
    assert time.process_time() - started < 2
    assert "<!DOCTYPE" not in text


def test_a_damaged_byte_costs_one_character() -> None:
    assert decode("naïve été à la carte".encode() + b"\xff") == "naïve été à la carte\ufffd"


def test_what_xml_forbids_is_gone() -> None:
    assert decode(b"a\x00b\x0bc\x1fd\te\nf\xef\xbf\xbfg") == "abcd\te\nfg"


def test_nothing_is_nothing() -> None:
    assert decode(b"") == decode(b"\0" * 9) == decode(b"\xff\xfe") == ""
