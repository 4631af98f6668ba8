"""Numbers to tags: a linear model over words and term votes, kept without code.

    logit of a label = Σ tf-idf of a term · its weight + what the votes of its terms say + bias
    confidence       = 1 / (1 + exp(-logit))

**What confidence means.** Among texts like the examples, about nine in ten of the tags with confidence 0.9
are right: weights, votes and bias were fitted to held-out examples (see ``train``), not to the texts they
were learnt from. It says how sure we are that an editor would give this label, not how important the label
is to the text, nor how true the news is. Where news differs from the examples (another language, a new
subject, a feed with one topic only) it is off in proportion. Without a usable model the confidence of a rule
is the share of texts with such votes that had the label when the product was made. A label that is only
implied by another one carries that one's confidence: it is at least as likely.

**Explaining.** The logit is a sum, so the strongest of its parts are the explanation, exactly. Origin is
``rule`` where the tag would not be given without the votes of the operator's terms, else ``model``.

**Trust.** A model is refused before any number is read if its size, hash or shape differs from its manifest,
or holds anything but plain numbers (FAULTS.md C1). A hash kept beside the blob guards against damage, not
against somebody who can write both: then still nothing runs, as no pickle is ever read.

Known failures. Texts share nothing: two sentences about one thing in other words score apart. Terms of
another language score nothing, so they get no tag rather than a wrong one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.errors import ModelRejected
from trendwatch.tagging.weak import Matcher, Votes, item_words, split_words
from trendwatch.types.tags import Label, Model, Origin, Tag, Taxonomy
from trendwatch.vectors import Vectoriser

#: Written into manifests; another reader refuses.
FORMAT = "trendwatch-linear-1"

#: Vote scores that are told apart: against, nothing, one weak term, 2, 3, 4 and more.
BUCKETS = 6
_NOTHING = 1

#: Nothing we train comes near; larger is damage or an attack.
_MAX_BLOB = 64 << 20
_MAX_MEMBER = 256 << 20
_MAX_TERMS = 400_000

#: Without a model: logits of the shares of config's examples with such votes that have the label,
#: .01 .01 .2 .6 .7 .85 (nothing, and one weak term, never reach the threshold).
_RULES = (-4.6, -4.6, -1.4, 0.4, 0.85, 1.7)
_RULE_THRESHOLD = 0.5

#: Texts per matrix: more is no faster and costs memory (ALGORITHMS 1.4).
_CHUNK = 512
_TERMS_SHOWN = 5

_KINDS = {"terms": "|u1", "idf": "<f4", "coef": "<f2", "bias": "<f4", "evidence": "<f4", "thresholds": "<f4"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Everything a tagger computes with; K labels, F terms."""

    #: full keys
    labels: tuple[str, ...]
    #: F terms, as in Vectoriser
    terms: Sequence[str]
    #: (F,)
    idf: NDArray[np.float32]
    #: (F, K)
    coef: NDArray[np.float32]
    #: (K,)
    bias: NDArray[np.float32]
    #: (K, BUCKETS) logit added for each bucket of votes; 0 for no votes
    evidence: NDArray[np.float32]
    #: (K,) a label is given from this confidence on
    thresholds: NDArray[np.float32]


def pack(weights: Weights) -> bytes:
    """Return weights as an npz archive: the same weights, the same bytes."""
    archive = io.BytesIO()
    np.savez_compressed(
        archive,
        terms=np.frombuffer("\n".join(weights.terms).encode(), dtype=np.uint8),
        idf=weights.idf.astype("<f4"),
        coef=weights.coef.astype("<f2"),
        bias=weights.bias.astype("<f4"),
        evidence=weights.evidence.astype("<f4"),
        thresholds=weights.thresholds.astype("<f4"),
    )
    return archive.getvalue()


def unpack(model: Model) -> Weights:
    """Return the weights of a model.

    Raises:
        ModelRejected: damaged, too large, of another format, or not what its manifest says.
    """
    labels, count = _described(model)
    shapes = {
        "terms": None,
        "idf": (count,),
        "coef": (count, len(labels)),
        "bias": (len(labels),),
        "evidence": (len(labels), BUCKETS),
        "thresholds": (len(labels),),
    }
    try:
        with zipfile.ZipFile(io.BytesIO(model.blob)) as archive:
            _check_members(archive, model)
            arrays = {name: _array(archive, name, shape, model) for name, shape in shapes.items()}
        text = arrays.pop("terms").tobytes().decode()
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise _rejected(model, f"it cannot be read ({error})") from error
    terms = text.split("\n") if text else []
    if len(terms) != count or len(set(terms)) != count:
        raise _rejected(model, f"it holds {len(set(terms))} terms, its manifest says {count}")
    return Weights(
        labels=labels, terms=terms, **{name: array.astype(np.float32) for name, array in arrays.items()}
    )


