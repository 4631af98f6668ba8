"""Rises and falls in small planted worlds, and the laws no world may break."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.trends.series import TOTAL, CountRow, Counts
from trendwatch.trends.surge import Direction, SurgeRules, available_from, movement_began, surges

FEEDS = [f"feed_{number}" for number in range(6)]
SINCE = dict.fromkeys(FEEDS, 0)
#: two feeds of each owner
OWNERS = {feed: f"owner_{number // 2}" for number, feed in enumerate(FEEDS)}
ONE_SOURCE = SurgeRules(min_sources=1)


def world(
    rate: Callable[[str, int], float], *, weeks: int = 60, feeds: list[str] = FEEDS, volume: float = 40
) -> list[CountRow]:
    """Rows of a world with two keys: one with a share per feed and week, one even."""
    rows: list[CountRow] = []
    for feed in feeds:
        for week in range(weeks):
            rows += [
                (TOTAL, feed, week, volume),
                ("area:drones", feed, week, volume * rate(feed, week)),
                ("area:even", feed, week, volume * 0.1),
            ]
    return rows


def step(_: str, week: int) -> float:
    return 0.02 if week < 50 else 0.12


def judge(rows: list[CountRow], week: int = 59, **changes: object) -> list[tuple[str, str]]:
    given_: dict[str, object] = {"since": SINCE, "owners": OWNERS, **changes}
    found = surges(Counts.of(rows), week=week, **given_)  # type: ignore[arg-type]
    return [(surge.key, surge.direction.value) for surge in found]


def test_a_steady_world_has_nothing_to_tell() -> None:
    assert judge(world(lambda *_: 0.05)) == []


def test_a_rise_is_told_with_what_says_so() -> None:
    [surge] = surges(Counts.of(world(step)), week=54, since=SINCE, owners=OWNERS)
    assert (surge.key, surge.direction) == ("area:drones", Direction.UP)
    assert surge.strength > 1
    # 6 feeds · 40 a week · 0.12 over 5 weeks of half-life 2, and 0.02 before: 28.8 · 2.81 + 4.8 · 0.60
    assert surge.observed == pytest.approx(83.7, abs=0.3)
    assert surge.share_before == pytest.approx(0.03, abs=0.01)
    assert surge.share_now == pytest.approx(0.10, abs=0.01)
    assert (surge.sources, surge.owners) == (6, 3)


def test_a_fall_of_something_established_is_told() -> None:
    rows = world(lambda _, week: 0.12 if week < 50 else 0.01)
    [surge] = surges(Counts.of(rows), week=59, since=SINCE, owners=OWNERS)
    assert (surge.key, surge.direction) == ("area:drones", Direction.DOWN)
    assert surge.strength < -0.585
    assert surge.sources == 6


def test_t32_no_fall_is_told_on_a_few_weeks_of_past() -> None:
    """Five weeks were loud, then nothing: with less than nine weeks of past nobody knows what is usual."""
    rows = world(lambda _, week: 0.12 if week < 5 else 0.0)
    assert [judge(rows, week=week) for week in range(5, 12)] == [[]] * 7
    long = world(lambda _, week: 0.12 if week < 14 else 0.0)
    assert judge(long, week=20) == [("area:drones", "down")]


@pytest.mark.parametrize("direction", Direction)
def test_t17_the_ratio_lies_inside_its_interval(direction: Direction) -> None:
    """One week stands alone in the rise: observed over expected is beyond what is told of it."""
    after = 0.12 if direction is Direction.UP else 0.001
    rows = world(
        lambda _, week: 0.02 if week < 50 else 0.6 if week == 52 and after > 0.1 else after, volume=80
    )
    [surge] = surges(Counts.of(rows), week=54, since=SINCE, owners=OWNERS)
    least, most = surge.interval
    assert surge.direction is direction
    assert least < math.log2(surge.times) < most
    assert surge.half_life == 2.0


def test_a_fall_of_what_was_hardly_there_is_not_told() -> None:
    assert judge(world(lambda _, week: 0.002 if week < 50 else 0.0, volume=20)) == []


def test_the_clearest_comes_first() -> None:
    rows = world(step)
    rows += [("area:robots", feed, week, 12.0) for feed in FEEDS for week in range(55, 60)]
    assert [key for key, _ in judge(rows)] == ["area:robots", "area:drones"]


@pytest.mark.parametrize(
    ("feeds", "rules", "told"),
    [
        (FEEDS[:2], SurgeRules(), False),  # two sources
        ([FEEDS[0], FEEDS[1]], SurgeRules(min_sources=2), False),  # of one owner
        ([FEEDS[0], FEEDS[2]], SurgeRules(min_sources=2), True),  # of two
        (FEEDS[:1], ONE_SOURCE, True),
    ],
)
def test_few_witnesses_tell_nothing_unless_asked(feeds: list[str], rules: SurgeRules, told: bool) -> None:
    rows = world(lambda feed, week: step(feed, week) if feed in feeds else 0.02)
    rows = [row for row in rows if row[0] != "area:drones" or row[1] in feeds]
    assert (judge(rows, 54, rules=rules) == [("area:drones", "up")]) is told


@pytest.mark.parametrize(("last", "told"), [(52, False), (59, True)])
def test_two_weeks_of_news_are_no_rise_but_what_goes_on_is(last: int, told: bool) -> None:
    rows = world(lambda _, week: 0.12 if 50 <= week < last else 0.02)
    found = [judge(rows, week) == [("area:drones", "up")] for week in range(50, 58)]
    assert any(found) is told
    assert found[:2] == [False, False]


def test_what_is_rare_is_spread_less_than_what_is_usual() -> None:
    rules = SurgeRules()
    assert rules.spread(np.array([0.0, 1.0, 2.0, 50.0])).tolist() == pytest.approx([0.8, 0.9, 1.0, 1.0])


def test_one_mention_everywhere_is_below_the_floor() -> None:
    rows = world(lambda *_: 0.0)
    rows += [("area:new", feed, 59, 0.25) for feed in FEEDS]  # 1.5 reports
    assert judge(rows) == []


def test_too_little_history_says_nothing() -> None:
    rows = world(lambda _, week: 0.02 if week < 3 else 0.5, weeks=12)
    assert available_from(0) == 5
    assert [week for week in range(8) if judge(rows, week)] == [5, 6, 7]
    assert judge([], week=3) == []
    assert judge([row for row in rows if row[0] != TOTAL]) == []


def test_feeds_outside_the_panel_do_not_count() -> None:
    assert judge(world(step), since={}) == []
    assert judge(world(step), since=dict.fromkeys(FEEDS, 56)) == []


def test_backlog_is_only_ever_past() -> None:
    """P5: a feed first read in week 50 brings years of one topic; that is its mix, no news."""
    rows = world(lambda *_: 0.02)
    for week in range(51):
        rows += [(TOTAL, "late", week, 30), ("area:drones", "late", week, 30)]
    for week in range(51, 60):
        rows += [(TOTAL, "late", week, 30), ("area:drones", "late", week, 30)]
    assert judge(rows, since={**SINCE, "late": 50}) == []


def began(counts: Counts, key: str, direction: Direction, *, week: int) -> int:
    return movement_began(counts, key, direction=direction, week=week, since=SINCE, owners=OWNERS)


def test_a_rise_began_where_it_left_the_usual() -> None:
    counts = Counts.of(world(step))
    assert began(counts, "area:drones", Direction.UP, week=55) == 50
    assert began(counts, "area:even", Direction.UP, week=55) == 55
    assert began(counts, "area:never", Direction.UP, week=55) == 55


def test_a_fall_began_where_it_left_the_usual_and_says_what_that_is() -> None:
    counts = Counts.of(world(lambda _, week: 0.1 if week < 50 else 0))
    [fall] = surges(counts, week=56, since=SINCE, owners=OWNERS)
    assert fall.direction is Direction.DOWN
    assert 50 <= began(counts, "area:drones", Direction.DOWN, week=56) <= 52
    # 6 feeds · 40 a week · 0.1, and the six weeks of nothing are past by now
    assert fall.usual == pytest.approx(24, rel=0.2)


def noisy(seed: int) -> list[CountRow]:
    random = np.random.default_rng(seed)
    rows: list[CountRow] = []
    for feed in FEEDS:
        for week in range(45):
            published = int(random.poisson(30))
            rows.append((TOTAL, feed, week, published))
            for number in range(8):
                share = 0.02 * (number + 1) * (3 if number == seed % 8 and week > 38 else 1)
                rows.append((f"area:{number}", feed, week, int(random.poisson(published * share))))
    return rows


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_the_order_of_rows_changes_nothing(seed: int, order: int) -> None:
    rows = noisy(seed)
    shuffled = [rows[number] for number in np.random.default_rng(order).permutation(len(rows))]
    assert surges(Counts.of(shuffled), week=44, since=SINCE, owners=OWNERS) == surges(
        Counts.of(rows), week=44, since=SINCE, owners=OWNERS
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(-3000, 3000))
def test_shifting_time_by_whole_weeks_changes_nothing(seed: int, by: int) -> None:
    rows = noisy(seed)
    moved = [(key, feed, week + by, reports) for key, feed, week, reports in rows]
    later = {feed: week + by for feed, week in SINCE.items()}
    assert surges(Counts.of(moved), week=44 + by, since=later, owners=OWNERS) == surges(
        Counts.of(rows), week=44, since=SINCE, owners=OWNERS
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(20, 43))
def test_what_comes_later_changes_nothing(seed: int, week: int) -> None:
    rows = noisy(seed)
    past = [row for row in rows if row[2] <= week]
    assert surges(Counts.of(past), week=week, since=SINCE, owners=OWNERS) == surges(
        Counts.of(rows), week=week, since=SINCE, owners=OWNERS
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(40, 44), st.integers(1, 500))
def test_a_young_feed_changes_nothing(seed: int, first: int, reports: int) -> None:
    rows = noisy(seed)
    young = [(key, "young", week, float(reports)) for key in (TOTAL, "area:0") for week in range(44)]
    assert surges(Counts.of(rows + young), week=44, since={**SINCE, "young": first}, owners=OWNERS) == surges(
        Counts.of(rows), week=44, since=SINCE, owners=OWNERS
    )


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=36, max_size=36),
    st.integers(1, 8),
    st.lists(st.floats(0, 0.3), min_size=len(FEEDS), max_size=len(FEEDS)),
)
def test_more_or_less_news_of_the_same_mix_is_no_rise(
    volumes: list[int], louder: int, mix: list[float]
) -> None:
    """Doubled volume, holidays, a feed that bursts: as long as its mix stays, nothing rose."""
    rows: list[CountRow] = []
    for feed, share in zip(FEEDS, mix, strict=True):
        for week, usual in enumerate(volumes):
            published = usual * (louder if week >= 30 else 1)
            rows += [(TOTAL, feed, week, published), ("area:drones", feed, week, published * share)]
    assert judge(rows, week=35) == []


def test_t6_what_is_usual_agrees_from_week_to_week() -> None:
    """Of one fall, week after week: it was "usually 4", then 15, 8 and 11 of the same label."""
    random = np.random.default_rng(6)
    rows = [
        (key, feed, week, float(random.poisson(40 * share)))
        for feed in FEEDS
        for week in range(70)
        for key, share in ((TOTAL, 1.0), ("area:drones", 0.04 if week < 50 else 0.004))
    ]
    found = [surges(Counts.of(rows), week=week, since=SINCE, owners=OWNERS) for week in range(53, 60)]
    usual = [4 * one.usual for week in found for one in week if one.key == "area:drones"]
    assert len(usual) >= 6
    # 6 feeds · 40 a week · 0.04 are 38 in four weeks; weeks of the fall become past one by one
    assert all(abs(after / before - 1) < 0.2 for before, after in pairwise(usual))
    assert 20 < min(usual) <= max(usual) < 45
