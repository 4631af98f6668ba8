"""Finds many phrases in a text at once: the one place that decides when what an operator wrote is there.

Whole words, any case; a hyphen is a space, on both sides; the last word may stand in the plural (drone:
drones, box: boxes, battery: batteries). All phrases stand in one tree of words, and one pass over a text
finds them; ``PhraseArrays`` is such a tree as arrays, for many texts at once.

Two ways to cut a text. ``split_words`` gives its words. ``marks`` gives, in the same order, also what those
leave out: "mcdonald's" is not "mcdonald", and "model 3", "r&d" and "5 g" are found as they are written. A
phrase in words that would lose a part of what was written is never found, rather than found everywhere.

Known failures. No sense of meaning ("apple"), and sentences do not part ("online. Shop").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from trendwatch.text import MAX_CHARS, marked_words, plural, reading, words

Mark = TypeVar("Mark")
Numbers = NDArray[np.int64]

#: Number of a word that stands in no phrase.
NO_WORD = 0

#: A longer title is no title; also keeps patterns on titles from seeing a whole book.
TITLE_CHARS = 1_000

#: Words that any reading leaves as they are: thousands of terms are taken in at every start.
_PLAIN = re.compile(r"[a-z0-9]{2,}(?: [a-z0-9]{2,})*")

#: Hyphenated words whose parts are remembered; a hostile text must not fill the memory.
_MOST_PARTED = 50_000


def item_words(title: str, summary: str) -> list[str]:
    """Return the words that are searched of an item, hyphenated ones in parts."""
    return split_words(reading(title[:TITLE_CHARS], summary))


def split_words(text: str) -> list[str]:
    """Return the words of a text with hyphenated ones in parts: "ai-powered" speaks of "ai"."""
    found = words(text[:MAX_CHARS])
    if "-" not in text:
        return found
    return [part for word in found for part in word.split("-") if part]


def item_marks(title: str, summary: str) -> list[str]:
    """Return the words that are searched of an item, with their marks."""
    return marks(reading(title[:TITLE_CHARS], summary))


def marks(text: str) -> list[str]:
    """Return the words of a text with what marks them: "drone's", "3" and "&"; ``unmarked`` undoes it.

    A single letter that a hyphen ties to a word keeps it: "e-commerce" is "e-" and "commerce".
    """
    found = marked_words(text[:MAX_CHARS])
    if "-" not in text:
        return found
    return [part for word in found for part in (_PARTED[word] if "-" in word else (word,))]


def phrase_marks(phrase: str) -> list[str]:
    """Return the marks of a phrase: quickly where it is plain words, as nearly all of thousands are."""
    return phrase.split(" ") if _PLAIN.fullmatch(phrase) else marks(phrase)


def in_numbers(phrase: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a phrase in words as it is written and with its last word in the plural."""
    *path, final = phrase
    return tuple(phrase), (*path, plural(final))


def unmarked(mark: str) -> str:
    """Return the word that ``split_words`` has in place of a mark, "" where it has none."""
    if len(mark) == 1:
        return ""
    if mark[-1] == "-":
        return mark[:-1]
    return mark[:-2] if mark[-2] == "'" else mark


def plain_words(found: Sequence[str]) -> list[str]:
    """Return the words that ``split_words`` has, from the marks of a text."""
    return [word for mark in found if (word := unmarked(mark))]


class _Parted(dict[str, tuple[str, ...]]):
    """Hyphenated word to its parts, worked out when first asked for."""

    def __missing__(self, word: str) -> tuple[str, ...]:
        parts = tuple([part if len(part) > 1 else f"{part}-" for part in word.split("-") if part])
        if len(self) < _MOST_PARTED:
            self[word] = parts
        return parts


_PARTED = _Parted()


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
        """Make a phrase known; one that holds what is no word, such as "model 3", is never found."""
        if _PLAIN.fullmatch(phrase):
            self.add_words(phrase.split(" "), mark)
            return
        tokens = split_words(phrase)
        if len(tokens) == len(marks(phrase)):
            self.add_words(tokens, mark)

    def add_words(self, words_: Sequence[str], mark: Mark) -> None:
        """Make a phrase known that was cut into words, or marks, already; without any it is never found."""
        if not words_:
            return
        for *path, ending in in_numbers(words_):
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


def _numbered(found: Iterable[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(dict.fromkeys(found), NO_WORD + 1)}


class PhraseArrays(Generic[Mark]):
    """Phrases as a tree of numbers: every step of the search is taken for all words of all texts together."""

    def __init__(self, written: Sequence[Sequence[str]], marks: Sequence[Mark]) -> None:
        """Take in phrases in words, none of them empty, each with its mark.

        A level of the tree is made for all phrases at once: with thousands of terms at every start, a node
        of its own for each word took twice as long.
        """
        self._words = _numbered(chain.from_iterable(written))
        self._size = len(self._words) + 1
        lengths = np.fromiter(map(len, written), dtype=np.int64, count=len(written))
        numbers = np.fromiter(
            map(self._words.__getitem__, chain.from_iterable(written)),
            dtype=np.int64,
            count=int(lengths.sum()),
        )
        starts = np.cumsum(lengths) - lengths
        nodes = np.zeros(len(written), dtype=np.int64)
        keys, count = [np.zeros(0, dtype=np.int64)], 1
        for level in range(int(lengths.max(initial=0))):
            longer = np.flatnonzero(lengths > level)
            steps = nodes[longer] * self._size + numbers[starts[longer] + level]
            known, which = np.unique(steps, return_inverse=True)
            nodes[longer] = which + count
            keys.append(known)
            count += len(known)
        #: parent · size + word of every node but the root, sorted: nodes are numbered level by level
        self._keys = np.concatenate(keys)
        self._nodes = np.arange(1, count, dtype=np.int64)
        self._first = np.zeros(self._size, dtype=np.int64)
        begun = self._keys < self._size
        self._first[self._keys[begun]] = self._nodes[begun]
        self._counts = np.bincount(nodes, minlength=count)
        self._starts = np.cumsum(self._counts) - self._counts
        #: of all phrases, in no order that matters
        self.marks: list[Mark] = [marks[place] for place in np.argsort(nodes, kind="stable").tolist()]

    def number(self, word: str) -> int:
        """Return the number of a word: what ``find`` searches with."""
        return self._words.get(word, NO_WORD)

    def find(self, numbers: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return where phrases begin and which marks they have: by place, shorter phrases first.

        Args:
            numbers: of the words of all texts, in order.
            rows: the text each word stands in.
        """
        start = last = np.flatnonzero(self._first[numbers])
        nodes = self._first[numbers[start]]
        found = [(start, nodes)]
        while len(start):
            goes_on = last < len(numbers) - 1
            start, last, nodes = start[goes_on], last[goes_on] + 1, nodes[goes_on]
            keys = nodes * self._size + numbers[last]
            at = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            known = (self._keys[at] == keys) & (rows[last] == rows[start])
            start, last, nodes = start[known], last[known], self._nodes[at[known]]
            found.append((start, nodes))
        return self._marked(found)

    def _marked(self, found: list[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
        places = np.concatenate([start for start, _ in found])
        nodes = np.concatenate([node for _, node in found])
        order = np.argsort(places, kind="stable")
        places, nodes = places[order], nodes[order]
        counts = self._counts[nodes]
        total = int(counts.sum())
        within = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(places, counts), np.repeat(self._starts[nodes], counts) + within
