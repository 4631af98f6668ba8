"""Documents made readable: cut, endless, with impossible characters (P2, P3)."""

from __future__ import annotations

import time

import pytest

from trendwatch.news import repair
from trendwatch.news.xmlguard import Markup, guard


def closed(text: str) -> tuple[str, bool]:
    markup = guard(text)
    assert isinstance(markup, Markup)
    return repair.close(markup)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&nbsp;&eacute;", "&#160;&#233;"),
        ("&amp;&lt;&gt;&quot;&apos;&#8217;", "&amp;&lt;&gt;&quot;&apos;&#8217;"),
        ("AT&T & B&B; &bogus;", "AT&amp;T &amp; B&amp;B; &amp;bogus;"),
        ("?a=1&b=2&copy=3", "?a=1&amp;b=2&amp;copy=3"),
        ("&#xD800;&#0;&#x110000;&#99999999999999;", "\ufffd" * 4),
        ("&#x41;&#0065;&#128516;&#65", "&#65;&#65;&#128516;&#65;"),
        ("&#;&#x;&", "&amp;#;&amp;#x;&amp;"),
        ("<![CDATA[&nbsp; & &#xD800;]]>&nbsp;", "<![CDATA[&nbsp; & &#xD800;]]>&#160;"),
        ("no reference", "no reference"),
    ],
)
def test_references(text: str, expected: str) -> None:
    assert repair.well_referenced(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<rss><channel><item>1</item><item>2", "<rss><channel><item>1</item></channel></rss>"),
        ("<rss><channel><item>1</item></channel>", "<rss><channel><item>1</item></channel></rss>"),
        ("<feed><entry>1</entry><entry", "<feed><entry>1</entry></feed>"),
        ("<a:feed><a:entry>1</a:entry ><a:e", "<a:feed><a:entry>1</a:entry ></a:feed>"),
        (
            "<rdf:RDF><channel></channel><item>1</item><i",
            "<rdf:RDF><channel></channel><item>1</item></rdf:RDF>",
        ),
        ("<rss><channel><item>1", "<rss><channel><item>1"),
        (  # an article about feeds quotes the end of one
            "<rss><channel><item><![CDATA[..</channel></rss>..]]></item><item><title>b</title><descr",
            "<rss><channel><item><![CDATA[..</channel></rss>..]]></item></channel></rss>",
        ),
        ("<rss><item>1</item><!-- </rss> --><item>2", "<rss><item>1</item></rss>"),
        ("<rss><item>1</item><item><![CDATA[</rss>", "<rss><item>1</item></rss>"),
    ],
)
def test_p3_a_cut_feed_is_closed_behind_its_last_item(text: str, expected: str) -> None:
    assert closed(text) == (expected, True)


@pytest.mark.parametrize(
    "text",
    [
        *("<rss><channel/></rss>", "<RSS></rss >", "<rss/>", "<rss version='2.0' />"),
        "<rss><![CDATA[</rss>]]></rss>\n<!-- cached -->",
        "<rss><item>about <!-- and -->, &lt;![CDATA[</item></rss>",
        "<rss><item><![CDATA[cut in a comment <!--]]></item></rss>",
    ],
)
def test_a_whole_feed_is_left_alone(text: str) -> None:
    assert closed(text) == (text, False)


def test_p2_the_first_and_last_2000_items_stay() -> None:
    text = "<rss>" + "".join(f"<item>{n}</item>" for n in range(5_000)) + "</rss>"
    short, left_out = repair.shorten(text)
    assert left_out
    kept = [*range(2_000), *range(3_000, 5_000)]
    assert short == "<rss>" + "".join(f"<item>{n}</item>" for n in kept) + "</rss>"
    assert repair.shorten(short) == (short, False)


@pytest.mark.parametrize("name", ["author", "dc:creator", "managingEditor", "itunes:email", "name"])
def test_p2_long_authors_are_cut(name: str) -> None:
    for before, behind in (("", ""), ("<![CDATA[", "]]>")):
        text = f"<{name}>{before}{'b' * 900}{behind}</{name}><guid>{'c' * 900}</guid>"
        cut = f"<{name}>{before}{'b' * 500}{behind}</{name}><guid>{'c' * 900}</guid>"
        assert repair.without_long_authors(text) == cut


def test_extensions_go_and_news_stay() -> None:
    text = "<item><gml:pos x='1'>1</gml:pos><media:content/><width>3</width><widget/><title>t</title></item>"
    assert repair.without_extensions(text) == "<item>13<widget/><title>t</title></item>"


@pytest.mark.parametrize(
    "text", ["&" * 1_000_000, "<![CDATA[" * 100_000 + "&", "&#" * 500_000, "<item" * 200_000]
)
def test_p2_it_is_linear(text: str) -> None:
    started = time.process_time()
    repair.shorten(repair.well_referenced(text))
    closed("<rss>" + text)
    assert time.process_time() - started < 3
