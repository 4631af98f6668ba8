"""What moves towards a sector, the practice to try, and sentences beside them, as words to be shown."""

from __future__ import annotations

from dataclasses import dataclass

from trendwatch.render.inline import SOURCES_SHOWN, LinkView, link, source_link, text
from trendwatch.types.influence import ArrivalState
from trendwatch.types.rows import ArrivalNote, PracticeNote, Remark

#: Said under the arrivals: dates invite a conclusion that they do not bear.
ARRIVALS_MEAN = "As counted in our feeds; who came first is no proof of cause."


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalView:
    """What moves towards a sector, as it is shown."""

    name: str
    #: "Steady news in manufacturing since March (41 stories, 12 publishers)."
    elsewhere: str
    #: "First reports from farming on 12 May (3 stories, 2 publishers): something to watch."
    home: str
    #: a report for each, beside what it shows
    there: LinkView | None
    here: LinkView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeView:
    """A practice to try, as it is shown."""

    name: str
    what: str
    #: "Farming does this already. You want to improve sales."
    why: str
    #: lead-in and sentence: first step, takes, measure, go on if, stop if
    lines: tuple[tuple[str, str], ...]
    sources: tuple[LinkView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkView:
    """A sentence with the reports that show it, as it is shown."""

    words: str
    sources: tuple[LinkView, ...]


def remark_view(remark: Remark) -> RemarkView:
    """Return a sentence as it is shown."""
    sources = tuple(source_link(source) for source in remark.evidence if link(source.url))
    return RemarkView(words=text(remark.words), sources=sources[:SOURCES_SHOWN])


def arrival_view(note: ArrivalNote) -> ArrivalView:
    """Return a note on an arrival as it is shown; one report may show both."""
    reports = [source_link(source) for source in note.evidence if link(source.url)]
    seen = note.home.state is not ArrivalState.NOT_YET_SEEN
    return ArrivalView(
        name=text(note.name),
        elsewhere=text(note.elsewhere_words),
        home=text(note.home_words),
        there=reports[0] if reports else None,
        here=reports[-1] if reports and seen else None,
    )


def practice_view(note: PracticeNote) -> PracticeView:
    """Return a practice as it is shown."""
    lines = (
        ("First step", note.first_step),
        ("It takes", f"{note.cost_words}; {note.hours_words} (our estimates)."),
        ("Measure", note.measure),
        ("Go on if", note.passes),
        ("Stop if", note.fails),
    )
    sector = note.inspired_by[:1].upper() + note.inspired_by[1:]
    return PracticeView(
        name=text(note.name),
        what=text(note.what),
        why=text(f"{sector} does this already. {note.why}"),
        lines=tuple((lead, text(said)) for lead, said in lines if said),
        sources=tuple(source_link(source) for source in note.evidence if link(source.url))[:SOURCES_SHOWN],
    )
