"""What is coming: the week in plain words, the businesses, how the service does."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.trendwords import direction, telling
from trendwatch.types.advice import Business, Digest
from trendwatch.types.trends import Trend, TrendKind
from trendwatch.types.weeks import week_name
from trendwatch.web.arrivals import latest_arrivals, newly_reached
from trendwatch.web.charts import SPARK_HEIGHT, SPARK_WIDTH
from trendwatch.web.condition import condition, current_version, feed_titles, trends_told_at
from trendwatch.web.digests import next_cutoff, sector_words
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.trends import Row, rows

router = APIRouter()

_RISING, _FADING = 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A business as it is shown."""

    business: Business
    sector: str
    latest: Digest | None
    next_cutoff: str


@router.get("/")
def home(parts: Given) -> Response:
    """Show what is coming."""
    version = current_version(parts)
    week = parts.store.trends.last_analysed(version) if version else None
    rising, fading = _movements(parts, version, week)
    values = {
        "week": None if week is None else week_name(week),
        "rising": rising,
        "fading": fading,
        "reached": newly_reached(latest_arrivals(parts), parts.config().taxonomy),
        "start": trends_told_at(parts),
        "now": parts.clock(),
        "cards": _cards(parts),
        "system": condition(parts),
        "feeds": feed_titles(parts),
        "spark_width": SPARK_WIDTH,
        "spark_height": SPARK_HEIGHT,
    }
    return page("home.html", {"here": "home", **values})


def _movements(parts: Parts, version: str, week: int | None) -> tuple[list[Row], list[Row]]:
    """Return the technologies that rise most and fade most: in all sectors together, then in one of them."""
    if week is None:
        return [], []
    found = [
        trend
        for trend in parts.store.trends.of_week(version, week)
        if trend.kind is TrendKind.LABEL
        and trend.key.startswith("area:")
        and "|function:" not in trend.key
        and telling(trend)
    ]
    up = _nearest([trend for trend in found if direction(trend) == "up"])[:_RISING]
    down = _nearest([trend for trend in reversed(found) if direction(trend) == "down"])[:_FADING]
    shown = rows(parts, [*up, *down], week=week)
    return shown[: len(up)], shown[len(up) :]


def _nearest(found: list[Trend]) -> list[Trend]:
    """Return one trend a technology, those of all sectors together before those of one."""
    first: dict[str, Trend] = {}
    for trend in sorted(found, key=lambda trend: "|" in trend.key):
        first.setdefault(trend.key.partition("|")[0], trend)
    return list(first.values())


def _cards(parts: Parts) -> list[Card]:
    config = parts.config()
    return [
        Card(
            business=business,
            sector=sector_words(business, config),
            latest=next(iter(parts.store.digests.of(business.key, limit=1)), None),
            next_cutoff=next_cutoff(business, parts),
        )
        for business in config.businesses
    ]
