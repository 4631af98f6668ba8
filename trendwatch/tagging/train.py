"""Learns a tagger from examples, corrections, terms and unlabelled news.

Observations. With a dozen examples a label, words decide little: most of what a new headline says was never
seen. The operator's terms reach further, but nobody knows which of them to trust. So words learn from
examples and terms together, and both are then weighed where the answer is known.

Method, per label:

1. Rows: see ``rows``.
2. Words. Logistic regression, C = 3, on TF-IDF, all labels at once (``logistic``); positives count
   (negatives / positives)^0.5 times.
3. Held out. The same without a fifth of the known texts, five times, each from the full solution: every
   known text gets a score its own text had no part in. Words that stand in it alone are taken out of it
   first, as they would be of news. A text is in the same fifth in every training, so models can be compared
   on it (``gate``).
4. Weighing. Those scores and the votes become a probability, and probabilities a decision: see ``calibrate``.

What won and what did not, on 848 real headlines nobody trained on (areas / sectors; mean average precision,
which no threshold decides), with all terms and with 40 % of them taken away at random, as a taxonomy is that
was not written with those headlines in sight. Measured with 1,700 examples; those shipped now have
the figures that README tells, so of these only the order is claimed:

                                            all terms       40 % taken away    macro-F1 then
    terms alone                            .766 / .704       .608 / .568        .641 / .600
    this, from configuration alone         .853 / .803       .801 / .746        .740 / .706
    ... with 7,800 unlabelled news items   .857 / .815       .815 / .767        .745 / .713
    words in stems or prefixes of 6, 7     .851 / .799       .795 / .735
    C = 1, 6, 15                           .849 to .854      .796 to .801
    0.15 / 0.4 complement naive Bayes      .853, .850        .802, .793
    complement naive Bayes alone           .830 / .784       .734 / .705
    latent semantic axes of the news       .854 / .811       not measured
    one round of self-training             .858 / .810       .820 / .771        .758 / .701

Kept: examples, terms, voted news. Blending in naive Bayes loses beside 1,700 examples; self-training is
within the noise of voted news at twice the cost. So the model is worth more than the terms exactly where the
terms are thin.

Known failures. Examples are written, not sampled, so how common a label is in news is an assumption. Terms
written while looking at the examples would look better than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.tagging import logistic
from trendwatch.tagging.calibrate import Calibration, Said, calibrate, thresholds
from trendwatch.tagging.gate import HeldOut, fold_of, text_id
from trendwatch.tagging.model import taxonomy_hash
from trendwatch.tagging.quality import held_out_bins
from trendwatch.tagging.reader import singulars
from trendwatch.tagging.rows import Rows, facet_numbers, joined, known_rows, voted_rows, written_rows
from trendwatch.tagging.taught import written
from trendwatch.tagging.weak import term_words
from trendwatch.tagging.weights import Weights, describe, pack
from trendwatch.types.tags import Correction, Example, Facet, Model, Taxonomy
from trendwatch.vectors import Vectoriser

_C = 3.0
_FOLDS = 5
#: Solved more loosely than the model itself: of these only calibration is learnt.
_FOLD_TOLERANCE = 5e-3
_TOLERANCE = 1e-3

#: From so many texts on, a term must be in two of them: single ones cost memory and say little.
_MANY_TEXTS = 20_000
#: Bytes of coefficients, two each: a model file stays under 10 MB.
_MOST_BYTES = 8_500_000

#: Texts without a label that one such text stands for: see ``calibrate``.
_RARITY = 1.5
#: Examples a correction stands for when words and votes are weighed: it is news, they are not.
_CORRECTION = 5.0
#: Known texts from which on a label is learnt; one with fewer, such as an operator's new one, keeps to its
#: terms. The others' examples say nothing for it and count against it: learnt from none of its texts, area
#: drones had an F1 of 0.12 on the held-out ones, from 4 0.14, from 16 0.40; its terms alone 0.51.
_FEWEST = 16
#: Share of texts without an area that may be given one.
_FALSELY = {list(Facet).index(Facet.AREA): 0.075}


@dataclass(frozen=True, slots=True)
class _Words:
    """One score per label, from words alone."""

    vectoriser: Vectoriser
    #: (n, F + 1) the texts it was learnt from, ones last
    matrix: Any
    #: (n, K) how much each text counts for each label, positives made more
    counts: NDArray[np.float32]
    #: (n, K) the share of each text in the coefficients
    shares: NDArray[np.float32]

    @property
    def coef(self) -> NDArray[np.float64]:
        """(F + 1, K), intercepts last."""
        return np.asarray(self.matrix.T @ self.shares, dtype=np.float64)


def train(
    examples: Sequence[Example],
    taxonomy: Taxonomy,
    *,
    corrections: Sequence[Correction] = (),
    unlabelled: Sequence[tuple[str, str]] = (),
    now: datetime,
) -> Model:
    """Return a model of the taxonomy's labels; the same input gives the same bytes.

    Args:
        examples: texts whose labels are known in every facet.
        taxonomy: the labels to learn, and their terms.
        corrections: what operators said of items; the latest of an item counts.
        unlabelled: (title, summary) of news nobody labelled; the more the better.
        now: when it is trained, aware; part of its version.
    """
    known = known_rows(examples, corrections, taxonomy)
    rows = joined(known, written_rows(taxonomy), voted_rows(unlabelled, taxonomy))
    texts: list[Example | Correction] = [*examples, *corrections]
    ids = [text_id(one.title, one.summary) for one in texts]
    words = _learn(rows, [singulars(term) for term in term_words(taxonomy.labels)])
    scores = _held_out(words, rows, np.array([fold_of(one, _FOLDS) for one in ids], dtype=np.int64))
    said, looked, groups = Said.of(known.found), known.weights > 0, facet_numbers(taxonomy)
    counts = _stands_for(known, len(examples))
    calibration = calibrate(
        scores,
        said,
        targets=known.targets,
        groups=groups,
        counts=_rarer(counts, known, len(examples)),
        fewest=_FEWEST,
    )
    probability = calibration.probability(scores, said)
    chosen, reached = thresholds(probability, known.targets, groups, counts=counts, falsely=_FALSELY)
    weights = _weights(
        taxonomy, words, calibration=calibration, chosen=chosen, held_out=HeldOut(ids, probability >= chosen)
    )
    trained: dict[str, object] = {
        "examples": len(examples),
        "corrections": len(corrections),
        "unlabelled": len(unlabelled),
        "reliability": held_out_bins(probability, chosen, true=known.targets & looked, looked=looked),
        "held_out_macro_f1": {list(Facet)[group].value: round(f1, 4) for group, f1 in reached.items()},
    }
    return _model(weights, taxonomy, {"trained": trained}, now=now)


def _stands_for(known: Rows, examples: int) -> NDArray[np.float64]:
    """Return how many texts each known one stands for when words and votes are weighed."""
    counts = (known.weights > 0).astype(np.float64)
    counts[examples:] *= _CORRECTION
    return counts


def _rarer(counts: NDArray[np.float64], known: Rows, examples: int) -> NDArray[np.float64]:
    """Return the same, examples without a label for more: news is not picked to be hard."""
    more = np.where(known.targets, 1.0, _RARITY)
    more[examples:] = 1.0
    return counts * more


def _weights(
    taxonomy: Taxonomy,
    words: _Words,
    *,
    calibration: Calibration,
    chosen: NDArray[np.float64],
    held_out: HeldOut,
) -> Weights:
    scaled = words.coef * calibration.slope
    return Weights(
        labels=tuple(label.full_key for label in taxonomy.labels),
        terms=words.vectoriser.terms,
        idf=words.vectoriser.idf,
        coef=scaled[:-1].astype(np.float32),
        bias=(scaled[-1] + calibration.offset).astype(np.float32),
        evidence=calibration.evidence.astype(np.float32),
        standing=calibration.standing.astype(np.float32),
        thresholds=chosen.astype(np.float32),
        held_out=held_out,
        taught=written(taxonomy),
    )


def _model(weights: Weights, taxonomy: Taxonomy, about: dict[str, object], *, now: datetime) -> Model:
    blob, taxonomy_name = pack(weights), taxonomy_hash(taxonomy)
    name = sha256(blob + taxonomy_name.encode()).hexdigest()[:8]
    manifest = {**describe(weights, blob), "taxonomy": taxonomy_name, **about}
    version = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}"
    return Model(version=version, created_at=now, manifest=manifest, blob=blob)


def _learn(rows: Rows, terms: Sequence[Sequence[str]]) -> _Words:
    """Fit a linear score per label; labels that are never or always true get a constant. Terms are kept."""
    vectoriser = Vectoriser.fit_words(
        rows.documents,
        min_df=1 if len(rows.documents) < _MANY_TEXTS else 2,
        max_features=_MOST_BYTES // (2 * max(rows.targets.shape[1], 1)),
        always=terms,
    )
    matrix = _with_ones(vectoriser.transform_words(rows.documents))
    counts = _counts(rows)
    return _Words(
        vectoriser, matrix, counts, logistic.fit(matrix, rows.targets, counts, tolerance=_TOLERANCE)
    )


def _counts(rows: Rows) -> NDArray[np.float32]:
    """Return how much each text counts for each label: the few positives more, no label without any."""
    positive = np.where(rows.targets, rows.weights, 0).sum(axis=0, dtype=np.float64)
    negative = np.where(rows.targets, 0, rows.weights).sum(axis=0, dtype=np.float64)
    more = np.sqrt(np.divide(negative, positive, out=np.zeros_like(negative), where=positive > 0))
    counted = _C * np.where(rows.targets, rows.weights * more, rows.weights) * (positive > 0)
    return np.asarray(counted, dtype=np.float32)


def _held_out(words: _Words, rows: Rows, fold: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the score of every known text (they come first) for every label, learnt without it."""
    scores = np.zeros((len(fold), rows.targets.shape[1]))
    for number in range(_FOLDS):
        mine = np.flatnonzero(fold == number)
        rest = np.setdiff1d(np.arange(len(rows.documents)), mine)
        matrix = words.matrix[rest]
        shares = logistic.fit(
            matrix,
            rows.targets[rest],
            words.counts[rest],
            start=words.shares[rest],
            tolerance=_FOLD_TOLERANCE,
        )
        if len(mine):
            scores[mine] = _of_known_words(words.matrix[mine], matrix) @ (matrix.T @ shares)
    return scores


def _of_known_words(texts: Any, others: Any) -> Any:
    """Return rows, ones last, without the words that stand in no other text, their length 1 again."""
    known = np.bincount(others.indices, minlength=texts.shape[1]) > 0
    ones = texts.indices == texts.shape[1] - 1
    kept = texts.copy()
    kept.data = np.where(known[texts.indices], texts.data, 0)
    of = np.repeat(np.arange(texts.shape[0]), np.diff(texts.indptr))
    length = np.sqrt(np.bincount(of, weights=np.where(ones, 0, kept.data) ** 2, minlength=texts.shape[0]))
    length[length == 0] = 1
    kept.data = np.where(ones, 1, kept.data / length[of]).astype(np.float32)
    return kept


def _with_ones(matrix: Any) -> Any:
    from scipy.sparse import csr_matrix, hstack

    ones = csr_matrix(np.ones((matrix.shape[0], 1), dtype=np.float32))
    return hstack([matrix, ones], format="csr", dtype=np.float32)
