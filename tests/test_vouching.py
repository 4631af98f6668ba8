"""Which reports of a story tell the very same event."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.vouching import CERTAIN, ENOUGH, VOUCHES, Usage, points, vouch
from trendwatch.news.wordings import Wording, wording

#: News of other days: "fees", "firm" and "Monday" are common, "London" is a common name.
NEWS = [wording(f"The firm {n} in London talks of fees", f"On Monday the firm paid {n}.") for n in range(50)]


def worth(one: tuple[str, str], other: tuple[str, str]) -> float:
    said = [wording(*one), wording(*other)]
    return float(points(said, Usage([*NEWS, *said]))[0, 1])


def test_words_are_cut_figures_have_no_unit_and_stop_words_are_gone() -> None:
    said = wording("AUTOMOTIVE: The firm's Sensors fell by 12%", "It paid $2,400 to Larch Works in GPT-4o.")
    assert said.words == {"firm", "sensor", "fell", "12", "paid", "2,400", "larch", "works", "gpt-4o"}
    assert said.figures == {"12"}
    assert {"sensor", "larch", "works"} <= said.capital
    assert "paid" in said.small


def test_capitals_of_a_headline_in_title_case_and_of_a_sentences_start_say_nothing() -> None:
    said = wording("Larch Works Buys Every Sensor", "Sensors are bought. They help Larch.")
    assert said.capital == {"larch"}
    assert said.small == {"bought", "help"}


@pytest.mark.parametrize(
    ("one", "other", "vouches"),
    [
        # the same text
        (("Larch Works buys sensors", ""), ("Larch Works buys sensors", ""), True),
        # other words, same names and figure
        (
            ("Larch Works buys sensors", "Dakota Brandt paid 870 for them."),
            ("Sensors for 870: what Dakota Brandt found", "The chief of Larch Works is pleased."),
            True,
        ),
        # the phrase of the trade, other names and figures
        (
            ("Hidden fees: what sensors really cost", "It is Larch Works that paid 870."),
            ("Hidden fees: what drones really cost", "It is Prairie Brewing that paid 1,550."),
            False,
        ),
        # names everybody has are nothing in common
        (("Fees rise again", "The firm in London talks."), ("Rents fall", "A bank in London closes."), False),
        # the twelfth package and the thirteenth
        (("Council agrees 12 new rules for larches", ""), ("Council agrees 13 other rules", ""), False),
    ],
)
def test_pairs(one: tuple[str, str], other: tuple[str, str], vouches: bool) -> None:
    assert (worth(one, other) >= VOUCHES) is vouches, worth(one, other)


TEXTS = st.lists(
    st.tuples(
        st.lists(st.sampled_from("Larch works firm 12 870 London fees Brandt paid drones".split())).map(
            " ".join
        ),
        st.lists(st.sampled_from("on Monday Larch paid 12 firm the London".split())).map(" ".join),
    ),
    min_size=1,
    max_size=6,
)


@given(TEXTS)
def test_it_is_mutual_bounded_and_does_not_depend_on_the_order(texts: list[tuple[str, str]]) -> None:
    said = [wording(*text) for text in texts]
    usage = Usage([*NEWS, *said])
    found = points(said, usage)
    assert np.array_equal(found, found.T)
    assert (found.diagonal() == CERTAIN).all()
    assert (found - CERTAIN * np.eye(len(said))).max() <= 4 + ENOUGH + 3 * ENOUGH < CERTAIN
    assert np.array_equal(points(said[::-1], usage), found[::-1, ::-1])


def test_no_news_at_all_is_no_mistake() -> None:
    found = points([wording("", ""), wording("", "")], Usage([]))
    assert found.tolist() == [[CERTAIN, 0.0], [0.0, CERTAIN]]


_SAYINGS = st.lists(
    st.sampled_from(
        "Larch larch London fees firm Monday 12 7 2,400 Works works. sensors Sensors drone".split()
    ),
    max_size=9,
).map(" ".join)


class Beside(Usage):
    """The news before two reports, and their own names: what is named for the first time."""

    def __init__(self, news: Sequence[Wording], both: Sequence[Wording]) -> None:
        super().__init__(news)
        self.with_both = Usage([*news, *both])

    def is_name(self, word: str) -> bool:
        return self.with_both.is_name(word)

    def rarity(self, word: str, *, own: int) -> float:
        return self.beside(word)


@given(st.tuples(_SAYINGS, _SAYINGS), st.tuples(_SAYINGS, _SAYINGS), st.integers(min_value=0, max_value=50))
def test_two_reports_alone_are_judged_as_in_the_table_of_all(
    first: tuple[str, str], second: tuple[str, str], read: int
) -> None:
    one, other, usage = wording(*first), wording(*second), Usage(NEWS[:read])
    table = points([one, other], Beside(NEWS[:read], [one, other]))
    assert vouch(one, other, usage) == vouch(other, one, usage) == (table[0, 1] >= VOUCHES)


def test_what_is_remembered_of_words_is_forgotten_with_one_more_report() -> None:
    usage, larch = Usage(NEWS), wording("We hear that Larch is sold", "")
    before = usage.squares["larch"], usage.leads["larch"]
    usage.add(larch)
    assert usage.squares["larch"] < before[0]
    assert usage.leads["larch"] == before[1] + 1
