"""What is remembered of the words of the news, in bounded memory: a year of counts, a quarter of reports.

    week by week    reports -> terms -> the last 13 weeks in full, everything older as one decayed sum

A term is counted as distinct stories: a report weighs one over the reports of its story in its week, so a
story that is printed sixty times counts once and is shared by those who print it. What a source said of a
story in an earlier week it does not say again: a copy changes nothing. The last 13 weeks are kept
report by report; when a week leaves them, its weights are added to one sum per (term, source), halving every
26 weeks.

At most ``capacity`` terms are known: when the table is full, the least used quarter is dropped, and the
largest weight that was ever dropped, itself decaying, is added to every term's possible past. So a past can
be over-estimated but never under-estimated, and a rise is told late rather than wrongly.

Source: Metwally, Agrawal and El Abbadi 2005 (space-saving; here dropped in batches, as in lossy counting).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from trendwatch.statistics import Floats
from trendwatch.trends.keptweek import Ints, KeptWeek, TermText, column, hashed, no_reports, numbered
from trendwatch.trends.ngrams import terms_of
from trendwatch.trends.samestore import sums
from trendwatch.types.trends import WORD_WEEKS

#: Terms known at once.
CAPACITY = 200_000
#: Weeks kept report by report.
KEPT_WEEKS = WORD_WEEKS
#: Weeks in which what is older loses half its weight.
HALF_LIFE = 26.0
#: Reports of one week that are kept; more change no share.
MOST_REPORTS = 50_000
DECAY = 0.5 ** (1 / HALF_LIFE)

#: Bits of a source's number, beside the term's in one integer.
_SOURCE_BITS = 20
_SOURCE = (1 << _SOURCE_BITS) - 1


class TermTable:
    """The words of the news up to a week."""

    def __init__(self, *, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        #: what a term is known by, to its number
        self.numbers: dict[str, int] = {}
        self._forms: list[str] = []
        self._votes: list[int] = []
        self._free: list[int] = []
        #: the last weeks, the latest last
        self.kept: deque[KeptWeek] = deque()
        #: reports that are older, by (term, source) in one number, decayed
        self._codes: Ints = np.zeros(0, dtype=np.int64)
        self._weights: Floats = np.zeros(0)
        self._volume: Floats = np.zeros(0)
        self._lost = 0.0
        self._sources: dict[str, int] = {}
        self._areas: dict[str, int] = {"": 0}

    @property
    def week(self) -> int | None:
        """The last week that was added."""
        return self.kept[-1].number if self.kept else None

    @property
    def size(self) -> int:
        """How many numbers terms have, dropped ones included."""
        return len(self._forms)

    def form(self, number: int) -> str:
        """Return a term as it is written."""
        return self._forms[number]

    @property
    def lost(self) -> float:
        """The most reports, decayed, that a term may have had before it was dropped and came back."""
        return self._lost

    def sources(self) -> list[str]:
        """Return feed keys in the order of their numbers."""
        return list(self._sources)

    def areas(self) -> list[str]:
        """Return full keys of areas in the order of their numbers; "" is the first."""
        return list(self._areas)

    def last(self, weeks: int) -> list[KeptWeek]:
        """Return the last weeks, without those that are not kept any more."""
        return [week for week in self.kept if self._age(week) < weeks]

    def add(self, week: int, reports: Iterable[TermText]) -> None:
        """Add the next week's reports; weeks between are empty."""
        if self.week is not None:
            for empty in range(self.week + 1, week):
                self._keep(no_reports(empty))
        self._keep(self._read(week, list(reports)[-MOST_REPORTS:]))
        if len(self.numbers) > self._capacity:
            self._make_room()

    def used(self, weeks: int, chosen: NDArray[np.bool_] | None = None) -> Floats:
        """Return in how many stories of the last weeks each term was used, by some sources or all."""
        terms, weights = [_NONE], [np.zeros(0)]
        for week in self.last(weeks):
            weight = week.weight if chosen is None else week.weight * chosen[week.source]
            terms.append(week.term)
            weights.append(weight[week.report])
        return sums(np.concatenate(terms), np.concatenate(weights), self.size)

    def past(self, age: int) -> tuple[Ints, Ints, Floats, Floats]:
        """Return what is at least so many weeks old: terms, sources, weights, and each source's volume."""
        between = [week for week in self.kept if age <= self._age(week)]
        faded = DECAY ** (KEPT_WEEKS - age)
        terms, sources = [self._codes >> _SOURCE_BITS], [self._codes & _SOURCE]
        weights = [self._weights * faded]
        volume = np.zeros(len(self._sources))
        volume[: len(self._volume)] = self._volume * faded
        for week in between:
            weight = DECAY ** (self._age(week) - age)
            term, source = week.pairs
            terms.append(term)
            sources.append(source)
            weights.append(weight * week.weight[week.report])
            volume += weight * sums(week.source, week.weight, len(volume))
        return np.concatenate(terms), np.concatenate(sources), np.concatenate(weights), volume

    def _age(self, week: KeptWeek) -> int:
        return self.kept[-1].number - week.number

    def _read(self, week: int, reports: Sequence[TermText]) -> KeptWeek:
        said: dict[tuple[str, str], dict[str, tuple[str, int]]] = {}
        first: dict[tuple[str, str], TermText] = {}
        for at, one in enumerate(reports):
            pair = one.story_id, one.source
            first.setdefault(pair, one)
            before = said.setdefault(pair, {})
            for key, form in terms_of(one.text).items():
                before[key] = form, before[key][1] if key in before else at
        for pair, known in self._said_before(said).items():
            said[pair] = {key: how for key, how in said[pair].items() if self.numbers.get(key) not in known}
            if not said[pair]:  # a copy: the feed told this story in these words
                del said[pair], first[pair]
        terms = [[self._number(key, form) for key, (form, _) in each.items()] for each in said.values()]
        story = column([hashed(one.story_id) for one in first.values()])
        _, where, printed = np.unique(story, return_inverse=True, return_counts=True)
        return KeptWeek(
            number=week,
            term=column([number for each in terms for number in each]),
            report=np.repeat(np.arange(len(said)), column([len(each) for each in terms])),
            item=column([at for each in said.values() for _, at in each.values()]),
            items=[one.item_id for one in reports],
            source=numbered(self._sources, [one.source for one in first.values()]),
            story=story,
            site=column([hashed(one.site) for one in first.values()]),
            area=numbered(self._areas, [one.area for one in first.values()]),
            weight=1.0 / printed[where],
        )

    def _said_before(self, pairs: Collection[tuple[str, str]]) -> dict[tuple[str, str], set[int]]:
        """Return the terms that sources used when they told the same stories in earlier weeks."""
        asked = {(hashed(story), self._sources.get(source, -1)): (story, source) for story, source in pairs}
        found: dict[tuple[str, str], set[int]] = {}
        for week in self.kept:
            told = zip(week.story.tolist(), week.source.tolist(), strict=True)
            again = {at: asked[one] for at, one in enumerate(told) if one in asked}
            rows = np.flatnonzero(np.isin(week.report, list(again)))
            for pair in again.values():
                found.setdefault(pair, set())
            for report, term in zip(week.report[rows].tolist(), week.term[rows].tolist(), strict=True):
                found[again[report]].add(term)
        return found

    def _number(self, key: str, form: str) -> int:
        number = self.numbers.get(key)
        if number is None:
            return self._admit(key, form)
        if self._forms[number] != form:
            self._vote(number, form)
        elif self._votes[number] < _ENOUGH_VOTES:
            self._votes[number] += 1
        return number

    def _vote(self, number: int, form: str) -> None:
        """Keep the form most texts use, by majority vote (Boyer and Moore)."""
        self._votes[number] -= 1
        if self._votes[number] <= 0:
            self._forms[number], self._votes[number] = form, 1

    def _admit(self, key: str, form: str) -> int:
        if self._free:
            number = self._free.pop()
            self._forms[number], self._votes[number] = form, 1
        else:
            number = len(self._forms)
            self._forms.append(form)
            self._votes.append(1)
        self.numbers[key] = number
        return number

    def _keep(self, week: KeptWeek) -> None:
        self.kept.append(week)
        self._weights *= DECAY
        self._volume *= DECAY
        self._lost *= DECAY
        if len(self.kept) > KEPT_WEEKS:
            self._age_out(self.kept.popleft())

    def _age_out(self, week: KeptWeek) -> None:
        """Add a week that leaves to what is older."""
        term, source = week.pairs
        codes, where = np.unique((term << _SOURCE_BITS) | source, return_inverse=True)
        weights = sums(where, week.weight[week.report], len(codes))
        at = np.asarray(np.searchsorted(self._codes, codes))
        known = np.isin(codes, self._codes, assume_unique=True)
        self._weights[at[known]] += weights[known]
        self._codes = np.insert(self._codes, at[~known], codes[~known])
        self._weights = np.insert(self._weights, at[~known], weights[~known])
        volume = sums(week.source, week.weight, len(self._sources))
        volume[: len(self._volume)] += self._volume
        self._volume = volume

    def _make_room(self) -> None:
        """Drop the least used quarter of the terms."""
        used = sums(self._codes >> _SOURCE_BITS, self._weights, self.size) + self.used(KEPT_WEEKS)
        known = np.fromiter(self.numbers.values(), dtype=np.int64, count=len(self.numbers))
        surplus = len(known) - self._capacity * 3 // 4
        gone = known[np.argsort(used[known], kind="stable")[:surplus]]
        self._lost = max(self._lost, float(used[gone].max()))
        # Of all numbers, not of those in use before: what is still free from last time must stay so.
        stays = np.zeros(self.size, dtype=np.bool_)
        stays[known] = True
        stays[gone] = False
        self.numbers = {key: number for key, number in self.numbers.items() if stays[number]}
        self._free = np.flatnonzero(~stays).tolist()
        kept = stays[self._codes >> _SOURCE_BITS]
        self._codes, self._weights = self._codes[kept], self._weights[kept]
        for week in self.kept:
            stay = stays[week.term]
            week.term, week.report, week.item = week.term[stay], week.report[stay], week.item[stay]


_NONE: Ints = np.zeros(0, dtype=np.int64)
#: Votes beyond which more say nothing.
_ENOUGH_VOTES = 50
