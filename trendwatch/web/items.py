"""The news as it was understood: search it, see why an item carries its tags, see a story's reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import Response

from trendwatch.store.items import Filter
from trendwatch.types.tags import TaggedItem
from trendwatch.web.condition import current_version, feed_titles
from trendwatch.web.evidence import copied
from trendwatch.web.facets import FACETS, labels_by_facet
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

_PAGE = 30
#: Reports of one story that are shown.
_REPORTS = 100


@router.get("/items")
def items(
    *,
    parts: Given,
    q: Annotated[str, Query(max_length=200)] = "",
    label: Annotated[str, Query(max_length=100)] = "",
    feed: Annotated[str, Query(max_length=100)] = "",
    language: Annotated[Literal["", "not_covered"], Query()] = "",
    cursor: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> Response:
    """Show the newest items that match."""
    wanted = Filter(
        labels=(label,) if label else (), feed_key=feed, text=q, covered=False if language else None
    )
    found = parts.store.items.search(wanted, limit=_PAGE, cursor=cursor)
    asked = {
        name: value
        for name, value in (("q", q), ("label", label), ("feed", feed), ("language", language))
        if value
    }
    older = (
        f"/items?{urlencode({**asked, 'cursor': found.next_cursor})}" if found.next_cursor is not None else ""
    )
    values = {
        "q": q,
        "label": label,
        "feed": feed,
        "language": language,
        "filtered": bool(asked),
        "first_page": cursor is None,
    }
    values |= {
        "uncovered": uncovered(parts, found.items),
        "found": found.items,
        "older": older,
        "labels": labels_by_facet(parts.config().taxonomy),
    }
    return page("items.html", {"here": "items", **values, **_names(parts)})


@router.get("/items/{item_id}")
def item(item_id: str, parts: Given) -> Response:
    """Show one item: what it says, its tags, and the terms that caused them."""
    tagged = parts.store.items.get(item_id[:40])
    values = {"tagged": tagged, "facets": FACETS, "uncovered": uncovered(parts, [tagged])}
    return page("item.html", {"here": "items", **values, **_names(parts)})


@router.get("/stories/{story_id}")
def story(story_id: str, parts: Given) -> Response:
    """Show a story with its reports."""
    found = parts.store.stories.get(story_id[:40])
    reports = parts.store.items.search(Filter(story_id=found.id), limit=_REPORTS).items
    first_of = copied([one.item for one in reports])
    repeats: dict[str, list[TaggedItem]] = {}
    for one in reports:
        if first := first_of.get(one.item.id):
            repeats.setdefault(first, []).append(one)
    values = {
        "story": found,
        "reports": [one for one in reports if one.item.id not in first_of],
        "repeats": repeats,
        "uncovered": uncovered(parts, reports),
    }
    return page("story.html", {"here": "items", **values, **_names(parts)})


def uncovered(parts: Parts, found: Sequence[TaggedItem]) -> dict[str, str]:
    """Return the languages of those of some items that no model covers, by item id."""
    version = current_version(parts)
    return parts.store.uncovered.languages_of(version, [one.item.id for one in found]) if version else {}


def _names(parts: Parts) -> dict[str, object]:
    """Return what every list of items needs: names of labels and feeds, and the time."""
    return {"names": parts.config().taxonomy.names(), "feeds": feed_titles(parts), "now": parts.clock()}
