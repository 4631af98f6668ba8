from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.sample_digest import BUSINESS, CUTOFF, SINCE, candidate, edition
from trendwatch.advice.caps import OWN_FIRST
from trendwatch.advice.choosing import best_first, choose, outside
from trendwatch.advice.profile import profile
from trendwatch.advice.selection import Judged, Refusal, StoryJudgement
from trendwatch.types.advice import Business, Candidate, Memory
from trendwatch.types.knowledge import Knowledge
from trendwatch.types.sectors import SectorRelations

OLD_HAND = Memory(issues=4)


def judged(one: Candidate, who: Business = BUSINESS, memory: Memory = OLD_HAND) -> Judged:
    return judgement([one], who, memory).of(0)


def judgement(
    stories: list[Candidate], who: Business = BUSINESS, memory: Memory = OLD_HAND
) -> StoryJudgement:
    return StoryJudgement(profile(who, edition(*stories)), memory)


def days(count: float) -> datetime:
    return SINCE + timedelta(days=count)


GOOD = candidate(labels="area:iot sector:healthcare")


# Windows: [Monday 24 February, Monday 3 March); published at most 14 days before.
@pytest.mark.parametrize(
    ("changes", "issues", "refusal"),
    [
        ({}, 4, None),
        ({"first_seen_at": SINCE}, 4, None),
        ({"first_seen_at": CUTOFF}, 4, Refusal.OUTSIDE_WINDOW),
        ({"first_seen_at": SINCE - timedelta(seconds=1)}, 4, Refusal.OUTSIDE_WINDOW),
        ({"published_at": days(-14)}, 4, None),  # a late find
        ({"published_at": days(-14.1)}, 4, Refusal.TOO_OLD),
        ({"published_at": None}, 4, None),  # undated is allowed and marked
        ({"backlog": True, "published_at": days(1)}, 4, None),
        ({"backlog": True, "published_at": days(-1)}, 4, Refusal.BACKLOG),
        ({"backlog": True, "published_at": None}, 4, Refusal.BACKLOG),
        ({"backlog": True, "published_at": days(-1)}, 0, None),  # the welcome issue
        ({"backlog": True, "published_at": days(-1), "first_seen_at": days(-1)}, 0, None),
        ({"backlog": True, "published_at": days(-20)}, 0, Refusal.TOO_OLD),
        ({"url": "javascript:alert(1)"}, 4, Refusal.NO_LINK),
        ({"url": ""}, 4, Refusal.NO_LINK),
        ({"url": "https://x.example/" + "a" * 2000}, 4, Refusal.NO_LINK),
    ],
)
def test_p5_windows_and_back_log(changes: dict[str, object], issues: int, refusal: Refusal | None) -> None:
    assert judged(replace(GOOD, **changes), memory=Memory(issues=issues)).refusal is refusal  # type: ignore[arg-type]


def test_what_was_shown_does_not_come_back() -> None:
    memory = Memory(issues=9, shown=frozenset({GOOD.story_id}))
    assert judged(GOOD, memory=memory).refusal is Refusal.SHOWN_BEFORE


@pytest.mark.parametrize(
    ("labels", "feeds", "kind", "refusal"),
    [
        ("sector:healthcare", "A,B", "news", Refusal.NOT_TECHNOLOGY),
        ("sector:healthcare impact:regulation", "A,B", "news", None),  # a rule needs no technology
        ("area:drones", "A,B", "news", Refusal.TOO_FEW_POINTS),  # nothing matched
        ("area:drones sector:energy", "A,B", "news", Refusal.TOO_FEW_POINTS),  # 1.0 + 0.57 + 0.48
        ("area:drones sector:energy function:operations", "A,B", "news", None),  # + 1.5
        # 3 + 3 − 1 + 0.48 = 5.48: not enough for a single publisher
        ("area:iot sector:healthcare", "A", "news", Refusal.TOO_FEW_SOURCES),
        # + 1.5 + 2.0
        ("area:iot sector:healthcare function:operations impact:threat", "A", "news", None),
        ("area:iot sector:healthcare", "A", "regulator", None),
        ("area:iot sector:healthcare", "A", "research", None),
        ("area:iot sector:healthcare", "A", "vendor", Refusal.TOO_FEW_SOURCES),
    ],
)
def test_gates(labels: str, feeds: str, kind: str, refusal: Refusal | None) -> None:
    assert judged(candidate(labels=labels, feeds=feeds, kind=kind)).refusal is refusal


