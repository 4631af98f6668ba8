"""Which stories pass for a business, and which few of those it is shown.

Theory of operation (DIGEST.md, *Selection*, in its order).

Gates, each with a name that *why not* can show: a working link; not muted; first seen inside the window
and published at most 14 days before it; back-log only if published inside the window, or in the welcome
issue; not shown before; about technology at all; enough points; and proven: two independent publishers,
an official or research source, or a very high score.

Order: proven stories first, then points, breadth, time, id. So relevance reorders, but a story that only
one publisher tells never stands above one that several tell. Labels that are always wanted pass the two
last gates and get their places first.

Caps: at most two stories led by one owner and two per technology (the parent of a technology counts too:
two about chatbots are two about AI). Fewer stories than places is a good week for the reader: never pad.

Known failures: a story that grows from one publisher to four after its window is never shown, since
windows go by first reports. The values of MUST_SCORE and SURE_SCORE were set by hand on written cases.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from trendwatch.advice.profile import Profile, confidences
from trendwatch.advice.relevance import ACTION_WORDS, Score, official, owners, weigh
from trendwatch.text import headline
from trendwatch.types.advice import Candidate, Memory
from trendwatch.types.identity import stable_id

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
#: Browsers and mail readers cut longer addresses.
URL_CHARS = 2_000
PER_OWNER = 2
PER_AREA = 2


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
    #: None where a label is muted
    score: Score | None
    #: full label keys, those implied included, surest first
    labels: tuple[str, ...]
    #: two independent publishers, or an official source
    proven: bool
    #: None: it may be shown
    refusal: Refusal | None

    @property
    def areas(self) -> frozenset[str]:
        """Its technologies."""
        return frozenset(key for key in self.labels if key.startswith("area:"))

    @property
    def rank(self) -> tuple[bool, float, int, float, str]:
        """Sorts the best first."""
        points = self.score.points if self.score else 0.0
        seen = self.candidate.first_seen_at.timestamp()
        return (not self.proven, -points, -owners(self.candidate), -seen, self.candidate.story_id)


def judge(candidate: Candidate, held: Profile, memory: Memory) -> Judged:
    """Hold one story against a business and say whether it may be shown, or why not."""
    score = weigh(candidate, held)
    labels = tuple(confidences(candidate, held.edition.parents))
    proven = owners(candidate) > 1 or official(candidate)
    refusal = _hard_gate(candidate, score, held, memory)
    if refusal is None and score is not None:
        few = held.edition.coverage.sources < FEW_SOURCES
        refusal = _soft_gate(score, labels, proven=proven, sure=SURE_SCORE_FEW if few else SURE_SCORE)
    return Judged(candidate=candidate, score=score, labels=labels, proven=proven, refusal=refusal)


def choose(judged: Iterable[Judged], places: int, *, taken: Iterable[Judged] = ()) -> list[Judged]:
    """Return the best stories that may be shown, within the caps, best first."""
    chosen = _Caps(taken).admit(_in_turn(judged), places)
    return sorted(chosen, key=lambda one: one.rank)


def left_out(judged: Iterable[Judged], chosen: Iterable[Judged], story_id: str) -> Refusal | None:
    """Return what kept a judged story from being chosen, None where it was chosen.

    Raises:
        KeyError: it was not judged.
    """
    every, taken = list(judged), {one.candidate.story_id for one in chosen}
    one = next((one for one in every if one.candidate.story_id == story_id), None)
    if one is None:
        raise KeyError(story_id)
    if one.refusal is not None or story_id in taken:
        return one.refusal
    before = itertools.takewhile(lambda other: other is not one, _in_turn(every))
    caps = _Caps(other for other in before if other.candidate.story_id in taken)
    return caps.refusal(one) or Refusal.NO_PLACE


def _in_turn(judged: Iterable[Judged]) -> list[Judged]:
    """Return those that may be shown: what is always wanted first, then the best."""
    passed = sorted((one for one in judged if one.refusal is None), key=lambda one: one.rank)
    return sorted(passed, key=lambda one: not (one.score and one.score.followed))


def outside(judged: Iterable[Judged], chosen: list[Judged], held: Profile, *, period: str) -> Judged | None:
    """Return one well-reported story from beyond what the business asks for and usually gets.

    The same business and period always get the same one; among equals, businesses get different ones.
    """
    usual = {*held.asked, *held.related, *held.follows, held.own}.union(*(one.areas for one in chosen))
    may = [
        one
        for one in judged
        if one.proven
        and one.areas
        and one.refusal in {None, Refusal.TOO_FEW_POINTS}
        and not usual.intersection(one.labels)
        and not (one.score and any(key.startswith("tool:") for key in one.score.matched))
    ]

    def best_first(one: Judged) -> tuple[int, str]:
        return -owners(one.candidate), stable_id(held.business.key, period, one.candidate.story_id)

    return next(_Caps(chosen).admit(sorted(may, key=best_first), 1), None)


class _Caps:
    """Counts what is shown, so that nothing is shown too often."""

    def __init__(self, taken: Iterable[Judged]) -> None:
        self._owners: Counter[str] = Counter()
        self._areas: Counter[str] = Counter()
        self._titles: set[str] = set()
        self._ids: set[str] = set()
        for one in taken:
            self._count(one)

    def admit(self, ordered: Iterable[Judged], places: int) -> Iterator[Judged]:
        for one in ordered:
            if places <= 0:
                return
            if self.refusal(one) is None:
                self._count(one)
                places -= 1
                yield one

    def refusal(self, one: Judged) -> Refusal | None:
        """Return which cap has no room for a story."""
        if one.candidate.story_id in self._ids or _told(one.candidate) in self._titles:
            return Refusal.TOLD_ALREADY
        if self._owners[_leading_owner(one.candidate)] >= PER_OWNER:
            return Refusal.PER_PUBLISHER
        if any(self._areas[area] >= PER_AREA for area in one.areas):
            return Refusal.PER_TECHNOLOGY
        return None

    def _count(self, one: Judged) -> None:
        self._ids.add(one.candidate.story_id)
        self._titles.add(_told(one.candidate))
        self._owners[_leading_owner(one.candidate)] += 1
        self._areas.update(one.areas)


def _leading_owner(candidate: Candidate) -> str:
    return candidate.sources[0].owner if candidate.sources else ""


def _told(candidate: Candidate) -> str:
    """Return what a story is told by: one headline under two story ids is a repeat all the same."""
    return " ".join(headline(candidate.title).casefold().split()) or candidate.story_id


def _hard_gate(candidate: Candidate, score: Score | None, held: Profile, memory: Memory) -> Refusal | None:
    edition = held.edition
    published = candidate.published_at
    in_window = published is not None and edition.since <= published < edition.cutoff
    # Back-log was first seen when its feed was new: that says nothing about the story.
    known = edition.cutoff if candidate.backlog else candidate.first_seen_at
    gates = (
        (Refusal.NO_LINK, not _can_follow(candidate.url)),
        (Refusal.MUTED, score is None),
        (Refusal.OUTSIDE_WINDOW, not candidate.backlog and not edition.since <= known < edition.cutoff),
        (Refusal.TOO_OLD, published is not None and published < edition.since - LATE),
        (Refusal.BACKLOG, candidate.backlog and not in_window and memory.issues > 0),
        (Refusal.SHOWN_BEFORE, candidate.story_id in memory.recent | memory.shown),
    )
    return next((refusal for refusal, failed in gates if failed), None)


def _can_follow(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) <= URL_CHARS


def _soft_gate(score: Score, labels: tuple[str, ...], *, proven: bool, sure: float) -> Refusal | None:
    about_technology = score.followed or any(
        key.startswith(("area:", "tool:")) or key in ACTION_WORDS for key in (*labels, *score.matched)
    )
    if not about_technology:
        return Refusal.NOT_TECHNOLOGY
    if score.followed:
        return None
    if not score.matched or score.points < MUST_SCORE:
        return Refusal.TOO_FEW_POINTS
    return None if proven or score.points >= sure else Refusal.TOO_FEW_SOURCES
