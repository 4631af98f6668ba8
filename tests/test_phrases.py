"""Phrases in many texts at once are the phrases found in each text alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.phrases import PhraseArrays, Phrases, in_numbers, marks, plain_words, split_words

WORDS = st.sampled_from("data centre centres smart smarts meter battery batteries ai 5g of".split())
PHRASES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), max_size=12)
TEXTS = st.lists(st.lists(WORDS, max_size=12), max_size=6)


@given(PHRASES, TEXTS)
def test_arrays_find_what_find_finds(phrases: list[str], texts: list[list[str]]) -> None:
    known: Phrases[int] = Phrases()
    for number, phrase in enumerate(phrases):
        known.add(phrase, number)
    forms = [(form, mark) for mark, phrase in enumerate(phrases) for form in in_numbers(phrase.split())]
    compiled = PhraseArrays([form for form, _ in forms], [mark for _, mark in forms])
    numbers = np.array([compiled.number(word) for text in texts for word in text], dtype=np.int64)
    rows = np.repeat(np.arange(len(texts)), [len(text) for text in texts]).astype(np.int64)
    places, marks = compiled.find(numbers, rows)
    found = [(int(rows[place]), compiled.marks[mark]) for place, mark in zip(places, marks, strict=True)]
    assert found == [(row, mark) for row, text in enumerate(texts) for mark in known.find(text)]


def test_no_phrases_and_no_texts() -> None:
    none = PhraseArrays[int]([], [])
    nothing = np.zeros(0, dtype=np.int64)
    assert [len(part) for part in none.find(nothing, nothing)] == [0, 0]
    assert none.number("word") == 0
    assert [len(part) for part in none.find(np.zeros(3, dtype=np.int64), np.arange(3))] == [0, 0]


@given(st.text(st.sampled_from("abs3 '’&-+#./é人\n"), max_size=40) | st.text(max_size=30))
def test_marks_are_the_words_and_what_they_leave_out(text: str) -> None:
    assert plain_words(marks(text)) == split_words(text)


def test_marks_keep_what_words_lose() -> None:
    assert marks("McDonald’s r&d, e-commerce & don't 5 g at O'Brien's mother-in-law's") == (
        "mcdonald's r & d e- commerce don't 5 g at o brien's mother in law's".split()
    )


def test_a_phrase_that_would_be_found_as_another_is_never_found() -> None:
    known: Phrases[str] = Phrases()
    for phrase in ("model 3", "r&d", "e-mail", "women's clothes"):
        known.add(phrase, phrase)
    assert known.find(split_words("the model of women's clothes by e-mail")) == ["women's clothes", "e-mail"]
    assert known.find(split_words("model 3, r&d")) == []
