"""The words and phrases of a text that can name something.

What was observed. One thing is written in several ways: "react native", "React-Native", "reactnative";
"blockchain" and "blockchains". Counted apart, each is too rare to be noticed. So a term is known by its
letters: hyphens, spaces, case, accents and the last word's plural are folded, and shown as it is most often
written.

A term is one to three words with no stop word at an edge, beginning with more than a number ("windows 11" but
not "11 windows"). Names of things in code ("owner/name") are read as words.

Known failures: "co op" and "coop" are one; so are "window" and "windows", also where the name is meant.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from trendwatch.text import STOP_WORDS, singular, words

#: Words of a text that are read: beyond them a feed carries the whole article.
MAX_WORDS = 150
#: Words of the longest term.
LONGEST = 3

_PARTED = re.compile(r"[-/_]+")


def terms_of(text: str) -> dict[str, str]:
    """Return the terms of a text by what they are known by, each as it is first written here."""
    found: dict[str, str] = {}
    read = _read(text)
    known = [_word(word) for word in read]
    for start, (starts, *_) in enumerate(known):
        if not starts:
            continue
        before, form = "", ""
        for at in range(start, min(start + LONGEST, len(read))):
            _, _, ends, one = known[at]
            if ends:
                shown = f"{form} {read[at]}" if form else read[at]
                found.setdefault(before + one, shown)
            before += known[at][1]
            form = f"{form} {read[at]}" if form else read[at]
    return found


def fold(term: str) -> str:
    """Return what a term is known by."""
    *before, last = _read(term) or [""]
    return "".join(_word(word)[1] for word in before) + _word(last)[3]


def _read(text: str) -> list[str]:
    """Return the words of a text, compounds taken apart, repetitions left out."""
    found: list[str] = []
    for word in words(text.replace("/", " ") if "//" not in text else text)[:MAX_WORDS]:
        if word.isalnum():
            found.append(word)
        else:
            found.extend(part for part in _PARTED.split(word) if part)
    # "PyTorch. PyTorch implementation": a headline that ends as its text begins says no phrase
    return [word for at, word in enumerate(found) if not at or word != found[at - 1]]


@lru_cache(maxsize=100_000)
def _word(word: str) -> tuple[bool, str, bool, str]:
    """Return whether a word can begin a term, itself folded, whether it can end one, and its singular."""
    plain = word
    if not word.isascii():
        plain = "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))
    edge = word not in STOP_WORDS and len(word) > 1
    return edge and not word.isdigit(), plain, edge, singular(plain)
