"""A simulated world of counts: who reports which term on which day, with planted rises and named nuisances.

This is a simulator, made to hold trend methods against a known truth; no figure from it is a figure
about real news. It knows no texts: an item is a term, a source, a day and a story. What is planted are
S-curves of 40 to 80 days, half of them new terms, half a growth to 2 to 5 times what was usual. What
disturbs, each a number of ``Nuisance`` that can be switched off:

    feeds that join late, with a speciality and a back-fill of old items · feeds that leave · weekdays ·
    holidays · terms that swing with the year · days and weeks that are louder than others (gamma) · feeds
    that become louder for good · stories printed by several sources · one story printed dozens of times ·
    one-day spikes of many stories · items published again by the same source

Every part has random numbers of its own, and holidays thin out what was drawn: the same seed with one
nuisance less is the same world in all the rest, so what a nuisance causes can be told by running both.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trendwatch.demo.countworld import CountNuisance, CountRules, CountWorld, Floats, Ints, Rise

__all__ = ["QUIET_DAYS", "CountNuisance", "CountRules", "CountWorld", "Rise", "simulate"]

#: Days without planted rises and events at the beginning: methods need a past.
QUIET_DAYS = 126
#: Share of a usual day that each weekday brings, Monday first.
_WEEKDAYS = (1.15, 1.2, 1.2, 1.15, 1.1, 0.65, 0.55)
#: Of a new term at full strength, docs a day.
_NEW_LEVEL = (0.5, 2.0)
_GROWTH = (2.0, 5.0)
_CURVE_DAYS = (40, 80)
#: Docs a day of a term that can grow: neither rare nor everywhere.
_GROWING = (0.25, 3.0)
#: Most docs a day of any term.
_MOST = 8.0
#: Spread of feeds' volumes (sigma of the logarithm).
_VOLUMES = 0.6
#: Days over which a back-fill is dated.
_BACKFILL_DAYS = 90
#: Stories of the smallest spike, and the share of them that comes a day late.
_SPIKE, _LATE = 5, 0.2
#: Days of a year, and of a holiday.
_YEAR = 364
_HOLIDAY = 14


def simulate(seed: int, rules: CountRules | None = None) -> CountWorld:
    """Return a world; the same seed and rules always give the same one."""
    return _Making(seed, rules or CountRules()).world()


class _Making:
    """One world in the making; each part draws from a stream of its own."""

    def __init__(self, seed: int, rules: CountRules) -> None:
        self._seed = seed
        self.rules = rules
        self.noise = rules.nuisance
        self.sources = rules.feeds + self.noise.joining
        self._parts: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
        self._stories = 0
        self._feeds()
        self._terms()

    def _stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *name.encode()])

    def _feeds(self) -> None:
        random, rules = self._stream("feeds"), self.rules
        last = rules.days
        own = [self._stream(f"feed{source}") for source in range(self.sources)]
        self.volume = rules.volume * np.exp([_VOLUMES * one.normal() for one in own])
        self.joins = np.full(self.sources, -1)
        self.joins[rules.feeds :] = random.integers(QUIET_DAYS, last - 60, self.noise.joining)
        self.leaves = np.full(self.sources, last)
        self.leaves[: self.noise.leaving] = random.integers(QUIET_DAYS, last - 30, self.noise.leaving)
        days = np.arange(last)
        level = self.volume[:, None] * np.array(_WEEKDAYS)[days % 7]
        level *= np.stack([_gamma(one, self.noise.source_noise, (last,)) for one in own])
        louder = random.permutation(rules.feeds)[: self.noise.louder]
        for source in louder.tolist():
            level[source, random.integers(QUIET_DAYS, last - 60) :] *= 2
        self.here = (days >= self.joins[:, None]) & (days < self.leaves[:, None])
        self.level = level * self.here
        self.docs = np.stack([one.poisson(mine) for one, mine in zip(own, self.level, strict=True)])
        self.docs_seen = self.docs.copy()

    def _terms(self) -> None:
        random, rules = self._stream("terms"), self.rules
        #: docs a day of the first feeds together
        self.usual = rules.volume * np.exp(_VOLUMES**2 / 2) * rules.feeds
        level = rules.level * np.exp(random.normal(0, rules.spread, rules.terms))
        self.share = np.minimum(level, _MOST) / self.usual
        tastes = [self._stream(f"taste{source}") for source in range(self.sources)]
        self.liking = np.stack([taste.gamma(0.5, 2.0, rules.terms) for taste in tastes], axis=1)
        for source in range(rules.feeds, self.sources):
            special = tastes[source].permutation(rules.terms)[: rules.terms // 100]
            self.liking[special, source] *= self.noise.speciality
        self.growth = np.ones((rules.terms, rules.days))
        self.rises = tuple(self._rise(random, number) for number in self._chosen(random))
        seasons = self._stream("seasons")
        swing = seasons.random(rules.terms) < self.noise.seasonal
        yearly = 2 * np.pi * (np.arange(rules.days) / _YEAR + seasons.random((rules.terms, 1)))
        self.growth *= np.where(swing[:, None], 1 + self.noise.swing * np.sin(yearly), 1.0)
        self.growth *= np.repeat(
            _gamma(random, self.noise.week_noise, (rules.terms, rules.days // 7 + 1)), 7, axis=1
        )[:, : rules.days]
        self.growth *= _gamma(random, self.noise.day_noise, self.growth.shape)

    def _chosen(self, random: np.random.Generator) -> list[tuple[int, bool]]:
        """Return the planted terms: new ones, and usual ones that are neither rare nor everywhere."""
        usual = self.share * self.usual
        grown = self.rules.planted // 2
        fit = np.flatnonzero((usual > _GROWING[0]) & (usual < _GROWING[1]))
        fit = random.permutation(fit)[:grown]
        rest = random.permutation(np.setdiff1d(np.arange(self.rules.terms), fit))
        fresh = rest[: self.rules.planted - grown]
        return [*((int(term), False) for term in fit), *((int(term), True) for term in fresh)]

    def _rise(self, random: np.random.Generator, chosen: tuple[int, bool]) -> Rise:
        term, is_new = chosen
        length = int(random.integers(_CURVE_DAYS[0], _CURVE_DAYS[1] + 1))
        onset = int(random.integers(QUIET_DAYS, self.rules.days - 80))
        days = np.arange(self.rules.days)
        curve = 1 / (1 + np.exp(-(days - onset - length / 2) * 8 / length))
        curve[:onset] = 0
        if is_new:
            self.share[term] = random.uniform(*_NEW_LEVEL) / self.usual
            self.growth[term] = curve
        else:
            self.growth[term] = 1 + (random.uniform(*_GROWTH) - 1) * curve
        return Rise(term, onset, length, is_new)

    def world(self) -> CountWorld:
        """Draw every item."""
        self._usual()
        self._backfill()
        storms, spikes = self._storms(), self._spikes()
        items = sum(len(part[0]) for part in self._parts)
        self._repeat()
        term, source, day, seen, story = (np.concatenate(column) for column in zip(*self._parts, strict=True))
        keep = self._holidays(day, seen)
        order = np.lexsort((story[keep], day[keep]))
        printed = (np.arange(len(keep)) < items)[keep][order]
        term, source, day, seen, story = (one[keep][order] for one in (term, source, day, seen, story))
        return CountWorld(
            self.rules,
            self.rises,
            *(self.joins, self.leaves, term, source, day, seen, story, self.docs, self.docs_seen),
            own=self._own(source[printed], day[printed], story[printed]),
            storms=storms,
            spikes=spikes,
        )

    def _own(self, source: Ints, day: Ints, story: Ints) -> Ints:
        """Return docs by source and day without those that tell what was told before."""
        copied = np.ones(len(story), bool)
        copied[np.unique(story, return_index=True)[1]] = False
        own = self.docs.copy()
        np.subtract.at(own, (source[copied], day[copied]), 1)
        return np.asarray(np.maximum(own, 0))

    def _add(self, term: Ints, source: Ints, *, day: Ints, story: Ints, seen: Ints | None = None) -> None:
        self._parts.append((term, source, day, day if seen is None else seen, story))

    def _usual(self) -> None:
        random = self._stream("usual")
        for source in range(self.sources):
            rate = self.share[:, None] * self.growth * self.liking[:, source, None] * self.level[source]
            term, day = np.nonzero(drawn := random.poisson(rate))
            times = drawn[term, day]
            term, day = np.repeat(term, times), np.repeat(day, times)
            story = np.arange(self._stories, self._stories + len(term))
            self._stories += len(term)
            self._add(term, np.full(len(term), source), day=day, story=story)
            self._reprint(self._stream(f"reprint{source}"), term, day=day, story=story)

    def _reprint(self, random: np.random.Generator, term: Ints, *, day: Ints, story: Ints) -> None:
        """Let other sources print some of the stories within two days."""
        times = np.where(
            random.random(len(term)) < self.noise.syndicated,
            1 + random.poisson(self.noise.reprints - 1, len(term)),
            0,
        )
        term, story = np.repeat(term, times), np.repeat(story, times)
        day = np.minimum(np.repeat(day, times) + random.integers(0, 3, len(term)), self.rules.days - 1)
        self._print(random, term, day=day, story=story)

    def _print(self, random: np.random.Generator, term: Ints, *, day: Ints, story: Ints) -> None:
        """Let sources print stories, the first ones drawn by volume; joining ones print beside them."""
        first = self.rules.feeds
        usual = self.volume[:first].sum()
        source = random.choice(first, len(term), p=self.volume[:first] / usual)
        self._keep(term, source, day=day, story=story)
        for joining in range(first, self.sources):
            stream = np.random.default_rng([self._seed, joining, *_digest(story)])
            too = stream.random(len(term)) < self.volume[joining] / usual
            self._keep(term[too], np.full(int(too.sum()), joining), day=day[too], story=story[too])

    def _keep(self, term: Ints, source: Ints, *, day: Ints, story: Ints) -> None:
        """Add items of sources that are read on their day; each is a doc more."""
        here = self.here[source, day]
        term, source, day, story = term[here], source[here], day[here], story[here]
        self._add(term, source, day=day, story=story)
        for docs in (self.docs, self.docs_seen):
            np.add.at(docs, (source, day), 1)

    def _backfill(self) -> None:
        random = self._stream("backfill")
        for source in range(self.rules.feeds, self.sources):
            joined = int(self.joins[source])
            docs = joined - 1 - random.integers(0, _BACKFILL_DAYS, self.noise.backfill)
            np.add.at(self.docs[source], docs, 1)
            self.docs_seen[source, joined] += len(docs)
            for at in docs.tolist():
                rate = self.share * self.growth[:, at] * self.liking[:, source]
                term = np.flatnonzero(random.poisson(rate))
                story = np.arange(self._stories, self._stories + len(term))
                self._stories += len(term)
                same = np.full(len(term), source)
                self._add(
                    term, same, day=np.full(len(term), at), story=story, seen=np.full(len(term), joined)
                )

    def _event_at(self, random: np.random.Generator) -> tuple[int, int]:
        planted = {rise.term for rise in self.rises}
        term = int(random.integers(self.rules.terms))
        while term in planted:
            term = int(random.integers(self.rules.terms))
        return term, int(random.integers(QUIET_DAYS, self.rules.days - 7))

    def _storms(self) -> tuple[tuple[int, int], ...]:
        random, found = self._stream("storms"), []
        for _ in range(self.noise.storms):
            term, at = self._event_at(random)
            fewest, most = self.noise.storm_copies
            copies = int(random.integers(fewest, most + 1))
            day = at + random.integers(0, 3, copies)
            self._print(random, np.full(copies, term), day=day, story=np.full(copies, self._stories))
            self._stories += 1
            found.append((term, at))
        return tuple(found)

    def _spikes(self) -> tuple[tuple[int, int], ...]:
        random, found = self._stream("spikes"), []
        for _ in range(self.noise.spikes):
            term, at = self._event_at(random)
            stories = _SPIKE + int(random.poisson(self.noise.spike_stories - _SPIKE))
            day = at + (random.random(stories) < _LATE)
            self._print(random, np.full(stories, term), day=day, story=self._stories + np.arange(stories))
            self._stories += stories
            found.append((term, at))
        return tuple(found)

    def _repeat(self) -> None:
        random = self._stream("repeat")
        for term, source, day, seen, story in list(self._parts):
            again = random.random(len(term)) < self.noise.repeated
            later = np.minimum(seen[again] + 1, self.rules.days - 1)
            self._add(term[again], source[again], day=day[again], story=story[again], seen=later)

    def _holidays(self, day: Ints, seen: Ints) -> NDArray[np.bool_]:
        """Thin out what was published in the holidays."""
        random = self._stream("holidays")
        away = np.zeros(self.rules.days, bool)
        for first in self.noise.holidays_at:
            away[first : first + _HOLIDAY] = True
        drawn = random.random(len(day))
        for docs in (self.docs, self.docs_seen):
            docs[:, away] = random.binomial(docs[:, away], self.noise.holidays)
        return (drawn < self.noise.holidays) | ~away[day] & ~away[seen]


def _digest(story: Ints) -> tuple[int, int]:
    """Return numbers that stand for some stories, so that the same stories draw the same."""
    return len(story), int(story[0]) if len(story) else 0


def _gamma(random: np.random.Generator, variance: float, shape: tuple[int, ...]) -> Floats:
    """Return numbers around 1 of some variance."""
    return random.gamma(1 / variance, variance, shape) if variance else np.ones(shape)
