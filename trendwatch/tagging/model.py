"""Texts to tags: a linear model over words and the votes of terms.

    logit of a label = Σ TF-IDF of a term · its weight + what the votes of its terms say + bias
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
from dataclasses import asdict
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from trendwatch.phrases import item_words, split_words
from trendwatch.tagging.calibrate import RULE_THRESHOLD, RULES
from trendwatch.tagging.weak import Matcher, Votes
from trendwatch.tagging.weights import BUCKETS, Weights, bucket, rejected, unpack
from trendwatch.types.tags import Label, Model, Origin, Tag, Taxonomy
from trendwatch.vectors import Vectoriser

_NO_VOTES = bucket(0)

#: Texts per matrix: more is no faster and costs memory (ALGORITHMS 1.4).
_CHUNK = 512
_TERMS_SHOWN = 5
_SHORTEST_PLURAL = 4


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
        self._matcher = Matcher(taxonomy)
        self._vectoriser = Vectoriser(weights.terms, weights.idf)
        self._coef, self._bias, self._evidence, self._thresholds = self._aligned(weights)
        self._by_label = np.ascontiguousarray(self._coef.T)

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
            thresholds=none,
        )
        return cls(weights, taxonomy, version=f"rules-{taxonomy_hash(taxonomy)}")

    def tag(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Tag, ...]]:
        """Return the tags of each (title, summary), in the order of the taxonomy; () says "none"."""
        tagged: list[tuple[Tag, ...]] = []
        for start in range(0, len(texts), _CHUNK):
            tagged += self._tag_chunk(texts[start : start + _CHUNK])
        return tagged

    def _aligned(self, weights: Weights) -> tuple[NDArray[np.float32], ...]:
        """Return coefficients, bias, evidence and thresholds by number of the taxonomy's labels."""
        known = [self._number[key] for key in weights.labels]
        count = len(self._labels)
        rules = np.array(RULES, dtype=np.float32)
        coef = np.zeros((len(weights.terms), count), dtype=np.float32)
        bias = np.full(count, rules[_NO_VOTES], dtype=np.float32)
        evidence = np.tile(rules - rules[_NO_VOTES], (count, 1))
        thresholds = np.full(count, RULE_THRESHOLD, dtype=np.float32)
        coef[:, known], bias[known] = weights.coef, weights.bias
        evidence[known], thresholds[known] = weights.evidence, weights.thresholds
        return coef, bias, evidence, thresholds

    def _tag_chunk(self, texts: Sequence[tuple[str, str]]) -> Iterator[tuple[Tag, ...]]:
        tokens = [item_words(title, summary) for title, summary in texts]
        matrix = self._vectoriser.transform_words([singulars(words) for words in tokens])
        votes = [self._matcher.find(words) for words in tokens]
        said = self._said(votes)
        logits = matrix @ self._coef + (self._bias + self._evidence[:, _NO_VOTES])
        confidence = _sigmoid(logits + said)
        readable = (np.diff(matrix.indptr) > 0) | np.array([bool(found) for found in votes], dtype=bool)
        given = (confidence >= self._thresholds) & readable[:, np.newaxis]
        alone = _sigmoid(logits) >= self._thresholds
        for row, words in enumerate(tokens):
            numbers = np.flatnonzero(given[row]).tolist()
            if not numbers:
                yield ()
                continue
            here = slice(matrix.indptr[row], matrix.indptr[row + 1])
            reasons = _Reasons(words, matrix.indices[here], matrix.data[here])
            tags: dict[int, Tag] = {}
            for number in numbers:
                terms = reasons.strongest(
                    self._by_label[number],
                    self._vectoriser.terms,
                    votes[row].get(number),
                    said=float(said[row, number]),
                )
                tags[number] = Tag(
                    facet=self._labels[number].facet,
                    label=self._labels[number].key,
                    confidence=round(float(confidence[row, number]), 4),
                    origin=Origin.MODEL if alone[row, number] else Origin.RULE,
                    terms=terms,
                )
            yield self._with_implied(tags)

    def _said(self, votes: Sequence[dict[int, Votes]]) -> NDArray[np.float32]:
        """Return what the votes add to each logit."""
        said = np.zeros((len(votes), len(self._labels)), dtype=np.float32)
        steps = self._evidence - self._evidence[:, [_NO_VOTES]]
        for row, found in enumerate(votes):
            for number, vote in found.items():
                said[row, number] = steps[number, bucket(vote.score)]
        return said

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


class _Reasons:
    """Which words of one text speak for a label, and how much."""

    def __init__(
        self, words: Sequence[str], columns: NDArray[np.int32], weights: NDArray[np.float32]
    ) -> None:
        #: how the text first writes a word that is compared in the singular
        self._written = dict(zip(reversed(singulars(words)), reversed(words), strict=True))
        self._columns, self._weights = columns, weights

    def strongest(
        self, coef: NDArray[np.float32], names: Sequence[str], votes: Votes | None, *, said: float
    ) -> tuple[str, ...]:
        """Return the largest parts of a logit, as written in the text or, for terms, in the taxonomy."""
        voted = {" ".join(singulars(split_words(term))): term for term in votes.terms} if votes else {}
        parts = self._weights * coef[self._columns]
        # Votes move no more terms than they have, so what is left of the others is in the first few.
        first = np.argsort(-parts, kind="stable")[: _TERMS_SHOWN + len(voted)].tolist()
        ranked = {names[self._columns[place]]: float(parts[place]) for place in first}
        for term in voted:
            column = self._place(term, names)
            ranked[term] = said / len(voted) + (float(parts[column]) if column is not None else 0.0)
        best = sorted((term for term in ranked if ranked[term] > 0), key=lambda term: (-ranked[term], term))
        return tuple(voted.get(term) or self._as_written(term) for term in best[:_TERMS_SHOWN])

    def _place(self, term: str, names: Sequence[str]) -> int | None:
        """Return where a term stands in the row."""
        for place, column in enumerate(self._columns.tolist()):
            if names[column] == term:
                return place
        return None

    def _as_written(self, term: str) -> str:
        return " ".join([self._written[word] for word in term.split(" ")])


def singulars(words: Sequence[str]) -> list[str]:
    """Return words with a plural ending taken off: with few examples, robot and robots must be one word."""
    return [_singular(word) if word[-1] == "s" and len(word) >= _SHORTEST_PLURAL else word for word in words]


def _singular(word: str) -> str:
    if word.endswith(("ss", "us", "is", "news")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def taxonomy_hash(taxonomy: Taxonomy) -> str:
    """Return 8 hex digits that change with any label, parent or term."""
    return sha256(json.dumps([asdict(label) for label in taxonomy.labels]).encode()).hexdigest()[:8]


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -50, 50))))
