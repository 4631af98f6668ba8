"""Labels of a week:  counts | what rose, fell or was full | stages, chance | trends with evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trendwatch.pipeline.counted import CountMemory
from trendwatch.store import Store
from trendwatch.trends.placebo import by_chance
from trendwatch.trends.series import TOTAL, Counts, comparable
from trendwatch.trends.stage import Called, call_stage
from trendwatch.trends.surge import Burst, Direction, Surge, SurgeRules, judge, movement_began
from trendwatch.types.trends import SHOWN_WEEKS, Chance, Spike, Trend, TrendKind
from trendwatch.types.weeks import week_end, week_name, week_start

#: Weeks of counts that a judgement rests on: older ones have decayed to nothing.
COUNTED_WEEKS = 104
EVIDENCE = 5
#: Weeks in which the last stories of what fades are looked for: in the weeks shown there may be none.
FALL_WEEKS = 26


@dataclass(frozen=True, slots=True)
class LabelWeek:
    """What the labels of a week came to."""

    trends: list[Trend]
    spikes: list[Spike]
    #: None where nothing could be judged
    chance: Chance | None


def judge_labels(
    store: Store, version: str, week: int, *, rules: SurgeRules, memory: CountMemory
) -> LabelWeek:
    """Return what rose, fell or was full of news by the end of a week, by what a store has counted."""
    return label_week(
        memory.columns(store, version, first_week=week - COUNTED_WEEKS, last_week=week),
        week,
        since=store.series.feed_weeks(),
        owners=store.series.owners(),
        rules=rules,
        history=lambda keys: _history(store, version, week, keys=keys),
        evidence=lambda key, weeks: _evidence(store, version, key, week=week, weeks=weeks),
    )


def label_week(
    counts: Counts,
    week: int,
    *,
    since: Mapping[str, int],
    owners: Mapping[str, str],
    rules: SurgeRules,
    history: Callable[[Sequence[str]], Mapping[str, tuple[int, ...]]],
    evidence: Callable[[str, int], tuple[str, ...]],
    placebo: bool = True,
) -> LabelWeek:
    """Return what rose, fell or was full of news by the end of a week.

    Args:
        counts: reports by key, feed and week
        week: the last complete week
        since: for each feed the week it was first read in
        owners: who publishes a feed
        rules: when a change is worth a word
        history: stories by week of some keys, and of everything; asked only if something moved
        evidence: items of a key in the last weeks, the latest first
        placebo: estimate how many rises are due to chance, which takes as long as all the rest
    """
    judged = judge(counts, week=week, since=since, owners=owners, rules=rules)
    if judged is None:
        return LabelWeek([], [], None)
    found = judged.surges()
    told = history([one.key for one in found]) if found else {}

    def began(one: Surge) -> int:
        return movement_began(
            counts, one.key, direction=one.direction, week=week, since=since, owners=owners, rules=rules
        )

    return LabelWeek(
        [
            _trend(one, week, began=began(one), history=told, evidence=evidence(one.key, _backed_by(one)))
            for one in found
        ],
        [_spike(one, week, evidence(one.key, 1)) for one in judged.bursts()],
        by_chance(_recent(counts, week), week=week, since=since, owners=owners, rules=rules)
        if placebo
        else None,
    )


def stage_of(store: Store, version: str, key: str, *, week: int) -> Called:
    """Return where a label or pair stands at the end of a week, whether it moves or not."""
    told = _history(store, version, week, keys=[key])
    return call_stage(comparable(told[key], told[TOTAL]))


def _backed_by(surge: Surge) -> int:
    """Return how many weeks a surge has its evidence in."""
    return SHOWN_WEEKS if surge.direction is Direction.UP else FALL_WEEKS


def _recent(counts: Counts, week: int) -> Counts:
    """Return what a placebo needs: a year to shuffle and half a year of past before it."""
    return counts.where(counts.week > week - 78)


def _history(store: Store, version: str, week: int, *, keys: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the stories of keys and of everything by week."""
    if not keys:
        return {}
    first = max(week - COUNTED_WEEKS, store.series.first_week(version) or week)
    told = store.series.series(version, [*keys, TOTAL], first_week=first, last_week=week)
    return {series.key: series.stories for series in told}


def _evidence(store: Store, version: str, key: str, *, week: int, weeks: int) -> tuple[str, ...]:
    since, until = week_start(week - weeks + 1), week_end(week)
    return tuple(store.trends.evidence(version, key, since=since, until=until, limit=EVIDENCE))


def _trend(
    surge: Surge, week: int, *, began: int, history: Mapping[str, tuple[int, ...]], evidence: tuple[str, ...]
) -> Trend:
    stories = history[surge.key]
    called = call_stage(comparable(stories, history[TOTAL]))
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
        stage=called.stage,
        evidence=evidence,
        interval=surge.interval,
        times=surge.times,
        half_life=surge.half_life,
        usual=round(SHOWN_WEEKS * surge.usual, 6),
        stage_share=called.probability,
    )


def _spike(burst: Burst, week: int, evidence: tuple[str, ...]) -> Spike:
    return Spike(
        week=week_name(week),
        key=burst.key,
        stories=burst.reports,
        usual=burst.usual,
        sources=burst.sources,
        owners=burst.owners,
        evidence=evidence,
    )
