"""Bytes to text, once and here, so that what is checked is exactly what is parsed.

Observations: one feed in a hundred lies about its encoding (header, XML declaration or byte order mark), and
feedparser believes the lie: a declared ``latin-1`` over UTF-8 bytes, or one bad byte in a UTF-8 document,
turns every accent into two characters. A hidden DTD in UTF-16 or UTF-7 is a lie of the same kind.

Method, first that holds:

1. A byte order mark is taken off. Where the zero bytes of the head lie (markup is ASCII) says UTF-16 or
   UTF-32 and their order; a declaration or mark alone does not.
2. UTF-7 where declared, or where the document starts with ``<`` in UTF-7.
3. ASCII, unless an escape-based encoding (ISO-2022, HZ) is declared.
4. UTF-8, whatever is declared, if at most one character in five outside ASCII is damaged: other encodings
   hold valid UTF-8 sequences by accident only (measured on GBK: one pair in eight).
5. What the header, then the XML declaration names (RFC 7303), if it decodes without error.
6. The same with U+FFFD for what does not decode; without any declaration windows-1252.

Known failure: two single-byte encodings that both decode; then the header is believed.
"""

from __future__ import annotations

import codecs
import re

from w3lib.encoding import resolve_encoding

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_EBCDIC_START = b"\x4c\x6f\xa7\x94"  # "<?xm"
_UTF7_START = (b"+ADw", b"+/v")
_UTF7_NAMES = frozenset({"utf-7", "utf7", "utf_7", "unicode-1-1-utf-7", "csunicode11utf7", "u7"})

_HEADER = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_DECLARATION = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']\s*([\w.:-]+)""", re.IGNORECASE)
# Python also knows codecs that are no charsets, some of them quadratic (punycode, idna) or with escapes.
_CHARSETS = re.compile(r"iso|cp\d|koi8|mac|gb|big5|euc|shift|hz|johab|tis|ptcp|kz|hp|latin", re.IGNORECASE)
_ESCAPED = re.compile(r"iso2022|hz", re.IGNORECASE)

#: What neither XML nor PostgreSQL takes.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_DAMAGE = "\ufffd".encode()
_HEAD = 160  # bytes; even a UTF-16 title in Chinese starts behind this much ASCII markup
_MOSTLY = 4  # sound characters outside ASCII per damaged one


def decode(body: bytes, content_type: str = "") -> str:
    """Return the text of a document, without byte order mark and without characters XML forbids."""
    for mark in _MARKS:
        body = body.removeprefix(mark)
    if not body.strip(b"\0 \t\r\n"):
        return ""
    return ILLEGAL.sub("", _decode(body, content_type))


def certain_utf8(body: bytes, content_type: str = "") -> bytes | None:
    """Return a body without byte order mark if ``decode`` reads it as UTF-8, provided that it is valid UTF-8.

    None if it reads it as something else, or if that takes a closer look.
    """
    for mark in _MARKS:
        body = body.removeprefix(mark)
    head = body[:_HEAD]
    if not head.strip(b"\0 \t\r\n") or _wide(head) or head.lstrip().startswith(_UTF7_START):
        return None
    names = _declared(body, content_type)
    if not _UTF7_NAMES.isdisjoint(names):
        return None
    if body.isascii():
        return None if any(_ESCAPED.match(_charset(name)) for name in names) else body
    # its first byte alone is found sixteen times as fast
    if _DAMAGE[:1] in body and _DAMAGE in body:
        return body if _is_mostly_sound(body.decode("utf-8", "replace")) else None
    return body


def _decode(body: bytes, content_type: str) -> str:
    if wide := _wide(body[:_HEAD]):
        return body.decode(wide, "replace")
    names = _declared(body, content_type)
    if not _UTF7_NAMES.isdisjoint(names) or body.lstrip().startswith(_UTF7_START):
        return body.decode("utf-7", "replace")
    charsets = [found for name in names if (found := _charset(name))]
    if body.isascii():
        escaped = [name for name in charsets if _ESCAPED.match(name)]
        return _first(body, escaped) or body.decode("ascii")
    utf8 = body.decode("utf-8", "replace")
    if _is_mostly_sound(utf8):
        return utf8
    return _first(body, charsets) or body.decode(charsets[0] if charsets else "cp1252", "replace")


def _wide(head: bytes) -> str:
    """Return the wide encoding the zero bytes of a head show, "" for none."""
    if head.startswith(_EBCDIC_START):
        return "cp037"
    zeros = [head[i::4].count(0) * 4 / max(len(head), 4) for i in range(4)]
    sure, some, none = 0.9, 0.3, 0.1
    if min(zeros[1:]) > sure:
        return "utf-32-le"
    if min(zeros[:3]) > sure:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    if odd > some and even < none:
        return "utf-16-le"
    if even > some and odd < none:
        return "utf-16-be"
    return ""


def _declared(body: bytes, content_type: str) -> list[str]:
    """Return the encodings named by the header and the XML declaration, lower-cased."""
    header = _HEADER.search(content_type)
    declaration = _DECLARATION.search(body[:1000])
    names = [header[1]] if header else []
    if declaration:
        names.append(declaration[1].decode("ascii", "replace"))
    return [name.lower() for name in names]


def _charset(name: str) -> str:
    """Return the codec of a declared charset that is neither ASCII nor Unicode, "" for none."""
    codec = resolve_encoding(name) or resolve_encoding(name.removeprefix("x-")) or ""
    if "ascii" in name:  # says nothing about bytes outside ASCII
        return ""
    return codec if _CHARSETS.match(codec) else ""


def _first(body: bytes, charsets: list[str]) -> str:
    """Return the text in the first charset that decodes without error, "" for none."""
    for charset in charsets:
        try:
            return body.decode(charset)
        except (UnicodeError, LookupError):
            continue
    return ""


def _is_mostly_sound(text: str) -> bool:
    damaged = text.count("\ufffd")
    return damaged == 0 or len(text) - len(text.encode("ascii", "ignore")) - damaged >= _MOSTLY * damaged
