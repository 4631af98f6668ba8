"""What moves towards a sector: technologies that have come further elsewhere than at home.

What was observed. What a small business can still prepare for is ahead of it in other sectors: established
there, new or unheard of here. What is established at home is no news to it. Not every sector is as near: what
customers and suppliers do arrives with them. Which came first in the news says nothing of causes.

Method. For each technology that is not established at home, every sector that is further than home has

    worth = weight · (1 established, ½ starting)
    ripe  = worth · (1 - 2^(-(age + 13) / 26))       the ripest sector is named: it has most to show
    score = its worth · (1 + further sectors / 10) / 1.5 · home · (1 + 2^(-change / 26)) / 2

weight is the configured relation over the strongest there may be, 0.2 for a sector without one, 1 for all
where none are given; five further sectors count. age is weeks since the state was reached there. home is 1
for starting, 0.9 for first reports, 0.6 for not yet seen: on its way is nearer. change is weeks
since the last state was reached, at home or there: what has stood still for years can wait.

Known failures. Weights are the operator's assumptions. The factors were set by hand and order the notes only;
they exclude nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from trendwatch.influence.arrival import KNOWN_STORIES
from trendwatch.types.influence import Approach, Arrival, ArrivalState
from trendwatch.types.sectors import MOST_WEIGHT
from trendwatch.types.weeks import parse_week

#: Of the strongest relation, what a sector without one weighs: news from it is rarer of use, not useless.
UNRELATED = 0.2
#: Sectors kept for each technology, best first.
ELSEWHERE = 5
_STATE = {ArrivalState.ESTABLISHED: 1.0, ArrivalState.STARTING: 0.5}
_HOME = {ArrivalState.STARTING: 1.0, ArrivalState.FIRST_REPORTS: 0.9, ArrivalState.NOT_YET_SEEN: 0.6}
#: A tenth for each further sector, as far as they are kept.
_BREADTH = 0.1
#: Weeks in which a change of state becomes half as new.
_HALF_LIFE = 26
#: Weeks a state counts as older than it is: the window it was judged over lies before it.
_RIPENING = 13


def moving_towards(
    arrivals: Iterable[Arrival], sector: str, relations: Mapping[str, float] | None = None
) -> tuple[Approach, ...]:
    """Return the technologies that have come further elsewhere than in a sector, the nearest first.

    Args:
        arrivals: of all pairs, as of one week
        sector: key of the business's sector, such as ``agriculture``
        relations: weight of related sectors by key, up to 0.5; None: all sectors weigh the same
    """
    every, own = list(arrivals), f"sector:{sector}"
    by_technology: defaultdict[str, list[Arrival]] = defaultdict(list)
    for one in every:
        by_technology[one.technology].append(one)
    now = max((parse_week(one.since) for one in every), default=0)
    known = sum(one.stories for one in every if one.sector == own) >= KNOWN_STORIES
    found = (
        _approach(technology, states, own, relations=relations, now=now)
        for technology, states in by_technology.items()
    )
    told = (replace(one, known=known) for one in found if one)
    return tuple(sorted(told, key=lambda one: (-one.score, one.technology)))


def arrival_in(arrivals: Iterable[Arrival], technology: str, sector: str) -> Arrival:
    """Return a technology in a sector, both full keys; not yet seen where there is none."""
    for one in arrivals:
        if (one.technology, one.sector) == (technology, sector):
            return one
    return Arrival(technology=technology, sector=sector, state=ArrivalState.NOT_YET_SEEN)


def _approach(
    technology: str, states: Sequence[Arrival], own: str, *, relations: Mapping[str, float] | None, now: int
) -> Approach | None:
    home = arrival_in(states, technology, own)
    further = [
        one
        for one in states
        if one.sector != own and one.state in _STATE and one.state.rank > home.state.rank
    ]
    if home.state is ArrivalState.ESTABLISHED or not further:
        return None
    further.sort(key=lambda one: (-_worth(one, relations) * _ripe(one, now), -one.stories, one.sector))
    elsewhere = tuple(further[:ELSEWHERE])
    breadth = (1 + _BREADTH * min(len(further) - 1, ELSEWHERE)) / (1 + _BREADTH * ELSEWHERE)
    changed = max(parse_week(one.since) for one in (elsewhere[0], home) if one.since)
    fresh = (1 + 2.0 ** (-(now - changed) / _HALF_LIFE)) / 2
    score = _worth(elsewhere[0], relations) * breadth * _HOME[home.state] * fresh
    return Approach(technology=technology, home=home, elsewhere=elsewhere, known=True, score=round(score, 6))


def _worth(arrival: Arrival, relations: Mapping[str, float] | None) -> float:
    return _weight(arrival.sector, relations) * _STATE[arrival.state]


def _ripe(arrival: Arrival, now: int) -> float:
    return 1 - float(2.0 ** (-(now - parse_week(arrival.since) + _RIPENING) / _HALF_LIFE))


def _weight(sector: str, relations: Mapping[str, float] | None) -> float:
    if not relations:
        return 1.0
    return min(1.0, relations.get(sector.partition(":")[2], UNRELATED * MOST_WEIGHT) / MOST_WEIGHT)
