"""A document in, what it says out: RSS, Atom, RDF, CDF through feedparser, JSON Feed through our own model.

    bytes | quick parser | entries
    bytes | decode | guard | repair | feedparser | entries

The first way is for documents that hold nothing out of the ordinary; it gives what the second would give,
or nothing, and then the second is gone. No step reads anything but the document. feedparser is the parser of
record; it is given UTF-8 only, through ``BytesIO`` (it opens what looks like a path), without its HTML
sanitiser (slow, and the only part of it that raises on damaged text): every field is reduced to words and
safe links afterwards. It is not told where the document came from, or it would resolve guids too, and a feed
that moves would bring all its news again.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import feedparser

from trendwatch.news import quick, repair
from trendwatch.news.decode import decode
from trendwatch.news.entries import Raw, feed_language, read_entry, read_wait
from trendwatch.news.fields import newest, read_name
from trendwatch.news.jsonfeed import parse_json
from trendwatch.news.quick_body import quick_body
from trendwatch.news.refusal import binary, not_a_feed, refuse
from trendwatch.news.skips import read_skips
from trendwatch.news.xmlguard import Markup, guard
from trendwatch.types.news import Document, Failure, ParsedFeed, PollFailure

# An empty document with one of these at its top is a feed without news, not something else.
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
# Characters, more than are read of the head.
_HEAD = 20_000
_PAGE_ROOTS = frozenset({"html", "head", "body", "script"})


def parse(document: Document) -> ParsedFeed | PollFailure:
    """Return what a document says, or why it says nothing. Entries keep the document's order."""
    if (refusal := binary(document)) is not None:
        return refusal
    return _quickly(document) or _with_a_word(parse_slowly(document))


def _with_a_word(parsed: ParsedFeed | PollFailure) -> ParsedFeed | PollFailure:
    """Return what was read, a failure where a document broke off before it said anything."""
    if isinstance(parsed, PollFailure) or not parsed.cut:
        return parsed
    if any(one.title or one.summary or one.url for one in parsed.entries):
        return parsed
    return PollFailure(failure=Failure.DAMAGED, detail="the document breaks off before its first whole item")


def parse_slowly(document: Document) -> ParsedFeed | PollFailure:
    """Return what feedparser makes of a document, or our reading of JSON Feed."""
    text = decode(document.body, document.content_type)
    if text.lstrip()[:1] in ("{", "["):
        return parse_json(text, document) or refuse(document)
    markup = guard(text)
    if isinstance(markup, PollFailure):
        return markup
    if not markup.root or _is_page(markup):
        return refuse(document, root=markup.root)
    return _parse_markup(markup, document)


def _quickly(document: Document) -> ParsedFeed | None:
    body = quick_body(document)
    state = None if body is None else quick.read(body, document.url)
    if body is None or state is None:
        return None
    if state.long_author and repair.without_long_authors(text := body.decode()) != text:
        return None
    return _feed(state.feed, state.entries, document, markup=body)


def _feed(feed: Raw, raw: Iterable[Raw], document: Document, *, markup: bytes) -> ParsedFeed:
    entries, left_out = newest([read_entry(entry, document.url) for entry in raw])
    skip_hours, skip_days = read_skips(markup)
    return ParsedFeed(
        title=read_name(str(dict.get(feed, "title") or "")),
        language=feed_language(feed),
        entries=entries,
        left_out=left_out,
        ttl=read_wait(feed),
        skip_hours=skip_hours,
        skip_days=skip_days,
    )


def _parse_markup(markup: Markup, document: Document) -> ParsedFeed | PollFailure:
    text, cut = repair.close(markup)
    text = repair.with_base(text, document.url)
    text, shortened = repair.shorten(repair.well_referenced(repair.without_long_authors(text)))
    raw = _read(text) or _read(repair.without_extensions(text))
    if raw is None:
        return not_a_feed("so damaged that feedparser cannot read it")
    if not raw.entries and not _is_empty_feed(raw, markup):
        return refuse(document, root=markup.root)
    feed = _feed(raw.feed, raw.entries, document, markup=markup.text[:_HEAD].encode())
    return replace(feed, left_out=feed.left_out + shortened, cut=cut)


def _read(text: str) -> Any | None:
    """Return what feedparser reads, None where it raises: its exceptions end here, ours do not."""
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError):
        return None


def _is_page(markup: Markup) -> bool:
    """Tell an HTML page from a feed, also from one wrapped in a page."""
    if markup.root_name not in _PAGE_ROOTS:
        return False
    start = markup.text.lower()
    return not any(f"<{root}" in start for root in ("rss", "feed", "rdf:rdf", "channel"))


def _is_empty_feed(raw: Any, markup: Markup) -> bool:
    return markup.root_name in _FEED_ROOTS and (bool(raw.version) or markup.root_name == "channel")
