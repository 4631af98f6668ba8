"""The one practice under *try this*, in few words: what it is, what it takes, how to tell whether it works.

Texts come from the catalogue and are only cut, never written anew. Where the usual way is beyond a business's
money or skills, the free way is the first step, and that is what the costs are said for.
"""

from __future__ import annotations

from collections.abc import Sequence

from trendwatch.advice.practices import Suggestion, band, ranked
from trendwatch.advice.words import in_words, shorten
from trendwatch.text import clean, first_sentence
from trendwatch.types.advice import Business, Edition, Memory, PracticeNote
from trendwatch.types.practices import Practice, Range

#: Words of what it is, of a step, and of each sentence on how to tell.
WHAT_WORDS = 22
STEP_WORDS = 20
TELL_WORDS = 14
LINKS = 2
REASONS = 2


def practice_note(
    business: Business, edition: Edition, practices: Sequence[Practice], memory: Memory
) -> PracticeNote | None:
    """Return the practice a business should look at now, None where none fits or all were shown lately."""
    found = ranked(business, edition, practices, shown=memory.practices)
    return _note(found[0], edition) if found else None


def _note(suggestion: Suggestion, edition: Edition) -> PracticeNote:
    practice = suggestion.practice
    sector = in_words(f"sector:{practice.inspired_by}", edition.names)
    step = practice.free_way if suggestion.free_way else next(iter(practice.first_week), practice.experiment)
    reasons = "; ".join(part.reason for part in suggestion.parts[:REASONS] if part.points > 0)
    return PracticeNote(
        key=practice.key,
        name=clean(practice.name),
        what=_short(practice.plain, WHAT_WORDS),
        inspired_by=sector,
        why=f"{reasons[:1].upper()}{reasons[1:]}." if reasons else "",
        first_step=_short(step, STEP_WORDS),
        cost_words=_cost(practice, free=suggestion.free_way),
        hours_words=f"{_amount(practice.hours_first_month, 'hour')} in the first month",
        measure=_short(practice.measure, TELL_WORDS),
        passes=_short(practice.passes, TELL_WORDS),
        fails=_short(practice.fails, TELL_WORDS),
        evidence=tuple(
            source
            for candidate in edition.candidates
            if candidate.story_id in suggestion.stories
            for source in candidate.sources[:1]
        )[:LINKS],
    )


def _cost(practice: Practice, *, free: bool) -> str:
    if free:
        return "no money this way"
    once, monthly = band(practice.cost_once), band(practice.cost_per_month)
    if once == monthly == "nothing":
        return "no money"
    start = "nothing to start" if once == "nothing" else f"{once} EUR to start"
    return f"{start}, {monthly if monthly == 'nothing' else f'{monthly} EUR'} a month"


def _amount(range_: Range, noun: str) -> str:
    said = band(range_)
    return "no time" if said == "nothing" else f"{said} {noun if said == 'about 1' else noun + 's'}"


def _short(text: str, words: int) -> str:
    return shorten(first_sentence(clean(text)), words)
