"""Which words of a text can name something, and what is the same name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.trends.ngrams import LONGEST, fold, terms_of


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("internet of things", {"internet", "things", "internet of things"}),
        ("the rise of", {"rise"}),
        ("windows 11 2025", {"windows", "windows 11", "windows 11 2025"}),
        (
            "owner/react-native",
            {"owner", "owner react", "owner react native", "react", "react native", "native"},
        ),
        ("2025 budget", {"budget"}),
        ("PyTorch. PyTorch code", {"pytorch", "pytorch code", "code"}),
        ("a c x", set()),
        ("", set()),
    ],
)
def test_terms_can_be_names(text: str, terms: set[str]) -> None:
    assert set(terms_of(text).values()) == terms


@pytest.mark.parametrize(
    "same",
    [
        ("react native", "React-Native", "reactnative", "React Natives"),
        ("Pokémon Go", "pokemon go", "PokemonGo"),
        ("cryptocurrency", "cryptocurrencies", "crypto currency"),
        ("COVID-19", "covid 19"),
    ],
)
def test_one_name_is_written_in_several_ways(same: tuple[str, ...]) -> None:
    assert len({fold(one) for one in same}) == 1


@pytest.mark.parametrize("apart", [("news", "new"), ("glass", "glad"), ("bus", "bu"), ("c++", "c")])
def test_other_words_stay_apart(apart: tuple[str, str]) -> None:
    assert fold(apart[0]) != fold(apart[1])


@given(st.text(max_size=200))
def test_a_term_is_known_by_what_it_folds_to(text: str) -> None:
    """C2: any text can be read."""
    for key, form in terms_of(text).items():
        assert key
        assert len(form.split(" ")) <= LONGEST
