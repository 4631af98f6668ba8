"""Why not: every gate can be the answer, and the first one that closed is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sample_digest import BUSINESS, CUTOFF, candidate, edition
from trendwatch.advice.digest import compose
from trendwatch.advice.selection import MUST_SCORE, Refusal
from trendwatch.advice.whynot import CHOSEN, GATES, NO_ROOM, NOT_IN_EDITION, Verdict, considered, unknown
from trendwatch.types.advice import Candidate, Memory

OLD_HAND = Memory(issues=4)
#: Enough points for anyone: own sector, a topic asked about, two publishers.
FIT = "area:iot sector:healthcare"


def verdicts(*candidates: Candidate, memory: Memory = OLD_HAND, **business: object) -> dict[str, Verdict]:
    where, who = edition(*candidates), replace(BUSINESS, **business)  # type: ignore[arg-type]
    digest = compose(where, who, memory)
    return {one.story_id: one for one in considered(where, who, memory, digest=digest)}


def several(count: int, *, labels: str = FIT, feeds: str = "Feed {0},Other {0}") -> list[Candidate]:
    return [
        candidate(f"s{number}", title=f"Report {number}", labels=labels, feeds=feeds.format(number))
        for number in range(count)
    ]


def test_what_is_in_the_digest_says_so_with_its_points() -> None:
    one = verdicts(candidate("s1", labels=FIT))["s1"]
    assert (one.gate, one.words) == (CHOSEN, "It is in the digest.")
    assert one.points == pytest.approx(sum(part.points for part in one.parts), abs=0.005)


@pytest.mark.parametrize(
    ("story", "memory", "gate", "words"),
    [
        (candidate(labels="area:drones"), {}, "too_few_points", "It is about drones."),
        (candidate(labels="sector:healthcare"), {}, "not_technology", "no technology"),
        (
            candidate(labels="area:iot function:operations", feeds="One"),
            {},
            "too_few_sources",
            "Only one publisher told it",
        ),
        (candidate(labels=FIT, seen=CUTOFF), {}, "outside_window", "before or after the days"),
        (candidate(labels=FIT, backlog=True, published=None), {}, "backlog", "before we knew that source"),
        (candidate(labels=FIT), {"shown": frozenset({"s1"})}, "shown_before", "An earlier digest"),
        (replace(candidate(labels=FIT), url="javascript:alert(1)"), {}, "no_link", "no link"),
    ],
)
def test_the_first_gate_that_closed_is_named(
    story: Candidate, memory: dict[str, object], gate: str, words: str
) -> None:
    found = verdicts(story, memory=Memory(issues=4, **memory))["s1"]  # type: ignore[arg-type]
    assert (found.gate, words in found.words) == (gate, True), found


def test_a_muted_label_is_named() -> None:
    found = verdicts(candidate(labels=FIT), mutes=("area:iot",))["s1"]
    assert (found.gate, found.words) == ("muted", "You muted connected sensors.")


def test_caps_are_the_answer_where_the_gates_let_it_pass() -> None:
    many = verdicts(*several(4))
    assert [many[key].gate for key in sorted(many)].count("per_technology") == 2  # two on one technology
    labels = ("area:iot", "area:additive_manufacturing", "area:cybersecurity", "area:ai", "area:drones")
    same = [
        candidate(f"s{n}", title=f"Report {n}", labels=f"{label} sector:healthcare", feeds="Same,Other")
        for n, label in enumerate(labels)
    ]
    [capped] = [one for one in verdicts(*same).values() if one.gate == "per_publisher"]
    assert capped.words == "The digest holds two stories of each publisher that told it, which came first."
    twins = [candidate(key, title="One headline", labels=FIT, feeds=f"{key},Other") for key in ("a", "b")]
    assert sorted(one.gate for one in verdicts(*twins).values()) == [CHOSEN, "told_already"]


def test_a_story_that_lost_its_place_to_better_ones_says_so() -> None:
    areas = ("iot", "additive_manufacturing", "cybersecurity", "ai", "drones", "digital_payments")
    stories = [
        candidate(f"s{n}", title=f"Report {n}", labels=f"area:{area} sector:healthcare", feeds=f"A{n},B{n}")
        for n, area in enumerate(areas)
    ]
    found = verdicts(*stories)
    assert [one.gate for one in found.values()].count("no_place") == 1


def test_the_nearest_come_first_and_an_unknown_story_is_of_other_days() -> None:
    found = list(verdicts(candidate("a", labels="area:drones"), candidate("b", labels=FIT)).values())
    assert [one.story_id for one in found] == ["b", "a"]
    assert found[1].points < MUST_SCORE <= found[0].points
    assert unknown("x").gate == NOT_IN_EDITION


def test_what_must_be_seen_says_so_and_where_it_need_not_be() -> None:
    labels = "area:cybersecurity sector:healthcare impact:threat"
    risk = candidate(title="Ransomware shuts clinics", labels=labels)
    ours = "It is in the digest. It had its place whatever its points: it must be seen."
    assert verdicts(risk)["s1"].words == ours
    told = tuple(replace(one, region="US") for one in risk.sources)
    found = verdicts(replace(risk, sources=told))["s1"]
    there = "It would be a must-see in the United States, where it was told; you are in the United Kingdom."
    assert found.words == f"It is in the digest. {there}"
    assert found.parts[-1].reason == "no must-see in the United Kingdom: told in the United States only"


def test_every_gate_has_words_for_people() -> None:
    assert GATES.keys() == {CHOSEN, NO_ROOM, NOT_IN_EDITION, *map(str, Refusal)}


def test_what_went_first_though_it_scores_less_is_said() -> None:
    areas = ("iot", "ai", "cybersecurity", "digital_payments", "additive_manufacturing", "robotics")
    better = [
        candidate(
            f"s{n}", title=f"T{n}", labels=f"area:{area} sector:healthcare impact:threat", feeds=f"A{n},B{n}"
        )
        for n, area in enumerate(areas)
    ]
    weak = candidate("weak", title="W", labels="area:drones sector:retail", feeds="D,E")
    found = verdicts(*better, weak, follows=("sector:retail",))
    assert found["weak"].gate == CHOSEN
    out = [one for one in found.values() if one.gate == "no_place"]
    assert any("better stories and what you follow filled the five places" in one.words for one in out), out
