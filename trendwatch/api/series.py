"""Stories per week or day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel

from trendwatch.api.asked import counted_keys, exact_week, past_week
from trendwatch.errors import InputError
from trendwatch.pipeline.labels import stage_of
from trendwatch.trends.series import is_term
from trendwatch.types.trends import Series, Stage
from trendwatch.types.weeks import parse_week, week_name, week_start
from trendwatch.web.condition import current_version, last_whole_week
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name

router = APIRouter(tags=["trends"])

#: A year, where nothing else is asked for.
_WEEKS = 52
_MOST_WEEKS = 520


_Week = Annotated[str, AfterValidator(exact_week), Query(description="Such as 2025-W14.")]


class SeriesShape(BaseModel):
    """Stories per week or day of a label, a pair of labels or a word."""

    key: str
    name: str
    #: one count a week from first_week, or a day from first_day, to the end of last_week without gaps
    stories: tuple[int, ...]
    #: where it stands by the last of these weeks, moving or not; null of words, and where nothing is counted
    stage: Stage | None
    #: how often series like this one are of this stage, in [0, 1]; null: unknown
    stage_share: float | None


class SeriesList(BaseModel):
    """Series over the same weeks."""

    first_week: str
    last_week: str
    #: the first of these weeks from which on all of the series are known: zeros before it say nothing
    known_from: str
    #: Monday of the first week whose days are known, where days were asked for
    first_day: date | None
    model_version: str
    series: list[SeriesShape]


@router.get("/series")
def series(
    parts: Given,
    key: Annotated[
        list[str],
        Query(
            min_length=1, max_length=20, description="Such as area:drones, area:drones|sector:retail, a word."
        ),
    ],
    first_week: _Week | None = None,
    last_week: _Week | None = None,
    by: Literal["week", "day"] = "week",
) -> SeriesList:
    """Count the stories of some keys by week or day; the last whole year where no weeks are asked for."""
    config = parts.config()
    keys = counted_keys(config, parts.store, key)
    last = past_week(last_week, parts.clock()) if last_week else last_whole_week(parts.clock())
    first = parse_week(first_week) if first_week else last - _WEEKS + 1
    if not 0 <= last - first < _MOST_WEEKS:
        raise InputError(f"first_week must not be after last_week, nor {_MOST_WEEKS} weeks or more before it")
    version = current_version(parts)
    weeks = {"first_week": first, "last_week": last}
    day = None
    if by == "day":
        known, counted = parts.store.series.days(version, keys, **weeks)
        day = week_start(known).date()
    else:
        counted = parts.store.series.series(version, keys, **weeks)
    return SeriesList(
        first_week=week_name(first),
        last_week=week_name(last),
        known_from=week_name(parts.store.series.known_from(version, keys, **weeks)),
        first_day=day,
        model_version=version,
        series=[_shape(parts, version, one, week=last) for one in counted],
    )


def _shape(parts: Parts, version: str, one: Series, *, week: int) -> SeriesShape:
    """Return a series as it is answered, with the stage of a label or pair by the end of a week."""
    name = key_name(one.key, parts.config().taxonomy.names())
    if not version or is_term(one.key):
        return SeriesShape(key=one.key, name=name, stories=one.stories, stage=None, stage_share=None)
    called = stage_of(parts.store, version, one.key, week=week)
    sure = called.probability or None
    return SeriesShape(key=one.key, name=name, stories=one.stories, stage=called.stage, stage_share=sure)
