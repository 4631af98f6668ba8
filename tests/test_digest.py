from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_digest import (
    BUSINESS,
    CUTOFF,
    GOLDEN,
    SAMPLE,
    SINCE,
    candidate,
    composed,
    edition,
    sample_digest,
    trend,
)
from trendwatch.advice.digest import compose
from trendwatch.render.feeds import as_json
from trendwatch.types.advice import Candidate, Coverage, Digest, Edition, Memory

OLD_HAND = Memory(issues=4)


def titles(digest: Digest) -> list[str]:
    return [pick.title.split()[0] for pick in digest.picks]


def test_the_written_week() -> None:
    digest = sample_digest()
    assert digest.period == "2025-W10"
    assert titles(digest) == ["Dental", "Print-shop", "Fake", "Regulator", "Drones"]
    assert digest.one_thing is not None
    assert digest.one_thing.why == "You work in healthcare and asked about connected sensors."
    assert digest.one_thing.topics == ("Connected sensors", "Healthcare")
    assert digest.worth_a_look[2].marks == ("official source",)
    assert digest.outside is not None
    assert digest.outside.why == "It is beyond your topics (drones) and told by three independent publishers."
    assert digest.notes == (
        "Left out: 1 story that only one publisher tells so far.",
        "3 of 90 feeds could not be read: Health Tech Gazette, Le Cabinet and Praxis.",
    )
    assert not digest.quiet
    assert json.loads(as_json(digest)) == json.loads((GOLDEN / "sample.json").read_text("utf-8"))


def test_the_order_of_candidates_and_trends_changes_nothing() -> None:
    for seed in range(20):
        dice = random.Random(seed)
        candidates, trends = list(SAMPLE.candidates), list(SAMPLE.trends)
        dice.shuffle(candidates)
        dice.shuffle(trends)
        arrivals = dice.sample(SAMPLE.arrivals, len(SAMPLE.arrivals))
        shuffled = replace(
            SAMPLE, candidates=tuple(candidates), trends=tuple(trends), arrivals=tuple(arrivals)
        )
        assert composed(shuffled, BUSINESS, OLD_HAND) == sample_digest()


def test_a_quiet_week_is_not_broken() -> None:
    digest = compose(edition(candidate(labels="sector:energy")), BUSINESS, OLD_HAND)
    assert digest.quiet
    assert digest.picks == ()
    assert digest.notes[0] == "Nothing in 1,240 items met your profile well enough."


@pytest.mark.parametrize(
    ("title", "url", "marked"),
    [
        ("Opinion: robots are not for the big", "https://a.example/1", True),
        ("OP-ED: Robots", "https://a.example/1", True),
        ("Comment - what robots do", "https://a.example/1", True),
        ("Robots", "https://a.example/world/opinion/robots", True),
        ("Opinion polls call for robots", "https://a.example/1", False),
        ("Robots change a public opinion: survey", "https://a.example/1", False),
        ("Robots", "https://a.example/opinion-polls/1", False),
    ],
)
def test_views_are_marked_as_such(title: str, url: str, marked: bool) -> None:
    story = candidate(title=title, labels="area:iot sector:healthcare")
    story = replace(story, sources=tuple(replace(source, url=url) for source in story.sources))
    first = compose(edition(story), BUSINESS, OLD_HAND).one_thing
    assert first is not None
    assert ("opinion" in first.marks) is marked


def test_never_padded() -> None:
    one = candidate(labels="area:iot sector:healthcare")
    filler = candidate("f", title="Other", labels="sector:retail", feeds="C,D,E,F")
    digest = compose(edition(one, filler), BUSINESS, OLD_HAND)
    assert [pick.story_id for pick in digest.picks] == ["s1"]
    assert "Only one passed this time; we never fill up." in digest.notes


def test_welcome_issue_says_so_and_holds_back_log() -> None:
    old = candidate(labels="area:iot sector:healthcare", published=SINCE - timedelta(days=9), backlog=True)
    assert compose(edition(old), BUSINESS, OLD_HAND).quiet
    welcome = compose(edition(old), BUSINESS, Memory())
    assert welcome.one_thing is not None
    assert welcome.notes[0].startswith("This is your first issue")


def test_movements_that_cannot_be_told_yet_say_from_when_once() -> None:
    start = datetime(2025, 4, 14, 6, tzinfo=UTC)
    first = compose(edition(trends_from=start), BUSINESS, Memory())
    assert first.trends_from == start
    later = compose(edition(trends_from=start), BUSINESS, OLD_HAND)
    assert later.trends_from is None
    told = "What rises and fades can be told from 14 April 2025: there is too little history yet."
    assert told in later.notes
    assert told not in first.notes
    assert "No technology was reported clearly more or less than usual." not in later.notes
    assert compose(edition(trends_from=CUTOFF), BUSINESS, Memory()).trends_from is None


