"""Judge weeks:  weeks that ended | counts | surges, terms, stages | trends with their evidence.

A week is judged once, when it is over and everything counted in it is understood; only what was counted
up to its end is asked for, so a replay of any past week gives what was said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from trendwatch.errors import LeaseLost
from trendwatch.pipeline.counted import CountMemory
from trendwatch.store import Store
from trendwatch.store.understanding import OpenReport
from trendwatch.text import reading, words
from trendwatch.trends.ngrams import TermWeek, term_counts
from trendwatch.trends.stage import stage_of
from trendwatch.trends.surge import Surge, SurgeRules, rise_began, surges
from trendwatch.trends.terms import BEFORE, RECENT, TermRise, emerging, still_up
from trendwatch.types.trends import Trend, TrendKind
from trendwatch.types.weeks import week_end, week_name, week_number, week_start
from trendwatch.types.work import Clock

#: Weeks of counts that a judgement rests on: more have decayed to nothing.
COUNTED_WEEKS = 104
#: Weeks whose stories are shown as evidence and counted as "now".
SHOWN_WEEKS = RECENT
EVIDENCE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When something counts as rising."""

    surge: SurgeRules
    min_sources: int
    top_terms: int


def rules_of(*, min_sources: int, floor: float, top_terms: int) -> Rules:
    """Return the rules for what an operator may set."""
    surge = SurgeRules(min_sources=min_sources, min_observed=floor)
    return Rules(surge=surge, min_sources=min_sources, top_terms=top_terms)


@dataclass(slots=True)
class AnalyseReport:
    """What a run of the step did."""

    #: each judged week and what it came to
    weeks: dict[str, list[Trend]] = field(default_factory=dict)
    #: a week is over but items counted in it are not understood yet
    waiting: bool = False
    #: another process judges weeks
    held: bool = False


class TermMemory:
    """Terms and counts per week, counted once: a cache of rows, read again when a week's rows have grown."""

    def __init__(self) -> None:
        self.counts = CountMemory()
        self._weeks: dict[int, tuple[int, TermWeek]] = {}

    def weeks(self, store: Store, week: int) -> dict[int, TermWeek]:
        """Return the terms of a week and of those before that it is compared with."""
        span = range(week - RECENT - BEFORE + 1, week + 1)
        sizes = store.understanding.count_reports([(week_start(one), week_end(one)) for one in span])
        found = {
            number: self._week(store, number, size) for number, size in zip(span, sizes, strict=True) if size
        }
        self._weeks = {number: kept for number, kept in self._weeks.items() if number >= span.start}
        return found

    def _week(self, store: Store, number: int, size: int) -> TermWeek:
        kept = self._weeks.get(number)
        if kept is None or kept[0] != size:
            reports = store.understanding.open_reports(week_start(number), week_end(number))
            kept = size, term_counts(_texts(reports))
            self._weeks[number] = kept
        return kept[1]


def analyse(
    store: Store, *, rules: Rules, terms: TermMemory, clock: Clock, lease: timedelta
) -> AnalyseReport:
    """Judge every week that is over and not judged, for the current model version."""
    report = AnalyseReport()
    model = store.models.current()
    if model is None:
        return report
    claim = store.claim("analyse", model.version, now=clock(), lease=lease)
    if claim is None:
        report.held = True
        return report
    try:
        for week in _unjudged(store, model.version, week_number(clock()) - 1):
            settled = store.polls.settled(week_end(week), now=clock())
            if not settled or store.trends.waits_before(model.version, week_end(week)):
                report.waiting = True
                break
            trends = _judge(store, model.version, week, rules, terms)
            claim = store.leases.renew(claim, now=clock(), lease=lease)
            store.trends.write(model.version, week, trends, claim=claim, now=clock())
            report.weeks[week_name(week)] = trends
    except LeaseLost:
        report.held = True
    finally:
        store.leases.release(claim)
    return report


def _unjudged(store: Store, version: str, last: int) -> Iterable[int]:
    """Return the weeks to judge: all since the last one; at first those that were read and counted."""
    judged = store.trends.last_analysed(version)
    if judged is not None:
        return range(judged + 1, last + 1)
    read_since = min(store.series.feed_weeks().values(), default=last)
    # A later version has counted the last months only: what lies before is not empty, it is not known.
    counted_since = store.series.first_week(version) or read_since
    return range(min(max(read_since, counted_since), last), last + 1)


