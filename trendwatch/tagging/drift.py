"""Whether news has moved away from what the tags were made for.

Observations. A model is not told when news changes: a new subject, another kind of source, feeds that turned
into advertising. What changes first can be counted without knowing any right answer: more items get no
technology, the tags that are given are less sure, more words were never seen before.

Method. Three figures a week (``TagWeek``), each against the weeks before it:

    usual  = median of up to 12 earlier weeks, those of an earlier episode left out; at least 6, else silence
    spread = √(1.4826² · MAD² + sampling error²)        sampling error of a share p of n: √(p (1 - p) / n)
    drifts where the figure is on its bad side of usual by more than 4 spreads and more than a least step
           untagged + 0.05       confidence - 0.03       novelty + 0.03

Weeks with fewer than 50 items say nothing, and neither end nor begin anything. An episode runs as long as a
figure drifts; a week without ends it. After 8 weeks what was news is what is usual, so the episode ends by
itself. One alert an episode, whatever it adds up to.

Known failures. A week of holidays drifts in earnest. A slow change over half a year is never 4 spreads from
its last 12 weeks. Novelty falls while a service is young, as its past grows; it can only alarm upwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt
from statistics import median

from trendwatch.types.tags import TagWeek
from trendwatch.types.weeks import week_name

_PAST, _ENOUGH_WEEKS, _ENOUGH_ITEMS = 12, 6, 50
_SPREADS = 4.0
#: Of a normal distribution: standard deviations per median absolute deviation.
_PER_MAD = 1.4826
#: After so many weeks the new is the usual.
_LONGEST = 8
#: Each figure, whether more of it is bad, and the least step that matters.
_FIGURES = (("untagged", True, 0.05), ("confidence", False, 0.03), ("novelty", True, 0.03))


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure that left its usual range."""

    #: untagged, confidence or novelty
    figure: str
    usual: float
    now: float


@dataclass(frozen=True, slots=True)
class Episode:
    """Weeks in a row in which tags did not look as usual."""

    first: int
    last: int
    #: what had moved when it began
    moved: tuple[Moved, ...]


def novelty(words: Sequence[str], known: frozenset[str] | set[str]) -> float:
    """Return the share of words that are not known, 0 of nothing."""
    return sum(1 for word in words if word not in known) / len(words) if words else 0.0


def episodes(weeks: Sequence[TagWeek]) -> list[Episode]:
    """Return the episodes in a run of weeks, the oldest first."""
    found: list[Episode] = []
    past: list[TagWeek] = []
    during: list[TagWeek] = []
    for week in sorted((one for one in weeks if one.items >= _ENOUGH_ITEMS), key=lambda one: one.week):
        moved = moved_in(week, past)
        if not moved:
            during = []
            past.append(week)
            continue
        if during:
            found[-1] = Episode(found[-1].first, week.week, found[-1].moved)
        else:
            found.append(Episode(week.week, week.week, moved))
        during.append(week)
        if len(during) == _LONGEST:
            past, during = during, []
    return found


def moved_in(week: TagWeek, past: Sequence[TagWeek]) -> tuple[Moved, ...]:
    """Return the figures of a week that are not as in the weeks before it."""
    before = past[-_PAST:]
    if len(before) < _ENOUGH_WEEKS:
        return ()
    found = []
    for name, up, least in _FIGURES:
        values = [float(getattr(one, name)) for one in before]
        now, usual = float(getattr(week, name)), median(values)
        mad = median([abs(value - usual) for value in values])
        spread = hypot(_PER_MAD * mad, sqrt(usual * (1 - usual) / week.items))
        if (now - usual if up else usual - now) > max(_SPREADS * spread, least):
            found.append(Moved(name, usual, now))
    return tuple(found)


def current(found: Sequence[Episode], last: int) -> Episode | None:
    """Return the episode that is under way in the last week that was looked at."""
    return found[-1] if found and found[-1].last == last else None


def told(episode: Episode) -> str:
    """Return an episode as operators read it, "untagged 41 % instead of 22 %"."""
    return ", ".join(
        f"{_WORDS[one.figure]} {one.now:.0%} instead of {one.usual:.0%}" for one in episode.moved
    )


def drift_words(episode: Episode | None) -> str:
    """Return what an operator is told of the tags as a whole."""
    if episode is None:
        return "as usual"
    return f"not as usual since {week_name(episode.first)}: {told(episode)}; see /tags/quality"


_WORDS = {
    "untagged": "items without a technology",
    "confidence": "mean confidence",
    "novelty": "words never seen before",
}
