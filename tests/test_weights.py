"""C1: a model that is not exactly what its manifest says is refused, and nothing in it ever runs."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import numpy as np
import pytest

from tests.tagging_world import TAXONOMY
from trendwatch.errors import ModelRejected
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.taught import read_back, written
from trendwatch.tagging.weak import STANDS
from trendwatch.tagging.weights import BUCKETS, Weights, describe, pack, unpack
from trendwatch.types.tags import Model

WEIGHTS = Weights(
    labels=("area:ai", "area:iot"),
    terms=("ai", "ärzte", "smart home"),
    idf=np.array([1, 2, 3], dtype=np.float32),
    coef=np.array([[1, 0], [0.5, -0.5], [0, 2]], dtype=np.float32),
    bias=np.array([-1, -2], dtype=np.float32),
    evidence=np.zeros((2, BUCKETS), dtype=np.float32),
    standing=np.array([[-0.5] * STANDS, [1.5] * STANDS], dtype=np.float32),
    thresholds=np.array([0.5, 0.25], dtype=np.float32),
)


def model(blob: bytes, **manifest: object) -> Model:
    """A model whose manifest fits its blob, but for what a test changes."""
    described = describe(WEIGHTS, blob) | manifest
    return Model(version="v1", created_at=datetime(2026, 1, 1, tzinfo=UTC), manifest=described, blob=blob)


def archive(**changes: bytes | None) -> bytes:
    """The members of a good blob, some replaced or left out."""
    with zipfile.ZipFile(io.BytesIO(pack(WEIGHTS))) as good:
        members = {name.removesuffix(".npy"): good.read(name) for name in good.namelist()}
    members |= {name: held for name, held in changes.items() if held is not None}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as bad:
        for name, held in members.items():
            if changes.get(name, b"") is not None:
                bad.writestr(f"{name}.npy", held)
    return made.getvalue()


def npy(array: np.ndarray, **options: bool) -> bytes:
    held = io.BytesIO()
    np.save(held, array, **options)
    return held.getvalue()


def header(shape: str, kind: str = "<f4") -> bytes:
    """The header of an array that promises more than follows."""
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def test_round_trip() -> None:
    found = unpack(model(pack(WEIGHTS)))
    assert found.labels == WEIGHTS.labels
    assert list(found.terms) == list(WEIGHTS.terms)
    for name in ("idf", "coef", "bias", "evidence", "standing", "thresholds"):
        assert getattr(found, name) == pytest.approx(getattr(WEIGHTS, name)), name
        assert getattr(found, name).dtype == np.float32


def test_no_terms_round_trip() -> None:
    none = replace(WEIGHTS, terms=(), idf=np.zeros(0, np.float32), coef=np.zeros((0, 2), np.float32))
    assert list(unpack(model(pack(none), terms=0)).terms) == []


def test_same_weights_same_bytes() -> None:
    assert pack(WEIGHTS) == pack(WEIGHTS)


class Bomb:
    """Code that a pickle would run."""

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return pytest.fail, ("a pickle was read",)


BLOBS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "cannot be read"),
    "not an archive": (b"x" * 1000, "cannot be read"),
    "pickle": (pickle.dumps(Bomb()), "cannot be read"),
    "pickled member": (archive(idf=npy(np.array([Bomb()]), allow_pickle=True)), r"idf is \|O"),
    "cut short": (pack(WEIGHTS)[:-30], "cannot be read"),
    "member missing": (archive(bias=None), "does not hold the arrays"),
    "member more": (archive(extra=b"x"), "does not hold the arrays"),
    "member no array": (archive(bias=b"hello"), "cannot be read"),
    "wrong shape": (archive(bias=npy(np.zeros(3, np.float32))), r"bias is <f4\[3\], not <f4\[2\]"),
    "wrong kind": (archive(bias=npy(np.zeros(2, np.float64))), r"bias is <f8\[2\]"),
    "fortran order": (archive(coef=npy(np.asfortranarray(np.zeros((3, 2), np.float16)))), "coef is"),
    "infinite": (archive(bias=npy(np.array([1, np.inf], np.float32))), "not finite"),
    "not a number": (archive(coef=npy(np.full((3, 2), np.nan, np.float16))), "not finite"),
    "promises much": (archive(bias=header("(9000000000000,)")), "bias is"),
    "promises more than it holds": (archive(bias=header("(2,)")), "cut short"),
    "negative shape": (archive(bias=header("(-2,)")), "bias is"),
    "header runs code": (archive(bias=header("__import__('os').abort()")), "cannot be read"),
    "terms no text": (archive(terms=npy(np.full(9, 255, np.uint8))), "cannot be read"),
    "terms twice": (archive(terms=npy(np.frombuffer(b"a\na\nb", np.uint8))), "holds 2 terms"),
    "terms fewer": (archive(terms=npy(np.frombuffer(b"a", np.uint8))), "holds 1 terms"),
    "unpacks to much": (archive(bias=bytes(300 << 20)), "unpacks to more"),
}


@pytest.mark.parametrize("name", BLOBS)
def test_c1_bad_blob_is_refused(name: str) -> None:
    blob, message = BLOBS[name]
    with pytest.raises(ModelRejected, match=message):
        unpack(model(blob))


MANIFESTS: dict[str, tuple[dict[str, object], str]] = {
    "other format": ({"format": "skops"}, "its format is 'skops'"),
    "wrong hash": ({"sha256": sha256(b"").hexdigest()}, "its hash differs"),
    "no hash": ({"sha256": None}, "its hash differs"),
    "wrong size": ({"bytes": 5}, "its manifest says 5"),
    "labels missing": ({"labels": None}, "names no labels"),
    "labels no text": ({"labels": [1, 2]}, "names no labels"),
    "label twice": ({"labels": ["area:ai", "area:ai"]}, "names a label twice"),
    "fewer labels": ({"labels": ["area:ai"]}, "coef is"),
    "terms no number": ({"terms": "3"}, "says '3' terms"),
    "terms below zero": ({"terms": -1}, "says -1 terms"),
    "terms without end": ({"terms": 10**12}, "says 1000000000000 terms"),
    "empty": ({"format": None}, "its format is None"),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_c1_wrong_manifest_is_refused(name: str) -> None:
    manifest, message = MANIFESTS[name]
    with pytest.raises(ModelRejected, match=message):
        unpack(model(pack(WEIGHTS), **manifest))


def test_c1_every_flipped_byte_is_refused() -> None:
    blob = pack(WEIGHTS)
    good = model(blob)
    for place in range(0, len(blob), 7):
        damaged = blob[:place] + bytes([blob[place] ^ 1]) + blob[place + 1 :]
        with pytest.raises(ModelRejected, match="hash differs"):
            unpack(replace(good, blob=damaged))


def test_refusal_says_what_to_do() -> None:
    with pytest.raises(
        ModelRejected, match=r"model v1 was refused: .*; train a new one with `trendwatch train`"
    ):
        unpack(model(b""))


def test_the_labels_a_model_was_taught_come_back_as_they_were() -> None:
    spoken = replace(TAXONOMY, further=("de",))
    found = unpack(model(pack(replace(WEIGHTS, taught=written(spoken)))))
    assert read_back(found.taught) == spoken


@pytest.mark.parametrize("taught", ["[", "[]", '{"labels": [1]}', '{"labels": [{"facet": "area"}]}'])
def test_c1_what_is_no_taxonomy_is_refused(taught: str) -> None:
    with pytest.raises(ModelRejected, match="taught cannot be read"):
        Tagger.as_taught(model(pack(replace(WEIGHTS, taught=taught))), TAXONOMY)


def test_c1_labels_that_were_never_taught_are_refused() -> None:
    with pytest.raises(ModelRejected, match="not those it was taught"):
        Tagger.as_taught(model(pack(replace(WEIGHTS, taught=written(TAXONOMY)))), TAXONOMY)
