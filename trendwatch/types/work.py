"""Words of work: who may do which part of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

#: Tells the time, aware and in UTC. Only wiring makes one; leases need it, since work takes time.
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A lease on one partition of one step."""

    #: poll, understand, analyse, learn, compose or send
    step: str
    #: a host, a model version, a business: what no two processes may work on at once
    partition: str
    #: grows with every holder; a write with an older token is refused
    token: int
    #: afterwards anybody may take over
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A change that pages, API or command line made to the configuration; files stay the defaults."""

    #: feed, business, label or setting
    kind: str
    #: which one
    key: str
    #: the fields that differ; None: removed
    values: Mapping[str, object] | None
    changed_at: datetime
    #: cli, api or page
    changed_by: str
