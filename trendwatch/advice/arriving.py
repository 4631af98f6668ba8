"""What moves towards a business's sector, in plain words: at most three notes, each with links.

A note says how far a technology has come in another sector and how far at home, with counts and dates, and
what that is worth at home; never that one caused the other. Technologies asked about come first, then the
nearest. A note comes again when one of its two states has changed; one on a technology that was asked about
also with the next story from home, or after four issues, since how far that has come is what was asked.
What is not seen here is told once it is established in two other sectors: one that has it alone keeps it. A
technology and its parent are one note. Nothing muted is named, neither as a technology nor as a sector.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from trendwatch.advice.profile import Profile
from trendwatch.advice.words import counted, day, in_words, month
from trendwatch.types.advice import Edition, Memory
from trendwatch.types.influence import Approach, Arrival, ArrivalState
from trendwatch.types.rows import ArrivalNote
from trendwatch.types.sources import Source
from trendwatch.types.weeks import parse_week, week_start

MOST_NOTES = 3
#: Reports linked for what is elsewhere, and as many for what is at home; the page of arrivals has more.
LINKS = 1
#: What has not gone beyond first reports for so long is not on its way.
LATELY = timedelta(weeks=26)


def arrival_notes(held: Profile, approaches: Sequence[Approach], memory: Memory) -> tuple[ArrivalNote, ...]:
    """Return what to tell a business of what moves towards its sector; approaches come nearest first."""
    wanted = {*held.asked, *held.follows}
    ordered = sorted(approaches, key=lambda one: one.technology not in wanted)
    notes: list[ArrivalNote] = []
    for approach in ordered:
        family = {_family(note.technology, held.edition) for note in notes}
        if len(notes) == MOST_NOTES:
            break
        if held.never(approach.technology) or _family(approach.technology, held.edition) in family:
            continue
        asked = approach.technology in wanted
        note = _note(approach, held, asked=asked)
        if note and not _told(note, memory):
            notes.append(note)
    return tuple(notes)


def _told(note: ArrivalNote, memory: Memory) -> bool:
    """Return whether nothing is new since it was told: of what was asked about, a story more at home is."""
    said = (note.technology, str(note.home.state), str(note.elsewhere.state))
    if note.asked:
        return (*said, note.home.stories) in memory.recent_arrivals
    return said in memory.arrivals


def _note(approach: Approach, held: Profile, *, asked: bool) -> ArrivalNote | None:
    """Return one note, None where it would not be telling, or a claim had no link."""
    edition, home = held.edition, approach.home
    elsewhere = next((one for one in approach.elsewhere if not held.never(one.sector)), None)
    if elsewhere is None:
        return None
    there, here = _links(elsewhere, edition), _links(home, edition)
    seen_here = home.state is not ArrivalState.NOT_YET_SEEN
    spreads = sum(1 for one in approach.elsewhere if one.state is ArrivalState.ESTABLISHED) > 1
    telling = seen_here or spreads or asked
    if not telling or not there or (seen_here and not here):
        return None
    name = in_words(approach.technology, edition.names)
    return ArrivalNote(
        technology=approach.technology,
        name=name[:1].upper() + name[1:],
        elsewhere_words=elsewhere_words(elsewhere, held),
        home_words=home_words(home, held, known=approach.known),
        elsewhere=elsewhere,
        home=home,
        evidence=tuple({source.url: source for source in (*there, *here)}.values()),
        asked=asked,
    )


def elsewhere_words(arrival: Arrival, held: Profile) -> str:
    """Return "Steady news in manufacturing since March (41 stories, 12 publishers)."."""
    how = "Steady news" if arrival.state is ArrivalState.ESTABLISHED else "Picking up"
    return f"{how} in {_sector(arrival, held)} since {_month(arrival, held)} {_counts(arrival)}."


def home_words(arrival: Arrival, held: Profile, *, known: bool = True) -> str:
    """Return how far it is at home, since when and on what count, and how much to make of that.

    Args:
        arrival: in the business's own sector
        held: the business
        known: enough is read from its sector to say what is not there
    """
    sector = _sector(arrival, held)
    if arrival.first_at is None:
        if known:
            return f"Not yet seen in {sector}: nothing to do now."
        return f"We read too little from {sector} to say how far it is there."
    first = _plain(day(arrival.first_at, held.business.timezone), held.edition)
    if arrival.state is ArrivalState.FIRST_REPORTS and arrival.stories == 1:
        return f"One report so far from {sector}, on {first}: too little to act on."
    if arrival.state is ArrivalState.FIRST_REPORTS:
        on = "by" if arrival.or_before else "on"
        lately = held.edition.cutoff - arrival.first_at < LATELY
        worth = "something to watch" if lately else "few since, so no hurry"
        return f"First reports from {sector} {on} {first} {_counts(arrival)}: {worth}."
    return f"Picking up in {sector} since {_month(arrival, held)} {_counts(arrival)}: time for a first look."


def _sector(arrival: Arrival, held: Profile) -> str:
    return in_words(arrival.sector, held.edition.names)


def _month(arrival: Arrival, held: Profile) -> str:
    """Return "March", or "March or before"."""
    said = _plain(month(week_start(parse_week(arrival.since)), "UTC"), held.edition)
    return f"{said} or before" if arrival.or_before else said


def _counts(arrival: Arrival) -> str:
    stories = counted(arrival.stories, "story", plural="stories")
    return f"({stories}, {counted(arrival.owners, 'publisher')})"


def _plain(date: str, edition: Edition) -> str:
    """Return a date without the year where it is the reader's own."""
    return date.removesuffix(f" {edition.cutoff.year}")


def _family(technology: str, edition: Edition) -> str:
    return edition.parents.get(technology, technology)


def _links(arrival: Arrival, edition: Edition) -> list[Source]:
    found: Iterable[Source] = (edition.reports[item] for item in arrival.evidence if item in edition.reports)
    return [source for source in found if source.url.startswith(("https://", "http://"))][:LINKS]