def test_mutes_win_and_follows_open_what_they_may() -> None:
    follows = replace(BUSINESS, follows=("area:drones", "sector:energy"))
    weak = candidate(labels="area:drones", feeds="A,B", published=days(-13))  # 3 + 0.57 + 0.04: by two
    assert judged(weak).refusal is Refusal.TOO_FEW_POINTS
    assert judged(weak, follows).refusal is None
    assert judged(weak, replace(follows, mutes=("area:drones",))).refusal is Refusal.MUTED
    # 3 - 1 + 0.48: one publisher, and less than MUST_SCORE; with a goal 3.98
    assert judged(candidate(labels="area:drones", feeds="A"), follows).refusal is Refusal.TOO_FEW_SOURCES
    assert judged(candidate(labels="area:drones function:operations", feeds="A"), follows).refusal is None
    # used cars and fires of a sector that is followed are no technology
    plain = candidate(labels="sector:energy function:operations", feeds="A,B,C")
    assert judged(plain, follows).refusal is Refusal.NOT_TECHNOLOGY


def followed_and_better() -> list[Candidate]:
    """Six stories worth more than three that are followed."""
    areas = ("iot", "ai", "cybersecurity", "digital_payments", "additive_manufacturing", "robotics")
    better = [
        candidate(
            f"s{n}", title=f"T{n}", labels=f"area:{area} sector:healthcare impact:threat", feeds=f"A{n},B{n}"
        )
        for n, area in enumerate(areas)
    ]
    weak = [
        candidate(f"f{n}", title=f"F{n}", labels=f"area:{area} sector:retail", feeds=f"D{n},E{n}")
        for n, area in enumerate(("drones", "edge_computing", "blockchain"))
    ]
    return [*better, *weak]


def test_one_followed_story_has_a_place_that_is_worth_less_than_what_goes_without() -> None:
    who = replace(BUSINESS, follows=("sector:retail",), goals=())
    found = chosen(followed_and_better(), who=who)
    assert len(found) == 5
    assert len([one for one in found if one.startswith("f")]) == 1
    assert all(one.startswith("s") for one in chosen(followed_and_better()))
    # where nothing goes without, all that is followed is shown
    assert len(chosen(followed_and_better()[4:], who=who)) == 5


def test_own_sector_has_its_place_before_what_is_followed_and_worth_a_little_more() -> None:
    """Following has three points for that alone: who follows shops would read of shops only."""
    areas = ("drones", "edge_computing", "blockchain", "robotics", "ai")
    shops = [
        candidate(f"f{n}", title=f"F{n}", labels=f"area:{area} sector:retail", feeds=f"A{n},B{n},C{n}")
        for n, area in enumerate(areas)
    ]
    own = candidate("own", title="Own", labels="area:digital_payments sector:healthcare", feeds="Y,Z")
    who = replace(BUSINESS, follows=("sector:retail",), goals=(), areas=("robotics",))
    points = {one.candidate.story_id: one.score.points for one in judgement([*shops, own], who)}
    assert all(0 < points[f"f{n}"] - points["own"] <= OWN_FIRST for n in (0, 1, 2))
    assert "own" in chosen([*shops, own], who=who)
    # alone, what one publisher tells is not lifted over what two tell
    alone = candidate("alone", title="Alone", labels="area:digital_payments sector:healthcare", feeds="Z")
    assert "alone" not in chosen([*shops, alone], who=who)


def test_own_sector_that_is_worth_less_than_what_nobody_asked_for_has_no_place_of_its_own() -> None:
    """Two points less are granted beside what is followed only: among the rest the better story is told."""
    areas = ("drones", "edge_computing", "blockchain", "robotics", "ai")
    better = [
        candidate(f"b{n}", title=f"B{n}", labels=f"area:{area} function:operations", feeds=f"A{n},B{n},C{n}")
        for n, area in enumerate(areas)
    ]
    own = candidate("own", title="Own", labels="area:digital_payments sector:healthcare", feeds="Y,Z")
    who = replace(BUSINESS, follows=(), goals=("operations",), areas=areas)
    points = {one.candidate.story_id: one.score.points for one in judgement([*better, own], who)}
    assert all(0 < points[f"b{n}"] - points["own"] <= OWN_FIRST for n in range(5)), points
    assert "own" not in chosen([*better, own], who=who)


