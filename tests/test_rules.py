"""Rules that votes propose: from counts, with their effect, decided by the owner and reversible."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sample_digest import BUSINESS, CUTOFF, candidate, edition
from trendwatch.advice.rules import (
    LEAST,
    LEAST_NEVER,
    SHOWN,
    accepted,
    effect,
    effect_words,
    ground_words,
    in_force,
    parse_rule,
    proposed,
    refused,
    rule_words,
    undone,
)
from trendwatch.types.advice import Business, Memory
from trendwatch.types.votes import Rule, RuleKind, Vote, VoteKind

PARENTS = {"area:generative_ai": "area:ai"}
LESS_DRONES = Rule(kind=RuleKind.LESS, label="area:drones")
YES, NO = VoteKind.USEFUL, VoteKind.NOT_FOR_ME


def votes(kind: VoteKind, count: int, *labels: str, weeks_ago: int = 1, first: int = 0) -> list[Vote]:
    return [
        Vote(
            business_key=BUSINESS.key,
            story_id=f"{kind}{labels}{first + number}",
            period="2025-W09",
            kind=kind,
            voted_at=CUTOFF - timedelta(weeks=weeks_ago),
            labels=tuple((label, 0.9) for label in labels),
        )
        for number in range(count)
    ]


def keys(cast: list[Vote], business: Business = BUSINESS) -> list[str]:
    return [one.key for one in proposed(cast, business, now=CUTOFF, parents=PARENTS)]


@pytest.mark.parametrize(
    ("cast", "rules"),
    [
        (votes(NO, LEAST - 1, "area:drones"), []),
        (votes(NO, LEAST, "area:drones"), ["less:area:drones"]),
        # 3 of 4 are three quarters, 3 of 5 are not
        (votes(NO, 3, "area:drones") + votes(YES, 1, "area:drones"), ["less:area:drones"]),
        (votes(NO, 3, "area:drones") + votes(YES, 2, "area:drones"), []),
        (votes(YES, LEAST, "area:drones"), ["more:area:drones"]),
        # what the profile asks for needs no rule, and its own sector is never made less
        (votes(YES, 5, "area:iot", f"sector:{BUSINESS.sector}"), []),
        (votes(NO, 5, f"sector:{BUSINESS.sector}"), []),
        (votes(NO, 3, "area:drones", weeks_ago=27), []),
        (votes(VoteKind.WRONG_TAG, 5, "area:drones"), []),
    ],
)
def test_what_votes_propose(cast: list[Vote], rules: list[str]) -> None:
    assert keys(cast) == rules


def test_of_labels_that_share_their_votes_the_most_specific_speaks() -> None:
    assert keys(votes(NO, 3, "area:generative_ai", "area:ai")) == ["less:area:generative_ai"]
    more = votes(NO, 3, "area:generative_ai", "area:ai") + votes(NO, 1, "area:ai")
    assert set(keys(more)) == {"less:area:generative_ai", "less:area:ai"}


def test_less_that_was_not_enough_becomes_never_and_what_was_refused_does_not_come_again() -> None:
    less = replace(BUSINESS, less=("area:drones",))
    assert keys(votes(NO, LEAST_NEVER - 1, "area:drones"), less) == []
    assert keys(votes(NO, LEAST_NEVER, "area:drones"), less) == ["never:area:drones"]
    declined = replace(BUSINESS, declined=tuple(refused(LESS_DRONES, BUSINESS)["declined"]))
    assert keys(votes(NO, 9, "area:drones"), declined) == []
    assert keys(votes(NO, 9, "area:drones"), replace(BUSINESS, mutes=("area:drones",))) == []


def test_no_questionnaire() -> None:
    many = [vote for key in "abcdef" for vote in votes(NO, 3, f"area:{key}")]
    assert len(keys(many)) == SHOWN


def test_what_is_accepted_is_listed_and_undone_exactly() -> None:
    ruled = replace(BUSINESS, **{k: tuple(v) for k, v in accepted(LESS_DRONES, BUSINESS).items()})  # type: ignore[arg-type]
    assert [one.key for one in in_force(ruled) if one not in in_force(BUSINESS)] == ["less:area:drones"]
    back = replace(ruled, **{k: tuple(v) for k, v in undone(LESS_DRONES, ruled).items()})  # type: ignore[arg-type]
    assert back == BUSINESS
    assert parse_rule("less:area:drones") == LESS_DRONES
    assert parse_rule("often:area:drones") is None


def test_one_label_is_under_one_rule() -> None:
    more = replace(BUSINESS, more=("area:drones",))
    assert accepted(LESS_DRONES, more) == {"less": ["area:drones"], "more": []}


def test_what_never_silenced_holds_again_once_it_is_undone() -> None:
    less = replace(BUSINESS, less=("area:drones",), more=("area:iot",))
    never = replace(LESS_DRONES, kind=RuleKind.NEVER)
    ruled = replace(less, **{k: tuple(v) for k, v in accepted(never, less).items()})  # type: ignore[arg-type]
    assert ruled.mutes == ("area:drones",)
    back = replace(ruled, **{k: tuple(v) for k, v in undone(never, ruled).items()})  # type: ignore[arg-type]
    assert back == less


def test_the_effect_is_chosen_anew_and_said_in_counts() -> None:
    stories = [
        candidate(f"s{n}", title=f"Report {n}", labels=f"{area} function:operations", feeds=f"A{n},B{n}")
        for n, area in enumerate(("area:iot", "area:iot", "area:digital_payments"))
    ]
    weeks = [(edition(*stories), Memory(issues=4))] * 2
    rule = Rule(kind=RuleKind.LESS, label="area:iot", useful=1, votes=4)
    found = effect(rule, replace(BUSINESS, less=()), weeks)
    assert (found.issues, found.before, found.after) == (2, 4, 0)
    # of a digest without a story of its own, the one from outside goes too
    assert sorted(found.gone) == ["Report 0", "Report 1", "Report 2"]
    assert effect_words(found) == "4 stories fewer in your last 2 issues: 0 instead of 4."
    assert rule_words(rule, {"area:iot": "Connected sensors"}) == "Less connected sensors"
    assert ground_words(rule) == "3 of 4 stories were not for you"
    never = effect(Rule(kind=RuleKind.NEVER, label="area:iot"), BUSINESS, weeks)
    assert (never.before, never.after) == (4, 0)
