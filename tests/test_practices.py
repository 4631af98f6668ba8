"""Terms in news, and the one practice that fits a business: means, goals, memory, order."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_digest import BUSINESS, REMINDERS, SAMPLE, candidate, edition, holding
from trendwatch.advice.practices import Matcher, Suggestion, band, ranked
from trendwatch.types.advice import Business, Edition
from trendwatch.types.practices import Practice, PracticeMatch, Range

#: Issues a practice stays away once it was shown.
PAUSE = 12
NOTHING = Range(low=0, base=0, high=0)
QUIET = edition()


def amount(base: float) -> Range:
    return Range(low=base / 2, base=base, high=base * 2)


def practice(key: str = "sensors", **changes: object) -> Practice:
    """Return a practice for anybody that costs nothing, changed as said."""
    plain = {
        "functions": ("operations",),
        "areas": ("iot",),
        "inspired_by": "manufacturing",
        "fits": (),
        "cost_once": NOTHING,
        "cost_per_month": NOTHING,
        "hours_first_month": amount(4),
        "free_way": "",
        "terms": (),
    }
    return replace(REMINDERS, key=key, **(plain | changes))  # type: ignore[arg-type]


def only(one: Practice, who: Business = BUSINESS, where: Edition = QUIET) -> Suggestion | None:
    found = ranked(holding(who, where, [one]))
    return found[0] if found else None


def parts(one: Practice, who: Business = BUSINESS, where: Edition = QUIET) -> dict[str, float]:
    found = only(one, who, where)
    assert found is not None
    assert found.points == pytest.approx(sum(part.points for part in found.parts), abs=0.006)
    return {part.reason: part.points for part in found.parts}


# --- what news speaks of


def matched(text: str, *terms: str, summary: str = "") -> tuple[str, ...]:
    found = Matcher([practice(terms=terms)]).match(text, summary)
    return found[0].terms if found else ()


@pytest.mark.parametrize(
    ("term", "title", "found"),
    [
        ("appointment reminder", "Appointment reminders by text", True),
        ("appointment reminder", "Reminder: appointment at noon", False),  # another order
        ("two-factor", "Two factor sign-in for all", True),  # a hyphen is a space
        ("two factor", "Why two-factor?", True),
        ("email campaign", "An e-mail campaign that sells", True),
        ("e-invoicing", "Einvoicing becomes duty", True),
        ("e-invoicing", "E-Invoicing becomes duty", True),
        ("sensor", "Sensory gardens", False),  # whole words
        ("battery", "Batteries in barns", True),
        ("drone + orchard", "A drone is bought", False),
        ("drone + orchard", "Orchards hire drones", True),  # any order
        ("drone + orchard", "Drone over a ditch", False),
        ("drone + drone", "Drones", True),
        ("emailed", "Remailed", False),
    ],
)
def test_terms_are_whole_words_and_all_parts_must_occur(term: str, title: str, found: bool) -> None:
    assert matched(title, term) == ((term,) if found else ())


def test_title_and_summary_are_one_text_and_a_term_counts_once() -> None:
    terms = ("drone + orchard", "soil sensor", "never said")
    found = matched("A drone, a drone", *terms, summary="The orchard has soil sensors.")
    assert found == ("drone + orchard", "soil sensor")


def test_what_stands_far_down_is_said_in_passing() -> None:
    long = "Much was said of other things. " * 20
    assert matched("News", "drone", summary=f"{long} A drone, too.") == ()
    assert matched("News", "drone", summary=f"A drone, first. {long}") == ("drone",)


def test_practices_come_in_the_order_of_the_file() -> None:
    first, second = practice("z", terms=("drone",)), practice("a", terms=("barn", "drone"))
    assert Matcher([first, second]).match("Drones in a barn", "") == (
        PracticeMatch("z", ("drone",)),
        PracticeMatch("a", ("barn", "drone")),
    )
    assert Matcher([]).match("Drones", "") == ()
    assert Matcher([practice()]).match("Drones", "") == ()


@given(st.text(max_size=80), st.text(max_size=80))
def test_saying_more_takes_no_match_away(before: str, after: str) -> None:
    said = "a drone in the orchard"
    assert matched(f"{before} . {said} . {after}", "drone + orchard", "drone") == ("drone + orchard", "drone")


# --- what fits a business: Harbour Dental has goals operations and customer_service, 100 GBP a month,
# --- 2 hours a week, some skills


@pytest.mark.parametrize(
    ("changes", "fits"),
    [
        ({}, True),
        ({"fits": ("healthcare", "retail")}, True),
        ({"fits": ("retail",)}, False),
        ({"functions": ("marketing",)}, False),
        ({"functions": ("marketing", "customer_service")}, True),
        # 2 hours · 4 weeks
        ({"hours_first_month": amount(8)}, True),
        ({"hours_first_month": amount(8.5)}, False),
        ({"hours_first_month": amount(8.5), "free_way": "By hand."}, False),  # no time is no time
        # 100 GBP / 0.85 = 117.6 EUR a month, three of them (352.9) to start
        ({"cost_per_month": amount(117)}, True),
        ({"cost_per_month": amount(118)}, False),
        ({"cost_once": amount(352)}, True),
        ({"cost_once": amount(353)}, False),
        ({"cost_once": amount(353), "free_way": "By hand."}, True),
        ({"skills": "some"}, True),
        ({"skills": "good"}, False),
        ({"skills": "good", "free_way": "By hand."}, True),
    ],
)
def test_only_what_fits_is_suggested(changes: dict[str, object], fits: bool) -> None:
    one = practice(**changes)
    assert (only(one) is not None) is fits
    assert ranked(holding(BUSINESS, QUIET, [])) == []


@pytest.mark.parametrize(
    ("mutes", "fits"),
    [
        (("area:generative_ai",), False),
        (("area:ai",), False),  # generative AI is AI
        (("function:operations",), False),
        (("area:drones", "sector:retail"), True),
    ],
)
def test_what_is_muted_is_not_suggested(mutes: tuple[str, ...], fits: bool) -> None:
    one = practice(areas=("generative_ai",))
    assert (only(one, replace(BUSINESS, mutes=mutes)) is not None) is fits


def test_a_business_that_said_little_is_offered_small_free_steps() -> None:
    who = Business(key="new", name="New", sector="retail")
    assert only(practice(functions=("marketing",)), who) is not None
    assert only(practice(hours_first_month=amount(7)), who) is None
    assert only(practice(cost_per_month=amount(1)), who) is None
    found = only(practice(cost_per_month=amount(1), free_way="By hand."), who)
    assert found is not None
    assert found.free_way


def test_money_in_a_currency_we_do_not_know_is_not_compared() -> None:
    dear = practice(cost_per_month=amount(90_000))
    assert only(dear, replace(BUSINESS, currency="XYZ")) is not None
    # 4,000 JPY are 25 EUR
    assert only(practice(cost_per_month=amount(25)), replace(BUSINESS, currency="JPY", budget_per_month=4000))
    assert not only(
        practice(cost_per_month=amount(26)), replace(BUSINESS, currency="JPY", budget_per_month=4000)
    )


# --- which of those that fit


def test_every_reason_is_said_with_its_points() -> None:
    # two goals 3 + 1, its sector 1.5, connected sensors asked about 1.5, another sector's 0.5
    one = practice(functions=("customer_service", "operations"), fits=("healthcare",))
    assert parts(one) == {
        "you want to improve day-to-day operations and customer service": 4.0,
        "it is made for healthcare": 1.5,
        "it rests on connected sensors, which you asked about": 1.5,
        "manufacturing does it already": 0.5,
    }
    other = practice(inspired_by="healthcare", areas=("generative_ai",), skills="good", free_way="By hand.")
    assert parts(other) == {
        "you want to improve day-to-day operations": 3.0,
        "only its free way is within your means": -0.5,
    }
    follower = replace(BUSINESS, follows=("area:ai",))
    assert parts(other, follower)["it rests on artificial intelligence, which you asked about"] == 1.5


def test_news_is_evidence_and_less_than_a_goal() -> None:
    one = practice(terms=("vibration",))
    spoken = [candidate(str(number), title="Vibration tells", labels="area:iot") for number in range(9)]
    near = [candidate(f"n{number}", labels="area:iot") for number in range(9)]
    # 2·(1 − e^(−1/2)) = 0.787; 2·(1 − e^(−9/2)) = 1.978; 0.5·(1 − e^(−9/5)) = 0.417
    assert parts(one, where=edition(spoken[0]))["1 story of this period speaks of it"] == 0.79
    both = parts(one, where=edition(*spoken, *near))
    assert both["9 stories of this period speak of it"] == 1.98
    assert both["9 stories are about its technology"] == 0.42
    child = edition(candidate(labels="area:generative_ai"))
    assert parts(practice(areas=("ai",)), where=child)["1 story is about its technology"] == 0.09
    found = only(one, where=edition(spoken[2], near[0]))
    assert found is not None
    assert found.stories == ("2",)
    goal = practice("goal")
    talk = practice(
        "talk", functions=("operations",), areas=(), inspired_by="healthcare", terms=("vibration",)
    )
    without = replace(BUSINESS, goals=(), areas=())
    assert [one.practice.key for one in ranked(holding(without, edition(*spoken), [goal, talk]))] == [
        "talk",
        "goal",
    ]
    asked = replace(BUSINESS, goals=("operations",))
    loud = [practice("loud", functions=("marketing",), terms=("vibration",)), goal]
    assert [one.practice.key for one in ranked(holding(asked, edition(*spoken), loud))] == ["goal"]


def test_of_equals_the_first_in_the_file_wins() -> None:
    twins = [practice("b"), practice("a"), practice("c")]
    assert [one.practice.key for one in ranked(holding(BUSINESS, SAMPLE, twins))] == ["b", "a", "c"]
    assert ranked(holding(BUSINESS, SAMPLE, twins[::-1]))[0].practice == twins[2]


def test_nothing_comes_back_within_a_quarter() -> None:
    """Thirty issues, fifteen practices that always fit: each rests for twelve issues."""
    catalogue = [practice(f"p{number}", fits=("healthcare",) * (number % 2)) for number in range(15)]
    shown: deque[str] = deque(maxlen=PAUSE)
    told: list[str] = []
    for _ in range(30):
        found = ranked(holding(BUSINESS, SAMPLE, catalogue), shown=frozenset(shown))[0].practice
        told.append(found.key)
        shown.append(found.key)
    assert all(len(set(told[at : at + PAUSE + 1])) == PAUSE + 1 for at in range(30 - PAUSE))
    few = [one.key for one in catalogue[:3]]
    assert ranked(holding(BUSINESS, SAMPLE, catalogue[:3]), shown=frozenset(few)) == []


# --- laws

_KEYS = st.sampled_from(("operations", "customer_service", "marketing"))
_AREAS = st.sampled_from(("iot", "ai", "generative_ai", "drones"))
_SECTORS = st.sampled_from(("healthcare", "retail", "agriculture"))
_TERMS = st.sampled_from(("sensor", "clinic", "chatbot + phone", "drone"))
_MONEY = st.integers(0, 400).map(amount)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Practice]:
    """Return some practices of all kinds."""
    return [
        practice(
            f"p{number}",
            functions=tuple(draw(st.lists(_KEYS, min_size=1, max_size=2, unique=True))),
            areas=tuple(draw(st.lists(_AREAS, max_size=2, unique=True))),
            inspired_by=draw(_SECTORS),
            fits=tuple(draw(st.lists(_SECTORS, max_size=2, unique=True))),
            cost_once=draw(_MONEY),
            cost_per_month=draw(_MONEY),
            hours_first_month=amount(draw(st.integers(0, 12))),
            skills=draw(st.sampled_from(("low", "some", "good"))),
            free_way=draw(st.sampled_from(("", "By hand."))),
            terms=tuple(draw(st.lists(_TERMS, max_size=2, unique=True))),
        )
        for number in range(draw(st.integers(0, 6)))
    ]


@given(catalogues())
def test_the_same_question_has_the_same_answer_best_first(catalogue: list[Practice]) -> None:
    found = ranked(holding(BUSINESS, SAMPLE, catalogue))
    assert found == ranked(holding(BUSINESS, SAMPLE, list(catalogue)))
    assert all(one.points >= other.points for one, other in pairwise(found))


@given(catalogues(), st.integers(0, 500), st.integers(0, 500), st.floats(0.5, 10), st.floats(0, 10))
def test_more_means_never_take_a_practice_away_or_make_it_worse(
    catalogue: list[Practice], budget: int, more: int, hours: float, more_hours: float
) -> None:
    poor = replace(BUSINESS, budget_per_month=budget, hours_per_week=hours, skills="low")
    rich = replace(BUSINESS, budget_per_month=budget + more, hours_per_week=hours + more_hours, skills="good")
    before = {one.practice.key: one.points for one in ranked(holding(poor, SAMPLE, catalogue))}
    after = {one.practice.key: one.points for one in ranked(holding(rich, SAMPLE, catalogue))}
    assert all(after[key] >= points for key, points in before.items())


@given(catalogues(), st.integers(0, len(SAMPLE.candidates) - 1))
def test_more_news_never_makes_a_practice_worse(catalogue: list[Practice], kept: int) -> None:
    less = replace(SAMPLE, candidates=SAMPLE.candidates[:kept])
    before = {one.practice.key: one.points for one in ranked(holding(BUSINESS, less, catalogue))}
    after = {one.practice.key: one.points for one in ranked(holding(BUSINESS, SAMPLE, catalogue))}
    assert before.keys() == after.keys()
    assert all(after[key] >= points for key, points in before.items())


@given(catalogues(), st.sets(st.sampled_from([f"p{number}" for number in range(6)])))
def test_what_was_shown_is_left_out_and_the_rest_stays_in_order(
    catalogue: list[Practice], shown: set[str]
) -> None:
    every = [one.practice.key for one in ranked(holding(BUSINESS, SAMPLE, catalogue))]
    rest = [one.practice.key for one in ranked(holding(BUSINESS, SAMPLE, catalogue), shown=frozenset(shown))]
    assert rest == [key for key in every if key not in shown]


@pytest.mark.parametrize(
    ("range_", "said"),
    [
        (NOTHING, "nothing"),
        (Range(low=0, base=0, high=40), "0 to 40"),
        (Range(low=0.5, base=1, high=1.5), "0.5 to 1.5"),
        (Range(low=50, base=50, high=50), "about 50"),
        (Range(low=900, base=1200, high=2400), "900 to 2,400"),
    ],
)
def test_a_range_in_words(range_: Range, said: str) -> None:
    assert band(range_) == said
