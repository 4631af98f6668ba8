"""Notes on what moves towards a sector: words, order, memory, mutes, links."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.sample_digest import (
    BUSINESS,
    ESTABLISHED,
    FIRST_REPORTS,
    NOT_YET_SEEN,
    STARTING,
    arrival,
    edition,
    sample_digest,
    source,
)
from trendwatch.advice.arriving import arrival_notes, elsewhere_words, home_words
from trendwatch.advice.profile import profile
from trendwatch.influence.towards import moving_towards
from trendwatch.types.advice import Business, Memory
from trendwatch.types.influence import Arrival
from trendwatch.types.rows import ArrivalNote

REPORTS = {key: source(f"Paper {key}", path=key) for key in "abcdef"}
#: What makes healthcare a sector we know.
KNOWN = arrival("health_tech", "healthcare", ESTABLISHED, stories=99)


def notes(*found: Arrival, who: Business = BUSINESS, memory: Memory | None = None) -> tuple[ArrivalNote, ...]:
    where = edition(arrivals=(KNOWN, *found), reports=REPORTS)
    approaches = moving_towards(where.arrivals, who.sector)
    return arrival_notes(profile(who, where), approaches, memory or Memory(issues=4))


def there(area: str, sector: str = "manufacturing", *, evidence: tuple[str, ...] = ("a", "b")) -> Arrival:
    return arrival(area, sector, ESTABLISHED, evidence=evidence)


def spread(*areas: str) -> list[Arrival]:
    """Return technologies that are established in two other sectors."""
    return [there(area, sector) for area in areas for sector in ("manufacturing", "retail")]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            arrival("iot", "manufacturing", ESTABLISHED, since="2025-W10"),
            "Steady news in manufacturing since March (41 stories, 12 publishers).",
        ),
        (
            arrival("iot", "public_sector", STARTING, since="2024-W10", stories=1200, owners=1),
            "Picking up in the public sector since March 2024 (1,200 stories, 1 publisher).",
        ),
        (
            arrival("iot", "manufacturing", ESTABLISHED, since="2023-W20", or_before=True),
            "Steady news in manufacturing since May 2023 or before (41 stories, 12 publishers).",
        ),
    ],
)
def test_how_far_it_has_come_elsewhere(one: Arrival, said: str) -> None:
    assert elsewhere_words(one, profile(BUSINESS, edition())) == said


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (
            arrival("iot", "agriculture", STARTING, since="2025-W10", stories=11, owners=10),
            "Picking up in farming since March (11 stories, 10 publishers): time for a first look.",
        ),
        (
            arrival(
                "iot",
                "agriculture",
                FIRST_REPORTS,
                first=datetime(2025, 2, 28, 23, 30, tzinfo=UTC),
                stories=3,
                owners=2,
            ),
            "First reports from farming on 28 February (3 stories, 2 publishers): something to watch.",
        ),
        (
            arrival("iot", "agriculture", FIRST_REPORTS, stories=2, owners=2, or_before=True),
            "First reports from farming by 6 May 2024 (2 stories, 2 publishers): few since, so no hurry.",
        ),
        (
            arrival("iot", "agriculture", FIRST_REPORTS, stories=1, owners=1, or_before=True),
            "One report so far from farming, on 6 May 2024: too little to act on.",
        ),
        (
            Arrival(technology="area:iot", sector="sector:agriculture", state=NOT_YET_SEEN),
            "Not yet seen in farming: nothing to do now.",
        ),
    ],
)
def test_how_far_it_is_at_home_and_what_that_is_worth(one: Arrival, said: str) -> None:
    assert home_words(one, profile(BUSINESS, edition())) == said


def test_days_are_those_of_the_business() -> None:
    late = arrival("iot", "agriculture", FIRST_REPORTS, first=datetime(2025, 2, 28, 23, 30, tzinfo=UTC))
    tokyo = replace(BUSINESS, timezone="Asia/Tokyo")
    assert "on 1 March (" in home_words(late, profile(tokyo, edition()))


def test_the_written_week_tells_with_links_and_what_was_asked_for_outlasts_the_rest() -> None:
    found = sample_digest().arrivals
    assert [note.name for note in found] == ["Connected sensors", "3D printing"]
    assert all(note.asked for note in found)
    assert [str(note.home.state) for note in found] == ["starting", "not_yet_seen"]
    assert [len(note.evidence) for note in found] == [2, 1]


def test_asked_first_then_nearest_and_three_at_most() -> None:
    found = notes(
        *spread("drones", "cybersecurity", "digital_payments", "additive_manufacturing"),
        arrival("drones", "healthcare", STARTING, evidence=("c",)),
    )
    assert [note.technology for note in found] == [
        "area:additive_manufacturing",
        "area:drones",
        "area:cybersecurity",
    ]


def test_muted_technologies_and_sectors_are_never_named() -> None:
    muted = replace(BUSINESS, mutes=("area:ai", "sector:manufacturing"))
    assert notes(there("ai"), there("generative_ai"), there("iot"), who=muted) == ()
    (note,) = notes(there("iot"), there("iot", "retail"), who=muted)
    assert note.elsewhere.sector == "sector:retail"


def test_a_technology_and_its_parent_are_one_note() -> None:
    found = notes(*spread("ai", "generative_ai", "drones"))
    assert len(found) == 2
    assert len({note.technology for note in found} & {"area:ai", "area:generative_ai"}) == 1


def test_a_note_repeats_only_when_a_state_changed() -> None:
    first = notes(there("drones"), arrival("drones", "healthcare", FIRST_REPORTS, evidence=("c",)))
    told = Memory(issues=5, arrivals=frozenset({("area:drones", "first_reports", "established")}))
    assert len(first) == 1
    more = arrival("drones", "healthcare", FIRST_REPORTS, stories=90, evidence=("c",))
    assert notes(there("drones"), more, memory=told) == ()
    begun = arrival("drones", "healthcare", STARTING, evidence=("c",))
    assert len(notes(there("drones"), begun, memory=told)) == 1


def test_no_claim_without_a_link() -> None:
    assert notes(there("drones", evidence=())) == ()
    assert notes(there("drones", evidence=("gone",))) == ()
    assert notes(there("drones"), arrival("drones", "healthcare", FIRST_REPORTS)) == ()


def test_what_is_not_seen_here_waits_until_two_sectors_have_it_unless_asked() -> None:
    begun = [arrival(area, "retail", STARTING, evidence=("a",)) for area in ("drones", "iot")]
    assert [note.technology for note in notes(*begun)] == ["area:iot"]
    assert notes(there("drones")) == ()
    assert len(notes(*spread("drones"))) == 1


def test_in_a_sector_nobody_writes_about_nothing_is_called_unseen() -> None:
    where = edition(arrivals=tuple(spread("drones")), reports=REPORTS)
    (note,) = arrival_notes(profile(BUSINESS, where), moving_towards(where.arrivals, "healthcare"), Memory())
    assert note.home_words == "We read too little from healthcare to say how far it is there."


def test_no_words_of_cause() -> None:
    said = " ".join(f"{note.elsewhere_words} {note.home_words}" for note in sample_digest().arrivals)
    for word in ("because", "caus", "leads", "therefore", "will", "soon"):
        assert word not in said


def test_what_was_asked_about_comes_again_with_the_next_story_from_home() -> None:
    begun = arrival("iot", "healthcare", FIRST_REPORTS, stories=2, evidence=("c",))
    states = ("area:iot", "first_reports", "established")
    before = Memory(issues=5, recent_arrivals=frozenset({(*states, 1)}))
    assert [note.technology for note in notes(there("iot"), begun, memory=before)] == ["area:iot"]
    told = Memory(issues=5, recent_arrivals=frozenset({(*states, 2)}))
    assert notes(there("iot"), begun, memory=told) == ()
