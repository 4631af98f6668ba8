"""What the doors are given: a store, the configuration, a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from trendwatch.config import Config
from trendwatch.desk import Desk
from trendwatch.pipeline.taggers import Taggers
from trendwatch.store import Store
from trendwatch.types.work import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Real parts, chosen by wiring."""

    store: Store
    #: the last good configuration, overlays laid on
    config: Callable[[], Config]
    #: why the files on disk cannot be used now, "" when they are fine
    config_error: Callable[[], str]
    clock: Clock
    #: what operators ask about feeds
    desk: Desk
    #: only this machine reaches the socket: it is asked for no key unless a proxy brings others
    open_to_all: bool
    #: a sentence above every page, such as that the news is simulated
    banner: str = ""
    #: what tags texts now
    taggers: Taggers = field(default_factory=Taggers)


def parts_of(request: Request) -> Parts:
    """Return what the application was created with."""
    found: Parts = request.app.state.parts
    return found


#: For the signature of a route.
Given = Annotated[Parts, Depends(parts_of)]
