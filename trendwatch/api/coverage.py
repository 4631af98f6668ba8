"""How well the feeds hear of each sector and technology."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from trendwatch.pipeline.coverage import feed_coverage
from trendwatch.types.coverage import Breadth
from trendwatch.web.parts import Given

router = APIRouter(tags=["feeds"])


class LabelCoverageShape(BaseModel):
    """How well one sector or technology is covered, and what would help."""

    #: full key, such as sector:retail
    key: str
    name: str
    #: feeds about it
    feeds: int
    #: those of them that are polled, in a language whose items get tags
    enabled: int
    #: their independent publishers
    owners: int
    #: stories of the window; null where nothing was read
    stories: int | None
    #: independent publishers who told them; null where nothing was read
    reporting: int | None
    breadth: Breadth
    #: sentences: what keeps it from being better
    why: tuple[str, ...]
    #: feeds that are off and would help, best first
    add_feeds: tuple[str, ...]
    #: packs that would help, best first
    add_packs: tuple[str, ...]


class CoverageShape(BaseModel):
    """How well the feeds cover every sector and technology."""

    #: the window is half-open
    since: datetime
    until: datetime
    items: int
    #: items of the window in languages whose items get no tags, by language
    not_covered: dict[str, int]
    #: sectors, then technologies
    labels: list[LabelCoverageShape]


@router.get("/feeds/coverage")
def coverage(parts: Given) -> CoverageShape:
    """Show feeds, publishers and stories per sector and technology, and what to add where they are thin."""
    config = parts.config()
    found = feed_coverage(
        parts.store, config.feeds, config.packs, taxonomy=config.taxonomy, now=parts.clock()
    )
    return CoverageShape.model_validate(found, from_attributes=True)
