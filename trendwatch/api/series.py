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
from trendwatch.types.weeks import DAYS, parse_week, week_name, week_start
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
    #: one count a week from first_week, or a day from first_day, to the end of last_week without gaps; null:
    #: nothing was read in that week, or of a word not looked for yet, so how many there were is not known
    stories: tuple[int | None, ...]
    #: where it stands by the last of these weeks, moving or not; null of words, and where nothing is counted
    stage: Stage | None
    #: how often series like this one are of this stage, in [0, 1]; null: unknown
    stage_share: float | None


class SeriesList(BaseModel):
    """Series over the same weeks."""

    first_week: str
    last_week: str
    #: the first of these weeks from which on all of the series are known, but for weeks nothing was read in
    known_from: str
    #: Monday of the first week whose days are known, where days were asked for
    first_day: date | None
    model_version: str
    series: list[SeriesShape]


class FeedSeriesShape(BaseModel):
    """Stories per week of a key in one feed."""

    feed: str
    owner: str
    #: one count a week, as in the series of the key; a story counts for each feed that told it
    stories: tuple[int | None, ...]


class FeedSeriesList(BaseModel):
    """A key's series in each feed that told of it, over the same weeks."""

    key: str
    name: str
    first_week: str
    last_week: str
    model_version: str
    feeds: list[FeedSeriesShape]


_Key = Annotated[
    str, Query(max_length=200, description="Such as area:drones, area:drones|sector:retail, or a word.")
]


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
    version, (first, last) = current_version(parts), _span(parts, first_week, last_week)
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
        series=[
            _shape(parts, version, one, week=last, per_week=len(DAYS) if by == "day" else 1)
            for one in counted
        ],
    )


@router.get("/series/feeds")
def feed_series(
    parts: Given, key: _Key, first_week: _Week | None = None, last_week: _Week | None = None
) -> FeedSeriesList:
    """Count the stories of a key by feed and week; the last whole year where no weeks are asked for."""
    [counted] = counted_keys(parts.config(), parts.store, [key])
    version, (first, last) = current_version(parts), _span(parts, first_week, last_week)
    ask = parts.store.series
    owners = ask.owners()
    unknown = ask.unknown(version, counted, first_week=first, last_week=last)
    told = ask.by_feed_weeks(version, counted, first_week=first, last_week=last)
    return FeedSeriesList(
        key=counted,
        name=key_name(counted, parts.config().taxonomy.names()),
        first_week=week_name(first),
        last_week=week_name(last),
        model_version=version,
        feeds=[
            FeedSeriesShape(
                feed=feed,
                owner=owners[feed],
                stories=Series(key=counted, first_week=first, stories=stories).known(unknown),
            )
            for feed, stories in told.items()
        ],
    )


def _span(parts: Parts, first_week: str | None, last_week: str | None) -> tuple[int, int]:
    """Return the weeks that were asked for, the last whole year where none were.

    Raises:
        InputError: there are too many, none, or some have not begun.
    """
    last = past_week(last_week, parts.clock()) if last_week else last_whole_week(parts.clock())
    first = parse_week(first_week) if first_week else last - _WEEKS + 1
    if not 0 <= last - first < _MOST_WEEKS:
        raise InputError(f"first_week must not be after last_week, nor {_MOST_WEEKS} weeks or more before it")
    return first, last


def _shape(parts: Parts, version: str, one: Series, *, week: int, per_week: int) -> SeriesShape:
    """Return a series as it is answered, with the stage of a label or pair by the end of a week."""
    name = key_name(one.key, parts.config().taxonomy.names())
    unknown = parts.store.series.unknown(version, one.key, first_week=one.first_week, last_week=week)
    stories = one.known(unknown, per_week=per_week)
    if not version or is_term(one.key):
        return SeriesShape(key=one.key, name=name, stories=stories, stage=None, stage_share=None)
    called = stage_of(parts.store, version, one.key, week=week)
    sure = called.probability or None
    return SeriesShape(key=one.key, name=name, stories=stories, stage=called.stage, stage_share=sure)
