"""Reports of the same event become one story, one report at a time.

What was observed. Between a third and four tenths of news is reprinted, and other outlets write the same
event in their own words within three days. Overlap of raw words merges almost nothing (title Jaccard above
0.55 joined none of six real headlines of one event); rare words decide. SimHash and MinHash find copies, not
stories (B³-F1 0.09 to 0.35 where TF-IDF cosine has 0.64, headlines only).

Method. Cosines are those of ``likeness``, candidates those of ``window``. Then

    score = (cosine with a report + cosine with its story's centroid) / 2
            · exp(-Δt² / (2 · 3²))                       Δt in days from the story's newest report
            · 0.9 where the report is of the same source and day          (episodes of a series)
            · 0.8 where both headlines name numbers and share none        (12th and 13th package)
            · 0.8 where only one of them looks back                       ("on this day in 1969")

    cosine >= 0.80 and none of the last two        a copy: keeps its source for breadth, is no further news
    score  >= 0.30 (0.35 for a bare headline)      the same story
    else                                           a new story

What is the same story but no copy must also be vouched for by the report it is like (``vouching``), with how
the news of four weeks before uses names and words: the phrase of a trade ("Hidden fees: what ... really
cost") is likeness, not news. Worlds 11 to 14: stories of several publishers that are one event 97 %
instead of 79 %.

Where fewer than two words are shared nothing is the same. Bare headlines of a technology stream, 40 joined
pairs read by eye: with one shared word 2 of 15 told one event, with more 1 of 9 below a score of 0.35 and 13
of 16 above it; of the pairs that people scored as the same, 0.35 still finds 95 %.

The same normalised headline and start of the summary is a copy without further questions, and leaves no trace
in the index: a story printed sixty times weighs what it weighed once. A story takes reports for seven days
from its first, and at most two hundred of them, so a column such as "Daily deals" cannot grow without end.
The state depends only on the reports of the last ``reach``: restored in order they rebuild it. A test holds
each placing against an index of dictionaries that asks every report. What joined wrongly, or too late, is put
right once a day (``mending``).

Known failures. Two events of one company within a day may merge; one event told in different words stays two
(half of headline-only reports do, B³ recall 0.50).

Source: Miranda et al., EMNLP 2018 (online clustering on TF-IDF with a Gaussian of 3 days).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from trendwatch.news.gauge import DIGITS, Gauge
from trendwatch.news.held import Held, OpenStory, Report
from trendwatch.news.likeness import (
    FEWEST_SHARED,
    Reading,
    discount,
    read,
    read_all,
    read_anew,
    shared_words,
)
from trendwatch.news.mending import mends
from trendwatch.news.rarity import Rarity
from trendwatch.news.vouching import vouch
from trendwatch.news.window import Near, Window
from trendwatch.news.wordings import Wording, wording
from trendwatch.types.identity import stable_id
from trendwatch.types.stories import Mend

__all__ = ["Assignment", "Rarity", "Report", "StoryIndex"]

#: Days over which reports of one event thin out.
DAYS_SCALE = 3.0
#: Nearest reports that are weighed one by one with their stories.
LIKELY = 5
#: Below this cosine with every report no story is joined: its centroid cannot be near enough.
FAR = 0.12
#: What a score is worth against a report of the same source and day.
SAME_SOURCE_DAY = 0.9

#: Seconds.
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The story a report belongs to."""

    story_id: str
    #: the report began it
    is_new: bool
    #: the same text as a report before, or nearly
    duplicate: bool
    #: cosine with the nearest report of the story in [0, 1]; for a new story with the nearest of any
    similarity: float


class _Match(NamedTuple):
    """A report that may be of the same story; the greater the better: copies, then score, then age."""

    #: nearly the same text
    copy: bool
    score: float
    #: higher for an older report, and never equal
    age: int
    cosine: float
    held: Held


class _Decision(NamedTuple):
    #: cosine with the nearest report of an open story
    nearest: float
    #: the one whose story is joined
    joined: _Match | None
    #: what the new report says, where it was asked whether one vouches for it
    said: Wording | None


