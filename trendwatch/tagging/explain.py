"""Why a tag was given: the largest parts of its logit, which is a sum, so this is exact.

A term the operator wrote carries an equal share of what the votes add, and its own word's part. Words are
shown as the text writes them, terms as the taxonomy does; one that is both is shown once. Worked out for
given tags only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import plain_words, split_words
from trendwatch.tagging.reader import ReadTexts, Singulars, singulars

_TERMS_SHOWN = 5
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
        """Return the strongest terms of a given tag; ``place`` is its number among all given."""
        parts, names = self._parts[place], self._names
        parts.sort(reverse=True)
        if not self._reading.found.hit[row, label]:
            return tuple([self._as_written(row, names[column]) for _, column in parts[:_TERMS_SHOWN]])
        terms = self._reading.found.votes(row, label).terms
        # Votes move no more terms than they have, so what is left of the others is in the first few.
        first = _TERMS_SHOWN + len(terms)
        ranked = {names[column]: part for part, column in parts[:first]}
        share = float(self._said[row, label]) / max(len(terms), 1)
        voted: dict[str, str] = {}
        for term in terms:
            name = _in_singular(term)
            voted[name] = term
            if name not in ranked:
                ranked[name] = next((part for part, column in parts[first:] if names[column] == name), 0.0)
            ranked[name] += share
        best = sorted([(-part, name) for name, part in ranked.items() if part > 0])[:_TERMS_SHOWN]
        return tuple([voted.get(name) or self._as_written(row, name) for _, name in best])

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
    return " ".join(singulars(split_words(term)))
