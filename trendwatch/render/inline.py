"""Texts and addresses of others, made safe for every channel at once.

No control or bidirectional characters, no line breaks, only http(s) links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trendwatch.text import tidy
from trendwatch.types.sources import Source

#: Sources named under a story; the rest is a number.
SOURCES_SHOWN = 2
#: A feed's title can be a sentence.
SOURCE_NAME_CHARS = 32
#: Longer addresses are abuse; browsers and mail readers cut them anyway.
URL_CHARS = 2_000


_LINK = re.compile(r"https?://[^\s/?#\\].*", re.IGNORECASE)
# Must be written as %xx in an address, and would end an attribute or a line if they were not.
_UNSAFE = re.compile(r"[\s<>\"`\\^{|}]")
# XML 1.0 leaves these out too, and Python does not call them control characters.
_NOT_TEXT = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A name and where it leads, "" for nowhere."""

    text: str
    url: str


def text(value: str) -> str:
    """Return text that is safe in every channel: one line, no invisible characters."""
    return _NOT_TEXT.sub("", tidy(value))


def link(url: str) -> str:
    """Return an http(s) address without a character that could end an attribute, "" for anything else."""
    url = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", text(url))
    return url if len(url) <= URL_CHARS and _LINK.fullmatch(url) else ""


def source_link(source: Source) -> LinkView:
    """Return a report's publisher and where it can be read."""
    name = text(source.feed) or text(source.owner)
    if len(name) > SOURCE_NAME_CHARS:
        name = name[: SOURCE_NAME_CHARS - 1].rstrip() + "…"
    return LinkView(text=name, url=link(source.url))
