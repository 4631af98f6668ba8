"""Learn a model:  examples + corrections + unlabelled items | train | judge | adopt beside the current one.

A model is due when there is none, when taxonomy, examples, code or libraries are no longer those the last
one was trained with, a day after the last one when 20 corrections are new, a week after the first when there
are 1,000 items to learn from (and each time they have doubled), or when the operator asks. It only takes the
place of the current one if it is not worse (``tagging.gate``), and counts the last months beside it first.
One that is worse is kept under its name, refused; where labels, terms or code were changed it is adopted all
the same, as the old one cannot speak of them. One that cannot be used (``compare.flaw``) is refused whatever
it was trained for: the current one goes on with the labels and terms it was taught, and a day later training
is tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import structlog

from trendwatch.errors import ModelRejected
from trendwatch.model_cache import ModelCache, code_hash
from trendwatch.pipeline.compare import compare, flaw
from trendwatch.pipeline.holding import held
from trendwatch.pipeline.taggers import UNUSABLE
from trendwatch.store import Store
from trendwatch.store.models import LIVE
from trendwatch.tagging.gate import Verdict
from trendwatch.types.tags import Correction, Example, Model, Taxonomy
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: Recent items whose terms vote; more cost time and teach little.
UNLABELLED = 20_000
UNLABELLED_WINDOW = timedelta(days=90)

#: Corrections that are worth a new model, and how often at most.
ENOUGH_CORRECTIONS, NIGHT = 20, timedelta(days=1)
#: Unlabelled items that are, and how often at most.
ENOUGH_ITEMS, WEEK = 1_000, timedelta(days=7)


#: How a model is made of examples and a taxonomy; ``tagging.train.train`` unless told.
Teach = Callable[..., Model]


@dataclass(slots=True)
class LearnReport:
    """What a run of the step did."""

    #: the version that was adopted, None where nothing was to be learnt
    version: str | None = None
    #: another process learns
    held: bool = False
    #: until when unless it goes on, None where none does
    held_until: datetime | None = None
    #: the version that was trained and not adopted: worse, or of no use
    refused: str | None = None
    #: it was refused because it cannot be used at all
    unusable: bool = False
    #: how the two compare, for people; "" where there was nothing to compare with
    why: str = ""


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What a model is to be taught now."""

    name: str
    taxonomy: Taxonomy
    examples: Sequence[Example]
    corrections: Sequence[Correction]
    unlabelled: Sequence[tuple[str, str]]
    teach: Teach | None


def learn(
    store: Store,
    taxonomy: Taxonomy,
    examples: Callable[[], Sequence[Example]],
    *,
    recount: timedelta,
    cache: ModelCache,
    clock: Clock,
    lease: timedelta,
    rejected: Collection[str] = (),
    force: bool = False,
    teach: Teach | None = None,
) -> LearnReport:
    """Train a model if one is due, and adopt it if it can be used and is not worse.

    Args:
        store: keeps models, items and corrections.
        taxonomy: the labels to learn.
        examples: whose labels are known.
        recount: how far back a new model counts again.
        cache: models trained before from configuration alone.
        clock: training takes time.
        lease: how long the work stays this process's without a sign of life.
        rejected: versions that cannot be used; the newest of them is replaced.
        force: train also when nothing changed, to learn from new items.
        teach: makes the model; ``train`` where left out.
    """
    lesson = lesson_of(taxonomy, examples(), code=cache.code)
    if not force and not _due(store, lesson, rejected, now=clock()):
        return LearnReport()
    claim = store.claim("learn", "all", now=clock(), lease=lease)
    if claim is None:
        until = store.leases.held_until("learn", now=clock())
        _log.info("model.trained_elsewhere", until=until.isoformat() if until else "now")
        return LearnReport(held=True, held_until=until)
    with held(store, claim, clock=clock, lease=lease):
        now = clock()
        if not force and not _due(store, lesson, rejected, now=now):
            return LearnReport()  # another process has learnt it just now
        unlabelled = store.understanding.texts(now - UNLABELLED_WINDOW, now, limit=UNLABELLED)
        taught = _Lesson(lesson, taxonomy, examples(), store.corrections.all(), unlabelled, teach)
        return _learnt(store, taught, recount=recount, cache=cache, clock=clock, rejected=rejected)


def go_back(store: Store, version: str, taxonomy: Taxonomy, *, recount: timedelta, clock: Clock) -> Model:
    """Adopt an earlier or refused version again, under a new name: its counts begin anew.

    Raises:
        NotFound: there is no such version.
        ModelRejected: it cannot be used any more.
    """
    from trendwatch.tagging.model import Tagger

    known = store.models.get(version)
    Tagger.load(known, taxonomy)
    if wrong := known.manifest.get(UNUSABLE) and known.manifest.get("refused"):
        raise ModelRejected(str(wrong))
    now = clock()
    name = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{version.rpartition('-')[2]}"
    newest = store.models.newest()
    lesson = newest.manifest.get("lesson") if newest else None
    # It stands for the lesson of today, or the next tick would train that again.
    manifest = {**known.manifest, "back_to": version, "lesson": lesson}
    model = replace(known, version=name, created_at=now, manifest=manifest)
    store.models.adopt(model, since=now - recount)
    _log.info("model.went_back", version=name, to=version)
    return model