def chosen(candidates: list[Candidate], places: int = 5, who: Business = BUSINESS) -> list[str]:
    held = judgement(candidates, who)
    return [one.candidate.story_id for one in best_first(held, choose(held, places))]


def papers(feeds: str, *, rule: bool = False) -> list[Candidate]:
    impact = " impact:regulation" if rule else ""
    return [
        candidate(
            f"s{n}",
            title=f"Story {n}",
            labels=f"area:{area} sector:healthcare{impact}",
            feeds=feeds,
            kind="regulator",
        )
        for n, area in enumerate(("iot", "drones", "ai", "digital_payments", "cybersecurity"))
    ]


@pytest.mark.parametrize(
    ("feeds", "count"),
    [
        ("Big Paper", 2),
        ("Big Paper,Other", 4),  # two are charged to each
        ("Big Paper,Other,Third", 5),
    ],
)
def test_at_most_two_are_charged_to_one_publisher(feeds: str, count: int) -> None:
    assert len(chosen(papers(feeds))) == count


def test_a_rule_of_the_own_sector_passes_whoever_told_it() -> None:
    assert len(chosen(papers("Big Paper", rule=True))) == 5


def test_what_must_be_seen_leads() -> None:
    best = candidate("best", title="B", labels="area:iot sector:healthcare", feeds="A,B,C,D,E")
    risk = risky(title="Ransomware shuts clinics")
    assert judged(best).score.points > judged(risk).score.points
    assert chosen([best, risk]) == ["risk", "best"]


def test_of_near_equals_the_own_sector_leads() -> None:
    top = candidate("top", title="T", labels="area:iot function:operations area:ai", feeds="A,B,C,D,E")
    near = candidate(
        "near", title="N", labels="area:drones sector:healthcare function:operations", feeds="F,G"
    )
    points = {one.candidate.story_id: one.score.points for one in judgement([top, near])}
    assert 0 < points["top"] - points["near"] <= 1
    assert chosen([top, near]) == ["near", "top"]
    alone = replace(near, sources=near.sources[:1])  # a point less, and not proven: it does not lead
    assert chosen([top, alone])[0] == "top"


def test_at_most_two_on_one_technology_its_parent_counted() -> None:
    stories = [
        candidate(f"s{n}", title=f"Story {n}", labels=f"area:{area} sector:healthcare", feeds=f"A{n},B{n}")
        for n, area in enumerate(["generative_ai", "generative_ai", "ai", "iot"])
    ]
    # s3 was asked about; s2 is less like s0 than s1 is, which would be the third on AI
    assert chosen(stories) == ["s3", "s0", "s2"]


def test_one_headline_twice_is_one_story() -> None:
    same = [
        candidate("s1", title="Chairs report faults - Reuters", labels="area:iot", feeds="A,B"),
        candidate("s2", title="Chairs report faults", labels="area:iot", feeds="C,D"),
    ]
    assert chosen(same) == ["s1"]


def test_a_story_one_publisher_tells_never_stands_above_a_proven_one() -> None:
    loud = candidate(
        "loud",
        title="Xero loud",
        labels="area:iot sector:healthcare function:operations impact:threat",
        feeds="A",
    )
    proven = candidate("proven", title="Quiet", labels="area:additive_manufacturing", feeds="B,C")
    scores = {one.candidate.story_id: one.score for one in judgement([loud, proven])}
    assert scores["loud"] is not None
    assert scores["proven"] is not None
    assert scores["loud"].points > scores["proven"].points
    assert chosen([loud, proven]) == ["proven", "loud"]


def test_ties_are_broken_the_same_way_in_any_order() -> None:
    stories = [
        candidate(f"s{n}", title=f"Story {n}", labels="area:iot", feeds=f"A{n},B{n}") for n in (3, 1, 2)
    ]
    assert chosen(stories) == chosen(stories[::-1]) == ["s1", "s2"]


