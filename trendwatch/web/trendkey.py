"""One label, pair or word over a year: how it moved, its weeks, who tells of it, what was told last."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.trendwords import direction, sure_words, telling
from trendwatch.errors import NotFound
from trendwatch.pipeline.labels import stage_of
from trendwatch.store.items import Filter
from trendwatch.trends.samestore import WARM_UP
from trendwatch.trends.series import counted_key, is_term
from trendwatch.types.tags import TaggedItem
from trendwatch.types.trends import SHOWN_WEEKS, WORD_WEEKS, Trend
from trendwatch.types.weeks import parse_week, week_end, week_name, week_start
from trendwatch.web.charts import BARS_HEIGHT, BARS_WIDTH, bars
from trendwatch.web.condition import availability, current_version, feed_titles, last_whole_week
from trendwatch.web.evidence import is_counted, told_by
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name

router = APIRouter()

_CHART_WEEKS = 52
#: Reports shown below.
_RECENT = 5


@router.get("/trends/key/{key:path}")
def key_page(key: str, parts: Given) -> Response:
    """Show a year of a label, a pair of labels or a word."""
    version, names = current_version(parts), parts.config().taxonomy.names()
    if "|" in key and all(part in names for part in key.split("|")):
        key = counted_key(key)
    judged = parts.store.trends.of_key(version, key) if version else []
    counted = is_counted(parts, key)
    if not judged and not counted:
        raise NotFound("trend", key[:100], hint="/trends lists those of the last week")
    # as in lists and digests: what whole numbers do not show is no movement to a reader
    judged = [trend for trend in judged if telling(trend)]
    last = last_whole_week(parts.clock())
    values = {
        "name": key_name(key, names),
        "key": key,
        "word": is_term(key),
        "is_counted": counted,
        "judged": judged[:1],
        "recent": _recent(parts, version, key, last=last) if counted else [],
        "from": availability(parts),
        "week_name": week_name,
        "parse_week": parse_week,
        "now": parts.clock(),
    }
    values |= _stage(parts, version, key, judged=judged)
    values |= _chart(parts, version, key, last=last, judged=judged)
    values |= _told(parts, key, week=parse_week(judged[0].week) if judged else last, counted=counted)
    return page("trend_key.html", {"here": "trends", **values})


def _stage(parts: Parts, version: str, key: str, *, judged: Sequence[Trend]) -> dict[str, object]:
    """Return where a label or pair stands by the last judged week, also where it does not move."""
    week = parts.store.trends.last_analysed(version) if version else None
    if week is None or is_term(key) or (judged and parse_week(judged[0].week) == week):
        # what moves says where it stands beside its movement
        return {"stage": "", "stage_week": ""}
    called = stage_of(parts.store, version, key, week=week)
    words = sure_words(called.stage, called.probability)
    return {"stage": words[:1].upper() + words[1:], "stage_week": week_name(week)}


def _chart(parts: Parts, version: str, key: str, *, last: int, judged: Sequence[Trend]) -> dict[str, object]:
    """Return a year of weeks as a chart, and from when they are known."""
    weeks = {"first_week": last - _CHART_WEEKS + 1, "last_week": last}
    [series] = parts.store.series.series(version, [key], **weeks)
    ask = parts.store.series
    known_from = ask.known_from(version, [key], **weeks)
    unread = {week for week in ask.unread(version, **weeks) if week >= known_from}
    moved = {parse_week(trend.week): trend for trend in judged}
    up = {week for week, trend in moved.items() if direction(trend) == "up"}
    return {
        "chart": bars(weeks["first_week"], series.known(unread), up=up, down=set(moved) - up),
        "unread": len(unread),
        "total": sum(series.stories),
        "most": max(series.stories),
        "moved": moved,
        "known_from": known_from,
        "width": BARS_WIDTH,
        "height": BARS_HEIGHT,
        **weeks,
    }


def _told(parts: Parts, key: str, *, week: int, counted: bool) -> dict[str, object]:
    """Return who told of a key in the weeks up to one, and before."""
    shown = WORD_WEEKS if is_term(key) else SHOWN_WEEKS
    return {
        "tellers": told_by(parts, key, week, shown) if counted else [],
        "shown_weeks": shown,
        "told_week": week_name(week),
        "before_week": week_name(max(0, week - shown)),
        "warm_up": WARM_UP,
        "feeds": feed_titles(parts),
    }


def _recent(parts: Parts, version: str, key: str, *, last: int) -> Sequence[TaggedItem]:
    """Return what was told of a key last: of a label each headline once, of a word one report a story."""
    if not is_term(key):
        found = parts.store.items.search(Filter(labels=tuple(key.split("|"))), limit=3 * _RECENT).items
        told: dict[str, TaggedItem] = {}
        for tagged in found:
            # without a title a report is like no other
            told.setdefault(tagged.item.title.casefold().strip() or tagged.item.id, tagged)
        return list(told.values())[:_RECENT]
    since, until = week_start(last - _CHART_WEEKS + 1), week_end(last)
    shown = parts.store.trends.evidence(version, key, since=since, until=until, limit=_RECENT)
    return parts.store.items.by_id(shown)
