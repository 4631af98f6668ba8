"""Relations between sectors from their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from trendwatch.config import forms
from trendwatch.config.reading import read
from trendwatch.config.settings import Section
from trendwatch.config.tables import Table
from trendwatch.config.taxonomy import Known
from trendwatch.errors import ConfigError
from trendwatch.types.sectors import SectorRelations
from trendwatch.types.tags import Facet

Weights = Annotated[dict[str, float], BeforeValidator(forms.weights)]


class _SectorValues(Section):
    customers: Weights = Field(default_factory=dict)
    suppliers: Weights = Field(default_factory=dict)
    complements: Weights = Field(default_factory=dict)
    innovators: Weights = Field(default_factory=dict)


def read_sectors(
    tables: Mapping[str, Table], known: Known, problems: list[ConfigError]
) -> tuple[SectorRelations, ...]:
    """Return the relations of all sectors in the order of the file."""
    return tuple(found for table in tables.values() if (found := _relations(table, known, problems)))


def _relations(table: Table, known: Known, problems: list[ConfigError]) -> SectorRelations | None:
    values = read(_SectorValues, table, problems)
    if values is None:
        return None
    if complaint := known.complaint(Facet.SECTOR, table.key):
        problems.append(table.error(complaint))
    for name in _SectorValues.model_fields:
        check_sectors(table, name, known, problems=problems, own=table.key)
    return SectorRelations(key=table.key, **values.model_dump())


def check_sectors(table: Table, name: str, known: Known, *, problems: list[ConfigError], own: str) -> None:
    """Complain about each sector under a key of a table that does not exist, or is the one it is about."""
    weights = table.values.get(name, {})
    assert isinstance(weights, Mapping)
    for key in weights:
        itself = f"{own!r} is not related to itself" if key == own else ""
        if complaint := known.complaint(Facet.SECTOR, key) or itself:
            problems.append(table.error(f"{name}: {complaint}", name, key))
