"""The simulated news world: the same seed always gives the same news, week by week, with its truth.

    world = World(7)
    for entry in world.week(30):          # in order of time
        entry.feed_key, entry.title, entry.event_id, entry.labels

Each event happens on a day and is told by one or more outlets within a day and a half. The first outlet's
words are copied by some of the others (syndication) and rewritten by the rest. What outlets a story reaches
depends on its sector, what it is about, and their size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random

from trendwatch.demo.events import Event, events
from trendwatch.demo.nuisance import Nuisance
from trendwatch.demo.outlets import Outlet, outlets
from trendwatch.demo.telling import tell
from trendwatch.demo.truth import PLANTED_WEEKS, WorldTruth, planted

#: A Monday. 104 weeks later it is Monday 30 June 2025.
BEGIN = datetime(2023, 7, 3, tzinfo=UTC)
#: The feeds that the rates of the truth are written for.
USUAL_FEEDS = 80
_WEEK = timedelta(weeks=1)
#: Events by weekday from Monday.
_DAYS = (20, 20, 19, 18, 15, 5, 3)
#: Outlets that copy the story of a syndication storm.
_STORM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry of a feed, and the truth about it."""

    feed_key: str
    guid: str
    url: str
    title: str
    summary: str
    published: datetime
    #: the feed says when
    dated: bool
    event_id: str
    #: full label keys that are true
    labels: frozenset[str]
    #: word for word another outlet's
    copied: bool
    #: it is in the feed until this time, when a later version takes its place; None: no version follows
    until: datetime | None = None


