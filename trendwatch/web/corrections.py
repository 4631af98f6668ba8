"""What operators said of tags: who, when, what, and a way to take it back."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.responses import RedirectResponse, Response

from trendwatch.pipeline.correct import take_back
from trendwatch.tagging.contradictions import oddities
from trendwatch.web.facets import FACETS
from trendwatch.web.forms import Sent, fields, first
from trendwatch.web.looks import page
from trendwatch.web.parts import Given
from trendwatch.web.queue import WHY

router = APIRouter()

_PAGE = 30


@router.get("/tags/corrections")
def corrections(
    *,
    parts: Given,
    cursor: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
    item: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show what was said, the latest first, or of one item, and what of it is odd."""
    found = parts.store.corrections.listed(limit=_PAGE, cursor=cursor, item_id=item)
    odd = oddities(parts.store.corrections.all(), parts.config().taxonomy) if cursor is None else []
    values = {
        "said": found.said,
        "older": f"/tags/corrections?{urlencode({'cursor': found.next_cursor})}" if found.next_cursor else "",
        "first_page": cursor is None,
        "item": item,
        "odd": [one for one in odd if item in {"", one.item_id}],
        "facets": FACETS,
        "names": parts.config().taxonomy.names(),
        "why": WHY,
        "now": parts.clock(),
    }
    return page("tags_corrections.html", {"here": "items", **values})


@router.post("/tags/corrections")
def undo(sent: Sent, parts: Given) -> Response:
    """Take back what was said of one facet of an item."""
    said = fields(sent)
    take_back(parts.store, first(said, "item"), facets=[one for one in said.get("facet", ()) if one])
    return RedirectResponse("/tags/corrections", 303)
