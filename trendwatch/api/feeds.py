"""Feeds and how they do."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from trendwatch.api.asked import Key
from trendwatch.config import Config
from trendwatch.errors import NotFound
from trendwatch.news.failures import FAILURE_WORDS
from trendwatch.store.feeds import FeedHealth
from trendwatch.types.news import Failure, FeedKind
from trendwatch.web.condition import FeedCondition, all_feeds, feed_condition, one_feed
from trendwatch.web.parts import Given

router = APIRouter(tags=["feeds"])


class FeedShape(BaseModel):
    """A feed as configured, what we remember of it, what it brought."""

    key: str
    url: str
    title: str
    owner: str
    kind: FeedKind
    sectors: tuple[str, ...]
    areas: tuple[str, ...]
    region: str
    language: str
    enabled: bool
    #: the page of each new item is fetched too
    full_text: bool
    #: the operator's own words
    note: str
    #: where it stands: in a file, in an overlay, in both, or no more
    origin: Literal["file", "overlay", "both", "removed"]
    state: FeedCondition
    failure: Failure | None
    failure_detail: str
    #: what the failure means and what to do, "" where there is none
    advice: str
    failures: int
    polled_at: datetime | None
    succeeded_at: datetime | None
    next_poll_at: datetime | None
    items: int
    newest_item_at: datetime | None


class FeedList(BaseModel):
    """All feeds, by key."""

    feeds: list[FeedShape]


@router.get("/feeds")
def feeds(parts: Given) -> FeedList:
    """List all feeds with their state; those that were removed stay while their items do."""
    config = parts.config()
    return FeedList(feeds=[feed_shape(health, config) for health in all_feeds(parts)])


@router.get("/feeds/{key}")
def feed(key: Key, parts: Given) -> FeedShape:
    """Show one feed."""
    return feed_shape(one_feed(parts, key), parts.config())


def feed_shape(health: FeedHealth, config: Config) -> FeedShape:
    """Return a feed as it is answered."""
    configured, state = health.feed, health.state
    return FeedShape(
        key=configured.key,
        url=configured.url,
        title=configured.title,
        owner=configured.owner,
        kind=configured.kind,
        sectors=configured.sectors,
        areas=configured.areas,
        region=configured.region,
        language=configured.language,
        enabled=configured.enabled,
        full_text=configured.full_text,
        note=configured.note,
        origin=_origin(config, configured.key),
        state=feed_condition(health),
        failure=state.failure,
        failure_detail=state.failure_detail,
        advice=FAILURE_WORDS[state.failure] if state.failure else "",
        failures=state.failures,
        polled_at=state.polled_at,
        succeeded_at=state.succeeded_at,
        next_poll_at=state.next_fetch_at,
        items=health.items,
        newest_item_at=health.newest_at,
    )


def _origin(config: Config, key: str) -> Literal["file", "overlay", "both", "removed"]:
    try:
        return config.origin("feed", key)
    except NotFound:
        return "removed"
