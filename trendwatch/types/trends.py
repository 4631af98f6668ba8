"""Words of change: series of counts and what rises in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from trendwatch.types.weeks import parse_week, week_name

#: Whole weeks whose stories a trend counts, up to the week it was computed for.
SHOWN_WEEKS = 4
#: The same for a word, which is told rarely at first.
WORD_WEEKS = 13


class Stage(StrEnum):
    """Where a technology stands in the news."""

    EMERGING = "emerging"
    GROWING = "growing"
    MAINSTREAM = "mainstream"
    FADING = "fading"
    #: less than half a year is known
    TOO_EARLY = "too_early"
    #: half a year or more is known, but hardly anything was told
    TOO_FEW = "too_few"


class TrendKind(StrEnum):
    """What a trend is about."""

    LABEL = "label"
    TERM = "term"


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Stories per week or day for a label (``area:drones``), pair (``area:drones|sector:retail``) or term."""

    key: str
    #: number of the first week (see types.weeks)
    first_week: int
    #: one count a week, or seven where days were asked for, without gaps
    stories: tuple[int, ...]

    def known(self, unknown: Collection[int], *, per_week: int = 1) -> tuple[int | None, ...]:
        """Return the counts, None for those of some weeks: what is not known is not zero."""
        weeks = (self.first_week + place // per_week for place in range(len(self.stories)))
        return tuple(
            None if week in unknown else count for week, count in zip(weeks, self.stories, strict=True)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spike:
    """A key that one week was full of, and of which it cannot be told yet whether it rises: no trend."""

    week: str
    key: str
    #: stories of the week
    stories: int
    #: what the same sources usually tell in a week
    usual: float
    sources: int
    owners: int
    #: ids of items that show it, newest first
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How many rises of a week are expected to be none: what chance brings where nothing rises."""

    #: labels and pairs of which there was enough news to judge
    judged: int
    #: rises among them that are due to chance, estimated on weeks in another order
    rises: float


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
    #: feeds that report now; of a fall those that used to
    sources: int
    #: independent publishers among them
    owners: int
    #: first week of this rise or fall
    since: str
    stage: Stage
    #: ids of items that show it, newest first, one a story; of a fall also from before its weeks
    evidence: tuple[str, ...]
    #: of a term: full key of the area its reports are mostly about; "" where they carry none
    area: str = ""
    #: of a term: the terms that rose in the same reports, itself first
    group: tuple[str, ...] = ()
    #: bits: reports now over expected ones, half a report added to both, lie between 2 to these powers, with
    #: 95 % confidence; None: unknown
    interval: tuple[float, float] | None = None
    #: that same shrunk ratio, in times: the point estimate, within the interval; None: unknown
    times: float | None = None
    #: how often series like this one are of this stage, in [0, 1]; 0: unknown
    stage_share: float = 0.0
    #: of a term: the weeks that observed and expected are of; 0: older ones count less, or unknown
    window: int = 0
    #: of a label: weeks in which a report counts half in observed and expected; 0: it is a term, or unknown
    half_life: float = 0.0
    #: stories to be expected in the weeks that ``stories`` counts; None: it was not kept then
    usual: float | None = None

    @property
    def first_week(self) -> str:
        """Return the first of the weeks its stories are of."""
        return week_name(parse_week(self.week) - self.shown_weeks + 1)

    @property
    def shown_weeks(self) -> int:
        """Return how many weeks up to its own its stories are of."""
        return WORD_WEEKS if self.kind is TrendKind.TERM else SHOWN_WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """What a feed told of a key in some weeks, and in the year before them."""

    feed_key: str
    owner: str
    #: stories of the key, and of anything
    stories: int
    published: int
    #: the same in the year before; None: not known of a word
    stories_before: int | None
    published_before: int
    #: it was read long enough to be compared
    compared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TermVerdict:
    """What somebody decided about a term: it belongs to a label, or it is none of our business."""

    #: folded, see trends.ngrams
    term: str
    #: as it is written
    form: str
    #: full key of the label it was added to; "" where it was dismissed
    label: str
    decided_at: datetime
    decided_by: str
