"""Whether the service does its work. Told to anybody, so paths and values of the files are for keys only."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from trendwatch import __version__
from trendwatch.api.gate import unadmitted
from trendwatch.api.problems import RETRY_SECONDS
from trendwatch.errors import StorageUnavailable
from trendwatch.pipeline.overdue import overdue
from trendwatch.web.condition import FeedCondition, condition
from trendwatch.web.parts import Given, Parts

router = APIRouter(tags=["health"])
_log = structlog.get_logger()

_WITHHELD = "The files cannot be used now; trendwatch doctor says why, and so does this address to a key."


class HealthShape(BaseModel):
    """How the service does."""

    status: Literal["ok", "degraded"]
    version: str
    database: Literal["ok", "unavailable"]
    #: "" where no configuration could be read
    config_hash: str
    #: what is wrong with the files on disk, in full for callers with a key; the last good ones are in force.
    #: null: they are fine
    config_error: str | None
    #: "" before the first
    model_version: str
    #: why no model understands items: there is none yet, or it is damaged. null: all is well
    model_error: str | None
    feeds: int
    feeds_failing: int
    items: int
    #: not understood yet
    items_waiting: int
    #: the last poll that brought a readable document
    last_poll_at: datetime | None
    #: nobody polls though feeds are due for an hour or more: since when. null: somebody does
    polling_error: str | None
    #: issues due for an hour or more and not made, of all businesses
    digests_late: int


@router.get("/health", responses={503: {"model": HealthShape}})
def health(parts: Given, request: Request, response: Response) -> HealthShape:
    """Tell how the service does: 200 also when degraded, 503 without its database."""
    response.headers["Cache-Control"] = "no-store"
    try:
        found = condition(parts)
        hashed = parts.config().hash
        late = overdue(parts.store, parts.config().businesses, now=parts.clock())
    except StorageUnavailable as error:
        _log.error("health.database", error=str(error))
        response.status_code = 503
        response.headers["Retry-After"] = RETRY_SECONDS
        return _without_database()
    return HealthShape(
        status="degraded" if found.degraded else "ok",
        version=__version__,
        database="ok",
        config_hash=hashed,
        config_error=_for_the_caller(found.config_error, parts, request),
        model_version=found.model_version,
        model_error=found.model_error or None,
        feeds=found.active,
        feeds_failing=found.feeds[FeedCondition.FAILING],
        items=found.items,
        items_waiting=found.waiting,
        last_poll_at=found.polled_at,
        polling_error=found.polling_error or None,
        digests_late=sum(late.values()),
    )


def _for_the_caller(wrong: str, parts: Parts, request: Request) -> str | None:
    """Return what is wrong with the files, to strangers only that something is: it may quote them."""
    if not wrong:
        return None
    return wrong if unadmitted(parts, request.headers) is None else _WITHHELD


def _without_database() -> HealthShape:
    return HealthShape(
        status="degraded",
        version=__version__,
        database="unavailable",
        config_hash="",
        config_error=None,
        model_version="",
        model_error=None,
        feeds=0,
        feeds_failing=0,
        items=0,
        items_waiting=0,
        last_poll_at=None,
        polling_error=None,
        digests_late=0,
    )