def test_outside_is_proven_unasked_and_not_of_its_sector() -> None:
    stories = [
        candidate("single", title="1", labels="area:drones", feeds="A"),
        candidate("own", title="2", labels="area:drones sector:healthcare", feeds="A,B,C,D"),
        candidate("asked", title="3", labels="area:iot", feeds="A,B,C,D"),
        candidate("plain", title="4", labels="sector:energy", feeds="A,B,C,D"),
        candidate("good", title="5", labels="area:drones sector:energy", feeds="A,B"),
        candidate("better", title="6", labels="area:digital_payments", feeds="A,B,C"),
    ]
    assert {one for one, _ in drawn(judgement(stories, who) for who in many(60))} == {"good", "better"}
    assert outside(judgement(stories[:4]), [], period="2025-W10") is None
    # what is already shown about a technology makes it usual
    pool = judgement(stories)
    (better,) = (one for one in pool if one.candidate.story_id == "better")
    again = outside(pool, [better], period="2025-W10")
    assert again is not None
    assert again[0].candidate.story_id == "good"
    assert again[1] == 1.0


def many(count: int) -> list[Business]:
    return [replace(BUSINESS, key=f"b{number}") for number in range(count)]


def drawn(pools: Iterable[StoryJudgement]) -> list[tuple[str, float]]:
    found = [outside(pool, [], period="2025-W10") for pool in pools]
    return [(one[0].candidate.story_id, one[1]) for one in found if one]


def test_outside_differs_between_businesses_and_not_between_runs() -> None:
    stories = [candidate(f"s{n}", title=f"T{n}", labels="area:drones", feeds="A,B") for n in range(8)]
    found = drawn(judgement(stories, who) for who in many(12))
    assert found == drawn(judgement(stories[::-1], who) for who in many(12))
    assert {chance for _, chance in found} == {1 / 8}
    assert len({key for key, _ in found}) > 2


def test_outside_prefers_strong_evidence_from_sectors_that_are_near() -> None:
    labels = "area:drones sector:{}".format
    told = [
        candidate("near_strong", title="1", labels=labels("energy"), feeds="A,B,C,D"),
        candidate("near_weak", title="2", labels=labels("energy"), feeds="A,B"),
        candidate("far_strong", title="3", labels=labels("retail"), feeds="A,B,C,D"),
        candidate("near_official", title="4", labels=labels("energy"), feeds="R", kind="regulator"),
    ]
    related = SectorRelations(key="healthcare", suppliers={"energy": 0.5})
    where = replace(edition(*told), knowledge=Knowledge(sectors=(related,)))
    found = drawn(StoryJudgement(profile(who, where), OLD_HAND) for who in many(400))
    # 1 + 1000 (1 - e^(-1))^2 = 401; two publishers, or an official one: 81; 1 + 0.2 x 400 from far away: 81
    chances = {
        "near_strong": 401 / 644,
        "near_weak": 81 / 644,
        "far_strong": 81 / 644,
        "near_official": 81 / 644,
    }
    counts = Counter(key for key, _ in found)
    for key, chance in found:
        assert chance == pytest.approx(chances[key], abs=0.001)
    for key, chance in chances.items():
        assert counts[key] == pytest.approx(400 * chance, abs=4 * (400 * chance * (1 - chance)) ** 0.5)


def risky(key: str = "risk", *, feeds: str = "A,B", title: str = "Quiet", sure: float = 0.9) -> Candidate:
    labels = "area:cybersecurity sector:healthcare impact:threat"
    return candidate(key, title=title, labels=labels, feeds=feeds, confidence=sure)


@pytest.mark.parametrize(
    ("story", "must"),
    [
        (risky(title="Ransomware shuts clinics"), True),
        (risky(feeds="A,B,C,D"), True),
        (risky(), False),  # two publishers and no urgent word
        (risky(title="Ransomware shuts clinics", sure=0.59), False),
        (
            candidate("risk", title="Xero breach", labels="area:cybersecurity impact:threat"),
            True,
        ),  # its software
        (
            candidate("risk", title="Urgent", labels="area:iot sector:energy impact:threat"),
            False,
        ),  # not its own
    ],
)
def test_what_must_be_seen(story: Candidate, must: bool) -> None:
    assert judged(story).must_see is must


