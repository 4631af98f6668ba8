"""Changing feeds: a change is an overlay on the operator's files, judged like a file before it is kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from trendwatch.api.asked import Key
from trendwatch.api.feeds import FeedShape, feed_shape
from trendwatch.store.feeds import FeedHealth
from trendwatch.types.news import FeedKind, FeedState
from trendwatch.web.condition import one_feed
from trendwatch.web.parts import Given

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
    #: fetch the page of each new item too, and tag and cluster by its text
    full_text: bool = False
    #: the operator's own words
    note: _Text = ""


class NewFeed(FeedChange):
    """A feed to poll."""

    #: lower-case letters, digits and _; never changes
    key: Annotated[str, Field(min_length=1, max_length=64)]
    url: Annotated[str, Field(max_length=2000)]


@router.post("/feeds", status_code=201)
def add_feed(body: NewFeed, parts: Given, response: Response) -> FeedShape:
    """Add a feed. It is polled at the next round."""
    # Every field is said, so that nothing of a removed file entry shines through.
    values = body.model_dump(mode="json", exclude={"key"})
    parts.desk.changes.create_all("feed", {body.key: values}, by="api")
    feed = parts.config().feed(body.key)
    response.headers["Location"] = f"/api/v1/feeds/{feed.key}"
    return feed_shape(FeedHealth(feed, FeedState(feed_key=feed.key), 0, None), parts.config())


@router.patch("/feeds/{key}")
def change_feed(key: Key, body: FeedChange, parts: Given) -> FeedShape:
    """Change what is given of a feed."""
    parts.config().feed(key)
    given = body.model_dump(mode="json", exclude_unset=True)
    parts.desk.changes.add_all("feed", {key: given}, by="api")
    return feed_shape(one_feed(parts, key), parts.config())


@router.delete("/feeds/{key}", status_code=204)
def remove_feed(key: Key, parts: Given) -> None:
    """Stop polling a feed. Its items stay; a feed of the files is marked as removed there."""
    parts.config().feed(key)
    parts.desk.changes.remove("feed", key, by="api")
