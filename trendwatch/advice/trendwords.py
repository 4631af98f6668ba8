"""A trend in plain words and whole numbers, the same in digests and on pages."""

from __future__ import annotations

from typing import Literal

from trendwatch.advice.words import counted
from trendwatch.types.trends import Stage, Trend

#: IC025 of 1: we are 97.5 % sure that reports have at least doubled.
CLEARLY = 1.0
#: A fall has no lower bound to read; half of what is usual is clear enough to say so.
CLEARLY_LESS = 0.5

_STAGES = {
    Stage.EMERGING: "new",
    Stage.GROWING: "growing",
    Stage.MAINSTREAM: "normal by now",
    Stage.FADING: "fading",
    Stage.TOO_EARLY: "too early to say",
}
# The stage looks at years, the movement at weeks: a word of one must not deny the other.
_WHILE_UP = {Stage.FADING: "far below its best", Stage.TOO_EARLY: "too early to say whether it lasts"}
_WHILE_DOWN = {Stage.GROWING: "growing before", Stage.TOO_EARLY: "too early to say whether it lasts"}


def direction(trend: Trend) -> Literal["up", "down"]:
    """Return where a trend goes."""
    return "down" if trend.observed < trend.expected else "up"


def strength_words(trend: Trend) -> str:
    """Return how clear a movement is."""
    if direction(trend) == "up":
        return "clearly more than usual" if trend.strength >= CLEARLY else "a bit more than usual"
    return "clearly less than usual" if ratio(trend) <= CLEARLY_LESS else "a bit less than usual"


def ratio(trend: Trend) -> float:
    """Return reports now over what is usual; 1 where nothing is."""
    return trend.observed / trend.expected if trend.expected else 1.0


def usual(trend: Trend) -> int:
    """Return how many stories are usual in the weeks that are shown.

    Of trends that were kept without it: expected is in decayed reports, stories are whole ones, so 9 stories
    observed as 6.0 reports where 2.0 are expected are usually 9 · 2.0 / 6.0 = 3.
    """
    if trend.usual is not None:
        return round(trend.usual)
    if trend.observed <= 0 or not trend.stories:
        return round(trend.expected)
    return round(trend.stories * trend.expected / trend.observed)


def telling(trend: Trend) -> bool:
    """Tell whether whole numbers show a movement: of "1 story, usually 1" nobody believes that it fades."""
    return trend.stories > usual(trend) if direction(trend) == "up" else trend.stories < usual(trend)


def count_words(trend: Trend) -> str:
    """Return "9 stories, usually 3"; nothing is said to be below a usual of none."""
    before = usual(trend)
    if direction(trend) == "down" and not before:
        return "too few stories to compare"
    stories = counted(trend.stories, "story", plural="stories") if trend.stories else "no stories"
    return f"{stories}, usually {before or 'none'}"


def stage_sure(trend: Trend) -> str:
    """Return "growing (87 % sure)", without a share where it is unknown."""
    words = stage_words(trend.stage)
    return f"{words} ({trend.stage_share:.0%} sure)".replace("%", " %") if trend.stage_share else words


def stage_words(stage: Stage) -> str:
    """Return what an owner calls a stage."""
    return _STAGES[stage]


def standing_words(trend: Trend, began: str) -> str:
    """Return where a movement stands, "Rising since 23 June 2025, growing" or "Fading".

    Args:
        trend: what moves
        began: the first day of the rise, in words
    """
    if direction(trend) == "up":
        return f"Rising since {began}, {_WHILE_UP.get(trend.stage, _STAGES[trend.stage])}"
    said = _WHILE_DOWN.get(trend.stage, _STAGES[trend.stage])
    return said[:1].upper() + said[1:]
