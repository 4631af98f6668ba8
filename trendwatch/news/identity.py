"""Items of a poll against those of earlier polls: which are new, which are kept already, which say more now.

Observations. A feed that moves to https or to another host changes every guid; a new publishing system
changes them all at once and keeps links and titles; a careless one draws a new guid at each fetch. Others
give one guid to whatever comes last, or print the time of day into every summary. In 156 fetches of three
real feeds over four months 1,037 entries came again: 221 with a new headline under the old guid and link,
18 with headline and link both new (lists and guides that are published anew), none under another guid.

Method: two of three. An entry has a guid, a link and a title; schemes and hosts do not count. It is an item
that we have if two of these agree with it: guid and link (a headline was changed), guid and title (a link
was), link and title (the guid was). A guid that comes with another link *and* another title was given
to other news: that is a new item, filed under guid and link. A link or a title alone proves nothing, but a
feed in which more than half of the entries that seem new (and at least two of them) have a link or title
that we know has changed its guids, and then those entries are known. Links and titles that several
entries or several items share prove nothing at all, and an item is claimed by one entry of a document only.
Of a known item the text is replaced where title, summary or link changed, never for a date alone, and at
most 24 times.

Known failures. A guid for whatever comes last, without links, or with the same link always, is one
item that changes. A guide published anew with new link and headline under its old guid is a new item. Where
guid and headline change and only the link stays, one entry at a time, the item is there twice; it joins the
same story. A lone column with the same title and link each week, and a new guid, is lost after the first.

Rejected: taking a known link alone as proof. A feed whose entries all lead to one page would never bring a
second item: a report lost weighs more than one seen twice, which its story folds. Sources: Feedbin's public
ids without scheme and host, and the 24 updates of the reader library.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import NamedTuple

from trendwatch.types.fetches import Drop
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Item

#: Content that changes more often changes with the clock.
MOST_UPDATES = 24
#: One entry with a known link or title may be chance, two are a habit.
LEAST_CHURN = 2

_HOST = re.compile(r"^[a-z][a-z0-9+.-]*://[^/?#]*(?:/(?=$))?", re.IGNORECASE)
_TRACKING = re.compile(r"(?<=[?&])utm_[a-z]+=[^&#]*&?", re.IGNORECASE)


class Known(NamedTuple):
    """An item of an earlier poll, as far as it is needed to recognise it; hundreds are made at each poll."""

    id: str
    entry_key: str
    url: str
    title: str
    #: "" where it was not kept
    content_hash: str = ""
    #: how often its content changed
    updates: int = 0


@dataclass(slots=True)
class Sorted:
    """What the items of one document are."""

    new: list[Item] = field(default_factory=list)
    #: id of a known item and what it says now
    updates: list[tuple[str, Item]] = field(default_factory=list)
    #: id under another guid, and of the item that it stands for
    aliases: list[tuple[str, str]] = field(default_factory=list)
    drops: Counter[Drop] = field(default_factory=Counter)


def content_hash(item: Item) -> str:
    """Return 16 hex digits that change with an item's title, summary or link."""
    content = "\x1f".join((item.title, item.summary, item.url))
    return blake2b(content.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def alias(address: str) -> str:
    """Return a guid or link without what a move changes: scheme, host, fragment, campaign."""
    address = address.strip()
    host = _HOST.match(address)
    bare = (address[host.end() :] if host else address).partition("#")[0]
    return (_TRACKING.sub("", bare) if "?" in bare or "&" in bare else bare).rstrip("?&")


def sort_out(items: Sequence[Item], known: Mapping[str, Known], recent: Iterable[Known]) -> Sorted:
    """Return what is new among the items of one document of a feed.

    Args:
        items: of the document, each report once.
        known: by id or other id, the items of earlier polls among those.
        recent: the latest items of the feed; what moved is looked for here.
    """
    recent = list(recent)
    found = Sorted()
    memory = {one.id: one for one in recent} | dict(known)
    claimed: set[str] = set()
    strangers: dict[str, Item] = {}
    for item in items:
        filed, before = _by_key(item, memory, recent)
        if filed.id in strangers or (before is not None and before.id in claimed):
            found.drops[Drop.DUPLICATE] += 1
        elif before is None:
            strangers[filed.id] = filed
        else:
            claimed.add(before.id)
            _meet_again(found, filed, before)
    new = list(strangers.values())
    if new and recent:
        _recognise(found, new, _Evidence(new, items, recent=recent, claimed=claimed))
    else:  # nothing they could be
        found.new += new
    return found


def _by_key(item: Item, memory: Mapping[str, Known], recent: Iterable[Known]) -> tuple[Item, Known | None]:
    """Return an item under the key it is to be filed under, and what it is already."""
    before = memory.get(item.id)
    if before is None or same_news(item, before):
        return item, before
    other = refiled(item)
    if other.id in memory:
        return other, memory[other.id]
    longer = f"{item.entry_key} "
    under_it = (one for one in recent if one.entry_key.startswith(longer) and same_news(item, one))
    return other, next(under_it, None)


def refiled(item: Item) -> Item:
    """Return an item under its guid and link: its guid alone was given to other news before."""
    key = f"{item.entry_key} {item.url or item.title}"
    return replace(item, id=stable_id(item.feed_key, key), entry_key=key)


def same_news(item: Item, before: Known) -> bool:
    """Tell whether an entry under a known key is the known item: the guid was not given to other news."""
    if item.url == before.url or item.title == before.title:
        return True
    return alias(item.url) == alias(before.url) or _words(item.title) == _words(before.title)


def _meet_again(found: Sorted, item: Item, before: Known, *, as_known: Drop = Drop.KNOWN) -> None:
    """Note a known item, and what it says now where that is something else."""
    changed = content_hash(item) != before.content_hash
    if not changed or not before.content_hash:
        found.drops[as_known] += 1
        if changed:  # nothing to compare with yet: take the text as it is from now on
            found.updates.append((before.id, item))
    elif before.updates < MOST_UPDATES:
        found.drops[Drop.UPDATED] += 1
        found.updates.append((before.id, item))
    else:
        found.drops[Drop.RESTLESS] += 1


def _recognise(found: Sorted, strangers: Sequence[Item], evidence: _Evidence) -> None:
    """Sort out the items whose key is unknown: under another guid, or new."""
    proven = {item.id: same for item in strangers if (same := evidence.proof(item))}
    hinted = {item.id: same for item in strangers if item.id not in proven and (same := evidence.hint(item))}
    familiar = len(proven) + len(hinted)
    churn = familiar >= LEAST_CHURN and 2 * familiar > len(strangers)
    for item in strangers:
        before = proven.get(item.id) or (hinted.get(item.id) if churn else None)
        if before is None:
            found.new.append(item)
        else:
            found.aliases.append((item.id, before.id))
            _meet_again(found, item, before, as_known=Drop.CHURNED)


class _Evidence:
    """The latest items of a feed by guid, link and title, as far as these tell strangers from one another."""

    def __init__(
        self, strangers: Sequence[Item], items: Sequence[Item], *, recent: Sequence[Known], claimed: set[str]
    ) -> None:
        self._claimed = claimed
        guids = ((alias(one.entry_key), one) for one in recent)
        links = ((alias(one.url), one) for one in recent)
        titles = ((_words(one.title), one) for one in recent)
        self._by_guid = _telling(guids, {alias(item.entry_key) for item in strangers})
        self._by_link = _telling(links, {alias(item.url) for item in strangers})
        self._by_title = _telling(titles, {_words(item.title) for item in strangers})
        self._links = Counter(alias(item.url) for item in items)
        self._titles = Counter(_words(item.title) for item in items)

    def proof(self, item: Item) -> Known | None:
        """Return the item that two of guid, link and title agree with."""
        guid, link, title = self._agreeing(item)
        if guid is not None and same_news(item, guid):
            return self._claim(guid)
        return self._claim(link) if link is not None and link is title else None

    def hint(self, item: Item) -> Known | None:
        """Return an item with the same link or title."""
        _, link, title = self._agreeing(item)
        return self._claim(link) or self._claim(title)

    def _agreeing(self, item: Item) -> tuple[Known | None, Known | None, Known | None]:
        link, title = alias(item.url), _words(item.title)
        return (
            self._by_guid.get(alias(item.entry_key)),
            self._by_link.get(link) if self._links[link] == 1 else None,
            self._by_title.get(title) if self._titles[title] == 1 else None,
        )

    def _claim(self, known: Known | None) -> Known | None:
        """Return an item, unless another entry of the document is it already."""
        if known is None or known.id in self._claimed:
            return None
        self._claimed.add(known.id)
        return known


def _telling(named: Iterable[tuple[str, Known]], asked: set[str]) -> dict[str, Known]:
    """Return items by the names asked for, those left out that share theirs."""
    found: dict[str, Known] = {}
    shared = {""}
    for name, one in named:
        if name in asked and found.setdefault(name, one) is not one:
            shared.add(name)
    return {name: one for name, one in found.items() if name not in shared}


def _words(title: str) -> str:
    return " ".join(title.casefold().split())
