"""Items as they were understood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel

from trendwatch.api.asked import Cursor, Labels, Limit, Time, check_labels, next_page
from trendwatch.store.items import Filter
from trendwatch.types.tags import Facet, Origin, TaggedItem
from trendwatch.web.condition import one_feed
from trendwatch.web.items import uncovered
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["items"])

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
    #: what in the text caused it: terms of the label, then other words, each strongest first
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
    covered: Annotated[bool | None, Query(description="false: in a language that is not covered.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ItemPage:
    """List items, the newest first; what is left out does not restrict."""
    config = parts.config()
    check_labels(config, label)
    if feed:
        one_feed(parts, feed)
    # a story that was merged into another is asked for by its old id too
    story_id = parts.store.stories.get(story).id if story else ""
    wanted = Filter(
        labels=tuple(label),
        feed_key=feed,
        story_id=story_id,
        since=since,
        until=until,
        text=q,
        covered=covered,
    )
    page = parts.store.items.search(wanted, limit=limit, cursor=cursor)
    next_page(request, response, page.next_cursor)
    return ItemPage(items=item_shapes(parts, page.items), next_cursor=page.next_cursor)


@router.get("/items/{id}")
def item(id: Id, parts: Given) -> ItemShape:  # noqa: A002 - the word of the API
    """Show one item."""
    return item_shapes(parts, [parts.store.items.get(id)])[0]


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
