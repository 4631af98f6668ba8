"""Which practices the news speaks of, and which single one a business should look at this week.

Theory of operation.

Observations. Small firms do not adopt because they see no use or no return (OECD surveys of small firms), not
because they have not heard of a technology. So what is suggested must fit the business first; that the news
speaks of it is a reason to look now, never the reason to do it.

Method. A practice is left out where any of this holds: made for other sectors, meets no goal, rests on
or names what is muted, takes more hours than a month has, shown within the last issues, or beyond money or
skills while there is no free way. The rest is ordered by points, each a reason in plain words:
  fit        first goal 3, second 1; made for this sector 1.5; rests on a technology asked about 1.5; done by
             another sector 0.5; only the free way is within reach -0.5
  evidence   2·(1 − e^(−n/2)) for n stories that speak of it, 0.5·(1 − e^(−n/5)) for n stories about its
             technologies: together less than one goal
Of equals the first in the file wins, so an operator's order is a preference.

Known failures. Terms know no meaning: a story may tell how a practice failed. One real headline in 190
matches; read one by one, of 40 such 31 spoke of the practice, 7 of its subject, 2 of something else, and in
technology magazines 20, 13 and 1 of 34 (product tests, companies raising money). Terms were mended on
the same headlines, so elsewhere it will be less. Money is compared at rates rounded for orders of magnitude;
an unknown currency is not compared at all. Figures are the team's assumptions, not measured returns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp

from trendwatch.advice.columns import Columns
from trendwatch.advice.muting import with_parents
from trendwatch.advice.profile import Profile
from trendwatch.advice.words import counted, in_words, labels
from trendwatch.phrases import Phrases, item_words
from trendwatch.types.advice import Business, Edition, Part
from trendwatch.types.practices import Practice, PracticeMatch, Range

#: What a report is about, its first two sentences say; six matches of sixty stood further down, five of them
#: in passing.
LEAD_CHARS = 300

FIRST_GOAL = 3.0
SECOND_GOAL = 1.0
#: Written for its sector: says what to change there.
OWN_SECTOR = 1.5
ASKED = 1.5
#: What other sectors already do is what the product is for.
ELSEWHERE = 0.5
FREE_WAY = -0.5
#: Stories that speak of it: at most this, and 63 % of it at two.
SPOKEN_OF = 2.0
#: Stories about its technologies: at most this; they are many and say little.
TECHNOLOGY = 0.5

#: Months of budget that may go into the start.
MONTHS_TO_START = 3
WEEKS_A_MONTH = 4
#: A business that names no hours is offered the small steps.
HOURS_UNSAID = 6.0

#: Units of a currency for one euro, to tell hundreds from thousands.
PER_EURO = {
    "AUD": 1.65,
    "BRL": 6.0,
    "CAD": 1.5,
    "CHF": 0.95,
    "CNY": 7.8,
    "CZK": 25.0,
    "DKK": 7.5,
    "EUR": 1.0,
    "GBP": 0.85,
    "HUF": 400.0,
    "INR": 93.0,
    "JPY": 160.0,
    "MXN": 20.0,
    "NOK": 11.5,
    "NZD": 1.85,
    "PLN": 4.3,
    "RON": 5.0,
    "SEK": 11.3,
    "SGD": 1.45,
    "TRY": 40.0,
    "USD": 1.1,
    "ZAR": 20.0,
}

#: Tenths say nothing from here on.
_COARSE = 10

# Written "email" and "e-mail" in news of the same week.
_E = re.compile(r"\be-?(?=mail|commerce|invoic|learning|sign)")

_SKILLS = ("low", "some", "good")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A practice held against a business."""

    practice: Practice
    #: sum of the parts
    points: float
    parts: tuple[Part, ...]
    #: ids of this edition's stories that speak of it
    stories: tuple[str, ...]
    #: money or skills allow the free way only
    free_way: bool


class Matcher:
    """The terms of all practices, ready to be found."""

    def __init__(self, practices: Sequence[Practice]) -> None:
        self._practices = tuple(practices)
        #: number of the practice, number of its term, number of the term's part
        self._phrases: Phrases[tuple[int, int, int]] = Phrases()
        for number, practice in enumerate(self._practices):
            for place, term in enumerate(practice.terms):
                for part, phrase in enumerate(parts_of(term)):
                    for spelled in {_E.sub("e", phrase), _E.sub("e-", phrase)}:
                        self._phrases.add(spelled, (number, place, part))

    def match(self, title: str, summary: str) -> tuple[PracticeMatch, ...]:
        """Return the practices a text speaks of, in the order of the file."""
        found: dict[tuple[int, int], set[int]] = {}
        for number, place, part in self._phrases.find(item_words(title, summary[:LEAD_CHARS])):
            found.setdefault((number, place), set()).add(part)
        terms: dict[int, list[str]] = {}
        for number, place in sorted(found):
            term = self._practices[number].terms[place]
            if len(found[number, place]) == len(parts_of(term)):
                terms.setdefault(number, []).append(term)
        return tuple(
            PracticeMatch(self._practices[number].key, tuple(said)) for number, said in terms.items()
        )


def parts_of(term: str) -> tuple[str, ...]:
    """Return the phrases of a term that must all occur."""
    return tuple(term.split(" + "))


