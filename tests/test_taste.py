"""What votes teach: little, in words, and back again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sample_digest import BUSINESS, CUTOFF, candidate, edition
from trendwatch.advice.profile import profile
from trendwatch.advice.relevance import Scores
from trendwatch.advice.taste import LEAST_VOTES, MOST, Taste, learn, standing
from trendwatch.types.votes import Vote, VoteKind

DAY = timedelta(days=1)
LABELS = ("area:drones", "area:iot", "sector:energy", "function:operations")


def vote(number: int, kind: VoteKind = VoteKind.USEFUL, *labels: str, days_ago: float = 1) -> Vote:
    return Vote(
        business_key=BUSINESS.key,
        story_id=f"s{number}",
        period="2025-W09",
        kind=kind,
        voted_at=CUTOFF - DAY * days_ago,
        labels=tuple((label, 0.9) for label in labels or ("area:drones",)),
    )


def taste(*votes: Vote) -> Taste:
    return learn(votes, BUSINESS, now=CUTOFF)


def test_one_vote_says_nothing_two_begin_to() -> None:
    assert taste(vote(1)).weights == {}
    assert LEAST_VOTES == 2
    assert taste(vote(1), vote(2)).weights["area:drones"] > 0
    assert taste(vote(1, VoteKind.NOT_FOR_ME), vote(2, VoteKind.NOT_FOR_ME)).weights["area:drones"] < 0


def test_the_first_update_by_hand() -> None:
    # x = 1 for drones and the constant, prior 0 and -1.2: p = σ(-1.2) = 0.2315, v = 0.1779,
    # k = 1 / (1 + 0.1779 · 2 · 0.6) = 0.8241; μ = 0.6 · 0.7685 · 0.8241 = 0.3800
    # precision 1/0.6 + 0.1779 = 1.8446;
    # again: p = σ(0.38 - 1.2 + 0.38) = 0.3917, v = 0.2383, k = 1/(1 + 0.2383 · 2/1.8446) = 0.7947
    # μ = 0.38 + 0.6083 / 1.8446 · 0.7947 = 0.6421, faded a day of 2 % a week
    both = taste(vote(1, days_ago=1), vote(2, days_ago=1))
    assert both.likings["area:drones"].points == pytest.approx(0.64, abs=0.005)
    assert (both.likings["area:drones"].useful, both.likings["area:drones"].votes) == (2, 2)


def test_what_was_asked_for_is_already_expected() -> None:
    asked = taste(*(vote(n, VoteKind.USEFUL, "area:iot") for n in range(3)))  # declared in the profile
    new = taste(*(vote(n, VoteKind.USEFUL, "area:drones") for n in range(3)))
    assert 0 < asked.weights["area:iot"] < new.weights["area:drones"]


def test_a_wrong_tag_is_no_taste_and_a_later_vote_is_not_seen() -> None:
    assert taste(*(vote(n, VoteKind.WRONG_TAG) for n in range(5))) == Taste({})
    assert taste(*(vote(n, days_ago=-1) for n in range(5))) == Taste({})


def test_a_label_that_was_called_wrong_and_taken_back_counts_again() -> None:
    wrong = replace(vote(1, VoteKind.WRONG_TAG, days_ago=3), label="area:drones")
    back, useful = vote(1, VoteKind.NOTHING, days_ago=2), vote(1, days_ago=1)
    assert "area:drones" not in taste(wrong, useful).likings
    assert taste(wrong, back, useful).likings["area:drones"].votes == 1
    again = replace(wrong, voted_at=CUTOFF - DAY * 1.5)
    assert "area:drones" not in taste(wrong, back, again, useful).likings
    assert standing([wrong, back], BUSINESS, now=CUTOFF) == ([], frozenset())


def test_what_was_learnt_fades() -> None:
    new = taste(*(vote(n) for n in range(6)))
    old = taste(*(vote(n, days_ago=365) for n in range(6)))
    assert 0 < old.weights["area:drones"] < 0.5 * new.weights["area:drones"]


def test_the_last_word_on_a_story_stands() -> None:
    changed = vote(1, VoteKind.NOT_FOR_ME, days_ago=0.5)
    assert taste(vote(1), vote(2), changed).likings["area:drones"].useful == 1
    taken_back = vote(1, VoteKind.NOTHING, days_ago=0.5)
    assert taste(vote(1), vote(2), taken_back).likings["area:drones"].votes == 1
    assert learn([vote(1), vote(2), changed], BUSINESS, now=CUTOFF - DAY * 0.7) == learn(
        [vote(1), vote(2)], BUSINESS, now=CUTOFF - DAY * 0.7
    )


votes = st.lists(
    st.builds(
        vote,
        st.integers(0, 10_000),
        st.sampled_from([VoteKind.USEFUL, VoteKind.NOT_FOR_ME]),
        st.sampled_from(LABELS),
        days_ago=st.floats(0.1, 700),
    ),
    max_size=40,
    unique_by=lambda one: one.story_id,
)


@settings(deadline=None)
@given(votes)
def test_weights_are_bounded_and_order_of_arrival_does_not_matter(cast: list[Vote]) -> None:
    found = taste(*cast)
    assert found == taste(*cast[::-1])
    assert all(abs(one.points) <= MOST for one in found.likings.values())


@settings(deadline=None)
@given(votes)
def test_one_more_useful_vote_never_lowers_a_label(cast: list[Vote]) -> None:
    before = taste(*cast, vote(20_001, VoteKind.NOT_FOR_ME), vote(20_002, VoteKind.NOT_FOR_ME, days_ago=0.5))
    after = taste(*cast, vote(20_001, VoteKind.NOT_FOR_ME), vote(20_002, VoteKind.USEFUL, days_ago=0.5))
    assert after.weights.get("area:drones", 0.0) >= before.weights.get("area:drones", 0.0)


def test_it_is_one_printable_part_of_the_score() -> None:
    one = candidate(labels="area:drones sector:energy")
    liked = taste(*(vote(n) for n in range(4)))
    scores = [Scores(profile(BUSINESS, edition(one), taste=each)).of(0) for each in (Taste(), liked)]
    parts = {part.reason: part.points for part in scores[1].parts}
    assert parts["you found 4 of 4 stories on drones useful"] == liked.weights["area:drones"]
    assert scores[1].points - scores[0].points == pytest.approx(liked.weights["area:drones"])
