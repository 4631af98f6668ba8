"""Words nobody has named yet: n-grams that the news suddenly uses.

What was observed. New things arrive as words ("pytorch", "federated learning") months before anybody adds
them to a taxonomy. Raw growth finds only noise, because most words are rare and a rare word grows a
thousandfold by being printed twice.

Method. Every week counts 1- to 3-grams as distinct (story, source) pairs (``ngrams``). The last 4 weeks stand
against the 26 weeks before: with y of n pairs now and y' of n' before, a term is

    expected   E = n (y' + ¼) / (n' + 1)
    rising     where IC025(y, E) >= log2 1.5      (see ``statistics``)
               and z >= 3 for the log-odds with a prior of 500 pairs of average mix
               and at least 3 stories of 3 sources use it
    a phrase   where each part seeks the other: NPMI >= 0.3 at the weaker of its two cuts
    a fragment where a rising longer term has 80 % of its reports: only the longer is told
    a variant  where a rising term it contains, or is part of, ranks higher: only that is told

and terms are ranked by min(IC025, z / 3). As for labels, a past shorter than 26 weeks widens the bound.
Terms that were told are passed in as known while they are up; neither they nor variants of them are told.

Measured on six years of trending repositories (one source, 75 a week): 27 terms told, among them tensorflow,
pytorch, covid-19 and pokemon (for Pokémon Go) within three weeks of their known onset. Blockchain was missed
and react native found eleven months late, because their few reports spread over several words and months.
With z >= 2.5 58 terms are told and no more onsets found; a prior of 100 finds pytorch no longer.

Known failures. Names of people and firms rise like technologies; words of one event that do not touch are
told apart; while a broad term is up, what rises inside it is not told; spikes of a week pass for rises; a
story that lasts over two weeks counts in both.

Sources: Monroe, Colaresi and Quinn 2008; Norén, Hopstadius and Bate 2013; Bouma 2009.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from trendwatch.statistics import ic025, log_odds_z, npmi
from trendwatch.trends.ngrams import TermWeek, Usage, term_counts

__all__ = ["TermRise", "TermWeek", "emerging", "still_up", "term_counts"]

#: Weeks that are "now": fewer hold too few stories, more come late.
RECENT = 4
#: Weeks that are "before".
BEFORE = 26
#: Weeks of past without which nothing is told.
LEAST_BEFORE = 4
#: Bits: 1.5 times the usual.
LEAST_RISE = 0.585
LEAST_Z = 3.0
LEAST_NPMI = 0.3
#: A longer term with this share of a shorter one's reports is what the shorter one is about.
COVERS = 0.8
DISPERSION = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRise:
    """A term that rose."""

    term: str
    #: IC025 in bits
    strength: float
    #: reports of the recent weeks
    observed: float
    #: what the weeks before predict
    expected: float
    share_before: float
    share_now: float
    stories: int
    sources: int


def emerging(
    weeks: Mapping[int, TermWeek],
    *,
    week: int,
    min_stories: int = 3,
    min_sources: int = 3,
    top: int = 5,
    known: AbstractSet[str] = frozenset(),
) -> list[TermRise]:
    """Return the terms that rose by the end of a week, the clearest first; weeks after it change nothing.

    Args:
        weeks: terms by week number
        week: the last complete week
        min_stories: stories of the recent weeks that use the term
        min_sources: sources among them; 1 suits an archive of one source
        top: how many at most
        known: terms told before that are still up; neither they nor their variants are told
    """
    span = _Span.of(weeks, week)
    if span is None:
        return []
    ranked = [
        _Ranked(*judged, term, usage)
        for term, usage in span.now.items()
        if usage.stories >= min_stories
        and len(usage.sources) >= min_sources
        and (judged := span.judge(term)) is not None
        and span.cohesion(term) >= LEAST_NPMI
    ]
    told = _without_variants(sorted(ranked, key=lambda one: (-one.rank, one.term)))
    fresh = [one for one in told if not any(_touch(one.term, old) for old in known)]
    return [span.rise(one) for one in fresh[:top]]


def still_up(weeks: Mapping[int, TermWeek], *, week: int, known: Iterable[str]) -> frozenset[str]:
    """Return which of the terms told before are still above what was expected: their bound is not below 0."""
    span = _Span.of(weeks, week)
    if span is None:
        return frozenset()
    return frozenset(term for term in known if span.strength(term) >= 0)


class _Ranked(NamedTuple):
    rank: float
    strength: float
    term: str
    usage: Usage


_UNUSED = Usage(0, 0, frozenset())


@dataclass(frozen=True, slots=True)
class _Span:
    """Now and before, added up."""

    now: Mapping[str, Usage]
    reports_now: int
    before: Sequence[TermWeek]
    reports_before: int

    @classmethod
    def of(cls, weeks: Mapping[int, TermWeek], week: int) -> _Span | None:
        """Return None where there is no news, or too little past."""
        first_recent = week - RECENT + 1
        now = [weeks[number] for number in range(first_recent, week + 1) if number in weeks]
        past = [number for number in range(first_recent - BEFORE, first_recent) if number in weeks]
        before = [weeks[number] for number in past]
        reports_now, reports_before = (sum(part.reports for part in parts) for parts in (now, before))
        if not reports_now or not reports_before or first_recent - past[0] < LEAST_BEFORE:
            return None
        return cls(_added(now), reports_now, before, reports_before)

    def used_before(self, term: str) -> int:
        return sum(part.terms.get(term, _UNUSED).reports for part in self.before)

    def expected(self, used_before: int) -> float:
        return self.reports_now * (used_before + 0.25) / (self.reports_before + 1)

    def strength(self, term: str) -> float:
        return self._strength(self.now.get(term, _UNUSED).reports, self.used_before(term))

    def _strength(self, used: int, used_before: int) -> float:
        expected = self.expected(used_before)
        shortage = max(0.0, self.reports_now / self.reports_before - RECENT / BEFORE)
        variance = shortage / (expected / DISPERSION + 0.5)
        return ic025(float(used), expected, dispersion=DISPERSION, variance=variance)

    def judge(self, term: str) -> tuple[float, float] | None:
        """Return rank and strength of a term that rose."""
        used, used_before = self.now[term].reports, self.used_before(term)
        strength = self._strength(used, used_before)
        if strength < LEAST_RISE:
            return None
        z = log_odds_z(used, self.reports_now, used_before, self.reports_before)
        return (min(strength, z / 3), strength) if z >= LEAST_Z else None

    def cohesion(self, term: str) -> float:
        """Return the NPMI of a phrase at its weakest cut; 1 for a word."""
        parts = term.split(" ")
        if len(parts) == 1:
            return 1.0
        cuts = [(" ".join(parts[:at]), " ".join(parts[at:])) for at in range(1, len(parts))]
        # "internet of things" has no cut into two counted terms, so its outer words are asked
        cuts = [cut for cut in [*cuts, (parts[0], parts[-1])] if cut[0] in self.now and cut[1] in self.now]
        used = self.now[term].reports
        found = [
            npmi(used, self.now[left].reports, self.now[right].reports, total=self.reports_now)
            for left, right in cuts
        ]
        return min(found, default=1.0)  # "windows 11": a number is no term, so nothing can be asked

    def rise(self, one: _Ranked) -> TermRise:
        expected = self.expected(self.used_before(one.term))
        return TermRise(
            term=one.term,
            strength=one.strength,
            observed=float(one.usage.reports),
            expected=expected,
            share_before=expected / self.reports_now,
            share_now=one.usage.reports / self.reports_now,
            stories=one.usage.stories,
            sources=len(one.usage.sources),
        )


def _added(parts: Iterable[TermWeek]) -> dict[str, Usage]:
    total: dict[str, Usage] = {}
    for part in parts:
        for term, usage in part.terms.items():
            other = total.get(term)
            total[term] = usage if other is None else _both(usage, other)
    return total


def _both(one: Usage, other: Usage) -> Usage:
    return Usage(one.reports + other.reports, one.stories + other.stories, one.sources | other.sources)


def _touch(one: str, other: str) -> bool:
    """Tell whether one term contains the other."""
    return f" {one} " in f" {other} " or f" {other} " in f" {one} "


def _without_variants(ranked: Sequence[_Ranked]) -> list[_Ranked]:
    """Return the terms, best first, without fragments of longer ones and without variants of better ones."""
    kept: list[_Ranked] = []
    whole = [one for one in ranked if not any(_covers(longer, one) for longer in ranked)]
    for one in whole:
        if not any(_touch(one.term, better.term) for better in kept):
            kept.append(one)
    return kept


def _covers(longer: _Ranked, one: _Ranked) -> bool:
    return (
        len(longer.term) > len(one.term)
        and longer.usage.reports >= COVERS * one.usage.reports
        and f" {one.term} " in f" {longer.term} "
    )
