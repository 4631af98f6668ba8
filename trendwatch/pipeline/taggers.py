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
from trendwatch.types.tags import Model, Taxonomy

_log = structlog.get_logger()


class Taggers:
    """Loads a tagger when model or labels changed: a tenth of a second that not every request should take."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: tuple[str, Taxonomy, Tagger] | None = None
        self._looked_at: tuple[str, str] | None = None

    def current(self, store: Store, taxonomy: Taxonomy) -> Tagger:
        """Return what tags items now: the current model, else the operator's terms alone."""
        version = _current_version(store)
        with self._lock:
            if self._kept is None or self._kept[:2] != (version, taxonomy):
                self._kept = version, taxonomy, load_current(store, taxonomy)
            return self._kept[2]

    def complaint(self, store: Store, taxonomy: Taxonomy) -> str:
        """Return why the current model cannot be used, "" where it can; looked at once a version."""
        version = _current_version(store)
        with self._lock:
            if self._looked_at is None or self._looked_at[0] != version:
                self._looked_at = version, complaint(store, taxonomy)
            return self._looked_at[1]


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
    """Return why the current model cannot be used and what to do, "" where it can or there is none."""
    model = store.models.current()
    if model is None:
        return ""
    try:
        Tagger.as_taught(model, taxonomy)
    except ModelRejected as error:
        return f"{error}; until then an earlier model or the terms alone tag"
    return ""


def _current_version(store: Store) -> str:
    return next((version for version, state, _ in store.models.versions() if state == CURRENT), "")


def stand_in(models: Iterable[Model], taxonomy: Taxonomy) -> Tagger:
    """Return what tags in place of a model that cannot be used: the first that can, else the terms alone."""
    for model in models:
        with suppress(ModelRejected):
            return Tagger.load(model, taxonomy)
    return Tagger.rules(taxonomy)
