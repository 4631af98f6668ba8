"""The practice to try: cut texts, estimates in words, the free way where money or skills are short."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sample_digest import BUSINESS, REMINDERS, SAMPLE, candidate, composed, edition, holding
from trendwatch.advice.trying import practice_note
from trendwatch.types.advice import Business, Memory
from trendwatch.types.practices import Practice, Range
from trendwatch.types.rows import PracticeNote

NOTHING = Range(low=0, base=0, high=0)


def note(
    practice: Practice = REMINDERS, who: Business = BUSINESS, **memory: frozenset[str]
) -> PracticeNote | None:
    return practice_note(holding(who, SAMPLE, (practice,)), Memory(issues=4, **memory))  # type: ignore[arg-type]


def told(practice: Practice = REMINDERS, who: Business = BUSINESS) -> PracticeNote:
    found = note(practice, who)
    assert found is not None
    return found


def test_what_a_business_reads() -> None:
    one = told()
    assert (one.key, one.inspired_by) == ("booking_reminders", "retail")
    goals = "you want to improve day-to-day operations and customer service"
    assert one.why == f"It is made for healthcare, and {goals}."
    assert one.first_step.startswith("Switch on the reminders")
    assert one.cost_words == "0 to 170 GBP to start, 0 to 51 GBP a month"  # 0.85 pounds a euro
    assert one.hours_words == "2 to 6 hours in the first month"
    assert one.passes == "Tuesdays lose a third fewer than Thursdays."


@pytest.mark.parametrize(
    ("once", "monthly", "said"),
    [
        (NOTHING, NOTHING, "no money"),
        (NOTHING, Range(low=5, base=5, high=5), "nothing to start, about 4 GBP a month"),
        (Range(low=20, base=30, high=1500), NOTHING, "17 to 1,300 GBP to start, nothing a month"),
    ],
)
def test_costs_in_words(once: Range, monthly: Range, said: str) -> None:
    assert told(replace(REMINDERS, cost_once=once, cost_per_month=monthly)).cost_words == said


def test_the_free_way_is_the_first_step_where_money_is_short() -> None:
    one = told(who=replace(BUSINESS, budget_per_month=0))
    assert one.first_step == "Send them by hand from a list at the front desk."
    assert one.cost_words == "no money this way"


def test_of_long_texts_a_whole_sentence_is_told() -> None:
    short, long = "Each visit is counted by hand every day", " ".join(["word"] * 90)
    found = told(
        replace(
            REMINDERS,
            plain="One two. Three.",
            measure=f"{short}, which takes a minute of a hand.",
            passes=long,
        )
    )
    assert found.what == "One two."
    assert found.measure == f"{short}."
    # no sentence of its own has room: a step that breaks off cannot be taken
    assert found.passes == long


def test_who_does_it_already_is_said_once() -> None:
    why = told(replace(REMINDERS, fits=(), areas=())).why
    assert why == "You want to improve day-to-day operations and customer service."


def test_stories_of_the_edition_that_speak_of_it_are_linked() -> None:
    speaking = candidate("r", title="An appointment reminder that works", labels="area:ai", feeds="A,B")
    found = practice_note(holding(BUSINESS, edition(speaking), (REMINDERS,)), Memory())
    assert found is not None
    assert [source.feed for source in found.evidence] == ["A"]


def test_what_was_shown_lately_is_not_shown_again() -> None:
    assert note(practices=frozenset({"booking_reminders"})) is None
    assert composed(SAMPLE, BUSINESS, Memory(issues=4)).try_this is not None
    assert composed(SAMPLE, replace(BUSINESS, sector="energy"), Memory(issues=4)).try_this is None
