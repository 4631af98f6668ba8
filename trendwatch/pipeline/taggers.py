"""The tagger of now, for doors:  current model | load | keep until it changes; and what stands in for one."""

from __future__ import annotations

from collections.abc import Iterable
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

    def current(self, store: Store, taxonomy: Taxonomy) -> Tagger:
        """Return what tags items now: the current model, else the operator's terms alone."""
        version = next((version for version, state, _ in store.models.versions() if state == CURRENT), "")
        with self._lock:
            if self._kept is None or self._kept[:2] != (version, taxonomy):
                self._kept = version, taxonomy, load_current(store, taxonomy)
            return self._kept[2]


def load_current(store: Store, taxonomy: Taxonomy) -> Tagger:
    """Return the current model's tagger for a taxonomy, the terms alone where there is no usable one."""
    model = store.models.current()
    if model is None:
        return Tagger.rules(taxonomy)
    try:
        return Tagger.load(model, taxonomy)
    except ModelRejected as error:
        _log.warning("model_rejected", version=model.version, error=str(error))
        return Tagger.rules(taxonomy)


def stand_in(models: Iterable[Model], taxonomy: Taxonomy) -> Tagger:
    """Return what tags in place of a model that cannot be used: the first that can, else the terms alone."""
    for model in models:
        with suppress(ModelRejected):
            return Tagger.as_taught(model, taxonomy)
    return Tagger.rules(taxonomy)
