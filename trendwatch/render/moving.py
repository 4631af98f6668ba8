"""What rises and fades, as words to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from trendwatch.render.inline import LinkView, link, source_link, text
from trendwatch.render.story import date_words
from trendwatch.types.rows import Movement
from trendwatch.types.weeks import parse_week, week_end

#: Bars are drawn in steps of a twentieth: widths are classes, so a page needs no style attributes.
BAR_STEPS = 20
_A_DAY = timedelta(days=1)
_NUMBERS = "no one two three four five six seven eight nine ten".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A movement as it is shown."""

    name: str
    arrow: str
    #: rising or fading, for those who do not see the arrow
    direction: str
    strength: str
    #: "9 stories, usually 3"
    counts: str
    #: "4 publishers", of what fades "used to be told by 4 publishers"
    publishers: str
    #: widths in twentieths of the longest bar
    bar: int
    usual_bar: int
    sources: tuple[LinkView, ...]


def row_views(rows: Sequence[Movement]) -> tuple[RowView, ...]:
    """Return movements as they are shown, their bars on one scale."""
    longest = max((max(row.stories, row.usual) for row in rows), default=0)
    return tuple(_row(row, longest) for row in rows)


def period_words(rows: Sequence[Movement]) -> str:
    """Return over which time the stories of movements are counted, "" where there are none."""
    weeks = sorted({parse_week(row.week) for row in rows if row.week})
    if not weeks:
        return ""
    # The last day of a week that ends at midnight.
    until = date_words(week_end(weeks[-1]) - _A_DAY, "UTC")
    span = max(row.weeks for row in rows)
    said = _NUMBERS[span] if span < len(_NUMBERS) else str(span)
    return f"Stories in the {said} weeks to {until}; usual is what the same sources bring."


def _row(row: Movement, longest: int) -> RowView:
    rising = row.direction == "up"
    publishers = f"{row.owners} publisher{'' if row.owners == 1 else 's'}"
    return RowView(
        name=text(row.name),
        arrow="▲" if rising else "▼",
        direction="rising" if rising else "fading",
        strength=text(row.strength_words),
        counts=text(row.count_words),
        publishers=publishers if rising else f"used to be told by {publishers}",
        bar=_twentieths(row.stories, longest),
        usual_bar=_twentieths(row.usual, longest),
        sources=tuple(source_link(source) for source in row.evidence if link(source.url)),
    )


def _twentieths(count: int, longest: int) -> int:
    """Return a bar's width; anything above nothing is visible."""
    return min(BAR_STEPS, max(1, round(BAR_STEPS * count / longest))) if count > 0 and longest else 0
