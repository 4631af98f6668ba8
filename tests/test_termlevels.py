"""How a term stands against the past of the same sources."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_termtable import report
from trendwatch.trends.termlevels import WARM_UP, term_began, term_levels, uses
from trendwatch.trends.termtable import TermTable

DRAW = np.random.default_rng(3)
ALWAYS = dict.fromkeys("abcd", 0)


def a_table(weeks: int = 40, *, special: str = "", joins: int = 0) -> TermTable:
    """Four sources of 20 stories a week; one of them may join late and write of nothing but one thing."""
    table = TermTable()
    for week in range(weeks):
        reports = [
            report(f"filler{DRAW.integers(90)}", item=f"{week}/{source}/{at}", source=source)
            for source in "abcd"
            for at in range(20)
            if not (source == "d" and special)
        ]
        if special and week >= joins:
            reports += [report(special, item=f"{week}/d/{at}", source="d") for at in range(20)]
        table.add(week, reports)
    return table


def level(table: TermTable, term: str, since: dict[str, int]) -> float:
    return float(term_levels(table, since).strength[table.numbers[term]])


def test_what_is_usual_is_expected() -> None:
    table = a_table()
    levels = term_levels(table, ALWAYS)
    # every filler is said as often in any 13 weeks or so; the window that looks most like a rise is kept
    assert (levels.strength < 0.585).all()
    assert levels.observed.sum() == pytest.approx(levels.expected.sum(), rel=1)


def test_nothing_is_said_without_a_past() -> None:
    assert np.isinf(term_levels(a_table(6), ALWAYS).strength).all()
    assert len(term_levels(TermTable(), {}).strength) == 0


@pytest.mark.parametrize("weeks_known", [0, 1, WARM_UP - 1])
def test_a_feed_that_joins_is_not_heard_before_its_warm_up(weeks_known: int) -> None:
    """P5, trap 3: a new feed is no trend, whatever it writes about."""
    table = a_table(40, special="orchards", joins=39 - weeks_known)
    assert level(table, "orchard", ALWAYS | {"d": 39 - weeks_known}) == -np.inf


def test_a_feed_with_a_past_of_its_own_expects_what_it_writes() -> None:
    table = a_table(60, special="orchards", joins=10)
    assert level(table, "orchard", ALWAYS | {"d": 10}) < 0


def test_doubling_every_source_changes_no_judgement() -> None:
    table = a_table(30)
    doubled = TermTable()
    for week in range(30):
        times = 2 if week >= 26 else 1
        doubled.add(
            week,
            [
                report(f"filler{(week * 7 + at % 20) % 90}", item=f"{week}/{source}/{at}", source=source)
                for source in "abcd"
                for at in range(20 * times)
            ],
        )
    for one in (table, doubled):
        assert (term_levels(one, ALWAYS).strength < 0.585).all()


def test_uses_name_reports_stories_sources_and_weeks() -> None:
    table = TermTable()
    table.add(3, [report("vulkan", item="i", story="s"), report("vulkan", item="j", story="s", source="b")])
    table.add(4, [report("vulkan", item="k", area="area:games")])
    [use] = uses(table, [table.numbers["vulkan"]]).values()
    assert use.reports == {(3, 0), (3, 1), (4, 0)}
    assert (len(use.stories), len(use.sources), dict(use.weeks)) == (2, 2, {3: 1, 4: 1})
    assert use.areas == {0: 2, 1: 1}


@pytest.mark.parametrize(
    ("weeks", "began"),
    [
        # twice in October, then every week from 36 on: 4 stories of 4 weeks are clear from week 37
        ({29: 1, 30: 1, 36: 2, 37: 3, 38: 3, 39: 4, 40: 4}, 37),
        # nothing before the last two weeks
        ({39: 4, 40: 5}, 39),
        ({28: 1, 40: 5}, 40),
    ],
)
def test_t33_a_word_rises_since_it_was_above_the_usual_not_since_it_was_said(
    weeks: dict[int, int], began: int
) -> None:
    assert term_began(weeks, 40, usual=0.05, window=4) == began


def test_t17_the_ratio_of_a_word_lies_inside_its_interval() -> None:
    levels = term_levels(a_table(), ALWAYS)
    said = np.isfinite(levels.strength)
    assert said.any()
    assert (levels.strength[said] < levels.ratio[said]).all()
    assert (levels.ratio[said] < levels.most[said]).all()
