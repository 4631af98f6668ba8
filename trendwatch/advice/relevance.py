"""How much a story matters to a business, as a sum whose parts can be read aloud.

Theory of operation.

Observations. A business says little about itself: its sector, a few goals, perhaps topics and the
software it uses. A new business has given no votes, so its first digests rest on that alone. A story is
worth its time when it meets the profile, when independent people report it, and when it is not yet what
everybody in its own sector knows: what other sectors already do is what the product is for.

Method. points = Σ parts, each part one reason in plain words (``weights``):
  profile    own sector, topics asked about (a related topic weighs less), labels followed, goals met,
             software named in the text, a rule or risk to act on
  elsewhere  a technology reported in another sector and by nobody in this one: never zero
  evidence   breadth 2·(1 − e^(−(n−1)/3)) for n independent owners; momentum of its technologies;
             freshness 0.8·2^(−age / 4 days)
  doubts     a single publisher; written by those who sell it
  votes      what was found useful or not, at most two points (``taste``); accepted rules (``rules``)
A part that rests on a tag counts fully from confidence 0.5, below that in proportion. A muted label
removes the story, whatever else it has. Each part is one column (``aspects``, ``evidence``): its points for
every story of the edition at once, and how it is said of one of them. The sum of the columns is the score, so
what is printed is what counted.

Known failures. Software is found by its written name, so a product called like a common word ("Square",
"Office") fires at the start of a sentence and in Title Case headlines. Two tags of one sentence may pay
twice (a rule for clinics is sector and impact). That stories must be proven costs readers who do not care:
nDCG@10 0.39 instead of 0.46 by points alone, on simulated readers (``tests.benchmarks.readers``); a cosine
under the same rule reaches 0.34, popularity 0.11, and four weeks of votes add 0.04 [0.02, 0.05].

Source. Weights: the ratios of the design (declared 1, related 0.4; breadth 1 − e^(−sources/4);
freshness half-life 4 days; momentum clip(IC025, 0, 2)/2), scaled so that 3 points are one declared interest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trendwatch.advice.aspects import Said, personal, tools
from trendwatch.advice.columns import POINT, Mask, Points
from trendwatch.advice.evidence import evidence
from trendwatch.advice.profile import Profile
from trendwatch.advice.words import a_list
from trendwatch.types.advice import Part

#: Words of the why-sentence, and how many reasons it names.
WHY_WORDS = 18
FACETS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a story is worth to a business, and why."""

    #: sum of the parts
    points: float
    parts: tuple[Part, ...]
    #: what matched: full label keys, and ``tool:NAME``
    matched: tuple[str, ...]
    #: carries a label that is always wanted
    followed: bool
    #: one sentence for the owner, "" where nothing of the profile matched
    why: str


class Scores:
    """What every story of an edition is worth to a business, and why."""

    def __init__(self, held: Profile) -> None:
        self.held = held
        self._aspects = [*personal(held), *evidence(held)]
        #: hundredths
        self.points: Points = np.sum([one.points for one in self._aspects], axis=0, dtype=np.int16)

    @cached_property
    def matched(self) -> Mask:
        """Stories that meet anything of the profile."""
        found: Mask = np.logical_or.reduce([one.points != 0 for one in self._aspects if one.personal])
        return found

    @cached_property
    def followed(self) -> Mask:
        """Stories with a label that is always wanted."""
        return self.held.columns.carry(sorted(self.held.follows))

    @cached_property
    def muted(self) -> Mask:
        """Stories with a label that is never wanted, or such a technology's name in the headline."""
        columns, held = self.held.columns, self.held
        if not held.mutes:
            return columns.never
        named = [bool(held.unwanted.search(one.title)) for one in columns.candidates]
        found: Mask = columns.carry(sorted(held.mutes)) | np.array(named, dtype=bool)
        return found

    @cached_property
    def naming_tools(self) -> Mask:
        """Stories whose text names software in use."""
        found: Mask = tools(self.held).points != 0
        return found

    def of(self, at: int) -> Score:
        """Return the score of the story at a place, with its reasons."""
        said = [(int(one.points[at]), one.personal, one.says(at)) for one in self._aspects if one.points[at]]
        return Score(
            points=int(self.points[at]) / POINT,
            parts=tuple(Part(reason=one.reason, points=points / POINT) for points, _, one in said),
            matched=tuple(dict.fromkeys(key for _, _, one in said for key in one.keys)),
            followed=bool(self.followed[at]),
            why=_why([(points, one) for points, personal, one in said if personal]),
        )


def _why(personal: list[tuple[int, Said]]) -> str:
    """Return one short sentence: the one or two strongest reasons, the owner's own facts first."""
    strongest = [said for points, said in personal if points > 0 and said.clause]
    worth = {said: points for points, said in personal}
    strongest = sorted(strongest, key=lambda said: -worth[said])[:FACETS]
    while strongest:
        text = _sentence(strongest)
        if len(text.split()) <= WHY_WORDS or len(strongest) == 1:
            return text
        strongest.pop()
    return ""


def _sentence(clauses: list[Said]) -> str:
    yours = [said.clause.removeprefix("you ") for said in clauses if said.clause.startswith("you ")]
    others = [said.clause for said in clauses if not said.clause.startswith("you ")]
    text = "; ".join(([f"you {a_list(yours)}"] if yours else []) + others)
    return f"{text[0].upper()}{text[1:]}."
