from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sample_digest import BUSINESS, CUTOFF, candidate, edition, source, trend
from trendwatch.advice.columns import confidences
from trendwatch.advice.profile import most_specific, profile
from trendwatch.advice.relevance import WHY_WORDS, Score, Scores
from trendwatch.types.advice import Business, Candidate, Edition

FRESH_3_DAYS = round(0.8 * 2 ** (-3 / 4), 2)  # 0.48
TWO_OWNERS = round(2 * (1 - exp(-1 / 3)), 2)  # 0.57


def scored(one: Candidate, who: Business = BUSINESS, where: Edition | None = None) -> Score:
    scores = Scores(profile(who, where or edition(one)))
    return scores.of(scores.held.columns.place[one.story_id])


def muted(one: Candidate, who: Business) -> bool:
    return bool(Scores(profile(who, edition(one))).muted[0])


def points(one: Candidate, who: Business = BUSINESS, where: Edition | None = None) -> dict[str, float]:
    return {part.reason: part.points for part in scored(one, who, where).parts}


# Every row: labels, then the parts beside freshness 0.48 and breadth 0.57 of two owners.
@pytest.mark.parametrize(
    ("labels", "parts"),
    [
        ("sector:healthcare", {"because you work in healthcare": 3.0}),
        ("area:iot", {"because you asked about connected sensors": 3.0}),
        (
            "area:iot area:additive_manufacturing",
            {"because you asked about 3D printing and connected sensors": 3.0},
        ),
        ("function:operations", {"because you want to improve day-to-day operations": 1.5}),
        (
            "function:operations function:customer_service",  # 1.5 + 0.75
            {"because you want to improve day-to-day operations and customer service": 2.25},
        ),
        (
            "sector:healthcare impact:regulation",
            {"because you work in healthcare": 3.0, "a rule you may have to follow": 2.0},
        ),
        ("impact:threat", {"a risk you may have to act on": 2.0}),  # no sector: everybody's
        ("impact:threat sector:energy", {}),  # somebody else's
        (
            "area:drones sector:energy",
            {"it comes from energy; nothing on drones in healthcare lately": 1.0},
        ),
        ("area:drones", {}),
    ],
)
def test_parts_of_a_score(labels: str, parts: dict[str, float]) -> None:
    who = replace(BUSINESS, areas=("additive_manufacturing", "iot"))
    everywhere = {"published 3 days ago": FRESH_3_DAYS, "reported by 2 independent publishers": TWO_OWNERS}
    assert points(candidate(labels=labels), who) == parts | everywhere


def test_points_are_the_sum_of_the_printed_parts() -> None:
    found = scored(candidate(labels="sector:healthcare area:iot function:operations impact:threat"))
    # 3.0 + 3.0 + 1.5 + 2.0 + 0.57 + 0.48
    assert found.points == 10.55 == round(sum(part.points for part in found.parts), 2)


def test_an_unsure_tag_counts_in_proportion() -> None:
    # 0.3 of the 0.5 that is taken at its word: 0.6 · 3.0
    assert (
        points(candidate(labels="sector:healthcare", confidence=0.3))["because you work in healthcare"] == 1.8
    )


def test_related_topics_weigh_less_and_never_twice() -> None:
    asks_ai = replace(BUSINESS, areas=("ai",))
    asks_chatbots = replace(BUSINESS, areas=("generative_ai",))
    assert (
        points(candidate(labels="area:ai"), asks_chatbots)[
            "it is close to generative AI, which you asked about"
        ]
        == 1.2
    )
    # generative AI implies AI: asked about, not merely near
    both = points(candidate(labels="area:generative_ai"), asks_ai)
    assert both["because you asked about artificial intelligence"] == 3.0
    assert not any("close to" in reason for reason in both)


def test_a_muted_label_removes_a_story_whatever_else_it_has() -> None:
    one = candidate(labels="area:generative_ai sector:healthcare area:iot")
    assert muted(one, replace(BUSINESS, mutes=("area:generative_ai",)))
    implied = replace(BUSINESS, mutes=("area:ai",), follows=("area:iot",))
    assert muted(one, implied)


def test_followed_labels_are_marked() -> None:
    found = scored(candidate(labels="sector:energy"), replace(BUSINESS, follows=("sector:energy",)))
    assert found.followed
    assert "because you follow energy" in [part.reason for part in found.parts]


def test_a_technology_not_yet_in_its_own_sector_is_never_worth_nothing() -> None:
    lonely = candidate(labels="area:drones sector:agriculture", feeds="One Paper", published=None)
    assert scored(lonely).points >= 0.4  # 1.0 − 1.0 single source + 0.48
    assert scored(lonely).matched == ("area:drones", "sector:agriculture")


