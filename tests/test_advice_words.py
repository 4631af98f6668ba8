from __future__ import annotations

import pytest

from trendwatch.advice.words import a_list, counted, in_words, number, some_of
from trendwatch.text import cut

NAMES = {
    "area:iot": "Internet of things",
    "area:internet": "Internet of Things",
    "area:genai": "Generative AI",
    "area:ai": "AI",
    "area:am": "3D printing",
    "area:ecommerce": "E-commerce",
    "sector:public": "Public sector",
}


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("area:iot", "internet of things"),
        ("area:internet", "Internet of Things"),
        ("area:genai", "generative AI"),
        ("area:ai", "AI"),
        ("area:am", "3D printing"),
        ("area:ecommerce", "e-commerce"),
        ("sector:public", "the public sector"),
        ("area:green_tech", "green tech"),  # a key without a name reads as words
    ],
)
def test_labels_read_inside_a_sentence(key: str, said: str) -> None:
    assert in_words(key, NAMES) == said


def test_lists_and_counts() -> None:
    assert [a_list(x) for x in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]
    assert some_of(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert counted(1, "story", plural="stories") == "1 story"
    assert counted(1240, "item") == "1,240 items"
    assert [number(2), number(10), number(11)] == ["two", "ten", "11"]


def test_cutting_characters_keeps_whole_words() -> None:
    assert cut("one two three", 9) == "one two…"
    assert len(cut("x" * 500, 160)) == 160


@pytest.mark.parametrize(
    ("things", "said"),
    [
        (("operations", "finance"), "operations and finance"),
        (("operations", "finance and accounting"), "operations, and finance and accounting"),
        (("a and b", "c", "d"), "a and b, c, and d"),
    ],
)
def test_things_with_an_and_of_their_own_are_set_apart(things: tuple[str, ...], said: str) -> None:
    assert a_list(things) == said
