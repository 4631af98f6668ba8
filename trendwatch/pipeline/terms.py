"""New words of a week:  reports by week | terms and their past | what rose | trends with their evidence.

What is remembered of the words is a cache of rows. It goes forward with the weeks that are judged, and is
built again from the last two years of reports where a week does not follow on the last one, where another
model counts, or where the past itself has changed (a feed that joined brought its back-log).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from trendwatch.pipeline.counted import CountMemory
from trendwatch.store import Store
from trendwatch.text import reading
from trendwatch.trends.terms import TermRise, TermRules, TermText, TermWatch
from trendwatch.types.trends import WORD_WEEKS, Stage, Trend, TrendKind
from trendwatch.types.weeks import week_end, week_name, week_start

#: Weeks of reports the words are built from: what is older has faded to a sixteenth.
HISTORY = 104
#: Weeks after which a rise is over in any case.
LONGEST_UP = 52
EVIDENCE = 5
#: Reports by which the past may differ from what was counted before everything is counted again.
_UNSEEN, _UNSEEN_SHARE = 20, 0.01


class TermMemory:
    """What judging keeps between weeks: counts of labels, and the words."""

    def __init__(self) -> None:
        self.counts = CountMemory()
        self._watch = TermWatch()
        self._version = ""
        self._first = 0
        self._seen = 0

    def watch(self, store: Store, version: str, week: int) -> TermWatch:
        """Return the words up to a week, as they were told up to the week before."""
        if self._follows(store, version, week):
            self._add(store, version, week)
            return self._watch
        self._watch, self._version, self._seen = TermWatch(), version, 0
        self._first = week - HISTORY + 1
        told = store.terms.told(version, week - LONGEST_UP, week - 1)
        since = store.series.feed_weeks()
        for number in range(self._first, week + 1):
            self._add(store, version, number)
            if told and min(told) <= number < week:
                self._watch.was_told(told.get(number, ()), since=since)
        return self._watch

    def _follows(self, store: Store, version: str, week: int) -> bool:
        if self._version != version or self._watch.week != week - 1:
            return False
        counted = store.understanding.count_reports([(week_start(self._first), week_start(week))])[0]
        return abs(counted - self._seen) <= max(_UNSEEN, _UNSEEN_SHARE * self._seen)

    def _add(self, store: Store, version: str, week: int) -> None:
        reports = store.terms.reports(version, week_start(week), week_end(week))
        self._seen += len(reports)
        self._watch.add(
            week,
            [
                TermText(
                    item_id=one.item_id,
                    story_id=one.story_id,
                    source=one.feed_key,
                    site=site(one.url),
                    text=reading(one.title, one.summary),
                    area=one.area,
                )
                for one in reports
            ],
        )


def judge_terms(
    store: Store, version: str, week: int, *, rules: TermRules, memory: TermMemory
) -> list[Trend]:
    """Return the terms that rose by the end of a week, and keep the items that back them.

    Kept are the last weeks of every word that is up, and of those that people made a term of a label.
    """
    if not rules.top:
        return []
    watch = memory.watch(store, version, week)
    verdicts = store.terms.verdicts()
    found = watch.judge(
        since=store.series.feed_weeks(),
        owners=store.series.owners(),
        rules=rules,
        dismissed={verdict.term for verdict in verdicts},
    )
    store.term_uses.keep(watch.followed(verdict.term for verdict in verdicts if verdict.label))
    return [term_trend(rise, week) for rise in found]


def site(url: str) -> str:
    """Return who an address belongs to, as far as it says: its host, and what the host calls its first part.

    Many write under one host ("github.com/owner"); where one writes alone the first part is a section.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an unfinished [address]
        return url
    return f"{parts.netloc}/{parts.path.lstrip('/').partition('/')[0]}".lower()


def term_trend(rise: TermRise, week: int) -> Trend:
    """Return a term that rose by the end of a week as a trend."""
    return Trend(
        week=week_name(week),
        kind=TrendKind.TERM,
        key=rise.term,
        strength=rise.strength,
        share_before=rise.share_before,
        share_now=rise.share_now,
        observed=rise.observed,
        expected=rise.expected,
        stories=rise.stories,
        sources=rise.sources,
        owners=rise.owners,
        since=week_name(rise.since),
        # what was hardly ever said emerges; what was said before grows
        stage=Stage.EMERGING if rise.expected < 1 else Stage.GROWING,
        evidence=rise.items[:EVIDENCE],
        area=rise.area,
        group=rise.group,
        interval=rise.interval,
        times=rise.times,
        window=rise.window,
        usual=round(rise.expected * WORD_WEEKS / rise.window, 6),
    )
