"""Words of practices: what a business can do, what it costs and how to find out cheaply whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RiskKind(StrEnum):
    """What may go wrong with a practice, beyond that it brings nothing."""

    SECURITY = "security"
    PRIVACY = "privacy"
    LOCK_IN = "lock_in"
    ETHICS = "ethics"
    REGULATION = "regulation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One thing to watch, and what to do about it."""

    kind: RiskKind
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """An estimate of the team: never a measured figure."""

    #: where everything goes well and the simplest way is taken
    low: float
    #: what to plan with
    base: float
    #: where it goes badly and is still worth finishing
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What a business can do, as configured in ``practices.toml``: the unit of advice.

    All figures are the team's assumptions for a business of about ten people.
    """

    #: lower_snake_case
    key: str
    name: str
    #: what it is, in words that need no technical knowledge
    plain: str
    #: function keys: what gets better
    functions: tuple[str, ...]
    #: area keys of the technologies it rests on
    areas: tuple[str, ...]
    #: key of the sector that does this already
    inspired_by: str
    #: keys of the sectors it is for; () is all
    fits: tuple[str, ...] = ()
    #: what to change of the other sector's way
    adapt: str
    #: EUR, before it works
    cost_once: Range
    #: EUR, while it is used
    cost_per_month: Range
    #: of the business's own people, all together
    hours_first_month: Range
    #: of whoever sets it up: low, some or good
    skills: str
    #: questions about the tools already there
    integration: tuple[str, ...]
    #: people who know
    ask: tuple[str, ...]
    #: questions for whoever sells it
    vendor_questions: tuple[str, ...]
    #: who will object, and to what
    objections: tuple[str, ...]
    #: who must learn what
    trained: tuple[str, ...]
    #: steps in their order
    first_week: tuple[str, ...]
    #: the cheapest trial that says something
    experiment: str
    #: the number to write down before and after
    measure: str
    #: when to go on
    passes: str
    #: when to stop
    fails: str
    risks: tuple[Risk, ...]
    #: how to start without money and special skills, "" where nobody can
    free_way: str = ""
    #: that recognise it in news: phrases, or phrases with " + " between them that must all occur
    terms: tuple[str, ...] = ()

    def is_for(self, sector: str) -> bool:
        """Tell whether a sector is among those it is for."""
        return not self.fits or sector in self.fits


@dataclass(frozen=True, slots=True)
class PracticeMatch:
    """A practice that a report speaks of."""

    #: key of the practice
    practice: str
    #: as configured, in their order
    terms: tuple[str, ...]
