"""Compare two models on known texts:  champion, challenger | what each said unseen | verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trendwatch.errors import ModelRejected
from trendwatch.tagging.gate import Verdict, judge, text_id
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.rows import facet_numbers, known_rows
from trendwatch.tagging.weights import unpack
from trendwatch.types.tags import Asked, Correction, Example, Facet, Model, Taxonomy


def compare(
    champion: Model,
    challenger: Model,
    *,
    taxonomy: Taxonomy,
    examples: Sequence[Example],
    corrections: Sequence[Correction],
) -> Verdict:
    """Judge a new model against the current one, on examples and on corrections of items picked at random.

    A current model that cannot be used, or knows labels that are gone, is replaced without a comparison.
    """
    random = [one for one in corrections if one.asked is Asked.RANDOM]
    try:
        old, new = Tagger.load(champion, taxonomy), Tagger.load(challenger, taxonomy)
    except ModelRejected as error:
        return Verdict(True, str(error))
    known = known_rows(examples, random, taxonomy)
    texts: list[Example | Correction] = [*examples, *random]
    both = set(unpack(champion).labels)
    shared = np.array([key in both for key in taxonomy.names()], dtype=bool)
    return judge(
        _unseen(champion, old, texts=texts, taxonomy=taxonomy),
        _unseen(challenger, new, texts=texts, taxonomy=taxonomy),
        known.targets,
        looked=(known.weights > 0) & shared,
        groups=facet_numbers(taxonomy),
        names=list(taxonomy.names()),
        none_of=list(Facet).index(Facet.AREA),
    )


def _unseen(
    model: Model, tagger: Tagger, *, texts: Sequence[Example | Correction], taxonomy: Taxonomy
) -> NDArray[np.bool_]:
    """Return the labels a model gives texts it has not seen: those of training as they were held out."""
    weights = unpack(model)
    place = {label: number for number, label in enumerate(taxonomy.names())}
    columns = [place[label] for label in weights.labels]
    given = tagger.confidences([(one.title, one.summary) for one in texts]) >= tagger.thresholds
    held_out = dict(zip(weights.held_out.texts, weights.held_out.given, strict=True))
    for row, text in enumerate(texts):
        said = held_out.get(text_id(text.title, text.summary))
        if said is not None:
            given[row, columns] = said
    return np.asarray(given, dtype=bool)
