"""Which stories pass for a business, and which few of those it is shown.

Theory of operation, in the order in which it is done.

Gates, each with a name that *why not* can show: a working link; not muted; first seen inside the window
and published at most 14 days before it; back-log only if published inside the window, or in the welcome
issue; not shown before; about technology at all; enough points; and proven: two independent publishers,
an official or research source, or a very high score.

Order: proven stories first, then points, breadth, time, id. So relevance reorders, but a story that only
one publisher tells never stands above one that several tell. Labels that are always wanted pass the two
last gates and get their places first.

Must see: a rule or risk we are quite sure of (0.6), of one's own sector or software, in words of urgency or
told by four publishers, and not in other regions only (``regions``); a risk told in two countries, or to
software in use, concerns everybody. It is labelled, gets its place first, and the mix of topics does not keep
it out.

Which of those that pass are shown, within which caps, is ``choosing``'s.

Known failures: a story that grows from one publisher to four after its window is never shown, since
windows go by first reports. The values of MUST_SCORE and SURE_SCORE were set by hand on written cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from trendwatch.advice.columns import POINT, Columns, Mask, Places
from trendwatch.advice.evidence import officials
from trendwatch.advice.profile import Profile
from trendwatch.advice.regions import code, concerns, named, told_in
from trendwatch.advice.relevance import Score, Scores
from trendwatch.advice.updates import alike
from trendwatch.advice.weights import ACTION_WORDS, RISKS, RULE
from trendwatch.types.advice import Candidate, Memory, Part

#: One declared interest (3 points) is enough unless doubts outweigh breadth and freshness.
MUST_SCORE = 3.0
#: Enough for a single publisher: two declared interests and something more.
SURE_SCORE = 6.5
#: The same where few sources are read: a second publisher is often not there to confirm. Set on real weeks of
#: three publications, where 6.5 left a clinic without a story and 5 brought it two that concern it.
SURE_SCORE_FEW = 5.0
FEW_SOURCES = 10
#: Published longer before its window, a story is a late find, not news.
LATE = timedelta(days=14)
#: What an issue told is not told again within this many; later only with a new fact.
SILENT_ISSUES = 4
#: A rule or risk that must be seen: this sure, told by so many or in words of urgency.
MUST_SEE_SURE = 0.6
MUST_SEE_OWNERS = 4
_SEVERE = re.compile(
    r"\b(urgent(ly)?|critical|severe|actively exploited|zero.day|ransomware|breach(es|ed)?|recall(s|ed)?|"
    r"outage|deadline|mandatory|must (now|by|stop|comply)|fine[sd]?|ban(s|ned)?|emergency|warn(s|ing|ed)?)\b",
    re.IGNORECASE,
)


class Refusal(StrEnum):
    """Why a story is not in a digest; the first gate it failed."""

    NO_LINK = "no_link"
    MUTED = "muted"
    OUTSIDE_WINDOW = "outside_window"
    TOO_OLD = "too_old"
    BACKLOG = "backlog"
    SHOWN_BEFORE = "shown_before"
    NOT_TECHNOLOGY = "not_technology"
    TOO_FEW_POINTS = "too_few_points"
    TOO_FEW_SOURCES = "too_few_sources"
    # The caps: it may be shown, and others of its kind were.
    TOLD_ALREADY = "told_already"
    PER_PUBLISHER = "per_publisher"
    PER_TECHNOLOGY = "per_technology"
    NO_PLACE = "no_place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A story held against a business."""

    candidate: Candidate
    #: where it stands in its edition
    at: int
    score: Score
    #: full label keys, those implied included, surest first
    labels: tuple[str, ...]
    #: two independent publishers, or an official source
    proven: bool
    #: None: it may be shown
    refusal: Refusal | None
    #: a rule or risk of its own that has to be looked at
    must_see: bool = False
    #: how it stands to what must be seen, in words and no points; None: it has nothing to do with that
    pressing: Part | None = None
    #: tells a new fact of what an earlier issue told
    update: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """What made its score, and why it must be seen or need not be."""
        return (*self.score.parts, *([self.pressing] if self.pressing else []))

    @property
    def areas(self) -> frozenset[str]:
        """Its technologies."""
        return frozenset(key for key in self.labels if key.startswith("area:"))


