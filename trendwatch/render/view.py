"""A digest as words to be shown: every channel renders this, so they cannot disagree.

Cleaned for every channel at once: no control or bidirectional characters, no line breaks, only http(s)
links. What the digest holds is not changed, only how much of a long list is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from trendwatch.render.coming import ARRIVALS_MEAN, ArrivalView, PracticeView, arrival_view, practice_view
from trendwatch.render.inline import SOURCES_SHOWN, LinkView, link, source_link, text
from trendwatch.types.advice import Digest, Pick
from trendwatch.types.rows import Movement
from trendwatch.types.weeks import parse_week, week_end

#: Silent reading of plain prose, the slow end: nobody is told it is shorter than it is.
WORDS_PER_MINUTE = 200
#: Bars are drawn in steps of a twentieth: widths are classes, so a page needs no style attributes.
BAR_STEPS = 20
_A_DAY = timedelta(days=1)
# Not strftime: its names follow the locale of the process.
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class PickView:
    """A story as it is shown."""

    title: str
    url: str
    what: str
    why: str
    #: "4 independent sources, first seen 3 Mar"
    evidence: str
    sources: tuple[LinkView, ...]
    #: "and 2 more", or ""
    more: str
    #: technologies and sectors, then doubts
    topics: tuple[str, ...]
    marks: tuple[str, ...]
    #: what made its score: points with sign, reason
    parts: tuple[tuple[str, str], ...]
    score: str


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
    #: "from 4 publishers"
    publishers: str
    #: widths in twentieths of the longest bar
    bar: int
    usual_bar: int
    sources: tuple[LinkView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A digest as it is shown."""

    business: str
    period: str
    #: "24 Feb to 3 Mar 2025"
    dates: str
    #: "1,240 items from 87 sources; 5 chosen for you"
    coverage: str
    #: "2 min read"
    read_time: str
    one_thing: PickView | None
    arrivals: tuple[ArrivalView, ...]
    #: what the counts of the arrivals mean, "" where there are none
    arrivals_mean: str
    rows: tuple[RowView, ...]
    #: what the counts of the rows compare, "" where there are none
    rows_period: str
    worth_a_look: tuple[PickView, ...]
    try_this: PracticeView | None
    outside: PickView | None
    notes: tuple[str, ...]
    #: "Monday 24 Feb 2025 07:00 to Monday 3 Mar 2025 07:00, Europe/London"
    window: str
    quiet: bool
    language: str


def view(digest: Digest) -> View:
    """Return a digest as words to be shown."""
    longest = max((max(row.stories, row.usual) for row in digest.movements), default=0)
    shown = View(
        business=text(digest.business_name),
        period=digest.period,
        dates=_span(digest),
        coverage=_coverage(digest),
        read_time="",
        one_thing=_pick(digest.one_thing, digest) if digest.one_thing else None,
        arrivals=tuple(arrival_view(note) for note in digest.arrivals),
        arrivals_mean=ARRIVALS_MEAN if digest.arrivals else "",
        rows=tuple(_row(row, longest) for row in digest.movements),
        rows_period=_rows_period(digest),
        worth_a_look=tuple(_pick(pick, digest) for pick in digest.worth_a_look),
        try_this=practice_view(digest.try_this) if digest.try_this else None,
        outside=_pick(digest.outside, digest) if digest.outside else None,
        notes=tuple(text(note) for note in digest.notes),
        window=f"{_moment(digest.since, digest)} to {_moment(digest.cutoff, digest)}, {digest.timezone}",
        quiet=digest.quiet,
        language=text(digest.language) or "en",
    )
    minutes = max(1, ceil(_words(shown) / WORDS_PER_MINUTE))
    return replace(shown, read_time=f"{minutes} min read")


def date_words(when: datetime, timezone: str) -> str:
    """Return "3 Mar", the local day."""
    local = when.astimezone(ZoneInfo(timezone))
    return f"{local.day} {_MONTHS[local.month - 1]}"


