"""Documents that are cut, endless or hold impossible characters are made readable before the parser.

Observations: feedparser keeps half an item of a cut document, and reads it with its slow, loose parser; it
needs 11 s for 50,000 items; a reference to a character that does not exist (``&#xD800;``) makes it raise, and
so do damaged geography, chapters and image sizes (1 in 100 mutants of the public cases). A bare ampersand
or an HTML name sends the whole document to the loose parser, which makes ``AT&T;`` of ``AT&T``. An author of
100 kB without a space takes half a minute.

Method: on the text, with searches that are linear in its length. A document whose first element is never
closed is cut behind its last complete item and closed; one with more than 4,000 items keeps the first and the
last 2,000, so that the newest 2,000 are among them whichever way the feed is sorted.

Known failure: in a document that is cut, an article that quotes ``</item>`` in CDATA ends an item.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint
from xml.sax.saxutils import quoteattr

from trendwatch.news.xmlguard import Markup

#: More entries than this are not kept.
MAX_ENTRIES = 2_000

# Comments and sections are matched to be passed over: articles about feeds quote items.
_ITEM = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(<(?:[\w.-]+:)?(?:item|entry)(?=[\s>/]))",
    re.IGNORECASE | re.DOTALL,
)
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>", re.IGNORECASE)
_ROOT = re.compile(r"(<[\w:.-]+)[^<>]*>")
_EMPTY_ROOT = re.compile(r"<[^<>]*/>")
_FRAGILE = re.compile(
    r"</?(?:(?:georss|gml|geo|psc|media|itunes):[\w.-]+|width|height)\b[^<>]*>", re.IGNORECASE
)
# Comments and sections are matched to be passed over, except the section an author is written in.
_LONG_AUTHOR = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|(<(?:[\w.-]+:)?(?:author|creator|contributor|managingeditor|webmaster|publisher|owner|name|email)\b[^<>]*>"
    r"(?:<!\[CDATA\[)?[^<\]]{500})[^<\]]++",
    re.IGNORECASE | re.DOTALL,
)
# Everything that starts like a reference, except the usual ones; CDATA is matched to be passed over.
_REFERENCE = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)"
    r"|&(?!(?:amp|lt|gt|quot|apos|#[1-9]\d{1,3});)(?:#x0*([0-9a-f]+);?|#0*([0-9]+);?|([a-z]\w{1,31});)?",
    re.IGNORECASE | re.DOTALL,
)

_MAX_DIGITS = 7
_MAX_CODE = 0x10FFFF


def well_referenced(text: str) -> str:
    """Return the text with references that XML knows: ``&nbsp;`` by number, ``AT&T`` as ``AT&amp;T``."""
    return _REFERENCE.sub(_known, text) if "&" in text else text


def without_long_authors(text: str) -> str:
    """Return the text with authors cut at 500 characters: looking for their addresses is quadratic."""
    return _LONG_AUTHOR.sub(lambda found: found[1] or found[0], text)


def with_base(text: str, url: str) -> str:
    """Return the text with a base at its root if only elements below have one.

    feedparser forgets to leave a base where what holds its element has none: all links behind went astray.
    """
    root = _ROOT.match(text)
    if root is None or "xml:base" not in text or "xml:base" in root[0]:
        return text
    return f"{root[1]} xml:base={quoteattr(url)}{text[root.end(1) :]}"


def without_extensions(text: str) -> str:
    """Return the text without the tags that feedparser stumbles over when they are damaged; we read none."""
    return _FRAGILE.sub("", text)


def shorten(text: str) -> tuple[str, int]:
    """Return the text with its first and last items only, and how many were left out."""
    starts = [found.start() for found in _ITEM.finditer(text) if found[1]]
    if len(starts) <= 2 * MAX_ENTRIES:
        return text, 0
    left_out = len(starts) - 2 * MAX_ENTRIES
    return text[: starts[MAX_ENTRIES]] + text[starts[-MAX_ENTRIES] :], left_out


def close(markup: Markup) -> tuple[str, bool]:
    """Return the text of a feed, closed behind its last complete item if it was cut, and whether it was."""
    text = markup.text
    if not markup.root or _ends(text, markup.root) or _EMPTY_ROOT.match(text):
        return text, False
    ends = [found.end() for found in _ITEM_END.finditer(text)]
    if not ends:
        return text, True
    text = text[: ends[-1]]
    open_channel = "<channel" in text and not _ends(text, "channel")
    return f"{text}{'</channel>' if open_channel else ''}</{markup.root}>", True


def _ends(text: str, root: str) -> bool:
    """Tell whether an element is closed: what is quoted in a section or comment closes nothing."""
    lower, name = text.lower(), root.lower()
    end = lower.rfind(f"</{name}")
    if end < 0 or "<!" not in lower[:end]:
        return end >= 0
    close = re.compile(rf"<!--.*?(?:-->|\Z)|<!\[cdata\[.*?(?:\]\]>|\Z)|(</{re.escape(name)})", re.DOTALL)
    return any(found[1] for found in close.finditer(lower))


def _known(reference: re.Match[str]) -> str:
    if reference[0].startswith("<"):
        return reference[0]
    if name := reference[3]:
        code = name2codepoint.get(name, 0)
        return f"&#{code};" if code else f"&amp;{name};"
    digits = reference[1] or reference[2]
    if not digits:
        return "&amp;"
    return _existing(digits, hexadecimal=bool(reference[1]))


def _existing(digits: str, *, hexadecimal: bool) -> str:
    """Return a character by number, U+FFFD for one that does not exist."""
    code = int(digits, 16 if hexadecimal else 10) if len(digits) <= _MAX_DIGITS else _MAX_CODE + 1
    impossible = code > _MAX_CODE or 0xD800 <= code < 0xE000 or code in (0, 0xFFFE, 0xFFFF)  # noqa: PLR2004
    return "\ufffd" if impossible else f"&#{code};"