class Tagger:
    """Puts labels on texts."""

    def __init__(self, weights: Weights, taxonomy: Taxonomy, *, version: str) -> None:
        #: of the model; names the taxonomy alone for rules
        self.version = version
        self._labels: tuple[Label, ...] = taxonomy.labels
        self._matcher = Matcher(taxonomy)
        self._vectoriser = Vectoriser(weights.terms, weights.idf)
        self._ancestors = [
            [f"{label.facet}:{key}" for key in taxonomy.ancestors(label.facet, label.key)]
            for label in self._labels
        ]
        self._number = {label.full_key: number for number, label in enumerate(self._labels)}
        self._coef, self._bias, self._evidence, self._thresholds = self._aligned(weights)

    @classmethod
    def load(cls, model: Model, taxonomy: Taxonomy) -> Tagger:
        """Return the tagger a model describes; labels it was not trained on are given by rules.

        Raises:
            ModelRejected: see ``unpack``; or it knows a label that the taxonomy does not.
        """
        weights = unpack(model)
        unknown = sorted(set(weights.labels) - {label.full_key for label in taxonomy.labels})
        if unknown:
            raise _rejected(model, f"the taxonomy has no {', '.join(unknown)}")
        return cls(weights, taxonomy, version=model.version)

    @classmethod
    def rules(cls, taxonomy: Taxonomy) -> Tagger:
        """Return a tagger that only counts the votes of terms: what works without any model."""
        nothing = np.zeros(0, dtype=np.float32)
        weights = Weights(
            labels=(),
            terms=(),
            idf=nothing,
            coef=np.zeros((0, 0), dtype=np.float32),
            bias=nothing,
            evidence=np.zeros((0, BUCKETS), dtype=np.float32),
            thresholds=nothing,
        )
        return cls(weights, taxonomy, version=f"rules-{taxonomy_hash(taxonomy)}")

    def tag(self, texts: Sequence[tuple[str, str]]) -> list[tuple[Tag, ...]]:
        """Return the tags of each (title, summary), in the order of the taxonomy."""
        tagged: list[tuple[Tag, ...]] = []
        for start in range(0, len(texts), _CHUNK):
            tagged += self._tag_chunk(texts[start : start + _CHUNK])
        return tagged

    def _aligned(self, weights: Weights) -> tuple[NDArray[np.float32], ...]:
        """Return coefficients, bias, evidence and thresholds by number of the taxonomy's labels."""
        known = [self._number[key] for key in weights.labels]
        count = len(self._labels)
        rules = np.array(_RULES, dtype=np.float32)
        coef = np.zeros((len(weights.terms), count), dtype=np.float32)
        bias = np.full(count, rules[_NOTHING], dtype=np.float32)
        evidence = np.tile(rules - rules[_NOTHING], (count, 1))
        thresholds = np.full(count, _RULE_THRESHOLD, dtype=np.float32)
        coef[:, known], bias[known] = weights.coef, weights.bias
        evidence[known], thresholds[known] = weights.evidence, weights.thresholds
        return coef, bias, evidence, thresholds

    def _tag_chunk(self, texts: Sequence[tuple[str, str]]) -> Iterator[tuple[Tag, ...]]:
        tokens = [item_words(title, summary) for title, summary in texts]
        matrix = self._vectoriser.transform_words([singulars(words) for words in tokens])
        logits = matrix @ self._coef + self._bias
        votes = [self._matcher.find(words) for words in tokens]
        said = np.zeros_like(logits)
        for row, found in enumerate(votes):
            for number, vote in found.items():
                said[row, number] = self._evidence[number, bucket(vote.score)]
        confidence = _sigmoid(logits + said)
        given = confidence >= self._thresholds
        alone = _sigmoid(logits) >= self._thresholds
        for row, words in enumerate(tokens):
            numbers = (
                np.flatnonzero(given[row])
                if votes[row] or matrix.indptr[row] < matrix.indptr[row + 1]
                else ()
            )
            if len(numbers) == 0:
                yield ()
                continue
            explain = _Explanation(matrix[row], words, self._vectoriser.terms)
            yield self._with_parents(
                {
                    int(number): Tag(
                        facet=self._labels[number].facet,
                        label=self._labels[number].key,
                        confidence=round(float(confidence[row, number]), 4),
                        origin=Origin.MODEL if alone[row, number] else Origin.RULE,
                        terms=explain.terms(
                            self._coef[:, number], votes[row].get(number), float(said[row, number])
                        ),
                    )
                    for number in numbers
                }
            )

    def _with_parents(self, tags: dict[int, Tag]) -> tuple[Tag, ...]:
        """Add what labels imply: with the child's words and confidence, where that is higher."""
        for number, child in list(tags.items()):
            for key in self._ancestors[number]:
                parent = self._number[key]
                own = tags.get(parent)
                if own is None or own.confidence < child.confidence:
                    tags[parent] = Tag(
                        facet=child.facet,
                        label=self._labels[parent].key,
                        confidence=child.confidence,
                        origin=own.origin if own else child.origin,
                        terms=own.terms if own else child.terms,
                    )
        return tuple(tags[number] for number in sorted(tags))


