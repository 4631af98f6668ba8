"""HTML to words: the one place that decides what counts as text, a word, a sentence.

Every stage sees news through these functions, so tags, stories and terms agree on what a word is.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

#: A longer text says nothing more about an item and costs time (FAULTS.md C2).
MAX_CHARS = 100_000

#: Summaries beyond this are bodies: they drown the title.
SUMMARY_CHARS = 600

# Words that keep their inner marks: 5g, c++, c#, wi-fi, node.js, covid-19.
_WORD = re.compile(r"(?u)\b\w[\w+#.-]*\w\b[+#]*|\b\w[+#]+")
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
# Control, surrogate, soft hyphen, bidi, zero-width and tag characters; what counts as space is folded.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# Piled up accents: normalizing 100,000 of them takes 8 s, and nobody can read more than a few.
_PILE = re.compile(r"([^\w\s\x00-\x7f]{32})[^\w\s\x00-\x7f]+")
_RUN = re.compile("  +")
_CACHED_TAG = 100  # characters
_CACHED_TAGS = 10_000
# A quick look for piles: 33 characters outside ASCII take 66 bytes.
_OUTSIDE_ASCII = bytes(range(128)) + b"\x80" * 128
_PILE_BYTES = b"\x80" * 66
_SPACE = re.compile(r"\s+")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[a-zA-Z#]")
_CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
# Beyond this many tags no tree is built: nesting is quadratic (24,000 took 2 s), and no article has them.
_MAX_TAGS = 5_000
_TAG = re.compile(r"<[^<>]*>")
# Only these part words: <b>AI</b>-powered is one.
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|caption|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header"
    r"|hr|iframe|img|li|main|nav|noscript|object|ol|option|p|pre|script|section|style|summary|table|tbody|td"
    r"|template|tfoot|th|thead|tr|ul|video)\b)",
    re.IGNORECASE,
)
# A tag that every parser ends at the same place: names, values quoted or without marks, no angles inside.
_SIMPLE_TAG = re.compile(
    r"""(/?[a-z][a-z0-9]*)(?:[ \t\n\r\f]+[a-zA-Z_][\w:.-]*(?:[ \t\n\r\f]*=[ \t\n\r\f]*"""
    r"""(?:"[^"<>]*"|'[^'<>]*'|[^ \t\n\r\f"'=<>`]+))?)*+[ \t\n\r\f]*/?|(!--)[^-]*(?:-[^-]+)*--"""
)
_SIMPLE_BLOCKS = frozenset(
    "p br div img li h1 h2 h3 h4 h5 h6 ul ol pre figure figcaption blockquote hr dl dt dd section article"
    " header footer main aside nav address summary video".split()
)
_SIMPLE_INLINES = frozenset(
    "span a strong em code b i small sub sup u s strike del ins cite time abbr q mark font big tt kbd center"
    " wbr picture source audio details var dfn samp label link".split()
)
_NAME = re.compile(r"[ \t\n\r\f]")
_RAW = frozenset({"script", "style", "iframe"})
_ANY_REFERENCE = re.compile(r"&(?:#?\w{1,8};)?")
# Names that writers use, and numbers of characters that are what they seem: no controls, no surrogates.
_SURE = re.compile(
    r"&(?:amp|lt|gt|quot|apos|nbsp|hellip|[nm]dash|[lr][sd]quo|bull|middot|copy|reg|trade|euro|pound|times|deg"
    r"|[aeiou]acute|[aeiou]grave|[aou]uml|szlig|[cC]cedil|[aeiou]circ|[nN]tilde"
    r"|#0{0,2}(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]|1[6-9]\d|[2-9]\d\d|[1-9]\d{3}|[1-4]\d{4})"
    r"|#x(?:20[0-9a-fA-F]{2}|[2-6][0-9a-fA-F]|[aA]0));"
)
# "Shops open late - Reuters", "… | WIRED": the publisher, not the news. Names are written with capitals.
_SUFFIX = re.compile(
    r"\s+[-|–—»]\s+(?=[^-|–—»]{2,40}$)[A-Z0-9][^-|–—»\s]*"
    r"(?:\s+(?:[A-Z0-9&@][^-|–—»\s]*|of|the|and|for|in|on|de|la|le|du|der))*\s*$"
)
# Two small letters or two capitals before the stop: "Mr." and "U.S." do not end a sentence.
_SENTENCE_END = re.compile(
    r"(?:(?<=[a-z0-9%)”’]{2}[.!?…])|(?<=[A-Z0-9]{2}[.!?…]))([\"'”’)]*)\s+(?=[\"'“‘(]?[A-Z0-9])"
)
_ABBREVIATION = re.compile(
    r"\b(?:Inc|Ltd|Corp|Gov|Prof|Sen|Rep|Dept|Univ|Assn|Bros|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec|vs|approx)\.$"
)

STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being between both
    but by can could did do does doing down during each few for from further had has have having he
    her here hers him his how i if in into is it its just me more most my no nor not now of off on
    once only or other our out over own per said same says she should so some such than that the
    their them then there these they this those through to too under until up us very via vs was we
    were what when where which while who whom why will with would you your

    ain aren couldn didn doesn don hadn hasn haven isn ll mustn re shouldn ve wasn weren wouldn
    """.split()
)


class _References(dict[str, str]):
    """What references stand for; raises KeyError for one that is not sure."""

    def __missing__(self, reference: str) -> str:
        if not _SURE.fullmatch(reference):
            raise KeyError(reference)
        self[reference] = meaning = unescape(reference)
        return meaning

    def of(self, found: re.Match[str]) -> str:
        """Return what a match stands for."""
        return self[found[0]]


class _Tags(dict[str, str]):
    """What stands for tags, given without angles: a space, NUL for nothing, "" where no text follows.

    Raises KeyError for one that is not simple.
    """

    def __missing__(self, tag: str) -> str:
        found = _SIMPLE_TAG.fullmatch(tag)
        if found is None:
            raise KeyError(tag)
        name = found[2] or found[1].removeprefix("/")
        if name in _SIMPLE_INLINES or found[2]:
            meaning = "\0"
        elif name in _SIMPLE_BLOCKS or name in _RAW:
            meaning = "" if found[1] in _RAW else " "
        else:
            raise KeyError(tag)
        if len(tag) <= _CACHED_TAG:
            if len(self) >= _CACHED_TAGS:
                self.clear()
            self[tag] = meaning
        return meaning


_REFERENCES = _References()
_TAGS = _Tags()


def clean(text: str) -> str:
    """Return text as it is stored: NFC, without control, bidi and zero-width characters, spaces folded."""
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
    folded = _folded(text)
    return _SPACE.sub(" ", _normal("NFC", _CONTROL.sub("", text))).strip() if folded is None else folded


def plain(html: str) -> str:
    """Return the words of an HTML fragment, cleaned. Scripts and styles are not words."""
    if len(html) > MAX_CHARS:
        html = html[:MAX_CHARS]
    if ("<" not in html and "&" not in html) or not _MARKUP.search(html):
        return clean(html)
    if html.count("<") > _MAX_TAGS:
        return clean(unescape(_TAG.sub(" ", html)))
    simple = _simple(html)
    return _parsed(html) if simple is None else simple


def _parsed(html: str) -> str:
    # <body> first: without it a leading <noscript> would be read as part of the head, and its words leak out
    tree = LexborHTMLParser("<body>" + _BLOCK.sub(" <", _CDATA.sub("", html)))
    tree.strip_tags(["script", "style", "noscript", "template", "iframe", "object", "title"], recursive=True)
    body = tree.body
    return clean(body.text(separator="") if body else "")


def _folded(text: str) -> str | None:
    """Return a text with spaces folded, cleaned thereby, or None: it holds what only the long way removes.

    All that ``_CONTROL`` matches is not printable, nor is any space but one.
    """
    if not text.isprintable():
        for space in "\n\r\t\xa0":
            text = text.replace(space, " ")
        if not text.isprintable():
            return None
    if "  " in text:
        text = _RUN.sub(" ", text)
    if text.isascii():
        return text.strip(" ")
    marks = text.encode().translate(_OUTSIDE_ASCII)
    return None if _PILE_BYTES in marks else unicodedata.normalize("NFC", text.strip(" "))


def _simple(html: str) -> str | None:
    """Return what a parser would return, None where only a parser can tell.

    HTML keeps words in their order and place outside tables, forms and what is not shown. So where nothing is
    used but the tags of running text, well written, and references that are certain, each tag is a space or
    nothing. Four texts of five are like that, and half the time goes.
    """
    if "\0" in html or "]]>" in html:
        return None
    try:
        if "<" in html:
            html = _untagged(html)
        if "&" in html:
            html = _ANY_REFERENCE.sub(_REFERENCES.of, html)
        html.encode()
    except (KeyError, UnicodeEncodeError):
        return None
    return clean(html.replace("\0", ""))


def _untagged(html: str) -> str:
    """Return a text without its tags.

    Raises:
        KeyError: one of them is not simple.
    """
    tags = _TAGS
    start, *parts = html.split("<")
    kept = [start]
    raw = ""
    for part in parts:
        tag, end, text = part.partition(">")
        if not end:
            raise KeyError(part)
        meaning = tags[tag]
        if raw:  # only its own end tag may follow a script
            if tag.rstrip(" \t\n\r\f") != raw:
                raise KeyError(tag)
            raw = ""
        elif not meaning:
            if tag.endswith("/"):
                raise KeyError(tag)
            raw = "/" + _NAME.split(tag, 1)[0]
            text = " "
        kept += (meaning, text)
    if raw:
        raise KeyError(raw)
    return "".join(kept)


def headline(title: str) -> str:
    """Return a title without the publisher's name behind it."""
    cut = _SUFFIX.sub("", title)
    return cut if len(cut) >= 12 else title  # noqa: PLR2004 - shorter is a name, not a headline


def reading(title: str, summary: str) -> str:
    """Return what a stage reads of an item: the headline, then the start of the summary."""
    head = headline(title)
    return f"{head}. {summary[:SUMMARY_CHARS]}" if summary else head


def words(text: str) -> list[str]:
    """Return the words of a text, lower-cased (NFKC), in order; addresses are not words."""
    text = text[:MAX_CHARS]
    if "/" in text or "www." in text:
        text = _URL.sub(" ", text)
    return _WORD.findall(_normal("NFKC", text).replace("’", "'").lower())


def first_sentence(text: str, *, max_chars: int = 240) -> str:
    """Return the first sentence, cut at a word with an ellipsis where it is too long."""
    sentence = text[: _first_end(text)].strip()
    if len(sentence) <= max_chars:
        return sentence
    return sentence[: max_chars - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def _normal(form: Literal["NFC", "NFKC"], text: str) -> str:
    return text if text.isascii() else unicodedata.normalize(form, _PILE.sub(r"\1", text))


def _first_end(text: str) -> int:
    for found in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(found.start() - 8, 0), found.start()):
            return found.end(1)
    return len(text)
