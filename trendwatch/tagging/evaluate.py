"""How well tags agree with what people say.

    precision = hits / given    recall = hits / true    F1 = 2 · hits / (given + true)
    macro-F1  = mean F1 of a facet's labels with at least 8 true texts (fewer say nothing)
    micro-F1  = F1 of all its labels counted together
    false     = share of the texts without any label of the facet that were given one
    ECE       = Σ |right − mean confidence| · share, over ten bins of equally many given tags (``quality``)

A label that people were unsure of is not scored on that text, neither way. Intervals are the middle 95 % of
1,000 bootstrap samples of texts (Efron 1979): the same samples for every label, so figures of one facet move
together. Known failure: the bootstrap is too narrow for labels with fewer than about ten true texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trendwatch.errors import InputError
from trendwatch.jsonlines import refuse
from trendwatch.statistics import f1, redrawn, shares
from trendwatch.tagging.examples import json_object, string, strings
from trendwatch.tagging.quality import ENOUGH, calibration_error, reliability
from trendwatch.types.tags import Facet, Tag

_SAMPLES = 1_000

#: Lines of gold name facets in the plural.
_PLURALS = {
    Facet.AREA: "areas",
    Facet.SECTOR: "sectors",
    Facet.FUNCTION: "functions",
    Facet.IMPACT: "impacts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A text with the labels people gave it."""

    title: str
    summary: str
    #: full keys they agreed on
    labels: frozenset[str]
    #: full keys only some of them gave: not scored
    maybe: frozenset[str] = frozenset()
    #: the facets they looked at; others are not scored
    facets: frozenset[Facet] = frozenset(Facet)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure with the interval it may lie in."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelScore:
    """How well one label is given."""

    precision: Measure
    recall: Measure
    f1: Measure
    #: texts that truly have it
    support: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetScore:
    """How well the labels of one facet are given."""

    #: over labels with enough true texts; 0 where there is none
    macro_f1: Measure
    micro_f1: Measure
    #: share of the texts without a label of this facet that were given one
    wrongly_tagged: float
    #: texts without a label of this facet
    without: int
    #: mean distance of confidence from truth, over given tags
    ece: float
    #: tags given and scored
    given: int
    #: labels in the macro mean
    counted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All figures of one set of tags against one set of gold."""

    items: int
    #: by full key; labels that are neither true nor given anywhere are left out
    labels: Mapping[str, LabelScore]
    facets: Mapping[Facet, FacetScore]
    #: over the tags of all facets
    ece: float


def parse_gold(
    lines: Iterable[bytes | str], *, file: str, on_wrong: Callable[[InputError], None] = refuse
) -> list[Gold]:
    """Return gold from lines with ``areas``, ``areas_maybe``, ``sectors`` ...; only named facets are scored.

    Args:
        lines: JSON lines
        file: where they come from, for what is wrong with them
        on_wrong: is told of each line that is no such object; where it returns, that line is left out

    Raises:
        InputError: as ``on_wrong`` does.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            found.append(_gold(json_object(line, file=file, number=number), file=file, number=number))
        except InputError as error:
            on_wrong(error)
    return found


def _gold(row: Mapping[str, Any], *, file: str, number: int) -> Gold:
    """Return the gold of a row.

    Raises:
        InputError: a field holds something else than it should.
    """
    labels: set[str] = set()
    maybe: set[str] = set()
    for facet, plural in _PLURALS.items():
        labels |= {f"{facet}:{key}" for key in strings(row, plural, file=file, number=number)}
        maybe |= {f"{facet}:{key}" for key in strings(row, f"{plural}_maybe", file=file, number=number)}
    return Gold(
        title=string(row, "title", file=file, number=number),
        summary=string(row, "summary", file=file, number=number),
        labels=frozenset(labels),
        maybe=frozenset(maybe - labels),
        facets=frozenset(facet for facet, plural in _PLURALS.items() if plural in row),
    )


def evaluate(tags: Sequence[Sequence[Tag]], gold: Sequence[Gold]) -> Evaluation:
    """Score the tags of each text against its gold, in the same order.

    Raises:
        ValueError: not as many texts with tags as with gold.
    """
    if len(tags) != len(gold):
        raise ValueError(f"{len(tags)} texts with tags, {len(gold)} with gold")
    given = [{tag.full_key: tag for tag in row} for row in tags]
    keys = sorted({key for row in gold for key in row.labels}.union(*given))
    outcome = _Outcome(keys, given, gold)
    scored = {
        key: outcome.label(column) for column, key in enumerate(keys) if outcome.scored[:, column].any()
    }
    facets = {facet: outcome.facet(facet) for facet in Facet if any(facet in row.facets for row in gold)}
    return Evaluation(items=len(gold), labels=scored, facets=facets, ece=_ece(outcome.judged(keys)))


