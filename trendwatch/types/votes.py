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
    #: full key of the label that is wrong, "" for other kinds
    label: str = ""
    #: aware UTC
    voted_at: datetime
    #: confidence of each full label key the story had, as the digest's edition has it
    labels: tuple[tuple[str, float], ...] = ()
