"""Words of fetching: what each poll brought, how a feed has done, what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from trendwatch.types.news import Failure, FeedState, Item, Rest


class Drop(StrEnum):
    """Why an entry of a document is not kept as a new item. Each has words in ``news/ledger.py``."""

    #: kept from an earlier poll, and says the same
    KNOWN = "known"
    #: kept from an earlier poll; its new text replaced the old one
    UPDATED = "updated"
    #: kept from an earlier poll; it changed so often that its text stays now
    RESTLESS = "restless"
    #: kept from an earlier poll, under another guid
    CHURNED = "churned"
    #: the same report stands in the document twice
    DUPLICATE = "duplicate"
    #: the document holds more entries than are read
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of the entries of one or more documents: fetched is kept plus every drop."""

    #: entries in the documents
    fetched: int = 0
    #: kept as new items
    kept: int = 0
    #: how many were not, by reason; reasons without any are left out
    drops: Mapping[Drop, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Return whether nothing got lost."""
        return self.fetched == self.kept + sum(self.drops.values())

    def __add__(self, other: Ledger) -> Ledger:
        """Return the ledger of both."""
        reasons = [drop for drop in Drop if drop in self.drops or drop in other.drops]
        return Ledger(
            fetched=self.fetched + other.fetched,
            kept=self.kept + other.kept,
            drops={drop: self.drops.get(drop, 0) + other.drops.get(drop, 0) for drop in reasons},
        )


class Outcome(StrEnum):
    """What came of a poll, in a word."""

    #: a document was read; the ledger says whether it held something new
    READ = "read"
    #: byte for byte the last document: not read again
    UNCHANGED = "unchanged"
    #: the server said that nothing changed
    NOT_MODIFIED = "not_modified"
    #: the server asked for rest; it is not broken
    RESTING = "resting"
    FAILED = "failed"


#: A feed was reached, and what it holds is known.
READINGS = (Outcome.READ, Outcome.UNCHANGED, Outcome.NOT_MODIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """One poll of one feed, as its history keeps it."""

    at: datetime
    outcome: Outcome
    #: what went wrong; None unless resting or failed
    failure: Failure | None = None
    #: of the unpacked body; 0 where none came
    size: int = 0
    #: from the request to the last byte; None where it was not measured
    milliseconds: int | None = None
    ledger: Ledger = Ledger()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUpdate:
    """What one poll of one feed leaves to be written, in one transaction."""

    state: FeedState
    #: nobody was asked: of the state only the time of the next poll is to be written
    postponed: bool = False
    #: as the feed has them now; those already known are not written again
    items: tuple[Item, ...] = ()
    #: for the feed's history; None leaves none
    fetch: Fetch | None = None
    #: a server that wants to be left alone, and until when
    rest: Rest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A time in which a feed was broken, from the first failed poll to the first good one."""

    feed_key: str
    began_at: datetime
    #: the latest failure of the episode
    failure: Failure
    #: what exactly went wrong then
    detail: str = ""
    #: when operators were told; None: not yet, or not yet that it is gone, or it ended too soon
    told_at: datetime | None = None
    #: None while it lasts
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """How often a feed speaks, by its own latest items."""

    #: half of the pauses between items are shorter; None with fewer than five items
    median_gap: timedelta | None
    #: of its newest item; None where it has none
    newest_at: datetime | None
    #: since when it is quieter than usual; None while it is not
    quiet_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """What a feed was worth in a window, back-log left out."""

    feed_key: str
    #: half-open window of first seen
    since: datetime
    until: datetime
    #: items that reached us
    items: int
    #: items a week, over the part of the window in which the feed was read
    per_week: float
    #: stories its items report
    stories: int
    #: stories that nobody but its owner reports
    unique_stories: int
    #: stories of several owners that it reported first
    first_reports: int
    #: share of its items that report what had been reported before, by itself or others; None without items
    repeated_share: float | None
    #: median time from publication to first seen; None where no item is dated
    lateness: timedelta | None
    #: share of its items with a technology or sector; None without items
    tagged_share: float | None
