"""Stories as ``news/cluster`` describes them, word for word: every report beside each other, in dictionaries.

Slow, and without a column, an index or a kept sum: what the quick index is compared with.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from trendwatch.news.cluster import DAYS_SCALE, FAR, LIKELY, SAME_SOURCE_DAY, Assignment
from trendwatch.news.held import Report
from trendwatch.news.likeness import FEWEST_SHARED, Reading, discount, dot, read, shared_words
from trendwatch.news.postings import CANDIDATES, CROWD, ENOUGH
from trendwatch.news.rarity import Rarity
from trendwatch.news.vouching import vouch
from trendwatch.news.wordings import wording
from trendwatch.types.identity import stable_id

WIDTH, SPAN, CAP = timedelta(hours=72), timedelta(days=7), 200
DAY = timedelta(days=1)


@dataclass(eq=False)
class PlainStory:
    """All that a story ever took."""

    id: str
    opened: datetime
    told: list[PlainReport] = field(default_factory=list)


@dataclass(eq=False)
class PlainReport:
    """A report and its story."""

    report: Report
    reading: Reading
    story: PlainStory


class PlainIndex:
    """Decides as ``StoryIndex`` does, by looking at everything."""

    def __init__(self, rarity: Rarity) -> None:
        self._rarity = rarity
        self._clock = datetime.min.replace(tzinfo=UTC)
        self.held: list[PlainReport] = []

    def assign(self, report: Report) -> Assignment:
        """Decide which story a report belongs to, and remember it."""
        reading = read(report.title, report.summary, rarity=self._rarity)
        self._clock = max(self._clock, report.at)
        self.held = [one for one in self.held if self._stays(one)]
        if any(reading.exact and one.reading.exact == reading.exact for one in self.held):
            twin = next(one for one in self.held if one.reading.exact == reading.exact)
            return Assignment(story_id=twin.story.id, is_new=False, duplicate=True, similarity=1.0)
        matches = self._matches(report, reading)
        threshold = 0.30 if report.summary else 0.35
        joined = next(
            (
                match
                for match in matches
                if (match[0] or match[1] >= threshold)
                and shared_words(reading, match[4].reading) >= FEWEST_SHARED
                and (match[0] or self._vouches(report, match[4].report))
            ),
            None,
        )
        story = joined[4].story if joined else PlainStory(stable_id("story", report.item_id), report.at)
        one = PlainReport(report, reading, story)
        story.told.append(one)
        # the report that was the newest may have been kept for that only
        self.held = [*(other for other in self.held if self._stays(other)), one]
        nearest = max((match[3] for match in matches), default=0.0)
        return Assignment(
            story_id=story.id,
            is_new=joined is None,
            duplicate=joined is not None and joined[0],
            similarity=joined[3] if joined else nearest,
        )

    def _vouches(self, one: Report, other: Report) -> bool:
        said, told = (wording(each.title, each.summary) for each in (one, other))
        return vouch(said, told, self._rarity.usage)

    def _stays(self, one: PlainReport) -> bool:
        newest = max(enumerate(one.story.told), key=lambda told: (told[1].report.at, told[0]))[1]
        until = one.report.at + WIDTH
        if newest is one:
            until = max(until, one.story.opened + SPAN)
        return until > self._clock

    def _near(self, reading: Reading) -> list[PlainReport]:
        found: Counter[int] = Counter()
        for term in reading.rarest:
            sharing = [at for at, one in enumerate(self.held) if term in one.reading.rarest]
            if sharing and (len(sharing) <= CROWD or not found):
                found.update(sharing)
                if len(found) > ENOUGH:
                    break
        likely = sorted((-shared, at) for at, shared in found.items())[:CANDIDATES]
        return [self.held[at] for at in sorted(at for _, at in likely)]

    def _matches(self, report: Report, reading: Reading) -> list[tuple[bool, float, int, float, PlainReport]]:
        open_ = [
            one
            for one in self._near(reading)
            if len(one.story.told) < CAP and report.at - one.story.opened < SPAN
        ]
        cosines = {id(one): dot(reading, one.reading) for one in open_}
        likely = sorted(open_, key=lambda one: -cosines[id(one)])[:LIKELY]
        if likely and cosines[id(likely[0])] < FAR:
            likely = likely[:1]
        found = []
        for one in likely:
            cosine, worth = cosines[id(one)], discount(reading, one.reading)
            series = one.report.source == report.source and abs(report.at - one.report.at) < DAY
            newest = max(told.report.at for told in one.story.told)
            fade = math.exp(-(((report.at - newest) / DAY) ** 2) / (2 * DAYS_SCALE**2))
            score = (cosine + self._centroid(reading, one.story)) / 2 * fade * worth
            score = round(score * (SAME_SOURCE_DAY if series else 1), 9)
            age = -self.held.index(one)
            found.append((cosine >= 0.80 and worth == 1, score, age, min(1.0, cosine), one))
        return sorted(found, key=lambda match: match[:3], reverse=True)

    def _centroid(self, reading: Reading, story: PlainStory) -> float:
        members = [one.reading for one in self.held if one.story is story]
        total: defaultdict[int, float] = defaultdict(float)
        for one in members:
            for term, weight in zip(one.terms.tolist(), one.weights.tolist(), strict=True):
                total[term] += weight
        length = math.sqrt(math.fsum(weight * weight for weight in total.values()))
        return math.fsum(dot(reading, one) for one in members) / length
