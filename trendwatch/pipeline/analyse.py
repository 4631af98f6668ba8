"""Judge weeks:  weeks that ended | counts | surges, terms, stages | trends with their evidence.

A week is judged once, when it is over and everything counted in it is understood; only what was counted
up to its end is asked for, so a replay of any past week gives what was said then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from trendwatch.errors import LeaseLost
from trendwatch.pipeline.counted import CountMemory
from trendwatch.pipeline.terms import TermMemory, judge_terms
from trendwatch.store import Store
from trendwatch.trends.stage import stage_of
from trendwatch.trends.surge import Surge, SurgeRules, rise_began, surges
from trendwatch.types.trends import Trend, TrendKind
from trendwatch.types.weeks import week_end, week_name, week_number, week_start
from trendwatch.types.work import Clock

__all__ = ["AnalyseReport", "Rules", "TermMemory", "analyse", "rules_of"]

#: Weeks of counts that a judgement rests on: more have decayed to nothing.
COUNTED_WEEKS = 104
#: Weeks whose stories are shown as evidence and counted as "now".
SHOWN_WEEKS = 4
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
            settled = store.feeds.settled(week_end(week), now=clock())
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
    labels = _labels(store, version, week, rules, terms.counts)
    least, top = rules.min_sources, rules.top_terms
    return [*labels, *judge_terms(store, version, week, min_sources=least, top=top, memory=terms)]


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
