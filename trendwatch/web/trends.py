"""What rises and fades in a week; one key over a year is in ``trendkey``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.trendwords import direction, telling
from trendwatch.errors import NotFound
from trendwatch.pipeline.vocabulary import waiting
from trendwatch.trends.ngrams import fold
from trendwatch.types.news import Item
from trendwatch.types.trends import SHOWN_WEEKS, Spike, Trend, TrendKind
from trendwatch.types.weeks import parse_week, week_name, week_number
from trendwatch.web.charts import SPARK_HEIGHT, SPARK_WIDTH, Spark, spark
from trendwatch.web.condition import (
    current_version,
    feed_titles,
    trends_from,
    trends_told_at,
)
from trendwatch.web.evidence import is_counted
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name, web_link

router = APIRouter()

_SPARK_WEEKS = 26
#: Reports shown under a trend, one per feed.
_EVIDENCE = 3
#: A page of more rows is read by nobody.
_ROWS = 15
_SPIKES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A trend as it is shown."""

    trend: Trend
    name: str
    line: Spark | None
    evidence: tuple[Item, ...]
    #: its stories can be listed
    counted: bool
    #: of a new word: the technology it is nearest to, as people read it; "" for none
    near: str = ""
    #: of a new word: the label it was added to, or "dismissed"; "" while nothing is decided
    decided: str = ""
    #: what was decided begins with the next training
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Trends of one sort, rising and fading."""

    title: str
    rising: tuple[Row, ...]
    fading: tuple[Row, ...]


@router.get("/trends")
def latest(parts: Given) -> Response:
    """Show the last judged week."""
    version = current_version(parts)
    week = parts.store.trends.last_analysed(version) if version else None
    return _week_page(parts, version, week)


@router.get("/trends/{week}")
def one_week(week: str, parts: Given) -> Response:
    """Show a past week."""
    try:
        number = parse_week(week)
    except ValueError as error:
        raise NotFound("week", week[:20], hint="write it like 2025-W14") from error
    if not 0 <= number <= week_number(parts.clock()):
        raise NotFound("week", week, hint="/trends shows the latest")
    return _week_page(parts, current_version(parts), number)


def rows(parts: Parts, trends: Sequence[Trend], *, week: int) -> list[Row]:
    """Return trends as they are shown: with a name, half a year as a line, and reports that show them."""
    names = parts.config().taxonomy.names()
    keys = [trend.key for trend in trends]
    version = current_version(parts)
    ask, weeks = parts.store.series, {"first_week": week - _SPARK_WEEKS + 1, "last_week": week}
    unread = ask.unread(version, **weeks)
    counted = ask.series(version, keys, **weeks)
    lines = {series.key: spark(series.known(unread)) for series in counted}
    ids = [item for trend in trends for item in trend.evidence]
    items = {tagged.item.id: tagged.item for tagged in parts.store.items.by_id(list(dict.fromkeys(ids)))}
    verdicts = parts.store.terms.verdicts()
    decided = _named_words(parts) | {one.term: names.get(one.label, "dismissed") for one in verdicts}
    unlearnt = waiting(parts.store, verdicts)
    return [
        Row(
            trend=trend,
            name=key_name(trend.key, names),
            line=lines[trend.key],
            evidence=_evidence(trend, items),
            counted=is_counted(parts, trend.key),
            near=names.get(trend.area, ""),
            decided=decided.get(fold(trend.key), "") if trend.kind is TrendKind.TERM else "",
            waits=fold(trend.key) in unlearnt,
        )
        for trend in trends
    ]


def _named_words(parts: Parts) -> dict[str, str]:
    """Return the labels of words that the taxonomy has already, folded."""
    labels = parts.config().taxonomy.labels
    return {fold(term): label.name for label in labels for term in (*label.weak, *label.strong)}


def _evidence(trend: Trend, items: dict[str, Item]) -> tuple[Item, ...]:
    by_feed: dict[str, Item] = {}
    for item_id in trend.evidence:
        item = items.get(item_id)
        if item is not None and web_link(item.url):
            by_feed.setdefault(item.feed_key, item)
    return tuple(by_feed.values())[:_EVIDENCE]


def _week_page(parts: Parts, version: str, week: int | None) -> Response:
    newest = parts.store.trends.last_analysed(version) if version else None
    first = parts.store.series.first_week(version) if version else None
    values: dict[str, object] = {
        "week": "" if week is None else week_name(week),
        "judged": False,
        "start": trends_told_at(parts),
        "now": parts.clock(),
    }
    if week is not None and newest is not None and first is not None and first <= week <= newest:
        found = parts.store.trends.of_week(version, week)
        values |= {
            "judged": True,
            "early": week < trends_from(parts),
            "chance": parts.store.trends.chance(version, week),
            "spikes": _spikes(parts, version, week),
            "groups": _groups(parts, found, week),
            "found_rising": sum(one.kind is TrendKind.LABEL and direction(one) == "up" for one in found),
            "previous": week_name(week - 1) if week > first else "",
            "next": week_name(week + 1) if week < newest else "",
            "spark_width": SPARK_WIDTH,
            "spark_height": SPARK_HEIGHT,
            "feeds": feed_titles(parts),
            "shown_weeks": SHOWN_WEEKS,
        }
    return page("trends.html", {"here": "trends", **values})


def _spikes(parts: Parts, version: str, week: int) -> list[tuple[str, Spike]]:
    """Return the fullest single weeks of technologies, with their names."""
    names = parts.config().taxonomy.names()
    found = [one for one in parts.store.trends.spikes(version, week) if one.key.startswith("area:")]
    return [(key_name(one.key, names), one) for one in found[:_SPIKES]]


def _groups(parts: Parts, trends: Sequence[Trend], week: int) -> list[Group]:
    sorts: dict[str, list[Row]] = {title: [] for title, _ in _SORTS}
    for row in rows(parts, [trend for trend in trends if telling(trend)], week=week):
        # what a label has learnt is no new word any more
        if row.decided in {"", "dismissed"} or row.waits:
            sorts[_sort(row.trend.key)].append(row)
    groups = []
    for title, found in sorts.items():
        rising = tuple(row for row in found if direction(row.trend) == "up")[:_ROWS]
        fading = tuple(row for row in reversed(found) if direction(row.trend) == "down")[:_ROWS]
        if rising or fading:
            groups.append(Group(title, rising, fading))
    return groups


_SORTS = (
    ("Technologies", ("area:", "")),
    ("Technologies in one sector", ("area:", "sector:")),
    ("Technologies in one line of work", ("area:", "function:")),
    ("Whole sectors, kinds of work and what changes", ("", "")),
    ("New words", ("", "")),
)


def _sort(key: str) -> str:
    first, _, second = key.partition("|")
    if ":" not in first:
        return _SORTS[-1][0]
    fits = (
        title
        for title, (before, after) in _SORTS[:-2]
        if first.startswith(before) and bool(second) == bool(after) and second.startswith(after)
    )
    return next(fits, _SORTS[-2][0])
