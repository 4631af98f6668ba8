"""Documents that are cut, endless or hold impossible characters are made readable before the parser.

Observations: feedparser keeps half an item of a cut document, and reads it with its slow, loose parser; it
needs 11 s for 50,000 items; a reference to a character that does not exist (``&#xD800;``) makes it raise, and
so do damaged geography, chapters and image sizes (1 in 100 mutants of the public cases).

Method: on the text, with searches that are linear in its length. A document whose first element is never
closed is cut behind its last complete item and closed; one with more than 4,000 items keeps the first and the
last 2,000, so that the newest 2,000 are among them whichever way the feed is sorted.

Known failure: an article that quotes ``<item>`` in CDATA counts as one more item; this matters only where the
document is cut or endless.
"""

from __future__ import annotations

import re

from trendwatch.news.xmlguard import Markup

#: More entries than this are not kept.
MAX_ENTRIES = 2_000

_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_EMPTY_ROOT = re.compile(r"<[^<>]*/>")
_FRAGILE = re.compile(
    r"</?(?:(?:georss|gml|geo|psc|media|itunes):[\w.-]+|width|height)\b[^<>]*>", re.IGNORECASE
)
_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]+)|0*([0-9]+));?", re.IGNORECASE)

_MAX_DIGITS = 7
_MAX_CODE = 0x10FFFF


def possible(text: str) -> str:
    """Return the text with U+FFFD for references to characters that do not exist."""
    return _REFERENCE.sub(_existing, text) if "&#" in text else text


def without_extensions(text: str) -> str:
    """Return the text without the tags that feedparser stumbles over when they are damaged; we read none."""
    return _FRAGILE.sub("", text)


def shorten(text: str) -> tuple[str, bool]:
    """Return the text with its first and last items only, and whether some were left out."""
    starts = [found.start() for found in _ITEM.finditer(text)]
    if len(starts) <= 2 * MAX_ENTRIES:
        return text, False
    return text[: starts[MAX_ENTRIES]] + text[starts[-MAX_ENTRIES] :], True


def close(markup: Markup) -> tuple[str, bool]:
    """Return the text of a feed, closed behind its last complete item if it was cut, and whether it was."""
    text = markup.text
    if not markup.root or f"</{markup.root}".lower() in text.lower() or _EMPTY_ROOT.match(text):
        return text, False
    ends = [found.end() for found in _ITEM_END.finditer(text)]
    if not ends:
        return text, True
    text = text[: ends[-1]]
    open_channel = "<channel" in text and "</channel" not in text
    return f"{text}{'</channel>' if open_channel else ''}</{markup.root}>", True


def _existing(reference: re.Match[str]) -> str:
    digits = reference[1] or reference[2]
    code = int(digits, 16 if reference[1] else 10) if len(digits) <= _MAX_DIGITS else _MAX_CODE + 1
    impossible = code > _MAX_CODE or 0xD800 <= code < 0xE000 or code in (0, 0xFFFE, 0xFFFF)  # noqa: PLR2004
    return "\ufffd" if impossible else reference[0]
