"""Texts to TF-IDF vectors, fast and exact.

Same numbers as scikit-learn's ``TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)`` over the words of
``trendwatch.text.words`` without stop words. A text is cut into words once; from there on everything is
arithmetic on whole batches: words are numbers, a pair of words is one number (first · words + second), and
known pairs are found by bisection in a sorted array. No string is built for a pair.

    tf = 1 + ln(count)    idf = ln((1 + documents) / (1 + documents with the term)) + 1    |row| = 1

Rejected: nested dictionaries ``first word -> {second word -> column}``: one Python step per
word, and 1.6 times slower than this once the other readers of the same words (terms, stop words) are counted.
scikit-learn is never imported here; scipy only when a matrix is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.text import MAX_CHARS, STOP_WORDS, words

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Numbers = NDArray[np.int64]

#: A pair is written with one space: words hold none.
_JOIN = " "

#: Numbers of words that are no column and part of no pair: they part their neighbours, or are passed over.
UNKNOWN, STOP = 0, 1
_FIRST = 2


def grams(tokens: Iterable[str]) -> list[str]:
    """Return the words that are not stop words and the pairs they form, in reading order."""
    kept = [token for token in tokens if token not in STOP_WORDS]
    return kept + [f"{first}{_JOIN}{second}" for first, second in pairwise(kept)]


def analyse(text: str) -> list[str]:
    """Return the terms of a text: what a vocabulary is made of."""
    return grams(words(text[:MAX_CHARS]))


class Vectoriser:
    """A vocabulary with its weights; turns texts into rows of unit length.

    Raises:
        ValueError: not as many weights as terms.
    """

    __slots__ = ("_columns", "_pair_columns", "_pairs", "_words", "idf", "terms")

    def __init__(self, terms: Sequence[str], idf: NDArray[np.float32]) -> None:
        if len(terms) != len(idf):
            raise ValueError(f"{len(terms)} terms but {len(idf)} weights")
        #: column number to term
        self.terms: Sequence[str] = terms
        #: weight of each column
        self.idf: NDArray[np.float32] = np.ascontiguousarray(idf, dtype=np.float32)
        paired = np.array([_JOIN in term for term in terms], dtype=bool)
        pairs = [terms[column] for column in np.flatnonzero(paired).tolist()]
        halves = _JOIN.join(pairs).split(_JOIN) if pairs else []
        singles = np.flatnonzero(~paired)
        known = [terms[column] for column in singles.tolist()]
        #: number of each word: first those that are columns, then those that only stand in pairs
        self._words = {word: number for number, word in enumerate(dict.fromkeys(known + halves), _FIRST)}
        self._words |= dict.fromkeys(STOP_WORDS, STOP)
        size = len(self._words) + _FIRST
        #: number of a word to its column, -1 for none
        self._columns = np.full(size, -1, dtype=np.int64)
        self._columns[_FIRST : _FIRST + len(known)] = singles
        numbers = np.fromiter(map(self._words.__getitem__, halves), dtype=np.int64, count=len(halves))
        keys = numbers[::2] * size + numbers[1::2]
        order = np.argsort(keys)
        #: first number · size + second number of each pair that is a column, sorted; and which column that is
        self._pairs, self._pair_columns = keys[order], np.flatnonzero(paired)[order]

    @classmethod
    def fit(
        cls, texts: Iterable[str], *, min_df: int = 2, max_features: int = 200_000, always: Iterable[str] = ()
    ) -> Vectoriser:
        """Learn vocabulary and weights from texts.

        Args:
            texts: read once.
            min_df: a term must be in so many texts.
            max_features: the most frequent terms are kept; ``always`` comes on top.
            always: texts whose words and pairs are in the vocabulary wherever they come from.
        """
        documents = (words(text[:MAX_CHARS]) for text in texts)
        forced = (words(text[:MAX_CHARS]) for text in always)
        return cls.fit_words(documents, min_df=min_df, max_features=max_features, always=forced)

    @classmethod
    def fit_words(
        cls,
        documents: Iterable[Sequence[str]],
        *,
        min_df: int = 2,
        max_features: int = 200_000,
        always: Iterable[Sequence[str]] = (),
    ) -> Vectoriser:
        """Learn from texts that were cut into words already; otherwise like ``fit``."""
        given, forced = list(documents), list(always)
        counted = _Counted.of([*given, *forced], of=len(given))
        chosen = counted.known >= min_df
        if chosen.sum() > max_features:
            names = counted.names()
            by_use = sorted(
                np.flatnonzero(chosen).tolist(), key=lambda term: (-counted.used[term], names[term])
            )
            chosen[by_use[max_features:]] = False
        chosen |= counted.forced
        picked = np.flatnonzero(chosen)
        names = counted.names(picked)
        order = sorted(range(len(names)), key=names.__getitem__)
        frequency = counted.known[picked][order].astype(np.float64)
        idf = np.log((1 + len(given)) / (1 + frequency)) + 1
        return cls([names[place] for place in order], idf.astype(np.float32))

    def number(self, word: str) -> int:
        """Return the number of a word: what ``rows`` counts with."""
        return self._words.get(word, UNKNOWN)

    def transform(self, texts: Iterable[str]) -> csr_matrix:
        """Return one row per text, float32, length 1, or 0 where no term is known."""
        return self.transform_words([words(text[:MAX_CHARS]) for text in texts])

    def transform_words(self, documents: Iterable[Sequence[str]]) -> csr_matrix:
        """Return one row per text that was cut into words already."""
        cut = list(documents)
        find = self._words.get
        numbers = np.array([find(word, UNKNOWN) for word in chain.from_iterable(cut)], dtype=np.int64)
        lengths = np.fromiter(map(len, cut), dtype=np.int64, count=len(cut))
        return self.rows(numbers, np.repeat(np.arange(len(cut)), lengths), len(cut))

    def rows(self, numbers: Numbers, rows: Numbers, count: int) -> csr_matrix:
        """Return one row per text from the numbers of all words, in order, and the text each stands in."""
        from scipy.sparse import csr_matrix

        said = numbers != STOP
        numbers, rows = numbers[said], rows[said]
        columns = self._columns[numbers]
        single = columns >= 0
        paired, pair_columns = self._paired(numbers, rows)
        width = len(self.terms)
        cells = np.concatenate([rows[single] * width + columns[single], rows[paired] * width + pair_columns])
        cells, counts = np.unique(cells, return_counts=True)
        of, column = np.divmod(cells, max(width, 1))
        weights = (1 + np.log(counts)) * self.idf[column]
        lengths = np.sqrt(np.bincount(of, weights=weights * weights, minlength=count))
        weights /= lengths[of]
        ends = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=count))])
        return csr_matrix(
            (weights.astype(np.float32), column.astype(np.int32), ends.astype(np.int32)), shape=(count, width)
        )

    def _paired(self, numbers: Numbers, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Return the places where a known pair begins, and its column."""
        if not len(self._pairs) or len(numbers) < 2:  # noqa: PLR2004 - a pair
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        first, second = numbers[:-1], numbers[1:]
        places = np.flatnonzero((rows[:-1] == rows[1:]) & (first >= _FIRST) & (second >= _FIRST))
        keys = first[places] * len(self._columns) + second[places]
        at = np.minimum(np.searchsorted(self._pairs, keys), len(self._pairs) - 1)
        found = self._pairs[at] == keys
        return places[found], self._pair_columns[at[found]]


