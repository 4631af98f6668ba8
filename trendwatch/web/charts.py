"""Geometry of the two small charts: numbers in, places out; templates draw them without style attributes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from trendwatch.types.weeks import SHORT_MONTHS, week_name, week_start

SPARK_WIDTH, SPARK_HEIGHT = 120, 28
_SPARK_MARGIN = 3.0
BARS_WIDTH, BARS_HEIGHT = 728, 200
_BAR_STEP, _BAR_WIDTH = 14, 10
#: One weekday name fits about every eighth week.
_LABEL_EVERY = 8


@dataclass(frozen=True, slots=True)
class Spark:
    """A line of counts, the newest at the right."""

    #: as SVG wants them
    points: str
    last_x: float
    last_y: float
    most: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A week."""

    week: str
    stories: int
    #: something was read in it; else its stories are unknown, not none
    known: bool
    x: int
    y: float
    height: float
    #: up, down or "" where it was no trend
    moved: str
    #: "3 Mar" where there is room for it
    label: str


def spark(counts: Sequence[int | None]) -> Spark | None:
    """Return the line of some counts, None where there is nothing to see; an unknown one is left out."""
    most = max((count for count in counts if count is not None), default=0)
    if most == 0 or sum(count is not None for count in counts) < 2:  # noqa: PLR2004 - a point is no line
        return None
    step = (SPARK_WIDTH - 2 * _SPARK_MARGIN) / (len(counts) - 1)
    room = SPARK_HEIGHT - 2 * _SPARK_MARGIN
    places = [
        (round(_SPARK_MARGIN + step * index, 1), round(SPARK_HEIGHT - _SPARK_MARGIN - room * count / most, 1))
        for index, count in enumerate(counts)
        if count is not None
    ]
    points = " ".join(f"{x},{y}" for x, y in places)
    return Spark(points, *places[-1], most)


def bars(
    first_week: int, counts: Sequence[int | None], *, up: Collection[int], down: Collection[int]
) -> list[Bar]:
    """Return a bar for each week; ``up`` and ``down`` are weeks in which it was a trend.

    An unknown count (None) has none.
    """
    most = max((count for count in counts if count is not None), default=0) or 1
    found = []
    for index, counted in enumerate(counts):
        week, count = first_week + index, counted or 0
        height = round(BARS_HEIGHT * count / most, 1)
        day = week_start(week)
        label = (
            f"{day.day} {SHORT_MONTHS[day.month - 1]}"
            if (len(counts) - 1 - index) % _LABEL_EVERY == 0
            else ""
        )
        moved = "up" if week in up else "down" if week in down else ""
        found.append(
            Bar(
                week=week_name(week),
                stories=count,
                known=counted is not None,
                x=_BAR_STEP * index + (_BAR_STEP - _BAR_WIDTH) // 2,
                y=round(BARS_HEIGHT - height, 1),
                height=height,
                moved=moved,
                label=label,
            )
        )
    return found
