"""What rises and fades near a business: rows of the trends, in plain words and plain counts.

A row needs a link that shows it, or it is left out. Own sector comes first, then topics asked about, then
these in other sectors, which say why they stand here; general ones only fill up to three rows, and only what
rises: what fades elsewhere asks nothing of anybody. A technology has one row, its nearest. Rising is said
only where the trend method is sure of it (strength above 0); fading only where it calls the stage so; and
neither where the plain counts do not show it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trendwatch.advice.columns import Columns
from trendwatch.advice.profile import Profile
from trendwatch.advice.trendwords import count_words, ratio, strength_words, telling, usual
from trendwatch.advice.words import in_words
from trendwatch.types.influence import Approach
from trendwatch.types.rows import Movement
from trendwatch.types.sources import Source
from trendwatch.types.trends import Stage, Trend, TrendKind

MOST_ROWS = 5
#: Rows that are neither of its sector nor asked about only fill up to this.
GENERAL_ROWS = 3
LINKS = 2


def movements(held: Profile) -> tuple[Movement, ...]:
    """Return the rows for a business, nearest first; none where nothing moved."""
    rows: dict[str, tuple[int, Movement]] = {}
    moved = held.columns.once("moved", lambda: [one for one in held.edition.trends if _may_be_told(one)])
    for trend in sorted(moved, key=lambda trend: _order(trend, held)):
        near = _nearness(trend, held)
        area = trend.key.partition("|")[0]
        if near is None or area in rows:
            continue
        if row := _row(trend, held.columns, asked=near == _ELSEWHERE):
            rows[area] = (near, row)
    ranked = [row for near, row in rows.values() if near < _GENERAL]
    general = [row for near, row in rows.values() if near >= _GENERAL]
    return tuple((ranked + general[: max(0, GENERAL_ROWS - len(ranked))])[:MOST_ROWS])


def muted_technologies(held: Profile, approaches: Sequence[Approach]) -> int:
    """Return how many technologies that move, here or towards here, are muted."""
    moved = held.columns.once("moved", lambda: [one for one in held.edition.trends if _may_be_told(one)])
    told = {trend.key.partition("|")[0] for trend in moved} | {one.technology for one in approaches}
    return sum(1 for technology in told if held.never(technology))


_OWN, _ASKED, _ELSEWHERE, _RELATED, _GENERAL = range(5)


def _may_be_told(trend: Trend) -> bool:
    return (
        trend.kind is TrendKind.LABEL
        and trend.key.startswith("area:")
        and bool(_direction(trend))
        and telling(trend)
    )


def _nearness(trend: Trend, held: Profile) -> int | None:
    """Return how near a trend is, None where it is none of this business's."""
    area, _, beside = trend.key.partition("|")
    if held.never(area, beside):
        return None
    if beside == held.own:
        return _OWN
    if area in held.asked or area in held.follows:
        return _ELSEWHERE if beside.startswith("sector:") else _ASKED
    if beside:
        return None
    if area in held.related:
        return _RELATED
    return _GENERAL if _direction(trend) == "up" else None


def _order(trend: Trend, held: Profile) -> tuple[int, bool, float, str]:
    near = _nearness(trend, held)
    size = trend.strength if _direction(trend) == "up" else -ratio(trend)
    return (_GENERAL + 1 if near is None else near, _direction(trend) != "up", -size, trend.key)


def _direction(trend: Trend) -> str:
    if trend.observed < trend.expected:
        return "down" if trend.stage is Stage.FADING else ""
    return "up" if trend.strength > 0 else ""


def _row(trend: Trend, columns: Columns, *, asked: bool) -> Movement | None:
    """Return a row, None where nothing shows it; of another sector it says why it stands here."""
    edition = columns.edition
    evidence = columns.once(("evidence", trend.key), lambda: _evidence(trend, columns))
    if not evidence:
        return None
    area, _, beside = trend.key.partition("|")
    name = in_words(area, edition.names)
    counts = f"{count_words(trend)}; you asked about {name}" if asked else count_words(trend)
    if beside:
        name = f"{name} in {in_words(beside, edition.names)}"
    return Movement(
        key=trend.key,
        name=name[0].upper() + name[1:],
        direction=_direction(trend),
        strength_words=strength_words(trend),
        count_words=counts,
        owners=trend.owners,
        evidence=evidence,
        stories=trend.stories,
        usual=usual(trend),
        week=trend.week,
    )


def _evidence(trend: Trend, columns: Columns) -> tuple[Source, ...]:
    """Return reports that show a trend, one per owner: those it names, else this edition's own stories."""
    edition = columns.edition
    found = [edition.reports[item] for item in trend.evidence if item in edition.reports]
    stories = np.flatnonzero(np.logical_and.reduce([columns.carry([key]) for key in trend.key.split("|")]))
    shown = [columns.candidates[at] for at in stories]
    for candidate in sorted(shown, key=lambda one: (-len(one.sources), one.story_id)):
        found.extend(candidate.sources)
    by_owner: dict[str, Source] = {}
    for source in found:
        if source.url.startswith(("https://", "http://")):
            by_owner.setdefault(source.owner, source)
    return tuple(by_owner.values())[:LINKS]