class _Counted:
    """The words and pairs of texts, and how many of the texts each is in."""

    def __init__(self, vocabulary: list[str], cells: Any, *, of: int) -> None:
        self._vocabulary = vocabulary
        keys, rows = cells
        #: word, or first · size + second + size
        self._keys, which = np.unique(keys, return_inverse=True)
        counted = rows < of
        #: occurrences in the texts that count
        self.used = np.bincount(which[counted], minlength=len(self._keys))
        once = np.unique(which[counted] * max(of, 1) + rows[counted]) // max(of, 1)
        #: texts that count with the term
        self.known = np.bincount(once, minlength=len(self._keys))
        #: in a text whose terms are kept anyway
        self.forced = np.zeros(len(self._keys), dtype=bool)
        self.forced[which[~counted]] = True

    @classmethod
    def of(cls, documents: Sequence[Sequence[str]], *, of: int) -> _Counted:
        """Count the first texts, and note what stands in the others."""
        numbers: dict[str, int] = {}
        flat: list[int] = []
        lengths = []
        for document in documents:
            kept = [numbers.setdefault(word, len(numbers)) for word in document if word not in STOP_WORDS]
            flat += kept
            lengths.append(len(kept))
        words_ = np.array(flat, dtype=np.int64)
        rows = np.repeat(np.arange(len(lengths)), lengths)
        same = np.flatnonzero(rows[:-1] == rows[1:])
        size = len(numbers)
        pairs = words_[same] * size + words_[same + 1] + size
        return cls(
            list(numbers), (np.concatenate([words_, pairs]), np.concatenate([rows, rows[same]])), of=of
        )

    def names(self, terms: NDArray[np.intp] | None = None) -> list[str]:
        """Return terms as they are written, all without an argument."""
        size, word = len(self._vocabulary), self._vocabulary
        keys = (self._keys if terms is None else self._keys[terms]).tolist()
        return [
            word[key] if key < size else f"{word[key // size - 1]}{_JOIN}{word[key % size]}" for key in keys
        ]
