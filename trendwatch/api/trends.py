"""What rises and fades, week by week."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from trendwatch.advice.trendwords import direction
from trendwatch.api.asked import Week
from trendwatch.types.trends import Stage, Trend, TrendKind
from trendwatch.types.weeks import parse_week, week_name
from trendwatch.web.condition import current_version, trends_from
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name

router = APIRouter(tags=["trends"])


class TrendShape(BaseModel):
    """A series that rises above what its past predicts, or falls below it, as of one week."""

    week: str
    kind: TrendKind
    key: str
    #: what people read
    name: str
    direction: Literal["up", "down"]
    #: bits; negative for what fades
    strength: float
    share_before: float
    share_now: float
    observed: float
    expected: float
    stories: int
    sources: int
    owners: int
    since: str
    stage: Stage
    #: ids of items that show it, newest first
    evidence: tuple[str, ...]


class TrendList(BaseModel):
    """The trends of a week, the strongest first; or of one key, the latest week first."""

    #: null: all weeks were asked for, or none is judged yet
    week: str | None
    model_version: str
    #: before this week there is too little history to say
    available_from: str
    trends: list[TrendShape]


@router.get("/trends")
def trends(
    parts: Given,
    week: Annotated[Week, Query(description="Such as 2025-W14, or latest.")] = "latest",
    kind: Annotated[TrendKind | None, Query()] = None,
    key: Annotated[str, Query(max_length=200, description="Of this key; without week: in every week.")] = "",
) -> TrendList:
    """List what rose and faded."""
    version = current_version(parts)
    every_week = bool(key) and week == "latest"
    number = None if every_week or not version else _number(parts, version, week)
    if every_week and version:
        found = parts.store.trends.of_key(version, key)
    else:
        found = [] if number is None else parts.store.trends.of_week(version, number)
    names = parts.config().taxonomy.names()
    return TrendList(
        week=None if number is None else week_name(number),
        model_version=version,
        available_from=week_name(trends_from(parts)),
        trends=[
            trend_shape(trend, names)
            for trend in found
            if (kind is None or trend.kind == kind) and (not key or trend.key == key)
        ],
    )


def trend_shape(trend: Trend, names: dict[str, str]) -> TrendShape:
    """Return a trend as it is answered."""
    return TrendShape(
        week=trend.week,
        kind=trend.kind,
        key=trend.key,
        name=key_name(trend.key, names),
        direction=direction(trend),
        strength=trend.strength,
        share_before=trend.share_before,
        share_now=trend.share_now,
        observed=trend.observed,
        expected=trend.expected,
        stories=trend.stories,
        sources=trend.sources,
        owners=trend.owners,
        since=trend.since,
        stage=trend.stage,
        evidence=trend.evidence,
    )


def _number(parts: Parts, version: str, week: str) -> int | None:
    return parts.store.trends.last_analysed(version) if week == "latest" else parse_week(week)
