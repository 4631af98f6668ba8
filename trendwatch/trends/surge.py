"""Which labels rise or fade against what the same sources would usually publish.

What was observed. Ratios of two windows, z-scores and exponential averages of shares find 0 to 24
planted rises of 100 at one false alarm a month, because three things look like a rise and are none: a
new feed, one story printed everywhere, a louder week. So stories are counted, each once (see ``tally``),
only sources that are there on both sides are compared (``panel``), and each source is measured against
its own volume.

Method ("same-store" ratio). F and B are the decayed recent and usual stories of a key by a source, N_F
and N_B those of everything it published:

    p   = (Σ B + ¼) / (Σ N_B + 1)                      usual share of the key, all sources
    E   = Σ N_F · (B + κ p) / (N_B + κ)                what the same sources would have published, κ = 20
    O   = Σ F, no week carrying all of it (``panel.beyond``)
    IC  = log2 (O/φ + ½) / (E/φ + ½)                   φ = 1, because no story counts twice
    up    <=> lower 97.5 % bound of IC >= log2 1.5, and O >= 1.8, three sources of two owners
    down  <=> upper 97.5 % bound of IC <= -log2 1.5, and E >= 4 from three sources: it was established
    spike <=> no rise, but the last week alone is up, with 5 reports or more, and stands alone

F halves every 2 weeks; B halves every 13 weeks and begins 4 weeks back, so that a rise does not raise
its own yardstick. While the past is shorter than it will be, E itself is uncertain: its relative
variance beyond that of a full past, (N_F/N_B - that ratio of a full past) / (E/φ + ½), widens the
bounds. **A second yardstick** halves in 3 and 26 weeks and begins 8 weeks back: what climbs over a
season raises the first one as it goes. It must show 0.1 bits more. Where the same weeks of last year are
known, a season may explain a change away, never make one (``season``).

Measured in simulated worlds (``demo/counts.py``; 34 feeds, 1,500 terms, 400 days, 40 planted curves of
40 to 80 days, storms, spikes, back-fills, holidays; ``python -m tests.benchmarks.trends``, seeds 101 to
104, not used for tuning): 0.97 false alarms a month, recall 0.76 (new terms 1.00, growth by 2 to 5 times
0.53), median delay 38 days, 0.73 of the ten strongest right. At one false
alarm a month the 7/28-day ratio has a recall of 0.00, the 28/28-day ratio 0.24, a z-score 0.04, an
exponential average 0.01, CUSUM 0.43, decay 0.16. No alarm comes from the first 35 days of a feed.
Counted by day instead of by week: recall 0.77, a day later. In the demo's world of texts, whose rises
take 14 weeks and bring a story or two a week, 16, 14 and 13 of 29 rises in a sector are told (seeds 11
to 13), after 10 to 12 weeks in the median, with 7, 4 and 4 false ones in two years; with one yardstick 6
(seed 11).

Known failures. The bound is per key, so among a thousand keys some pass by chance: how many is estimated
every week (``placebo``). Growth of less than twice, or of what is rare, is found late or not at all. A
rise that stays is no rise any more after about half a year: it has become what is usual.

Sources: Norén, Hopstadius and Bate 2013; Noufaily et al. 2013 (re-weighted baselines, disease
surveillance).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from trendwatch.trends.judgement import Burst, Direction, Judgement, Surge, SurgeRules, judgement, lower_bound
from trendwatch.trends.measure import measure
from trendwatch.trends.panel import Levels
from trendwatch.trends.season import seasons
from trendwatch.trends.series import TOTAL, Counts

__all__ = [
    "Burst",
    "Direction",
    "Judgement",
    "Surge",
    "SurgeRules",
    "available_from",
    "judge",
    "rise_began",
    "surges",
]

#: A rise is not followed further back than this many weeks: by then the rise is what is usual.
LONGEST_RISE = 52
_DEFAULT = SurgeRules()

#: What the trends of a week are: told, not to be told with so little past, or not asked for yet.
WeekState = Literal["judged", "too_early", "not_judged"]


def judge(
    counts: Counts,
    *,
    week: int,
    since: Mapping[str, int],
    owners: Mapping[str, str],
    rules: SurgeRules = _DEFAULT,
) -> Judgement | None:
    """Return what a week says; later rows change nothing.

    None while there is too little history or every feed is young: then nothing can be said. Counts must hold
    the rows of ``TOTAL``.

    Args:
        counts: reports by key, feed and week
        week: number of the last complete week
        since: for each feed of the panel the week it was first read in; other feeds are left out
        owners: who publishes a feed; a feed without an owner is its own
        rules: when a change is worth a word
    """
    found = []
    for panel in (rules.panel, rules.slow):
        levels = measure(counts, week=week, since=since, owners=owners, rules=panel)
        if levels is None:
            break
        season = seasons(counts, week=week, since=since, rules=panel)
        found.append(judgement(levels, rules, season=season))
    return replace(found[0], slow=found[1] if len(found) > 1 else None) if found else None


def surges(
    counts: Counts,
    *,
    week: int,
    since: Mapping[str, int],
    owners: Mapping[str, str],
    rules: SurgeRules = _DEFAULT,
) -> list[Surge]:
    """Return what clearly changed by the end of a week, the clearest first: see ``judge``."""
    judged = judge(counts, week=week, since=since, owners=owners, rules=rules)
    return judged.surges() if judged else []


def rise_began(
    counts: Counts,
    key: str,
    *,
    week: int,
    since: Mapping[str, int],
    owners: Mapping[str, str],
    rules: SurgeRules = _DEFAULT,
) -> int:
    """Return the first week of the unbroken run up to ``week`` in which a key was above what was expected.

    Above means a lower bound of at least 0: a rise begins before it is clear enough to be named. Every week
    counts in full here: its first stands alone, and is part of it all the same.
    """
    own = counts.about([key, TOTAL])
    began = week
    for earlier in range(week - 1, week - LONGEST_RISE, -1):
        measured = (
            measure(own, week=earlier, since=since, owners=owners, rules=panel)
            for panel in (rules.panel, rules.slow)
        )
        if not any(levels is not None and _above(levels, key, rules) for levels in measured):
            break
        began = earlier
    return began


def week_state(week: int, *, judged: int | None, told_from: int) -> WeekState:
    """Return what an empty list of trends of a week means.

    Args:
        week: its number
        judged: the last week that was judged, None before the first
        told_from: the first week that trends can be told for
    """
    if week < told_from:
        return "too_early"
    return "judged" if judged is not None and week <= judged else "not_judged"


def available_from(first_week: int, rules: SurgeRules = _DEFAULT) -> int:
    """Return the first week that changes can be told for, where counts begin in ``first_week``."""
    return first_week + rules.panel.least_history


def _above(levels: Levels, key: str, rules: SurgeRules) -> bool:
    if key not in levels.keys:
        return False
    at = levels.keys.index(key)
    everything = np.ones(len(levels.keys), dtype=bool)
    return bool(lower_bound(levels, levels.reported, levels.expected, everything, rules)[at] >= 0)
