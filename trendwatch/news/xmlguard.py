"""What no XML parser may see: entity declarations, internal DTD subsets, absurd tags.

Theory of operation: Expat 2.5 stops billion laughs but not quadratic entities (112 kB took 15 s and 1.5 GB in
feedparser 6.0.14), and feedparser tolerates DTDs. Feeds need neither, so everything before the first element
(declaration, comments, DOCTYPE, junk) is read here, judged, and not passed on; a bare DOCTYPE such as that of
RSS 0.91 is dropped with it. A DOCTYPE cannot work behind the first element, but declarations there are
refused too, outside CDATA and comments, where articles about XML quote them.

Attributes are quadratic in feedparser (8,000 in one tag 0.6 s, 100,000 over 60 s): a tag with more than
1,000 is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trendwatch.types.news import Failure, PollFailure

_MAX_ATTRIBUTES = 1_000

_ELEMENT = re.compile(r"<([A-Za-z_][\w.-]*)(?::([\w.-]+))?")
_MARKUP_START = re.compile(r"<[A-Za-z_!?]")
_DOCTYPE = re.compile(r"""<!DOCTYPE(?:[^\[>"']++|"[^"]*+"|'[^']*+')*+""", re.IGNORECASE)
_DECLARATION = re.compile(r"<!\s*(?:ENTITY|ELEMENT|ATTLIST|NOTATION)\b", re.IGNORECASE)
_QUOTED = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)
# Comments and sections are matched to be passed over: an article may quote such a tag.
_LONG_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|(<[A-Za-z][^<>]{4096,}+)", re.DOTALL)
_ATTRIBUTE = re.compile(r"""\s[\w:.-]+\s*=\s*["']""")


@dataclass(frozen=True, slots=True)
class Markup:
    """A document from its first element on, free of declarations."""

    text: str
    #: as written, such as ``rdf:RDF``
    root: str

    @property
    def root_name(self) -> str:
        """The first element's name without prefix, lower-cased."""
        return self.root.rpartition(":")[2].lower()


def guard(text: str) -> Markup | PollFailure:
    """Return what a parser may see of a document, or why none may.

    A text without any element is returned with the root "".
    """
    start = root_start(text)
    if start is None or _declares(text, start):
        return PollFailure(failure=Failure.FORBIDDEN_XML, detail="the document declares entities or a DTD")
    if any(_attributes(tag[1]) > _MAX_ATTRIBUTES for tag in _LONG_TAG.finditer(text, start) if tag[1]):
        return PollFailure(failure=Failure.PARSE_LIMIT, detail="a tag has more than 1,000 attributes")
    root = _ELEMENT.match(text, start)
    return Markup(text[start:], root[0][1:] if root else "")


def root_start(text: str) -> int | None:
    """Return where the first element starts, the length if there is none, None behind a DTD."""
    position = 0
    while (found := _MARKUP_START.search(text, position)) is not None:
        position = found.start()
        if text.startswith("<!--", position):
            position = _behind(text, "-->", position + 4)
        elif text.startswith("<?", position):
            position = _behind(text, "?>", position)
        elif text.startswith("<![CDATA[", position):
            position = _behind(text, "]]>", position)
        elif doctype := _DOCTYPE.match(text, position):
            position = _behind(text, ">", doctype.end())
            if "[" in text[doctype.end() : position]:
                return None
        elif text.startswith("<!", position):
            if _DECLARATION.match(text, position):
                return None
            position = _behind(text, ">", position)
        else:
            return position
    return len(text)


def _behind(text: str, end: str, start: int) -> int:
    found = text.find(end, start)
    return len(text) if found < 0 else found + len(end)


def _declares(text: str, start: int) -> bool:
    """Tell whether something is declared behind the start, outside comments and CDATA."""
    if not _DECLARATION.search(text, start):
        return False
    return _DECLARATION.search(_QUOTED.sub("", text[start:])) is not None


def _attributes(tag: str) -> int:
    return sum(1 for _ in _ATTRIBUTE.finditer(tag))
