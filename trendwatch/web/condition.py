"""How the service does: its feeds, what waits, what it knows. Asked by pages, health and metrics alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from trendwatch.errors import NotFound
from trendwatch.pipeline.overdue import unpolled
from trendwatch.store.feeds import FeedHealth
from trendwatch.store.models import CURRENT
from trendwatch.trends import season, stage
from trendwatch.trends.surge import available_from
from trendwatch.types.news import Failure, FeedState
from trendwatch.types.weeks import week_end, week_number
from trendwatch.web.parts import Parts


class FeedCondition(StrEnum):
    """How a feed does, in a word."""

    OK = "ok"
    #: the last poll failed
    FAILING = "failing"
    #: its server asked us to wait; it is not broken
    RESTING = "resting"
    #: not polled yet
    NEW = "new"
    #: switched off, or removed from the configuration
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the service knows of itself."""

    #: how many feeds are in each condition
    feeds: dict[FeedCondition, int]
    items: int
    #: items the current model has still to understand; all of them where there is no model
    waiting: int
    #: of the current model, "" before the first
    model_version: str
    #: the last poll that brought a readable document
    polled_at: datetime | None
    #: "" when the files on disk are fine
    config_error: str
    #: that nobody polls though feeds are due, "" where somebody does
    polling_error: str
    #: why no model understands what was read: there is none, or it is damaged; "" where all is well
    model_error: str

    @property
    def active(self) -> int:
        """Return how many feeds should be polled."""
        return sum(self.feeds.values()) - self.feeds[FeedCondition.DISABLED]

    @property
    def degraded(self) -> bool:
        """Return whether somebody should look: a wrong file, no model, no polls, or most feeds failing."""
        return (
            bool(self.config_error or self.model_error or self.polling_error)
            or 2 * self.feeds[FeedCondition.FAILING] > self.active
        )


def condition(parts: Parts) -> Condition:
    """Return how the service does now."""
    feeds = all_feeds(parts)
    counted = Counter(feed_condition(health) for health in feeds)
    version = current_version(parts)
    succeeded = [health.state.succeeded_at for health in feeds if health.state.succeeded_at]
    items = sum(health.items for health in feeds)
    return Condition(
        feeds={state: counted[state] for state in FeedCondition},
        items=items,
        waiting=parts.store.understanding.count_waiting(version) if version else items,
        model_version=version,
        polled_at=max(succeeded, default=None),
        # Names of files say enough; where they stand is nobody else's business.
        config_error=parts.config_error().replace(f"{parts.config().directory}/", ""),
        polling_error="" if parts.banner else unpolled(feeds, now=parts.clock()),
        model_error=_model_error(parts, version, items),
    )


def _model_error(parts: Parts, version: str, items: int) -> str:
    """Return why no model understands what was read, "" where one does or there is nothing."""
    if version:
        return parts.taggers.complaint(parts.store, parts.config().taxonomy)
    return _without_model(parts) if items else ""


def _without_model(parts: Parts) -> str:
    """Return who makes the model that is missing, and until when others wait for them."""
    until = parts.store.leases.held_until("learn", now=parts.clock())
    if until is None:
        return "there is no model yet: trendwatch run makes one with its next tick, trendwatch train at once"
    return (
        "there is no model yet: a process trains one; if it is dead, another takes over at "
        f"{until:%Y-%m-%d %H:%M:%S} UTC"
    )


def feed_condition(health: FeedHealth) -> FeedCondition:
    """Return how a feed does."""
    if not health.feed.enabled:
        return FeedCondition.DISABLED
    if health.state.failure is Failure.RATE_LIMITED:
        return FeedCondition.RESTING
    if health.state.failure is not None:
        return FeedCondition.FAILING
    return FeedCondition.OK if health.state.succeeded_at else FeedCondition.NEW


def all_feeds(parts: Parts) -> list[FeedHealth]:
    """Return the configured feeds, and removed ones while their items stay, by key."""
    kept = {health.feed.key: health for health in parts.store.feeds.health()}
    configured = {feed.key: feed for feed in parts.config().feeds}
    found = [
        replace(kept[key], feed=feed) if key in kept else FeedHealth(feed, FeedState(feed_key=key), 0, None)
        for key, feed in configured.items()
    ]
    removed = (health for key, health in kept.items() if key not in configured and health.items)
    found += [replace(health, feed=replace(health.feed, enabled=False)) for health in removed]
    return sorted(found, key=lambda health: health.feed.key)


def one_feed(parts: Parts, key: str) -> FeedHealth:
    """Return one feed.

    Raises:
        NotFound: neither the configuration nor the store knows it; hints at a near one.
    """
    kept = parts.store.feeds.health(key)
    try:
        feed = parts.config().feed(key)
    except NotFound:
        if not kept or not kept[0].items:
            raise
        return replace(kept[0], feed=replace(kept[0].feed, enabled=False))
    return replace(kept[0], feed=feed) if kept else FeedHealth(feed, FeedState(feed_key=key), 0, None)


def feed_titles(parts: Parts) -> dict[str, str]:
    """Return what people call each feed, by key."""
    return {health.feed.key: health.feed.title for health in all_feeds(parts)}


def current_version(parts: Parts) -> str:
    """Return the model version whose tags and counts are shown, "" before the first."""
    return next((version for version, state, _ in parts.store.models.versions() if state == CURRENT), "")


def last_whole_week(now: datetime) -> int:
    """Return the number of the last week that is over."""
    return week_number(now) - 1


def trends_from(parts: Parts) -> int:
    """Return the first week that trends can be told for; as if reading began now where it has not."""
    read_since = parts.store.series.feed_weeks()
    # Back-log is past only: the present of a feed begins with its first poll.
    return available_from(min(read_since.values(), default=week_number(parts.clock())))


@dataclass(frozen=True, slots=True)
class Availability:
    """From when what needs a past can be told; counts before the first of these weeks are back-log only."""

    #: the first week that was read as it happened
    complete_from: int
    trends_from: int
    stages_from: int
    seasons_from: int


def availability(parts: Parts) -> Availability:
    """Return from which weeks on trends, stages and seasons can be told."""
    read_since = min(parts.store.series.feed_weeks().values(), default=week_number(parts.clock()))
    version = current_version(parts)
    counted = parts.store.series.first_week(version) if version else None
    return Availability(
        complete_from=read_since + 1,
        trends_from=available_from(read_since),
        # a stage may rest on back-log, where there is about as much of it as of news
        stages_from=stage.available_from(max(read_since - stage.LEAST_WEEKS, counted or read_since)),
        seasons_from=season.available_from(read_since),
    )


def trends_told_at(parts: Parts) -> datetime:
    """Return when trends are first told: a week is judged when it is over."""
    return week_end(trends_from(parts))
