"""The feeds that a page offers: only addresses that stand on it."""

from __future__ import annotations

import pytest

from trendwatch.news.discover import MOST_OFFERED, feeds_on, format_of
from trendwatch.types.news import Document

RSS, ATOM = "application/rss+xml", "application/atom+xml"


def page(body: str, url: str = "https://site.example/blog/") -> Document:
    return Document(url=url, body=f"<!doctype html><html>{body}</html>".encode(), content_type="text/html")


def link(href: str, kind: str = RSS, title: str = "", rel: str = "alternate") -> str:
    return f'<link rel="{rel}" type="{kind}" href="{href}" title="{title}">'


def offered(body: str) -> list[tuple[str, bool]]:
    return [(one.url, one.declared) for one in feeds_on(page(body))]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (link("/feed"), "https://site.example/feed"),
        (link("feed.xml", ATOM), "https://site.example/blog/feed.xml"),
        (link("//cdn.example/f", "application/feed+json"), "https://cdn.example/f"),
        (link("/f", RSS.upper(), rel="ALTERNATE home"), "https://site.example/f"),
        (f'<base href="https://other.example/x/">{link("f")}', "https://other.example/x/f"),
        (link("/f", "application/rdf+xml"), "https://site.example/f"),
    ],
)
def test_links_of_the_head_are_found(body: str, expected: str) -> None:
    assert offered(f"<head>{body}</head>") == [(expected, True)]


@pytest.mark.parametrize(
    "body",
    [
        link("/f", "text/html"),
        link("/de", "application/json"),
        link("/f", RSS, rel="stylesheet"),
        link("javascript:alert(1)"),
        link(""),
        "<a href='/about'>About RSS</a>",
        "<a href='/feedback'>Feedback</a>",
        "<a href='/news'>News</a>",
        "",
    ],
)
def test_other_links_are_not(body: str) -> None:
    assert offered(body) == []


@pytest.mark.parametrize(
    "href",
    [
        "/feed",
        "/feed/",
        "/rss",
        "/rss.xml",
        "/atom.xml",
        "/index.xml",
        "/blog.rss",
        "/feed.json",
        "/?feed=rss2",
    ],
)
def test_links_that_look_like_a_feed_are_offered_last(href: str) -> None:
    body = f"<head>{link('/declared')}</head><body><a href='{href}'>RSS</a></body>"
    found = offered(body)
    assert found[0] == ("https://site.example/declared", True)
    assert [declared for _, declared in found] == [True, False]


def test_feeds_of_comments_come_behind_news() -> None:
    body = link("/comments/feed", title="Site: Comments Feed") + link("/feed", title="Site")
    assert offered(body) == [
        ("https://site.example/feed", True),
        ("https://site.example/comments/feed", True),
    ]


def test_an_address_is_offered_once_and_a_list_of_feeds_is_cut() -> None:
    assert offered(link("/feed") * 3 + "<a href='/feed'>RSS</a>") == [("https://site.example/feed", True)]
    assert len(offered("".join(link(f"/{n}") for n in range(99)))) == MOST_OFFERED


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (b"<?xml version='1.0'?><rss version='2.0'>", "RSS"),
        (b"<feed xmlns='x'>", "Atom"),
        (b"<!-- <feed --><rss>", "Atom"),  # known: a comment may mislead, it is a word on a page only
        (b"<rdf:RDF xmlns:rdf='x'><channel>", "RDF"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "JSON Feed"),
        (b"<channel>", "XML"),
    ],
)
def test_formats_have_names(body: bytes, name: str) -> None:
    assert format_of(Document(url="", body=body)) == name