class World:
    """A simulated news world."""

    def __init__(
        self,
        seed: int = 1,
        *,
        weeks: int = 104,
        feeds: int = USUAL_FEEDS,
        truth: WorldTruth | None = None,
        nuisance: Nuisance | None = None,
        begin: datetime = BEGIN,
    ) -> None:
        self.seed = seed
        #: weeks that are planted; one more begins, so that the last digests have their Monday
        self.weeks = weeks
        self.truth = planted(weeks) if truth is None else truth
        self.nuisance = Nuisance().scaled(weeks / PLANTED_WEEKS) if nuisance is None else nuisance
        self.begin = begin
        self.outlets = outlets(feeds, seed=seed, nuisance=self.nuisance)
        self._told: dict[int, tuple[Told, ...]] = {}

    @property
    def end(self) -> datetime:
        """The Monday after the last planted week."""
        return self.begin + self.weeks * _WEEK

    @cached_property
    def by_key(self) -> dict[str, Outlet]:
        """The outlets by key."""
        return {outlet.key: outlet for outlet in self.outlets}

    def events(self, week: int) -> tuple[Event, ...]:
        """Return what happens in a week."""
        monday = self.begin + week * _WEEK
        scale = len(self.outlets) / USUAL_FEEDS * self.nuisance.volume(monday.date())
        return tuple(events(self.truth, week, seed=self.seed, scale=scale))

    def week(self, week: int) -> tuple[Told, ...]:
        """Return what all feeds publish in a week, in order of time; late reports of Sunday included."""
        if week not in self._told:
            told = [entry for event in self.events(week) for entry in self._reports(event)]
            self._told[week] = tuple(sorted(told, key=lambda entry: (entry.published, entry.guid)))
        return self._told[week]

    def published(self, feed_key: str, since: datetime, until: datetime) -> list[Told]:
        """Return what a feed publishes in a half-open window, in order of time."""
        first = max(0, (since - self.begin) // _WEEK - 1)
        return [
            entry
            for week in range(first, (until - self.begin) // _WEEK + 1)
            for entry in self._by_feed(week).get(feed_key, ())
            if since <= entry.published < until
        ]

    def _by_feed(self, week: int) -> dict[str, list[Told]]:
        return self._sorted.setdefault(week, _grouped(self.week(week)))

    @cached_property
    def _sorted(self) -> dict[int, dict[str, list[Told]]]:
        return {}

    def _reports(self, event: Event) -> Iterator[Told]:
        draw = Random(f"{self.seed}/told/{event.id}")
        happened = self.begin + event.week * _WEEK + _moment(draw)
        first: Told | None = None
        for outlet in self._tellers(event, draw):
            delay = timedelta(minutes=draw.randrange(20, 2200)) if first else timedelta(0)
            copies = first is not None and draw.random() < self._copies(event)
            entry = self._entry(
                event, outlet, at=happened + delay, draw=draw, copied=first if copies else None
            )
            yield from self._versions(entry, event, draw)
            first = first or entry

    def _copies(self, event: Event) -> float:
        return 0.95 if self._is_storm(event) else self.nuisance.copies

    def _is_storm(self, event: Event) -> bool:
        """Tell whether this is the week's first event of technology, in the week of the storm."""
        return event.week == self.nuisance.storm and event.id.endswith("-0")

    def _tellers(self, event: Event, draw: Random) -> list[Outlet]:
        weights = [self._weight(outlet, event) for outlet in self.outlets]
        if not any(weights):
            return []
        count = self._how_many(event, draw)
        chosen: dict[str, Outlet] = {}
        for _ in range(3 * count):
            outlet = draw.choices(self.outlets, weights)[0]
            chosen.setdefault(outlet.key, outlet)
            if len(chosen) == count:
                break
        return list(chosen.values())

    def _how_many(self, event: Event, draw: Random) -> int:
        if self._is_storm(event):
            return round(_STORM * len(self.outlets))
        two, three, four = self.nuisance.several
        chance = draw.random()
        if chance < four:
            return draw.randrange(4, 8)
        return 3 if chance < four + three else 2 if chance < two + three + four else 1

    def _weight(self, outlet: Outlet, event: Event) -> float:
        """Return how likely an outlet is to tell an event, beside the others."""
        if outlet.leaves is not None and event.week >= outlet.leaves:
            return 0.0
        return outlet.size * self._interest(outlet, event)

    def _interest(self, outlet: Outlet, event: Event) -> float:
        if self._is_storm(event):
            return 1.0
        if outlet.role == "sector":
            return 3.0 if event.sector in outlet.sectors else 0.0
        if outlet.role == "press":
            shifted = 0 <= self.nuisance.shift <= event.week
            louder = self.nuisance.shift_volume if shifted else 1.0
            return louder * (1.6 if event.sector == "technology" else 0.22) if event.topic else 0.02
        if outlet.role == "news":
            return 0.12 if event.topic else 0.5 if event.sector else 3.0
        return 0.6 if event.kind and event.kind.key in _INTERESTS[outlet.role] else 0.0

    def _entry(
        self, event: Event, outlet: Outlet, *, at: datetime, draw: Random, copied: Told | None
    ) -> Told:
        if copied:
            title, summary = copied.title, copied.summary
            if draw.random() < 0.3:  # noqa: PLR2004 - cut for space
                summary = summary.split(". ")[0].rstrip(".") + "."
        else:
            title, summary = tell(event, outlet, draw)
            summary = "" if draw.random() < self.nuisance.bare else summary
        place = f"https://{outlet.key.replace('_', '-')}.example/{at:%Y/%m/%d}/{event.id}"
        return Told(
            feed_key=outlet.key,
            guid=place,
            url=place,
            title=title,
            summary=summary,
            published=at.replace(second=0, microsecond=0),
            dated=draw.random() >= self.nuisance.undated,
            event_id=event.id,
            labels=event.labels,
            copied=copied is not None,
        )

    def _versions(self, entry: Told, event: Event, draw: Random) -> Iterator[Told]:
        """Yield an entry, and now and then a later version or a second publication of it."""
        if draw.random() < self.nuisance.updated:
            later = entry.published + timedelta(hours=draw.randrange(2, 30))
            yield replace(entry, until=later)
            yield replace(entry, title=f"UPDATE: {entry.title}", published=later)
            return
        yield entry
        if draw.random() < self.nuisance.repeated:
            later = entry.published + timedelta(hours=draw.randrange(1, 20))
            yield replace(entry, guid=f"{entry.guid}?again", published=later)


_INTERESTS = {
    "vendor": frozenset({"launch", "price", "howto"}),
    "research": frozenset({"study", "pilot"}),
    "regulator": frozenset({"rule"}),
}


def _moment(draw: Random) -> timedelta:
    """Return a time in the week, mostly in working hours."""
    day = draw.choices(range(7), _DAYS)[0]
    minutes = int(min(max(draw.gauss(11 * 60, 200), 0), 24 * 60 - 1))
    return timedelta(days=day, minutes=minutes)


def _grouped(entries: tuple[Told, ...]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for entry in entries:
        found.setdefault(entry.feed_key, []).append(entry)
    return found
