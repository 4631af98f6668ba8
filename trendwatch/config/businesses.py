"""Businesses from their tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, time
from functools import partial
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field

from trendwatch.config import forms
from trendwatch.config.reading import read
from trendwatch.config.sectors import check_sectors
from trendwatch.config.settings import Number, Section, Whole
from trendwatch.config.tables import Table
from trendwatch.config.taxonomy import Known, check_labels
from trendwatch.errors import ConfigError
from trendwatch.types.advice import Business
from trendwatch.types.tags import Facet

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

# Key in the file and the facet its labels are of; None means full keys such as area:drones.
_LABELS: tuple[tuple[str, Facet | None], ...] = (
    ("sector", Facet.SECTOR),
    ("goals", Facet.FUNCTION),
    ("areas", Facet.AREA),
    ("mutes", None),
    ("follows", None),
    ("less", None),
    ("more", None),
)


def _written(language: str) -> str:
    if language != "en":
        raise ValueError("must be en: digests are written in English only, so far")
    return language


def _lower(day: object) -> object:
    return day.lower() if isinstance(day, str) else day


class _BusinessValues(Section):
    name: Annotated[str, AfterValidator(forms.filled)]
    sector: Annotated[str, AfterValidator(forms.filled)]
    size: Whole = Field(1, ge=1)
    region: Annotated[str, AfterValidator(forms.region)] = "world"
    currency: Annotated[str, AfterValidator(forms.currency)] = "EUR"
    language: Annotated[str, AfterValidator(_written)] = "en"
    goals: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    tools: tuple[Annotated[str, AfterValidator(forms.filled)], ...] = ()
    mutes: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    votes_since: Annotated[datetime | None, BeforeValidator(forms.moment)] = None
    budget_per_month: Whole = Field(0, ge=0)
    hours_per_week: Number = Field(0.0, ge=0, le=168)
    skills: Literal["low", "some", "good"] = "low"
    digest_day: Annotated[Day, BeforeValidator(_lower)] = "monday"
    digest_time: Annotated[time, BeforeValidator(forms.clock)] = time(7, 0)
    timezone: Annotated[str, AfterValidator(forms.zone)] = "UTC"
    frequency: Literal["weekly", "two_weekly", "monthly", "paused"] = "weekly"
    quiet_week: Literal["none", "note", "general"] = "none"
    email: Annotated[str, AfterValidator(forms.mail)] = ""
    also_to: tuple[Annotated[str, AfterValidator(forms.mail)], ...] = ()
    # Written [sectors]: weight of each, 0 leaves one out that sectors.toml names.
    sectors: Annotated[dict[str, float], BeforeValidator(partial(forms.weights, least=0))] = Field(
        default_factory=dict
    )


def values_of(business: Business) -> dict[str, object]:
    """Return a business in the words of its file, as JSON knows them; what has its default is left out."""
    given = asdict(business)
    given["sectors"] = given.pop("relations")
    given["digest_day"] = get_args(Day)[given.pop("digest_weekday")]
    del given["key"]
    plain = _BusinessValues.model_construct(**given).model_dump(mode="json", exclude_defaults=True)
    return plain | {"digest_time": f"{business.digest_time:%H:%M}"}


def read_businesses(
    tables: Mapping[str, Table], known: Known, problems: list[ConfigError]
) -> tuple[Business, ...]:
    """Return all businesses by key."""
    ordered = (tables[key] for key in sorted(tables))
    return tuple(business for table in ordered if (business := _business(table, known, problems)))


def _business(table: Table, known: Known, problems: list[ConfigError]) -> Business | None:
    values = read(_BusinessValues, table, problems)
    if values is None:
        return None
    for name, facet in _LABELS:
        check_labels(table, name, facet, known=known, problems=problems)
    check_sectors(table, "sectors", known, problems=problems, own=values.sector)
    given = values.model_dump()
    given["relations"] = given.pop("sectors")
    weekday = get_args(Day).index(given.pop("digest_day"))
    return Business(key=table.key, digest_weekday=weekday, **given)
