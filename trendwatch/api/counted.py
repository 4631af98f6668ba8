"""From a number of a trend to the stories it counts, and from each to its items."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from trendwatch.api.asked import GOES_ON, Limit, Week, counted_keys, next_page, past_week
from trendwatch.api.stories import StoryHead
from trendwatch.types.places import COUNTED_PLACE, counted_place
from trendwatch.types.weeks import week_name
from trendwatch.web.condition import current_version, last_whole_week
from trendwatch.web.evidence import counted_stories, story_items
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["trends"])

_TOLD = ("owner", "stories", "published", "stories_before", "published_before", "compared")


class CountedStory(StoryHead):
    """A story that a number of a trend counts."""

    #: its items, the newest first
    item_ids: tuple[str, ...]


class TellerShape(BaseModel):
    """What a feed told of a key in these weeks and in the year before: what is expected comes from here."""

    feed: str
    owner: str
    #: stories of the key, and of anything
    stories: int
    published: int
    #: the same in the year before; null: of a word this is not known
    stories_before: int | None
    published_before: int
    #: it was read long enough to count for trends
    compared: bool


class CountedStories(BaseModel):
    """The stories behind a number, the widest told first."""

    key: str
    first_week: str
    last_week: str
    #: there are more than are listed
    more: bool
    stories: list[CountedStory]
    #: each feed that told of it in these weeks or the year before
    tellers: list[TellerShape]
    #: pass it as cursor to go on; null at the end
    next_cursor: str | None


@router.get("/trends/stories")
def trend_stories(
    *,
    request: Request,
    response: Response,
    parts: Given,
    key: Annotated[
        str, Query(max_length=200, description="Such as area:drones, area:drones|sector:retail, or a word.")
    ],
    week: Annotated[Week, Query(description="The last week counted.")] = "latest",
    weeks: Annotated[int, Query(ge=1, le=52, description="How many weeks up to it.")] = 4,
    feed: Annotated[str, Query(max_length=100, description="Only those that this feed told.")] = "",
    limit: Limit = 100,
    cursor: Annotated[str, Query(pattern=f"^{COUNTED_PLACE}?$", description=GOES_ON)] = "",
) -> CountedStories:
    """List the stories that a number of a trend counts, with their items."""
    [counted] = counted_keys(parts.config(), parts.store, [key])
    began, after = counted_place(cursor) if cursor else (None, None)
    if week == "latest" and began is not None:
        week = week_name(began)
    number = _latest(parts) if week == "latest" else past_week(week, parts.clock())
    found = counted_stories(
        parts, counted, week=number, weeks=min(weeks, number), feed=feed, limit=limit, after=after
    )
    return CountedStories(
        key=counted,
        first_week=week_name(found.first_week),
        last_week=week_name(found.last_week),
        more=found.goes_on is not None,
        stories=[
            CountedStory(**asdict(story), item_ids=story_items(parts, story)) for story in found.stories
        ],
        tellers=[
            TellerShape(feed=one.feed_key, **{name: getattr(one, name) for name in _TOLD})
            for one in found.tellers
        ],
        next_cursor=next_page(request, response, f"{number}/{found.goes_on}" if found.goes_on else None),
    )


def _latest(parts: Parts) -> int:
    version = current_version(parts)
    judged = parts.store.trends.last_analysed(version) if version else None
    return last_whole_week(parts.clock()) if judged is None else judged
