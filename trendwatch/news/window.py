"""The reports of the last hours and the stories they belong to: what a new report is compared with.

A report stays for the window (72 hours); the newest report of a story stays while the story is open, so that
a story can be taken up again after a pause. What stays depends only on the reports seen and their times, not
on when the process started.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush, nlargest

from trendwatch.news.likeness import FEWEST_WORDS, Reading, Vector, dot

#: Terms by which a report is found, rarest first; more find nothing new.
INDEX_TERMS = 12
#: Reports compared in full for each new one.
CANDIDATES = 24
#: Reports that share a rare term, after which commoner terms are not asked.
ENOUGH = 250
#: A term of a centroid that fell below this has left it.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is read of an item to place it in a story."""

    item_id: str
    #: feed key
    source: str
    title: str
    summary: str
    #: aware; the time it counts at
    at: datetime


@dataclass(slots=True, eq=False)
class OpenStory:
    """A story with reports in the window."""

    id: str
    #: time of its first report
    opened: datetime
    #: reports it took, exact copies left out
    size: int = 0
    #: sum of the vectors of its reports in the window
    centroid: Vector = field(default_factory=dict)
    #: squared length of that sum
    square: float = 0.0
    #: how many of its reports are in the window
    held: int = 0
    newest: Held | None = None


@dataclass(slots=True, eq=False)
class Held:
    """A report in the window."""

    #: in order of arrival
    number: int
    report: Report
    reading: Reading
    #: terms it is found by
    terms: list[str]
    story: OpenStory


class Window:
    """Held reports, found by rare terms or by equal text."""

    def __init__(self, *, width: timedelta, span: timedelta) -> None:
        self._width = width
        self._span = span
        self._clock: datetime | None = None
        self._arrivals = 0
        self._held: dict[int, Held] = {}
        self._stories: dict[str, OpenStory] = {}
        self._postings: dict[str, dict[int, float]] = {}
        self._exact: dict[str, Held] = {}
        self._leaving: list[tuple[datetime, int]] = []

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    def twin(self, reading: Reading) -> Held | None:
        """Return the held report with exactly this text."""
        return self._exact.get(reading.exact)

    def near(self, reading: Reading) -> list[Held]:
        """Return the held reports that share the most of a text's rarest terms, nearest first."""
        if reading.words < FEWEST_WORDS:
            return []
        found: dict[int, float] = {}
        for term in _rarest(reading.vector):
            weight = reading.vector[term]
            for number, other in self._postings.get(term, {}).items():
                found[number] = found.get(number, 0.0) + weight * other
            if len(found) > ENOUGH:
                break
        likely = nlargest(CANDIDATES, [(shared, -number) for number, shared in found.items()])
        return [self._held[-number] for _, number in likely]

    def story(self, story_id: str, opened: datetime) -> OpenStory:
        """Return a story of the window, or begin it."""
        return self._stories.setdefault(story_id, OpenStory(story_id, opened))

    def add(self, report: Report, reading: Reading, story: OpenStory) -> None:
        """Hold a report as one of a story."""
        terms = _rarest(reading.vector) if reading.words >= FEWEST_WORDS else []
        held = Held(self._arrivals, report, reading, terms, story)
        self._arrivals += 1
        self._held[held.number] = held
        for term in terms:
            self._postings.setdefault(term, {})[held.number] = reading.vector[term]
        if reading.exact:
            self._exact[reading.exact] = held
        heappush(self._leaving, (report.at + self._width, held.number))
        _join(held)
        self._make_newest(held)

    def advance(self, now: datetime) -> None:
        """Drop what left the window by a time; going back changes nothing."""
        self._clock = now if self._clock is None else max(now, self._clock)
        while self._leaving and self._leaving[0][0] <= self._clock:
            held = self._held.get(heappop(self._leaving)[1])
            if held is None:
                continue
            closes = held.story.opened + self._span
            if held.story.newest is held and closes > self._clock:
                heappush(self._leaving, (closes, held.number))
            else:
                self._drop(held)

    def _make_newest(self, held: Held) -> None:
        before = held.story.newest
        if before is not None and before.report.at > held.report.at:
            return
        held.story.newest = held
        if before is not None and self._clock is not None and before.report.at + self._width <= self._clock:
            self._drop(before)  # being the newest was all that kept it

    def _drop(self, held: Held) -> None:
        del self._held[held.number]
        for term in held.terms:
            posting = self._postings[term]
            del posting[held.number]
            if not posting:
                del self._postings[term]
        if self._exact.get(held.reading.exact) is held:
            del self._exact[held.reading.exact]
        _leave(held)
        if not held.story.held:
            del self._stories[held.story.id]


def _rarest(vector: Vector) -> list[str]:
    return sorted(vector, key=lambda term: (-vector[term], term))[:INDEX_TERMS]


def _join(held: Held) -> None:
    story, vector = held.story, held.reading.vector
    story.size += 1
    story.held += 1
    story.square += 2 * dot(vector, story.centroid) + dot(vector, vector)
    for term, weight in vector.items():
        story.centroid[term] = story.centroid.get(term, 0.0) + weight


def _leave(held: Held) -> None:
    story, vector = held.story, held.reading.vector
    story.held -= 1
    story.square += dot(vector, vector) - 2 * dot(vector, story.centroid)
    for term, weight in vector.items():
        left = story.centroid.pop(term, 0.0) - weight
        if left > _NOTHING:
            story.centroid[term] = left
