"""HTML to words: the one place that decides what counts as text, a word, its plural, a sentence.

Every stage sees news through these functions, so tags, stories and terms agree on what a word is.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import Literal

from selectolax.lexbor import LexborHTMLParser

from trendwatch.markup import simple_text

#: A longer text says nothing more about an item and costs time.
MAX_CHARS = 100_000

#: Summaries beyond this are bodies: they drown the title.
SUMMARY_CHARS = 600

#: What is cut does not end in a word that only leads to the next one.
LEADING_WORDS = frozenset(
    "a an and as at but by for from in into is it of on or over than that the to which with".split()
)

# Words that keep their inner marks: 5g, c++, c#, wi-fi, node.js, covid-19.
_WORD = re.compile(r"(?u)\w(?:[\w+#.-]*\w[+#]*|[+#]+)")
# The same with what _WORD leaves out: a letter after an apostrophe, letters and digits alone. All begin
# alike in both, which is a third faster; the & of r&d does not, and few texts have one.
_MARKED = re.compile(r"(?u)\w(?:[\w+#.-]*\w[+#]*(?:'\w(?![\w+#.-]*\w|[+#]))?|[+#]+)?")
_MARKED_AND = re.compile(rf"{_MARKED.pattern}|(?<=\w)&(?=\w)")
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
# Control, surrogate, soft hyphen, bidi, zero-width and tag characters; what counts as space is folded.
_CONTROL = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
# Piled up accents: normalizing 100,000 of them takes 8 s, and nobody can read more than a few.
_PILE = re.compile(r"([^\w\s\x00-\x7f]{32})[^\w\s\x00-\x7f]+")
# A quick look for piles: 33 characters outside ASCII take 66 bytes.
_PILED = 32
_PILE_BYTES = b"\x80" * 2 * (_PILED + 1)
_OUTSIDE_ASCII = bytes(range(128)) + b"\x80" * 128
# The first byte of a letter outside ASCII and the next one, both taken for letters of their own.
_DOUBLED = re.compile("[\xc2-\xf4][\x80-\xbf\u0152-\u2122]")
_RUN = re.compile("  +")
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

_SIBILANTS = ("s", "x", "z", "ch", "sh")
#: Plurals of sibilants; "zes" and "ses" are as often those of "size" and "case".
_LONG_PLURALS = ("sses", "xes", "ches", "shes")
#: "class", "bonus", "analysis": an s that is no plural. "ws" among them kept "reviews" and "laws" apart from
#: "review" and "law": of 3,261 words of four real streams that this decides, 3,067 now meet their singular.
_NO_PLURAL = ("ss", "us", "is", "news")
_SHORTEST_PLURAL = 4

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


def clean(text: str) -> str:
    """Return text of others as it is stored: its encoding mended, and tidy."""
    if len(text) > MAX_CHARS:
        text = text[:MAX_CHARS]
    return tidy(text if text.isascii() else undoubled(text))


def tidy(text: str) -> str:
    """Return text in NFC, without control, bidi and zero-width characters, spaces folded."""
    folded = text
    if not text.isprintable():
        for space in "\n\r\t\xa0":
            folded = folded.replace(space, " ")
    if "  " in folded:
        folded = _RUN.sub(" ", folded)
    # all that _CONTROL matches is not printable, nor is any space but one
    if not folded.isprintable():
        return _SPACE.sub(" ", _normal("NFC", _CONTROL.sub("", text))).strip()
    return _normal("NFC", folded.strip(" "))


def undoubled(text: str) -> str:
    """Return a text that was encoded as UTF-8 twice or more, "PokÃƒÂ©mon", as it was meant; others stay.

    All of it must come out as valid UTF-8 without control characters, which no other text with these letters
    does but by the rarest chance: "NÃO", "Ã la carte" and texts with further letters, such as Greek, stay.
    """
    found = text
    while _DOUBLED.search(found):
        try:
            found = bytes(map(_byte_of, found)).decode()
        except ValueError:
            break
    return text if _CONTROL.search(found) else found


def _byte_of(letter: str) -> int:
    """Return the byte that was taken for a letter; Windows' letters stand for those Latin-1 has none for.

    Raises:
        ValueError: there is none.
    """
    number = ord(letter)
    return number if number < 256 else letter.encode("cp1252")[0]  # noqa: PLR2004


def plain(html: str) -> str:
    """Return the words of an HTML fragment, cleaned. Scripts and styles are not words."""
    if len(html) > MAX_CHARS:
        html = html[:MAX_CHARS]
    if ("<" not in html and "&" not in html) or not _MARKUP.search(html):
        return clean(html)
    if len(html) > _MAX_TAGS and html.count("<") > _MAX_TAGS:
        return clean(unescape(_TAG.sub(" ", html)))
    simple = simple_text(html)
    return _parsed(html) if simple is None else clean(simple)


def _parsed(html: str) -> str:
    # <body> first: without it a leading <noscript> would be read as part of the head, and its words leak out
    tree = LexborHTMLParser("<body>" + _BLOCK.sub(" <", _CDATA.sub("", html)))
    tree.strip_tags(["script", "style", "noscript", "template", "iframe", "object", "title"], recursive=True)
    body = tree.body
    return clean(body.text(separator="") if body else "")


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
    return _WORD.findall(_small(text))


def marked_words(text: str) -> list[str]:
    """Return the same words with their possessive ('s), and letters, digits and & that stand alone."""
    small = _small(text)
    return (_MARKED_AND if "&" in small else _MARKED).findall(small)


def _small(text: str) -> str:
    text = text[:MAX_CHARS]
    if "/" in text or "www." in text:
        text = _URL.sub(" ", text)
    return _normal("NFKC", text).replace("’", "'").lower()


def singular(word: str) -> str:
    """Return a word without its plural ending.

    Known failures: a verb's ending is taken for a plural's ("allows"), "headaches" becomes "headach".
    """
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return word
    if word.endswith("ies") and len(word) > _SHORTEST_PLURAL:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_LONG_PLURALS) else word[:-1]


