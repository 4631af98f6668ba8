"""How many rises are due to chance: the same judgement on weeks whose order was shuffled.

Whole weeks of the last year are put into another order, the same for all sources. That keeps what every
source publishes, how much of it in a week, and that a week may be loud everywhere at once, and leaves
nothing that rises. What rises all the same is chance. The mean over some rounds is the number of false
rises to expect in any one week.

Measured on simulated worlds (``tests/benchmarks/trends.py``, 1,500 terms, seeds 0 to 3 and 101 to 104):
0.5 to 0.8 a week expected, 0.1 to 0.7 true; so it is rather too high, because weeks of true rises are
part of what is shuffled. An order of its own for each source gave 0.01 a week: news moves in herds, and
that tears them apart.

Known failures. A short past gives few different orders; much that rises at once makes chance look
greater.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from trendwatch.trends.series import Counts
from trendwatch.trends.surge import SurgeRules, judge
from trendwatch.types.trends import Chance

#: Weeks that are shuffled: enough for a whole past and present.
SHUFFLED_WEEKS = 52
ROUNDS = 8


def by_chance(
    counts: Counts,
    *,
    week: int,
    since: Mapping[str, int],
    owners: Mapping[str, str],
    rules: SurgeRules,
    rounds: int = ROUNDS,
) -> Chance | None:
    """Return how many rises chance brings in a week, None where nothing can be judged.

    The same counts give the same answer: orders are drawn by the number of the week.
    """
    real = judge(counts, week=week, since=since, owners=owners, rules=rules)
    if real is None:
        return None
    told = 0
    for number in range(rounds):
        random = np.random.default_rng([week, number])
        shuffled = _shuffled(counts, week, since=since, random=random)
        placebo = judge(shuffled, week=week, since=since, owners=owners, rules=rules)
        if placebo is not None:
            told += int(np.count_nonzero(placebo.score >= rules.least_rise))
    judged = int(np.count_nonzero(real.levels.sources >= rules.min_sources))
    return Chance(judged=judged, rises=round(told / rounds, 3))


def _shuffled(counts: Counts, week: int, *, since: Mapping[str, int], random: np.random.Generator) -> Counts:
    """Return the counts with the weeks of each feed in another order; back-log stays where it is."""
    first = week - SHUFFLED_WEEKS + 1
    ranks = random.permutation(SHUFFLED_WEEKS)
    weeks = counts.week.copy()
    for number, feed in enumerate(counts.feeds):
        start = max(first, since.get(feed, week) + 1)
        if start >= week:
            continue
        order = start + np.argsort(np.argsort(ranks[start - first :]))
        mine = (counts.feed == number) & (counts.week >= start) & (counts.week <= week)
        weeks[mine] = order[counts.week[mine] - start]
    return replace(counts, week=weeks.astype(np.int32))
