"""Words of work: who may do which part of a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

#: Tells the time, aware and in UTC. Only wiring makes one; leases need it, since work takes time.
Clock = Callable[[], datetime]

#: What an overlay may change.
OverlayKind = Literal["feed", "business", "label", "setting", "practice", "sector", "pack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A lease on one partition of one step."""

    #: poll, understand, analyse, learn, compose, send; also pages, import, drift: whatever one process does
    step: str
    #: a host, a model version, a business: what no two processes may work on at once
    partition: str
    #: grows with every holder; a write with an older token is refused
    token: int
    #: afterwards anybody may take over
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """A digest that met a bug of ours, and when it is tried again."""

    business_key: str
    #: of the issue, aware UTC
    cutoff: datetime
    #: since the last digest that was kept
    crashes: int
    #: no try before this
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """A change that pages, API, command line or links made to the configuration; files stay the defaults."""

    kind: OverlayKind
    #: feed or business key, ``area:drones`` for a label, the section for a setting
    key: str
    #: what changes, in the words of the files, terms of a label as what is added and removed; a value None
    #: takes the key away; None removes the thing; one of a label that is empty is not kept
    values: Mapping[str, object] | None
    #: UTC; of several overlays on one thing, the later wins
    changed_at: datetime
    #: cli, api, page, or link for the reader of a mail
    changed_by: str
