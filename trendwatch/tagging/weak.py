"""Terms that vote for labels: what the operator wrote in ``taxonomy.toml``, found in a text.

Observations. Twenty terms a label, run over unlabelled news, are worth 128 to 256 labelled texts; a
weighted sum is enough, label models on top of it bring little.

Method. The terms found in a text (phrases: whole words, hyphens, plurals) are summed for each label:

    score = 2 · strong terms + 1 · weak terms - 2 · anti terms        (each different term once)
    votes for the label where score >= 2, against it where score <= -1, abstains in between

Spellings of one term ("back office", "back-office", "backoffice", "back offices") count once a label, the one
with the strongest weight among those in the text. Possessives and single letters are part of a term that has
them: "mcdonald's" stands in "McDonald’s" and "McDonalds", not in "McDonald"; "model 3" in no other "model". A
term without them is found with and without: "drone" in "the drone's battery".

How the terms stand, early or late, strong or weak, is told besides; ``calibrate`` learns what it says.

Rejected: weighing each term anew by the corrections of texts it stands in, as written + ln((right + 1) /
(wrong + 1)): 300 corrections then cost 0.014 of macro-F1 for areas where without it they bring 0.005. A term
found wrong in one text of three is still worth its vote beside the words, which learn the rest.

Known failures. No sense of meaning ("apple", "cloud" in weather): that is what anti terms are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import PhraseArrays, in_numbers, item_marks, phrase_marks, split_words, unmarked
from trendwatch.text import singular
from trendwatch.types.tags import Label, Taxonomy

Numbers = NDArray[np.int64]

STRONG, WEAK, ANTI = 2, 1, -2

#: Scores from here on vote for a label; one weak term is not enough.
VOTE = 2

#: A strong term stands early among so many words: of most headlines their subject, and all of them.
EARLY = (6, 12)
#: Of a possessive.
_OWNED = "'s"

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
        #: every term of every label: number of the label, weight, as written
        self.terms: list[tuple[int, int, str]] = [
            (number, weight, term)
            for number, label in enumerate(self.labels)
            for terms, weight in ((label.strong, STRONG), (label.weak, WEAK), (label.anti, ANTI))
            for term in terms
        ]
        written = [phrase_marks(term) for _, _, term in self.terms]
        owned = {unmarked(mark) for term in written for mark in term if mark.endswith(_OWNED)}
        spelled = [
            (words, place)
            for place, term in enumerate(written)
            if term
            for spelling in _spellings(term, owned)
            for words in in_numbers(spelling)
        ]
        self._found = PhraseArrays([words for words, _ in spelled], [place for _, place in spelled])
        self._term_of = np.array(self._found.marks, dtype=np.int64)
        self._label = np.array([number for number, _, _ in self.terms], dtype=np.int64)
        self._weight = np.array([weight for _, weight, _ in self.terms], dtype=np.int64)
        letters = cache(_letters)
        #: what each term shares with its other spellings, for or against one label: it counts once a text
        self.spelled = [
            (number, weight < 0, "".join(map(letters, term)))
            for (number, weight, _), term in zip(self.terms, written, strict=True)
        ]
        alike: dict[tuple[int, bool, str], int] = {}
        same = [alike.setdefault(term, len(alike)) for term in self.spelled]
        self._same = np.array(same, dtype=np.int64) * 2 + (self._weight == WEAK)  # the weaker come later

    def number(self, mark: str) -> int:
        """Return the number of a word, with its mark if any: what ``found`` searches with."""
        return self._found.number(mark) or self._found.number(unmarked(mark))

    def found(self, numbers: Numbers, rows: Numbers, count: int) -> Found:
        """Return the terms in some texts, from the numbers of all words and the text each stands in."""
        places, ends = self._found.find(numbers, rows)
        terms = self._term_of[ends]
        # Each term once a text, where it stands first: places are in reading order.
        cells, first = np.unique(rows[places] * (2 * len(self.terms)) + self._same[terms], return_index=True)
        # Of two spellings of one term the weaker sorts right behind the stronger.
        first = np.sort(first[np.diff(cells >> 1, prepend=-1) > 0])
        where = places[first]
        before = where - np.searchsorted(rows, rows[where])
        return Found(self, rows[where], terms[first], count=count, before=before)

    def read(self, texts: Sequence[Sequence[str]]) -> Found:
        """Return the terms in some texts, from their ``item_marks``."""
        find = self.number
        numbers = np.array([find(word) for words in texts for word in words], dtype=np.int64)
        lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
        return self.found(numbers, np.repeat(np.arange(len(texts)), lengths), len(texts))

    def hits(self, title: str, summary: str) -> dict[str, Votes]:
        """Return the votes for every label (full key) with a term in the text."""
        found = self.read([item_marks(title, summary)])
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
        #: the terms it was found by
        self.matcher = matcher
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

    def only(self, kept: NDArray[np.bool_]) -> Found:
        """Return what is left of it by some of the terms, by number, all spellings of each or none."""
        mine = kept[self.terms]
        return Found(
            self.matcher,
            self.rows[mine],
            self.terms[mine],
            count=len(self.scores),
            before=self.before[mine],
        )

    def standing(self) -> NDArray[np.float32]:
        """Return how the terms for each label stand in each text, (STANDS, texts, labels): see ``EARLY``."""
        weights = self.matcher.weight_of(self.terms)
        strong = weights == STRONG
        chosen = (weights == WEAK, *(strong & (self.before < words) for words in EARLY))
        most = (_MOST_WEAK, *(1 for _ in EARLY))
        cells = self.rows * self.scores.shape[1] + self.matcher.label_of(self.terms)
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
                label, weight, written = self.matcher.terms[term]
                found.setdefault(label, []).append((weight, written))
            self._last = row, found
        return self._last[1]


def _spellings(term: Sequence[str], owned: set[str]) -> Iterable[tuple[str, ...]]:
    """Return how a term is written: its possessives also joined, plain words also as the ``owned`` are.

    A text's "drone's" is read as "drone" unless some term is written with "drone's": then as itself alone.
    """
    for mark in term:
        if mark in owned or "'" in mark or mark[-1] == "-":
            return product(*[_forms(each, owned) for each in term])
    return [tuple(term)]


def _forms(mark: str, owned: set[str]) -> tuple[str, ...]:
    if mark.endswith(_OWNED):
        return mark, f"{unmarked(mark)}s"
    word = mark.rstrip("-")
    return (word, f"{word}{_OWNED}") if word in owned else (word,)


def _letters(mark: str) -> str:
    """Return what the spellings of a word share."""
    if mark[-1] not in "s-":
        return mark
    return unmarked(mark) if mark.endswith(_OWNED) else singular(mark.rstrip("-"))


def term_words(labels: Iterable[Label]) -> list[list[str]]:
    """Return the words of every term, for a vocabulary that must know them."""
    return [split_words(term) for label in labels for term in (*label.strong, *label.weak)]
