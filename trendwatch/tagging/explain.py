"""Why a tag was given: the largest parts of its logit, which is a sum, so what each adds is exact.

A term the operator wrote carries an equal share of what the votes add, and its own word's part. These come
first; of the other words only those that add a tenth of all that speaks for the tag, or where nothing does,
the one that adds most: of a dozen small parts none is a reason ("because of: let"). What argues against a
label is never shown for it, nor a word of a term beside the term. Words are shown as the text writes them,
terms as the taxonomy does; one that is both is shown once. Worked out for given tags only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import marks, plain_words, split_words
from trendwatch.tagging.reader import ReadTexts, Singulars, singulars

_TERMS_SHOWN = 5
#: Of all that speaks for a tag: a word that adds less is no reason.
_REASON = 0.1
#: Of the logit: a word that takes less away is no reason.
_COSTLY = 0.1
_SINGULARS = Singulars()


class Reasons:
    """The reasons of all tags given to some texts."""

    def __init__(
        self,
        reading: ReadTexts,
        given: tuple[NDArray[np.intp], NDArray[np.intp]],
        said: NDArray[np.float32],
        *,
        coef: NDArray[np.float32],
        names: Sequence[str],
    ) -> None:
        self._reading, self._names, self._said = reading, names, said
        self._parts = self._of(reading.matrix, given, coef=coef)
        self._written: tuple[int, dict[str, str]] = (-1, {})

    def _of(
        self, matrix: Any, given: tuple[NDArray[np.intp], NDArray[np.intp]], *, coef: NDArray[np.float32]
    ) -> list[list[tuple[float, int]]]:
        """Return (part, column) of all that speaks for each given tag, in one pass over all of them."""
        rows, labels = given
        starts = matrix.indptr[rows].astype(np.int64)
        counts = matrix.indptr[rows + 1] - starts
        ends = np.cumsum(counts)
        places = np.arange(int(counts.sum())) + np.repeat(starts - (ends - counts), counts)
        columns = matrix.indices[places]
        parts = matrix.data[places] * coef[columns, np.repeat(labels, counts)]
        positive = parts > 0
        kept = np.concatenate([[0], np.cumsum(positive)])
        pairs = list(zip(parts[positive].tolist(), columns[positive].tolist(), strict=True))
        bounds = kept[np.concatenate([[0], ends])].tolist()
        return [pairs[start:end] for start, end in pairwise(bounds)]

    def strongest(self, place: int, row: int, label: int) -> tuple[str, ...]:
        """Return the reasons of a given tag, terms first; ``place`` is its number among all given."""
        parts = self._parts[place]
        terms: list[str] = []
        hidden: set[str] = set()
        least = sum([part for part, _ in parts])
        if self._reading.found.hit[row, label]:
            said = float(self._said[row, label])
            least += max(said, 0.0)
            terms = self._voted(parts, self._reading.found.votes(row, label).terms, said)
            against = self._reading.found.against(row, label)
            hidden = {word for term in (*terms, *against) for word in _in_singular(term).split(" ")}
        words = sorted([pair for pair in parts if pair[0] >= least * _REASON], reverse=True)
        if not words and not terms:
            words = sorted(parts, reverse=True)[:1]
        names = [
            name for _, column in words if not hidden.issuperset((name := self._names[column]).split(" "))
        ]
        return tuple([*terms, *[self._as_written(row, name) for name in names]][:_TERMS_SHOWN])

    def _voted(self, parts: list[tuple[float, int]], terms: tuple[str, ...], said: float) -> list[str]:
        """Return the operator's terms that speak for a tag, the one that adds most first."""
        wanted = {_in_singular(term): term for term in terms}
        share = said / max(len(terms), 1)
        adds = dict.fromkeys(terms, share)
        for part, column in parts:
            term = wanted.get(self._names[column])
            if term is not None:
                adds[term] += part
        return sorted([term for term in terms if adds[term] > 0], key=lambda term: (-adds[term], term))

    def against(self, row: int, label: int, coef: NDArray[np.float32]) -> tuple[str, ...]:
        """Return what speaks against a label: the operator's terms, then the words that cost it most."""
        matrix: Any = self._reading.matrix
        here = slice(matrix.indptr[row], matrix.indptr[row + 1])
        columns = matrix.indices[here]
        parts = (matrix.data[here] * coef[columns, label]).tolist()
        costly = sorted(pair for pair in zip(parts, columns.tolist(), strict=True) if pair[0] < -_COSTLY)
        words = [self._as_written(row, self._names[column]) for _, column in costly]
        said = self._reading.found.against(row, label) if self._reading.found.hit[row, label] else ()
        return tuple(dict.fromkeys([*said, *words]))[:_TERMS_SHOWN]

    def _as_written(self, row: int, name: str) -> str:
        """Return a term as the text first writes it."""
        if self._written[0] != row:
            words = plain_words(self._reading.marks[row])[::-1]
            self._written = row, dict(zip(map(_SINGULARS.__getitem__, words), words, strict=True))
        written = self._written[1]
        return " ".join([written[word] for word in name.split(" ")]) if " " in name else written[name]


@cache
def _in_singular(term: str) -> str:
    """Return how the vocabulary calls a term, the term where it has no word for a part of it ("model 3")."""
    found = split_words(term)
    return " ".join(singulars(found)) if len(found) == len(marks(term)) else term
