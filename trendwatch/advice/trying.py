"""The one practice under *try this*, in few words: what it is, what it takes, how to tell whether it works.

Texts come from the catalogue and are only cut, never written anew. Where the usual way is beyond a business's
money or skills, the free way is the first step, and that is what the costs are said for.
"""

from __future__ import annotations

from math import floor, log10

from trendwatch.advice.practices import PER_EURO, Suggestion, band, ranked
from trendwatch.advice.profile import Profile
from trendwatch.advice.sentences import whole
from trendwatch.advice.words import in_words
from trendwatch.text import clean, sentences
from trendwatch.types.advice import Memory
from trendwatch.types.practices import Practice, Range
from trendwatch.types.rows import PracticeNote

#: Words of what it is, of a step, and of each sentence on how to tell.
WHAT_WORDS = 22
STEP_WORDS = 20
TELL_WORDS = 14
LINKS = 2
REASONS = 2


def practice_note(held: Profile, memory: Memory) -> PracticeNote | None:
    """Return the practice a business should look at now, None where none fits or all were shown lately."""
    found = ranked(held, shown=memory.practices)
    return _note(found[0], held) if found else None


def _note(suggestion: Suggestion, held: Profile) -> PracticeNote:
    practice, edition, columns = suggestion.practice, held.edition, held.columns
    sector = in_words(f"sector:{practice.inspired_by}", edition.names)
    step = practice.free_way if suggestion.free_way else next(iter(practice.first_week), practice.experiment)
    # Who does it already is said anyway.
    fit = [part.reason for part in suggestion.parts if part.points > 0 and not part.reason.startswith(sector)]
    reasons = ", and ".join(reversed(fit[:REASONS]))
    return PracticeNote(
        key=practice.key,
        name=clean(practice.name),
        what=_short(practice.plain, WHAT_WORDS),
        inspired_by=sector,
        why=f"{reasons[:1].upper()}{reasons[1:]}." if reasons else "",
        first_step=_short(step, STEP_WORDS),
        cost_words=_cost(practice, held.business.currency, free=suggestion.free_way),
        hours_words=f"{_amount(practice.hours_first_month, 'hour')} in the first month",
        measure=_short(practice.measure, TELL_WORDS),
        passes=_short(practice.passes, TELL_WORDS),
        fails=_short(practice.fails, TELL_WORDS),
        evidence=tuple(
            source
            for story in (edition.candidates[columns.place[story_id]] for story_id in suggestion.stories)
            if not held.never(*(tag.full_key for tag in story.tags), said=story.title)
            for source in story.sources[:1]
        )[:LINKS],
    )


def _cost(practice: Practice, currency: str, *, free: bool) -> str:
    """Return what it costs in the business's own money, as coarse as the estimate behind it."""
    if free:
        return "no money this way"
    rate, unit = (PER_EURO[currency], currency) if currency in PER_EURO else (1.0, "EUR")
    once, monthly = (band(_coarse(one, rate)) for one in (practice.cost_once, practice.cost_per_month))
    if once == monthly == "nothing":
        return "no money"
    start = "nothing to start" if once == "nothing" else f"{once} {unit} to start"
    return f"{start}, {monthly if monthly == 'nothing' else f'{monthly} {unit}'} a month"


def _coarse(range_: Range, rate: float) -> Range:
    """Return a range in another currency with two digits that count."""

    def rounded(euros: float) -> float:
        there = euros * rate
        return round(there, min(0, 1 - floor(log10(there)))) if there else 0.0

    return Range(low=rounded(range_.low), base=rounded(range_.base), high=rounded(range_.high))


def _amount(range_: Range, noun: str) -> str:
    said = band(range_)
    return "no time" if said == "nothing" else f"{said} {noun if said == 'about 1' else noun + 's'}"


def _short(text: str, words: int) -> str:
    """Return a whole sentence that has room, else the first: a step that breaks off cannot be taken."""
    return whole(text, words) or "".join(sentences(clean(text), most=1))
