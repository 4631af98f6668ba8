"""Practices from their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from trendwatch.config import forms
from trendwatch.config.reading import read
from trendwatch.config.settings import Section
from trendwatch.config.tables import Table
from trendwatch.config.taxonomy import Known, check_labels
from trendwatch.errors import ConfigError
from trendwatch.types.practices import Practice, Range, Risk, RiskKind
from trendwatch.types.tags import Facet

# Key in the file and the facet its labels are of.
_LABELS: tuple[tuple[str, Facet], ...] = (
    ("functions", Facet.FUNCTION),
    ("areas", Facet.AREA),
    ("inspired_by", Facet.SECTOR),
    ("fits", Facet.SECTOR),
)

Filled = Annotated[str, AfterValidator(forms.filled)]
Sentences = tuple[Filled, ...]
Estimate = Annotated[tuple[float, float, float], BeforeValidator(forms.estimate)]


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("must name at least one, or nobody could want it")
    return names


def _once(terms: tuple[str, ...]) -> tuple[str, ...]:
    for place, term in enumerate(terms):
        if term in terms[:place]:
            raise ValueError(f"must name each term once, not {term!r} twice")
    return terms


class _RiskValues(Section):
    security: Annotated[str, AfterValidator(forms.line)] = ""
    privacy: Annotated[str, AfterValidator(forms.line)] = ""
    lock_in: Annotated[str, AfterValidator(forms.line)] = ""
    ethics: Annotated[str, AfterValidator(forms.line)] = ""
    regulation: Annotated[str, AfterValidator(forms.line)] = ""


class _PracticeValues(Section):
    name: Filled
    plain: Filled
    functions: Annotated[tuple[str, ...], AfterValidator(_some)]
    areas: tuple[str, ...] = ()
    inspired_by: Filled
    fits: tuple[str, ...] = ()
    adapt: Filled
    cost_once: Estimate
    cost_per_month: Estimate
    hours_first_month: Estimate
    skills: Literal["low", "some", "good"]
    integration: Sentences = ()
    ask: Sentences = ()
    vendor_questions: Sentences = ()
    objections: Sentences = ()
    trained: Sentences = ()
    first_week: Sentences = ()
    experiment: Filled
    measure: Filled
    passes: Filled
    fails: Filled
    risks: _RiskValues = _RiskValues()
    free_way: Annotated[str, AfterValidator(forms.line)] = ""
    terms: Annotated[tuple[Annotated[str, AfterValidator(forms.term)], ...], AfterValidator(_once)] = ()


def read_practices(
    tables: Mapping[str, Table], known: Known, problems: list[ConfigError]
) -> tuple[Practice, ...]:
    """Return all practices in the order of the file."""
    return tuple(found for table in tables.values() if (found := _practice(table, known, problems)))


def _practice(table: Table, known: Known, problems: list[ConfigError]) -> Practice | None:
    values = read(_PracticeValues, table, problems)
    if values is None:
        return None
    for name, facet in _LABELS:
        check_labels(table, name, facet, known=known, problems=problems)
    given = values.model_dump()
    for name in ("cost_once", "cost_per_month", "hours_first_month"):
        low, base, high = given[name]
        given[name] = Range(low=low, base=base, high=high)
    given["risks"] = tuple(
        Risk(kind=kind, sentence=sentence) for kind in RiskKind if (sentence := given["risks"][kind.value])
    )
    return Practice(key=table.key, **given)
