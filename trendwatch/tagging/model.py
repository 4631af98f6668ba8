"""Texts to tags: a linear model over words and the votes of terms.

    logit of a label = Σ TF-IDF of a term · its weight + what its votes, and where they stand, say + bias
    confidence       = 1 / (1 + exp(-logit))

**What confidence means.** Among texts like the examples, about nine in ten of the tags with confidence 0.9
are right: bias, votes and the scale of the weights were fitted to held-out examples (see ``train``), not to
the texts they were learnt from. It says how sure we are that an editor would give this label; not how
important the label is to the text, nor how true the news is. Where news differs from the examples (another
language, another mix of subjects) it is off in proportion. Without a usable model, the confidence of a rule
is a fixed share per number of votes. A label that another one implies is at least as likely, and carries at
least that one's confidence.

**Explaining.** The logit is a sum, so its strongest parts are the explanation, exactly. Origin is ``rule``
where the tag would not be given without the votes of the operator's terms, else ``model``.

Known failures. Two sentences on one thing in other words score apart. A text without a known word or term
has no tags, whatever the bias says: nothing in it could be shown as the reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import sigmoid
from trendwatch.tagging.calibrate import RULES
from trendwatch.tagging.explain import Reasons
from trendwatch.tagging.reader import Reader, ReadTexts
from trendwatch.tagging.taught import read_back
from trendwatch.tagging.thresholds import RULE_THRESHOLD
from trendwatch.tagging.weak import STANDS, Matcher
from trendwatch.tagging.weights import BUCKETS, Weights, bucket, buckets, rejected, unpack
from trendwatch.types.tags import Label, Model, Opinion, Origin, Tag, Taxonomy
from trendwatch.vectors import Vectoriser

_NO_VOTES = bucket(0)

#: Texts per matrix: more is no faster and costs memory.
_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Look:
    """Some texts as the tagger sees them, before anything is decided."""

    #: (n, K) how sure we are of every label, in the taxonomy's order; 0 where nothing in a text is known
    confidence: NDArray[np.float64]
    #: (n, K) sum of the weights of the terms found
    votes: NDArray[np.int64]
    #: one row of TF-IDF per text, scipy csr
    matrix: Any


class Tagger:
    """Puts labels on texts."""

    def __init__(self, weights: Weights, taxonomy: Taxonomy, *, version: str) -> None:
        #: names model and taxonomy; counts of different versions must not be compared
        self.version = version
        self._labels: tuple[Label, ...] = taxonomy.labels
        self._number = {label.full_key: number for number, label in enumerate(self._labels)}
        self._implied = [
            [self._number[f"{label.facet}:{key}"] for key in taxonomy.ancestors(label.facet, label.key)]
            for label in self._labels
        ]
        self._reader = Reader(Vectoriser(weights.terms, weights.idf), Matcher(taxonomy))
        self._names = weights.terms
        self._coef, self._bias, self._evidence, self._standing, self._thresholds = self._aligned(weights)

    @classmethod
    def load(cls, model: Model, taxonomy: Taxonomy) -> Tagger:
        """Return the tagger a model describes; labels it was not trained on are given by rules.

        Raises:
            ModelRejected: damaged, too large, of another format, or it knows a label the taxonomy does not.
        """
        weights = unpack(model)
        unknown = sorted(set(weights.labels) - set(taxonomy.names()))
        if unknown:
            raise rejected(model, f"the taxonomy has no {', '.join(unknown)}")
        return cls(weights, taxonomy, version=model.version)

    @classmethod
    def as_taught(cls, model: Model, taxonomy: Taxonomy) -> Tagger:
        """Return the tagger a model describes, with the labels and terms it was taught.

        What counts belongs to it: the same text has the same tags, whatever was edited since. The taxonomy
        stands in where a model carries none.

        Raises:
            ModelRejected: damaged, too large, of another format, or its labels are not those it was taught.
        """
        weights = unpack(model)
        if not weights.taught:
            return cls.load(model, taxonomy)
        try:
            own = read_back(weights.taught)
        except ValueError as error:
            raise rejected(model, f"the labels it was taught cannot be read ({error})") from error
        if list(weights.labels) != list(own.names()):
            raise rejected(model, "its labels are not those it was taught")
        return cls(weights, own, version=model.version)

    @classmethod
    def rules(cls, taxonomy: Taxonomy) -> Tagger:
        """Return a tagger that only counts the votes of terms: what is left without any model."""
        none = np.zeros(0, dtype=np.float32)
        weights = Weights(
            labels=(),
            terms=(),
            idf=none,
            coef=none.reshape(0, 0),
            bias=none,
            evidence=none.reshape(0, BUCKETS),
            standing=none.reshape(0, STANDS),
            thresholds=none,
        )
        return cls(weights, taxonomy, version=f"rules-{taxonomy_hash(taxonomy)}")

    def tag(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Tag, ...]]:
        """Return the tags of each (title, summary), in the order of the taxonomy; () says "none"."""
        tagged: list[tuple[Tag, ...]] = []
        for chunk in _chunks(texts):
            tagged += self._tag_chunk(chunk)
        return tagged

    def _aligned(self, weights: Weights) -> tuple[NDArray[np.float32], ...]:
        """Return coefficients, bias, evidence, standing and thresholds by number of the taxonomy's labels."""
        known = [self._number[key] for key in weights.labels]
        count = len(self._labels)
        rules = np.array(RULES, dtype=np.float32)
        if known == list(range(count)):
            return weights.coef, weights.bias, weights.evidence, weights.standing, weights.thresholds
        coef = np.zeros((len(weights.terms), count), dtype=np.float32)
        bias = np.full(count, rules[_NO_VOTES], dtype=np.float32)
        evidence = np.tile(rules - rules[_NO_VOTES], (count, 1))
        standing = np.zeros((count, STANDS), dtype=np.float32)
        thresholds = np.full(count, RULE_THRESHOLD, dtype=np.float32)
        coef[:, known], bias[known] = weights.coef, weights.bias
        evidence[known], standing[known] = weights.evidence, weights.standing
        thresholds[known] = weights.thresholds
        return coef, bias, evidence, standing, thresholds

    def confidences(self, texts: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Return how sure we are of every label of every (title, summary), (n, K) in the taxonomy's order."""
        parts = [self._look(chunk).confidence for chunk in _chunks(texts)]
        return np.vstack(parts) if parts else np.zeros((0, len(self._labels)))

    def look(self, texts: Sequence[tuple[str, str]]) -> Look:
        """Return what is behind the tags of each (title, summary)."""
        from scipy.sparse import vstack

        parts = [self._look(chunk) for chunk in _chunks(texts)] or [self._look([])]
        return Look(
            np.vstack([part.confidence for part in parts]),
            np.vstack([part.votes for part in parts]),
            vstack([part.matrix for part in parts], format="csr"),
        )

    def _look(self, texts: Sequence[tuple[str, str]]) -> Look:
        reading, logits, said, readable = self._scored(texts)
        return Look(sigmoid(logits + said) * readable[:, np.newaxis], reading.found.scores, reading.matrix)

    def opinions(self, title: str, summary: str, *, within: float) -> list[Opinion]:
        """Return the labels of one text, and those that miss their threshold by at most ``within``.

        In the order of the taxonomy. No label is among those a text does not say anything known about.
        """
        given = {tag.full_key: tag for tag in self.tag([(title, summary)])[0]}
        reading, logits, said, readable = self._scored([(title, summary)])
        confidence = sigmoid(logits + said)[0] * readable
        near = np.flatnonzero((confidence >= self._thresholds - within) & (confidence > 0))
        reasons = Reasons(reading, (np.zeros_like(near), near), said, coef=self._coef, names=self._names)
        place = {number: at for at, number in enumerate(near.tolist())}
        found = []
        for number, label in enumerate(self._labels):
            tag = given.get(label.full_key)
            if tag is None and number not in place:
                continue
            terms = reasons.strongest(place[number], 0, number) if number in place else ()
            opinion = Opinion(
                label=label.full_key,
                confidence=tag.confidence if tag else round(float(confidence[number]), 4),
                threshold=round(float(self._thresholds[number]), 4),
                given=tag is not None,
                terms=tag.terms if tag else terms,
                against=reasons.against(0, number, self._coef) if number in place else (),
            )
            found.append(opinion)
        return found

    @property
    def labels(self) -> tuple[Label, ...]:
        """The labels of the taxonomy."""
        return self._labels

    @property
    def thresholds(self) -> NDArray[np.float32]:
        """The confidence from which each label is given, (K,) in the taxonomy's order."""
        return self._thresholds

    def _scored(
        self, texts: Sequence[tuple[str, str]]
    ) -> tuple[ReadTexts, NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
        """Return texts as read, their logits without votes, what votes add, and which say anything known."""
        reading = self._reader.read(texts)
        matrix: Any = reading.matrix
        logits = matrix @ self._coef + (self._bias + self._evidence[:, _NO_VOTES])
        steps = self._evidence - self._evidence[:, [_NO_VOTES]]
        said = steps[np.arange(len(self._labels)), buckets(reading.found.scores)]
        for part, stands in zip(self._standing.T, reading.found.standing(), strict=True):
            said += part * stands
        readable = (np.diff(matrix.indptr) > 0) | reading.found.hit.any(axis=1)
        return reading, logits, said, readable

    def _tag_chunk(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Tag, ...]]:
        reading, logits, said, readable = self._scored(texts)
        confidence = sigmoid(logits + said)
        rows, numbers = np.nonzero((confidence >= self._thresholds) & readable[:, np.newaxis])
        alone = (sigmoid(logits) >= self._thresholds)[rows, numbers].tolist()
        sure = confidence[rows, numbers].round(4).tolist()
        reasons = Reasons(reading, (rows, numbers), said, coef=self._coef, names=self._names)
        tagged: list[dict[int, Tag]] = [{} for _ in texts]
        for place, (row, number) in enumerate(zip(rows.tolist(), numbers.tolist(), strict=True)):
            label = self._labels[number]
            tagged[row][number] = Tag(
                facet=label.facet,
                label=label.key,
                confidence=sure[place],
                origin=Origin.MODEL if alone[place] else Origin.RULE,
                terms=reasons.strongest(place, row, number),
            )
        return [self._with_implied(tags) for tags in tagged]

    def _with_implied(self, tags: dict[int, Tag]) -> tuple[Tag, ...]:
        """Add the labels that others imply, with their confidence where it is higher."""
        for number, child in list(tags.items()):
            for implied in self._implied[number]:
                own = tags.get(implied)
                if own is None or own.confidence < child.confidence:
                    tags[implied] = Tag(
                        facet=child.facet,
                        label=self._labels[implied].key,
                        confidence=child.confidence,
                        origin=(own or child).origin,
                        terms=(own or child).terms,
                    )
        return tuple(tags[number] for number in sorted(tags))


def _chunks(texts: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    for start in range(0, len(texts), _CHUNK):
        yield texts[start : start + _CHUNK]


def taxonomy_hash(taxonomy: Taxonomy) -> str:
    """Return 8 hex digits that change with any label, parent or term."""
    return sha256(json.dumps([asdict(label) for label in taxonomy.labels]).encode()).hexdigest()[:8]
