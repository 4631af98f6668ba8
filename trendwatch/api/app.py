"""The application: API, pages, metrics and documentation, behind one gate."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi_offline import FastAPIOffline
from starlette.responses import HTMLResponse

from trendwatch import __version__
from trendwatch.api import (
    arrivals,
    businesses,
    corrections,
    counted,
    coverage,
    delivering,
    feed_changes,
    feed_reports,
    feeds,
    health,
    items,
    labels,
    metrics,
    practices,
    problems,
    profiles,
    readers,
    series,
    stories,
    tags,
    terms,
    trends,
    votes,
    why,
)
from trendwatch.api.asked import only_known
from trendwatch.api.conditional import CONTENT_POLICY, Conditional
from trendwatch.api.description import described
from trendwatch.api.gate import Gate
from trendwatch.web import pages
from trendwatch.web.banner import Banner
from trendwatch.web.parts import Parts

PREFIX = "/api/v1"
_ROUTERS = (
    coverage.router,  # before the feed of any key
    feed_reports.router,
    feeds.router,
    feed_changes.router,
    items.router,
    stories.router,
    trends.router,
    counted.router,
    terms.router,
    arrivals.router,
    series.router,
    tags.router,
    labels.router,
    corrections.router,
    practices.router,
    businesses.router,
    delivering.router,
    readers.router,
    why.router,
    profiles.router,
    votes.router,
    health.router,
    metrics.router,
)
_STATIC = "/static-offline-docs"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_DESCRIPTION = (
    "What is coming towards a small business, for programs. Errors are problem+json (RFC 9457); reads carry "
    "an ETag; lists of items go on through `Link: rel=next`, other lists end after their latest entries. "
    "Unless the service is for this machine only, send "
    "`Authorization: Bearer tw_...`; `trendwatch keys add NAME` makes a key."
)


def create_app(parts: Parts) -> FastAPI:
    """Return the application that answers from these parts."""
    app: FastAPI = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        title="trendwatch",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url=f"{PREFIX}/openapi.json",
        static_url=_STATIC,
    )
    app.state.parts = parts
    app.state.registry = metrics.registry(parts)
    api = APIRouter(prefix=PREFIX, dependencies=[Depends(only_known)])
    for router in _ROUTERS:
        api.include_router(router)
    app.include_router(api)
    app.include_router(pages.router)
    app.add_api_route("/docs", _docs(app), include_in_schema=False)
    problems.install(app)
    made = app.openapi
    app.openapi = cache(lambda: described(made(), prefix=PREFIX))  # type: ignore[method-assign]
    app.add_middleware(Gate, parts=parts)
    app.add_middleware(Conditional)
    if parts.banner:
        app.add_middleware(Banner, text=parts.banner)
    return app


def _docs(app: FastAPI) -> Callable[[], HTMLResponse]:
    """Return the route of the documentation page. Its one inline script is allowed by its hash."""
    page = get_swagger_ui_html(
        openapi_url=f"{PREFIX}/openapi.json",
        title=f"{app.title}: API",
        swagger_js_url=f"{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{_STATIC}/favicon.png",
    )
    text = bytes(page.body).decode()
    hashes = (hashlib.sha256(script.encode()).digest() for script in _SCRIPT.findall(text))
    scripts = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in hashes)
    allowed = f"; script-src 'self' {scripts}; img-src 'self' data:; connect-src 'self'"
    policy = CONTENT_POLICY.replace("; img-src 'self'", "") + allowed

    def docs() -> HTMLResponse:
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    return docs