def _judge(store: Store, version: str, week: int, rules: Rules, terms: TermMemory) -> list[Trend]:
    return [*_labels(store, version, week, rules, terms.counts), *_terms(store, version, week, rules, terms)]


def _labels(store: Store, version: str, week: int, rules: Rules, memory: CountMemory) -> list[Trend]:
    counts = memory.columns(store, version, first_week=week - COUNTED_WEEKS, last_week=week)
    since, owners = store.series.feed_weeks(), store.series.owners()
    found = surges(counts, week=week, since=since, owners=owners, rules=rules.surge)
    window = week_start(week - SHOWN_WEEKS + 1), week_end(week)
    first = max(week - COUNTED_WEEKS, store.series.first_week(version) or week)
    history = {
        series.key: series.stories
        for series in store.series.series(
            version, [one.key for one in found], first_week=first, last_week=week
        )
    }
    return [
        _label_trend(
            one,
            week,
            began=rise_began(counts, one.key, week=week, since=since, owners=owners, rules=rules.surge),
            stories=history[one.key],
            evidence=store.trends.evidence(version, one.key, *window, limit=EVIDENCE),
        )
        for one in found
    ]


def _label_trend(
    surge: Surge, week: int, *, began: int, stories: Sequence[int], evidence: Sequence[str]
) -> Trend:
    return Trend(
        week=week_name(week),
        kind=TrendKind.LABEL,
        key=surge.key,
        strength=surge.strength,
        share_before=surge.share_before,
        share_now=surge.share_now,
        observed=surge.observed,
        expected=surge.expected,
        stories=sum(stories[-SHOWN_WEEKS:]),
        sources=surge.sources,
        owners=surge.owners,
        since=week_name(began),
        stage=stage_of(stories),
        evidence=tuple(evidence),
    )


def _terms(store: Store, version: str, week: int, rules: Rules, memory: TermMemory) -> list[Trend]:
    if not rules.top_terms:
        return []
    weeks = memory.weeks(store, week)
    told = store.trends.keys_between(version, TrendKind.TERM, week - RECENT - BEFORE, week - 1)
    found = emerging(
        weeks,
        week=week,
        min_sources=rules.min_sources,
        top=rules.top_terms,
        known=still_up(weeks, week=week, known=told),
    )
    if not found:
        return []
    reports = store.understanding.open_reports(week_start(week - SHOWN_WEEKS + 1), week_end(week))
    owners = store.series.owners()
    return [_term_trend(rise, week, weeks, _using(rise.term, reports), owners) for rise in found]


def _term_trend(
    rise: TermRise,
    week: int,
    weeks: Mapping[int, TermWeek],
    reports: Sequence[OpenReport],
    owners: Mapping[str, str],
) -> Trend:
    used = [weeks[number].terms.get(rise.term) if number in weeks else None for number in _span(weeks, week)]
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
        owners=len({owners[report.feed_key] for report in reports}),
        since=week_name(week),
        stage=stage_of([usage.stories if usage else 0 for usage in used]),
        evidence=_one_a_story(reports),
    )


def _span(weeks: Mapping[int, TermWeek], week: int) -> range:
    return range(min(weeks), week + 1)


def _using(term: str, reports: Iterable[OpenReport]) -> list[OpenReport]:
    """Return the reports that use a term, newest first."""
    using = [report for report in reports if _uses(term, reading(report.title, report.summary))]
    return sorted(using, key=lambda report: report.at, reverse=True)


def _uses(term: str, text: str) -> bool:
    """Tell whether a text uses a term; most texts are told apart without reading their words."""
    if text.isascii() and not all(word in text.lower() for word in term.split()):
        return False
    return f" {term} " in f" {' '.join(words(text))} "


def _one_a_story(reports: Iterable[OpenReport]) -> tuple[str, ...]:
    latest: dict[str, str] = {}
    for report in reports:
        latest.setdefault(report.story_id, report.item_id)
    return tuple(list(latest.values())[:EVIDENCE])


def _texts(reports: Iterable[OpenReport]) -> Iterable[tuple[str, str, str]]:
    return ((report.story_id, report.feed_key, reading(report.title, report.summary)) for report in reports)
