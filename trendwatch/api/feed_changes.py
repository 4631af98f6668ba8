"""Changing feeds: a change is an overlay on the operator's files, judged like a file before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Key
from trendwatch.api.feeds import FeedShape, feed_shape
from trendwatch.config import Config
from trendwatch.config.feeds import read_feeds
from trendwatch.config.overlays import lay_over
from trendwatch.config.taxonomy import Known
from trendwatch.errors import ConfigError
from trendwatch.store.feeds import FeedHealth
from trendwatch.types.news import Feed, FeedKind, FeedState
from trendwatch.types.work import Overlay
from trendwatch.web.condition import one_feed
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["feeds"])

_Text = Annotated[str, Field(max_length=300)]
_Keys = Annotated[list[_Text], Field(max_length=50)]


class FeedChange(BaseModel):
    """What may be changed of a feed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, Field(max_length=2000)] = ""
    #: what people read; the key where it is empty
    title: _Text = ""
    #: who publishes it; the host where it is empty
    owner: _Text = ""
    kind: FeedKind = FeedKind.NEWS
    #: sector keys it is about; empty means general
    sectors: _Keys = Field(default_factory=list)
    #: area keys it is about; empty means general
    areas: _Keys = Field(default_factory=list)
    #: country code, or world
    region: _Text = "world"
    language: _Text = "en"
    enabled: bool = True


class NewFeed(FeedChange):
    """A feed to poll."""

    #: lower-case letters, digits and _; never changes
    key: Annotated[str, Field(min_length=1, max_length=64)]
    url: Annotated[str, Field(max_length=2000)]


@router.post("/feeds", status_code=201)
def add_feed(body: NewFeed, parts: Given, response: Response) -> FeedShape:
    """Add a feed. It is polled at the next round."""
    config = parts.config()
    if body.key in config.tables.feeds:
        raise HTTPException(
            409, f"there is a feed {body.key!r} already; PATCH /api/v1/feeds/{body.key} changes it"
        )
    # Every field is said, so that nothing of a removed file entry shines through.
    values = body.model_dump(mode="json", exclude={"key"})
    feed = _keep(parts, config, body.key, values, laid={})
    response.headers["Location"] = f"/api/v1/feeds/{feed.key}"
    return feed_shape(FeedHealth(feed, FeedState(feed_key=feed.key), 0, None), parts.config())


@router.patch("/feeds/{key}")
def change_feed(key: Key, body: FeedChange, parts: Given) -> FeedShape:
    """Change what is given of a feed."""
    config = parts.config()
    config.feed(key)
    laid = next((one for one in parts.store.overlays.list() if (one.kind, one.key) == ("feed", key)), None)
    before = dict(laid.values or {}) if laid else {}
    given = body.model_dump(mode="json", exclude_unset=True)
    feed = _keep(parts, config, key, given, laid=before)
    known = one_feed(parts, key)
    return feed_shape(FeedHealth(feed, known.state, known.items, known.newest_at), parts.config())


@router.delete("/feeds/{key}", status_code=204)
def remove_feed(key: Key, parts: Given) -> None:
    """Stop polling a feed. Its items stay; a feed of the files is marked as removed there."""
    config = parts.config()
    config.feed(key)
    if config.origin("feed", key) == "overlay":
        parts.store.overlays.drop("feed", key)
    else:
        parts.store.overlays.put(_overlay(parts, key, None))


def _keep(
    parts: Parts, config: Config, key: str, given: Mapping[str, object], *, laid: Mapping[str, object]
) -> Feed:
    """Keep a change that makes a valid feed; return that feed.

    Raises:
        ConfigError: it does not; says what to do.
    """
    overlay = _overlay(parts, key, {**laid, **given})
    feed = _judged(config, overlay)
    parts.store.overlays.put(overlay)
    return feed


def _overlay(parts: Parts, key: str, values: Mapping[str, object] | None) -> Overlay:
    return Overlay(kind="feed", key=key, values=values, changed_at=parts.clock(), changed_by="api")


def _judged(config: Config, overlay: Overlay) -> Feed:
    problems: list[ConfigError] = []
    tables = lay_over(config.tables, [overlay], problems)
    feeds = read_feeds(tables.feeds, Known(tables.labels), problems)
    if problems:
        said = (one.message.removeprefix(f"overlay on feed {overlay.key}: ") for one in problems)
        raise ConfigError("; ".join(said))
    return next(feed for feed in feeds if feed.key == overlay.key)
