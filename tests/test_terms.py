"""Terms that rise, and those that only seem to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.trends.ngrams import fold
from trendwatch.trends.terms import TermRise, TermRules, TermText, TermWatch

FILLER = [f"filler{number}" for number in range(300)]
SOURCES = ["a", "b", "c", "d"]
SINCE = dict.fromkeys(SOURCES, -100)
OWNERS = {source: source for source in SOURCES}

RULES = TermRules()

Said = Callable[[int], list[str | TermText]]


def reports(week: int, said: Said, *, stories: int = 60) -> list[TermText]:
    """A week of stories about nothing much, among them those that say something."""
    random = np.random.default_rng(week)
    texts = [*said(week), *(" ".join(random.choice(FILLER, 8)) for _ in range(stories))]
    return [
        text
        if isinstance(text, TermText)
        else TermText(f"{week}/{at}", f"{week}/{at}", SOURCES[at % 4], f"site{at}.example/", text)
        for at, text in enumerate(texts)
    ]


def told(
    said: Said, *, weeks: int = 40, first: int = 12, rules: TermRules = RULES, **asked: object
) -> dict[int, list[TermRise]]:
    """What is told week by week."""
    watch, found = TermWatch(), {}
    for week in range(weeks):
        watch.add(week, reports(week, said))
        if week >= first:
            found[week] = watch.judge(since=SINCE, owners=OWNERS, rules=rules, **asked)  # type: ignore[arg-type]
    return {week: rises for week, rises in found.items() if rises}


def names(found: dict[int, list[TermRise]]) -> list[str]:
    return [rise.term for rises in found.values() for rise in rises]


def arrives(week: int) -> list[str | TermText]:
    return [f"vulkan driver {FILLER[at]}" for at in range(8)] if week >= 30 else []


def test_what_arrives_is_told_once_as_its_longest_name() -> None:
    found = told(arrives, weeks=60)
    assert list(found) == [32]  # the third week that uses it
    [rise] = found[32]
    assert rise.term == "vulkan driver"
    assert set(rise.group) == {"vulkan driver", "vulkan", "driver"}
    assert (rise.stories, rise.sources, rise.owners, rise.since) == (24, 4, 4, 30)
    assert rise.weeks == {30: 8, 31: 8, 32: 8}
    assert rise.strength > 1 > rise.expected
    assert rise.share_now == pytest.approx(24 / (4 * 60 + 24), rel=0.01)
    assert rise.items[0].startswith("32/")
    assert len(set(rise.items)) == 24


def test_what_was_told_may_rise_again_once_it_is_over() -> None:
    def comes_back(week: int) -> list[str | TermText]:
        return arrives(30) if 30 <= week < 36 or week >= 120 else []

    assert list(told(comes_back, weeks=130)) == [32, 122]


@pytest.mark.parametrize("way", ["vulkan driver", "vulkan-driver", "vulkandrivers"])
def test_ways_of_writing_are_added_up(way: str) -> None:
    ways = ["vulkan driver", "Vulkan-Driver", "vulkandrivers", way]

    def said(week: int) -> list[str | TermText]:
        return [ways[at] + f" {FILLER[at]}" for at in range(4)] if week >= 30 else []

    assert [fold(name) for name in names(told(said))] == ["vulkandriver"]


def test_what_was_always_there_is_not_told() -> None:
    assert told(lambda _: [f"vulkan driver {FILLER[at]}" for at in range(8)]) == {}


def test_what_doubles_is_not_new() -> None:
    assert told(lambda week: [f"vulkan {FILLER[at]}" for at in range(8 if week < 30 else 16)]) == {}


@pytest.mark.parametrize(
    ("used", "source_count", "min_sources", "expected"),
    [(1, 4, 3, []), (8, 1, 3, []), (8, 2, 3, []), (8, 1, 1, ["vulkan"]), (8, 3, 3, ["vulkan"])],
)
def test_few_stories_or_sources_are_not_told(
    used: int, source_count: int, min_sources: int, expected: list[str]
) -> None:
    def said(week: int) -> list[str | TermText]:
        last = range(used if week >= 36 else 0)
        return [
            TermText(f"v{week}/{at}", f"v{week}/{at}", SOURCES[at % source_count], f"{at}", "vulkan")
            for at in last
        ]

    assert names(told(said, weeks=39, rules=TermRules(min_sources=min_sources))) == expected


def test_sources_of_one_owner_are_one_voice() -> None:
    """Two papers of one house agree with themselves."""
    watch = TermWatch()
    for week in range(40):
        watch.add(week, reports(week, arrives))
    assert watch.judge(since=SINCE, owners=dict.fromkeys(SOURCES, "one"), rules=TermRules()) == []


def test_one_story_printed_everywhere_is_no_rise() -> None:
    def storm(week: int) -> list[str | TermText]:
        if week < 36:
            return []
        return [
            TermText(f"c{week}/{at}", f"c{week}", SOURCES[at % 4], f"{at}", "vulkan driver")
            for at in range(60)
        ]

    assert told(storm, weeks=39) == {}


def test_one_event_of_a_week_or_two_is_no_rise() -> None:
    assert told(lambda week: arrives(30) if week in {30, 31} else []) == {}


def test_one_hand_is_no_rise() -> None:
    def column(week: int) -> list[str | TermText]:
        if week < 30:
            return []
        return [
            TermText(f"c{week}/{at}", f"c{week}/{at}", SOURCES[at], "hill.example/", "hill farm notes")
            for at in range(4)
        ]

    assert told(column) == {}


def test_what_is_said_in_every_field_is_no_topic() -> None:
    def said(week: int, areas: int) -> list[str | TermText]:
        if week < 30:
            return []
        return [
            TermText(
                f"k{week}/{at}", f"k{week}/{at}", SOURCES[at % 4], f"{at}", "kapoor", f"area:{at % areas}"
            )
            for at in range(8)
        ]

    assert told(lambda week: said(week, 8)) == {}
    [rise] = told(lambda week: said(week, 1))[32]
    assert (rise.term, rise.area) == ("kapoor", "area:0")


@pytest.mark.parametrize("word", ["makes", "better", "report", "this week", "called off", "new version"])
def test_ordinary_words_are_no_names(word: str) -> None:
    assert told(lambda week: [f"{word} {FILLER[at]}" for at in range(8)] if week >= 30 else []) == {}


def test_a_word_of_everyday_must_rise_more_surely() -> None:
    rules = TermRules(everyday=frozenset({fold("hooks")}))

    def some(count: int) -> Said:
        return lambda week: [f"hooks {FILLER[at]}" for at in range(count)] if week >= 30 else ["hooks"]

    assert "hooks" in names(told(some(4)))
    assert "hooks" not in names(told(some(4), rules=rules))
    assert "hooks" in names(told(some(12), rules=rules))


def test_what_comes_every_year_is_not_new_each_year() -> None:
    def said(week: int) -> list[str | TermText]:
        year = 2018 + week // 52
        return [f"cvpr {year} {FILLER[at]}" for at in range(4)]

    assert names(told(said, weeks=75, first=26)) == []


def test_words_that_meet_by_chance_are_no_phrase() -> None:
    common: list[str | TermText] = [f"cloud {word}" for word in FILLER[:30]]

    def said(week: int) -> list[str | TermText]:
        return [*common, *(["cloud tariff"] * 2), *(["tariff"] * 20)] if week >= 30 else common

    assert names(told(said)) == ["tariff"]


@pytest.mark.parametrize("top", [0, 1, 2])
def test_at_most_top_are_told_a_week(top: int) -> None:
    found = told(
        lambda week: ["vulkan"] * 9 + ["redux"] * 12 if week >= 30 else [], weeks=33, rules=TermRules(top=top)
    )
    assert names(found) == ["redux", "vulkan"][:top]


def test_dismissed_words_are_not_told() -> None:
    assert names(told(arrives, dismissed=frozenset({"vulkan", "vulkandriver"}))) == ["driver"]


def test_a_past_that_is_known_is_told_again_by_nobody() -> None:
    watch = TermWatch()
    for week in range(38):
        watch.add(week, reports(week, arrives))
        if week == 32:
            watch.was_told(["vulkan driver", "vulkan", "driver"], since=SINCE)
        elif week > 32:
            assert watch.judge(since=SINCE, owners=OWNERS, rules=TermRules()) == []
    followed = watch.followed(["steady", "filler1"])
    assert set(followed) == {"vulkandriver", "vulkan", "driver", "steady", "filler1"}
    assert followed["vulkandriver"][37] == [f"37/{at}" for at in range(8)]
    assert {week: len(items) for week, items in followed["vulkandriver"].items()} == {
        week: 8 if week >= 30 else 0 for week in range(25, 38)
    }
    assert not any(followed["steady"].values())  # looked through, and never said
    assert any(followed["filler1"].values())


def test_more_news_of_the_same_mix_tells_nothing() -> None:
    watch = TermWatch()
    for week in range(40):
        watch.add(week, reports(week, lambda _: [], stories=180 if week >= 36 else 60))
        if week >= 12:
            assert watch.judge(since=SINCE, owners=OWNERS, rules=TermRules()) == []


@settings(max_examples=8, deadline=None)
@given(shift=st.integers(1, 30))
def test_shifting_by_whole_weeks_changes_nothing(shift: int) -> None:
    def at(offset: int) -> list[TermRise]:
        watch = TermWatch()
        for week in range(36):
            watch.add(week + offset, reports(week, arrives))
        since = {source: week + offset for source, week in SINCE.items()}
        return watch.judge(since=since, owners=OWNERS, rules=TermRules())

    assert [(one.term, one.strength) for one in at(shift)] == [(one.term, one.strength) for one in at(0)]
