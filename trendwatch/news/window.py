"""The reports of the last hours and the stories they belong to: what a new report is compared with.

A report stays for the window (72 hours); the newest report of a story stays while the story is open, so that
a story can be taken up again after a pause. What stays depends only on the reports seen and their times, not
on when the process started. A report is found by its rarest words (``postings``); the sum of a story's
vectors is made when it is asked for, and made anew where a report has left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import chain

import numpy as np

from trendwatch.news.gauge import NOWHERE, Gauge
from trendwatch.news.held import Held, OpenStory, Report, centroid
from trendwatch.news.likeness import Reading
from trendwatch.news.postings import Postings
from trendwatch.news.rows import Rows
from trendwatch.news.wordings import Wording
from trendwatch.statistics import Floats

#: Held reports by number of arrival with their cosine, the nearest first, the oldest of equals.
Near = dict[int, float]


class Window:
    """Held reports, found by rare terms or by equal text."""

    def __init__(self, *, width: timedelta, span: timedelta) -> None:
        self._width = width
        self._span = span
        #: time of the newest report
        self._clock: datetime | None = None
        self._arrivals = 0
        #: what the first report of the newest report's day is numbered, or would be
        self._dawn = 0
        #: by number of arrival
        self._held: dict[int, Held] = {}
        #: by id
        self._stories: dict[str, OpenStory] = {}
        self._postings = Postings()
        self._rows = Rows()
        self._exact: dict[str, Held] = {}
        #: by number of arrival, where the story has several reports: most have one, and are not looked up
        self._together: dict[int, OpenStory] = {}
        #: a heap of times and numbers: who leaves the window next
        self._leaving: list[tuple[datetime, int]] = []

    def __len__(self) -> int:
        return len(self._held)

    def __getitem__(self, number: int) -> Held:
        return self._held[number]

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    @property
    def stories(self) -> Iterable[OpenStory]:
        """The open stories, in the order they were begun or found again."""
        return self._stories.values()

    def of_today(self, story: OpenStory) -> bool:
        """Tell whether a story took or lost a report since the first one of the newest one's day."""
        return story.lost >= self._dawn or next(reversed(story.members)) >= self._dawn

    def twin(self, reading: Reading) -> Held | None:
        """Return the held report with exactly this text."""
        return self._exact.get(reading.exact)

    def nearest(self, reading: Reading, gauge: Gauge) -> Near:
        """Return the held reports that share the most of a text's rarest terms, by their cosine with it."""
        numbers = self._postings.nearest(reading.rarest)
        if not numbers:
            return {}
        cosines = self._measured(reading, numbers, gauge)
        order = (-cosines).argsort(kind="stable").tolist()
        found = cosines.tolist()
        return {numbers[at]: found[at] for at in order}

    def sharing(self, story: OpenStory, last: int) -> list[Collection[int]]:
        """Return of other stories, whose reports share the most of the rarest terms of a story's last ones,
        the numbers of all reports.
        """
        nearest, together, own = self._postings.nearest, self._together, story.members
        asked = list(own.values())[-last:]
        seen, found = {story}, list[Collection[int]]()
        for number in dict.fromkeys([number for one in asked for number in nearest(one.reading.rarest)]):
            other = together.get(number)
            if other is None:
                if number not in own:
                    found.append((number,))
            elif other not in seen:
                seen.add(other)
                found.append(other.members)
        return found

    def cosines(
        self, reading: Reading, stories: Sequence[OpenStory], gauge: Gauge, *, near: Near
    ) -> list[float]:
        """Return the cosine of a text with the centroid of each story; it was held against some before."""
        others = [number for story in stories for number in story.members if number not in near]
        if others:
            found = self._measured(reading, others, gauge).tolist()
            near = near | dict(zip(others, found, strict=True))
        return [sum([near[number] for number in story.members]) / centroid(story).length for story in stories]

    def dots(
        self, stories: Sequence[OpenStory], others: Sequence[Sequence[Collection[int]]], gauge: Gauge
    ) -> Floats:
        """Return the inner products of the centroids of stories with those of others, of all in one row.

        Args:
            stories: some of the window
            others: for each of them those it is held against, each by the numbers of its reports
            gauge: to measure it
        """
        each = list(chain.from_iterable(others))
        if not each:
            return np.zeros(0)
        sizes = list(map(len, each))
        flat = np.fromiter(chain.from_iterable(each), dtype=np.int64, count=sum(sizes))
        of_other = np.repeat(np.arange(len(sizes)), sizes)
        of_story = np.repeat(np.arange(len(stories)), [len(some) for some in others])[of_other]
        columns = self._rows.columns(flat)
        cosines = gauge.measure_each([centroid(story) for story in stories], columns, of_story)
        return np.bincount(of_other, cosines, len(each)).astype(np.float64, copy=False)

    def _measured(self, reading: Reading, numbers: Sequence[int], gauge: Gauge) -> Floats:
        return gauge.measure(reading, self._rows.columns(np.array(numbers)))

    def story(self, story_id: str, opened: datetime) -> OpenStory:
        """Return a story of the window, or begin it."""
        return self._stories.setdefault(story_id, OpenStory(story_id, opened))

    def add(
        self,
        report: Report,
        reading: Reading,
        story: OpenStory,
        *,
        asked: Wording | None = None,
    ) -> None:
        """Hold a report as one of a story, which began when the earliest told of its reports was."""
        story.opened = min(story.opened, report.at)
        held = Held(self._arrivals, report, reading, story, report.at.timestamp(), asked=asked)
        self._arrivals += 1
        self._held[held.number] = held
        self._index(held)
        heappush(self._leaving, (report.at + self._width, held.number))
        self._join(held)
        self._make_newest(held)

    def weigh_anew(self, readings: Sequence[Reading]) -> None:
        """Take what held reports are read as by other rarities, in order of arrival."""
        self._postings, self._rows, self._exact = Postings(), Rows(), {}
        for held, reading in zip(self, readings, strict=True):
            held.reading = reading
            self._index(held)
        for story in self.stories:
            story.summed, story.in_sum = NOWHERE, 0

    def let_all_go(self) -> None:
        """Hold nothing: a story and its reports hold each other until Python looks for such."""
        for story in self.stories:
            story.members, story.newest = {}, None
        self._held, self._stories, self._exact, self._together = {}, {}, {}, {}

    def move(self, reports: Sequence[Held], story: OpenStory) -> None:
        """Make held reports of one story those of another: both are as if they had been told so at once."""
        before = reports[0].story
        for held in reports:
            self._leave(held)
            held.story = story
            story.opened = min(story.opened, held.report.at)
            self._join(held)
            before.size -= 1
        before.newest = max(before.members.values(), key=_when, default=None)
        story.newest = max(story.members.values(), key=_when)
        if not before.members:
            story.lost = max(story.lost, before.lost)
            story.gone = min((at for at in (story.gone, before.gone) if at is not None), default=None)
            del self._stories[before.id]
        else:
            before.open_again()
        story.members = dict(sorted(story.members.items()))
        story.summed, story.in_sum = NOWHERE, 0
        for held in list(story.members.values()):
            self._let_go(held)

    def advance(self, now: datetime) -> None:
        """Drop what left the window by a time; going back changes nothing."""
        if self._clock is None or now.date() > self._clock.date():
            self._dawn = self._arrivals
        self._clock = now if self._clock is None else max(now, self._clock)
        while self._leaving and self._leaving[0][0] <= self._clock:
            held = self._held.get(heappop(self._leaving)[1])
            if held is not None:
                self._let_go(held)

    def _let_go(self, held: Held) -> None:
        """Drop a report whose time is over, unless it is the newest of a story that is still open."""
        if self._clock is None or held.report.at + self._width > self._clock:
            return
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
        self._postings.drop(held.number, held.reading.rarest)
        self._rows.drop(held.number)
        if self._exact.get(held.reading.exact) is held:
            del self._exact[held.reading.exact]
        self._leave(held)
        held.story.lost = self._arrivals
        held.story.gone = min(held.report.at, held.story.gone or held.report.at)
        if not held.story.members:
            held.story.newest = None  # or the two would hold each other
            del self._stories[held.story.id]

    def _index(self, held: Held) -> None:
        reading = held.reading
        self._postings.add(held.number, reading.rarest)
        self._rows.add(held.number, reading.terms, reading.weights)
        if reading.exact:
            self._exact[reading.exact] = held

    def _join(self, held: Held) -> None:
        story = held.story
        story.members[held.number] = held
        story.size += 1
        if len(story.members) > 1:
            self._together[held.number] = self._together[next(iter(story.members))] = story

    def _leave(self, held: Held) -> None:
        story = held.story
        del story.members[held.number]
        self._together.pop(held.number, None)
        if len(story.members) == 1:
            self._together.pop(next(iter(story.members)), None)
        story.summed, story.in_sum = NOWHERE, 0


def _when(held: Held) -> tuple[datetime, int]:
    return held.report.at, held.number