def trained(
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    *,
    corrections: Sequence[Correction] = (),
    unlabelled: Sequence[tuple[str, str]] = (),
    cache: ModelCache | None,
    clock: Clock,
    code: str = "",
    teach: Teach | None = None,
) -> Model:
    """Return a model that knows which lesson it was taught, from the cache where that has it.

    Args:
        taxonomy: the labels to learn.
        examples: whose labels are known.
        corrections: what operators said of items.
        unlabelled: (title, summary) of news.
        cache: models trained before from configuration alone, None where it is not to be asked.
        clock: training takes time.
        code: names the code that trains; this one where left out.
        teach: makes the model; ``train`` where left out.
    """
    code = code or code_hash()
    lesson = lesson_of(taxonomy, examples, code=code)
    alone = not unlabelled and not corrections
    known = cache.find(lesson) if cache and alone else None
    if known is not None:
        if not (wrong := flaw(known, taxonomy, examples)):
            return known
        _log.warning("model_cache.rejected", version=known.version, error=wrong)
    from trendwatch.tagging.train import train

    model = (teach or train)(examples, taxonomy, corrections=corrections, unlabelled=unlabelled, now=clock())
    model = replace(model, manifest={**model.manifest, "lesson": lesson, "code": code})
    if cache and alone and not flaw(model, taxonomy, examples):
        cache.keep(lesson, model)
    return model


def lesson_of(taxonomy: Taxonomy, examples: Sequence[Example], *, code: str) -> str:
    """Return 16 hex digits that change with any label, term or example, and with the code that learns."""
    digest = sha256(repr((code, taxonomy)).encode())
    for example in examples:
        digest.update(repr((example.title, example.summary, sorted(example.labels))).encode())
    return digest.hexdigest()[:16]


def _learnt(
    store: Store,
    taught: _Lesson,
    *,
    recount: timedelta,
    cache: ModelCache,
    clock: Clock,
    rejected: Collection[str],
) -> LearnReport:
    """Train, and adopt or refuse."""
    model = _trained(taught, cache=cache, clock=clock, code=cache.code)
    if model.version in {version for version, _, _ in store.models.versions()}:
        # An old lesson again: the cached version has counts of its own here, which must not be added to.
        model = _trained(taught, cache=None, clock=clock, code=cache.code)
    current = store.models.current()
    if wrong := flaw(model, taught.taxonomy, taught.examples):
        _refuse(store, model, current, why=wrong, unusable=True, rejected=rejected)
        _log.error("model.unusable", version=model.version, why=wrong, stays=current and current.version)
        return LearnReport(refused=model.version, unusable=True, why=wrong)
    verdict = _judged(store, taught, champion=current, challenger=model)
    if not verdict.adopt and current is not None and _same_ground(current, model):
        _refuse(store, model, current, why=verdict.why, rejected=rejected)
        _log.warning("model.refused", version=model.version, why=verdict.why)
        return LearnReport(refused=model.version, why=verdict.why)
    if not verdict.adopt:
        # Labels or terms were changed on purpose, and the old model cannot speak of them however good it is;
        # or it would read texts with other code than it was judged with.
        verdict = Verdict(True, f"labels, terms or code have changed; {verdict.why}")
        _log.warning("model.adopted_though_worse", version=model.version, why=verdict.why)
    store.models.adopt(model, since=clock() - recount)
    why = verdict.why or "there was no model before"
    _log.info("model.adopted", version=model.version, items=len(taught.unlabelled), why=why)
    return LearnReport(version=model.version, why=verdict.why)


def _judged(store: Store, taught: _Lesson, *, champion: Model | None, challenger: Model) -> Verdict:
    if champion is None:
        return Verdict(True, "")
    return compare(
        champion,
        challenger,
        taxonomy=taught.taxonomy,
        examples=taught.examples,
        corrections=taught.corrections,
        earlier=store.models.earlier,
    )


def _refuse(
    store: Store,
    model: Model,
    current: Model | None,
    *,
    why: str,
    rejected: Collection[str],
    unusable: bool = False,
) -> None:
    """Keep a model that is not adopted, and why."""
    said: dict[str, object] = {**model.manifest, UNUSABLE: unusable, "refused": why}
    if current is not None and current.version in rejected:
        said["instead_of"] = current.version  # or it would be trained again and again
    store.models.refuse(replace(model, manifest=said))


def _same_ground(one: Model, other: Model) -> bool:
    """Return whether two models were taught the same labels and terms, by the same code."""
    return all(one.manifest.get(name) == other.manifest.get(name) for name in ("taxonomy", "code"))


def _trained(taught: _Lesson, *, cache: ModelCache | None, clock: Clock, code: str) -> Model:
    return trained(
        taught.taxonomy,
        taught.examples,
        corrections=taught.corrections,
        unlabelled=taught.unlabelled,
        cache=cache,
        clock=clock,
        code=code,
        teach=taught.teach,
    )


def _due(store: Store, lesson: str, rejected: Collection[str], *, now: datetime) -> bool:
    """Return whether there is something to learn that the newest model does not know."""
    newest = store.models.newest()
    if newest is None or newest.manifest.get("lesson") != lesson:
        return True
    age = now - newest.created_at
    if newest.manifest.get(UNUSABLE):
        return age >= NIGHT  # the same lesson: it may have been the machine
    live = [version for version, state, _ in store.models.versions() if state in LIVE]
    unusable = [version for version in live[:1] if version in rejected]
    if unusable and newest.manifest.get("instead_of") not in unusable:
        return True
    about = newest.manifest.get("trained")
    learnt = about.get("unlabelled", 0) if isinstance(about, dict) else 0
    if age >= NIGHT and store.corrections.count_since(newest.created_at) >= ENOUGH_CORRECTIONS:
        return True
    if age < WEEK or learnt >= UNLABELLED:
        return False
    more = max(ENOUGH_ITEMS, 2 * learnt)
    return store.understanding.count_texts(now - UNLABELLED_WINDOW, now) >= min(more, UNLABELLED)
