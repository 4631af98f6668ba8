"""What every format's entries have in common: titles, summaries, links, languages, categories, cleaned."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from trendwatch.news.repair import MAX_ENTRIES
from trendwatch.text import clean, plain
from trendwatch.types.news import Entry

SUMMARY_CHARS = 20_000
TITLE_CHARS = 1_000
#: longer than any link or guid people follow
LINK_CHARS = 2_000
NAME_CHARS = 200
MAX_CATEGORIES = 20

# A lone name in brackets in a plain title is a word ("Using the <dialog> element"), except line formatting.
_LONE_TAG = re.compile(r"<(?!(?:br|hr|wbr|p|b|i|u|em|strong|small|sub|sup)>)([a-zA-Z][\w-]*)>", re.IGNORECASE)
# Absolute, without fragment, parameters and whatever else is taken apart or escaped.
_PLAIN_LINK = re.compile(
    r"https?://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[1-9]\d{0,4})?"
    r"(?:/[A-Za-z0-9/_.~%+,=:@!$*-]*)?(?:\?[A-Za-z0-9/_.~%+,=:@!$&*-]+)?"
)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE)


def read_title(value: str, *, is_text: bool = False) -> str:
    """Return a title's words; ``is_text`` says that the feed means it as text, not as HTML."""
    if is_text and "<" in value and "</" not in value:
        value = _LONE_TAG.sub(r"&lt;\1&gt;", value)
    return plain(value)[:TITLE_CHARS].rstrip()


def read_summary(values: Iterable[str]) -> str:
    """Return the words of the first value that has any."""
    words = (plain(value) for value in values)
    return next((found for found in words if found), "")[:SUMMARY_CHARS].rstrip()


def read_link(href: str, base: str = "") -> str:
    """Return an absolute http or https address, "" for anything else."""
    if is_whole(href) and len(href) <= LINK_CHARS and is_whole(base):
        return href
    href = clean(href)
    try:
        url = urljoin(base, href) if href else ""
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:  # a bracketed host that is no address
        return ""
    if not good or len(url) > LINK_CHARS:
        return ""
    return parts.scheme + url[len(parts.scheme) :].replace(" ", "%20")


def is_whole(url: str) -> bool:
    """Tell whether an address is one that joining it to another such address and cleaning leave as it is."""
    return _PLAIN_LINK.fullmatch(url) is not None


def read_guid(value: str) -> str:
    """Return what identifies an entry, cleaned."""
    return clean(value)[:LINK_CHARS]


def read_name(value: str) -> str:
    """Return the name of a person or feed."""
    return plain(value)[:NAME_CHARS].rstrip()


def read_language(tag: str) -> str:
    """Return the primary language of a tag: ``en`` for ``en-US``, "" for what is no tag."""
    found = _LANGUAGE.fullmatch(tag.strip())
    return found[1].lower() if found and found[1].lower() != "und" else ""


def read_categories(names: Iterable[str]) -> tuple[str, ...]:
    """Return distinct names in order, at most 20."""
    found: dict[str, str] = {}
    for name in names:
        if len(found) == MAX_CATEGORIES:
            break
        words, folded = _category(name) if len(name) <= NAME_CHARS else _folded(name)
        if words:
            found.setdefault(folded, words)
    return tuple(found.values())


def _folded(name: str) -> tuple[str, str]:
    words = read_name(name)
    return words, words.casefold()


# A feed repeats its few names in every entry and every poll.
_category = lru_cache(maxsize=4_096)(_folded)


def newest(entries: list[Entry]) -> tuple[tuple[Entry, ...], int]:
    """Return at most 2,000 entries in document order, the newest by date, and how many were left out.

    An undated entry counts as old as the dated one before it, so an undated feed keeps its first ones.
    """
    if len(entries) <= MAX_ENTRIES:
        return tuple(entries), 0
    ages: list[float] = []
    current = float("-inf")
    for entry in entries:
        if entry.published_at is not None:
            current = -entry.published_at.timestamp()
        ages.append(current)
    kept = sorted(sorted(range(len(entries)), key=ages.__getitem__)[:MAX_ENTRIES])
    return tuple(entries[index] for index in kept), len(entries) - MAX_ENTRIES
