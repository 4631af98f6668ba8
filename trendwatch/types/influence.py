"""Words of influence: how far a technology has come in a sector, and what moves towards one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ArrivalState(StrEnum):
    """How far a technology has come in a sector's news; in this order."""

    NOT_YET_SEEN = "not_yet_seen"
    FIRST_REPORTS = "first_reports"
    STARTING = "starting"
    ESTABLISHED = "established"

    @property
    def rank(self) -> int:
        """0 for not yet seen, 3 for established."""
        return list(ArrivalState).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A technology in one sector, as of a week. A state that was reached is kept."""

    #: full key, such as ``area:drones``
    technology: str
    #: full key, such as ``sector:retail``
    sector: str
    state: ArrivalState
    #: of the first report we know, UTC; None while not yet seen
    first_at: datetime | None = None
    #: week in which the state was reached, such as ``2025-W14``; "" while not yet seen
    since: str = ""
    #: it was there already when we began to know the sector: ``first_at`` and ``since`` may be too late
    or_before: bool = False
    #: counted up to the week
    stories: int = 0
    #: independent publishers that reported it up to the week
    owners: int = 0
    #: ids of items that show it, newest first, one an owner
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """A technology that has come further in other sectors than in one's own."""

    technology: str
    #: in one's own sector
    home: Arrival
    #: in other sectors, all further than at home, the most telling first
    elsewhere: tuple[Arrival, ...]
    #: enough is reported from one's own sector to say what is not there
    known: bool
    #: for ranking only, in [0, 1]
    score: float


@dataclass(frozen=True, slots=True)
class PairReports:
    """Items of a pair, as far as people are shown them."""

    #: of the first one, UTC
    first_at: datetime
    #: item ids, newest first, one an owner
    evidence: tuple[str, ...]
