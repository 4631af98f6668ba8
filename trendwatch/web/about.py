"""How it works, and what the words mean."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.web.looks import page

router = APIRouter()


@router.get("/about")
def about() -> Response:
    """Show how trendwatch works."""
    return page("about.html", {"here": "about"})
