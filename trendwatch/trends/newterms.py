"""Which of the terms that rise are new words: one week's candidates, seen closely (method: ``terms``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats, npmi
from trendwatch.trends.naming import can_name, is_mere, undated
from trendwatch.trends.ngrams import fold
from trendwatch.trends.samestore import publishers, share, sums
from trendwatch.trends.termlevels import TermLevels, TermUse, heard, term_began, uses
from trendwatch.trends.termtable import KEPT_WEEKS, TermTable

#: Bits: 1.5 times the usual.
LEAST_BOUND = 0.585
#: Bits that a term of everyday words must pass: twice the usual.
SURER_BOUND = 1.0
#: Bits: about three times the usual.
LEAST_RATIO = 1.5
LEAST_NPMI = 0.3
#: Different weeks of the last 13 that use the term: an event is over in one or two.
LEAST_WEEKS = 3
#: A longer term with this share of a shorter one's reports is what the shorter one is about.
COVERS = 0.8
#: Terms that share this much of their reports rise together.
SHARED = 0.5
#: Reports with an area from which it is asked whether they agree, and the share that must.
FIELD_ASKED = 4
FIELD = 0.5
#: A site with a larger share of a term, and a smaller one of the feed it appears in, is one hand.
HAND = 0.5
HAND_USUAL = 0.25
#: Terms looked at closely in a week.
CANDIDATES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRules:
    """When a term is worth a word."""

    min_stories: int = 3
    #: feeds that use it; 1 suits an archive of one source
    min_sources: int = 3
    #: independent publishers among them; never asked to be more than the sources
    min_owners: int = 2
    #: how many are told a week
    top: int = 5
    #: folded words that are used of anything (``everyday``): a term of such words must rise more surely
    everyday: AbstractSet[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRise:
    """A term that rose."""

    #: as it is most often written
    term: str
    #: IC025 in bits
    strength: float
    #: bits: IC025 and IC975, 95 % confidence; the shrunk ratio between them, in times
    interval: tuple[float, float]
    times: float
    #: stories of the recent weeks
    observed: float
    #: what the past predicts
    expected: float
    share_before: float
    share_now: float
    #: weeks that observed and expected are of
    window: int
    #: of the last 13 weeks
    stories: int
    #: feeds that are compared and use it, and independent publishers among them
    sources: int
    owners: int
    #: full key of the area most of its reports are about, "" where they carry none
    area: str
    #: first week of this rise, of the last 13
    since: int
    #: week to stories, for the weeks that used it
    weeks: Mapping[int, int]
    #: all the terms that rose with it, itself first
    group: tuple[str, ...]
    #: ids of items that use it, one a story, the latest first
    items: tuple[str, ...]


class _Candidate(NamedTuple):
    term: int
    use: TermUse


class TermJudgement:
    """One week's candidates, looked at closely."""

    def __init__(
        self,
        table: TermTable,
        levels: TermLevels,
        rules: TermRules,
        *,
        owners: Mapping[str, str],
        since: Mapping[str, int],
        up: AbstractSet[str],
    ) -> None:
        self._table = table
        self._levels = levels
        self._rules = rules
        self._up = {table.numbers[key] for key in up if key in table.numbers}
        self._owner = publishers(table.sources(), owners).tolist()
        self._candidates = self._rising()
        # a feed in its warm-up bears witness to nothing, whatever else is known of a term
        self._heard = heard(table, since)
        self._uses = uses(table, [*self._candidates, *(self._up - set(self._candidates))], of=self._heard)
        self._counts, self._total = _ever_used(table, self._heard)
        self._sites = _sites(table, self._heard)

    def rises(self, dismissed: AbstractSet[str]) -> list[TermRise]:
        """Return what is told."""
        if not self._rules.top:
            return []
        gone = {self._table.numbers[key] for key in dismissed if key in self._table.numbers}
        passed = [
            _Candidate(term, self._uses[term])
            for term in self._candidates
            if term not in self._up and term not in gone and self._is_new(term)
        ]
        told: list[list[_Candidate]] = []
        for one in passed:
            group = next((group for group in told if _overlap(one.use, group[0].use)), None)
            if group is not None:
                group.append(one)
            elif len(told) < self._rules.top and not self._known(one):
                told.append([one])
        return [self._rise(group) for group in told]

    def _rising(self) -> list[int]:
        levels = self._levels
        rose = (self._rose() & (levels.observed >= self._rules.min_stories)).nonzero()[0]
        # in the order of the terms' letters where they are as clear: numbers depend on what was dropped
        ranked = sorted(rose.tolist(), key=lambda term: (-levels.strength[term], self._table.form(term)))
        return ranked[:CANDIDATES]

    def _rose(self) -> NDArray[np.bool_]:
        return (self._levels.strength >= LEAST_BOUND) & (self._levels.ratio >= LEAST_RATIO)

    def _is_new(self, term: int) -> bool:
        use, rules = self._uses[term], self._rules
        return (
            len(use.stories) >= rules.min_stories
            and len(use.sources) >= rules.min_sources
            and len(self._owners(use)) >= min(rules.min_owners, rules.min_sources)
            and len(use.weeks) >= LEAST_WEEKS
            and can_name(self._table.form(term))
            and self._sure_enough(term)
            and self._is_no_edition(term)
            and _one_field(use)
            and not self._one_hand(use)
            and self._cohesion(term) >= LEAST_NPMI
        )

    def _sure_enough(self, term: int) -> bool:
        """Tell whether a term is no mere words of everyday, or rises so surely that they name something."""
        strength = self._levels.strength[term]
        return bool(strength >= SURER_BOUND) or not is_mere(self._table.form(term), self._rules.everyday)

    def _is_no_edition(self, term: int) -> bool:
        """Tell whether a name with a year rises without the year too: what comes every year does not."""
        name = undated(self._table.form(term))
        number = self._table.numbers.get(fold(name), term)
        return not name or bool(self._rose()[number])

    def _owners(self, use: TermUse) -> set[int]:
        return {self._owner[source] for source in use.sources}

    def _one_hand(self, use: TermUse) -> bool:
        (site, reports), total = use.sites.most_common(1)[0], use.sites.total()
        is_feed = self._sites.get(site, 0.0) >= HAND_USUAL and total - reports >= self._rules.min_stories
        return reports > HAND * total and not is_feed

    def _cohesion(self, term: int) -> float:
        """Return the NPMI of a phrase at its weakest cut; 1 for a word."""
        parts = self._table.form(term).split(" ")
        cuts = [(parts[:at], parts[at:]) for at in range(1, len(parts))]
        # "internet of things" has no cut into two counted terms, so its outer words are asked
        found = [
            npmi(self._counts[term], left, right, total=self._total)
            for left, right in (
                (self._used(one), self._used(other)) for one, other in [*cuts, (parts[:1], parts[-1:])]
            )
            if left and right and len(parts) > 1
        ]
        return min(found, default=1.0)  # "windows 11": a number is no term, so nothing can be asked

    def _used(self, words: Sequence[str]) -> float:
        number = self._table.numbers.get(fold(" ".join(words)))
        return 0.0 if number is None else float(self._counts[number])

    def _known(self, one: _Candidate) -> bool:
        """Tell whether a term that is up says the same: as widely, or more widely while it still rises."""
        mine = one.use.reports
        for other in self._up:
            theirs = self._uses[other].reports
            rises = self._levels.strength[other] >= LEAST_BOUND
            if len(mine & theirs) >= SHARED * len(mine if rises else mine | theirs):
                return True
        return False

    def _rise(self, group: Sequence[_Candidate]) -> TermRise:
        """Return a group as its clearest term, in the longest form that has most of its reports."""
        first = group[0]
        named = max((one for one in group if self._extends(one, first)), key=self._length, default=first)
        at, use, levels = first.term, uses(self._table, [named.term])[named.term], self._levels
        published = float(levels.published[at])
        area = max(use.areas, key=lambda area: (use.areas[area] if area else 0, -area), default=0)
        names = [named, *(one for one in group if one is not named)]
        return TermRise(
            term=self._table.form(named.term),
            strength=round(float(levels.strength[at]), 6),
            interval=(round(float(levels.strength[at]), 6), round(float(levels.most[at]), 6)),
            times=round(float(2 ** levels.ratio[at]), 6),
            observed=round(float(levels.observed[at]), 6),
            expected=round(float(levels.expected[at]), 6),
            share_before=share(float(levels.expected[at]), published),
            share_now=share(float(levels.observed[at]), published),
            window=int(levels.window[at]),
            stories=len(use.stories),
            sources=len(named.use.sources),
            owners=len(self._owners(named.use)),
            area=self._table.areas()[area],
            since=term_began(
                use.weeks,
                self._table.kept[-1].number,
                usual=float(levels.expected[at] / levels.window[at]),
                window=int(levels.window[at]),
            ),
            weeks=dict(use.weeks),
            group=tuple(self._table.form(one.term) for one in names),
            items=tuple(_latest(self._table, use)),
        )

    def _extends(self, longer: _Candidate, one: _Candidate) -> bool:
        both = len(longer.use.reports & one.use.reports)
        inside = f" {self._table.form(one.term)} " in f" {self._table.form(longer.term)} "
        return inside and both >= COVERS * len(one.use.reports)

    def _length(self, one: _Candidate) -> tuple[int, int]:
        return len(one.use.reports), len(self._table.form(one.term))


