"""Compare two models on known texts:  champion, challenger | what each said unseen | verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trendwatch.errors import ModelRejected
from trendwatch.tagging.gate import HeldOut, Verdict, judge, text_id
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.quality import Bin, calibration_error, reliability
from trendwatch.tagging.rows import facet_numbers, known_rows
from trendwatch.tagging.taught import unlike
from trendwatch.tagging.weights import rejected, unpack
from trendwatch.types.tags import Asked, Correction, Example, Facet, Model, Taxonomy

Text = Example | Correction

#: Known texts a fresh model is tried on before anything else: numbers that overflow do so on any.
_TRIED = 100


def flaw(model: Model, taxonomy: Taxonomy, examples: Sequence[Example]) -> str:
    """Return why a model that was just trained must tag nothing, "" where it may.

    It must be readable, of the labels and terms it was asked to learn, and sums of its numbers be numbers.

    Args:
        model: fresh from training, or from the cache of such.
        taxonomy: what it was to learn.
        examples: texts to try it on.
    """
    try:
        wrong = _flaw(model, taxonomy, examples)
    except ModelRejected as error:
        return str(error)
    return str(rejected(model, wrong)) if wrong else ""


def _flaw(model: Model, taxonomy: Taxonomy, examples: Sequence[Example]) -> str:
    """Return the same, of a model that can be read.

    Raises:
        ModelRejected: it cannot.
    """
    tagger = Tagger.as_taught(model, taxonomy)
    if missing := sorted(set(taxonomy.names()) - set(unpack(model).labels)):
        return f"it was taught no {', '.join(missing)}"
    if other := unlike(taxonomy.labels, tagger.labels):
        return f"it was taught {other}"
    with np.errstate(all="ignore"):
        sure = tagger.confidences([(one.title, one.summary) for one in examples[:_TRIED]])
    return "" if np.isfinite(sure).all() else "how sure it is of some texts is no number"


@dataclass(frozen=True, slots=True)
class _Unseen:
    """What a model says of texts it has not seen, (n, K) in the taxonomy's order."""

    given: NDArray[np.bool_]
    #: (K,) the labels it speaks of
    knows: NDArray[np.bool_]
    #: how far its confidence is off
    off: float


def compare(
    champion: Model,
    challenger: Model,
    *,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    corrections: Sequence[Correction],
    earlier: Callable[[], Iterable[Model]] = tuple,
) -> Verdict:
    """Judge a new model against the current one, on examples and on corrections of items picked at random.

    Where the current model cannot be used, against what stands in for it: the first of the earlier ones that
    can, else the terms alone.

    Raises:
        ModelRejected: the new one cannot be used (``flaw`` says so before).
    """
    random = [one for one in corrections if one.asked is Asked.RANDOM]
    known = known_rows(examples, random, taxonomy)
    texts: list[Text] = [*examples, *random]
    looked = known.weights > 0
    truth = known.targets & looked
    new = _of_model(challenger, texts, taxonomy=taxonomy, truth=truth, looked=looked)
    old = _first_usable(_in_turn(champion, earlier), texts, taxonomy=taxonomy, truth=truth, looked=looked)
    return judge(
        old.given,
        new.given,
        known.targets,
        looked=looked & old.knows & new.knows,
        groups=facet_numbers(taxonomy),
        names=list(taxonomy.names()),
        none_of=list(Facet).index(Facet.AREA),
        off=(old.off, new.off),
    )


def _in_turn(champion: Model, earlier: Callable[[], Iterable[Model]]) -> Iterator[Model]:
    """Yield the current model; the earlier ones, megabytes each, are only read where it is no use."""
    yield champion
    yield from earlier()


def _first_usable(
    models: Iterable[Model],
    texts: Sequence[Text],
    *,
    taxonomy: Taxonomy,
    truth: NDArray[np.bool_],
    looked: NDArray[np.bool_],
) -> _Unseen:
    for model in models:
        try:
            return _of_model(model, texts, taxonomy=taxonomy, truth=truth, looked=looked)
        except ModelRejected:
            continue
    rules = Tagger.rules(taxonomy)
    return _said(rules, HeldOut.none(), texts, taxonomy=taxonomy, truth=truth, looked=looked)


def _of_model(
    model: Model,
    texts: Sequence[Text],
    *,
    taxonomy: Taxonomy,
    truth: NDArray[np.bool_],
    looked: NDArray[np.bool_],
) -> _Unseen:
    """Return what a model says: of texts it was trained on, what it said when they were held out.

    Raises:
        ModelRejected: it cannot be used.
    """
    tagger, held_out = Tagger.as_taught(model, taxonomy), unpack(model).held_out
    found = _said(tagger, held_out, texts, taxonomy=taxonomy, truth=truth, looked=looked)
    measured = _measured(model)
    return found if measured is None else _Unseen(found.given, found.knows, measured)


def _measured(model: Model) -> float | None:
    """Return how far a model's confidence was off on texts held out of training, None if nobody looked."""
    about = model.manifest.get("trained")
    bins = about.get("reliability") if isinstance(about, dict) else None
    return calibration_error([Bin(*one) for one in bins]) if bins else None


def _said(
    tagger: Tagger,
    held_out: HeldOut,
    texts: Sequence[Text],
    *,
    taxonomy: Taxonomy,
    truth: NDArray[np.bool_],
    looked: NDArray[np.bool_],
) -> _Unseen:
    place = {key: number for number, key in enumerate(taxonomy.names())}
    own = [number for number, label in enumerate(tagger.labels) if label.full_key in place]
    columns = [place[tagger.labels[number].full_key] for number in own]
    sure = tagger.confidences([(one.title, one.summary) for one in texts])[:, own]
    given = np.zeros(truth.shape, dtype=bool)
    given[:, columns] = sure >= tagger.thresholds[own]
    mine = given[:, columns] & looked[:, columns]
    off = calibration_error(reliability(sure[mine], truth[:, columns][mine])) if mine.any() else 0.0
    before = dict(zip(held_out.texts, held_out.given, strict=True))
    for row, text in enumerate(texts):
        said = before.get(text_id(text.title, text.summary))
        if said is not None:
            given[row, columns] = said[own]
    knows = np.zeros(truth.shape[1], dtype=bool)
    knows[columns] = True
    return _Unseen(given, knows, off)
