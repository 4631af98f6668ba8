"""A profile from three questions: what you do, what hurts or what you want, what time and money there is.

    answers | sector, goals, topics and tools in the owner's words | business, everything else defaulted

Theory of operation. Owners do not fill in forms of twenty fields; they answer three questions in a minute and
correct what was understood. The second answer is free text beside a list to tick: names and strong terms of
the taxonomy are looked for in it, so "fewer no-shows, and what about drones" asks about drones. What is not
found is not guessed; the preview shows the owner what came of it.

Known failures. Negations are not read ("no chatbots" asks about chatbots): mutes have a field of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trendwatch.phrases import Phrases, split_words
from trendwatch.types.advice import Business
from trendwatch.types.tags import Facet, Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What an owner can give to trying something new."""

    key: str
    words: str
    hours_per_week: float
    budget_per_month: int
    skills: str


#: The third question's answers. Amounts are in the business's own currency.
EFFORTS = (
    Effort(
        key="none",
        words="Nothing now, I only want to know",
        hours_per_week=0,
        budget_per_month=0,
        skills="low",
    ),
    Effort(
        key="little",
        words="An hour a week and about 20 a month",
        hours_per_week=1,
        budget_per_month=20,
        skills="low",
    ),
    Effort(
        key="some",
        words="Half a day a week and about 100 a month",
        hours_per_week=4,
        budget_per_month=100,
        skills="some",
    ),
    Effort(
        key="plenty",
        words="A day a week and about 500 a month",
        hours_per_week=8,
        budget_per_month=500,
        skills="good",
    ),
)
#: The three questions, as every door asks them.
QUESTIONS = (
    "What does your business do?",
    "What hurts, or what would you like to do better?",
    "How much time and money is there for trying something new?",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What an owner says when asked the three questions."""

    name: str
    #: sector key
    sector: str
    #: function keys that were ticked
    goals: tuple[str, ...] = ()
    #: in the owner's own words
    wants: str = ""
    #: key of an effort
    effort: str = "little"


def profile_of(answers: Answers, labels: Sequence[Label], *, key: str) -> Business:
    """Return the business that answers describe, everything else defaulted.

    Args:
        answers: to the three questions
        labels: of the taxonomy, whose names and terms are looked for
        key: how it is called
    """
    found = _found_in(answers.wants, labels)
    effort = next((one for one in EFFORTS if one.key == answers.effort), EFFORTS[0])
    goals = dict.fromkeys([*answers.goals, *(one.key for one in found if one.facet is Facet.FUNCTION)])
    return Business(
        key=key,
        name=answers.name,
        sector=answers.sector,
        goals=tuple(goals),
        areas=tuple(dict.fromkeys(one.key for one in found if one.facet is Facet.AREA)),
        hours_per_week=effort.hours_per_week,
        budget_per_month=effort.budget_per_month,
        skills=effort.skills,
    )


def _found_in(text: str, labels: Sequence[Label]) -> list[Label]:
    """Return the labels whose name or strong terms stand in a text, in the order of the text."""
    phrases: Phrases[Label] = Phrases()
    for label in labels:
        if label.facet in {Facet.AREA, Facet.FUNCTION}:
            for phrase in dict.fromkeys((label.name, *label.strong)):
                phrases.add(phrase, label)
    return phrases.find(split_words(text))
