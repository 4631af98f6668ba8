"""Words of votes: what a business says of a story it was shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class VoteKind(StrEnum):
    """What is said of a story."""

    USEFUL = "useful"
    NOT_FOR_ME = "not_for_me"
    #: one of its labels is wrong: says nothing of taste
    WRONG_TAG = "wrong_tag"
    #: nothing more on one of its labels: changes the profile, says nothing of taste
    MUTE = "mute"
    #: takes back what was said before
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What a business said of one story; from then on it stands for an earlier vote, and both are kept."""

    business_key: str
    story_id: str
    #: of the digest that showed it
    period: str
    kind: VoteKind
    #: full key of the label that is wrong or muted, "" for other kinds
    label: str = ""
    #: aware UTC
    voted_at: datetime
    #: confidence of each full label key the story had, as the digest's edition has it
    labels: tuple[tuple[str, float], ...] = ()


class RuleKind(StrEnum):
    """What a rule does to stories with its label."""

    #: points are taken off them
    LESS = "less"
    #: points are added to them
    MORE = "more"
    #: they are not shown
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What votes propose, or an owner decided, about one label: visible, and taken back at any time."""

    kind: RuleKind
    #: full label key
    label: str
    #: votes that called a story with this label useful, and all votes on such stories
    useful: int = 0
    votes: int = 0

    @property
    def key(self) -> str:
        """How it is named: ``less:area:drones``."""
        return f"{self.kind}:{self.label}"
