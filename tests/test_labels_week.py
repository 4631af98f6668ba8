"""What a week's labels come to as trends: which weeks back them, and where they stand."""

from __future__ import annotations

import pytest

from tests.test_surge import OWNERS, SINCE, world
from trendwatch.pipeline.labels import FALL_WEEKS, LabelWeek, label_week
from trendwatch.trends.series import TOTAL, Counts
from trendwatch.trends.surge import SurgeRules
from trendwatch.types.trends import SHOWN_WEEKS, Stage

LAST = 59


def week_of(before: float, after: float, *, told: list[int]) -> LabelWeek:
    """Judge a world whose label has another share from week 50 on; ``told`` are its stories by week."""

    def evidence(_: str, weeks: int) -> tuple[str, ...]:
        return tuple(f"{week}" for week in range(LAST, LAST - weeks, -1) if told[week])[:5]

    return label_week(
        Counts.of(world(lambda _, week: before if week < 50 else after)),
        LAST,
        since=SINCE,
        owners=OWNERS,
        rules=SurgeRules(),
        history=lambda keys: {key: tuple(told) for key in keys} | {TOTAL: (240,) * len(told)},
        evidence=evidence,
        placebo=False,
    )


def test_t8_a_fall_is_shown_by_the_last_stories_that_were_told() -> None:
    [fall] = week_of(0.1, 0.0, told=[24] * 50 + [0] * 10).trends
    assert (fall.stories, fall.sources) == (0, 6)
    assert fall.evidence == ("49", "48", "47", "46", "45")
    assert FALL_WEEKS > SHOWN_WEEKS


def test_t16_stories_and_evidence_of_a_rise_are_of_the_same_weeks() -> None:
    [rise] = week_of(0.02, 0.12, told=[5] * 50 + [29] * 10).trends
    assert (rise.first_week, rise.week, rise.stories) == ("1971-W05", "1971-W08", 4 * 29)
    assert rise.evidence == ("59", "58", "57", "56")
    assert rise.half_life == 2.0


def test_t6_usual_is_of_the_weeks_that_are_shown() -> None:
    [rise] = week_of(0.02, 0.12, told=[5] * 50 + [29] * 10).trends
    # 6 feeds · 40 a week · 0.02 are 4.8 a week; of the ten weeks of the rise six are past by now
    assert rise.usual is not None
    assert 4 * 4.8 < rise.usual < 3 * 4 * 4.8


@pytest.mark.parametrize(("stories", "stage"), [(1, Stage.TOO_FEW), (29, Stage.GROWING)])
def test_t24_few_stories_in_a_long_past_are_not_called_too_early(stories: int, stage: Stage) -> None:
    [rise] = week_of(0.02, 0.12, told=[stories // 5] * 50 + [stories] * 10).trends
    assert rise.stage is stage
