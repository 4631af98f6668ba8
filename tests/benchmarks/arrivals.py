"""How well states of arrival follow what was planted, beside plain counts.

    python -m tests.benchmarks.arrivals

Prints for worlds with usual and with double tagging errors: planted arrivals that were found starting and
established, pairs that never arrived but were called so, order of planted sectors kept, weeks from the start
of a rise (which takes 20) to each state; then the same for plain counts, and the time of one judgement.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import numpy as np

from tests.arrival_world import FIRST, WEEKS, World, world
from trendwatch.influence.arrival import arrivals
from trendwatch.types.influence import ArrivalState

Reached = Mapping[tuple[str, str], int]
SEEDS = range(10)


def by_state(one: World) -> dict[ArrivalState, Reached]:
    """Return the week in which each pair was first called starting, and established."""
    found: dict[ArrivalState, dict[tuple[str, str], int]] = {
        ArrivalState.STARTING: {},
        ArrivalState.ESTABLISHED: {},
    }
    for week in range(WEEKS):
        for arrival in arrivals(one.pairs, week=FIRST + week):
            for state, reached in found.items():
                if arrival.state.rank >= state.rank:
                    reached.setdefault((arrival.technology, arrival.sector), week)
    return dict(found)


def by_count(one: World, least: int) -> Reached:
    """Return the week in which each pair had so many stories."""
    pairs, found = one.pairs, {}
    for number, key in enumerate(pairs.keys):
        mine = pairs.pair == number
        order = np.argsort(pairs.week[mine])
        told = pairs.stories[mine][order].cumsum() >= least
        if told.any():
            technology, _, sector = key.partition("|")
            found[technology, sector] = int(pairs.week[mine][order][told.argmax()]) - FIRST
    return found


def judged(worlds: Sequence[World], found_in: Sequence[Reached]) -> str:
    """Return how well a way of dating arrivals does, in one line."""
    lags, found, never, false, pairs, kept = [], 0, 0, 0, 0, 0
    for one, reached in zip(worlds, found_in, strict=True):
        lags += [reached[key] - week for key, week in one.planted.items() if key in reached]
        found += len(one.planted)
        true = one.planted.keys() | one.always
        never += len(one.technologies) * len(one.sectors) - len(true)
        false += len(reached.keys() - true)
        for first, week in one.planted.items():
            for second, later in one.planted.items():
                if first[0] == second[0] and week < later:
                    pairs += 1
                    kept += first in reached and reached[first] <= reached.get(second, WEEKS)
    low, middle, high = np.percentile(lags, [10, 50, 90])
    return (
        f"found {len(lags) / found:.2f}  false {false / never:.3f}  order {kept / pairs:.2f}  "
        f"weeks {middle:.0f} ({low:.0f} to {high:.0f})"
    )


def main() -> None:
    """Print the tables."""
    for errors in ({}, {"false_tags": 0.006, "leaks": 0.08}):
        worlds = [world(seed, **errors) for seed in SEEDS]
        print(errors or "usual errors")
        states = [by_state(one) for one in worlds]
        for state in (ArrivalState.STARTING, ArrivalState.ESTABLISHED):
            print(f"  {state:<12}", judged(worlds, [found[state] for found in states]))
        for least in (1, 3, 12):
            print(f"  {least:>2} stories  ", judged(worlds, [by_count(one, least) for one in worlds]))
    start = time.process_time()
    arrivals(worlds[0].pairs, week=FIRST + WEEKS)
    print(
        f"one judgement of {len(worlds[0].pairs.keys)} pairs: {1000 * (time.process_time() - start):.0f} ms"
    )


if __name__ == "__main__":
    main()
