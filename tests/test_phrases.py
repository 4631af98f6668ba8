"""Phrases in many texts at once are the phrases found in each text alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.phrases import Phrases

WORDS = st.sampled_from("data centre centres smart smarts meter battery batteries ai 5g of".split())
PHRASES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), max_size=12)
TEXTS = st.lists(st.lists(WORDS, max_size=12), max_size=6)


@given(PHRASES, TEXTS)
def test_compiled_finds_what_find_finds(phrases: list[str], texts: list[list[str]]) -> None:
    known: Phrases[int] = Phrases()
    for number, phrase in enumerate(phrases):
        known.add(phrase, number)
    compiled = known.compiled()
    numbers = np.array([compiled.number(word) for text in texts for word in text], dtype=np.int64)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts]).astype(np.int64)
    places, marks = compiled.find(numbers, rows)
    found = [(int(rows[place]), compiled.marks[mark]) for place, mark in zip(places, marks, strict=True)]
    assert found == [(row, mark) for row, text in enumerate(texts) for mark in known.find(text)]


def test_no_phrases_and_no_texts() -> None:
    none = Phrases[int]().compiled()
    nothing = np.zeros(0, dtype=np.int64)
    assert [len(part) for part in none.find(nothing, nothing)] == [0, 0]
    assert none.number("word") == 0
    assert [len(part) for part in none.find(np.zeros(3, dtype=np.int64), np.arange(3))] == [0, 0]
