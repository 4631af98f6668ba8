"""What is planted in the simulated news: the truth that trends, arrivals and digests are held against.

Every number counts *events* a week (a story told by several outlets is one event) at full strength, for a
world of 80 feeds; smaller worlds have proportionally fewer. Weeks count from 0. ``planted()`` plants for 104:

    what                    where, in order of onset (week)                                  shape
    sensors (iot)           manufacturing 12, logistics 40, agriculture 94                   arrives
    AI (ai)                 finance 18, professional_services 40, healthcare 56, retail 60,
                            agriculture 103 (technology always)                               arrives
    drones                  logistics 46, construction 62, agriculture 98                    arrives
    booking and reminders   retail 20, sport 44, healthcare 92                               arrives
    payments                food_hospitality 54 (retail and finance always)                  arrives
    robots                  logistics 34, food_hospitality 72, retail 94, construction 95,
                            healthcare 96 (manufacturing always)                             arrives
    security                healthcare 48, manufacturing 68 (finance always)                 arrives
    analytics               food_hospitality 78 (retail and sport always)                    arrives
    green technology        food_hospitality 86 (energy and building always)                 arrives
    3D printing             construction 58, healthcare 74 (manufacturing always)            arrives
    electric, driverless    logistics 70 (automotive always)                                 arrives
    generative AI           technology 30, media 38, professional_services 50                rises
    connectivity            telecom, up from 98                                              rises
    blockchain              finance, down from 26                                            fades
    headsets (ar_vr)        retail, down from 66                                             fades
    microchips              technology, down from 90                                         fades
    quantum                 technology 47, for two weeks                                     spikes, dies
    space                   technology 90, for two weeks                                     spikes, dies

    new term                topic, sector                               onset
    SkyPost                 drones, logistics                           50
    ledgerless settlement   digital_payments, finance                   58
    Tallybot                generative_ai, professional_services        66
    bread-curve planning    data_analytics, food_hospitality            80
    FrostMesh               iot, logistics                              84
    nudge booking           booking, retail                             88
    Hedgewire               cybersecurity, manufacturing                92

A lag is the difference of two onsets: sensors reach farming 82 weeks after manufacturing, drones a year after
logistics. An arrival *emerges* at its onset; half its strength is reached ``ramp / 2`` weeks later. What
reaches farming, and booking in healthcare, has only begun when the world ends: it is on its way. Beside all
this every topic has a steady background in the sectors where it is at home (BACKGROUND); a pair that stands
neither there nor above never occurs, so "not yet seen" is true before an onset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

#: Weeks the table above is written for.
PLANTED_WEEKS = 104


class Shape(StrEnum):
    """How a curve runs."""

    #: nothing before its onset, then up to its level and on
    RISE = "rise"
    #: at its level until its onset, then down to its floor
    FADE = "fade"
    #: at its level for ``ramp`` weeks from its onset, else at its floor
    SPIKE = "spike"
    #: always at its level
    STEADY = "steady"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Events a week about one topic in one sector."""

    topic: str
    sector: str
    shape: Shape
    #: events a week at full strength
    level: float
    #: week from 0
    onset: int = 0
    #: weeks from onset to the end of the change
    ramp: int = 14
    #: events a week outside
    floor: float = 0.0

    def rate(self, week: int) -> float:
        """Return events expected in a week."""
        since = week - self.onset
        if self.shape is Shape.STEADY:
            return self.level
        if self.shape is Shape.SPIKE:
            return self.level if 0 <= since < self.ramp else self.floor
        done = _smooth((since + 1) / self.ramp)
        if self.shape is Shape.RISE:
            return self.level * done + self.floor * (1 - done)
        return self.floor * done + self.level * (1 - done)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerm:
    """An invented name that nobody wrote before its onset."""

    term: str
    topic: str
    sector: str
    onset: int
    #: events a week that name it, at full strength
    level: float = 2.0
    ramp: int = 6

    def rate(self, week: int) -> float:
        """Return events expected in a week."""
        return self.level * _smooth((week - self.onset + 1) / self.ramp)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A topic that reaches sectors one after another."""

    topic: str
    #: (sector, onset), earliest first; a sector where it always was has onset 0
    path: tuple[tuple[str, int], ...]

    @property
    def lags(self) -> dict[str, int]:
        """Weeks between the first sector's onset and each later one's."""
        first = self.path[0][1]
        return {sector: onset - first for sector, onset in self.path[1:]}


def _rises(topic: str, level: float, *, ramp: int = 14, **onsets: int) -> list[Curve]:
    return [
        Curve(topic=topic, sector=sector, shape=Shape.RISE, level=level, onset=onset, ramp=ramp)
        for sector, onset in onsets.items()
    ]


_CURVES = (
    *_rises("iot", 3.2, manufacturing=12, logistics=40),
    *_rises("iot", 3.2, ramp=16, agriculture=94),
    *_rises("ai", 3.0, finance=18),
    *_rises("ai", 3.0, ramp=1, agriculture=103),
    *_rises("ai", 1.6, professional_services=40, healthcare=56, retail=60),
    *_rises("drones", 3.0, logistics=46),
    *_rises("drones", 4.0, ramp=10, agriculture=98),
    *_rises("drones", 1.0, construction=62),
    *_rises("booking", 3.0, retail=20),
    *_rises("booking", 3.0, ramp=30, healthcare=92),
    *_rises("booking", 0.8, sport=44),
    *_rises("digital_payments", 1.6, food_hospitality=54),
    *_rises("robotics", 1.4, logistics=34, food_hospitality=72),
    *_rises("robotics", 3.0, ramp=6, retail=94, construction=95, healthcare=96),
    *_rises("cybersecurity", 1.6, healthcare=48, manufacturing=68),
    *_rises("data_analytics", 1.6, food_hospitality=78),
    *_rises("green_tech", 1.6, food_hospitality=86),
    *_rises("additive_manufacturing", 1.2, construction=58, healthcare=74),
    *_rises("autonomous_vehicles", 1.6, logistics=70),
    *_rises("connectivity", 5.0, ramp=6, telecom=98),
    *_rises("generative_ai", 3.2, technology=30),
    *_rises("generative_ai", 1.4, media=38, professional_services=50),
    Curve(topic="blockchain", sector="finance", shape=Shape.FADE, level=3.0, onset=26, ramp=26, floor=0.3),
    Curve(topic="ar_vr", sector="retail", shape=Shape.FADE, level=2.4, onset=66, ramp=20, floor=0.1),
    Curve(topic="semiconductors", sector="technology", shape=Shape.FADE, level=3.4, onset=90, ramp=8),
    Curve(topic="quantum", sector="technology", shape=Shape.SPIKE, level=14, onset=47, ramp=2, floor=0.2),
    Curve(topic="space_tech", sector="technology", shape=Shape.SPIKE, level=12, onset=90, ramp=2, floor=0.2),
)
_TERMS = (
    NewTerm(term="SkyPost", topic="drones", sector="logistics", onset=50),
    NewTerm(term="ledgerless settlement", topic="digital_payments", sector="finance", onset=58),
    NewTerm(term="Tallybot", topic="generative_ai", sector="professional_services", onset=66),
    NewTerm(term="bread-curve planning", topic="data_analytics", sector="food_hospitality", onset=80),
    NewTerm(term="FrostMesh", topic="iot", sector="logistics", onset=84),
    NewTerm(term="nudge booking", topic="booking", sector="retail", onset=88),
    NewTerm(term="Hedgewire", topic="cybersecurity", sector="manufacturing", onset=92),
)
#: Topics at home: events a week by sector.
BACKGROUND: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "ai": {"technology": 1.6},
        "cloud": {"technology": 1.6, "finance": 0.5, "public_sector": 0.4},
        "connectivity": {"telecom": 1.8, "public_sector": 0.4},
        "cybersecurity": {"finance": 1.2, "public_sector": 0.7, "technology": 1.0},
        "robotics": {"manufacturing": 1.4},
        "semiconductors": {"manufacturing": 0.6},
        "data_analytics": {"retail": 1.2, "sport": 0.5},
        "automation": {"professional_services": 0.8, "finance": 0.5, "public_sector": 0.3},
        "digital_payments": {"retail": 1.2, "finance": 1.0},
        "ecommerce": {"retail": 2.0, "food_hospitality": 0.8},
        "social_media": {"media": 1.4, "retail": 0.6, "food_hospitality": 0.5},
        "remote_work": {"professional_services": 0.7, "real_estate": 0.6},
        "green_tech": {"energy": 1.8, "construction": 0.8, "real_estate": 0.6},
        "autonomous_vehicles": {"automotive": 1.8},
        "additive_manufacturing": {"manufacturing": 1.2},
        "consumer_devices": {"technology": 1.6},
        "software_dev": {"technology": 1.4},
        "health_tech": {"healthcare": 1.6},
        "ar_vr": {"education": 0.6},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldTruth:
    """Everything planted, as a value: change it to plant something else."""

    curves: tuple[Curve, ...] = ()
    terms: tuple[NewTerm, ...] = ()
    #: topic to sector to events a week
    background: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    #: events a week in each sector that are not about technology
    plain_per_sector: float = 1.6
    #: events a week that are about nothing we follow, and how many of them sound as if they were
    ordinary: float = 13.0
    near_share: float = 0.6

    def rates(self, week: int) -> dict[tuple[str, str], float]:
        """Return events expected in a week by (topic, sector), new terms left out."""
        found: dict[tuple[str, str], float] = {}
        for topic, homes in self.background.items():
            for sector, level in homes.items():
                found[topic, sector] = level
        for curve in self.curves:
            pair = curve.topic, curve.sector
            found[pair] = found.get(pair, 0.0) + curve.rate(week)
        return found

    def arrivals(self) -> tuple[Arrival, ...]:
        """Return topics that reach several sectors, with order and weeks; 0 where one always was."""
        paths: dict[str, dict[str, int]] = {}
        for topic, homes in self.background.items():
            paths[topic] = dict.fromkeys(homes, 0)
        for curve in self.curves:
            if curve.shape is Shape.RISE:
                paths.setdefault(curve.topic, {}).setdefault(curve.sector, curve.onset)
        return tuple(_arrivals(paths))

    def scaled(self, share: float) -> WorldTruth:
        """Return the same truth in a longer or shorter time; spikes keep their length."""
        return replace(
            self,
            curves=tuple(_scaled(curve, share) for curve in self.curves),
            terms=tuple(
                replace(term, onset=round(term.onset * share), ramp=max(2, round(term.ramp * share)))
                for term in self.terms
            ),
        )

    def as_json(self) -> dict[str, object]:
        """Return everything as JSON knows it, arrivals with their lags."""
        return {
            "curves": [asdict(curve) for curve in self.curves],
            "terms": [asdict(term) for term in self.terms],
            "arrivals": [
                {"topic": one.topic, "path": [list(step) for step in one.path], "lags": one.lags}
                for one in self.arrivals()
            ],
            "background": {topic: dict(homes) for topic, homes in self.background.items()},
            "plain_per_sector": self.plain_per_sector,
            "ordinary": self.ordinary,
            "near_share": self.near_share,
        }


def planted(weeks: int = PLANTED_WEEKS) -> WorldTruth:
    """Return the truth of the table above, for a world of some weeks."""
    truth = WorldTruth(curves=_CURVES, terms=_TERMS, background=dict(BACKGROUND))
    return truth if weeks == PLANTED_WEEKS else truth.scaled(weeks / PLANTED_WEEKS)


def _scaled(curve: Curve, share: float) -> Curve:
    ramp = curve.ramp if curve.shape is Shape.SPIKE else max(2, round(curve.ramp * share))
    return replace(curve, onset=round(curve.onset * share), ramp=ramp)


def _arrivals(paths: Mapping[str, Mapping[str, int]]) -> Iterable[Arrival]:
    for topic, onsets in paths.items():
        if len(onsets) > 1 and any(onsets.values()):
            yield Arrival(topic=topic, path=tuple(sorted(onsets.items(), key=lambda one: (one[1], one[0]))))


def _smooth(done: float) -> float:
    """Return an S from 0 to 1."""
    done = min(1.0, max(0.0, done))
    return done * done * (3 - 2 * done)
