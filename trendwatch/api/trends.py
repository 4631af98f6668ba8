"""What rises and fades, week by week."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from trendwatch.advice.trendwords import direction
from trendwatch.api.asked import Week
from trendwatch.types.trends import Stage, Trend, TrendKind
from trendwatch.types.weeks import parse_week, week_name
from trendwatch.web.condition import availability, current_version, last_whole_week
from trendwatch.web.evidence import counted_stories, story_items
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name

router = APIRouter(tags=["trends"])

_TOLD = ("owner", "stories", "published", "stories_before", "published_before", "compared")


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
    #: how often series like this one are of this stage, in [0, 1]; null: unknown
    stage_share: float | None
    #: bits: reports now over expected ones lie between 2 to these powers, with 95 % confidence; null: unknown
    interval: tuple[float, float] | None
    #: stories are of so many weeks; observed and expected of window weeks, null: older ones count less
    weeks: int
    window: int | None
    #: ids of items that show it, newest first
    evidence: tuple[str, ...]


class SpikeShape(BaseModel):
    """A key that one week was full of; whether it rises cannot be told yet."""

    week: str
    key: str
    name: str
    stories: int
    #: what the same sources usually tell in a week
    usual: float
    sources: int
    owners: int
    evidence: tuple[str, ...]


class ChanceShape(BaseModel):
    """How many rises of a week are expected to be none."""

    #: labels with enough news to judge
    judged: int
    #: rises among them that are due to chance
    rises: float


class CountedStory(BaseModel):
    """A story that a number of a trend counts."""

    id: str
    title: str
    first_seen_at: datetime
    last_seen_at: datetime
    items: int
    sources: int
    owners: int
    #: its items, the newest first
    item_ids: tuple[str, ...]


class TellerShape(BaseModel):
    """What a feed told of a key in these weeks and in the year before: what is expected comes from here."""

    feed: str
    owner: str
    #: stories of the key, and of anything
    stories: int
    published: int
    #: the same in the year before; null: of a word this is not known
    stories_before: int | None
    published_before: int
    #: it was read long enough to count for trends
    compared: bool


class CountedStories(BaseModel):
    """The stories behind a number, the widest told first."""

    key: str
    first_week: str
    last_week: str
    #: there are more than are listed
    more: bool
    stories: list[CountedStory]
    #: each feed that told of it in these weeks or the year before
    tellers: list[TellerShape]


class TrendList(BaseModel):
    """The trends of a week, the strongest first; or of one key, the latest week first."""

    #: null: all weeks were asked for, or none is judged yet
    week: str | None
    model_version: str
    #: before this week there is too little history to say
    available_from: str
    #: before this week stages cannot be told, or what is usual at a time of the year
    stages_available_from: str
    seasons_available_from: str
    trends: list[TrendShape]
    #: of one week: what it was full of, which is no trend
    spikes: list[SpikeShape]
    #: null: every week was asked for, or it is not known
    chance: ChanceShape | None


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
    told_from = availability(parts)
    chance = None if number is None else parts.store.trends.chance(version, number)
    return TrendList(
        week=None if number is None else week_name(number),
        model_version=version,
        available_from=week_name(told_from.trends_from),
        stages_available_from=week_name(told_from.stages_from),
        seasons_available_from=week_name(told_from.seasons_from),
        spikes=[] if number is None else _spikes(parts, version, number, key=key, names=names),
        chance=ChanceShape(judged=chance.judged, rises=chance.rises) if chance else None,
        trends=[
            trend_shape(trend, names)
            for trend in found
            if (kind is None or trend.kind == kind) and (not key or trend.key == key)
        ],
    )


@router.get("/trends/stories")
def trend_stories(
    parts: Given,
    key: Annotated[
        str, Query(max_length=200, description="Such as area:drones, area:drones|sector:retail, or a word.")
    ],
    week: Annotated[Week, Query(description="The last week counted.")] = "latest",
    weeks: Annotated[int, Query(ge=1, le=52, description="How many weeks up to it.")] = 4,
    feed: Annotated[str, Query(max_length=100, description="Only those that this feed told.")] = "",
) -> CountedStories:
    """List the stories that a number of a trend counts, with their items."""
    version = current_version(parts)
    number = _number(parts, version, week) if version else None
    number = last_whole_week(parts.clock()) if number is None else number
    found = counted_stories(parts, key, week=number, weeks=min(weeks, number), feed=feed)
    return CountedStories(
        key=key,
        first_week=week_name(found.first_week),
        last_week=week_name(found.last_week),
        more=found.more,
        stories=[
            CountedStory(
                id=story.id,
                title=story.title,
                first_seen_at=story.first_seen_at,
                last_seen_at=story.last_seen_at,
                items=story.items,
                sources=story.sources,
                owners=story.owners,
                item_ids=story_items(parts, story),
            )
            for story in found.stories
        ],
        tellers=[
            TellerShape(feed=one.feed_key, **{name: getattr(one, name) for name in _TOLD})
            for one in found.tellers
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
        stage_share=trend.stage_share or None,
        interval=trend.interval,
        weeks=trend.shown_weeks,
        window=trend.window or None,
        evidence=trend.evidence,
    )


def _spikes(parts: Parts, version: str, week: int, *, key: str, names: dict[str, str]) -> list[SpikeShape]:
    return [
        SpikeShape(**asdict(spike), name=key_name(spike.key, names))
        for spike in parts.store.trends.spikes(version, week)
        if key in {"", spike.key}
    ]


def _number(parts: Parts, version: str, week: str) -> int | None:
    return parts.store.trends.last_analysed(version) if week == "latest" else parse_week(week)