def _pick(pick: Pick, digest: Digest) -> PickView:
    linked = tuple(source_link(source) for source in pick.sources if link(source.url))
    left = len(pick.sources) - len(linked[:SOURCES_SHOWN])
    return PickView(
        title=text(pick.title),
        url=link(pick.url),
        what=text(pick.what),
        why=text(pick.why),
        evidence=f"{_independent(pick)}, first seen {date_words(pick.first_seen_at, digest.timezone)}",
        sources=linked[:SOURCES_SHOWN],
        more=f"and {left} more" if left else "",
        topics=tuple(text(topic) for topic in pick.topics),
        marks=tuple(text(mark) for mark in pick.marks),
        parts=tuple((f"{part.points:+.1f}".replace("-", "−"), text(part.reason)) for part in pick.parts),
        score=f"{pick.score:.1f}",
    )


def _independent(pick: Pick) -> str:
    owners = len({source.owner for source in pick.sources})
    return f"{owners} independent sources" if owners > 1 else "1 source"


def _row(row: Movement, longest: int) -> RowView:
    rising = row.direction == "up"
    return RowView(
        name=text(row.name),
        arrow="▲" if rising else "▼",
        direction="rising" if rising else "fading",
        strength=text(row.strength_words),
        counts=text(row.count_words),
        publishers=f"{row.owners} publisher{'' if row.owners == 1 else 's'}",
        bar=_twentieths(row.stories, longest),
        usual_bar=_twentieths(row.usual, longest),
        sources=tuple(source_link(source) for source in row.evidence if link(source.url)),
    )


def _twentieths(count: int, longest: int) -> int:
    """Return a bar's width; anything above nothing is visible."""
    return min(BAR_STEPS, max(1, round(BAR_STEPS * count / longest))) if count > 0 and longest else 0


def _rows_period(digest: Digest) -> str:
    if not digest.movements:
        return ""
    weeks = sorted({parse_week(row.week) for row in digest.movements if row.week})
    # The last day of a week that ends at midnight.
    until = f" up to {date_words(week_end(weeks[-1]) - _A_DAY, 'UTC')}" if weeks else ""
    return f"Coloured: stories in recent weeks{until}. Grey: what the same sources usually bring."


def _coverage(digest: Digest) -> str:
    seen = digest.coverage
    items = f"{seen.items:,} item{'' if seen.items == 1 else 's'}"
    sources = f"{seen.sources:,} source{'' if seen.sources == 1 else 's'}"
    chosen = len(digest.picks)
    return f"{items} from {sources}; {chosen or 'none'} chosen for you"


def _span(digest: Digest) -> str:
    first, last = (when.astimezone(ZoneInfo(digest.timezone)) for when in (digest.since, digest.cutoff))
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {_MONTHS[first.month - 1]}{year} to {last.day} {_MONTHS[last.month - 1]} {last.year}"


def _moment(when: datetime, digest: Digest) -> str:
    local = when.astimezone(ZoneInfo(digest.timezone))
    return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year} {local:%H:%M}"


def _words(shown: View) -> int:
    """Return the words a reader meets; addresses are not read."""
    picks = [pick for pick in (shown.one_thing, *shown.worth_a_look, shown.outside) if pick]
    lines = [shown.business, shown.dates, shown.coverage, shown.window, shown.rows_period, *shown.notes]
    lines.append(shown.arrivals_mean)
    for pick in picks:
        names = [source.text for source in pick.sources]
        lines += [
            pick.title,
            pick.what,
            pick.why,
            pick.evidence,
            pick.more,
            *names,
            *pick.topics,
            *pick.marks,
        ]
    for row in shown.rows:
        names = [source.text for source in row.sources]
        lines += [row.name, row.strength, row.counts, row.publishers, *names]
    for note in shown.arrivals:
        lines += [note.name, note.elsewhere, note.home, *(source.text for source in note.sources)]
    if one := shown.try_this:
        lines += [one.name, one.what, one.why, *(word for line in one.lines for word in line)]
    return sum(len(line.split()) for line in lines)