def ranked(held: Profile, *, shown: frozenset[str] = frozenset()) -> list[Suggestion]:
    """Return the practices of the edition that fit a business, best first, with reasons."""
    practices, columns = held.edition.knowledge.practices, held.columns
    spoken = columns.once("spoken of", lambda: _spoken_of(held.edition, practices))
    about = columns.once("about", lambda: _about(columns, practices, spoken))
    found = [
        _suggestion(practice, held, stories=spoken.get(practice.key, ()), about=about[practice.key])
        for practice in practices
        if practice.key not in shown and _fits(practice, held) and not _muted(practice, held)
    ]
    return sorted(found, key=lambda one: -one.points)


def muted_practices(held: Profile) -> int:
    """Return how many practices that fit a business speak of what it muted."""
    if not held.mutes:
        return 0
    practices = held.edition.knowledge.practices
    return sum(1 for practice in practices if _fits(practice, held) and _muted(practice, held))


def _muted(practice: Practice, held: Profile) -> bool:
    """Tell whether a practice serves, rests on, names, or comes from something that is muted."""
    if not held.mutes:
        return False
    keys = [f"function:{key}" for key in practice.functions] + [f"area:{key}" for key in practice.areas]
    steps = (*practice.first_week[:1], practice.experiment, practice.free_way, practice.measure)
    said = " ".join((practice.name, practice.plain, *steps))
    return held.never(*keys, f"sector:{practice.inspired_by}", said=said)


def _fits(practice: Practice, held: Profile) -> bool:
    business = held.business
    if not practice.is_for(business.sector):
        return False
    if business.goals and not set(business.goals) & set(practice.functions):
        return False
    hours = business.hours_per_week * WEEKS_A_MONTH or HOURS_UNSAID
    return practice.hours_first_month.base <= hours and (
        _in_reach(practice, business) or bool(practice.free_way)
    )


def _implied(practice: Practice, held: Profile) -> set[str]:
    """Return the technologies a practice rests on, and those that these belong to."""
    return {above for key in practice.areas for above in with_parents(f"area:{key}", held.edition.parents)}


def _in_reach(practice: Practice, business: Business) -> bool:
    """Return whether a business can pay for the usual way and has who sets it up."""
    if _SKILLS.index(practice.skills) > _SKILLS.index(business.skills):
        return False
    rate = PER_EURO.get(business.currency)
    if rate is None:
        return True
    budget = business.budget_per_month / rate
    return practice.cost_per_month.base <= budget and practice.cost_once.base <= budget * MONTHS_TO_START


def _suggestion(practice: Practice, held: Profile, *, stories: Sequence[str], about: int) -> Suggestion:
    free = not _in_reach(practice, held.business)
    parts = [
        Part(reason=reason, points=round(points, 2)) for reason, points in _fit(practice, held, free=free)
    ]
    if stories:
        told = counted(len(stories), "story", plural="stories")
        reason = f"{told} of this period {'speak' if stories[1:] else 'speaks'} of it"
        parts.append(Part(reason=reason, points=round(SPOKEN_OF * (1 - exp(-len(stories) / 2)), 2)))
    if about:
        are = "are" if about > 1 else "is"
        reason = f"{counted(about, 'story', plural='stories')} {are} about its technology"
        parts.append(Part(reason=reason, points=round(TECHNOLOGY * (1 - exp(-about / 5)), 2)))
    points = round(sum(part.points for part in parts), 2)
    return Suggestion(
        practice=practice, points=points, parts=tuple(parts), stories=tuple(stories), free_way=free
    )


def _fit(practice: Practice, held: Profile, *, free: bool) -> Iterator[tuple[str, float]]:
    names = held.edition.names
    met = [f"function:{key}" for key in held.business.goals if key in practice.functions]
    if met:
        points = FIRST_GOAL + (SECOND_GOAL if met[1:] else 0.0)
        yield f"you want to improve {labels(met, names)}", points
    if held.business.sector in practice.fits:
        yield f"it is made for {in_words(held.own, names)}", OWN_SECTOR
    rests_on = _implied(practice, held)
    asked = [key for key in (*held.asked, *sorted(held.follows)) if key in rests_on]
    if asked:
        yield f"it rests on {labels(dict.fromkeys(asked), names)}, which you asked about", ASKED
    if practice.inspired_by != held.business.sector:
        yield f"{in_words(f'sector:{practice.inspired_by}', names)} does it already", ELSEWHERE
    if free:
        yield "only its free way is within your means", FREE_WAY


def _spoken_of(edition: Edition, practices: Sequence[Practice]) -> dict[str, list[str]]:
    """Return the ids of the stories that speak of each practice."""
    matcher = Matcher(practices)
    found: dict[str, list[str]] = {}
    for candidate in edition.candidates:
        for match in matcher.match(candidate.title, candidate.summary):
            found.setdefault(match.practice, []).append(candidate.story_id)
    return found


def _about(
    columns: Columns, practices: Sequence[Practice], spoken: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Return how many stories are about the technologies of each practice and do not speak of it."""
    found = {}
    for practice in practices:
        near = columns.carry([f"area:{key}" for key in practice.areas]).copy()
        near[columns.places(frozenset(spoken.get(practice.key, ())))] = False
        found[practice.key] = int(near.sum())
    return found


def band(range_: Range) -> str:
    """Return "nothing", "about 50" or "20 to 300" (base 50 unsaid): what it may take, for people."""
    if range_.high == 0:
        return "nothing"
    low, high = figure(range_.low), figure(range_.high)
    return f"about {high}" if low == high else f"{low} to {high}"


def figure(value: float) -> str:
    """Return 1200 as "1,200" and half an hour as "0.5"."""
    return f"{value:,.0f}" if value >= _COARSE else f"{value:.1f}".removesuffix(".0")