def test_a_technology_known_in_its_own_sector_is_not_from_elsewhere() -> None:
    one = candidate(labels="area:drones sector:energy")
    here = candidate("s2", labels="area:drones sector:healthcare")
    by_story = points(one, where=edition(one, here))
    by_trend = points(
        one, where=edition(one, trends=(trend("area:drones|sector:healthcare", strength=-1.0),))
    )
    assert not any("nothing on" in reason for reason in [*by_story, *by_trend])


@pytest.mark.parametrize(
    ("tool", "text", "named"),
    [
        ("Xero", "Fake Xero invoices", True),
        ("xero", "Fake XERO invoices", True),
        ("Xero", "Xeroderma study", False),
        ("Sage", "a passage on sage and thyme", False),  # inside a word; a plant
        ("Square", "Ten thousand square metres", False),
        ("n8n", "how n8n saved a day", True),
        ("monday.com", "a bug in monday.com boards", True),
        ("C++", "written in C++, mostly", True),
        ("  ", "nothing", False),
    ],
)
def test_software_is_named_as_a_whole_word(tool: str, text: str, named: bool) -> None:
    found = scored(candidate(title=text), replace(BUSINESS, tools=(tool,)))
    assert (f"tool:{tool}" in found.matched) is named
    assert (f"about software you use: {tool}" in [part.reason for part in found.parts]) is named


def test_breadth_counts_owners_not_feeds() -> None:
    one = candidate(labels="area:iot")
    house = replace(one, sources=tuple(source(feed, owner="One House") for feed in ("A", "B", "C")))
    assert points(house)["only one publisher so far"] == -1.0


def test_an_official_source_needs_no_second_one_and_a_vendor_is_doubted() -> None:
    official = points(candidate(labels="area:iot", feeds="Regulator", kind="regulator"))
    assert "only one publisher so far" not in official
    vendor = points(candidate(labels="area:iot", feeds="AirCo Blog", kind="vendor"))
    assert vendor["written by those who sell it"] == -1.5


def test_momentum_counts_own_sector_and_general_rises_only() -> None:
    one = candidate(labels="area:drones")
    rising = edition(one, trends=(trend("area:drones", strength=1.0),))
    # clip(1.0, 0, 2) / 2 · 1.5
    assert points(one, where=rising)["more reports than usual about drones"] == 0.75
    other = edition(one, trends=(trend("area:drones|sector:energy", strength=2.0),))
    fading = edition(one, trends=(trend("area:drones", strength=-1.0),))
    for where in (other, fading):
        assert "more reports than usual about drones" not in points(one, where=where)


def test_freshness_halves_every_four_days() -> None:
    old = candidate(labels="area:iot", published=CUTOFF - timedelta(days=8))
    assert points(old)["published 8 days ago"] == 0.2  # 0.8 / 2²
    undated = candidate(labels="area:iot", published=None, seen=CUTOFF - timedelta(hours=1))
    assert points(undated)["first seen today"] == 0.79  # 0.8 · 2^(−1/96)


@pytest.mark.parametrize(
    ("labels", "title", "why"),
    [
        ("sector:healthcare area:iot", "x", "You work in healthcare and asked about connected sensors."),
        ("impact:threat", "Xero hit", "You use Xero; it is a risk you may have to act on."),
        (
            "area:drones sector:energy sector:retail",
            "x",
            "It comes from retail; nothing on drones in healthcare lately.",
        ),
        ("area:drones", "x", ""),
    ],
)
def test_why_is_one_sentence_that_names_what_matched(labels: str, title: str, why: str) -> None:
    assert scored(candidate(title=title, labels=labels)).why == why


def test_implied_labels_carry_their_childs_confidence() -> None:
    one = candidate(labels="area:generative_ai", confidence=0.7)
    assert confidences(one, {"area:generative_ai": "area:ai"}) == {"area:ai": 0.7, "area:generative_ai": 0.7}
    loop = {"area:generative_ai": "area:ai", "area:ai": "area:generative_ai"}
    assert len(confidences(one, loop)) == 2
    assert most_specific(("area:ai", "area:generative_ai"), {"area:generative_ai": "area:ai"}) == (
        "area:generative_ai",
    )


@given(st.integers(1, 30))
def test_more_independent_publishers_never_lower_a_score(count: int) -> None:
    feeds = [f"Paper {number}" for number in range(count)]
    fewer, more = ",".join(feeds), ",".join([*feeds, "One More"])
    assert (
        scored(candidate(labels="area:iot", feeds=more)).points
        >= scored(candidate(labels="area:iot", feeds=fewer)).points
    )


@pytest.mark.parametrize("labels", ["", "impact:threat ", "function:operations function:customer_service "])
@pytest.mark.parametrize("title", ["x", "Xero and Shopify and Square hit"])
def test_why_is_at_most_eighteen_words_and_names_two_reasons(labels: str, title: str) -> None:
    one = candidate(title=title, labels=f"{labels}area:iot area:drones sector:healthcare sector:energy")
    said = scored(one).why
    assert 0 < len(said.split()) <= WHY_WORDS
    assert said.count(" and ") + said.count(";") <= 3
