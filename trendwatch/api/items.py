"""Items as they were understood, and the stories they report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from trendwatch.api.asked import Cursor, Labels, Limit, Time, check_labels
from trendwatch.store.items import Filter
from trendwatch.types.stories import Story
from trendwatch.types.tags import Facet, Origin, TaggedItem
from trendwatch.web.condition import one_feed
from trendwatch.web.items import uncovered
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["items"])

#: Reports of one story that are listed with it.
REPORTS = 200

Id = Annotated[str, Path(max_length=40, description="20 hex digits, as in the lists.")]


class TagShape(BaseModel):
    """A label on an item, and why."""

    facet: Facet
    label: str
    #: what people read
    name: str
    #: in [0, 1]
    confidence: float
    origin: Origin
    #: what in the text caused it, strongest first
    terms: tuple[str, ...]


class ItemShape(BaseModel):
    """One piece of news."""

    id: str
    feed: str
    url: str
    title: str
    summary: str
    author: str
    language: str
    published_at: datetime | None
    first_seen_at: datetime
    backlog: bool
    categories: tuple[str, ...]
    #: false: its language is not covered, so it has no tags
    covered: bool
    #: "" until it is understood
    story_id: str
    tags: list[TagShape]


class ItemPage(BaseModel):
    """Some items, the newest first."""

    items: list[ItemShape]
    #: pass it as cursor to go on; null at the end
    next_cursor: int | None


class StoryShape(BaseModel):
    """Items that report the same event."""

    id: str
    title: str
    url: str
    summary: str
    first_seen_at: datetime
    last_seen_at: datetime
    #: reports, copies included
    items: int
    sources: int
    #: independent publishers
    owners: int
    #: the newest first
    reports: list[ItemShape]


@router.get("/items")
def items(
    *,
    request: Request,
    response: Response,
    parts: Given,
    label: Labels = [],  # noqa: B006 - FastAPI copies it
    feed: Annotated[str, Query(max_length=100, description="Feed key.")] = "",
    story: Annotated[str, Query(max_length=40, description="Story id.")] = "",
    since: Annotated[Time | None, Query(description="First seen then or later.")] = None,
    until: Annotated[Time | None, Query(description="First seen before.")] = None,
    q: Annotated[str, Query(max_length=200, description="Words that must all occur.")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ItemPage:
    """List items, the newest first; what is left out does not restrict."""
    config = parts.config()
    check_labels(config, label)
    if feed:
        one_feed(parts, feed)
    wanted = Filter(labels=tuple(label), feed_key=feed, story_id=story, since=since, until=until, text=q)
    page = parts.store.items.search(wanted, limit=limit, cursor=cursor)
    if page.next_cursor is not None:
        asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        query = urlencode([*asked, ("cursor", str(page.next_cursor))])
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return ItemPage(items=item_shapes(parts, page.items), next_cursor=page.next_cursor)


@router.get("/items/{id}")
def item(id: Id, parts: Given) -> ItemShape:  # noqa: A002 - the word of the API
    """Show one item."""
    return item_shapes(parts, [parts.store.items.get(id)])[0]


@router.get("/stories/{id}")
def story(id: Id, parts: Given) -> StoryShape:  # noqa: A002 - the word of the API
    """Show a story with its reports."""
    found: Story = parts.store.stories.get(id)
    page = parts.store.items.search(Filter(story_id=id), limit=REPORTS)
    return StoryShape(
        id=found.id,
        title=found.title,
        url=found.url,
        summary=found.summary,
        first_seen_at=found.first_seen_at,
        last_seen_at=found.last_seen_at,
        items=found.items,
        sources=found.sources,
        owners=found.owners,
        reports=item_shapes(parts, page.items),
    )


def item_shapes(parts: Parts, found: Sequence[TaggedItem]) -> list[ItemShape]:
    """Return items as they are answered."""
    names, foreign = parts.config().taxonomy.names(), uncovered(parts, found)
    return [_shape(one, names, covered=one.item.id not in foreign) for one in found]


def _shape(tagged: TaggedItem, names: dict[str, str], *, covered: bool) -> ItemShape:
    one = tagged.item
    return ItemShape(
        id=one.id,
        feed=one.feed_key,
        url=one.url,
        title=one.title,
        summary=one.summary,
        author=one.author,
        language=one.language,
        published_at=one.published_at,
        first_seen_at=one.first_seen_at,
        backlog=one.backlog,
        categories=one.categories,
        covered=covered,
        story_id=tagged.story_id,
        tags=[
            TagShape(
                facet=tag.facet,
                label=tag.label,
                name=names.get(tag.full_key, tag.label),
                confidence=tag.confidence,
                origin=tag.origin,
                terms=tag.terms,
            )
            for tag in tagged.tags
        ],
    )
