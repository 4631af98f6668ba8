"""Words of work: who may do which part of a step."""

from __future__ import annotations

from collections.abc import Callable
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
