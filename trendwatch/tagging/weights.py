"""A tagger as numbers, and those numbers as bytes that can be trusted.

A model is refused before any number is read if its size, hash or shape differs from its manifest, or if it
holds anything but plain numbers. A hash kept beside the blob guards against damage, not
against somebody who can write both; even then nothing runs, as no pickle is ever read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.errors import ModelRejected
from trendwatch.tagging.gate import HeldOut
from trendwatch.tagging.weak import STANDS
from trendwatch.types.tags import Model

#: Written into manifests; another reader refuses.
FORMAT = "trendwatch-linear-4"

#: Vote scores that are told apart: against, nothing, one weak term, 2, 3, 4 and more.
BUCKETS = 6

#: Nothing we train comes near; larger is damage or an attack.
_MAX_BYTES = 64 << 20
_MAX_UNPACKED = 256 << 20
_MAX_TERMS = 400_000

_KINDS = {
    "terms": "|u1",
    "taught": "|u1",
    "idf": "<f4",
    "coef": "<f2",
    "bias": "<f4",
    "evidence": "<f4",
    "standing": "<f4",
    "thresholds": "<f4",
    "texts": "|u1",
    "given": "|u1",
}
#: Bytes of a text's name.
_NAME = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Everything a tagger computes with: K labels, F terms."""

    #: full keys
    labels: tuple[str, ...]
    #: F terms, as in Vectoriser
    terms: Sequence[str]
    #: (F,)
    idf: NDArray[np.float32]
    #: (F, K) logit per unit of TF-IDF; kept in 16 bits
    coef: NDArray[np.float32]
    #: (K,)
    bias: NDArray[np.float32]
    #: (K, BUCKETS) logit for each bucket of votes
    evidence: NDArray[np.float32]
    #: (K, STANDS) logit for how its terms stand in the text: see ``weak``
    standing: NDArray[np.float32]
    #: (K,) a label is given from this confidence on
    thresholds: NDArray[np.float32]
    #: what was said of known texts while they were held out; for comparing models only
    held_out: HeldOut = field(default_factory=HeldOut.none)
    #: the labels and terms it was taught (``taught.written``), "" where it was taught none
    taught: str = ""


def bucket(score: int) -> int:
    """Return the bucket of a vote score."""
    return 0 if score < 0 else min(score + 1, BUCKETS - 1)


