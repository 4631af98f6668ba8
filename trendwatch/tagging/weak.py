"""Terms that vote for labels: what the operator wrote in ``taxonomy.toml``, found in a text.

Observations. Twenty terms a label, run over unlabelled news, are worth 128 to 256 labelled texts (ALGORITHMS
1.2); a weighted sum is enough, label models on top of it bring little.

Method. Every term of every label stands in one tree of words, and one pass over a text finds them all:

    score = 2 · strong terms + 1 · weak terms - 2 · anti terms        (each different term once)
    votes for the label where score >= 2, against it where score <= -1, abstains in between

Matching. Whole words, any case; a hyphen is a space, on both sides; the last word may stand in the plural
(drone: drones, box: boxes, battery: batteries).

Known failures. No sense of meaning ("apple", "cloud" in weather): that is what anti terms are for. Single
letters are not words, so neither "r&d" nor "e" can match; "e-commerce" can, its hyphen keeps it together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trendwatch.text import MAX_CHARS, reading, words
from trendwatch.types.tags import Label, Taxonomy

STRONG, WEAK, ANTI = 2, 1, -2

#: Scores from here on vote for a label; one weak term is not enough.
VOTE = 2
#: Scores down from here vote against it.
AGAINST = -1

#: A longer title is no title; also keeps patterns on titles from seeing a whole book (FAULTS.md C2).
TITLE_CHARS = 1_000

_SIBILANTS = ("s", "x", "z", "ch", "sh")


@dataclass(frozen=True, slots=True)
class Votes:
    """What the terms in a text say about one label."""

    #: sum of the weights of the terms found
    score: int
    #: the terms for it, strong ones first, each in reading order
    terms: tuple[str, ...]


@dataclass(slots=True)
class _Node:
    """A word on the way to the end of some term."""

    following: dict[str, _Node] = field(default_factory=dict)
    #: (number of the label, weight, term as written) of the terms that end here
    ends: list[tuple[int, int, str]] = field(default_factory=list)


def item_words(title: str, summary: str) -> list[str]:
    """Return the words tagging reads of an item, hyphenated ones in parts."""
    return split_words(reading(title[:TITLE_CHARS], summary))


def split_words(text: str) -> list[str]:
    """Return the words of a text with hyphenated ones in parts: "ai-powered" speaks of "ai"."""
    found = words(text[:MAX_CHARS])
    if "-" not in text:
        return found
    return [part for word in found for part in word.split("-") if part]


class Matcher:
    """All terms of a taxonomy, ready to be found."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.labels: tuple[Label, ...] = taxonomy.labels
        self._root: dict[str, _Node] = {}
        for number, label in enumerate(self.labels):
            for terms, weight in ((label.strong, STRONG), (label.weak, WEAK), (label.anti, ANTI)):
                for term in terms:
                    self._add(term, number, weight)

    def hits(self, title: str, summary: str) -> dict[str, Votes]:
        """Return the votes for every label (full key) with a term in the text."""
        found = self.find(item_words(title, summary))
        return {self.labels[number].full_key: votes for number, votes in found.items()}

    def find(self, tokens: Sequence[str]) -> dict[int, Votes]:
        """Return the same by number of the label, from ``item_words``."""
        ends = self._ends(tokens)
        if not ends:
            return {}
        terms: dict[int, dict[str, int]] = {}
        for number, weight, term in ends:
            terms.setdefault(number, {})[term] = weight
        return {number: _votes(weights) for number, weights in terms.items()}

    def _ends(self, tokens: Sequence[str]) -> list[tuple[int, int, str]]:
        """Walk the tree from every word on."""
        found: list[tuple[int, int, str]] = []
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

    def _add(self, term: str, number: int, weight: int) -> None:
        tokens = split_words(term)
        if not tokens:
            return
        *path, final = tokens
        for ending in {final, _plural(final)}:
            level = self._root
            for word in path:
                level = level.setdefault(word, _Node()).following
            level.setdefault(ending, _Node()).ends.append((number, weight, term))


def _votes(weights: dict[str, int]) -> Votes:
    terms = sorted((term for term, weight in weights.items() if weight > 0), key=lambda term: -weights[term])
    return Votes(sum(weights.values()), tuple(terms))


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_SIBILANTS) else "s")


def term_words(labels: Iterable[Label]) -> list[list[str]]:
    """Return the words of every term, for a vocabulary that must know them."""
    return [split_words(term) for label in labels for term in (*label.strong, *label.weak)]
