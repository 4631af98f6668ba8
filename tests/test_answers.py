"""Three answers make a business; what is not said has its default."""

from __future__ import annotations

from trendwatch.advice.answers import EFFORTS, QUESTIONS, Answers, profile_of
from trendwatch.config.businesses import values_of
from trendwatch.types.advice import Business
from trendwatch.types.tags import Facet, Label

LABELS = (
    Label(facet=Facet.AREA, key="drones", name="Drones", meaning="", strong=("drone", "unmanned aircraft")),
    Label(facet=Facet.AREA, key="booking", name="Booking and reminders", meaning="", strong=("no-show",)),
    Label(facet=Facet.FUNCTION, key="operations", name="Day-to-day work", meaning="", strong=("paperwork",)),
    Label(facet=Facet.SECTOR, key="retail", name="Retail", meaning="", strong=("shop",)),
)


def test_there_are_three_questions() -> None:
    assert len(QUESTIONS) == 3


def test_topics_and_goals_are_found_in_the_owners_words_and_nothing_is_guessed() -> None:
    said = "Fewer no-shows and less paperwork in the shop. What about drones, unmanned aircraft?"
    found = profile_of(
        Answers(name="Hill", sector="agriculture", goals=("finance",), wants=said, effort="some"),
        LABELS,
        key="hill",
    )
    assert found.areas == ("booking", "drones")
    assert found.goals == ("finance", "operations")
    assert (found.hours_per_week, found.budget_per_month, found.skills) == (4, 100, "some")
    assert found.sector == "agriculture"
    silent = profile_of(Answers(name="Hill", sector="agriculture", effort="none"), LABELS, key="hill")
    assert silent == Business(key="hill", name="Hill", sector="agriculture")


def test_what_came_of_it_can_be_written_into_its_file() -> None:
    found = profile_of(Answers(name="Hill", sector="retail", wants="drones"), LABELS, key="hill")
    assert values_of(found) == {
        "name": "Hill",
        "sector": "retail",
        "areas": ["drones"],
        "hours_per_week": 1.0,
        "budget_per_month": 20,
        "digest_time": "07:00",
    }
    assert len({one.key for one in EFFORTS}) == len(EFFORTS) == 4
