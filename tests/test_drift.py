"""Drift: silent on steady weeks and chance, one episode for one change, over when it is the usual."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from trendwatch.tagging.drift import Moved, current, drift_words, episodes, moved_in, novelty, told
from trendwatch.types.tags import TagWeek


def steady(weeks: int, *, items: int = 400, seed: int = 1) -> list[TagWeek]:
    """Weeks that differ by chance alone."""
    rng = random.Random(seed)
    return [
        TagWeek(
            week=week,
            items=items,
            untagged=sum(rng.random() < 0.4 for _ in range(items)) / items,
            confidence=rng.gauss(0.8, 0.01),
            novelty=rng.gauss(0.02, 0.003),
        )
        for week in range(weeks)
    ]


def test_chance_alone_is_no_drift() -> None:
    """600 weeks of chance: fewer than one week in a hundred."""
    alarms = [one for seed in range(20) for one in episodes(steady(30, seed=seed))]
    assert len(alarms) <= 5


@pytest.mark.parametrize(("figure", "value"), [("untagged", 0.65), ("confidence", 0.65), ("novelty", 0.12)])
def test_a_change_is_one_episode_with_what_moved(figure: str, value: float) -> None:
    weeks = [replace(one, **{figure: value}) if 20 <= one.week <= 23 else one for one in steady(26)]
    [found] = episodes(weeks)
    assert (found.first, found.last) == (20, 23)
    assert [one.figure for one in found.moved] == [figure]
    assert found.moved[0].now == value


@pytest.mark.parametrize(("figure", "value"), [("untagged", 0.1), ("confidence", 0.95), ("novelty", 0.0)])
def test_what_gets_better_is_no_alarm(figure: str, value: float) -> None:
    assert episodes([replace(one, **{figure: value}) if one.week >= 20 else one for one in steady(26)]) == []


def test_what_stays_is_the_usual_after_eight_weeks() -> None:
    weeks = [replace(one, untagged=0.7) if one.week >= 15 else one for one in steady(40)]
    [found] = episodes(weeks)
    assert (found.first, found.last) == (15, 22)
    assert current([found], 39) is None
    assert current([found], 22) == found


def test_too_short_a_past_and_too_few_items_say_nothing() -> None:
    assert moved_in(replace(steady(1)[0], untagged=1.0), steady(5)) == ()
    weeks = [replace(one, untagged=1.0, items=49) if one.week >= 20 else one for one in steady(26)]
    assert episodes(weeks) == []
    assert episodes([]) == []
    assert current([], 3) is None


def test_novelty_is_a_share_of_words() -> None:
    assert novelty(["drone", "over", "drone", "zeppelin"], {"drone", "over"}) == 0.25
    assert novelty([], set()) == 0.0


def test_words_for_the_operator() -> None:
    weeks = [replace(one, untagged=0.9) if one.week >= 24 else one for one in steady(26)]
    [found] = episodes(weeks)
    assert "items without a technology 90 % instead of 4" in told(found).replace("90%", "90 %")
    assert drift_words(None) == "as usual"
    assert "not as usual since" in drift_words(found)
    assert found.moved == (Moved("untagged", found.moved[0].usual, 0.9),)
