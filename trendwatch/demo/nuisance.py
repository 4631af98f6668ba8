"""What disturbs the simulated news, each as a number that can be changed: real feeds do all of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Nuisance:
    """Everything that looks like a trend and is none, or stands in the way of reading."""

    #: of events told by two, three and four or more outlets
    several: tuple[float, float, float] = (0.20, 0.10, 0.07)
    #: of further reports that are word for word the first one's; the rest are rewritten
    copies: float = 0.35
    #: of entries that a feed publishes again under the same guid, with another headline
    updated: float = 0.02
    #: of entries that a feed publishes a second time under a new guid
    repeated: float = 0.01
    #: of entries without a date, and of those without a summary
    undated: float = 0.01
    bare: float = 0.06
    #: share of the usual volume between Christmas and New Year, and in the middle of August
    holidays: float = 0.35
    summer: float = 0.7
    #: week in which one feed joins with a long back-fill, and how many entries it brings; -1: never
    joins: int = 48
    back_fill: int = 60
    #: week from which one feed is gone; -1: never
    leaves: int = 70
    #: week from which the technology press publishes this many times as much; -1: never
    shift: int = 56
    shift_volume: float = 2.4
    #: week in which one event is printed by half of all feeds; -1: never
    storm: int = 64
    #: feeds in trouble, in this order as far as a quarter of the feeds allows (see troubles.py)
    troubles: tuple[str, ...] = (
        "entities",
        "server_error",
        "page",
        "broken",
        "wall",
        "huge",
        "quiet",
    )

    def volume(self, day: date) -> float:
        """Return the share of the usual volume in the week that begins on a day."""
        middle = day.toordinal() + 3
        year = date.fromordinal(middle).year
        for start in (date(year - 1, 12, 23), date(year, 12, 23)):
            if 0 <= middle - start.toordinal() < 11:  # noqa: PLR2004 - to 2 January
                return self.holidays
        if 0 <= middle - date(year, 8, 7).toordinal() < 14:  # noqa: PLR2004 - two weeks
            return self.summer
        return 1.0

    def scaled(self, share: float) -> Nuisance:
        """Return the same in a longer or shorter time; what never happens still never does."""
        weeks = {name: getattr(self, name) for name in ("joins", "leaves", "shift", "storm")}
        return replace(self, **{name: round(week * share) for name, week in weeks.items() if week >= 0})

    def as_json(self) -> dict[str, object]:
        """Return everything as JSON knows it."""
        return asdict(self)


#: Nothing disturbs.
CALM = Nuisance(
    several=(0.0, 0.0, 0.0),
    copies=0.0,
    updated=0.0,
    repeated=0.0,
    undated=0.0,
    bare=0.0,
    holidays=1.0,
    summer=1.0,
    joins=-1,
    leaves=-1,
    shift=-1,
    storm=-1,
    troubles=(),
)
