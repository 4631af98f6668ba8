"""HTML to words: the one place that decides what counts as text, a word, a sentence.

Every stage sees news through these functions, so tags, stories and terms agree on what a word is.
"""

from __future__ import annotations

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

#: A longer text says nothing more about an item and costs time (FAULTS.md C2).
MAX_CHARS = 100_000

#: Summaries beyond this are bodies: they drown the title.
SUMMARY_CHARS = 600

# Words that keep their inner marks: 5g, c++, c#, wi-fi, node.js, covid-19.
_WORD = re.compile(r"(?u)\b\w[\w+#.-]*\w\b[+#]*|\b\w[+#]+")
_URL = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_SPACE = re.compile(r"\s+")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&[a-zA-Z#]")
# "Shops open late - Reuters", "… | WIRED": the publisher, not the news.
_SUFFIX = re.compile(r"\s+[-|–—»]\s+(?=[^-|–—»]{2,40}$)[A-Z0-9][^-|–—»]*$")
# Two small letters before the stop: "Mr." and "U.S." do not end a sentence.
_SENTENCE_END = re.compile(
    r"(?<=[a-z0-9%)”’]{2}[.!?…])(?<!Inc\.)(?<!Ltd\.)(?<!Corp\.)(?<!Gov\.)[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])"
)

STOP_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being between both
    but by can could did do does doing down during each few for from further had has have having he
    her here hers him his how i if in into is it its just me more most my no nor not now of off on
    once only or other our out over own per said same says she should so some such than that the
    their them then there these they this those through to too under until up us very via vs was we
    were what when where which while who whom why will with would you your
    """.split()
)


def clean(text: str) -> str:
    """Return text as it is stored: NFC, without control, bidi and zero-width characters, spaces folded."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", _CONTROL.sub("", text[:MAX_CHARS]))).strip()


def plain(html: str) -> str:
    """Return the words of an HTML fragment, cleaned. Scripts and styles are not words."""
    html = html[:MAX_CHARS]
    if not _MARKUP.search(html):
        return clean(html)
    tree = LexborHTMLParser(html)
    tree.strip_tags(["script", "style", "noscript", "template", "iframe", "object"], recursive=True)
    body = tree.body
    return clean(body.text(separator=" ") if body else "")


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
    if "/" in text or "www." in text:
        text = _URL.sub(" ", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).replace("’", "'")
    return _WORD.findall(text[:MAX_CHARS].lower())


def first_sentence(text: str, *, max_chars: int = 240) -> str:
    """Return the first sentence, cut at a word with an ellipsis where it is too long."""
    sentence = _SENTENCE_END.split(text, maxsplit=1)[0].strip()
    if len(sentence) <= max_chars:
        return sentence
    return sentence[: max_chars - 1].rsplit(" ", 1)[0].rstrip(" ,;:-") + "…"
