"""Entries of a document to items: which are the same news, what they are called, when they count.

Observations. Guids are missing, repeated, or the same for a whole feed; links all lead
to one page; dates lie ahead; titles are empty. An item must keep its identity from poll to poll, or
it is news twice, and two reports must not share one, or the second is lost.

Method. The entry key is the first of guid, link, title with date that is there. Entries that share a key
inside one document are one report if their titles or their links agree (an update, a tracking link): the
first is kept. If one differs from the first in both, the guid means nothing, and link (else title) is
added to the keys of all that share it; likewise the title where entries without guid share a link.
Changing the whole group, not only the later ones, keeps keys stable while new entries push in at the top.

Known failures. A feed of one entry at a time with a constant guid never brings a second item; a guid that
churns from poll to poll makes new items. Both need the memory of earlier polls, which is not asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trendwatch.text import first_sentence
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Entry, Feed, Item, ParsedFeed

#: Of a title made from a summary.
TITLE_CHARS = 120


def items_of(feed: Feed, parsed: ParsedFeed, *, now: datetime, backlog: bool) -> tuple[Item, ...]:
    """Return what a document reports, each report once, in document order."""
    keyed = _keyed(parsed.entries)
    return tuple(
        Item(
            id=stable_id(feed.key, key),
            feed_key=feed.key,
            entry_key=key,
            url=entry.url,
            title=title_of(entry),
            summary=entry.summary,
            author=entry.author,
            language=entry.language or parsed.language or feed.language,
            published_at=published_at(entry, now),
            first_seen_at=now,
            backlog=backlog,
            categories=entry.categories,
        )
        for key, entry in keyed.items()
    )


def title_of(entry: Entry) -> str:
    """Return a title, made from the summary's first words or the link where the feed gives none."""
    return entry.title or first_sentence(entry.summary, max_chars=TITLE_CHARS) or entry.url


def published_at(entry: Entry, now: datetime) -> datetime | None:
    """Return when an entry was published according to the feed, never later than now."""
    stated = entry.published_at or entry.updated_at
    return min(stated, now) if stated else None


def entry_key(entry: Entry) -> str:
    """Return what identifies an entry inside its feed: guid, else link, else title and date."""
    if entry.guid or entry.url:
        return entry.guid or entry.url
    date = entry.published_at.isoformat() if entry.published_at else ""
    return f"{title_of(entry)} {date}".strip()


def _keyed(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Return the entries to keep by their keys, in the order given."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry_key(entry), []).append(entry)
    shared = {key for key, group in groups.items() if _are_several(group)}
    keyed: dict[str, Entry] = {}
    for entry in entries:
        key = entry_key(entry)
        keyed.setdefault(f"{key} {_distinction(entry)}" if key in shared else key, entry)
    return keyed


def _are_several(group: Sequence[Entry]) -> bool:
    """Tell whether entries under one key are different reports."""
    first, *others = group
    if first.guid:
        return any(title_of(e) != title_of(first) and e.url != first.url for e in others)
    return any(title_of(entry) != title_of(first) for entry in others)


def _distinction(entry: Entry) -> str:
    """Return what tells an entry from others under its key."""
    return (entry.url if entry.guid else "") or title_of(entry)
