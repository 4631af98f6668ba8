"""TF-IDF: the same numbers as scikit-learn, without it."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.vectors import Vectoriser, analyse, grams

WORDS = st.sampled_from(
    ["drone", "5g", "wi-fi", "the", "c++", "farm", "robot", "of", "node.js", "Ärzte", "🚜", "s"]
)
TEXTS = st.lists(st.lists(WORDS, max_size=12).map(" ".join), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("the of and", []),
        (
            "Drones over the farm",
            ["drones", "farm", "drones farm"],
        ),  # "over" and "the" fall out before pairs form
        ("Wi-Fi 5G", ["wi-fi", "5g", "wi-fi 5g"]),
        ("more at https://example.org/drones now", []),
    ],
)
def test_analyse(text: str, terms: list[str]) -> None:
    assert analyse(text) == terms


@settings(deadline=None, max_examples=60)
@given(TEXTS, TEXTS, st.integers(1, 2))
def test_equals_scikit_learn(known: list[str], new: list[str], min_df: int) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    theirs = TfidfVectorizer(analyzer=analyse, sublinear_tf=True, min_df=min_df, dtype=np.float64)
    ours = Vectoriser.fit(known, min_df=min_df)
    try:
        theirs.fit(known)
    except ValueError:  # scikit-learn refuses an empty vocabulary, we answer with empty rows
        assert ours.terms == []
        assert ours.transform(new).shape == (len(new), 0)
        return
    assert ours.terms == list(theirs.get_feature_names_out())
    assert ours.transform(new).dtype == np.float32
    assert np.abs(ours.transform(new).toarray() - theirs.transform(new).toarray()).max() < 1e-6


def test_weights_by_hand() -> None:
    vectoriser = Vectoriser.fit(["robot", "robot farm", "farm"], min_df=1)
    assert vectoriser.terms == ["farm", "robot", "robot farm"]
    # ln(4 / 3) + 1 = 1.2877 for a word of two texts, ln(4 / 2) + 1 = 1.6931 for the pair of one
    assert vectoriser.idf == pytest.approx([1.2877, 1.2877, 1.6931], abs=1e-4)
    row = vectoriser.transform(["farm farm robot"]).toarray()[0]
    # (1 + ln 2) · 1.2877 = 2.1802 and 1.2877; the length is √(2.1802² + 1.2877²) = 2.5321
    assert row == pytest.approx([0.8610, 0.5085, 0], abs=1e-4)


def test_rows_have_length_one_or_nothing() -> None:
    vectoriser = Vectoriser.fit(["robot farm", "robot barn"], min_df=1)
    rows = vectoriser.transform(["robot", "unknown words", "", "farm robot barn"]).toarray()
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 0, 0, 1], abs=1e-6)


def test_most_frequent_terms_are_kept_and_ties_go_by_name() -> None:
    texts = ["a1 b1", "a1 c1", "a1"]
    assert Vectoriser.fit(texts, min_df=1, max_features=2).terms == ["a1", "a1 b1"]


def test_forced_terms_come_on_top() -> None:
    vectoriser = Vectoriser.fit(["plain text"], min_df=2, max_features=1, always=["internet of things"])
    assert vectoriser.terms == ["internet", "internet things", "things"]


def test_a_row_does_not_depend_on_its_batch() -> None:
    vectoriser = Vectoriser.fit(["robot farm", "robot barn"], min_df=1)
    together = vectoriser.transform(["robot farm", "", "barn robot"]).toarray()
    assert (together[2] == vectoriser.transform(["barn robot"]).toarray()[0]).all()


def test_weights_must_fit_terms() -> None:
    with pytest.raises(ValueError, match="2 terms but 1 weights"):
        Vectoriser(["a1", "b1"], np.ones(1, dtype=np.float32))


def test_pairs_follow_reading_order() -> None:
    assert grams(["big", "the", "data"]) == ["big", "data", "big data"]


def test_scikit_learn_is_not_imported() -> None:
    code = (
        "import sys; import trendwatch.vectors as v; v.Vectoriser.fit(['a1 b1'], min_df=1).transform(['a1'])"
    )
    subprocess.run([sys.executable, "-c", f"{code}; assert 'sklearn' not in sys.modules"], check=True)