def _ever_used(table: TermTable, heard_: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Return in how many stories each term was used, what is old decayed, and how many there were."""
    terms, sources, weights, volume = table.past(KEPT_WEEKS)
    counts = sums(terms, weights * heard_[sources], table.size) + table.used(KEPT_WEEKS, heard_)
    recent = sum(float(week.weight[heard_[week.source]].sum()) for week in table.kept)
    return counts, float((volume * heard_).sum()) + recent


def _sites(table: TermTable, heard_: NDArray[np.bool_]) -> dict[int, float]:
    """Return each site's share of the reports of the feed in which it is most at home."""
    sites = np.concatenate([week.site[heard_[week.source]] for week in table.kept])
    sources = np.concatenate([week.source[heard_[week.source]] for week in table.kept])
    found, at = np.unique(sites, return_inverse=True)
    pairs, counts = np.unique(at * max(1, len(table.sources())) + sources, return_counts=True)
    share = np.zeros(len(found))
    at, source = np.divmod(pairs, max(1, len(table.sources())))
    np.maximum.at(share, at, counts / np.bincount(sources)[source])
    return dict(zip(found.tolist(), share.tolist(), strict=True))


def _one_field(use: TermUse) -> bool:
    """Tell whether the reports that are about a technology are about the same one, or too few to say."""
    tagged = [reports for area, reports in use.areas.items() if area]
    return sum(tagged) < FIELD_ASKED or max(tagged) >= FIELD * sum(tagged)


def _overlap(one: TermUse, other: TermUse) -> bool:
    """Tell whether two terms rise together."""
    both = len(one.reports & other.reports)
    return both >= SHARED * min(len(one.reports), len(other.reports))


def _latest(table: TermTable, use: TermUse) -> Iterable[str]:
    """Yield an item of each story, the latest first."""
    kept = {week.number: week for week in table.kept}
    told: set[int] = set()
    for (number, item), story in sorted(use.items.items(), reverse=True):
        if story not in told:
            told.add(story)
            yield kept[number].items[item]
