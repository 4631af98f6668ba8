"""Measure tags:  a model | what it said of texts it had not seen | quality, confusion, reliability."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from trendwatch.errors import ModelRejected
from trendwatch.pipeline.taggers import UNUSABLE
from trendwatch.store import Store
from trendwatch.tagging.gate import text_id
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.quality import (
    Bin,
    Confusion,
    FeedQuality,
    LabelQuality,
    calibration_error,
    confusions,
    feed_qualities,
    qualities,
)
from trendwatch.tagging.weights import unpack
from trendwatch.types.tags import Asked, Correction, Example, Facet, Model, Taxonomy

#: Pairs of labels told.
PAIRS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How good a model's tags are on some texts."""

    texts: int
    #: of the labels that are true or given anywhere, in the order of the taxonomy
    labels: tuple[LabelQuality, ...]
    #: labels taken for other labels
    confusions: tuple[Confusion, ...]
    #: labels missed where nothing of the facet was given, or given where nothing was true
    missed: tuple[Confusion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ByFeed:
    """How good a model's tags are, feed by feed."""

    #: all of them together, without a key
    whole: FeedQuality
    #: those that can be told first, the worst first
    feeds: tuple[FeedQuality, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A model as it stands in the registry."""

    version: str
    #: current (champion), building (challenger), old or refused
    state: str
    made_at: datetime
    #: examples, corrections and unlabelled items it learnt from
    examples: int = 0
    corrections: int = 0
    unlabelled: int = 0
    #: macro-F1 by facet on examples while they were held out
    macro_f1: Mapping[str, float] = field(default_factory=dict)
    #: given tags by confidence, held out; () where it was not measured
    bins: tuple[Bin, ...] = ()
    #: the version it is a return to, "" for none
    back_to: str = ""
    #: its numbers are still kept: it can be gone back to
    kept: bool = False
    #: it was refused because it cannot be used
    unusable: bool = False

    @property
    def warm(self) -> bool:
        """Return whether it learnt from the operator's own news or word, not from configuration alone."""
        return bool(self.corrections or self.unlabelled)

    @property
    def calibration_error(self) -> float:
        """Return how far confidence is off on average; 0 where it was not measured."""
        return calibration_error(self.bins)


def versions(store: Store) -> list[Version]:
    """Return the models there are and were, the newest first."""
    return [
        _described(version, state, made=made, manifest=manifest, kept=kept)
        for version, state, made, manifest, kept in store.models.described()
    ]


def on_examples(model: Model, taxonomy: Taxonomy, examples: Sequence[Example]) -> Measured | None:
    """Return how good a model is on examples while they were held out; None where that was not kept.

    Raises:
        ModelRejected: the model cannot be used.
    """
    said = _unseen(model)
    known = [one for one in examples if text_id(one.title, one.summary) in said]
    if not known:
        return None
    given = [said[text_id(one.title, one.summary)] for one in known]
    return _measured(
        taxonomy, given, true=[one.labels for one in known], facets=[frozenset(Facet)] * len(known)
    )


def on_judged(
    model: Model, tagger: Tagger, *, taxonomy: Taxonomy, corrections: Sequence[Correction]
) -> Measured | None:
    """Return how good a model is on news that operators judged, picked at random; None without any.

    Of items it has learnt from counts what it said while they were held out.

    Raises:
        ModelRejected: the model cannot be used.
    """
    random = _picked_at_random(corrections)
    if not random:
        return None
    return _measured(
        taxonomy,
        _given(model, tagger, random),
        true=[one.labels for one in random],
        facets=[one.facets for one in random],
    )


def by_feed(
    model: Model, tagger: Tagger, *, corrections: Sequence[Correction], feeds: Mapping[str, str]
) -> ByFeed | None:
    """Return how good a model is on each feed's items that operators judged, picked at random; None without.

    Args:
        model: whose tags are measured.
        tagger: the same, loaded.
        corrections: what operators said.
        feeds: the feed of each item, by item id.

    Raises:
        ModelRejected: the model cannot be used.
    """
    random = [one for one in _picked_at_random(corrections) if one.item_id in feeds]
    if not random:
        return None
    pairs = [
        (_within(said, one.facets), _within(one.labels, one.facets))
        for said, one in zip(_given(model, tagger, random), random, strict=True)
    ]
    [whole] = feed_qualities([""] * len(random), pairs)
    return ByFeed(whole=whole, feeds=tuple(feed_qualities([feeds[one.item_id] for one in random], pairs)))


def _picked_at_random(corrections: Sequence[Correction]) -> list[Correction]:
    return [one for one in corrections if one.asked is Asked.RANDOM]


def _given(model: Model, tagger: Tagger, judged: Sequence[Correction]) -> list[frozenset[str]]:
    """Return the labels a model gives judged items; of those it has learnt from, what it said before.

    Raises:
        ModelRejected: the model cannot be used.
    """
    said = _unseen(model)
    tags = tagger.tag([(one.title, one.summary) for one in judged])
    return [
        said.get(text_id(one.title, one.summary), frozenset(tag.full_key for tag in found))
        for one, found in zip(judged, tags, strict=True)
    ]


def _unseen(model: Model) -> dict[bytes, frozenset[str]]:
    """Return what a model said of known texts while they were held out."""
    weights = unpack(model)
    return {
        text: frozenset(weights.labels[column] for column in np.flatnonzero(row).tolist())
        for text, row in zip(weights.held_out.texts, weights.held_out.given, strict=True)
    }


def _measured(
    taxonomy: Taxonomy,
    given: Sequence[frozenset[str]],
    *,
    true: Sequence[frozenset[str]],
    facets: Sequence[frozenset[Facet]],
) -> Measured:
    keys = list(taxonomy.names())
    looked = np.array(
        [[label.facet in mine for label in taxonomy.labels] for mine in facets], dtype=bool
    ).reshape(len(given), len(keys))
    found = qualities(keys, _matrix(given, keys), _matrix(true, keys), looked=looked)
    pairs = [
        (_within(said, mine), _within(right, mine))
        for said, right, mine in zip(given, true, facets, strict=True)
    ]
    ranked = confusions(pairs)
    return Measured(
        texts=len(given),
        labels=tuple(one for one in found if one.precision.whole or one.recall.whole),
        confusions=tuple(one for one in ranked if not one.of_none)[:PAIRS],
        missed=tuple(one for one in ranked if one.of_none)[:PAIRS],
    )


def _matrix(
    rows: Sequence[frozenset[str]], keys: Sequence[str]
) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    return np.array([[key in row for key in keys] for row in rows], dtype=bool).reshape(len(rows), len(keys))


def _within(keys: Collection[str], facets: Collection[Facet]) -> set[str]:
    return {key for key in keys if _facet(key) in facets}


def _facet(key: str) -> Facet:
    return Facet(key.partition(":")[0])


def _described(
    version: str, state: str, *, made: datetime, manifest: Mapping[str, object], kept: bool
) -> Version:
    about = manifest.get("trained")
    trained: Mapping[str, object] = about if isinstance(about, Mapping) else {}
    macro, bins = trained.get("held_out_macro_f1"), trained.get("reliability")
    return Version(
        version=version,
        state=state,
        made_at=made,
        examples=_count(trained, "examples"),
        corrections=_count(trained, "corrections"),
        unlabelled=_count(trained, "unlabelled"),
        macro_f1=dict(macro) if isinstance(macro, Mapping) else {},
        bins=tuple(Bin(*one) for one in bins) if isinstance(bins, list) else (),
        back_to=str(manifest.get("back_to", "")),
        kept=kept,
        unusable=bool(manifest.get(UNUSABLE)),
    )


def _count(trained: Mapping[str, object], name: str) -> int:
    found = trained.get(name)
    return found if isinstance(found, int) else 0


def current_model(store: Store, taxonomy: Taxonomy) -> tuple[Model, Tagger] | None:
    """Return the current model with its tagger, None where there is none that can be used."""
    model = store.models.current()
    if model is None:
        return None
    try:
        return model, Tagger.load(model, taxonomy)
    except ModelRejected:
        return None


def feeds_of(store: Store, corrections: Sequence[Correction]) -> dict[str, str]:
    """Return the feed of each item that was picked at random and judged, by item id."""
    found = store.items.by_id([one.item_id for one in _picked_at_random(corrections)])
    return {one.item.id: one.item.feed_key for one in found}