class _Explanation:
    """Which words of one text speak for a label, and how much."""

    def __init__(self, row: Any, words: Sequence[str], terms: Sequence[str]) -> None:
        #: how the text writes a word that is compared in the singular
        self._written = dict(zip(reversed(singulars(words)), reversed(words), strict=True))
        self._columns, self._weights = row.indices, row.data
        self._terms = [terms[column] for column in row.indices]

    def terms(self, coef: NDArray[np.float32], votes: Votes | None, said: float) -> tuple[str, ...]:
        """Return the strongest parts of the logit, at most five, as written in the text or the taxonomy."""
        parts: dict[str, float] = {}
        shown: dict[str, str] = {}
        for term, part in zip(self._terms, (self._weights * coef[self._columns]).tolist(), strict=True):
            if part > 0:
                parts[term] = part
                shown[term] = " ".join(self._written.get(word, word) for word in term.split(" "))
        for written in votes.terms if votes else ():
            term = " ".join(singulars(split_words(written)))
            parts[term] = parts.get(term, 0.0) + said / len(votes.terms) if votes else 0.0
            shown[term] = written
        best = sorted((term for term in parts if parts[term] > 0), key=lambda term: (-parts[term], term))
        return tuple(shown[term] for term in best[:_TERMS_SHOWN])


def singulars(words: Sequence[str]) -> list[str]:
    """Return words with a plural ending taken off: with few examples, robot and robots are one word."""
    return [_singular(word) if word[-1] == "s" and len(word) > 3 else word for word in words]  # noqa: PLR2004


def _singular(word: str) -> str:
    if word.endswith(("ss", "us", "is", "news")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1]


def bucket(score: int) -> int:
    """Return the bucket of a vote score."""
    return 0 if score < 0 else min(score + 1, BUCKETS - 1)


def taxonomy_hash(taxonomy: Taxonomy) -> str:
    """Return 8 hex digits that change with any label, term or parent."""
    return sha256(repr(taxonomy.labels).encode()).hexdigest()[:8]


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(logits.astype(np.float64), -50, 50))))


def _rejected(model: Model, why: str) -> ModelRejected:
    return ModelRejected(f"model {model.version} was refused: {why}; train a new one with `trendwatch learn`")


def _described(model: Model) -> tuple[tuple[str, ...], int]:
    """Check the blob against the manifest; return labels and the number of terms."""
    manifest: Mapping[str, object] = model.manifest
    labels, count = manifest.get("labels"), manifest.get("terms")
    if manifest.get("format") != FORMAT:
        raise _rejected(model, f"its format is {manifest.get('format')!r}, not {FORMAT!r}")
    if len(model.blob) > _MAX_BLOB or len(model.blob) != manifest.get("bytes"):
        raise _rejected(model, f"it has {len(model.blob)} bytes, its manifest says {manifest.get('bytes')}")
    if sha256(model.blob).hexdigest() != manifest.get("sha256"):
        raise _rejected(model, "its hash differs from its manifest")
    if not isinstance(labels, list) or not all(isinstance(key, str) for key in labels):
        raise _rejected(model, "its manifest names no labels")
    if len(set(labels)) != len(labels):
        raise _rejected(model, "its manifest names a label twice")
    if not isinstance(count, int) or not 0 <= count <= _MAX_TERMS:
        raise _rejected(model, f"its manifest says {count!r} terms")
    return tuple(labels), count


def _check_members(archive: zipfile.ZipFile, model: Model) -> None:
    members = archive.infolist()
    if sorted(member.filename for member in members) != sorted(f"{name}.npy" for name in _KINDS):
        raise _rejected(model, "it does not hold the arrays of a tagger")
    if sum(member.file_size for member in members) > _MAX_MEMBER:
        raise _rejected(model, "it unpacks to more than a tagger can be")


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...] | None, model: Model) -> NDArray[Any]:
    """Return an array once its header says exactly what we expect."""
    stream = io.BytesIO(archive.read(f"{name}.npy"))
    if np.lib.format.read_magic(stream) != (1, 0):
        raise _rejected(model, f"its {name} is written in another format")
    found, fortran, kind = np.lib.format.read_array_header_1_0(stream)
    if shape is None:
        shape = (len(stream.getbuffer()) - stream.tell(),)
    if found != shape or kind.str != _KINDS[name] or fortran:
        raise _rejected(model, f"its {name} is {kind.str}{list(found)}, not {_KINDS[name]}{list(shape)}")
    if len(stream.getbuffer()) - stream.tell() != kind.itemsize * int(np.prod(shape)):
        raise _rejected(model, f"its {name} is cut short")
    array = np.frombuffer(stream.read(), dtype=kind).reshape(shape)
    if not np.isfinite(array).all():
        raise _rejected(model, f"its {name} holds numbers that are not finite")
    return array
