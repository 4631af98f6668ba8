"""The feeds and how they do, for operators: all of them, one in detail, an address on trial."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.news.failures import FAILURE_WORDS, lasting_words
from trendwatch.news.rhythm import quiet_words, rhythm_words
from trendwatch.pipeline.coverage import feed_coverage
from trendwatch.store.feeds import FeedHealth
from trendwatch.store.items import Filter
from trendwatch.types.coverage import Breadth, FeedCoverage
from trendwatch.types.fetches import Episode
from trendwatch.web.condition import FeedCondition, all_feeds, condition, feed_condition, one_feed
from trendwatch.web.feedwords import (
    Run,
    fetch_words,
    gap_words,
    ledger_rows,
    scorecard_rows,
    strip,
    strip_words,
)
from trendwatch.web.forms import Form, fields, first
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
_STRIP = 30
_LATEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A feed as the list shows it."""

    health: FeedHealth
    state: FeedCondition
    #: what its failure means and what to do, "" where there is none or where it is told above the list
    advice: str
    #: "quieter than usual since ...", "" while it is not
    quiet: str
    #: the last polls, and the same in a sentence
    strip: tuple[Run, ...]
    strip_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakage:
    """A feed that has been broken for days, as the page tells it."""

    episode: Episode
    #: what is wrong, a sentence
    what: str
    #: what to do, a sentence
    advice: str


@router.get("/feeds")
def feeds(parts: Given) -> Response:
    """Show every feed, those that need a look first."""
    found = sorted(all_feeds(parts), key=_need)
    strips = parts.store.fetches.histories(limit=_STRIP)
    rhythms = parts.store.scorecards.rhythms(now=parts.clock())
    broken = tuple(map(_breakage, parts.desk.broken()))
    above = {one.episode.feed_key for one in broken}
    rows = []
    for health in found:
        key, state = health.feed.key, feed_condition(health)
        rhythm = rhythms.get(key) if state is FeedCondition.OK else None
        quiet = quiet_words(rhythm) if rhythm else ""
        polls = strips.get(key, ())
        row = Row(
            health=health,
            state=state,
            advice="" if key in above else _advice(health),
            quiet=quiet,
            strip=strip(polls),
            strip_words=strip_words(polls),
        )
        rows.append(row)
    values = {"rows": rows, "words": _WORDS, "conditions": condition(parts), "now": parts.clock()}
    heard = coverage(parts)
    thin = [one.name for one in heard.labels if one.breadth is Breadth.THIN]
    told = {
        "coverage": heard,
        "thin": thin,
        "broken": broken,
        "titles": {one.feed.key: one.feed.title for one in found},
    }
    return page("feeds.html", {"here": "feeds", **told, **values})


@router.get("/feeds/{key}")
def feed(key: str, parts: Given) -> Response:
    """Show one feed: how it does, what it brought, what it is worth."""
    health = one_feed(parts, key)
    report = parts.desk.report(key)
    latest = parts.store.items.search(Filter(feed_key=key), limit=_LATEST)
    values = {
        "here": "feeds",
        "feed": health.feed,
        "health": health,
        "state": feed_condition(health),
        "words": _WORDS,
        "advice": _lasting(parts, key) or _advice(health),
        "report": report,
        "rhythm": rhythm_words(report.rhythm) if report.rhythm and report.rhythm.newest_at else "",
        "card": scorecard_rows(report.scorecard) if report.scorecard else (),
        "ledger": ledger_rows(report.ledger),
        "gaps": gap_words(report.gaps),
        "strip": strip(report.history[:_STRIP]),
        "strip_words": strip_words(report.history[:_STRIP]),
        "fetch_words": fetch_words,
        "latest": latest.items,
        "names": parts.config().taxonomy.names(),
        "feeds": {key: health.feed.title},
        "now": parts.clock(),
    }
    return page("feed.html", values)


@router.post("/feeds/try")
def try_feed(sent: Form, parts: Given) -> Response:
    """Show what is at an address; nothing is kept."""
    address = first(fields(sent), "url")
    if "://" not in address:
        address = f"https://{address}"
    trial = parts.desk.try_address(address)
    values = {
        "here": "feeds",
        "trial": trial,
        "advice": FAILURE_WORDS[trial.failure.failure] if trial.failure else "",
        "rhythm": rhythm_words(trial.rhythm) if trial.rhythm else "",
        "names": parts.config().taxonomy.names(),
        "now": parts.clock(),
    }
    return page("feed_trial.html", values)


def coverage(parts: Parts) -> FeedCoverage:
    """Return how well the feeds cover every sector and technology, the thinnest first."""
    config = parts.config()
    found = feed_coverage(
        parts.store, config.feeds, config.packs, taxonomy=config.taxonomy, now=parts.clock()
    )
    order = list(Breadth)
    labels = sorted(found.labels, key=lambda one: order.index(one.breadth))
    return replace(found, labels=tuple(labels))


def _need(health: FeedHealth) -> tuple[int, str]:
    return (_FIRST.index(feed_condition(health)), health.feed.title.casefold())


def _breakage(episode: Episode) -> Breakage:
    what, advice = lasting_words(episode.failure)
    return Breakage(episode=episode, what=what, advice=advice)


def _lasting(parts: Parts, key: str) -> str:
    """Return what to do about a feed that has been broken for days, "" where it has not."""
    episode = next((one for one in parts.desk.broken() if one.feed_key == key), None)
    return " ".join(lasting_words(episode.failure)) if episode else ""


def _advice(health: FeedHealth) -> str:
    return FAILURE_WORDS[health.state.failure] if health.state.failure else ""
