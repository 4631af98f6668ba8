"""What rises and fades, week by week."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trendwatch.advice.trendwords import direction as direction_of
from trendwatch.api.asked import (
    Limit,
    OneWeek,
    TrendCursor,
    Week,
    check_labels,
    counted_keys,
    next_page,
    past_week,
)
from trendwatch.errors import InputError
from trendwatch.trends.surge import WeekState, week_state
from trendwatch.types.places import trend_place, trends_after
from trendwatch.types.tags import Facet
from trendwatch.types.trends import Stage, Trend, TrendKind
from trendwatch.types.weeks import parse_week, week_name, week_number
from trendwatch.web.condition import availability, current_version, last_whole_week
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
    #: that report now; of a fall that used to
    sources: int
    owners: int
    #: first week of the rise or fall
    since: str
    stage: Stage
    #: how often series like this one are of this stage, in [0, 1]; null: unknown
    stage_share: float | None
    #: bits: reports now over expected ones, half a report added to both, lie between 2 to these powers, with
    #: 95 % confidence; null: unknown
    interval: tuple[float, float] | None
    #: that same shrunk ratio, in times: the point estimate, within the interval; null: unknown
    times: float | None
    #: stories are of so many weeks, from first_week to week
    weeks: int
    first_week: str
    #: stories to be expected in these weeks; null: of a trend kept without it
    usual: float | None
    #: observed and expected: of window weeks, or of all, a report losing half its weight in half_life weeks
    window: int | None
    half_life: float | None
    #: ids of items that show it, newest first; of a fall also from before these weeks
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


class TrendList(BaseModel):
    """The trends of a week, the strongest first; or of several weeks, the latest first."""

    #: null: several weeks were asked for, or none is judged yet
    week: str | None
    #: what an empty list means: nothing moved, too little past to say, or not judged yet; null: several weeks
    state: WeekState | None
    model_version: str
    #: before this week there is too little history to say
    available_from: str
    #: before this week stages cannot be told, or what is usual at a time of the year
    stages_available_from: str
    seasons_available_from: str
    trends: list[TrendShape]
    #: of one week: what it was full of, which is no trend
    spikes: list[SpikeShape]
    #: null: several weeks were asked for, or it is not known
    chance: ChanceShape | None
    #: pass it as cursor to go on; null at the end
    next_cursor: str | None


_Kind = Annotated[TrendKind | None, Query()]
_Key = Annotated[str, Query(max_length=200, description="Of this key; without week: in every week.")]
_Facet = Annotated[Facet | None, Query(description="Of the label, or of the first of a pair.")]
_Sector = Annotated[str, Query(max_length=100, description="Of or in this sector, such as retail.")]
_First = Annotated[OneWeek | None, Query(description="Instead of week: every week from this one.")]
_Last = Annotated[OneWeek | None, Query(description="Instead of week: every week up to this one.")]


_Version = Annotated[str, Query(max_length=100, description="As this one judged; else the current.")]


@router.get("/trends")
def trends(
    *,
    request: Request,
    response: Response,
    parts: Given,
    week: Annotated[Week, Query(description="Such as 2025-W14, or latest.")] = "latest",
    first_week: _First = None,
    last_week: _Last = None,
    kind: _Kind = None,
    key: _Key = "",
    direction: Literal["up", "down"] | None = None,
    facet: _Facet = None,
    sector: _Sector = "",
    stage: Stage | None = None,
    model_version: _Version = "",
    limit: Limit = 200,
    cursor: TrendCursor = "",
) -> TrendList:
    """List what rose and faded."""
    version, names = _version(parts, model_version), parts.config().taxonomy.names()
    if sector:
        check_labels(parts.config(), [f"sector:{sector}"])
    known = _known_key(parts, version, key)
    wanted = _Wanted(kind, known, direction, facet, sector, stage)
    span = (first_week, last_week) if first_week or last_week or (key and week == "latest") else None
    after = trend_place(cursor) if cursor else None
    if after and span is None and week == "latest":
        # the latest when the first page was read
        week = week_name(after.upto)
    number, found = _found(parts, version, week, span=span, wanted=wanted)
    shown, goes_on = trends_after(found, after, limit=limit)
    return TrendList(
        **_standing(parts, version, number, ranged=span is not None),
        spikes=_spikes(parts, version, number, wanted=wanted),
        trends=[trend_shape(one, names) for one in shown],
        next_cursor=next_page(request, response, str(goes_on) if goes_on else None),
    )


def _version(parts: Parts, asked: str) -> str:
    return parts.store.models.known(asked) if asked else current_version(parts)


def _found(
    parts: Parts, version: str, week: str, *, span: tuple[str | None, str | None] | None, wanted: _Wanted
) -> tuple[int | None, list[Trend]]:
    """Return the week that was asked for, None for several, and the trends that were.

    Raises:
        InputError: both a week and several are asked for, or one that has not begun.
    """
    if span is not None:
        if week != "latest":
            raise InputError("ask for one week, or for first_week and last_week")
        return None, _of_weeks(parts, version, span, wanted=wanted)
    number = past_week(week, parts.clock()) if week != "latest" else _last(parts, version)
    if number is None:
        return None, []
    return number, _of_weeks(parts, version, (week_name(number), week_name(number)), wanted=wanted)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which trends to list; what is empty does not restrict."""

    kind: TrendKind | None
    key: str
    direction: Literal["up", "down"] | None
    facet: Facet | None
    sector: str
    stage: Stage | None

    def holds(self, trend: Trend) -> bool:
        """Return whether a trend is asked for."""
        asked = (self.kind, self.direction, self.stage)
        has = (trend.kind, direction_of(trend), trend.stage)
        return self.names(trend.key) and all(
            one is None or one == other for one, other in zip(asked, has, strict=True)
        )

    def names(self, key: str) -> bool:
        """Return whether a key is asked for."""
        return (
            self.key in {"", key}
            and (self.facet is None or key.startswith(f"{self.facet}:"))
            and (not self.sector or f"sector:{self.sector}" in key.split("|"))
        )