@pytest.mark.parametrize(
    ("where", "note"),
    [
        (edition(), "No technology was reported clearly more or less than usual."),
        (
            edition(trends=(trend("area:iot|sector:energy", strength=-1.0),)),
            "Nothing near you was reported clearly more or less than usual.",
        ),
        (
            edition(coverage=Coverage(items=5, sources=1, feeds=6, missing=("A", "B", "C", "D", "E"))),
            "5 of 6 feeds could not be read: A, B, C and 2 more.",
        ),
    ],
)
def test_notes_say_what_cannot_be_said(where: Edition, note: str) -> None:
    assert note in compose(where, BUSINESS, OLD_HAND).notes


def test_followed_labels_keep_their_place_beside_the_one_from_outside() -> None:
    who = replace(BUSINESS, follows=("area:drones",), areas=("iot", "additive_manufacturing", "ai"))
    stories = [
        candidate(f"s{n}", title=f"Story {n}", labels=f"area:{area} sector:healthcare", feeds=f"A{n},B{n}")
        for n, area in enumerate(["iot", "additive_manufacturing", "ai", "cybersecurity", "health_tech"])
    ]
    lonely = candidate("lonely", title="Lonely", labels="area:drones function:operations", feeds="Z")
    beyond = candidate("beyond", title="Beyond", labels="area:digital_payments", feeds="X,Y,W")
    digest = compose(edition(*stories, lonely, beyond), who, OLD_HAND)
    assert "lonely" in [pick.story_id for pick in digest.picks]
    assert digest.outside is not None
    assert digest.outside.story_id == "beyond"
    assert len(digest.picks) == 5


def test_few_stories_say_why_and_only_where_nothing_passed_that_nothing_did() -> None:
    def told_by(feeds: str, count: int, kind: str = "news") -> list[Candidate]:
        areas = ["iot", "ai", "drones", "cybersecurity", "digital_payments"][:count]
        return [
            candidate(
                f"s{n}", title=f"Story {n}", labels=f"area:{area} sector:healthcare", feeds=feeds, kind=kind
            )
            for n, area in enumerate(areas)
        ]

    one_voice = compose(edition(*told_by("Office", 5, "regulator")), BUSINESS, OLD_HAND)
    assert len(one_voice.picks) == 2
    assert (
        "Three more told by the same publisher passed too; they were left out for variety." in one_voice.notes
    )
    two = compose(edition(*told_by("A,B", 2)), BUSINESS, OLD_HAND)
    assert "Only two passed this time; we never fill up." in two.notes
    three_voices = compose(edition(*told_by("A,B,C", 5)), BUSINESS, OLD_HAND)
    assert len(three_voices.picks) == 5  # two are charged to each, whoever told them first


def test_where_few_sources_are_read_one_publisher_may_have_four() -> None:
    areas = ["iot", "ai", "drones", "cybersecurity", "digital_payments"]
    stories = [
        candidate(
            f"s{n}", title=f"S {n}", labels=f"area:{area} sector:healthcare", feeds="Office", kind="regulator"
        )
        for n, area in enumerate(areas)
    ]
    few = compose(edition(*stories, coverage=Coverage(items=9, sources=9, feeds=9)), BUSINESS, OLD_HAND)
    assert len(few.picks) == 4


def test_what_is_said_comes_from_the_report_and_is_not_the_headline_again() -> None:
    one = candidate(
        title="Sensors arrive - The Courier",
        summary="The practice in Bath uses 40 of them. It was quick.",
        labels="area:iot",
    )
    pick = compose(edition(one), BUSINESS, OLD_HAND).one_thing
    assert pick is not None
    assert (pick.title, pick.what) == ("Sensors arrive", "The practice in Bath uses 40 of them.")
    again = compose(edition(replace(one, summary="Sensors arrive.")), BUSINESS, OLD_HAND).one_thing
    assert again is not None
    assert again.what == ""


def test_topics_name_what_the_reason_names() -> None:
    one = candidate(labels="area:ai area:drones area:iot sector:agriculture sector:healthcare")
    tags = [replace(tag, confidence=0.5 if tag.label in {"iot", "healthcare"} else 0.9) for tag in one.tags]
    pick = compose(edition(replace(one, tags=tuple(tags))), BUSINESS, OLD_HAND).one_thing
    assert pick is not None
    assert pick.why == "You work in healthcare and asked about connected sensors."
    assert pick.topics == ("Connected sensors", "Artificial intelligence", "Healthcare")


def test_marks_show_doubts() -> None:
    one = candidate(
        title="Xero and sensors",
        labels="area:iot sector:healthcare function:operations impact:threat",
        feeds="AirCo Blog",
        kind="vendor",
        published=None,
    )
    pick = compose(edition(one), BUSINESS, OLD_HAND).one_thing
    assert pick is not None
    assert pick.marks == ("single source", "vendor-written", "undated")


def test_two_businesses_never_mix() -> None:
    other = replace(
        BUSINESS, key="field_farm", name="Field Farm", sector="agriculture", areas=("drones",), tools=()
    )
    first, second = compose(SAMPLE, BUSINESS, OLD_HAND), compose(SAMPLE, other, OLD_HAND)
    assert (first.business_key, second.business_key) == ("harbour_dental", "field_farm")
    assert first == compose(SAMPLE, BUSINESS, OLD_HAND)
    assert "healthcare and asked" not in str(second.picks)


