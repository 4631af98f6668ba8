"""Times, weeks, keys and movements as people read them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seeding import a_trend
from tests.seeds import NOW
from trendwatch.advice.movements import movements
from trendwatch.advice.profile import profile
from trendwatch.advice.trendwords import (
    count_words,
    direction,
    stage_words,
    standing_words,
    strength_words,
    telling,
)
from trendwatch.types.advice import Business, Coverage, Edition
from trendwatch.types.sources import Source
from trendwatch.types.trends import Stage, Trend
from trendwatch.web.charts import BARS_HEIGHT, bars, spark
from trendwatch.web.words import (
    ago,
    day,
    key_name,
    moment,
    stamp,
    web_link,
    week_end_words,
    week_start_words,
    week_words,
)

NAMES = {
    "area:drones": "Drones",
    "area:ai": "AI",
    "sector:public": "Public sector",
    "sector:retail": "Retail",
}


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (timedelta(0), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=23), "23 hours ago"),
        (timedelta(days=400), "400 days ago"),
        (-timedelta(seconds=5), "in a moment"),
        (-timedelta(minutes=50), "in 50 minutes"),
    ],
)
def test_ago(past: timedelta, said: str) -> None:
    assert ago(NOW - past, NOW) == said


def test_days_and_moments_follow_the_zone() -> None:
    assert day(NOW) == "3 March 2025"
    assert day(NOW, "Pacific/Honolulu") == "2 March 2025"
    assert moment(NOW, "Europe/Berlin") == "Monday 3 March, 09:00"
    assert stamp(NOW) == "2025-03-03 08:00 UTC"


@pytest.mark.parametrize(
    ("week", "said"),
    [
        ("2025-W11", "10 to 16 March 2025"),
        ("2025-W14", "31 March to 6 April 2025"),
        ("2025-W01", "30 December 2024 to 5 January 2025"),
    ],
)
def test_week_words(week: str, said: str) -> None:
    assert week_words(week) == said


def test_ends_of_a_week() -> None:
    assert (week_start_words("2025-W14"), week_end_words("2025-W14")) == ("31 March 2025", "6 April 2025")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("area:drones", "Drones"),
        ("area:drones|sector:retail", "Drones in retail"),
        ("area:ai|sector:public", "AI in the public sector"),
        ("area:quantum_computing", "Quantum computing"),
        ("digital twin", "digital twin"),
    ],
)
def test_key_name(key: str, said: str) -> None:
    assert key_name(key, NAMES) == said


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//evil.example",
        "data:text/html,x",
        "",
        "ftp://a.example",
        "http://a\n.example",
    ],
)
def test_w1_only_http_is_linked(url: str) -> None:
    assert web_link(url) == ""
    assert web_link("https://a.example/?b=c") == "https://a.example/?b=c"


TRENDS = [
    # (9 + 1/2) / (3 + 1/2) is 2.7 times: "more"; sure of 2**1.0 times
    (a_trend("area:drones", strength=1.0, stories=9), "more than usual", "9 stories, usually 3"),
    (
        a_trend("area:drones", strength=0.6, stories=1, expected=0.1),
        "probably much more than usual",
        "1 story, usually none",
    ),
    (
        a_trend("area:drones", strength=-0.7, stories=2, observed=2.0, expected=4.0, stage=Stage.FADING),
        *("less than usual", "2 stories, usually 4"),
    ),
    (
        a_trend("area:drones", strength=-0.6, stories=0, observed=0.0, expected=5.0, stage=Stage.FADING),
        *("probably much less than usual", "no stories, usually 5"),
    ),
    (
        a_trend("area:drones", strength=-0.6, stories=6, observed=6.0, expected=8.0, stage=Stage.FADING),
        *("a bit less than usual", "6 stories, usually 8"),
    ),
]


@pytest.mark.parametrize(("trend", "strength", "counts"), TRENDS)
def test_pages_and_digests_say_the_same_of_a_trend(trend: Trend, strength: str, counts: str) -> None:
    assert (strength_words(trend), count_words(trend)) == (strength, counts)
    source = Source(title="A", url="https://a.example/1", feed="A", owner="a", kind="news")
    edition = Edition(
        id="e",
        since=NOW - timedelta(weeks=1),
        cutoff=NOW,
        candidates=(),
        trends=(Trend(**{name: getattr(trend, name) for name in trend.__slots__} | {"evidence": ("1",)}),),
        coverage=Coverage(items=1, sources=1, feeds=1),
        names=NAMES,
        parents={},
        model_version="v1",
        config_hash="",
        reports={"1": source},
    )
    row = movements(profile(Business(key="b", name="B", sector="retail", areas=("drones",)), edition))[0]
    assert (row.direction, row.strength_words, row.count_words) == (direction(trend), strength, counts)


@pytest.mark.parametrize(
    ("stories", "usual", "sure", "words"),
    [
        (9, 1.2, 1.9, "probably much more than usual"),  # (9 + 1/2) / (1 + 1/2) = 6.3 times; sure of 1.9
        (11, 1.9, 2.1, "probably much more than usual"),  # 11.5 / 2.5 = 4.6
        (5, 0.3, 3.2, "much more than usual"),  # 5.5 / 0.5 = 11
        (17, 3.4, 1.6, "probably much more than usual"),  # 17.5 / 3.5 = 5
        (9, 5.0, 1.6, "more than usual"),  # 9.5 / 5.5 = 1.7
        (9, 5.0, 1.4, "probably more than usual"),
        (9, 7.0, 1.4, "a bit more than usual"),  # 9.5 / 7.5 = 1.3
        (2, 11.4, 1 / 3.1, "much less than usual"),  # 11.5 / 2.5 = 4.6
        (2, 11.4, 1 / 1.6, "probably much less than usual"),
        (5, 9.4, 1 / 1.6, "less than usual"),  # 9.5 / 5.5 = 1.7
    ],
)
def test_t40_the_word_for_a_size_fits_the_numbers_and_doubt_is_said_apart(
    stories: int, usual: float, sure: float, words: str
) -> None:
    moved = {"observed": 9.0, "expected": 3.0} if sure > 1 else {"observed": 1.0, "expected": 3.0}
    trend = a_trend("area:drones", strength=math.log2(sure), stories=stories, **moved)
    assert strength_words(replace(trend, usual=usual)) == words


@given(
    stories=st.integers(0, 50),
    usual=st.none() | st.floats(0, 50),
    observed=st.floats(0, 50),
    expected=st.floats(0, 50),
    strength=st.floats(-6, 6),
)
def test_words_of_size_agree_with_the_whole_numbers_beside_them(
    stories: int, usual: float | None, observed: float, expected: float, strength: float
) -> None:
    moved = {"stories": stories, "observed": observed, "expected": expected}
    trend = replace(a_trend("area:drones", strength=strength, **moved), usual=usual)
    words = strength_words(trend).split()
    printed = round(expected if usual is None else usual)
    assert ("more" in words) == (stories > printed and direction(trend) == "up")
    assert ("less" in words) == (stories < printed and direction(trend) == "down")
    assert telling(trend) == bool({"more", "less"} & {*words})


def test_t6_usual_is_what_was_kept_and_never_scaled_from_few_reports() -> None:
    # 1 story weighing 0.3 where 4.0 are expected was "usually 13"; half a year before told 11.4 in such weeks
    one = a_trend("area:drones", strength=-1.0, stories=1, observed=0.3, expected=4.0)
    assert count_words(replace(one, usual=11.4)) == "1 story, usually 11"
    assert count_words(one) == "1 story, usually 4"


def test_every_stage_has_words() -> None:
    assert {stage_words(stage) for stage in Stage} >= {"new", "growing", "normal by now", "fading"}


def test_a_spark_stays_inside_its_box() -> None:
    line = spark([0, 5, 10])
    assert line is not None
    # 120 wide, 28 high, a margin of 3: x from 3 to 117, y from 25 down to 3
    assert line.points == "3.0,25.0 60.0,14.0 117.0,3.0"
    assert (line.last_x, line.last_y, line.most) == (117.0, 3.0, 10)
    assert spark([0, 0]) is None
    assert spark([3]) is None
    assert spark([]) is None


def test_bars_are_as_high_as_their_counts() -> None:
    found = bars(2878, [0, 5, 10], up={2880}, down={2879})
    assert [bar.height for bar in found] == [0.0, BARS_HEIGHT / 2, float(BARS_HEIGHT)]
    assert [bar.moved for bar in found] == ["", "down", "up"]
    assert [bar.label != "" for bar in found] == [False, False, True]
    assert all(bar.y + bar.height == BARS_HEIGHT for bar in found)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"stage": Stage.GROWING}, "Rising since 23 June, growing"),
        ({"stage": Stage.EMERGING}, "Rising since 23 June, new"),
        ({"stage": Stage.TOO_EARLY}, "Rising since 23 June, too early to say whether it lasts"),
        ({"stage": Stage.TOO_FEW}, "Rising since 23 June, too few stories to say whether it lasts"),
        ({"stage": Stage.FADING}, "Rising since 23 June, far below its best"),
        ({"stage": Stage.FADING, "observed": 1.0}, "Fading"),
        ({"stage": Stage.MAINSTREAM, "observed": 1.0}, "Normal by now"),
        ({"stage": Stage.TOO_EARLY, "observed": 1.0}, "Too early to say whether it lasts"),
    ],
)
def test_where_a_movement_stands_is_a_sentence(values: dict[str, Any], words: str) -> None:
    assert (
        standing_words(replace(a_trend("area:drones", strength=1.0, stories=9), **values), "23 June") == words
    )


@pytest.mark.parametrize(
    ("stories", "observed", "expected", "words", "told"),
    [
        (0, 0.0, 0.4, "too few stories to compare", False),  # never "0 stories, usually none"
        (0, 0.0, 2.0, "no stories, usually 2", True),
        (1, 0.9, 1.2, "1 story, usually 1", False),
        (3, 3.0, 0.1, "3 stories, usually none", True),
        (1, 1.0, 0.8, "1 story, usually 1", False),
    ],
)
def test_counts_show_the_movement_or_it_is_not_told(
    stories: int, observed: float, expected: float, words: str, told: bool
) -> None:
    trend = a_trend("area:drones", strength=1.0, stories=stories, observed=observed, expected=expected)
    assert (count_words(trend), telling(trend)) == (words, told)