def _known_key(parts: Parts, version: str, key: str) -> str:
    """Return a key as it is counted; a word counts where it was told.

    Raises:
        InputError: it is no label, no pair that is counted, and no word that was told.
    """
    if not key or (":" not in key and version and parts.store.trends.of_key(version, key)):
        return key
    return counted_keys(parts.config(), parts.store, [key])[0]


def _last(parts: Parts, version: str) -> int | None:
    return parts.store.trends.last_analysed(version) if version else None


def _of_weeks(
    parts: Parts, version: str, span: tuple[str | None, str | None], *, wanted: _Wanted
) -> list[Trend]:
    """Return the trends of a closed range of weeks, the latest week first.

    Raises:
        InputError: the range ends before it begins, or has not begun.
    """
    first, last = span
    start = past_week(first, parts.clock()) if first else 0
    end = parse_week(last) if last else week_number(parts.clock())
    if start > end:
        raise InputError("first_week must not be after last_week")
    if not version:
        return []
    if wanted.key:
        found = [
            one
            for one in parts.store.trends.of_key(version, wanted.key)
            if start <= parse_week(one.week) <= end
        ]
    else:
        found = parts.store.trends.of_weeks(version, start, end)
    return [one for one in found if wanted.holds(one)]


def _standing(parts: Parts, version: str, week: int | None, *, ranged: bool) -> dict[str, Any]:
    """Return what is said of a list as a whole: its week, its state, what is told from when."""
    from_ = availability(parts)
    judged = _last(parts, version)
    asked = last_whole_week(parts.clock()) if week is None else week
    chance = parts.store.trends.chance(version, week) if version and week is not None else None
    return {
        "week": None if week is None else week_name(week),
        "state": None if ranged else week_state(asked, judged=judged, told_from=from_.trends_from),
        "model_version": version,
        "available_from": week_name(from_.trends_from),
        "stages_available_from": week_name(from_.stages_from),
        "seasons_available_from": week_name(from_.seasons_from),
        "chance": ChanceShape(judged=chance.judged, rises=chance.rises) if chance else None,
    }


def trend_shape(trend: Trend, names: dict[str, str]) -> TrendShape:
    """Return a trend as it is answered."""
    same = {name: getattr(trend, name) for name in TrendShape.model_fields if hasattr(trend, name)}
    unknown = {name: getattr(trend, name) or None for name in ("stage_share", "window", "half_life")}
    said = {"name": key_name(trend.key, names), "direction": direction_of(trend), "weeks": trend.shown_weeks}
    return TrendShape(**same | unknown | said)


def _spikes(parts: Parts, version: str, week: int | None, *, wanted: _Wanted) -> list[SpikeShape]:
    if not version or week is None:
        return []
    names = parts.config().taxonomy.names()
    return [
        SpikeShape(**asdict(spike), name=key_name(spike.key, names))
        for spike in parts.store.trends.spikes(version, week)
        if wanted.names(spike.key)
    ]
