"""Stories: what several publishers told, the widest or the latest first, and one with its reports."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trendwatch.api.asked import GOES_ON, Labels, Limit, check_labels, exact_week, next_page, past_week
from trendwatch.api.items import Id, ItemShape, item_shapes
from trendwatch.errors import InputError
from trendwatch.store.items import Filter
from trendwatch.store.stories import Sort, StoryFilter
from trendwatch.types.places import STORY_PLACE, story_place
from trendwatch.types.weeks import week_end, week_start
from trendwatch.web.condition import current_version
from trendwatch.web.evidence import copied
from trendwatch.web.parts import Given

router = APIRouter(tags=["stories"])

#: Reports of one story that are listed with it.
REPORTS = 200
#: A place in the list, as a cursor: publishers, microseconds since 1970, number.


class StoryHead(BaseModel):
    """Items that report the same event."""

    id: str
    title: str
    url: str
    summary: str
    #: when the first of its reports was counted: news when we read it
    first_seen_at: datetime
    last_seen_at: datetime
    #: the earliest publication that its reports state credibly; null where none does
    first_published_at: datetime | None
    #: the feed that told it first: by publication, where none is stated by when it was counted
    first_told_by: str
    #: reports, copies included
    items: int
    sources: int
    #: independent publishers
    owners: int


class StoryShape(StoryHead):
    """A story with what reports it."""

    #: the newest first
    reports: list[ItemShape]
    #: ids of reports that repeat an earlier one, with the id of that one
    copies: dict[str, str]


class StoryPage(BaseModel):
    """Some stories."""

    stories: list[StoryHead]
    #: pass it as cursor to go on; null at the end. It names a place: what is told meanwhile moves nothing
    next_cursor: str | None


@router.get("/stories")
def stories(
    *,
    request: Request,
    response: Response,
    parts: Given,
    week: Annotated[str, Query(max_length=10, description="Told in this week, such as 2025-W14.")] = "",
    label: Labels = [],  # noqa: B006 - FastAPI copies it
    min_owners: Annotated[int, Query(ge=1, le=1000, description="Independent publishers, at least.")] = 1,
    sort: Annotated[Sort, Query(description="The latest told first, or the widest told.")] = "latest",
    limit: Limit = 50,
    cursor: Annotated[str, Query(pattern=f"^{STORY_PLACE}?$", description=GOES_ON)] = "",
) -> StoryPage:
    """List stories; what is left out does not restrict. A week and labels must hold of one report of it."""
    check_labels(parts.config(), label)
    since = until = None
    if week:
        number = past_week(_exact(week), parts.clock())
        since, until = week_start(number), week_end(number)
    wanted = StoryFilter(labels=tuple(label), since=since, until=until, min_owners=min_owners)
    after = story_place(cursor) if cursor else None
    found, last = parts.store.stories.search(
        current_version(parts), wanted, sort=sort, limit=limit, after=after
    )
    return StoryPage(
        stories=[StoryHead(**asdict(one)) for one in found],
        next_cursor=next_page(request, response, str(last) if last else None),
    )


@router.get("/stories/{id}")
def story(id: Id, parts: Given) -> StoryShape:  # noqa: A002 - the word of the API
    """Show a story with its reports."""
    found = parts.store.stories.get(id)
    page = parts.store.items.search(Filter(story_id=found.id), limit=REPORTS)
    told = copied([one.item for one in page.items])
    return StoryShape(**asdict(found), reports=item_shapes(parts, page.items), copies=told)


def _exact(week: str) -> str:
    try:
        return exact_week(week)
    except ValueError as error:
        raise InputError(f"week: {error}") from error
