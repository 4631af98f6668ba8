"""What no XML parser may see (P1, P2)."""

from __future__ import annotations

import time

import pytest

from trendwatch.news.xmlguard import Markup, guard
from trendwatch.types.news import Failure, PollFailure


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("<rss/>", "rss"),
        ("\n junk <rss/>", "rss"),
        ('<?xml version="1.0"?><?xml-stylesheet href="x"?><rdf:RDF/>', "rdf:RDF"),
        ("<!-- <html> <!DOCTYPE x [ --><feed/>", "feed"),
        ('<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://x.example/rss-0.91.dtd"><rss/>', "rss"),
        ("<!doctype html><html/>", "html"),
        ('<!DOCTYPE x SYSTEM "a[b>c"><rss/>', "rss"),
        ('<!DOCTYPE html PUBLIC "-//unclosed><html/>', "html"),
        ("<![CDATA[ <!ENTITY ]]><rss/>", "rss"),
        ("<!whatever><rss/>", "rss"),
        ("no markup, 1 < 2", ""),
        ("", ""),
        ("<!-- never closed <rss/>", ""),
    ],
)
def test_the_document_begins_at_its_first_element(text: str, root: str) -> None:
    markup = guard(text)
    assert isinstance(markup, Markup)
    assert markup.root == root
    assert "DOCTYPE" not in markup.text.upper()


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE r [<!ENTITY a 'b'>]><r/>",
        "<!doctype r [ ]><r/>",
        "<!DOCTYPE r SYSTEM 'x' [<!ELEMENT r ANY>]><r/>",
        '<!DOCTYPE r "[" [ ]><r/>',
        "<!ENTITY a 'b'><r/>",
        "<! ENTITY a 'b'><r/>",
        "<!-- <r> --><!DOCTYPE r [ ]><r/>",
        "<?a <r> ?><!DOCTYPE r [ ]><r/>",
        "<r><!ENTITY a 'b'></r>",
        "<r><![CDATA[fine]]><!ENTITY a 'b'></r>",
        "<!DOCTYPE a><!DOCTYPE r [ ]><r/>",
        '<!DOCTYPE r \'unclosed [<!ENTITY a "b">]><r/>',
    ],
)
def test_p1_declarations_are_refused(text: str) -> None:
    refusal = guard(text)
    assert isinstance(refusal, PollFailure)
    assert refusal.failure == Failure.FORBIDDEN_XML


def test_declarations_may_be_quoted() -> None:
    for text in (
        "<r><![CDATA[<!ENTITY a 'b'>]]></r>",
        "<r><!-- <!ENTITY a 'b'> --></r>",
        "<r>&lt;!ENTITY a></r>",
    ):
        assert isinstance(guard(text), Markup)


@pytest.mark.parametrize(
    "text",
    [
        "<!--" * 250_000,
        "<?" * 500_000,
        "<!DOCTYPE '" * 100_000,
        "<![CDATA[" * 100_000,
        "<" * 1_000_000,
        "<a <!ENTITY " * 80_000,
        "<r><!ENTITY" + "<!--" * 250_000,
        "<r" + " a" * 500_000,
    ],
)
def test_p2_it_is_linear(text: str) -> None:
    started = time.process_time()
    guard(text)
    assert time.process_time() - started < 1


def test_p2_a_thousand_attributes_are_enough() -> None:
    def tag(count: int) -> str:
        return "<r " + " ".join(f"name{n}='{n}'" for n in range(count)) + "/>"

    refusal = guard(tag(1_100))
    assert isinstance(guard(tag(900)), Markup)
    assert isinstance(refusal, PollFailure)
    assert refusal.failure == Failure.PARSE_LIMIT


def test_a_long_attribute_is_one_attribute() -> None:
    assert isinstance(guard(f"<r><img src='data:image/png;base64,{'A=' * 50_000}'/></r>"), Markup)
