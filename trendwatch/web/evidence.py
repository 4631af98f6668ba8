"""From a number of a trend to what it counts: the stories of some weeks, and from each to its items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from trendwatch.errors import NotFound
from trendwatch.store.items import Filter
from trendwatch.trends.series import counted_key
from trendwatch.types.stories import Story
from trendwatch.types.weeks import parse_week, week_end, week_name, week_number, week_start
from trendwatch.web.condition import current_version
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name

router = APIRouter()

#: Stories of one number that are shown; more are said to be more.
MOST_STORIES = 100
_MOST_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Counted:
    """The stories behind a number."""

    first_week: int
    last_week: int
    stories: tuple[Story, ...]
    #: there are more than are shown
    more: bool


def counted_stories(
    parts: Parts, key: str, *, week: int, weeks: int, limit: int = MOST_STORIES, skip: int = 0
) -> Counted:
    """Return the stories that tell of a label or pair in some weeks, the last of them named.

    Raises:
        NotFound: a part of the key is no label.
    """
    names = parts.config().taxonomy.names()
    if not all(part in names for part in key.split("|")):
        raise NotFound("label", key[:100], hint="of new words the evidence is shown with the trend")
    first, version = week - weeks + 1, current_version(parts)
    window = week_start(first), week_end(week)
    asked = parts.store.trends.stories
    ids = asked(version, key, *window, limit=limit + 1, skip=skip) if version else []
    shown = tuple(parts.store.stories.get(one) for one in ids[:limit])
    return Counted(first, week, shown, len(ids) > limit)


@router.get("/trends/stories/{week}/{key:path}")
def stories(
    week: str, key: str, parts: Given, weeks: Annotated[int, Query(ge=1, le=_MOST_WEEKS)] = 1
) -> Response:
    """Show the stories that a number of a trend counts."""
    try:
        number = parse_week(week)
    except ValueError as error:
        raise NotFound("week", week[:20], hint="write it like 2025-W14") from error
    if not weeks <= number <= week_number(parts.clock()):
        raise NotFound("week", week, hint="/trends shows the latest")
    key = counted_key(key) if "|" in key else key
    found = counted_stories(parts, key, week=number, weeks=weeks)
    values = {
        "key": key,
        "name": key_name(key, parts.config().taxonomy.names()),
        "counted_stories": found,
        "first": week_name(found.first_week),
        "last": week_name(found.last_week),
        "most": MOST_STORIES,
        "now": parts.clock(),
    }
    return page("trend_stories.html", {"here": "trends", **values})


def story_items(parts: Parts, story: Story) -> tuple[str, ...]:
    """Return the ids of a story's items, the newest first."""
    found = parts.store.items.search(Filter(story_id=story.id), limit=max(1, story.items))
    return tuple(tagged.item.id for tagged in found.items)