class _Outcome:
    """Texts by labels: what was true, what was given, what is scored; and bootstrap samples of the texts."""

    def __init__(self, keys: list[str], given: Sequence[Mapping[str, Tag]], gold: Sequence[Gold]) -> None:
        self.keys, self.tags, self.gold = keys, given, gold
        column = {key: number for number, key in enumerate(keys)}
        shape = (len(gold), len(keys))
        self.true, self.given = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
        self.scored = np.zeros(shape, dtype=bool)
        facet_of = [Facet(key.split(":", 1)[0]) for key in keys]
        for row, (text, tags) in enumerate(zip(gold, given, strict=True)):
            self.true[row, [column[key] for key in text.labels]] = True
            self.given[row, [column[key] for key in tags]] = True
            self.scored[row] = [
                facet in text.facets and key not in text.maybe
                for key, facet in zip(keys, facet_of, strict=True)
            ]
        self.true &= self.scored
        self.given &= self.scored
        self._counts = self._sampled()

    def _sampled(self) -> NDArray[np.float64]:
        """Return hits, given and true per label: the real count first, then of each sample."""
        texts = len(self.gold)
        weights = np.vstack([np.ones((1, texts)), redrawn(texts, _SAMPLES)])
        parts = (self.true & self.given, self.given, self.true)
        return np.stack([weights @ part.astype(np.float64) for part in parts])

    def label(self, column: int) -> LabelScore:
        hits, given, true = self._counts[:, :, column]
        return LabelScore(
            precision=_measure(shares(hits, given)),
            recall=_measure(shares(hits, true)),
            f1=_measure(f1(hits, given, true)),
            support=int(true[0]),
        )

    def facet(self, facet: Facet) -> FacetScore:
        mine = np.array([key.startswith(f"{facet}:") for key in self.keys], dtype=bool)
        hits, given, true = self._counts[:, :, mine]
        counted = true[0] >= ENOUGH
        each = f1(hits, given, true)[:, counted]
        macro = each.mean(axis=1) if counted.any() else np.zeros(len(each))
        micro = f1(hits.sum(axis=1), given.sum(axis=1), true.sum(axis=1))
        without = self._without(facet, mine)
        return FacetScore(
            macro_f1=_measure(macro),
            micro_f1=_measure(micro),
            wrongly_tagged=float(self.given[without][:, mine].any(axis=1).mean()) if without.any() else 0.0,
            without=int(without.sum()),
            ece=_ece(self.judged([key for key in self.keys if key.startswith(f"{facet}:")])),
            given=int(given[0].sum()),
            counted=int(counted.sum()),
        )

    def _without(self, facet: Facet, mine: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Tell which texts surely have no label of a facet: nobody gave one."""
        unsure = [any(key.startswith(f"{facet}:") for key in text.maybe) for text in self.gold]
        looked = [facet in text.facets for text in self.gold]
        nothing = ~self.true[:, mine].any(axis=1)
        return np.asarray(nothing & np.array(looked, dtype=bool) & ~np.array(unsure, dtype=bool))

    def judged(self, keys: Sequence[str]) -> list[tuple[float, bool]]:
        """Return confidence and truth of each tag that was given and is scored."""
        column = {key: number for number, key in enumerate(self.keys)}
        wanted = set(keys)
        return [
            (tag.confidence, bool(self.true[row, column[key]]))
            for row, tags in enumerate(self.tags)
            for key, tag in tags.items()
            if key in wanted and self.scored[row, column[key]]
        ]


def _measure(values: NDArray[np.float64]) -> Measure:
    """Return the first value with the middle 95 % of the others."""
    low, high = np.quantile(values[1:], [0.025, 0.975])
    return Measure(value=float(values[0]), low=float(low), high=float(high))


def _ece(judged: Sequence[tuple[float, bool]]) -> float:
    """Return the expected calibration error of tags, each with its confidence and whether it is right."""
    if not judged:
        return 0.0
    confidence, right = np.array(judged, dtype=np.float64).T
    return calibration_error(reliability(confidence, right > 0))
