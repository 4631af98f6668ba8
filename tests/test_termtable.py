"""What is remembered of words, and that it stays bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trendwatch.trends.keptweek import TermText
from trendwatch.trends.ngrams import fold
from trendwatch.trends.termtable import DECAY, KEPT_WEEKS, TermTable


def report(text: str, *, item: str = "i", story: str = "", source: str = "a", area: str = "") -> TermText:
    return TermText(item, story or item, source, f"{source}.example/", text, area)


def used(table: TermTable, term: str) -> float:
    """Stories of the kept weeks that use a term."""
    number = table.numbers[fold(term)]
    return float(sum(week.weight[week.report[week.term == number]].sum() for week in table.kept))


def older(table: TermTable, term: str) -> float:
    number = table.numbers[fold(term)]
    terms, _, weights, _ = table.past(KEPT_WEEKS)
    return float(weights[terms == number].sum())


def test_a_story_counts_once_however_often_it_is_printed() -> None:
    table = TermTable()
    table.add(5, [report("soil sensors", item=f"i{at}", story="s", source=f"f{at % 4}") for at in range(60)])
    table.add(6, [report("soil sensor", item="j")])
    assert used(table, "soil sensors") == pytest.approx(2)
    assert [len(week.story) for week in table.kept] == [4, 1]  # one per story and source


def test_a_term_is_shown_as_most_texts_write_it() -> None:
    table = TermTable()
    texts = ["React-Native", "reactnative", "reactnative", "reactnative"]
    table.add(1, [report(text, item=str(at)) for at, text in enumerate(texts)])
    assert table.form(table.numbers["reactnative"]) == "reactnative"


def test_what_is_older_fades_and_weeks_between_are_empty() -> None:
    table = TermTable()
    table.add(0, [report("vulkan")])
    table.add(KEPT_WEEKS, [])
    # it left the kept weeks at the age of 13, where it weighs 1
    assert older(table, "vulkan") == pytest.approx(1.0)
    table.add(KEPT_WEEKS + 10, [])
    assert older(table, "vulkan") == pytest.approx(DECAY**10)
    assert [week.number for week in table.kept] == list(range(11, 24))


def test_the_past_at_an_age_is_the_kept_weeks_of_that_age_and_all_before() -> None:
    table = TermTable()
    for week in range(20):
        table.add(week, [report("vulkan", item=str(week))])
    # ages 8 to 19: sum of DECAY**(age - 8)
    _, _, weights, volume = table.past(8)
    assert weights.sum() == pytest.approx(sum(DECAY**age for age in range(12)))
    assert volume.tolist() == pytest.approx([weights.sum()])


def test_memory_is_bounded_and_what_is_lost_is_made_up_for() -> None:
    table = TermTable(capacity=40)
    for week in range(30):
        filler = [report(f"filler{week}x{at}", item=f"{week}/{at}") for at in range(30)]
        table.add(week, [*filler, report("vulkan", item=str(week))])
    assert len(table.numbers) <= 40
    assert table.size <= 40 + 31
    assert "vulkan" in table.numbers
    assert used(table, "vulkan") == KEPT_WEEKS
    assert 0 < table.lost <= 1
    assert set(np.concatenate([week.term for week in table.kept]).tolist()) <= set(table.numbers.values())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 120), min_size=2, max_size=25))
@example([120, 5] * 12)
def test_memory_is_bounded_however_many_new_words_a_week_brings(sizes: list[int]) -> None:
    table = TermTable(capacity=40)
    for week, size in enumerate(sizes):
        table.add(week, [report(f"filler{week}x{at}", item=f"{week}/{at}") for at in range(size)])
        assert len(table.numbers) <= 40
        assert table.size <= 40 + max(sizes)
        assert {table.form(number) for number in table.numbers.values()} == set(table.numbers)


def test_areas_and_sources_are_numbered() -> None:
    table = TermTable()
    table.add(0, [report("vulkan", area="area:games"), report("vulkan", item="j", source="b")])
    assert table.sources() == ["a", "b"]
    assert [table.areas()[number] for number in table.kept[0].area] == ["area:games", ""]
