"""How well rises are found in simulated worlds, how often wrongly, how soon, and at what cost.

    python -m tests.benchmarks.trends [--seeds 101-104]

Runs the product's own code (``trends.surge.judge``, week by week) and the methods others use on the same
worlds (``demo/counts.py``), and prints recall and median delay at one and four false alarms a month
among 1,500 terms, precision among the ten strongest, then what each nuisance adds to the alarms of an
otherwise equal world, what the placebo expects by chance beside what chance brought, and the cost of a
week. Constants were chosen on seeds 0 to 40; the seeds used here by default were not looked at before.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from tests.benchmarks.count_methods import (
    DAILY,
    WEEK,
    Variant,
    baselines,
    counts_of,
    judgements,
    ours,
    panel_at,
)
from tests.benchmarks.count_scores import Found, Scored
from trendwatch.demo.counts import CountNuisance, CountRules, CountWorld, simulate
from trendwatch.pipeline.counted import CountMemory
from trendwatch.store import Store
from trendwatch.store.counting import write_counts
from trendwatch.store.engine import writing
from trendwatch.trends.judgement import SurgeRules, judgement
from trendwatch.trends.loudness import without_storms
from trendwatch.trends.panel import Pairs, PanelRules, levels
from trendwatch.trends.placebo import by_chance
from trendwatch.trends.series import TOTAL
from trendwatch.trends.surge import judge
from trendwatch.types.news import Feed
from trendwatch.types.stories import Understood
from trendwatch.types.tags import Model
from trendwatch.types.weeks import week_number

_TWO_YEARS = 742
VARIANTS = {
    "ours": Variant(),
    "  without same-store": Variant(same_store=False),
    "  every report counts": Variant(per_story=0),
    "  a week may carry a rise": Variant(rules=SurgeRules(panel=PanelRules(week_times=1e9))),
    "  one yardstick": Variant(rules=SurgeRules(slow_least_rise=1e9)),
    "  counted by day": DAILY,
}
CALM = CountRules(
    planted=0,
    nuisance=CountNuisance(
        joining=0, leaving=0, holidays=1.0, storms=0, spikes=0, louder=0, syndicated=0.0, repeated=0.0
    ),
)


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="101-104", help="such as 101-104")
    first, _, last = parser.parse_args().seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    print(f"numpy {np.__version__}, seeds {seeds.start} to {seeds.stop - 1}")
    detection([simulate(seed) for seed in seeds])
    for seed in seeds:
        nuisances(seed)
    cost()


def detection(worlds: list[CountWorld]) -> None:
    """Print the table of methods, then the product at its own threshold, its placebo and its spikes."""
    rises = sum(len(world.rises) for world in worlds)
    print(f"\n{len(worlds)} worlds of {worlds[0].rules.days} days, {rises} planted rises")
    print(f"{'':32}P@10 | at 1 false alarm a month              | at 4")
    for name, runs in _all_baselines(worlds).items():
        _row(name, Scored(runs))
    for name, variant in VARIANTS.items():
        scored = Scored([(world, ours(world, variant)) for world in worlds])
        _row(name, scored)
        if name == "ours":
            own = scored.at(SurgeRules().least_rise)
    print(
        f"\nthe product at its own threshold: {own.false_a_month:.2f} false alarms a month, "
        f"recall {own.recall:.2f} (new terms {own.recall_new:.2f}, growth {own.recall_grown:.2f}), "
        f"median delay {own.delay:.0f} days"
    )
    for world in worlds:
        _chance(world)


def _all_baselines(worlds: list[CountWorld]) -> dict[str, list[tuple[CountWorld, object]]]:
    runs: dict[str, list[tuple[CountWorld, object]]] = {}
    for world in worlds:
        for name, scores in baselines(world).items():
            runs.setdefault(name, []).append((world, scores))
    return runs


def _row(name: str, scored: Scored) -> None:
    found = [scored.at_rate(rate) for rate in (1.0, 4.0)]
    print(f"{name:32}{scored.precision_at_ten():4.2f} | " + " | ".join(map(_cell, found)), flush=True)


def _cell(found: Found) -> str:
    delay = "  -" if math.isnan(found.delay) else f"{found.delay:3.0f}"
    return (
        f"recall {found.recall:.2f} delay {delay} d new {found.recall_new:.2f} grown {found.recall_grown:.2f}"
    )


def _chance(world: CountWorld) -> None:
    """Print rises expected by chance and those that chance brought, and what became of spikes and storms."""
    counts, rules = counts_of(world), SurgeRules()
    judged = judgements(world)
    onsets = {rise.term: rise.onset for rise in world.rises}
    expected, real = [], []
    for week in [week for week in judged if week >= 20 and week % 4 == 0]:
        placebo = by_chance(counts, week=week, since=panel_at(world, week), owners={}, rules=rules)
        expected.append(placebo.rises if placebo else 0.0)
        real.append(sum(onsets.get(term, 999) > (week + 1) * WEEK for term in _up(judged[week].score)))
    bursts = {(burst.key, week) for week, one in judged.items() for burst in one.bursts()}
    told = sum(
        any((f"term:{term}", day // WEEK + late) in bursts for late in (0, 1)) for term, day in world.spikes
    )
    print(
        f"rises in a week by chance: placebo {np.mean(expected):.2f}, true {np.mean(real):.2f} · "
        f"spikes: {told} of {len(world.spikes)} told as spikes, {_alarms(world, judged, world.spikes)} as "
        f"rises; storms told as rises: {_alarms(world, judged, world.storms)} of {len(world.storms)}"
    )


def _up(rise: np.ndarray) -> list[int]:  # type: ignore[type-arg]
    return [int(term) for term in np.flatnonzero(rise >= SurgeRules().least_rise)]


def _alarms(world: CountWorld, judged: dict[int, object], events: tuple[tuple[int, int], ...]) -> int:
    """Return how many events were followed within five weeks by a rise of a term that did not rise before."""
    total = 0
    for term, day in events:
        week = day // WEEK
        rise = {at: judged[at].score[term] for at in range(week - 1, week + 6) if at in judged}  # type: ignore[attr-defined]
        least = SurgeRules().least_rise
        before = rise.pop(week - 1, -math.inf)
        total += before < least and any(value >= least for value in rise.values())
    return total


def nuisances(seed: int) -> None:
    """Print the alarms that one nuisance adds to a world that has no other, and nothing that rises."""
    calm = _told(simulate(seed, CALM))
    print(f"\nseed {seed}, a calm world: {len(calm)} alarms (term and week) in 46 weeks; what is added by")
    join = replace(CALM, nuisance=replace(CALM.nuisance, joining=10, backfill=0))
    filled = replace(CALM, nuisance=replace(CALM.nuisance, joining=10))
    storms = replace(CALM, nuisance=replace(CALM.nuisance, storms=60, storm_copies=(60, 60)))
    holidays = replace(CALM, nuisance=replace(CALM.nuisance, holidays=0.3))
    yearly = replace(CALM, days=_TWO_YEARS, nuisance=replace(CALM.nuisance, seasonal=0.3))
    one = replace(CALM, nuisance=replace(CALM.nuisance, joining=1))
    print(f"  a joining feed, its first 35 days      {_young(seed, one, calm)}")
    joined, refilled = _told(simulate(seed, join)), _told(simulate(seed, filled))
    print(f"  10 joining feeds, all weeks            {_change(calm, joined)}")
    print(f"  their back-fills of 60 items           {_change(joined, refilled)}")
    print(f"  60 storms of 60 copies                 {_change(calm, _told(simulate(seed, storms)))}")
    _yearly(simulate(seed, yearly))
    world = simulate(seed, holidays)
    weeks = {day // WEEK + late for day in world.rules.nuisance.holidays_at for late in range(4)}
    during = [{alarm for alarm in alarms if alarm[1] in weeks} for alarms in (calm, _told(world))]
    print(f"  two holidays, those weeks and 2 after  {_change(*during)}")


def _yearly(world: CountWorld) -> None:
    """Print rises and falls of the second year in a world of seasons, told with and without the first."""
    counts, found = counts_of(world), []
    for first in (0, 52):
        known = counts.where(counts.week >= first)
        told = 0
        for week in range(80, _TWO_YEARS // WEEK, 2):
            since = dict.fromkeys(counts.feeds, first - 1)
            judged = judge(known, week=week, since=since, owners={}, rules=SurgeRules())
            told += len(judged.surges()) if judged else 0
        found.append(told)
    print(
        f"  30 % of terms with a season, 2nd year  {found[1]} rises and falls, "
        f"{found[0]} where last year is known"
    )


def _change(before: set[tuple[int, int]], after: set[tuple[int, int]]) -> str:
    return f"{len(after - before)} more, {len(before - after)} less"


def _told(world: CountWorld) -> set[tuple[int, int]]:
    """Return (term, week) of each rise."""
    return {(term, week) for week, judged in judgements(world).items() for term in _up(judged.score)}


def _young(seed: int, rules: CountRules, calm: set[tuple[int, int]]) -> int:
    world = simulate(seed, rules)
    first = int(world.joins.max()) // WEEK
    return sum(first <= week < first + 5 for _, week in _told(world) ^ calm)


def cost() -> None:
    """Print processor time of a week at the size of terms, and with ten times the history."""
    random, terms, pairs, sources = np.random.default_rng(0), 200_000, 1_000_000, 300

    def draw(mean: float) -> np.ndarray:  # type: ignore[type-arg]
        return random.gamma(0.3, mean / 0.3, pairs)

    made = Pairs(
        key=np.sort(random.integers(0, terms, pairs)).astype(np.int32),
        feed=random.integers(0, sources, pairs).astype(np.int32),
        fast=draw(0.2),
        slow=draw(1.1),
        fast_told=draw(0.25),
        slow_told=draw(1.4),
        now=(now := random.gamma(9, 3, sources)),
        full=now,
        past=random.gamma(9, 16.5, sources),
        owner=np.arange(sources) // 2,
    )
    recent = without_storms(
        random.poisson(0.3, (8, terms)).astype(np.float64), np.zeros((8, terms), dtype=bool)
    )
    keys, times = ("",) * terms, []
    for _ in range(9):
        began = time.process_time()
        judgement(levels(keys, made, recent=recent, rules=PanelRules()), SurgeRules()).surges()
        times.append(time.process_time() - began)
    short, long = _week_cost(104), _week_cost(1040)
    ratio = long / short
    print(
        f"\na week of labels after 2 and 20 years of counts: {short:.3f} and {long:.3f} CPU s, x{ratio:.2f}"
    )
    print(f"a week of {terms:,} keys and {pairs:,} (key, source) pairs: {np.median(times):.3f} CPU seconds")


def _week_cost(weeks: int) -> float:
    """Return processor time of reading what changed and judging a week, after some weeks of counts."""
    random, store = np.random.default_rng(1), Store.open("sqlite://")
    feeds = [Feed(key=f"f{n}", url=f"https://f{n}.example", title="", owner=f"f{n}") for n in range(40)]
    store.feeds.sync(feeds)
    now = datetime(2026, 1, 5, tzinfo=UTC)
    store.models.adopt(Model(version="v", created_at=now, manifest={}, blob=b""), since=now)
    last = week_number(now)
    with writing(store._engine) as connection:
        for week in range(last - weeks, last + 1):
            drawn = random.integers((300, 40), size=(400, 2)).tolist()
            reports = {(f"area:{key}", week, f"f{feed}"): 1 for key, feed in drawn}
            reports |= {(TOTAL, week, feed.key): 20 for feed in feeds}
            batch = Understood(stories={}, tags={}, new_stories={}, report_counts=reports)
            write_counts(connection, batch, {feed.key: at + 1 for at, feed in enumerate(feeds)}, model=1)
    memory, since = CountMemory(), {feed.key: last - weeks for feed in feeds}
    memory.columns(store, "v", first_week=last - 105, last_week=last - 1)
    times = []
    for _ in range(5):
        began = time.process_time()
        counts = memory.columns(store, "v", first_week=last - 104, last_week=last)
        judge(counts, week=last, since=since, owners={}, rules=SurgeRules())
        times.append(time.process_time() - began)
    store.close()
    return float(np.median(times))


if __name__ == "__main__":
    main()
