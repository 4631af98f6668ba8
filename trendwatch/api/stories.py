"""Stories: what several publishers told, the widest or the latest first, and one with its reports."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trendwatch.api.asked import Labels, Limit, check_labels, exact_week, next_page, past_week
from trendwatch.api.items import Id, ItemShape, item_shapes
from trendwatch.errors import InputError
from trendwatch.store.items import Filter
from trendwatch.store.stories import Place, Sort, StoryFilter
from trendwatch.types.weeks import week_end, week_start
from trendwatch.web.condition import current_version
from trendwatch.web.evidence import copied
from trendwatch.web.parts import Given

router = APIRouter(tags=["stories"])

#: Reports of one story that are listed with it.
REPORTS = 200
#: A place in the list, as a cursor: publishers, microseconds since 1970, number.
_PLACE = r"^(\d{1,6}\.\d{1,16}\.\d{1,18})?$"
_BEGAN, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


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
    cursor: Annotated[str, Query(pattern=_PLACE, description="From next_cursor; goes on from there.")] = "",
) -> StoryPage:
    """List stories; what is left out does not restrict. A week and labels must hold of one report of it."""
    check_labels(parts.config(), label)
    since = until = None
    if week:
        number = past_week(_exact(week), parts.clock())
        since, until = week_start(number), week_end(number)
    wanted = StoryFilter(labels=tuple(label), since=since, until=until, min_owners=min_owners)
    after = _place(cursor) if cursor else None
    found, last = parts.store.stories.search(
        current_version(parts), wanted, sort=sort, limit=limit, after=after
    )
    goes_on = f"{last.owners}.{(last.last_seen_at - _BEGAN) // _MICROSECOND}.{last.seq}" if last else None
    return StoryPage(
        stories=[StoryHead(**asdict(one)) for one in found],
        next_cursor=next_page(request, response, goes_on),
    )


@router.get("/stories/{id}")
def story(id: Id, parts: Given) -> StoryShape:  # noqa: A002 - the word of the API
    """Show a story with its reports."""
    found = parts.store.stories.get(id)
    page = parts.store.items.search(Filter(story_id=found.id), limit=REPORTS)
    told = copied([one.item for one in page.items])
    return StoryShape(**asdict(found), reports=item_shapes(parts, page.items), copies=told)


def _place(cursor: str) -> Place:
    owners, microseconds, seq = map(int, cursor.split("."))
    return Place(owners, _BEGAN + microseconds * _MICROSECOND, seq)


def _exact(week: str) -> str:
    try:
        return exact_week(week)
    except ValueError as error:
        raise InputError(f"week: {error}") from error
