"""The page for what did not work: friendly, with a number that leads to the log."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import HTMLResponse

from trendwatch.web.looks import page


def error_page(
    status: int,
    title: str,
    detail: str,
    *,
    lines: Sequence[str] = (),
    request_id: str,
    headers: dict[str, str] | None = None,
    here: str = "",
) -> HTMLResponse:
    """Return a page that says what happened and what to do next. It asks nothing of the store."""
    values = {"code": status, "title": title, "detail": detail, "lines": lines, "request_id": request_id}
    return page("error.html", {"here": here, **values}, status=status, headers=headers)
