"""Which words say nothing of a technology, by the examples, and what a term must be to name something."""

from __future__ import annotations

import pytest

from trendwatch.trends.everyday import everyday_words
from trendwatch.trends.naming import can_name, is_mere, undated
from trendwatch.trends.ngrams import fold
from trendwatch.types.tags import Example


def an_example(title: str, *areas: str, summary: str = "") -> Example:
    labels = frozenset({*(f"area:{area}" for area in areas), "sector:retail"})
    return Example(title=title, summary=summary, labels=labels)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # two texts of two technologies: half of them each
        ([("a community grows", ["ai"]), ("the community meets", ["iot"])], True),
        # none has a technology at all
        ([("a community grows", []), ("the communities meet", [])], True),
        # two of three are about one
        ([("a community", ["ai"]), ("communities", ["ai", "iot"]), ("my community", [])], False),
        # one text says nothing
        ([("a community grows", [])], False),
        # a name is written with a capital
        ([("Community grows", []), ("the Community meets", [])], False),
        # two forms of one word in a text: small in one of them, whichever comes last
        ([("the community and its Communities", []), ("a community", [])], True),
        # at the head of one sentence, small in the others
        ([("Community grows", []), ("the community meets", []), ("a “community”, again", [])], True),
    ],
)
def test_everyday_words_are_small_and_of_no_technology(
    texts: list[tuple[str, list[str]]], expected: bool
) -> None:
    examples = tuple(an_example(title, *areas) for title, areas in texts)
    assert (fold("communities") in everyday_words(examples)) is expected


def test_summaries_are_read_too() -> None:
    examples = (an_example("One", summary="a bug in it"), an_example("Two", summary="bugs."))
    assert fold("bug") in everyday_words(examples)


@pytest.mark.parametrize(
    ("form", "mere"),
    [
        ("bugs", True),
        ("open bug", True),
        ("wall the bug", True),
        ("bug bounty", False),
        ("open source", True),
    ],
)
def test_a_term_of_everyday_and_plain_words_is_mere(form: str, mere: bool) -> None:
    assert is_mere(form, {fold("bug")}) is mere


@pytest.mark.parametrize(
    ("form", "before"),
    [
        ("cvpr 2018", "cvpr"),
        ("cve 2020 1472", "cve"),
        ("windows 11", ""),
        ("covid 19", ""),
        ("2018 award", ""),
        ("nokia 3310", ""),
    ],
)
def test_a_year_dates_what_stands_before_it(form: str, before: str) -> None:
    assert undated(form) == before


def test_ordinary_words_stand_at_no_edge_of_a_name() -> None:
    assert [can_name(one) for one in ("skypost", "announced skypost", "open source", "new phone app")] == [
        True,
        False,
        False,
        True,
    ]
