"""The feeds that a web page offers.

Observations: most sites name their feeds in the head (``<link rel="alternate" type="application/rss+xml">``),
the comments' feed beside the news; some only link to them in the text, as ``/feed``, ``rss.xml`` or "RSS".

Method: the head's links first, those of comments last, then links that look like a feed. Only addresses that
the page itself holds: made-up ones such as ``/feed`` glued to a host are what publishers complain about most.

Known failures: sites that offer a feed and say so nowhere; links made by scripts.
"""

from __future__ import annotations

import re

from trendwatch.news.decode import decode
from trendwatch.news.fields import read_link, read_name
from trendwatch.text import clean
from trendwatch.types.news import Document
from trendwatch.types.trials import FoundFeed

#: A page that offers more is a list of feeds.
MOST_OFFERED = 20

_TYPES = re.compile(r"(?:rss|atom|rdf|feed)\b.*\+(?:xml|json)|feed\+json|text/xml", re.IGNORECASE)
_LOOKS = re.compile(
    r"\.(?:rss|atom|rdf)$|(?:^|/)(?:feeds?|rss|atom)/?$"
    r"|(?:^|/)(?:rss|feed|atom|index)\.xml$|/feed\.json$|[?&](?:feed|format)=(?:rss2?|atom)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"comment", re.IGNORECASE)


def feeds_on(page: Document) -> tuple[FoundFeed, ...]:
    """Return the feeds that a page offers, the likeliest first."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode(page.body, page.content_type))
    anchor = tree.css_first("base[href]")
    base = read_link(_attribute(anchor, "href"), page.url) or page.url
    found: dict[str, FoundFeed] = {}
    for node in tree.css('link[rel~="alternate"][href]'):
        if _TYPES.search(_attribute(node, "type")):
            _offer(found, node, base, title=_attribute(node, "title"), declared=True)
    for node in tree.css("a[href]"):
        href = clean(_attribute(node, "href")).partition("#")[0]
        if _LOOKS.search(href):
            _offer(found, node, base, title=node.text(strip=True), declared=False)
    offered = sorted(found.values(), key=lambda one: (not one.declared, _is_of_comments(one)))
    return tuple(offered[:MOST_OFFERED])


def format_of(document: Document) -> str:
    """Return RSS, Atom, RDF or JSON Feed for a document that was read as a feed."""
    start = decode(document.body[:4096], document.content_type).lstrip().lower()
    if start.startswith("{"):
        return "JSON Feed"
    places = {name: start.find(mark) for name, mark in _MARKS.items()}
    seen = {name: place for name, place in places.items() if place >= 0}
    return min(seen, key=lambda name: seen[name]) if seen else "XML"


_MARKS = {"RSS": "<rss", "Atom": "<feed", "RDF": "<rdf:rdf"}


def _offer(found: dict[str, FoundFeed], node: object, base: str, *, title: str, declared: bool) -> None:
    if url := read_link(_attribute(node, "href"), base):
        found.setdefault(url, FoundFeed(url=url, title=read_name(title), declared=declared))


def _attribute(node: object, name: str) -> str:
    attributes = getattr(node, "attributes", None) or {}
    return attributes.get(name) or ""


def _is_of_comments(one: FoundFeed) -> bool:
    return bool(_COMMENTS.search(one.title) or _COMMENTS.search(one.url))
