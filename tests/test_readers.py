"""Simulated readers of known taste, the fast version of ``tests.benchmarks.readers``."""

from __future__ import annotations

import random

import pytest

from tests.benchmarks.readers import Measured, a_reader, a_week, by_truth, measured, ndcg
from tests.test_render_email import html_words, words
from trendwatch.advice.digest import compose
from trendwatch.render.email import mail
from trendwatch.render.view import view
from trendwatch.types.advice import Memory

LATER = slice(4, None)


@pytest.fixture(scope="module")
def found() -> Measured:
    return measured(20, 12, tagging=by_truth, seed=107)


def test_the_profile_alone_is_far_above_popularity_and_newest_first(found: Measured) -> None:
    gain, low, _ = found.gain("profile alone", "popularity")
    assert gain >= 0.15
    assert low > 0.1
    assert found.mean("profile alone") >= found.mean("newest first") + 0.15


def test_where_stories_must_be_proven_the_order_is_above_cosine_and_rocchio(found: Measured) -> None:
    assert found.gain("profile alone", "cosine, proven first")[0] > 0
    assert found.gain("with votes", "Rocchio, proven first", LATER)[0] > 0


def test_four_weeks_of_votes_raise_it(found: Measured) -> None:
    gain, low, _ = found.gain("with votes", "profile alone", LATER)
    assert gain > 0
    assert low > 0


def test_the_exploration_slot_keeps_its_cap_and_no_story_comes_twice_in_four_issues(found: Measured) -> None:
    assert (found.digests, found.most_outside, found.repeats) == (240, 1, 0)


def test_accept_when_every_story_has_link_reason_and_facet_and_comes_once(found: Measured) -> None:
    for issues in found.issues:
        told: list[str] = []
        for digest in issues:
            ids = [pick.story_id for pick in digest.picks]
            assert len(ids) == len(set(ids))
            titles = [pick.title.casefold() for pick in digest.picks]
            assert set(titles).isdisjoint(told[-20:])
            told += titles
            for pick in digest.picks:
                assert pick.url.startswith("https://")
                assert pick.sources
                assert pick.why
                assert pick.topics
                assert len(pick.why.split()) <= 18
            explored = [pick for pick in digest.picks if pick.propensity is not None]
            assert explored == ([digest.outside] if digest.outside else [])
            assert all(0 < float(pick.propensity or 0) <= 1 for pick in explored)


def test_accept_when_budgets_hold(found: Measured) -> None:
    for issues in found.issues[:6]:
        for digest in issues[::4]:
            sent = mail(digest, sender="us@t.example", to="you@t.example", message_id="<1@t>")
            assert len(sent.html.encode()) <= 80_000
            assert words(sent.text) <= 600
            assert html_words(sent.html) <= 600
            assert len(digest.picks) <= 5
            assert int(view(digest).read_time.split()[0]) <= 4


def test_accept_when_two_businesses_never_mix() -> None:
    week = a_week(108)
    people = [a_reader(random.Random(number), number).business for number in range(6)]
    shared = [compose(week.columns.edition, one, Memory(issues=4), columns=week.columns) for one in people]
    alone = [compose(week.columns.edition, one, Memory(issues=4)) for one in people[::-1]][::-1]
    assert shared == alone


@pytest.mark.parametrize(
    ("order", "grades", "value"),
    [
        (["a", "b"], {"a": 3, "b": 0}, 1.0),
        # 7/log2(3) over 7/log2(2) = 1/1.585
        (["b", "a"], {"a": 3, "b": 0}, 0.631),
        # (1 + 3/1.585) / (3 + 1/1.585) = 2.893 / 3.631
        (["a", "b"], {"a": 1, "b": 2}, 0.797),
        (["a"], {"a": 0}, 1.0),
    ],
)
def test_ndcg(order: list[str], grades: dict[str, int], value: float) -> None:
    assert ndcg(order, grades) == pytest.approx(value, abs=5e-4)