def plural(word: str) -> str:
    """Return a word with a plural ending: the one that is written, which ``singular`` takes off again."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_SIBILANTS) else "s")


def first_sentence(text: str, *, max_chars: int = 240) -> str:
    """Return the first sentence, cut at a word with an ellipsis where it is too long."""
    sentence = text[: _first_end(text)].strip()
    if len(sentence) <= max_chars:
        return sentence
    return sentence[: max_chars - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"


def sentences(text: str, *, most: int) -> list[str]:
    """Return the first sentences of a text, whole."""
    found: list[str] = []
    while text and len(found) < most:
        end = _first_end(text)
        found.append(text[:end].strip())
        text = text[end:].strip()
    return found


def cut(text: str, chars: int) -> str:
    """Return at most this many characters, cut at a word where there is one."""
    if len(text) <= chars:
        return text
    return text[: chars - 1].rsplit(" ", 1)[0].rstrip(" ,;:-–—(") + "…"


def _normal(form: Literal["NFC", "NFKC"], text: str) -> str:
    if text.isascii():
        return text
    data = text.encode("utf-8", "surrogatepass")
    # a pile has 33 marks of two bytes at least, none of them ASCII
    if len(data) - len(text) > _PILED and _PILE_BYTES in data.translate(_OUTSIDE_ASCII):
        text = _PILE.sub(r"\1", text)
    return unicodedata.normalize(form, text)


def _first_end(text: str) -> int:
    for found in _SENTENCE_END.finditer(text):
        if not _ABBREVIATION.search(text, max(found.start() - 8, 0), found.start()):
            return found.end(1)
    return len(text)


# What no decomposition makes of letters; umlauts as German writes them without.
_LATIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})


def plain_letters(text: str) -> str:
    """Return a text in small letters from a to z where it can be: ``Müller & Søn`` is ``mueller & son``."""
    composed = unicodedata.normalize("NFC", text).casefold().translate(_LATIN)
    parts = unicodedata.normalize("NFKD", composed)
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
