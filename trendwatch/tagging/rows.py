"""Texts to learn from, and how much each says about each label.

    examples        3     answer for every label
    corrections     4     answer for the labels of the facets the operator looked at
    names, terms    1     small texts of their label; a weak term 0.3; times 0.3 for other labels of the facet
    unlabelled      0.3 · (voted for 1, voted for another label of the facet 0.7, no hit in the facet 0.5)

One weak term in an unlabelled text says nothing about that label. The last line is what makes "none" an
answer: without it, one in five texts about something else was given a label. Its factor was
1 before there were 3,000 examples; 0.3, 1 and 2 differ by less than 0.003 in mean average precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import item_marks, plain_words, split_words
from trendwatch.tagging.reader import singulars
from trendwatch.tagging.weak import VOTE, WEAK, Found, Matcher
from trendwatch.types.tags import Correction, Example, Facet, Taxonomy

_EXAMPLE, _CORRECTION = 3.0, 4.0
_STRONG_TERM, _WEAK_TERM, _MEANING, _NOT_MINE = 1.0, 0.3, 1.0, 0.3
_UNLABELLED = 0.3
_VOTED, _OTHER, _NO_HIT = 1.0, 0.7, 0.5


@dataclass(frozen=True, slots=True)
class Rows:
    """Texts to learn words from."""

    #: words of each text, in the singular
    documents: list[list[str]]
    #: (n, K) the text has the label
    targets: NDArray[np.bool_]
    #: (n, K) how much the text counts for the label; 0 says nothing
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Known(Rows):
    """Texts whose labels somebody gave."""

    #: the terms in them
    found: Found


def joined(*parts: Rows) -> Rows:
    """Return texts one after the other."""
    return Rows(
        [document for part in parts for document in part.documents],
        np.vstack([part.targets for part in parts]),
        np.vstack([part.weights for part in parts]),
    )


def known_rows(examples: Sequence[Example], corrections: Sequence[Correction], taxonomy: Taxonomy) -> Known:
    """Return the texts whose labels are known: examples, then corrections."""
    texts: list[Example | Correction] = [*examples, *corrections]
    given = [(one.title, one.summary, one.labels) for one in texts]
    number = {key: place for place, key in enumerate(taxonomy.names())}
    cut = [item_marks(title, summary) for title, summary, _ in given]
    targets = np.zeros((len(given), len(number)), dtype=bool)
    for row, (_, _, labels) in enumerate(given):
        targets[row, [number[key] for key in labels if key in number]] = True
    facets = np.array([label.facet.value for label in taxonomy.labels])
    weights = np.full(targets.shape, _EXAMPLE, dtype=np.float32)
    for row, correction in enumerate(corrections, start=len(examples)):
        weights[row] = np.where(np.isin(facets, sorted(correction.facets)), _CORRECTION, 0)
    documents = [singulars(plain_words(marks)) for marks in cut]
    return Known(documents, targets, weights, Matcher(taxonomy).read(cut))


def written_rows(taxonomy: Taxonomy) -> Rows:
    """Return names with meanings and terms as texts of their label, and of the labels it implies."""
    documents: list[list[str]] = []
    owners: list[int] = []
    counts: list[float] = []
    for number, label in enumerate(taxonomy.labels):
        texts = [(f"{label.name}: {label.meaning}", _MEANING)]
        texts += [(term, _STRONG_TERM) for term in label.strong] + [(term, _WEAK_TERM) for term in label.weak]
        for text, count in texts:
            documents.append(singulars(split_words(text)))
            owners.append(number)
            counts.append(count)
    targets = _with_implied(np.eye(len(taxonomy.labels), dtype=bool), taxonomy)[owners]
    same_facet = _same_facet(taxonomy)[owners]
    count_of = np.array(counts, dtype=np.float32)[:, np.newaxis]
    weights = np.where(targets, count_of, np.where(same_facet, count_of * _NOT_MINE, 0))
    return Rows(documents, targets, weights.astype(np.float32))


def voted_rows(texts: Sequence[tuple[str, str]], taxonomy: Taxonomy) -> Rows:
    """Return unlabelled texts with what their terms say."""
    cut = [item_marks(title, summary) for title, summary in texts]
    votes = Matcher(taxonomy).read(cut).scores
    targets = _with_implied(votes >= VOTE, taxonomy)
    facet_voted = (targets.astype(np.float32) @ _same_facet(taxonomy)) > 0
    weights = _UNLABELLED * np.where(targets, _VOTED, np.where(facet_voted, _OTHER, _NO_HIT))
    weights[~targets & (votes >= WEAK)] = 0
    return Rows([singulars(plain_words(marks)) for marks in cut], targets, weights.astype(np.float32))


def facet_numbers(taxonomy: Taxonomy) -> NDArray[np.intp]:
    """Return the number of each label's facet."""
    return np.array([list(Facet).index(label.facet) for label in taxonomy.labels], dtype=np.intp)


def _with_implied(targets: NDArray[np.bool_], taxonomy: Taxonomy) -> NDArray[np.bool_]:
    number = {label.full_key: place for place, label in enumerate(taxonomy.labels)}
    full = targets.copy()
    for label in taxonomy.labels:
        for key in taxonomy.ancestors(label.facet, label.key):
            full[:, number[f"{label.facet}:{key}"]] |= targets[:, number[label.full_key]]
    return full


def _same_facet(taxonomy: Taxonomy) -> NDArray[np.bool_]:
    facets = facet_numbers(taxonomy)
    return np.asarray(facets[:, np.newaxis] == facets[np.newaxis, :])
