"""HTML without a parser, for the nine texts of ten that need none.

Theory of operation. HTML keeps words in their order and place outside tables, forms and what is not shown:
open elements are closed, moved and copied, but text goes where the reading stands. So where nothing is used
but the tags of running text, written so that every parser ends them at the same place, and references that
are certain, each block's tag is a space and each other tag nothing. That takes half the time of building a
tree; as bytes, since half a text is not ASCII because of one quotation mark. The way is exact or silent:
anything else (tables, angles in quotes, sections, a script that holds an angle, a reference without end) is
the parser's.

Proof: tests/test_markup.py compares with the parser, over any pieces of HTML and every reference. Rejected:
two substitutions, one for each kind of tag (twice the time; they see tags inside attributes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

# A tag that every parser ends at the same place: names, values quoted or without marks, no angles inside.
_HTML_SPACE = b" \t\n\r\f"
_SIMPLE_TAG = re.compile(
    rb"""(/?[a-z][a-z0-9]*)(?:[ \t\n\r\f]+[a-zA-Z_][\w:.-]*(?:[ \t\n\r\f]*=[ \t\n\r\f]*"""
    rb"""(?:"[^"<>]*"|'[^'<>]*'|[^ \t\n\r\f"'=<>`]+))?)*+[ \t\n\r\f]*/?"""
)
_NAME = re.compile(rb"[ \t\n\r\f]")
_SIMPLE_BLOCKS = frozenset(
    b"p br div img li h1 h2 h3 h4 h5 h6 ul ol pre figure figcaption blockquote hr dl dt dd section article"
    b" header footer main aside nav address summary video".split()
)
_SIMPLE_INLINES = frozenset(
    b"span a strong em code b i small sub sup u s strike del ins cite time abbr q mark font big tt kbd center"
    b" wbr picture source audio details var dfn samp label link".split()
)
_RAW = frozenset({b"script", b"style", b"iframe"})
# What stands for an inline tag until references are read, and for one behind which there is no text.
_GONE, _UNSEEN = b"\0", b"\1"
# Where a tag ends, until it is known to be one.
_END = b"\2"
_TAG_ENDS = _END + b"<"
_ANY_REFERENCE = re.compile(rb"&(?:#?\w{1,8};)?")
# Names that writers use, and numbers of characters that are what they seem: no controls, no surrogates.
_SURE = re.compile(
    rb"&(?:amp|lt|gt|quot|apos|nbsp|hellip|[nm]dash|[lr][sd]quo|bull|middot|copy|reg|trade|euro|pound|times|deg"
    rb"|[aeiou]acute|[aeiou]grave|[aou]uml|szlig|[cC]cedil|[aeiou]circ|[nN]tilde"
    rb"|#0{0,2}(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}|[1-4]\d{4})"
    rb"|#x(?:20[0-9a-fA-F]{2}|[2-6][0-9a-fA-F]|[aA]0));"
)
_CACHED_TAG = 60  # characters; longer ones hold addresses and seldom come again
_CACHED_TAGS = 10_000


class _References(dict[bytes, bytes]):
    """What references stand for; raises KeyError for one that is not sure."""

    def __missing__(self, reference: bytes) -> bytes:
        if not _SURE.fullmatch(reference):
            raise KeyError(reference)
        self[reference] = meaning = unescape(reference.decode()).encode()
        return meaning

    def of(self, found: re.Match[bytes]) -> bytes:
        """Return what a match stands for."""
        return self[found[0]]


class _Tags(dict[bytes, bytes]):
    """What stands for tags, given without angles and with the mark; raises KeyError for one not simple."""

    def __missing__(self, tag: bytes) -> bytes:
        if tag[-1:] != _END:
            raise KeyError(tag)
        outside, *values = tag.split(b'"')
        if any(values[::2]) and len(values) % 2 == 0:  # what is in quotes makes no difference
            meaning = self[b'""'.join((outside, *values[1::2]))]
        else:
            meaning = self._meaning(tag[:-1])
        if len(tag) <= _CACHED_TAG:
            if len(self) >= _CACHED_TAGS:
                self.clear()
            self[tag] = meaning
        return meaning

    def _meaning(self, tag: bytes) -> bytes:
        found = _SIMPLE_TAG.fullmatch(tag)
        if found is None:
            raise KeyError(tag)
        name = found[1].removeprefix(b"/")
        if name in _SIMPLE_INLINES:
            return _GONE
        if name in _RAW:
            return _UNSEEN if found[1] in _RAW else b" "
        if name in _SIMPLE_BLOCKS:
            return b" "
        raise KeyError(tag)


_REFERENCES = _References()
_TAGS = _Tags()


def simple_text(html: str) -> str | None:
    """Return the words of an HTML fragment with a space for each block, None where only a parser can tell."""
    try:
        data = html.encode()
        if _GONE in data or _UNSEEN in data or _END in data:
            return None
        if b"<" in data:
            data = _untagged(data)
        if b"&" in data:
            data = _ANY_REFERENCE.sub(_REFERENCES.of, data)
    except (KeyError, UnicodeEncodeError):
        return None
    # one character alone is found many times as fast
    return None if b">" in data and b"]]>" in data else data.replace(_GONE, b"").decode()


def _untagged(html: bytes) -> bytes:
    """Return a text without its tags.

    Raises:
        KeyError: one of them is not simple.
    """
    first, *commented = html.split(b"<!--")
    kept = [_unmarked(first)]
    for part in commented:
        comment, end, html = part.partition(b"-->")
        if not end or comment.startswith((b">", b"->")) or b"--!" in comment:
            raise KeyError(comment)
        kept += (_GONE, _unmarked(html))
    return b"".join(kept)


def _unmarked(html: bytes) -> bytes:
    """Return a text that has no comments without its tags.

    Raises:
        KeyError: one of them is not simple, or an angle stands alone.
    """
    # text, tag, text, tag ...: each tag keeps a mark where it ends, so that no text is taken for one
    pieces = html.replace(b">", _TAG_ENDS).split(b"<")
    if len(pieces) - 1 != 2 * html.count(b">"):
        pieces = _with_arrows(html).replace(b">", _TAG_ENDS).split(b"<")
    tags = pieces[1::2]
    meanings = list(map(_TAGS.__getitem__, tags))
    pieces[1::2] = meanings
    found = b"".join(pieces)
    if _END in found:
        raise KeyError(found)
    if _UNSEEN not in found:
        return found
    return b"".join(_without_raw(tags, meanings, pieces[2::2], start=pieces[0]))


def _with_arrows(html: bytes) -> bytes:
    """Return a text whose tags are followed by no other end of a tag: "->" is a reference then."""
    start, *parts = html.split(b"<")
    found = [start.replace(b">", b"&gt;")]
    for part in parts:
        tag, end, text = part.partition(b">")
        found.append(tag + end + text.replace(b">", b"&gt;"))
    return b"<".join(found)


def _without_raw(
    tags: Sequence[bytes], meanings: Sequence[bytes], texts: Sequence[bytes], *, start: bytes
) -> Iterator[bytes]:
    """Yield a text without its tags and without scripts, which only their own end tag may follow."""
    yield start
    raw = b""
    for tag, meaning, text in zip(tags, meanings, texts, strict=True):
        name = tag[:-1]
        if raw and name.rstrip(_HTML_SPACE) != raw:
            raise KeyError(tag)
        raw = b"/" + _NAME.split(name, maxsplit=1)[0] if meaning == _UNSEEN else b""
        if raw.endswith(b"/"):
            raise KeyError(tag)
        yield from (b" ",) if raw else (meaning, text)
    if raw:
        raise KeyError(raw)
