"""Judge weeks:  weeks that ended | counts | surges, terms, stages | trends with their evidence.

A week is judged once, when it is over and everything counted in it is understood; only what was counted
up to its end is asked for, so a replay of any past week gives what was said then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from trendwatch.errors import LeaseLost
from trendwatch.pipeline.labels import COUNTED_WEEKS, LabelWeek, judge_labels
from trendwatch.pipeline.terms import TermMemory, judge_terms
from trendwatch.store import Store
from trendwatch.trends.everyday import everyday_words
from trendwatch.trends.surge import SurgeRules
from trendwatch.trends.terms import TermRules
from trendwatch.types.tags import Example
from trendwatch.types.trends import Trend
from trendwatch.types.weeks import week_end, week_name, week_number
from trendwatch.types.work import Clock

__all__ = ["COUNTED_WEEKS", "AnalyseReport", "Rules", "TermMemory", "analyse", "rules_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When something counts as rising."""

    surge: SurgeRules
    min_sources: int
    top_terms: int
    #: words of our own examples that are no news of a technology, folded
    everyday: frozenset[str] = frozenset()


def rules_of(*, min_sources: int, floor: float, top_terms: int, examples: tuple[Example, ...] = ()) -> Rules:
    """Return the rules for what an operator may set, and the examples that say which words are everyday."""
    surge = SurgeRules(min_sources=min_sources, min_observed=floor)
    everyday = everyday_words(examples)
    return Rules(surge=surge, min_sources=min_sources, top_terms=top_terms, everyday=everyday)


def term_rules(rules: Rules) -> TermRules:
    """Return what of the rules holds for terms."""
    return TermRules(min_sources=rules.min_sources, top=rules.top_terms, everyday=rules.everyday)


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
        last = week_number(clock()) - 1
        for week in _unjudged(store, model.version, last):
            settled = store.polls.settled(week_end(week), now=clock())
            if not settled or store.trends.waits_before(model.version, week_end(week)):
                report.waiting = True
                break
            kept = False
            while not kept:  # tags may be corrected while it is judged: then it is judged by them
                seen = store.series.changes(model.version, first_week=week, last_week=week).get(week, 0)
                found = _judge(store, model.version, week, rules=rules, terms=terms)
                claim = store.leases.renew(claim, now=clock(), lease=lease)
                kept = store.trends.write(
                    model.version,
                    week,
                    found.trends,
                    spikes=found.spikes,
                    chance=found.chance,
                    claim=claim,
                    now=clock(),
                    seen=seen,
                )
            report.weeks[week_name(week)] = found.trends
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


def _judge(store: Store, version: str, week: int, *, rules: Rules, terms: TermMemory) -> LabelWeek:
    """Return what a week came to, its terms after its labels.

    What chance brings is estimated for every week: over many, expected and told say how good the method is.
    """
    labels = judge_labels(store, version, week, rules=rules.surge, memory=terms.counts)
    told = judge_terms(store, version, week, rules=term_rules(rules), memory=terms)
    return LabelWeek([*labels.trends, *told], labels.spikes, labels.chance)
