"""Entries as documents: RSS 2.0, Atom, RSS 1.0 and JSON Feed, each as real publishers write them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from html import escape

from trendwatch.demo.outlets import Outlet
from trendwatch.demo.world import Told

_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
#: Written entries kept: more than all feeds hold at a time.
_KEPT = 8_192

CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "application/rdf+xml; charset=utf-8",
    "json": "application/feed+json",
}


def document(outlet: Outlet, entries: Sequence[Told], *, now: datetime) -> bytes:
    """Return an outlet's feed with some entries, newest first."""
    return _FORMATS[outlet.format](outlet, entries, now).encode()


def _rss(outlet: Outlet, entries: Sequence[Told], now: datetime) -> str:
    items = "".join(map(_rss_item, entries))
    return (
        f'{_XML}<rss version="2.0"><channel><title>{escape(outlet.title)}</title><link>{_home(outlet)}</link>'
        f"<description>Simulated news</description><language>{_language(outlet)}</language>"
        f"<lastBuildDate>{format_datetime(now)}</lastBuildDate>{items}</channel></rss>\n"
    )


@lru_cache(_KEPT)
def _rss_item(entry: Told) -> str:
    dated = f"<pubDate>{format_datetime(entry.published)}</pubDate>" if entry.dated else ""
    told = escape(f"<p>{escape(entry.summary, quote=False)}</p>", quote=False) if entry.summary else ""
    return (
        f"<item><title>{escape(entry.title, quote=False)}</title><link>{escape(entry.url)}</link>"
        f'<guid isPermaLink="false">{escape(entry.guid)}</guid>{dated}'
        f"<description>{told}</description></item>\n"
    )


def _atom(outlet: Outlet, entries: Sequence[Told], now: datetime) -> str:
    items = "".join(map(_atom_entry, entries))
    return (
        f'{_XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{_language(outlet)}">'
        f"<title>{escape(outlet.title)}</title><id>urn:demo:{outlet.key}</id>"
        f'<link href="{_home(outlet)}"/><updated>{now.isoformat()}</updated>{items}</feed>\n'
    )


@lru_cache(_KEPT)
def _atom_entry(entry: Told) -> str:
    dated = ""
    if entry.dated:
        at = entry.published.isoformat()
        dated = f"<published>{at}</published><updated>{at}</updated>"
    return (
        f'<entry><title>{escape(entry.title, quote=False)}</title><link href="{escape(entry.url)}"/>'
        f"<id>{escape(entry.guid)}</id>{dated}"
        f"<summary>{escape(entry.summary, quote=False)}</summary></entry>\n"
    )


def _rdf(outlet: Outlet, entries: Sequence[Told], _now: datetime) -> str:
    items = "".join(map(_rdf_item, entries))
    return (
        f'{_XML}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{_home(outlet)}"><title>{escape(outlet.title)}</title>'
        f"<link>{_home(outlet)}</link><description>simulated</description>"
        f"<dc:language>{_language(outlet)}</dc:language></channel>{items}</rdf:RDF>\n"
    )


@lru_cache(_KEPT)
def _rdf_item(entry: Told) -> str:
    dated = f"<dc:date>{entry.published.isoformat()}</dc:date>" if entry.dated else ""
    return (
        f'<item rdf:about="{escape(entry.guid)}"><title>{escape(entry.title, quote=False)}</title>'
        f"<link>{escape(entry.url)}</link>{dated}"
        f"<description>{escape(entry.summary, quote=False)}</description></item>\n"
    )


def _json(outlet: Outlet, entries: Sequence[Told], _now: datetime) -> str:
    value = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.title,
        "home_page_url": _home(outlet),
        "language": _language(outlet),
        "items": [_json_item(entry) for entry in entries],
    }
    return json.dumps(value, ensure_ascii=False)


def _json_item(entry: Told) -> dict[str, str]:
    item = {"id": entry.guid, "url": entry.url, "title": entry.title, "content_text": entry.summary}
    return item | ({"date_published": entry.published.isoformat()} if entry.dated else {})


def _home(outlet: Outlet) -> str:
    return f"https://{outlet.key.replace('_', '-')}.example/"


def _language(outlet: Outlet) -> str:
    return "en-US" if outlet.region == "US" else "en-GB"


_FORMATS: dict[str, Callable[[Outlet, Sequence[Told], datetime], str]] = {
    "rss": _rss,
    "atom": _atom,
    "rdf": _rdf,
    "json": _json,
}
