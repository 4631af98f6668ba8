"""A trend in plain words and whole numbers, the same in digests and on pages.

Two things are said apart. How large a movement is follows the numbers beside it: who reads "9 stories,
usually 1" must not read "a bit more". How sure we are follows the bound: where we are not 97.5 % sure of a
movement as large as the word says, it is "probably" so. Where the whole numbers show no movement none is
told: lists, digests and pages leave it out (``telling``), and ``strength_words`` knows no word for it but
"about as usual", so that no page can say "more" beside numbers that say less. How many movements are due to
chance is said of the week, not of each (``trends.placebo``).

Known failures. Stories are of all sources that are read, what is usual of those that are compared: of a
source that joined in the last weeks the stories are shown, and none is expected.
"""

from __future__ import annotations

from typing import Literal

from trendwatch.advice.words import counted
from trendwatch.types.trends import Stage, Trend

#: Times the usual from which a rise is of a size; a fall is at most one over so many times.
_SIZES = ((3.0, "much more", "much less"), (1.5, "more", "less"), (1.0, "a bit more", "a bit less"))

_STAGES = {
    Stage.EMERGING: "new",
    Stage.GROWING: "growing",
    Stage.MAINSTREAM: "normal by now",
    Stage.FADING: "fading",
    Stage.TOO_EARLY: "too early to say",
    Stage.TOO_FEW: "too few stories to say",
}
# The stage looks at years, the movement at weeks: a word of one must not deny the other.
_UNSURE = {
    Stage.TOO_EARLY: "too early to say whether it lasts",
    Stage.TOO_FEW: "too few stories to say whether it lasts",
}
_WHILE_UP = {Stage.FADING: "far below its best", **_UNSURE}
_WHILE_DOWN = {Stage.GROWING: "growing before", **_UNSURE}


def direction(trend: Trend) -> Literal["up", "down"]:
    """Return where a trend goes."""
    return "down" if trend.observed < trend.expected else "up"


def strength_words(trend: Trend) -> str:
    """Return how large a movement is by the numbers that are told, and whether that is sure.

    Nine stories, usually one: (9 + ½) / (1 + ½) is six times, "much more"; if we are sure of no more than two
    times it is "probably much more than usual".
    """
    if not telling(trend):
        return "about as usual"
    up = direction(trend) == "up"
    told = (trend.stories + 0.5) / (usual(trend) + 0.5)
    times, sure = (told, 2**trend.strength) if up else (1 / told, 2**-trend.strength)
    least, more, less = next((size for size in _SIZES if times >= size[0]), _SIZES[-1])
    words = f"{more if up else less} than usual"
    return words if sure >= least else f"probably {words}"


def ratio(trend: Trend) -> float:
    """Return reports now over what is usual; 1 where nothing is."""
    return trend.observed / trend.expected if trend.expected else 1.0


def usual(trend: Trend) -> int:
    """Return how many stories are usual in the weeks that are shown.

    Of trends that were kept without it what was expected is near enough: decayed reports of as many weeks.
    """
    return round(trend.expected if trend.usual is None else trend.usual)


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
    return sure_words(trend.stage, trend.stage_share)


def sure_words(stage: Stage, share: float) -> str:
    """Return the same of a stage and of how often series like this one are of it; 0: unknown."""
    words = stage_words(stage)
    return f"{words} ({share:.0%} sure)".replace("%", " %") if share else words


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