def buckets(scores: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the buckets of many vote scores."""
    return np.where(scores < 0, 0, np.minimum(scores + 1, BUCKETS - 1))


def pack(weights: Weights) -> bytes:
    """Return weights as an npz archive: the same weights, the same bytes."""
    known = weights.held_out.texts
    width = -(-len(weights.labels) // 8)
    arrays: dict[str, NDArray[Any]] = {
        "terms": np.frombuffer("\n".join(weights.terms).encode(), dtype=np.uint8),
        "taught": np.frombuffer(weights.taught.encode(), dtype=np.uint8),
        "idf": weights.idf,
        "coef": weights.coef,
        "bias": weights.bias,
        "evidence": weights.evidence,
        "standing": weights.standing,
        "thresholds": weights.thresholds,
        "texts": np.frombuffer(b"".join(known), dtype=np.uint8).reshape(-1, _NAME),
        "given": np.packbits(weights.held_out.given, axis=1) if known else np.zeros((0, width), np.uint8),
    }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(
                member, np.ascontiguousarray(array, dtype=_KINDS[name]), version=(1, 0), allow_pickle=False
            )
            # A fixed date: bytes must not depend on the clock.
            # Coefficients shrink by a third, but take half of the time of loading to grow again.
            how = zipfile.ZIP_STORED if name == "coef" else zipfile.ZIP_DEFLATED
            members.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue(), how)
    return archive.getvalue()


def describe(weights: Weights, blob: bytes) -> dict[str, object]:
    """Return the part of a manifest that ``unpack`` checks a blob against."""
    return {
        "format": FORMAT,
        "sha256": sha256(blob).hexdigest(),
        "bytes": len(blob),
        "terms": len(weights.terms),
        "labels": list(weights.labels),
        "held_out": len(weights.held_out.texts),
    }


def unpack(model: Model) -> Weights:
    """Return the weights of a model.

    Raises:
        ModelRejected: damaged, too large, of another format, or not what its manifest says.
    """
    labels, count, known = _described(model)
    shapes: dict[str, tuple[int, ...]] = {
        "idf": (count,),
        "coef": (count, len(labels)),
        "bias": (len(labels),),
        "evidence": (len(labels), BUCKETS),
        "standing": (len(labels), STANDS),
        "thresholds": (len(labels),),
        "texts": (known, _NAME),
        "given": (known, -(-len(labels) // 8)),
    }
    try:
        with zipfile.ZipFile(io.BytesIO(model.blob)) as archive:
            _check_members(archive, model)
            text, taught = (
                _array(archive, name, shape=None, model=model).tobytes().decode()
                for name in ("terms", "taught")
            )
            arrays = {name: _array(archive, name, shape=shape, model=model) for name, shape in shapes.items()}
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise rejected(model, f"it cannot be read ({error})") from error
    terms = text.split("\n") if text else []
    if len(terms) != count or len(set(terms)) != count:
        raise rejected(model, f"it holds {len(set(terms))} terms, its manifest says {count}")
    names, given = arrays.pop("texts"), arrays.pop("given")
    held_out = HeldOut(
        [row.tobytes() for row in names],
        np.unpackbits(given, axis=1, count=len(labels)).astype(bool)
        if labels
        else np.zeros((known, 0), dtype=bool),
    )
    return Weights(
        labels=labels,
        terms=terms,
        held_out=held_out,
        taught=taught,
        **{name: array.astype(np.float32) for name, array in arrays.items()},
    )


def rejected(model: Model, why: str) -> ModelRejected:
    """Return the refusal of a model."""
    return ModelRejected(f"model {model.version} was refused: {why}; train a new one with `trendwatch train`")


def _described(model: Model) -> tuple[tuple[str, ...], int, int]:
    """Check the blob against the manifest; return labels, the number of terms and of known texts.

    Raises:
        ModelRejected: they do not agree, or the manifest says what cannot be.
    """
    manifest: Mapping[str, object] = model.manifest
    labels, count, size = manifest.get("labels"), manifest.get("terms"), len(model.blob)
    if manifest.get("format") != FORMAT:
        raise rejected(model, f"its format is {manifest.get('format')!r}, not {FORMAT!r}")
    if size > _MAX_BYTES or size != manifest.get("bytes"):
        raise rejected(model, f"it has {size} bytes, its manifest says {manifest.get('bytes')!r}")
    if sha256(model.blob).hexdigest() != manifest.get("sha256"):
        raise rejected(model, "its hash differs from its manifest")
    if not isinstance(labels, list) or not all(isinstance(key, str) for key in labels):
        raise rejected(model, "its manifest names no labels")
    if len(set(labels)) != len(labels):
        raise rejected(model, "its manifest names a label twice")
    if not isinstance(count, int) or not 0 <= count <= _MAX_TERMS:
        raise rejected(model, f"its manifest says {count!r} terms")
    known = manifest.get("held_out")
    if not isinstance(known, int) or not 0 <= known <= _MAX_TERMS:
        raise rejected(model, f"its manifest says {known!r} known texts")
    return tuple(labels), count, known


def _check_members(archive: zipfile.ZipFile, model: Model) -> None:
    """Look at what an archive would unpack to, before it is unpacked.

    Raises:
        ModelRejected: other arrays than a tagger's, or too large.
    """
    members = archive.infolist()
    if sorted(member.filename for member in members) != sorted(f"{name}.npy" for name in _KINDS):
        raise rejected(model, "it does not hold the arrays of a tagger")
    if sum(member.file_size for member in members) > _MAX_UNPACKED:
        raise rejected(model, "it unpacks to more than a tagger can be")


def _array(
    archive: zipfile.ZipFile, name: str, *, shape: tuple[int, ...] | None, model: Model
) -> NDArray[Any]:
    """Return an array once its header says exactly what we expect; no shape means all bytes there are.

    Raises:
        ModelRejected: it is another, cut short, or holds what is no number.
    """
    stream = io.BytesIO(archive.read(f"{name}.npy"))
    if np.lib.format.read_magic(stream) != (1, 0):
        raise rejected(model, f"its {name} is written in another format")
    found, fortran, kind = np.lib.format.read_array_header_1_0(stream)
    held = stream.read()
    expected = (len(held),) if shape is None else shape
    if kind.str != _KINDS[name] or fortran or found != expected:
        raise rejected(model, f"its {name} is {kind.str}{list(found)}, not {_KINDS[name]}{list(expected)}")
    if len(held) != kind.itemsize * int(np.prod(expected)):
        raise rejected(model, f"its {name} is cut short")
    array = np.frombuffer(held, dtype=kind).reshape(expected)
    if not np.isfinite(array).all():
        raise rejected(model, f"its {name} holds numbers that are not finite")
    return array
