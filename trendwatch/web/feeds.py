"""The feeds and how they do, for operators."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.news.poll import FAILURE_WORDS
from trendwatch.store.feeds import FeedHealth
from trendwatch.web.condition import FeedCondition, all_feeds, condition, feed_condition
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

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
    return page("feeds.html", {"here": "feeds", **values})


def _need(health: FeedHealth) -> tuple[int, str]:
    return (_FIRST.index(feed_condition(health)), health.feed.title.casefold())


def _advice(health: FeedHealth) -> str:
    return FAILURE_WORDS[health.state.failure] if health.state.failure else ""