class StoryIndex:
    """Open stories, and the decision which of them a new report belongs to.

    Reports come in the order of their times; one that comes late by less than the window is still matched.
    """

    def __init__(
        self,
        rarity: Rarity,
        *,
        same_story: float = 0.30,
        same_story_headline: float = 0.35,
        duplicate: float = 0.80,
        window: timedelta = timedelta(hours=72),
        span: timedelta = timedelta(days=7),
        cap: int = 200,
    ) -> None:
        self._rarity = rarity
        self._same_story = same_story
        self._same_story_headline = same_story_headline
        self._duplicate = duplicate
        self._width = window
        self._span = span
        self._cap = cap
        self._gauge = Gauge(rarity)
        self._window = Window(width=window, span=span)
        #: by item and by what it said: it may be placed later, and say something else by then
        self._expected: dict[tuple[str, str, str], Reading] = {}

    def __len__(self) -> int:
        return len(self._window)

    @property
    def reach(self) -> timedelta:
        """How far back reports must be restored for an index that decides as one that never stopped."""
        return self._span + self._width

    def expect(self, reports: Iterable[Report]) -> None:
        """Read what will be placed or restored soon, all in one go, which takes half of the time."""
        coming = [one for one in reports if _read_of(one) not in self._expected]
        readings = read_all([(one.title, one.summary) for one in coming], rarity=self._rarity)
        self._expected |= {_read_of(one): reading for one, reading in zip(coming, readings, strict=True)}

    def expects(self, report: Report) -> bool:
        """Return whether a report is read as it is now, and not yet placed."""
        return _read_of(report) in self._expected

    def assign(self, report: Report) -> Assignment:
        """Decide which story a report belongs to, and remember it."""
        reading = self._read(report)
        self._window.advance(report.at)
        twin = self._window.twin(reading)
        if twin is not None:
            twin.copies += (report.item_id,)
            return Assignment(story_id=twin.story.id, is_new=False, duplicate=True, similarity=1.0)
        near = self._window.nearest(reading, self._gauge)
        nearest, joined, asked = self._decide(report, reading, near)
        if joined is not None:
            story = joined.held.story
        else:
            story = self._window.story(stable_id("story", report.item_id), report.at)
        self._window.add(report, reading, story, asked=asked)
        return Assignment(
            story_id=story.id,
            is_new=joined is None,
            duplicate=joined is not None and joined.copy,
            similarity=joined.cosine if joined else nearest,
        )

    def restore(self, report: Report, story_id: str) -> None:
        """Remember a report whose story was decided before; in the order of times, as for ``assign``."""
        reading = self._read(report)
        self._window.advance(report.at)
        twin = self._window.twin(reading)
        if twin is not None and twin.story.id == story_id:
            twin.copies += (report.item_id,)
        else:
            self._window.add(report, reading, self._window.story(story_id, report.at))

    def mend(self, *, since: datetime | None = None) -> list[Mend]:
        """Put right what the reports of a day joined wrongly or left apart, and say what was changed.

        Stories begun before ``since`` stay as they are: their weeks may be judged.
        """
        return mends(
            self._window,
            self._gauge,
            usage=self._rarity.usage,
            span=self._span,
            cap=self._cap,
            since=since,
        )

    def weigh_anew(self, rarity: Rarity) -> None:
        """Weigh the same stories and reports by other rarities, as at the change of a week."""
        reports = list(self._window)
        texts = [(held.report.title, held.report.summary) for held in reports]
        readings = read_anew(texts, [held.reading for held in reports], before=self._rarity, rarity=rarity)
        self._rarity, self._gauge, self._expected = rarity, Gauge(rarity), {}
        self._window.weigh_anew(readings)

    def let_all_go(self) -> None:
        """Hold nothing more, so that an index nobody needs is gone at once."""
        self._window.let_all_go()

    def _read(self, report: Report) -> Reading:
        expected = self._expected.pop(_read_of(report), None)
        return expected or read(report.title, report.summary, rarity=self._rarity)

    def _decide(self, report: Report, reading: Reading, near: Near) -> _Decision:
        threshold = self._same_story if report.summary else self._same_story_headline
        likely = self._likely(report, near)
        nearest = min(1.0, likely[0][1]) if likely else 0.0
        said: Wording | None = None
        # what is alone in its story scores its cosine at most
        able = [one for one in likely if one[1] >= threshold or len(one[0].story.members) > 1]
        for match in self._weighed(report, reading, able, near=near) if able else ():
            if not match.copy and match.score < threshold:
                break
            if shared_words(reading, match.held.reading) < FEWEST_SHARED:
                continue
            if match.copy:
                return _Decision(nearest, match, said)
            said = said or wording(report.title, report.summary)
            if vouch(said, match.held.wording, self._rarity.usage):
                return _Decision(nearest, match, said)
        return _Decision(nearest, None, said)

    def _likely(self, report: Report, near: Near) -> list[tuple[Held, float]]:
        """Return the nearest reports of the stories that may be joined, and their cosines, nearest first."""
        since, cap, likely = report.at - self._span, self._cap, list[tuple[Held, float]]()
        for number, cosine in near.items():
            held = self._window[number]
            if held.story.size < cap and held.story.opened > since:
                likely.append((held, cosine))
                if len(likely) == LIKELY or (cosine < FAR and len(likely) == 1):
                    break
        return likely

    def _weighed(
        self, report: Report, reading: Reading, likely: Sequence[tuple[Held, float]], *, near: Near
    ) -> list[_Match]:
        """Return reports with their scores, the best first."""
        several = list(dict.fromkeys([one.story for one, _ in likely if len(one.story.members) > 1]))
        cosines = self._window.cosines(reading, several, self._gauge, near=near) if several else []
        centroids = dict(zip(several, cosines, strict=True))
        found, now = list[_Match](), report.at.timestamp()
        for held, cosine in likely:
            story, worth = held.story, discount(reading, held.reading)
            score = (cosine + centroids.get(story, cosine)) / 2 * _fade(story, now) * worth
            if held.report.source == report.source and abs(now - held.when) < _DAY:
                score *= SAME_SOURCE_DAY
            copy = worth == 1 and cosine >= self._duplicate
            found.append(_Match(copy, round(score, DIGITS), -held.number, min(1.0, cosine), held))
        found.sort(reverse=True)
        return found


def _read_of(report: Report) -> tuple[str, str, str]:
    return report.item_id, report.title, report.summary


def _fade(story: OpenStory, now: float) -> float:
    days = (now - story.newest.when) / _DAY if story.newest else 0.0
    return math.exp(-days * days / (2 * DAYS_SCALE**2))
