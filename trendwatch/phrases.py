"""Finds many phrases in a text at once: the one place that decides when what an operator wrote is there.

Whole words, any case; a hyphen is a space, on both sides; the last word may stand in the plural (drone:
drones, box: boxes, battery: batteries). All phrases stand in one tree of words, and one pass over a text
finds them.

Known failures. No sense of meaning ("apple"), and sentences do not part ("online. Shop"). Single letters are
not words, so neither "r&d" nor "e" can match; "e-commerce" can, its hyphen keeps it together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from trendwatch.text import MAX_CHARS, reading, words

Mark = TypeVar("Mark")

#: A longer title is no title; also keeps patterns on titles from seeing a whole book (FAULTS.md C2).
TITLE_CHARS = 1_000

_SIBILANTS = ("s", "x", "z", "ch", "sh")


def item_words(title: str, summary: str) -> list[str]:
    """Return the words that are searched of an item, hyphenated ones in parts."""
    return split_words(reading(title[:TITLE_CHARS], summary))


def split_words(text: str) -> list[str]:
    """Return the words of a text with hyphenated ones in parts: "ai-powered" speaks of "ai"."""
    found = words(text[:MAX_CHARS])
    if "-" not in text:
        return found
    return [part for word in found for part in word.split("-") if part]


class _Node(Generic[Mark]):
    """A word on the way to the end of some phrase."""

    __slots__ = ("ends", "following")

    def __init__(self) -> None:
        self.following: dict[str, _Node[Mark]] = {}
        #: of the phrases that end here
        self.ends: list[Mark] = []


class Phrases(Generic[Mark]):
    """Phrases, each with a mark that is handed back where it is found."""

    def __init__(self) -> None:
        self._root: dict[str, _Node[Mark]] = {}

    def add(self, phrase: str, mark: Mark) -> None:
        """Make a phrase known; one without words is never found."""
        tokens = split_words(phrase)
        if not tokens:
            return
        *path, final = tokens
        for ending in {final, _plural(final)}:
            level = self._root
            for word in path:
                level = level.setdefault(word, _Node()).following
            level.setdefault(ending, _Node()).ends.append(mark)

    def find(self, tokens: Sequence[str]) -> list[Mark]:
        """Return the marks of the phrases in the words of an item, in reading order, each time they occur."""
        found: list[Mark] = []
        start = self._root.get
        last = len(tokens)
        for place, token in enumerate(tokens):
            node = start(token)
            following = place + 1
            while node is not None:
                if node.ends:
                    found += node.ends
                if following == last or not node.following:
                    break
                node = node.following.get(tokens[following])
                following += 1
        return found


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_SIBILANTS) else "s")
