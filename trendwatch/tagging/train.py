"""Learns a tagger from examples, terms and unlabelled news.

Observations. With a dozen examples a label, words decide little: most of what a new headline says was never
seen. The operator's terms reach further, but nobody knows which of them to trust. So words learn from
examples and terms together, and both are then weighed where the answer is known.

Method, per label (ALGORITHMS 1.3):

1. Rows. Examples (weight 3) answer for every label. Unlabelled texts: votes of 2 and more make a positive
   (1), which is a negative (0.7) for other labels of the facet; texts without any hit in the facet are
   negatives (0.5); one weak term says nothing. Names with meanings, and every term by itself, are small texts
   of their label: on the first day they are all there is beside the examples.
2. Words. Logistic regression, C = 3, on TF-IDF; positives count √(negatives / positives) times.
3. Held out. The same without a fifth of the examples, vocabulary included, five times: every example gets a
   score its own text had no part in.
4. Weighing. Those scores and the votes become a probability, and probabilities a decision: see ``calibrate``.

Known failures. Examples are written, not sampled, so how common a label is in news is an assumption. Terms
written while looking at the examples would look better than they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import item_words, split_words
from trendwatch.tagging.calibrate import calibrate, thresholds
from trendwatch.tagging.model import singulars, taxonomy_hash
from trendwatch.tagging.weak import VOTE, WEAK, Matcher, term_words
from trendwatch.tagging.weights import Weights, bucket, describe, pack
from trendwatch.types.tags import Example, Facet, Model, Taxonomy
from trendwatch.vectors import Vectoriser

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

#: How much a row counts, by what it is.
_EXAMPLE, _VOTED, _OTHER, _NO_HIT = 3.0, 1.0, 0.7, 0.5
_STRONG_TERM, _WEAK_TERM, _MEANING, _NOT_MINE = 1.0, 0.3, 1.0, 0.3

_C = 3.0
_FOLDS = 5
_SEED = 41
#: From so many texts on, a term must be in two of them: single ones cost memory and say little.
_MANY_TEXTS = 20_000

#: Texts without a label that one such example stands for: see ``calibrate``.
_RARITY = 2.0

#: Score of a label that nothing was written about: never given.
_NEVER = -6.0


@dataclass(frozen=True, slots=True)
class _Rows:
    """Texts to learn words from."""

    documents: list[list[str]]
    #: (n, K) the text has the label
    targets: NDArray[np.bool_]
    #: (n, K) how much the text counts for the label; 0 says nothing
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Words:
    """One score per label, from words alone."""

    vectoriser: Vectoriser
    #: (F, K)
    coef: NDArray[np.float64]
    #: (K,)
    intercept: NDArray[np.float64]

    def scores(self, documents: Iterable[Sequence[str]]) -> NDArray[np.float64]:
        return np.asarray(self.vectoriser.transform_words(documents) @ self.coef + self.intercept)


def train(
    examples: Sequence[Example],
    taxonomy: Taxonomy,
    *,
    unlabelled: Sequence[tuple[str, str]] = (),
    now: datetime,
) -> Model:
    """Return a model of the taxonomy's labels; the same input gives the same bytes.

    Args:
        examples: texts whose labels are known in every facet.
        taxonomy: the labels to learn, and their terms.
        unlabelled: (title, summary) of news nobody labelled; the more the better.
        now: when it is trained, aware; part of its version.
    """
    given = _example_rows(examples, taxonomy)
    more = _joined(_written_rows(taxonomy), _voted_rows(unlabelled, taxonomy))
    terms = [singulars(term) for term in term_words(taxonomy.labels)]
    scores = _held_out(given, more, terms)
    buckets = _buckets(examples, taxonomy)
    groups = np.array([list(Facet).index(label.facet) for label in taxonomy.labels])
    calibration = calibrate(scores, buckets, given.targets, groups, rarity=_RARITY)
    chosen, reached = thresholds(calibration.probability(scores, buckets), given.targets, groups)
    words = _learn(_joined(given, more), terms)
    weights = Weights(
        labels=tuple(label.full_key for label in taxonomy.labels),
        terms=words.vectoriser.terms,
        idf=words.vectoriser.idf,
        coef=(words.coef * calibration.slope).astype(np.float32),
        bias=(words.intercept * calibration.slope + calibration.offset).astype(np.float32),
        evidence=calibration.evidence.astype(np.float32),
        thresholds=chosen.astype(np.float32),
    )
    trained: dict[str, object] = {
        "examples": len(examples),
        "unlabelled": len(unlabelled),
        "held_out_macro_f1": {list(Facet)[group].value: round(f1, 4) for group, f1 in reached.items()},
    }
    return _model(weights, taxonomy, trained, now=now)


def _model(weights: Weights, taxonomy: Taxonomy, trained: dict[str, object], *, now: datetime) -> Model:
    blob, taxonomy_name = pack(weights), taxonomy_hash(taxonomy)
    name = sha256(blob + taxonomy_name.encode()).hexdigest()[:8]
    manifest = {**describe(weights, blob), "taxonomy": taxonomy_name, "trained": trained}
    version = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}"
    return Model(version=version, created_at=now, manifest=manifest, blob=blob)


def _example_rows(examples: Sequence[Example], taxonomy: Taxonomy) -> _Rows:
    keys = list(taxonomy.names())
    targets = np.array([[key in example.labels for key in keys] for example in examples], dtype=bool)
    return _Rows(
        [singulars(item_words(example.title, example.summary)) for example in examples],
        targets.reshape(len(examples), len(keys)),
        np.full((len(examples), len(keys)), _EXAMPLE, dtype=np.float32),
    )


def _written_rows(taxonomy: Taxonomy) -> _Rows:
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
    return _Rows(documents, targets, weights.astype(np.float32))


def _voted_rows(texts: Sequence[tuple[str, str]], taxonomy: Taxonomy) -> _Rows:
    """Return unlabelled texts with what their terms say."""
    matcher = Matcher(taxonomy)
    shape = (len(texts), len(taxonomy.labels))
    scores = np.zeros(shape, dtype=np.int8)
    documents: list[list[str]] = []
    for row, (title, summary) in enumerate(texts):
        tokens = item_words(title, summary)
        documents.append(singulars(tokens))
        for number, votes in matcher.find(tokens).items():
            scores[row, number] = min(votes.score, VOTE) if votes.score > 0 else votes.score
    targets = _with_implied(scores >= VOTE, taxonomy)
    facet_voted = (targets.astype(np.float32) @ _same_facet(taxonomy)) > 0
    weights = np.where(targets, _VOTED, np.where(facet_voted, _OTHER, _NO_HIT))
    weights[~targets & (scores >= WEAK)] = 0
    return _Rows(documents, targets, weights.astype(np.float32))


def _with_implied(targets: NDArray[np.bool_], taxonomy: Taxonomy) -> NDArray[np.bool_]:
    number = {label.full_key: place for place, label in enumerate(taxonomy.labels)}
    full = targets.copy()
    for label in taxonomy.labels:
        for key in taxonomy.ancestors(label.facet, label.key):
            full[:, number[f"{label.facet}:{key}"]] |= targets[:, number[label.full_key]]
    return full


def _same_facet(taxonomy: Taxonomy) -> NDArray[np.bool_]:
    facets = np.array([label.facet.value for label in taxonomy.labels])
    return np.asarray(facets[:, np.newaxis] == facets[np.newaxis, :])


def _joined(first: _Rows, second: _Rows) -> _Rows:
    return _Rows(
        first.documents + second.documents,
        np.vstack([first.targets, second.targets]),
        np.vstack([first.weights, second.weights]),
    )


def _learn(rows: _Rows, terms: Sequence[Sequence[str]]) -> _Words:
    """Fit a linear score per label; labels that are never or always true get a constant. Terms are kept."""
    min_df = 1 if len(rows.documents) < _MANY_TEXTS else 2
    vectoriser = Vectoriser.fit_words(rows.documents, min_df=min_df, always=terms)
    matrix = vectoriser.transform_words(rows.documents)
    count = rows.targets.shape[1]
    coef, intercept = np.zeros((len(vectoriser.terms), count)), np.full(count, _NEVER)
    for number in range(count):
        used = np.flatnonzero(rows.weights[:, number] > 0)
        targets, weights = rows.targets[used, number], rows.weights[used, number].astype(np.float64)
        if targets.any() and not targets.all():
            coef[:, number], intercept[number] = _one_label(matrix[used], targets, weights)
    return _Words(vectoriser, coef, intercept)


def _one_label(
    matrix: csr_matrix, targets: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    from sklearn.linear_model import LogisticRegression

    weights = np.where(targets, weights * np.sqrt(weights[~targets].sum() / weights[targets].sum()), weights)
    fitted = LogisticRegression(solver="liblinear", C=_C, random_state=_SEED)
    fitted.fit(matrix, targets, sample_weight=weights)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _held_out(given: _Rows, more: _Rows, terms: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return the score of every example for every label, learnt without it."""
    count = len(given.documents)
    fold = np.random.default_rng(_SEED).permutation(count) % _FOLDS
    scores = np.zeros(given.targets.shape)
    for number in range(min(_FOLDS, count)):
        rest, mine = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        known = _Rows([given.documents[row] for row in rest], given.targets[rest], given.weights[rest])
        scores[mine] = _learn(_joined(known, more), terms).scores(given.documents[row] for row in mine)
    return scores


def _buckets(examples: Sequence[Example], taxonomy: Taxonomy) -> NDArray[np.intp]:
    """Return the bucket of the votes in every example for every label."""
    matcher = Matcher(taxonomy)
    found = np.full((len(examples), len(taxonomy.labels)), bucket(0), dtype=np.intp)
    for row, example in enumerate(examples):
        for number, votes in matcher.find(item_words(example.title, example.summary)).items():
            found[row, number] = bucket(votes.score)
    return found
