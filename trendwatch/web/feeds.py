"""The feeds and how they do, for operators."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.news.failures import FAILURE_WORDS
from trendwatch.pipeline.coverage import feed_coverage
from trendwatch.store.feeds import FeedHealth
from trendwatch.types.coverage import Breadth, FeedCoverage
from trendwatch.web.condition import FeedCondition, all_feeds, condition, feed_condition
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

_WORDS = {
    FeedCondition.OK: "ok",
    FeedCondition.FAILING: "failing",
    FeedCondition.RESTING: "asked to wait",
    FeedCondition.NEW: "not polled yet",
    FeedCondition.DISABLED: "off",
}
#: What needs a look comes first.
_FIRST = (
    FeedCondition.FAILING,
    FeedCondition.RESTING,
    FeedCondition.NEW,
    FeedCondition.OK,
    FeedCondition.DISABLED,
)


@router.get("/feeds")
def feeds(parts: Given) -> Response:
    """Show every feed, those that need a look first."""
    found = sorted(all_feeds(parts), key=_need)
    rows = [(health, feed_condition(health), _advice(health)) for health in found]
    values = {"rows": rows, "words": _WORDS, "conditions": condition(parts), "now": parts.clock()}
    heard = coverage(parts)
    thin = [one.name for one in heard.labels if one.breadth is Breadth.THIN]
    return page("feeds.html", {"here": "feeds", "coverage": heard, "thin": thin, **values})


def coverage(parts: Parts) -> FeedCoverage:
    """Return how well the feeds cover every sector and technology, the thinnest first."""
    config = parts.config()
    found = feed_coverage(parts.store, config.feeds, config.packs, config.taxonomy, now=parts.clock())
    order = list(Breadth)
    labels = sorted(found.labels, key=lambda one: order.index(one.breadth))
    return replace(found, labels=tuple(labels))


def _need(health: FeedHealth) -> tuple[int, str]:
    return (_FIRST.index(feed_condition(health)), health.feed.title.casefold())


def _advice(health: FeedHealth) -> str:
    return FAILURE_WORDS[health.state.failure] if health.state.failure else ""