# The business is in Britain; its software is Xero.
@pytest.mark.parametrize(
    ("regions", "home", "must"),
    [
        (("US",), "gb", False),
        (("US", "GB"), "gb", True),
        (("US", "world"), "gb", True),  # a source that names no region: it may
        (("US",), "world", True),
        (("uk",), "GB", True),
        (("EU",), "CZ", True),
        (("EU",), "gb", False),
        (("DE",), "EU", True),
        (("DE",), "CZ", False),
        (("US", "CA"), "MX", True),  # a risk in two countries may be everybody's
    ],
)
def test_a_rule_or_risk_told_in_other_regions_only_is_no_must_see(
    regions: tuple[str, ...], home: str, must: bool
) -> None:
    story = told_from(risky(title="Ransomware shuts clinics", feeds="A,B"), *regions)
    found = judged(story, replace(BUSINESS, region=home))
    assert found.must_see is must
    assert found.refusal is None  # it may still be shown for its points
    assert found.score.points == pytest.approx(sum(part.points for part in found.parts))
    assert found.parts[-1].points == 0
    lead = "must see, whatever its points: a risk" if must else "no must-see in "
    assert found.parts[-1].reason.startswith(lead)


def told_from(story: Candidate, *regions: str) -> Candidate:
    sources = [replace(one, region=regions[n % len(regions)]) for n, one in enumerate(story.sources)]
    return replace(story, sources=tuple(sources))


def test_an_official_source_says_where_a_rule_holds_and_software_is_used_everywhere() -> None:
    rule = candidate("r", title="Mandatory now", labels="area:ai sector:healthcare impact:regulation")
    paper, office = told_from(rule, "GB", "US").sources
    ours = replace(rule, sources=(paper, replace(office, kind="regulator")))
    assert not judged(ours).must_see  # a British paper on an American office's rule
    reasons = [part.reason for part in judged(ours).parts]
    assert "a rule told of in the United States" in reasons
    assert "no must-see in the United Kingdom: told in the United States only" in reasons
    assert not judged(told_from(rule, "US", "CA")).must_see  # nor is a rule that two others tell of
    breach = candidate("x", title="Xero breach", labels="area:cybersecurity impact:threat")
    assert judged(told_from(breach, "US")).must_see
    fine = candidate("x", title="Xero users fined", labels="area:cybersecurity impact:regulation")
    assert not judged(told_from(fine, "US")).must_see


def test_what_must_be_seen_stands_first_whatever_fills_the_places_two_at_most() -> None:
    risks = [risky(f"r{n}", title=f"Ransomware hits clinic {n}", feeds=f"R{n},S{n}") for n in range(3)]
    better = [
        candidate(
            f"s{n}", title=f"T{n}", labels=f"area:{area} sector:healthcare", feeds=f"A{n},B{n},C{n},D{n},E{n}"
        )
        for n, area in enumerate(("iot", "ai", "drones", "digital_payments", "additive_manufacturing"))
    ]
    held = judgement([*better, *risks])
    found = [one.candidate.story_id for one in choose(held, 5)]
    assert [one for one in found[:2] if one.startswith("r")] == found[:2]
    assert len([one for one in found if one.startswith("r")]) == 2


def test_a_good_mix_within_a_tier_and_never_across() -> None:
    loud = candidate(
        "loud",
        title="Xero loud",
        labels="area:iot sector:healthcare function:operations impact:threat",
        feeds="A",
    )
    twins = [
        candidate(f"t{n}", title=f"T{n}", labels="area:ai sector:healthcare", feeds=f"B{n},C") for n in (1, 2)
    ]
    assert [one.candidate.story_id for one in choose(judgement([loud, *twins]), 3)] == ["t1", "t2", "loud"]
    near = [
        candidate("first", title="1", labels="area:ai sector:healthcare", feeds="A,B,C"),
        candidate("twin", title="2", labels="area:ai sector:healthcare", feeds="D,E,F"),
        candidate("fresh", title="3", labels="area:drones sector:healthcare", feeds="G,H"),
    ]
    assert [one.candidate.story_id for one in choose(judgement(near), 3)] == ["first", "fresh", "twin"]


def test_who_writes_seldom_is_not_drowned() -> None:
    firehose = [candidate(f"s{n}", title=f"T{n}", labels="area:iot", feeds="Hose,Other") for n in range(12)]
    rare = candidate("rare", title="R", labels="area:iot", feeds="Village,Other")
    reasons = {
        one.candidate.story_id: [part.reason for part in one.score.parts]
        for one in judgement([*firehose, rare])
    }
    assert "from a source that reports seldom" in reasons["rare"]
    assert "from a source that reports seldom" not in reasons["s1"]
