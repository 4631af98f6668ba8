"""The tagger of now, for doors:  current model | load | keep until it changes; and what stands in for one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from threading import Lock

import structlog

from trendwatch.errors import ModelRejected
from trendwatch.store import Store
from trendwatch.store.models import CURRENT
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.taught import unlike
from trendwatch.types.tags import Model, Taxonomy

_log = structlog.get_logger()

#: In the manifest of a model that was refused because it cannot be used, not because it is worse.
UNUSABLE = "unusable"


class Taggers:
    """Loads a tagger when model or labels changed: a tenth of a second that not every request should take."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[str, Taxonomy, Tagger] | None = None
        self._looked_at: tuple[tuple[str, ...], Taxonomy, tuple[str, str]] | None = None

    def current(self, store: Store, taxonomy: Taxonomy) -> Tagger:
        """Return what tags items now: the current model, else the operator's terms alone."""
        version = _current_version(store)
        with self._lock:
            if self._kept is None or self._kept[:2] != (version, taxonomy):
                self._kept = version, taxonomy, load_current(store, taxonomy)
            return self._kept[2]

    def complaint(self, store: Store, taxonomy: Taxonomy) -> str:
        """Return what ``complaint`` says."""
        return self._look(store, taxonomy)[0]

    def misfit(self, store: Store, taxonomy: Taxonomy) -> str:
        """Return what ``misfit_words`` says."""
        return self._look(store, taxonomy)[1]

    def _look(self, store: Store, taxonomy: Taxonomy) -> tuple[str, str]:
        """Look when there is another version or other labels: that reads megabytes."""
        versions = tuple(version for version, _, _ in store.models.versions())
        key = _current_version(store), *versions[:1]
        with self._lock:
            if self._looked_at is None or self._looked_at[:2] != (key, taxonomy):
                said = complaint(store, taxonomy), misfit_words(store, taxonomy)
                self._looked_at = key, taxonomy, said
            return self._looked_at[2]


def load_current(store: Store, taxonomy: Taxonomy, *, cold: Callable[[], Model] | None = None) -> Tagger:
    """Return the tagger of the current model for a taxonomy, or of what stands in where it cannot be used.

    Args:
        store: keeps models.
        taxonomy: the labels it may give.
        cold: makes a model where there is none yet; the terms alone where left out.
    """
    model = store.models.current()
    if model is None:
        return Tagger.load(cold(), taxonomy) if cold else Tagger.rules(taxonomy)
    try:
        return Tagger.load(model, taxonomy)
    except ModelRejected as error:
        _log.warning("model_rejected", version=model.version, error=str(error))
        return stand_in(store.models.earlier(), taxonomy)


def complaint(store: Store, taxonomy: Taxonomy) -> str:
    """Return why the current model or the one trained last cannot be used, and what to do; "" for neither."""
    model = store.models.current()
    if model is not None:
        try:
            Tagger.as_taught(model, taxonomy)
        except ModelRejected as error:
            return f"{error}; until then an earlier model or the terms alone tag"
    newest = store.models.newest()
    if newest is None or not newest.manifest.get(UNUSABLE):
        return ""
    said = f"{newest.version} was trained and cannot be used: {newest.manifest.get('refused')}"
    again = "a day after it is tried again, with trendwatch train at once"
    if model is None:
        return f"{said}; nothing tags until then; {again}"
    meanwhile = f"{model.version} still tags, with the labels and terms of its own training"
    behind = misfit_words(store, taxonomy)
    return f"{said}; {meanwhile}{behind and f' ({behind})'}; {again}"


def misfit_words(store: Store, taxonomy: Taxonomy) -> str:
    """Return what sets the labels and terms that tag now apart from those asked for, "" for nothing."""
    model = store.models.current()
    if model is None:
        return ""
    try:
        return unlike(taxonomy.labels, Tagger.as_taught(model, taxonomy).labels)
    except ModelRejected:
        return ""


def _current_version(store: Store) -> str:
    return next((version for version, state, _ in store.models.versions() if state == CURRENT), "")


def stand_in(models: Iterable[Model], taxonomy: Taxonomy) -> Tagger:
    """Return what tags in place of a model that cannot be used: the first that can, else the terms alone."""
    for model in models:
        with suppress(ModelRejected):
            return Tagger.load(model, taxonomy)
    return Tagger.rules(taxonomy)
