"""Words of change: series of counts and what rises in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Whole weeks whose stories a trend counts, up to the week it was computed for.
SHOWN_WEEKS = 4


class Stage(StrEnum):
    """Where a technology stands in the news."""

    EMERGING = "emerging"
    GROWING = "growing"
    MAINSTREAM = "mainstream"
    FADING = "fading"
    TOO_EARLY = "too_early"


class TrendKind(StrEnum):
    """What a trend is about."""

    LABEL = "label"
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Stories per week for a label (``area:drones``), a pair (``area:drones|sector:retail``) or a term."""

    key: str
    #: number of the first week (see types.weeks)
    first_week: int
    #: one count a week, without gaps
    stories: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """A series that rises above what its past predicts, with all that says so."""

    #: the last week it was computed from, such as ``2025-W14``
    week: str
    kind: TrendKind
    #: ``area:drones``, ``area:drones|sector:retail``, or the term itself
    key: str
    #: IC025 in bits: we are 97.5 % sure that reports are at least 2**strength times what is usual
    strength: float
    #: share of reports before, in [0, 1], same sources
    share_before: float
    #: share of reports now
    share_now: float
    #: reports now, each story once per source, decayed by age: what strength is computed from
    observed: float
    #: what the same sources would usually have published
    expected: float
    #: stories in the weeks looked at
    stories: int
    #: feeds that reported
    sources: int
    #: independent publishers among them
    owners: int
    #: first week of this rise
    since: str
    stage: Stage
    #: ids of items that show it, newest first
    evidence: tuple[str, ...]
