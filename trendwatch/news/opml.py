"""Subscription lists (OPML): what they say, which folders mean something to us, and ours as one.

Observations: of 59 real lists 40 are no XML: bare ampersands in addresses, unescaped quotation marks. Folders
are named by people ("Web Development", "AI & ML"), feeds stand twice, some lines are other lists or pages.

Method: listparser reads, with an HTML parser that forgives; the text is decoded first, as a feed is, and no
entity is expanded. Addresses that a line holds and listparser does not return, behind quotation marks
inside a description, are found by a search. What is not taken is told with a reason. A folder called like
a sector or a technology, by key or name, in any case, files its feeds there; other folders become a note.
Our own lists say everything in the ``category`` attribute (``/sector/retail,/owner/Press``), which other
readers take for categories and we read back without loss.

Known failure: a folder that means a label in other words ("Machine learning" for artificial intelligence).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from urllib.parse import quote, unquote

from trendwatch.news.decode import decode
from trendwatch.news.fields import read_link, read_name
from trendwatch.types.news import Feed
from trendwatch.types.tags import Facet, Taxonomy
from trendwatch.types.trials import Skipped, Subscription, SubscriptionList

_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>")
_TITLE = re.compile(r"""\b(?:title|text)\s*=\s*"([^"]*)\"""", re.IGNORECASE)
_ADDRESS = re.compile(r"""\bxmlUrl\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
#: What a feed says of itself besides address and title, in the words of feeds.toml.
_SAID = ("key", "owner", "kind", "region", "language", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What the folders of a subscription say, in the words of feeds.toml."""

    sectors: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    #: key, owner, kind and so on, where the list is one of ours; a note of folders that mean nothing to us
    said: Mapping[str, str | bool]


def read_opml(body: bytes) -> SubscriptionList:
    """Return the feeds of a subscription list, and what of it cannot be one."""
    import listparser

    text = _PROLOG.sub("", decode(body, ""))
    # As references: an HTML parser that is not told the encoding takes everything for latin-1.
    found = listparser.parse(text.encode("ascii", "xmlcharrefreplace"))
    feeds: dict[str, Subscription] = {}
    skipped: list[Skipped] = []
    for one in found.feeds:
        url, title = read_link(one.url), read_name(one.title or "")
        if url:
            feeds.setdefault(url, Subscription(url=url, title=title, folders=_folders(one.categories)))
        else:
            skipped.append(Skipped(what=title or one.url[:200], why="its address is not http or https"))
    for address, title in _unread(text, found):
        url = read_link(address)
        if url and url not in feeds:
            feeds[url] = Subscription(url=url, title=title)
        else:
            why = "it stands in the list twice" if url else "its address is not http or https"
            skipped.append(Skipped(what=title or address[:200] or "a line without an address", why=why))
    skipped += _others(found, "lists", "it is another list; import that file itself")
    skipped += _others(found, "opportunities", "it is a page without a feed; feeds test looks for one")
    return SubscriptionList(feeds=tuple(feeds.values()), skipped=tuple(skipped))


def file_under(folders: Iterable[str], taxonomy: Taxonomy) -> Filed:
    """Return what folders say: labels where they are called like one, what our own lists say, else a note."""
    names = _names(taxonomy)
    labels: dict[Facet, dict[str, None]] = {Facet.SECTOR: {}, Facet.AREA: {}}
    said: dict[str, str | bool] = {}
    rest: dict[str, None] = {}
    for folder in folders:
        word, value = _ours(folder)
        if label := names.get(f"{word}:{value}" if word else folder.casefold()):
            labels[label[0]].setdefault(label[1])
        elif word in _SAID:
            said[word] = value
        elif word == "off":
            said["enabled"] = False
        elif not word:
            rest.setdefault(folder)
    if rest and "note" not in said:
        said["note"] = "in the list under " + ", ".join(rest)
    return Filed(sectors=tuple(labels[Facet.SECTOR]), areas=tuple(labels[Facet.AREA]), said=said)


def write_opml(feeds: Sequence[Feed], *, title: str) -> str:
    """Return feeds as a subscription list, which reads back as it was."""
    lines = "\n".join(_outline(feed) for feed in feeds)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"<head><title>{escape(title)}</title></head>\n<body>\n{lines}\n</body>\n</opml>\n"
    )


def _outline(feed: Feed) -> str:
    pairs = [("sector", one) for one in feed.sectors] + [("area", one) for one in feed.areas]
    pairs += [(name, str(getattr(feed, name))) for name in _SAID if getattr(feed, name)]
    categories = [f"/{word}/{quote(value, safe=' ')}" for word, value in pairs]
    categories += [] if feed.enabled else ["/off/yes"]
    title, said = escape(feed.title), escape(",".join(categories))
    return (
        f'<outline type="rss" text="{title}" title="{title}" xmlUrl="{escape(feed.url)}" category="{said}"/>'
    )


def _ours(folder: str) -> tuple[str, str]:
    """Return word and value of a category that our own lists write, else two empty ones."""
    word, separator, value = folder.partition("/")
    known = {"sector", "area", "off", *_SAID}
    return (word, unquote(value)) if separator and word in known else ("", "")


def _folders(categories: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return folders and categories once each; ``/sector/retail`` comes as a path of two."""
    found: dict[str, None] = {}
    for path in categories:
        parts = [part for part in path if part]
        if len(parts) > 1 and _ours("/".join(parts))[0]:
            found.setdefault("/".join(parts))
        else:
            found |= dict.fromkeys(name for part in parts if (name := read_name(part)))
    return tuple(found)


def _names(taxonomy: Taxonomy) -> dict[str, tuple[Facet, str]]:
    """Return sectors and areas by what a folder may be called; a sector before an area of the same name."""
    found: dict[str, tuple[Facet, str]] = {}
    for facet in (Facet.SECTOR, Facet.AREA):
        for label in taxonomy.labels:
            if label.facet is facet:
                spaced = label.key.replace("_", " ")
                for name in (label.key, spaced, label.name.casefold()):
                    found.setdefault(name, (facet, label.key))
                found[f"{facet}:{label.key}"] = (facet, label.key)
    return found


def _others(found: Mapping[str, Iterable[Mapping[str, str]]], kind: str, why: str) -> list[Skipped]:
    return [
        Skipped(what=read_name(one.get("title") or one.get("url") or "") or "a line without a name", why=why)
        for one in found[kind]
    ]


def _unread(text: str, found: Any) -> Iterator[tuple[str, str]]:
    """Yield the addresses that a list names more often than they were read, with the title beside them."""
    read = Counter(str(one.url) for one in (*found.feeds, *found.lists))
    for match in _ADDRESS.finditer(text):
        address = unescape(match[1] or match[2] or "").strip()
        if read[address]:
            read[address] -= 1
            continue
        line = text[max(text.rfind("<outline", 0, match.start()), 0) : match.start()]
        title = _TITLE.search(line)
        yield address, read_name(unescape(title[1])) if title else ""