class StoryJudgement:
    """Every story of an edition held against one business: which may be shown, and why not the others."""

    def __init__(self, held: Profile, memory: Memory) -> None:
        self.held = held
        self.columns = held.columns
        self.scores = Scores(held)
        #: stories that tell more of what an issue told longer ago
        self._updates = self.columns.never.copy()
        self._refusals = self._first_closed([*self._hard_gates(memory), *self._soft_gates()])

    def __iter__(self) -> Iterator[Judged]:
        return map(self.of, range(len(self.columns)))

    def of(self, at: int) -> Judged:
        """Return the story at a place as it was judged, with its reasons."""
        code = int(self._refusals[at])
        return Judged(
            candidate=self.columns.candidates[at],
            at=at,
            score=self.scores.of(at),
            labels=tuple(self.columns.tags[at]),
            proven=bool(self.proven[at]),
            refusal=_REFUSALS[-code] if code else None,
            must_see=bool(self.must_see[at]),
            pressing=self._pressing_words(at) if self._pressing[at] else None,
            update=bool(self._updates[at]),
        )

    def count(self, refusal: Refusal) -> int:
        """Return how many stories one gate kept out."""
        return int(np.count_nonzero(self._refusals == _CODES[refusal]))

    @property
    def muted_now(self) -> int:
        """How many stories of its own window are muted, whatever they are worth."""
        columns = self.columns
        inside = (self.held.since.timestamp() <= columns.first_seen) & ~columns.backlog
        return int(np.count_nonzero(self.where(Refusal.MUTED) & inside))

    def where(self, *refusals: Refusal | None) -> Mask:
        """Return the stories that one of some gates kept out; None: that may be shown."""
        codes = [0 if one is None else _CODES[one] for one in refusals]
        found: Mask = np.logical_or.reduce([self._refusals == code for code in codes])
        return found

    @cached_property
    def proven(self) -> Mask:
        """Stories told by two independent publishers, or by an official source."""
        return (self.columns.owners > 1) | officials(self.columns)

    @cached_property
    def _pressing(self) -> Mask:
        """Stories that may be shown and hold a rule or risk of its own, wherever it was told."""
        own = self.columns.carry([self.held.own]) | self.scores.naming_tools
        found: Mask = _urgent(self.columns) & own & (self._refusals == 0)
        return found

    @cached_property
    def must_see(self) -> Mask:
        """Stories that may be shown and hold a rule or risk of its own that has to be looked at."""
        columns, home = self.columns, code(self.held.business.region)
        near = columns.once(("told near", home), partial(_near, columns, home))
        found: Mask = self._pressing & (near | (self.scores.naming_tools & columns.carry(RISKS)))
        return found

    def _pressing_words(self, at: int) -> Part:
        tags, story = self.columns.tags[at], self.columns.candidates[at]
        if not self.must_see[at]:
            home, told = named([self.held.business.region]), named(told_in(story))
            return Part(reason=f"no must-see in {home}: told in {told} only", points=0)
        words = next(words for key, words in ACTION_WORDS.items() if key in tags)
        whose = "of your own sector" if self.held.own in tags else "for software you use"
        return Part(reason=f"must see, whatever its points: {words}, {whose}", points=0)

    @cached_property
    def uncapped(self) -> Mask:
        """Stories that are shown whoever told them: what must be seen, and a rule of its own sector."""
        found: Mask = self.must_see | (self.columns.carry([RULE]) & self.columns.carry([self.held.own]))
        return found

    def in_turn(self) -> Places:
        """Return what may be shown: what must be seen, then the best."""
        may = np.flatnonzero(self._refusals == 0)
        behind = (~self.must_see[may]).astype(np.int64)
        return may[np.argsort(self.rank[may] + (behind << 50))]

    @cached_property
    def rank(self) -> NDArray[np.int64]:
        """A number for each story, smaller is better: proven, then points, breadth, time, id."""
        behind = (~self.proven).astype(np.int64) << 48
        return behind + ((_MOST_POINTS - self.scores.points.astype(np.int64)) << 32) + self.columns.turn

    def _first_closed(self, gates: Iterable[tuple[Refusal, Mask]]) -> NDArray[np.int8]:
        """Return the code of the first gate that kept each story out: the highest there is."""
        found = np.zeros(len(self.columns), dtype=np.int8)
        for refusal, closed in gates:
            np.maximum(found, closed.view(np.int8) * _CODES[refusal], out=found)
        return found

    def _hard_gates(self, memory: Memory) -> Iterator[tuple[Refusal, Mask]]:
        """Return the gates that nothing opens, in their order."""
        columns, cutoff = self.columns, self.held.edition.cutoff.timestamp()
        since, backlog = self.held.since.timestamp(), self.columns.backlog
        yield Refusal.NO_LINK, columns.without_link
        yield Refusal.MUTED, self.scores.muted
        # Back-log was first seen when its feed was new: that says nothing about the story.
        seen = (since <= columns.first_seen) & (columns.first_seen < cutoff)
        yield Refusal.OUTSIDE_WINDOW, ~backlog & ~seen
        # Undated is not a number, and no comparison with it is true: allowed, and marked.
        yield Refusal.TOO_OLD, columns.published < since - LATE.total_seconds()
        if memory.issues > 0:
            in_window = (since <= columns.published) & (columns.published < cutoff)
            yield Refusal.BACKLOG, backlog & ~in_window
        shown = columns.never.copy()
        shown[columns.places(memory.shown)] = True
        for ago, said in memory.told:
            for at, new_fact in alike(columns, said):
                update = new_fact and ago > SILENT_ISSUES
                shown[at] |= not update
                self._updates[at] |= update
        yield Refusal.SHOWN_BEFORE, shown

    def _soft_gates(self) -> Iterator[tuple[Refusal, Mask]]:
        """Return the gates that ask how much a story is worth: what is followed needs less."""
        columns, scores = self.columns, self.scores
        wanted = scores.followed
        technology = columns.with_area | columns.carry(tuple(ACTION_WORDS)) | scores.naming_tools
        yield Refusal.NOT_TECHNOLOGY, ~technology
        yield Refusal.TOO_FEW_POINTS, ~wanted & (~scores.matched | (scores.points < MUST_SCORE * POINT))
        few = self.held.edition.coverage.sources < FEW_SOURCES
        sure = np.where(wanted, MUST_SCORE, SURE_SCORE_FEW if few else SURE_SCORE) * POINT
        yield Refusal.TOO_FEW_SOURCES, ~self.proven & (scores.points < sure)


def _urgent(columns: Columns) -> Mask:
    """Return which stories hold a rule or risk for sure, in words of urgency or told by many."""
    return columns.once("urgent", partial(_found_urgent, columns))


def _found_urgent(columns: Columns) -> Mask:
    sure = columns.surely(tuple(ACTION_WORDS), MUST_SEE_SURE)
    texts = columns.saying(_SEVERE, np.flatnonzero(sure))
    return sure & ((columns.owners >= MUST_SEE_OWNERS) | texts)


def _near(columns: Columns, home: str) -> Mask:
    """Return which urgent stories were not told in regions only that a home is none of."""
    found, risks = columns.never.copy(), columns.carry(RISKS)
    places = np.flatnonzero(_urgent(columns))
    told = [told_in(columns.candidates[at]) for at in places]
    found[places] = [
        concerns(regions, home) or (len(regions) > 1 and bool(risks[at]))
        for at, regions in zip(places, told, strict=True)
    ]
    return found


_REFUSALS = tuple(Refusal)
#: The earlier a gate, the higher; 0 is none.
_CODES = {refusal: np.int8(len(_REFUSALS) - place) for place, refusal in enumerate(_REFUSALS)}
#: More points than any story can have, in hundredths.
_MOST_POINTS = 1 << 15
