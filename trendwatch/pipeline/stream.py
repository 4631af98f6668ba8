"""A dated stream read and judged as it comes, in bounded memory: nothing is stored, nothing looks ahead.

    lines of a day | tags, stories, counts | mend | at the end of a week: labels and terms that rose

What ``stories --stdin`` and ``trends --stdin`` run. The deciders are those of the service (tagger, story
index, mending, tally, judgements); only the rows between them are left out, which were most of the time. What
is remembered: texts of four weeks for the rarity of words, the reports of a few weeks, counts of two years,
the words of the news. A test holds it against the steps of the service on a store: both say the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np

from trendwatch.news.cluster import Rarity, Report, StoryIndex
from trendwatch.news.uses import Month
from trendwatch.pipeline.analyse import Rules, term_rules
from trendwatch.pipeline.counted import joined
from trendwatch.pipeline.labels import COUNTED_WEEKS, EVIDENCE, FALL_WEEKS, label_week
from trendwatch.pipeline.mending import mended
from trendwatch.pipeline.openstories import RARITY_TEXTS, RARITY_WINDOW
from trendwatch.pipeline.replay import Dated
from trendwatch.pipeline.terms import site, term_trend
from trendwatch.tagging.model import Tagger
from trendwatch.text import reading
from trendwatch.trends.series import TOTAL, Counts
from trendwatch.trends.tally import Tally
from trendwatch.trends.terms import TermText, TermWatch
from trendwatch.types.identity import stable_id
from trendwatch.types.stories import CountedReport, Mend
from trendwatch.types.tags import Facet, Tag
from trendwatch.types.trends import Trend
from trendwatch.types.weeks import week_end, week_number, week_start

#: Reports are kept so long: as evidence, to be moved when stories are mended, to know a line given twice.
_KEPT = timedelta(weeks=FALL_WEEKS + 1)
#: Lines may come so much out of order.
_DISORDER = timedelta(days=2)


@dataclass(slots=True)
class _Read:
    """A line as it was understood."""

    item_id: str
    line: Dated
    labels: tuple[str, ...]
    #: full key of the area it is surest about
    area: str
    story_id: str = ""

    @property
    def report(self) -> Report:
        """What is read of it to place it in a story."""
        line = self.line
        return Report(
            item_id=self.item_id, source=line.source, title=line.title, summary=line.summary, at=line.date
        )


class Stream:
    """What is remembered of a stream."""

    def __init__(
        self, tagger: Tagger | None, *, index_of: Callable[[Rarity], StoryIndex] = StoryIndex
    ) -> None:
        self._tagger = tagger
        self._index_of = index_of
        self._index: StoryIndex | None = None
        self._week = 0
        self._month = Month()
        self._newest: datetime | None = None
        self._reads: deque[_Read] = deque()
        self._known: dict[str, _Read] = {}
        self._stories: dict[str, list[_Read]] = {}
        #: when a story was begun, among all
        self._begun: dict[str, int] = {}
        self._gone = 0
        self._since: dict[str, int] = {}
        self._tally = Tally()
        #: week to key to stories; week to (key, feed) to reports, and to stories the feed told first
        self._told: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._reports: defaultdict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._first: defaultdict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
        self._columns: dict[int, Counts] = {}
        self._watch = TermWatch()
        self._judged: int | None = None
        #: lines whose id came before with another text: updates, whose first text counts
        self.updates = 0

    def read(self, chunk: Sequence[Dated]) -> list[str]:
        """Understand some lines of one week; return their stories' ids, in order."""
        fresh: dict[str, Dated] = {}
        for line in chunk:
            item_id = stable_id(line.source, line.id)
            known = self._known.get(item_id)
            first = known.line if known else fresh.setdefault(item_id, line)
            self.updates += (first.title, first.summary) != (line.title, line.summary)
        found = self._tags(fresh.values())
        understood = [
            _Read(item_id, line, tuple(tag.full_key for tag in tags), _surest_area(tags))
            for (item_id, line), tags in zip(fresh.items(), found, strict=True)
        ]
        understood.sort(key=lambda read: read.line.date)
        if understood:
            self._index_at(understood[0].line.date).expect([one.report for one in understood])
        for one in understood:
            self._place(one)
        self._drain(self._tally)
        return [self._known[stable_id(line.source, line.id)].story_id for line in chunk]

    def _tags(self, lines: Collection[Dated]) -> list[tuple[Tag, ...]]:
        if self._tagger is None:  # only stories are asked for
            return [()] * len(lines)
        return list(self._tagger.tag([(line.title, line.summary) for line in lines]))

    def judge(self, until: datetime, *, rules: Rules) -> list[Trend]:
        """Return what the weeks came to that ended by a time and were not judged yet."""
        last = week_number(until) - 1
        begin = self._judged + 1 if self._judged is not None else min(self._since.values(), default=last)
        found: list[Trend] = []
        for week in range(begin, last + 1):
            found += self._labels(week, rules) + self._terms(week, rules)
            self._judged = week
        return found

    def named(self, item_ids: Iterable[str]) -> dict[str, str]:
        """Return the ids that lines had in the input, by the ids of their items; of what is remembered."""
        return {item_id: self._known[item_id].line.id for item_id in item_ids if item_id in self._known}

    def _place(self, one: _Read) -> None:
        line = one.line
        self._since.setdefault(line.source, week_number(line.date))
        index = self._index_at(line.date)
        if self._newest is not None and line.date.date() > self._newest.date():
            for mend in index.mend(since=week_start(self._week)):
                self._mend(mend)
        self._newest = line.date if self._newest is None else max(self._newest, line.date)
        one.story_id = index.assign(one.report).story_id
        self._known[one.item_id] = one
        self._reads.append(one)
        self._stories.setdefault(one.story_id, []).append(one)
        self._begun.setdefault(one.story_id, len(self._begun) + self._gone)
        self._tally.add_counted(one.story_id, line.source, at=line.date, labels=one.labels)

    def _index_at(self, at: datetime) -> StoryIndex:
        week = week_number(at)
        if self._index is None or week > self._week:
            start, since = week_start(week), week_start(week) - RARITY_WINDOW
            texts = [read.line for read in self._reads if since <= read.line.date < start]
            # the latest by their own time, as rows are asked for
            latest = sorted(texts, key=lambda line: line.date)[-RARITY_TEXTS:]
            weeks = groupby(latest, key=lambda line: week_number(line.date))
            uses = self._month.uses([(line.title, line.summary) for line in lines] for _, lines in weeks)
            rarity = Rarity.of_uses(uses)
            if self._index is None:
                self._index = self._index_of(rarity)
            else:
                self._index.weigh_anew(rarity)
            self._week = week
            self._forget(start)
        return self._index

    def _mend(self, mend: Mend) -> None:
        members = [
            CountedReport(story, one.item_id, one.line.source, one.line.date, one.labels)
            for story in (mend.before, mend.after)
            for one in self._stories.get(story, ())
        ]
        members.sort(key=lambda member: member.at)
        before, after = mended(members, mend)
        self._drain(self._tally)
        self._drain(after)
        self._drain(before, sign=-1)
        self._tally.take_over(after, (mend.before, mend.after))
        moved = set(mend.items)
        for one in self._stories.get(mend.before, ()):
            if mend.merged or one.item_id in moved:
                one.story_id = mend.after
        both = [one for story in (mend.after, mend.before) for one in self._stories.pop(story, ())]
        for one in sorted(both, key=lambda one: one.line.date):
            self._stories.setdefault(one.story_id, []).append(one)
            self._begun.setdefault(one.story_id, len(self._begun) + self._gone)

    def _drain(self, tally: Tally, *, sign: int = 1) -> None:
        """Add what a tally counted to the weeks."""
        for (key, week), stories in tally.story_counts.items():
            self._told[week][key] += sign * stories
        for (key, week, feed), reports in tally.report_counts.items():
            self._reports[week][key, feed] += sign * reports
            self._columns.pop(week, None)
        for (key, week, feed), first in tally.first_counts.items():
            self._first[week][key, feed] += sign * first
        for counts in (tally.story_counts, tally.day_counts, tally.report_counts, tally.first_counts):
            counts.clear()

    def _forget(self, now: datetime) -> None:
        """Let go of what nothing asks for any more."""
        while self._reads and self._reads[0].line.date < now - _KEPT:
            gone = self._reads.popleft()
            self._known.pop(gone.item_id, None)
            left = [one for one in self._stories.get(gone.story_id, ()) if one is not gone]
            if left:
                self._stories[gone.story_id] = left
            else:
                self._stories.pop(gone.story_id, None)
                self._tally.forget(gone.story_id)
                self._gone += self._begun.pop(gone.story_id, None) is not None
        oldest = week_number(now) - COUNTED_WEEKS - 1
        for weeks in (self._told, self._reports, self._first, self._columns):
            for week in [week for week in weeks if week < oldest]:
                del weeks[week]

    def _labels(self, week: int, rules: Rules) -> list[Trend]:
        columns = [self._column(one) for one in sorted(self._reports) if week - COUNTED_WEEKS <= one <= week]
        owners = {source: source for source in self._since}
        return label_week(
            joined(columns),
            week,
            since=self._since,
            owners=owners,
            rules=rules.surge,
            history=lambda keys: self._history(week, keys),
            evidence=lambda key, weeks: self._evidence(week, key, weeks),
            placebo=False,
        ).trends

    def _column(self, week: int) -> Counts:
        """Return the counts of a week, made once for as long as it does not change."""
        if week not in self._columns:
            reports, first = self._reports[week], self._first[week]
            pairs = sorted(reports)
            counts = Counts.of((key, feed, week, reports[key, feed]) for key, feed in pairs)
            told_first = [first[pair] for pair in pairs]
            self._columns[week] = replace(counts, reports=np.array(told_first, dtype=np.float32))
        return self._columns[week]

    def _history(self, week: int, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
        first = max(week - COUNTED_WEEKS, min(self._told, default=week))
        span = range(first, week + 1)
        return {
            key: tuple(self._told[one][key] if one in self._told else 0 for one in span)
            for key in (*keys, TOTAL)
        }

    def _evidence(self, week: int, key: str, weeks: int) -> tuple[str, ...]:
        """Return items that carry a key: the newest of each story, the latest first."""
        since, until, wanted = week_start(week - weeks + 1), week_end(week), set(key.split("|"))
        stories: dict[str, tuple[datetime, str]] = {}
        for read in reversed(self._reads):
            at = read.line.date
            if at < since - _DISORDER:
                break
            if since <= at < until and wanted <= set(read.labels):
                stories[read.story_id] = max(stories.get(read.story_id, (at, "")), (at, read.item_id))
        # told last first; of those told at the same time the one that was begun first
        begun = sorted(stories, key=self._begun.__getitem__)
        last = sorted(begun, key=lambda story: stories[story][0], reverse=True)
        return tuple([stories[story][1] for story in last[:EVIDENCE]])

    def _terms(self, week: int, rules: Rules) -> list[Trend]:
        if not rules.top_terms:
            return []
        reads = sorted(
            (read for read in self._reads if week_number(read.line.date) == week),
            key=lambda read: read.line.date,
        )
        self._watch.add(week, [_term_text(read) for read in reads])
        found = self._watch.judge(
            since=self._since,
            owners={source: source for source in self._since},
            rules=term_rules(rules),
        )
        return [term_trend(rise, week) for rise in found]


def _term_text(read: _Read) -> TermText:
    line = read.line
    return TermText(
        item_id=read.item_id,
        story_id=read.story_id,
        source=line.source,
        site=site(line.url),
        text=reading(line.title, line.summary),
        area=read.area,
    )


def _surest_area(tags: Iterable[Tag]) -> str:
    areas = [(tag.confidence, tag.label) for tag in tags if tag.facet is Facet.AREA]
    return f"{Facet.AREA}:{max(areas)[1]}" if areas else ""
