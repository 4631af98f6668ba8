"""Digests for feed readers and programs: Atom 1.0, JSON Feed 1.1, and one digest as JSON.

An entry is one issue. Its identity comes from business and period, the feed's from the business, so an
address or a name may change without readers seeing everything anew. Times are cutoffs: no clock, the same
digests give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from trendwatch.render.email import subject
from trendwatch.render.email import text as plain_text
from trendwatch.render.inline import link, text
from trendwatch.render.template import footer_links, issue_url, render
from trendwatch.render.view import View, view
from trendwatch.types.advice import Digest

#: Feed readers fetch the whole document each time; older issues are on the page of all issues.
ENTRIES = 20

_JSON_FEED = "https://jsonfeed.org/version/1.1"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def atom(
    digests: Sequence[Digest],
    *,
    business_key: str,
    business_name: str,
    self_url: str = "",
    base_url: str = "",
) -> str:
    """Return the newest digests of one business as Atom 1.0.

    Args:
        digests: of one business, in any order.
        business_key: makes the feed's identity, also while it is empty; a name may change.
        business_name: whose feed it is.
        self_url: where this document will be.
        base_url: where this business's issues are; one is at ``BASE_URL/PERIOD``.
    """
    newest = _newest(digests)
    name = escape(_title(business_name))
    updated = newest[0].cutoff if newest else _NEVER
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">',
        f"<id>{_urn('feed', business_key)}</id>",
        f"<title>{name}</title>",
        f"<updated>{_time(updated)}</updated>",
        "<author><name>trendwatch</name></author>",
        *_atom_links(self_url, base_url),
        *(_atom_entry(digest, base_url) for digest in newest),
        "</feed>",
    ]
    return "\n".join(lines) + "\n"


def json_feed(
    digests: Sequence[Digest], *, business_name: str, self_url: str = "", base_url: str = ""
) -> str:
    """Return the newest digests of one business as JSON Feed 1.1; arguments as for ``atom``.

    It has no identity of its own, only its entries have.
    """
    document: dict[str, object] = {"version": _JSON_FEED, "title": _title(business_name)}
    if home := link(base_url):
        document["home_page_url"] = home
    if here := link(self_url):
        document["feed_url"] = here
    document["language"] = "en"
    document["items"] = [_json_item(digest, base_url) for digest in _newest(digests)]
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_json(digest: Digest) -> str:
    """Return everything a digest holds, for programs; fields as in the glossary."""
    return json.dumps(_writable(asdict(digest)), ensure_ascii=False, indent=1) + "\n"


def _newest(digests: Sequence[Digest]) -> list[Digest]:
    ordered = sorted(digests, key=lambda digest: (digest.cutoff, digest.period), reverse=True)
    return ordered[:ENTRIES]


def _title(business_name: str) -> str:
    return f"{text(business_name)}: your week in technology"


def _urn(*parts: str) -> str:
    return uuid5(NAMESPACE_URL, "trendwatch/" + "/".join(parts)).urn


def _entry_id(digest: Digest) -> str:
    return _urn("digest", digest.business_key, digest.period)


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _content(shown: View, base_url: str) -> str:
    return render("entry.html.j2", view=shown, links=footer_links(shown, base_url))


def _atom_links(self_url: str, base_url: str) -> list[str]:
    lines = []
    if here := link(self_url):
        lines.append(f'<link rel="self" type="application/atom+xml" href={quoteattr(here)}/>')
    if home := link(base_url):
        lines.append(f'<link rel="alternate" type="text/html" href={quoteattr(home)}/>')
    return lines


def _atom_entry(digest: Digest, base_url: str) -> str:
    shown = view(digest)
    url = issue_url(base_url, digest.period)
    lines = [
        "<entry>",
        f"<id>{_entry_id(digest)}</id>",
        f"<title>{escape(subject(shown))}</title>",
        f"<updated>{_time(digest.cutoff)}</updated>",
        f"<published>{_time(digest.cutoff)}</published>",
        *([f'<link rel="alternate" type="text/html" href={quoteattr(url)}/>'] if url else []),
        f'<content type="html">{escape(_content(shown, base_url))}</content>',
        "</entry>",
    ]
    return "\n".join(lines)


def _json_item(digest: Digest, base_url: str) -> dict[str, object]:
    shown = view(digest)
    item: dict[str, object] = {"id": _entry_id(digest)}
    if url := issue_url(base_url, digest.period):
        item["url"] = url
    return item | {
        "title": subject(shown),
        "content_html": _content(shown, base_url),
        "content_text": plain_text(digest, base_url=base_url),
        "date_published": _time(digest.cutoff),
        "tags": sorted({text(topic) for pick in digest.picks for topic in pick.topics}),
    }


def _writable(value: object) -> object:
    """Return a value as JSON can hold it: lone surrogates out, times as RFC 3339."""
    match value:
        case str():
            return value.encode("utf-8", "ignore").decode()
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case dict():
            return {str(key): _writable(one) for key, one in value.items()}
        case list() | tuple():
            return [_writable(one) for one in value]
    return value
