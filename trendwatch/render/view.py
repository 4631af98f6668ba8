"""A digest as words to be shown: every channel renders this, so they cannot disagree.

Cleaned for every channel at once: no control or bidirectional characters, no line breaks, only http(s)
links. What the digest holds is not changed, only how much of a long list or headline is shown. Which sections
there are, what they are called and in which order they come is said here and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from zoneinfo import ZoneInfo

from trendwatch.render.coming import (
    ARRIVALS_MEAN,
    ArrivalView,
    PracticeView,
    RemarkView,
    arrival_view,
    practice_view,
    remark_view,
)
from trendwatch.render.inline import text
from trendwatch.render.moving import RowView, period_words, row_views
from trendwatch.render.story import PickView, date_words, pick_view
from trendwatch.types.advice import Coverage, Digest
from trendwatch.types.weeks import DAYS, SHORT_MONTHS, parse_week, week_start

#: Silent reading of plain prose, the slow end: nobody is told it is shorter than it is.
WORDS_PER_MINUTE = 200
#: Sections by name, in reading order, with their titles.
TITLES = {
    "one_thing": "The one thing",
    "quiet": "A quiet week",
    "arrivals": "Moving toward your sector",
    "movements": "Rising and fading",
    "worth_a_look": "Worth a look",
    "try_this": "Try this",
    "radar": "Your radar and small trials",
    "outside": "Outside your usual",
}
_GATES = (
    "new to you, in your profile or followed, from two independent publishers, or marked official or single."
)
_GENERAL = "What most publishers told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section that has something to say."""

    #: one of ``TITLES``
    name: str
    title: str

    @property
    def id(self) -> str:
        """How an address on the page names it."""
        return self.name.replace("_", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A digest as it is shown."""

    business: str
    period: str
    #: "24 Feb to 3 Mar 2025"
    dates: str
    #: "1,240 items from 87 sources; 5 chosen for you"
    coverage: str
    #: which weeks without an issue are in this one, and since when nothing was read; "" for neither
    late: str
    #: "2 min read"
    read_time: str
    sections: tuple[Section, ...]
    one_thing: PickView | None
    arrivals: tuple[ArrivalView, ...]
    #: what the counts of the arrivals mean, "" where there are none
    arrivals_mean: str
    leads: tuple[RemarkView, ...]
    rows: tuple[RowView, ...]
    #: what the counts of the rows compare, or from when there will be rows; "" where there is neither
    rows_period: str
    worth_a_look: tuple[PickView, ...]
    try_this: PracticeView | None
    radar: tuple[RemarkView, ...]
    outside: PickView | None
    notes: tuple[str, ...]
    #: "Read from Monday 24 Feb 07:00 to Monday 3 Mar 07:00, Europe/London; ...": window and gates
    chosen: str
    quiet: bool
    language: str


def view(digest: Digest, *, votes_url: str = "") -> View:
    """Return a digest as words to be shown.

    Args:
        digest: what was composed.
        votes_url: where its readers say what stories were worth, "" for nowhere.
    """
    first, beyond = (
        pick_view(pick, digest, votes_url=votes_url) if pick else None
        for pick in (digest.one_thing, digest.outside)
    )
    shown = View(
        business=text(digest.business_name),
        period=digest.period,
        dates=_span(digest),
        coverage=_coverage(digest),
        late=" ".join(filter(None, (_late(digest.merged), _unread(digest)))),
        read_time="",
        sections=(),
        one_thing=first,
        arrivals=tuple(arrival_view(note) for note in digest.arrivals),
        arrivals_mean=ARRIVALS_MEAN if digest.arrivals else "",
        leads=tuple(remark_view(one) for one in digest.leads),
        rows=row_views(digest.movements),
        rows_period=period_words(digest.movements) or _available(digest),
        worth_a_look=tuple(pick_view(pick, digest, votes_url=votes_url) for pick in digest.worth_a_look),
        try_this=practice_view(digest.try_this) if digest.try_this else None,
        radar=tuple(remark_view(one) for one in digest.radar),
        outside=beyond,
        notes=tuple(text(note) for note in digest.notes),
        chosen=f"Read from {_moment(digest.since, digest)} to {_moment(digest.cutoff, digest)}, "
        f"{digest.timezone}; {_GATES}",
        quiet=digest.quiet,
        language=text(digest.language) or "en",
    )
    minutes = max(1, ceil(_words(shown) / WORDS_PER_MINUTE))
    sections = _sections(shown, general=digest.quiet_choice == "general")
    return replace(shown, sections=sections, read_time=f"{minutes} min read")


def _sections(shown: View, *, general: bool) -> tuple[Section, ...]:
    """Return the sections that are not empty, in reading order."""
    filled = {
        "one_thing": shown.one_thing,
        "quiet": shown.quiet and not shown.one_thing,
        "arrivals": shown.arrivals or shown.leads,
        "movements": shown.rows or shown.rows_period,
        "worth_a_look": shown.worth_a_look,
        "try_this": shown.try_this,
        "radar": shown.radar,
        "outside": shown.outside,
    }
    titles = TITLES | ({"worth_a_look": _GENERAL} if general else {})
    return tuple(Section(name=name, title=title) for name, title in titles.items() if filled[name])


def _coverage(digest: Digest) -> str:
    chosen = 0 if digest.quiet else len(digest.picks)
    return f"{seen_words(digest.coverage)}; {chosen or 'none'} chosen for you"


def seen_words(seen: Coverage) -> str:
    """Return "1,240 items from 87 sources": of those that had news, not of all that were read."""
    sources = seen.told or seen.sources
    items = f"{seen.items:,} item{'' if seen.items == 1 else 's'}"
    return f"{items} from {sources:,} source{'' if sources == 1 else 's'}"


def _late(periods: tuple[str, ...]) -> str:
    """Return "No issue came for the week of 17 Feb; this one covers it too."."""
    if not periods:
        return ""
    starts = [date_words(week_start(parse_week(period)), "UTC") for period in periods]
    if len(starts) == 1:
        return f"No issue came for the week of {starts[0]}; this one covers it too."
    return f"No issues came for the {len(starts)} weeks from {starts[0]}; this one covers them too."


def _unread(digest: Digest) -> str:
    """Return since when nothing was read before the cutoff, "" where that is no longer than usual."""
    since = digest.coverage.unread_since
    if since is None:
        return ""
    if since <= digest.since:
        return "Nothing could be read in this time; what was told then is missing here."
    return f"Nothing could be read after {_moment(since, digest)}; later news is missing here."


def _available(digest: Digest) -> str:
    """Return from when movements can be told, "" where they can be told now."""
    if digest.trends_from is None:
        return ""
    local = digest.trends_from.astimezone(ZoneInfo(digest.timezone))
    return (
        f"Available from {date_words(local, digest.timezone)} {local.year}: there is too little history yet."
    )


def _span(digest: Digest) -> str:
    first, last = (when.astimezone(ZoneInfo(digest.timezone)) for when in (digest.since, digest.cutoff))
    year = f" {first.year}" if first.year != last.year else ""
    begin, end = (SHORT_MONTHS[when.month - 1] for when in (first, last))
    return f"{first.day} {begin}{year} to {last.day} {end} {last.year}"


def _moment(when: datetime, digest: Digest) -> str:
    local = when.astimezone(ZoneInfo(digest.timezone))
    return f"{DAYS[local.weekday()]} {local.day} {SHORT_MONTHS[local.month - 1]} {local:%H:%M}"


def _words(shown: View) -> int:
    """Return the words a reader meets; addresses and what may be pressed are not read."""
    picks = [pick for pick in (shown.one_thing, *shown.worth_a_look, shown.outside) if pick]
    lines = [shown.business, shown.dates, shown.coverage, shown.late, shown.chosen, shown.rows_period]
    lines += [shown.arrivals_mean, *shown.notes]
    for pick in picks:
        lines += [pick.title, pick.what, pick.why, pick.evidence, pick.more, *pick.topics, *pick.marks]
        lines += [source.text for source in pick.sources]
    for row in shown.rows:
        names = [source.text for source in row.sources]
        lines += [row.name, row.strength, row.counts, row.publishers, *names]
    for note in shown.arrivals:
        lines += [note.name, note.elsewhere, note.home]
        lines += [source.text for source in (note.there, note.here) if source]
    for remark in (*shown.leads, *shown.radar):
        lines += [remark.words, *(source.text for source in remark.sources)]
    if one := shown.try_this:
        lines += [one.name, one.what, one.why, *(word for line in one.lines for word in line)]
    return sum(len(line.split()) for line in lines)
