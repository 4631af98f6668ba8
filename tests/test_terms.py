"""Terms that rise, and those that only seem to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.trends.terms import TermRise, TermWeek, emerging, still_up, term_counts

FILLER = [f"filler{number}" for number in range(300)]
SOURCES = ["a", "b", "c", "d"]


def weeks_of(said: Callable[[int], list[str]], *, weeks: int = 40, stories: int = 60) -> dict[int, TermWeek]:
    """Weeks of stories about nothing much, among them those that say something."""
    random = np.random.default_rng(0)
    counted = {}
    for week in range(weeks):
        texts = said(week) + [" ".join(random.choice(FILLER, 8)) for _ in range(stories)]
        counted[week] = term_counts((f"{week}/{at}", SOURCES[at % 4], text) for at, text in enumerate(texts))
    return counted


def names(rises: list[TermRise]) -> list[str]:
    return [rise.term for rise in rises]


def arrives(week: int) -> list[str]:
    return [f"vulkan driver {FILLER[at]}" for at in range(8)] if week >= 36 else []


def test_terms_are_counted_once_per_story_and_source() -> None:
    week = term_counts(
        [
            ("s1", "a", "Soil sensors, soil sensors"),
            ("s1", "a", "Soil sensors again"),
            ("s1", "b", "Soil sensors"),
            ("s2", "a", "Sensors"),
        ]
    )
    assert week.reports == 3
    assert tuple(week.terms["soil sensors"]) == (2, 1, frozenset("ab"))
    assert tuple(week.terms["sensors"]) == (3, 2, frozenset("ab"))


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("internet of things", {"internet", "things", "internet of things"}),
        ("the rise of", {"rise"}),
        ("windows 11 2025", {"windows", "windows 11", "windows 11 2025"}),
        ("a c x", set()),
        ("", set()),
    ],
)
def test_terms_can_be_names(text: str, terms: set[str]) -> None:
    assert set(term_counts([("s", "a", text)]).terms) == terms


def test_what_arrives_is_told_once_as_its_longest_name() -> None:
    weeks = weeks_of(arrives)
    [rise] = emerging(weeks, week=37)
    assert rise.term == "vulkan driver"
    assert (rise.stories, rise.sources, rise.observed) == (16, 4, 16.0)
    # 256 reports in four weeks, 60 · 26 before: 256 · ¼ / 1561
    assert rise.expected == pytest.approx(0.041, abs=0.001)
    assert rise.share_now == pytest.approx(16 / 256)
    assert rise.strength > 1


def test_what_was_told_is_not_told_again_nor_its_variants() -> None:
    weeks = weeks_of(arrives)
    assert emerging(weeks, week=38, known={"vulkan driver"}) == []
    assert emerging(weeks, week=38, known={"vulkan"}) == []


def test_a_known_term_is_up_until_it_is_usual() -> None:
    weeks = weeks_of(arrives, weeks=80)
    assert still_up(weeks, week=38, known=["vulkan", "filler1"]) == {"vulkan"}
    assert still_up(weeks, week=79, known=["vulkan"]) == frozenset()


def test_what_was_always_there_is_not_told() -> None:
    weeks = weeks_of(lambda _: [f"vulkan driver {FILLER[at]}" for at in range(8)])
    assert emerging(weeks, week=39) == []


@pytest.mark.parametrize(("stories", "sources"), [(2, 3), (20, 1)])
def test_few_stories_or_sources_are_not_told(stories: int, sources: int) -> None:
    weeks = weeks_of(lambda _: [])
    weeks[39] = term_counts(
        [(f"s{at}", SOURCES[at % sources], "vulkan") for at in range(stories)]
        + [(f"f{at}", "a", FILLER[at]) for at in range(60)]
    )
    assert emerging(weeks, week=39) == []
    if stories >= 3:
        assert names(emerging(weeks, week=39, min_sources=1)) == ["vulkan"]


def test_words_that_meet_by_chance_are_no_phrase() -> None:
    common = [f"cloud {word}" for word in FILLER[:30]]
    weeks = weeks_of(
        lambda week: [*common, *(["cloud tariff"] * 2), *(["tariff"] * 20)] if week > 36 else common
    )
    assert names(emerging(weeks, week=39)) == ["tariff"]


@pytest.mark.parametrize("top", [0, 1, 2])
def test_at_most_top_are_told(top: int) -> None:
    weeks = weeks_of(lambda week: ["vulkan"] * 9 + ["redux"] * 12 if week >= 37 else [])
    assert names(emerging(weeks, week=39, top=top)) == ["redux", "vulkan"][:top]


def test_too_little_past_tells_nothing() -> None:
    weeks = weeks_of(lambda week: ["vulkan"] * 20 if week >= 4 else [], weeks=12)
    assert emerging(weeks, week=6) == []
    assert emerging({}, week=6) == []
    assert still_up({}, week=6, known=["vulkan"]) == frozenset()


def test_more_news_of_the_same_mix_tells_nothing() -> None:
    random = np.random.default_rng(5)
    weeks = {}
    for week in range(40):
        texts = [" ".join(random.choice(FILLER, 6)) for _ in range(180 if week >= 36 else 60)]
        weeks[week] = term_counts((f"{at}", SOURCES[at % 4], text) for at, text in enumerate(texts))
    assert emerging(weeks, week=39) == []


@given(st.integers(0, 30))
def test_later_weeks_and_the_oldest_change_nothing(shift: int) -> None:
    weeks = SHIFTED
    told = emerging(weeks, week=37)
    assert told == emerging({week: weeks[week] for week in range(8, 38)}, week=37)
    assert told == emerging({week + shift: terms for week, terms in weeks.items()}, week=37 + shift)


SHIFTED = weeks_of(arrives)
