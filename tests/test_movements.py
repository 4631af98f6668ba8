from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sample_digest import BUSINESS, candidate, edition, source, trend
from trendwatch.advice.movements import movements
from trendwatch.advice.profile import profile
from trendwatch.types.advice import Business
from trendwatch.types.rows import Movement
from trendwatch.types.trends import Stage, Trend, TrendKind

SHOWN = {"i": source("The Courier", path="shown")}


def rows(*trends: Trend, who: Business = BUSINESS) -> tuple[Movement, ...]:
    shown = tuple(replace(one, evidence=("i",)) for one in trends)
    return movements(profile(who, edition(trends=shown, reports=SHOWN)))


def falling(key: str, usual: float, stories: int) -> Trend:
    return trend(
        key, strength=-1.0, observed=1.0, expected=4.0, usual=usual, stories=stories, stage=Stage.FADING
    )


@pytest.mark.parametrize(
    ("one", "direction", "strength", "counts"),
    [
        # (9 + 1/2) / (3 + 1/2) is 2.7 times
        (trend("area:iot"), "up", "more than usual", "9 stories, usually 3"),
        (trend("area:iot", strength=0.4), "up", "probably more than usual", "9 stories, usually 3"),
        (trend("area:iot", usual=0.1), "up", "probably much more than usual", "9 stories, usually none"),
        (falling("area:iot", 6.0, 3), "down", "less than usual", "3 stories, usually 6"),
        (falling("area:iot", 4.0, 3), "down", "a bit less than usual", "3 stories, usually 4"),
        (falling("area:iot", 3.6, 0), "down", "probably much less than usual", "no stories, usually 4"),
        (
            trend("area:iot", stories=1, usual=0.4),
            "up",
            "probably much more than usual",
            "1 story, usually none",
        ),
    ],
)
def test_a_row_in_words(one: Trend, direction: str, strength: str, counts: str) -> None:
    (row,) = rows(one)
    assert (row.direction, row.strength_words, row.count_words) == (direction, strength, counts)
    assert row.name == "Connected sensors"


@pytest.mark.parametrize(
    "one",
    [
        trend("area:iot", strength=0.0),  # not sure that it rose
        trend("area:iot", observed=1.0, expected=2.0),  # below usual but not called fading
        trend("sector:healthcare"),  # no technology
        trend("iot", kind=TrendKind.TERM),
        trend("area:iot|sector:energy", strength=-1),
        trend("area:drones|sector:energy"),  # another sector's, not asked about
    ],
)
def test_what_is_no_row(one: Trend) -> None:
    assert rows(one) == ()


def test_nearest_first_one_row_per_technology() -> None:
    found = rows(
        trend("area:drones", strength=2.0),
        trend("area:iot", strength=1.9),
        trend("area:iot|sector:healthcare", strength=0.2),
        trend("area:additive_manufacturing|sector:energy", strength=0.5),
        falling("area:digital_payments|sector:healthcare", 4.0, 2),
    )
    assert [row.name for row in found] == [
        "Connected sensors in healthcare",
        "Digital payments in healthcare",
        "3D printing in energy",
    ]


def test_general_rows_only_fill_up_to_three() -> None:
    general = [trend(f"area:{key}") for key in ("drones", "ai", "cybersecurity", "health_tech")]
    assert [row.name for row in rows(*general, trend("area:iot"))] == [
        "Connected sensors",
        "Artificial intelligence",
        "Cybersecurity",
    ]
    own = [
        trend(f"area:{key}|sector:healthcare")
        for key in ("drones", "ai", "cybersecurity", "health_tech", "iot")
    ]
    assert len(rows(*own, *general, trend("area:additive_manufacturing"))) == 5


def test_what_fades_is_told_only_where_somebody_has_it() -> None:
    fading = {"strength": -2.0, "observed": 1.4, "expected": 5.0, "stories": 2, "stage": Stage.FADING}
    assert rows(trend("area:drones", **fading)) == ()
    assert [row.direction for row in rows(trend("area:iot", **fading))] == ["down"]  # it asked about that


def test_muted_rows_are_left_out() -> None:
    muted = replace(BUSINESS, mutes=("area:ai",), areas=("generative_ai",))
    assert rows(trend("area:generative_ai"), trend("area:ai"), who=muted) == ()


def test_no_row_without_a_link_that_shows_it() -> None:
    bare = edition(trends=(trend("area:iot", evidence=("gone",)),))
    assert movements(profile(BUSINESS, bare)) == ()
    told = edition(candidate(labels="area:iot", feeds="A,B,C"), trends=bare.trends)
    (row,) = movements(profile(BUSINESS, told))
    assert [shown.feed for shown in row.evidence] == ["A", "B"]


def test_evidence_is_one_per_owner_and_followable() -> None:
    reports = {
        "i1": source("A", owner="House"),
        "i2": source("B", owner="House"),
        "i3": replace(source("C"), url="javascript:x"),
    }
    where = edition(trends=(trend("area:iot", evidence=("i1", "i2", "i3")),), reports=reports)
    (row,) = movements(profile(BUSINESS, where))
    assert [shown.feed for shown in row.evidence] == ["A"]


def test_what_was_asked_about_in_another_sector_says_so_and_stands_behind_its_own() -> None:
    elsewhere, own = trend("area:iot|sector:energy"), trend("area:iot|sector:healthcare", strength=0.2)
    (row,) = rows(elsewhere)
    assert (row.name, row.count_words) == (
        "Connected sensors in energy",
        "9 stories, usually 3; you asked about connected sensors",
    )
    assert [row.key for row in rows(elsewhere, own)] == [own.key]
    assert [row.key for row in rows(elsewhere, trend("area:iot", strength=0.2))] == ["area:iot"]
