"""Learn a model:  examples + unlabelled items | train | adopt beside the current one.

A model is due when there is none, when taxonomy or examples are no longer those it was trained on, or
when the operator asks. It counts the last months beside the current one before it takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256

import structlog

from trendwatch.errors import ModelRejected
from trendwatch.model_cache import ModelCache
from trendwatch.store import Store
from trendwatch.types.tags import Example, Model, Taxonomy
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: Training takes seconds; whoever dies in it is replaced after this.
LEASE = timedelta(minutes=5)
#: Recent items whose terms vote; more cost time and teach little.
UNLABELLED = 20_000
UNLABELLED_WINDOW = timedelta(days=90)


@dataclass(slots=True)
class LearnReport:
    """What a run of the step did."""

    #: the version that was adopted, None where nothing was to be learnt
    version: str | None = None
    #: another process learns
    held: bool = False


def learn(
    store: Store,
    taxonomy: Taxonomy,
    examples: Callable[[], Sequence[Example]],
    *,
    recount: timedelta,
    cache: ModelCache,
    clock: Clock,
    rejected: Collection[str] = (),
    force: bool = False,
) -> LearnReport:
    """Train and adopt a model if one is due.

    Args:
        store: keeps models and items.
        taxonomy: the labels to learn.
        examples: whose labels are known.
        recount: how far back a new model counts again.
        cache: models trained before from configuration alone.
        clock: training takes time.
        rejected: versions that cannot be used; the newest of them is replaced.
        force: train also when nothing changed, to learn from new items.
    """
    lesson = lesson_of(taxonomy, examples())
    if not force and _knows(store, lesson, rejected):
        return LearnReport()
    claim = store.claim("learn", "all", now=clock(), lease=LEASE)
    if claim is None:
        return LearnReport(held=True)
    try:
        if not force and _knows(store, lesson, rejected):
            return LearnReport()  # another process has learnt it just now
        now = clock()
        unlabelled = store.understanding.texts(now - UNLABELLED_WINDOW, now, limit=UNLABELLED)
        model = trained(taxonomy, examples(), unlabelled=unlabelled, cache=cache, clock=clock)
        if model.version in {version for version, _, _ in store.models.versions()}:
            # An old lesson again: the cached version has counts of its own here, which must not be added to.
            model = trained(taxonomy, examples(), unlabelled=unlabelled, cache=None, clock=clock)
        store.models.adopt(model, since=now - recount)
        _log.info("model.adopted", version=model.version, items=len(unlabelled))
        return LearnReport(version=model.version)
    finally:
        store.leases.release(claim)


def _knows(store: Store, lesson: str, rejected: Collection[str]) -> bool:
    """Return whether the newest model knows a lesson and can be used."""
    newest = store.models.live()[-1:]
    return any(model.manifest.get("lesson") == lesson and model.version not in rejected for model in newest)


def trained(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    unlabelled: Sequence[tuple[str, str]] = (),
    cache: ModelCache | None,
    clock: Clock,
) -> Model:
    """Return a model that knows which lesson it was taught, from the cache where that has it."""
    lesson = lesson_of(taxonomy, examples)
    known = cache.find(lesson) if cache and not unlabelled else None
    if known is not None and _usable(known, taxonomy):
        return known
    from trendwatch.tagging.train import train

    model = train(examples, taxonomy, unlabelled=unlabelled, now=clock())
    model = replace(model, manifest={**model.manifest, "lesson": lesson})
    if cache and not unlabelled:
        cache.keep(lesson, model)
    return model


def _usable(model: Model, taxonomy: Taxonomy) -> bool:
    """Return whether a model from the cache is whole: a damaged one must not be adopted."""
    from trendwatch.tagging.model import Tagger

    try:
        Tagger.load(model, taxonomy)
    except ModelRejected as error:
        _log.warning("model_cache.rejected", version=model.version, error=str(error))
        return False
    return True


def lesson_of(taxonomy: Taxonomy, examples: Sequence[Example]) -> str:
    """Return 16 hex digits that change with any label, term or example."""
    digest = sha256(repr(taxonomy).encode())
    for example in examples:
        digest.update(repr((example.title, example.summary, sorted(example.labels))).encode())
    return digest.hexdigest()[:16]