def top_words(digest: Digest) -> int:
    pick = digest.one_thing
    if pick is None:
        return 0
    text = f"The one thing {pick.title} {pick.what} Why it matters to you: {pick.why}"
    return len(text.split())


def test_the_first_story_is_complete_in_sixty_words() -> None:
    long_winded = candidate(
        title=" ".join(["headline"] * 18),
        summary="Word " + " ".join(["word"] * 80) + ".",
        labels="area:iot sector:healthcare impact:regulation",
    )
    digest = compose(edition(long_winded), BUSINESS, OLD_HAND)
    assert digest.one_thing is not None
    assert digest.one_thing.why == "You work in healthcare and asked about connected sensors."
    assert top_words(digest) <= 60


LABELS = [
    "area:iot sector:healthcare",
    "area:generative_ai sector:retail function:customer_service",
    "area:additive_manufacturing impact:threat",
    "area:drones sector:energy",
    "area:cybersecurity sector:healthcare impact:regulation",
    "area:ai sector:manufacturing function:operations",
    "area:digital_payments sector:healthcare",
    "sector:healthcare",
    "",
]


@st.composite
def candidates(draw: st.DrawFn) -> tuple[Candidate, ...]:
    made = []
    for number in range(draw(st.integers(0, 25))):
        feeds = draw(st.lists(st.sampled_from("ABCDEFGH"), min_size=1, max_size=6, unique=True))
        made.append(
            candidate(
                f"s{number}",
                title=draw(st.sampled_from(["Xero ", "", "A long "])) + f"story {draw(st.integers(0, 12))}",
                summary=" ".join(["word"] * draw(st.integers(0, 90))),
                labels=draw(st.sampled_from(LABELS)),
                feeds=",".join(feeds),
                seen=SINCE + timedelta(hours=draw(st.integers(-48, 200))),
                published=draw(st.none() | st.just(CUTOFF - timedelta(days=draw(st.integers(0, 40))))),
                backlog=draw(st.booleans()),
            )
        )
    return tuple(made)


def own_rule(one: Candidate) -> bool:
    return {"sector:healthcare", "impact:regulation"} <= {tag.full_key for tag in one.tags}


def can_be_charged(stories: list[set[str]], charged: Counter[str]) -> bool:
    """Tell whether each story can be charged to one of its publishers, two to each at most."""
    if not stories:
        return True
    return any(
        can_be_charged(stories[1:], charged + Counter([owner])) for owner in stories[0] if charged[owner] < 2
    )


@settings(max_examples=150, deadline=None)
@given(candidates(), st.integers(0, 6), st.frozensets(st.integers(0, 24), max_size=5))
def test_laws_of_every_digest(made: tuple[Candidate, ...], issues: int, shown: frozenset[int]) -> None:
    memory = Memory(issues=issues, shown=frozenset(f"s{number}" for number in shown))
    where = edition(*made, trends=(trend("area:iot"), trend("area:ai|sector:healthcare")))
    digest = compose(where, BUSINESS, memory)
    picks = digest.picks
    by_id = {one.story_id: one for one in made}
    assert len(picks) <= 5
    assert digest.quiet == (not picks)
    assert len({pick.story_id for pick in picks}) == len(picks)
    assert len({pick.title for pick in picks}) == len(picks)
    assert not memory.shown.intersection(pick.story_id for pick in picks)
    capped = [pick for pick in picks if "must see" not in pick.marks and not own_rule(by_id[pick.story_id])]
    assert can_be_charged([{source.owner for source in pick.sources} for pick in capped], Counter())
    areas = [tag.label for pick in picks for tag in by_id[pick.story_id].tags if tag.facet == "area"]
    assert all(areas.count(area) <= 2 for area in areas)
    for pick in picks:
        assert pick.why
        assert pick.topics
        assert pick.url.startswith("https://")
        one = by_id[pick.story_id]
        assert one.backlog or SINCE <= one.first_seen_at < CUTOFF
    assert top_words(digest) <= 60


def four_weeks() -> list[Digest]:
    """Compose four issues from the same pool of stories, each remembering the ones before."""
    pool = [
        candidate(
            f"s{n}", title=f"Story {n}", labels=LABELS[n % len(LABELS)], feeds=f"A{n},B{n}", published=SINCE
        )
        for n in range(40)
    ]
    digests: list[Digest] = []
    for week in range(4):
        shown = frozenset(pick.story_id for digest in digests for pick in digest.picks)
        digests.append(compose(edition(*pool), BUSINESS, Memory(issues=week, shown=shown)))
    return digests


def test_no_story_twice_across_four_issues() -> None:
    ids = [pick.story_id for digest in four_weeks() for pick in digest.picks]
    assert len(ids) == len(set(ids)) >= 16


def test_a_hostile_length_is_cut() -> None:
    hostile = candidate(title="x" * 100_000, summary="y" * 100_000, labels="area:iot")
    pick = compose(edition(hostile), BUSINESS, OLD_HAND).one_thing
    assert pick is not None
    assert len(pick.title) <= 160
    assert len(pick.what) <= 240
