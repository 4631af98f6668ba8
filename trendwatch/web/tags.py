"""Any text typed in: its tags, why, how sure, and what nearly was one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from trendwatch.tagging.typed import read_typed
from trendwatch.text import MAX_CHARS
from trendwatch.web.facets import FACETS
from trendwatch.web.looks import page
from trendwatch.web.parts import Given

router = APIRouter()


@router.get("/tags/try")
def try_text(parts: Given, text: Annotated[str, Query(max_length=MAX_CHARS)] = "") -> Response:
    """Show the form, and what a text's tags would be; nothing is kept."""
    taxonomy = parts.config().taxonomy
    found = read_typed(text, parts.taggers.current(parts.store, taxonomy), taxonomy) if text.strip() else None
    values = {"text": text, "found": found, "facets": FACETS, "names": taxonomy.names(), "most": MAX_CHARS}
    return page("tags_try.html", {"here": "items", "taxonomy": taxonomy, **values})
