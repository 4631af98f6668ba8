"""A week in which nothing met the profile, weeks that are made up for, and digests that are stopped."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.seeds import NOW, a_business, a_digest, an_edition
from trendwatch.advice.quiet import FIRST_ISSUES, finished, is_sent
from trendwatch.render.view import view
from trendwatch.types.advice import Candidate, Memory, Source
from trendwatch.types.tags import Facet, Origin, Tag

WEEK = timedelta(weeks=1)
QUIET = a_digest("farm", quiet=True)
AFTER_FOUR = Memory(issues=FIRST_ISSUES, last_cutoff=NOW - WEEK)


def told_by(number: int, owners: int, *, area: str = "vr", days: int = 1) -> Candidate:
    sources = tuple(
        Source(title="t", url=f"https://p{n}.example/", feed=f"P{n}", owner=f"p{n}", kind="news")
        for n in range(owners)
    )
    tag = Tag(facet=Facet.AREA, label=area, confidence=0.9, origin=Origin.MODEL, terms=())
    return Candidate(
        story_id=f"s{number}",
        title=f"Story {number}",
        summary="What happened. And more.",
        url=f"https://p0.example/{number}",
        first_seen_at=NOW - timedelta(days=days),
        published_at=None,
        backlog=False,
        tags=(tag,),
        sources=sources,
        items=owners,
    )


EDITION = an_edition(
    candidates=(
        told_by(1, 2),
        told_by(2, 5),
        told_by(3, 1),
        told_by(4, 3, area="ai"),
        told_by(5, 4, days=20),
    ),
    names={"area:vr": "Virtual reality", "area:ai": "AI"},
)


@pytest.mark.parametrize("choice", ["none", "note", "general"])
def test_the_choice_of_a_quiet_week_is_done_and_recorded(choice: str) -> None:
    found = finished(QUIET, EDITION, business=a_business("farm", quiet_week=choice), memory=AFTER_FOUR)
    assert found.quiet
    assert found.quiet_choice == choice
    assert is_sent(found) == (choice != "none")
    assert bool(found.worth_a_look) == (choice == "general")


@pytest.mark.parametrize("issues", range(FIRST_ISSUES + 1))
def test_the_first_four_issues_are_sent_whatever_was_chosen(issues: int) -> None:
    found = finished(QUIET, EDITION, business=a_business("farm"), memory=Memory(issues=issues))
    assert is_sent(found) == (issues < FIRST_ISSUES)
    assert found.quiet_choice == ("first" if issues < FIRST_ISSUES else "none")


def test_a_week_that_is_not_quiet_asks_no_choice() -> None:
    busy = a_digest("farm")
    assert finished(busy, EDITION, business=a_business("farm"), memory=AFTER_FOUR) == busy
    assert is_sent(busy)


def test_general_news_is_what_most_publishers_told_within_the_window_and_not_muted() -> None:
    owner = a_business("farm", quiet_week="general", mutes=("area:ai",))
    found = finished(QUIET, EDITION, business=owner, memory=AFTER_FOUR)
    # 5 publishers, then 2; one publisher is no general news, AI is muted, the fourth is too old
    assert [pick.story_id for pick in found.worth_a_look] == ["s2", "s1"]
    assert {pick.marks for pick in found.worth_a_look} == {("general news",)}
    assert "5 independent publishers" in found.worth_a_look[0].why
    shown = replace(AFTER_FOUR, shown=frozenset({"s2"}))
    assert [
        pick.story_id for pick in finished(QUIET, EDITION, business=owner, memory=shown).worth_a_look
    ] == ["s1"]


def test_d4_weeks_that_passed_without_an_issue_are_recorded_and_said() -> None:
    digest = a_digest("farm", since=NOW - 3 * WEEK)
    late = finished(
        digest, EDITION, business=a_business("farm"), memory=replace(AFTER_FOUR, last_cutoff=NOW - 3 * WEEK)
    )
    assert late.merged == ("2025-W08", "2025-W09")
    assert late.notes == ()  # said above the stories, in days instead of week numbers
    assert view(late).late == "No issues came for the 2 weeks from 17 Feb; this one covers them too."
    assert finished(digest, EDITION, business=a_business("farm"), memory=Memory()).merged == ()
