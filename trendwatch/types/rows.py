"""Rows of a digest beside its stories: what moved, what approaches, what to try."""

from __future__ import annotations

from dataclasses import dataclass

from trendwatch.types.influence import Arrival
from trendwatch.types.sources import Source
from trendwatch.types.trends import SHOWN_WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """A technology's row under *rising and fading*."""

    #: full label key, or a pair of them
    key: str
    name: str
    #: up or down
    direction: str
    #: "much more than usual"
    strength_words: str
    #: "9 stories, usually 3"; of another sector why it stands here: "; you asked about drones"
    count_words: str
    #: publishers that report now; of what fades those that used to
    owners: int
    #: links to reports that show it
    evidence: tuple[Source, ...]
    #: stories now, and what is usual, as drawn beside the words
    stories: int = 0
    usual: int = 0
    #: last week counted, such as 2025-W14
    week: str = ""
    #: whole weeks counted
    weeks: int = SHOWN_WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A sentence of a digest that is no story: a proven lead, a move on the radar, a due check of a pilot."""

    words: str
    #: links to reports that show it
    evidence: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalNote:
    """A technology under *moving toward your sector*."""

    #: full label key
    technology: str
    name: str
    #: "Steady news in manufacturing since March (41 stories, 12 publishers)."
    elsewhere_words: str
    #: "First reports from farming on 12 May (3 stories, 2 publishers): something to watch."
    home_words: str
    #: the same as facts
    elsewhere: Arrival
    home: Arrival
    #: links to reports that show it, elsewhere first
    evidence: tuple[Source, ...]
    #: the business asked about it: other notes go first where words are short
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeNote:
    """The practice under *try this*. What it costs and takes is the team's assumption."""

    #: key of the practice
    key: str
    name: str
    #: what it is
    what: str
    #: the sector that does it already, as people say it
    inspired_by: str
    #: why it is shown to this business
    why: str
    first_step: str
    #: "20 to 300 EUR to start, nothing a month"
    cost_words: str
    #: "2 to 6 hours in the first month"
    hours_words: str
    #: what to write down before and after
    measure: str
    #: when to go on, when to stop
    passes: str
    fails: str
    #: reports of this edition that speak of it
    evidence: tuple[Source, ...] = ()
