"""Terms that vote for labels: what the operator wrote in ``taxonomy.toml``, found in a text.

Observations. Twenty terms a label, run over unlabelled news, are worth 128 to 256 labelled texts; a
weighted sum is enough, label models on top of it bring little.

Method. The terms found in a text (phrases: whole words, hyphens, plurals) are summed for each label:

    score = 2 · strong terms + 1 · weak terms - 2 · anti terms        (each different term once)
    votes for the label where score >= 2, against it where score <= -1, abstains in between

How the terms stand, early or late, strong or weak, is told besides; ``calibrate`` learns what it says.

Rejected: weighing each term anew by the corrections of texts it stands in, as written + ln((right + 1) /
(wrong + 1)): 300 corrections then cost 0.014 of macro-F1 for areas where without it they bring 0.005. A term
found wrong in one text of three is still worth its vote beside the words, which learn the rest.

Known failures. No sense of meaning ("apple", "cloud" in weather): that is what anti terms are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import Phrases, item_words, split_words
from trendwatch.types.tags import Label, Taxonomy

Numbers = NDArray[np.int64]

STRONG, WEAK, ANTI = 2, 1, -2

#: Scores from here on vote for a label; one weak term is not enough.
VOTE = 2

#: A strong term stands early among so many words: of most headlines their subject, and all of them.
EARLY = (6, 12)
#: Further weak terms are only the length of the text.
_MOST_WEAK = 3
#: What is told of how the terms for a label stand: the number of weak ones, a strong one early, or fairly so.
STANDS = 1 + len(EARLY)


@dataclass(frozen=True, slots=True)
class Votes:
    """What the terms in a text say about one label."""

    #: sum of the weights of the terms found
    score: int
    #: the terms for it, strong ones first, each in reading order
    terms: tuple[str, ...]


class Matcher:
    """All terms of a taxonomy, ready to be found."""

    def __init__(self, taxonomy: Taxonomy) -> None:
        self.labels: tuple[Label, ...] = taxonomy.labels
        phrases: Phrases[int] = Phrases()
        #: every term of every label: number of the label, weight, as written
        self.terms: list[tuple[int, int, str]] = [
            (number, weight, term)
            for number, label in enumerate(self.labels)
            for terms, weight in ((label.strong, STRONG), (label.weak, WEAK), (label.anti, ANTI))
            for term in terms
        ]
        for place, (_, _, term) in enumerate(self.terms):
            phrases.add(term, place)
        self._found = phrases.compiled()
        self._term_of = np.array(self._found.marks, dtype=np.int64)
        self._label = np.array([number for number, _, _ in self.terms], dtype=np.int64)
        self._weight = np.array([weight for _, weight, _ in self.terms], dtype=np.int64)

    def number(self, word: str) -> int:
        """Return the number of a word: what ``found`` searches with."""
        return self._found.number(word)

    def found(self, numbers: Numbers, rows: Numbers, count: int) -> Found:
        """Return the terms in some texts, from the numbers of all words and the text each stands in."""
        places, marks = self._found.find(numbers, rows)
        terms = self._term_of[marks]
        # Each term once a text, where it stands first: places are in reading order.
        _, first = np.unique(rows[places] * len(self.terms) + terms, return_index=True)
        first.sort()
        where = places[first]
        before = where - np.searchsorted(rows, rows[where])
        return Found(self, rows[where], terms[first], count=count, before=before)

    def read(self, texts: Sequence[Sequence[str]]) -> Found:
        """Return the terms in some texts, from their ``item_words``."""
        find = self._found.number
        numbers = np.array([find(word) for words in texts for word in words], dtype=np.int64)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        return self.found(numbers, np.repeat(np.arange(len(texts)), lengths), len(texts))

    def hits(self, title: str, summary: str) -> dict[str, Votes]:
        """Return the votes for every label (full key) with a term in the text."""
        found = self.read([item_words(title, summary)])
        numbers = dict.fromkeys(self._label[found.terms].tolist())
        return {self.labels[number].full_key: found.votes(0, number) for number in numbers}

    def label_of(self, terms: Numbers) -> Numbers:
        """Return the number of the label of each term."""
        return self._label[terms]

    def weight_of(self, terms: Numbers) -> Numbers:
        """Return the weight of each term."""
        return self._weight[terms]


class Found:
    """The terms of a taxonomy that stand in some texts, each once a text, in reading order."""

    def __init__(
        self, matcher: Matcher, rows: Numbers, terms: Numbers, *, count: int, before: Numbers
    ) -> None:
        self._matcher = matcher
        self.rows, self.terms = rows, terms
        #: words of the text before each
        self.before = before
        labels, weights = matcher.label_of(terms), matcher.weight_of(terms)
        shape = (count, len(matcher.labels))
        cells = rows * shape[1] + labels
        size = shape[0] * shape[1]
        #: (texts, labels) sum of the weights of the terms found; ``hit`` says whether there were any
        self.scores = np.bincount(cells, weights=weights, minlength=size).astype(np.int64).reshape(shape)
        self.hit = (np.bincount(cells, minlength=size) > 0).reshape(shape)
        self._last: tuple[int, dict[int, list[tuple[int, str]]]] = (-1, {})
        self._starts = np.searchsorted(rows, np.arange(count + 1)).tolist()

    def standing(self) -> NDArray[np.float32]:
        """Return how the terms for each label stand in each text, (STANDS, texts, labels): see ``EARLY``."""
        weights = self._matcher.weight_of(self.terms)
        strong = weights == STRONG
        chosen = (weights == WEAK, *(strong & (self.before < words) for words in EARLY))
        most = (_MOST_WEAK, *(1 for _ in EARLY))
        cells = self.rows * self.scores.shape[1] + self._matcher.label_of(self.terms)
        return np.array(
            [
                np.minimum(np.bincount(cells[mine], minlength=self.scores.size), limit)
                for mine, limit in zip(chosen, most, strict=True)
            ],
            dtype=np.float32,
        ).reshape(STANDS, *self.scores.shape)

    def votes(self, row: int, label: int) -> Votes:
        """Return what the terms in one text say about one label, by number."""
        mine = self._of(row).get(label, [])
        strong = [term for weight, term in mine if weight == STRONG]
        weak = [term for weight, term in mine if weight == WEAK]
        return Votes(sum([weight for weight, _ in mine]), (*strong, *weak))

    def against(self, row: int, label: int) -> tuple[str, ...]:
        """Return the terms in one text that argue against one label, in reading order."""
        return tuple([term for weight, term in self._of(row).get(label, []) if weight == ANTI])

    def _of(self, row: int) -> dict[int, list[tuple[int, str]]]:
        """Return (weight, term) of the terms in one text, by label; the last text is remembered."""
        if self._last[0] != row:
            here = slice(self._starts[row], self._starts[row + 1])
            found: dict[int, list[tuple[int, str]]] = {}
            for term in self.terms[here].tolist():
                label, weight, written = self._matcher.terms[term]
                found.setdefault(label, []).append((weight, written))
            self._last = row, found
        return self._last[1]


def term_words(labels: Iterable[Label]) -> list[list[str]]:
    """Return the words of every term, for a vocabulary that must know them."""
    return [split_words(term) for label in labels for term in (*label.strong, *label.weak)]
