"""From a number of a trend to what it counts: the stories of some weeks, and from each to its items.

Beside them each feed with what it told of the key now and in the year before, of how much it published: from
these columns trends compute what is expected, older weeks counting less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from trendwatch.errors import NotFound
from trendwatch.news.firsttold import Reported, copies, shown_at
from trendwatch.store.items import Filter
from trendwatch.trends.samestore import WARM_UP
from trendwatch.trends.series import TOTAL, counted_key, is_term
from trendwatch.types.news import Item
from trendwatch.types.places import STORY_PLACE, Place, story_place
from trendwatch.types.stories import Story
from trendwatch.types.trends import Teller
from trendwatch.types.weeks import parse_week, week_end, week_name, week_number, week_start
from trendwatch.web.condition import current_version, feed_titles
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts
from trendwatch.web.words import key_name

router = APIRouter()

#: Stories of one number that are shown; more are said to be more.
MOST_STORIES = 100
_MOST_WEEKS = 52
_YEAR = 52


@dataclass(frozen=True, slots=True)
class Counted:
    """The stories behind a number."""

    first_week: int
    last_week: int
    stories: tuple[Story, ...]
    #: after which there are more than are shown, None where there are not
    goes_on: Place | None
    #: each feed that told of it in these weeks or the year before, who told most first
    tellers: tuple[Teller, ...]


def counted_stories(
    parts: Parts,
    key: str,
    *,
    week: int,
    weeks: int,
    feed: str = "",
    limit: int = MOST_STORIES,
    after: Place | None = None,
) -> Counted:
    """Return the stories of a label, pair or word in some weeks, the last of them named; of one feed or all.

    Raises:
        NotFound: a part of the key is no label, or it is a word that is not followed.
    """
    if not is_counted(parts, key):
        raise NotFound(
            "label", key[:100], hint="labels, and words that were told or added to one, are counted"
        )
    first, version = week - weeks + 1, current_version(parts)
    since, until = week_start(first), week_end(week)
    ids, goes_on = (
        parts.store.trends.stories(
            version, key, since=since, until=until, limit=limit, after=after, feed=feed
        )
        if version
        else ([], None)
    )
    shown = tuple(parts.store.stories.get(one) for one in ids)
    return Counted(first, week, shown, goes_on, tuple(told_by(parts, key, week, weeks)))


def is_counted(parts: Parts, key: str) -> bool:
    """Tell whether stories of a key are known one by one."""
    if is_term(key):
        return bool(parts.store.term_uses.followed([key]))
    names = parts.config().taxonomy.names()
    return all(part in names for part in key.split("|"))


def told_by(parts: Parts, key: str, week: int, weeks: int) -> list[Teller]:
    """Return what each feed told of a key in some weeks up to one, and in the year before."""
    version, ask = current_version(parts), parts.store.series
    now = {"first_week": week - weeks + 1, "last_week": week}
    year = {"first_week": week - weeks - _YEAR + 1, "last_week": week - weeks}
    told, published = (ask.by_feed(version, one, **now) for one in (key, TOTAL))
    before, published_before = (ask.by_feed(version, one, **year) for one in (key, TOTAL))
    owners, since = ask.owners(), ask.feed_weeks()
    found = [
        Teller(
            feed_key=feed,
            owner=owners[feed],
            stories=told[feed],
            published=published[feed],
            stories_before=None if is_term(key) else before[feed],
            published_before=published_before[feed],
            compared=week - since.get(feed, week) >= WARM_UP,
        )
        for feed in told.keys() | (set() if is_term(key) else before.keys())
    ]
    return sorted(found, key=lambda one: (-one.stories, -(one.stories_before or 0), one.feed_key))


@router.get("/trends/stories/{week}/{key:path}")
def stories(
    *,
    week: str,
    key: str,
    parts: Given,
    weeks: Annotated[int, Query(ge=1, le=_MOST_WEEKS)] = 1,
    feed: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(pattern=f"^{STORY_PLACE}?$")] = "",
) -> Response:
    """Show the stories that a number of a trend counts."""
    try:
        number = parse_week(week)
    except ValueError as error:
        raise NotFound("week", week[:20], hint="write it like 2025-W14") from error
    if not weeks <= number <= week_number(parts.clock()):
        raise NotFound("week", week, hint="/trends shows the latest")
    key = counted_key(key) if "|" in key else key
    after = story_place(cursor) if cursor else None
    found = counted_stories(parts, key, week=number, weeks=weeks, feed=feed, after=after)
    values = {
        "key": key,
        "name": key_name(key, parts.config().taxonomy.names()),
        "counted_stories": found,
        "first": week_name(found.first_week),
        "last": week_name(found.last_week),
        "before": week_name(max(0, found.first_week - 1)),
        "cursor": cursor,
        "weeks": weeks,
        "feeds": feed_titles(parts),
        "warm_up": WARM_UP,
        "feed": feed,
        "word": is_term(key),
        "now": parts.clock(),
    }
    return page("trend_stories.html", {"here": "trends", **values})


def copied(reports: Sequence[Item]) -> dict[str, str]:
    """Return the ids of those of a story's reports that repeat an earlier one, with the id of that one."""
    order = sorted(
        reports, key=lambda one: (shown_at(one.published_at, one.counted_at), one.counted_at, one.id)
    )
    return copies([Reported(one.id, one.title, one.summary) for one in order])


def story_items(parts: Parts, story: Story) -> tuple[str, ...]:
    """Return the ids of a story's items, the newest first."""
    found = parts.store.items.search(Filter(story_id=story.id), limit=max(1, story.items))
    return tuple(tagged.item.id for tagged in found.items)
