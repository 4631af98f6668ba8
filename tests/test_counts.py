"""The simulated world of counts: reproducible, and its nuisances can be told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.benchmarks.count_methods import WEEK, baselines, counts_of, judgements, ours
from tests.benchmarks.count_scores import Scored
from trendwatch.demo.counts import CountNuisance, CountRules, CountWorld, simulate
from trendwatch.trends.judgement import SurgeRules
from trendwatch.trends.series import TOTAL

SMALL = CountRules(terms=300, planted=12, days=266)


@pytest.fixture(scope="module")
def world() -> CountWorld:
    return simulate(5, SMALL)


def rows(world: CountWorld) -> set[tuple[int, ...]]:
    return set(zip(world.term.tolist(), world.source.tolist(), world.day.tolist(), strict=True))


def test_the_same_seed_is_the_same_world(world: CountWorld) -> None:
    again = simulate(5, SMALL)
    assert rows(again) == rows(world)
    assert (again.docs == world.docs).all()
    assert rows(simulate(6, SMALL)) != rows(world)


def test_what_is_planted_is_there(world: CountWorld) -> None:
    assert len(world.rises) == 12
    for rise in world.rises:
        days = world.day[world.term == rise.term]
        after = ((days >= rise.onset + rise.days) & (days < rise.onset + rise.days + 28)).sum()
        before = ((days >= rise.onset - 28) & (days < rise.onset)).sum()
        assert after > before
        assert not rise.is_new or not (days < rise.onset).any()
    joined = world.joins[SMALL.feeds :]
    assert (joined >= 0).all()
    late = world.source >= SMALL.feeds
    assert (world.seen[late] >= world.joins[world.source[late]]).all()


def test_one_feed_more_leaves_all_others_as_they_were() -> None:
    # without reprints: others would print the new feed's stories too
    calm = CountNuisance(
        joining=0, leaving=0, louder=0, syndicated=0.0, repeated=0.0, holidays=1.0, storms=5, spikes=5
    )
    rules = replace(SMALL, nuisance=calm)
    without = simulate(5, rules)
    joined = simulate(5, replace(rules, nuisance=replace(calm, joining=1)))
    mine = {row for row in rows(joined) if row[1] < SMALL.feeds}
    assert mine == rows(without)


def test_a_story_counts_once_and_is_told_by_many(world: CountWorld) -> None:
    counts = counts_of(world)
    of_terms = counts.key != counts.keys.index(TOTAL)
    assert counts.reports[of_terms].sum() == len(np.unique(world.story))
    assert counts.told[of_terms].sum() == len(
        {*zip(world.story.tolist(), world.source.tolist(), strict=True)}
    )


def test_ours_finds_more_than_a_ratio_at_the_same_rate(world: CountWorld) -> None:
    mine = Scored([(world, ours(world))]).at_rate(1.0)
    ratio = Scored([(world, baselines(world)["ratio 7 d / 28 d"])]).at_rate(1.0)
    assert mine.recall >= 0.5 > ratio.recall


def test_a_week_alone_is_a_spike_and_no_rise(world: CountWorld) -> None:
    judged = judgements(world)
    told = {(burst.key, week) for week, one in judged.items() for burst in one.bursts()}
    assert told
    for key, week in told:
        assert judged[week].score[int(key[5:])] < SurgeRules().least_rise
    spikes = {(f"term:{term}", day // WEEK + late) for term, day in world.spikes for late in (0, 1)}
    assert told & spikes
