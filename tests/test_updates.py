"""What an earlier issue told does not come back as news; later only with a new fact, and it says so."""

from __future__ import annotations

import pytest

from tests.sample_digest import BUSINESS, candidate, edition
from trendwatch.advice.columns import Columns
from trendwatch.advice.digest import compose
from trendwatch.advice.updates import alike, told_text
from trendwatch.types.advice import Candidate, Digest, Memory

TITLE = "Harbour clinic chairs report faults before patients notice"
WHAT = "Forty chairs in Bremen send pressure readings every minute."
TOLD = told_text(TITLE, WHAT)
#: The same event with what came of it.
LATER = candidate(
    "later",
    title="Harbour clinic chairs report faults before patients notice, insurer Nordia pays",
    summary="Forty chairs in Bremen send pressure readings; each brings 600 euros from June.",
    labels="area:iot sector:healthcare",
)
SAME = candidate("same", title=TITLE, summary=WHAT, labels="area:iot sector:healthcare")
OTHER = candidate(
    "other",
    title="Dentists in Porto share one sensor network",
    summary="It warns of water leaks.",
    labels="area:iot sector:healthcare",
)


def digest(story: Candidate, *, issues_ago: int) -> Digest:
    return compose(edition(story, OTHER), BUSINESS, Memory(issues=9, told=((issues_ago, TOLD),)))


@pytest.mark.parametrize(
    ("story", "issues_ago", "title"),
    [
        (SAME, 1, None),
        (SAME, 4, None),
        (SAME, 5, None),  # nothing new in it
        (LATER, 4, None),  # within four issues not at all
        (LATER, 5, f"Update: {LATER.title}"),
    ],
)
def test_repeats_and_updates(story: Candidate, issues_ago: int, title: str | None) -> None:
    found = digest(story, issues_ago=issues_ago)
    titles = {pick.story_id: pick.title for pick in found.picks}
    assert titles.get(story.story_id) == title
    assert titles["other"] == OTHER.title


def test_other_events_are_not_touched_and_the_answer_is_shared() -> None:
    columns = Columns(edition(SAME, LATER, OTHER))
    assert alike(columns, TOLD) == ((0, False), (1, True))
    assert alike(columns, TOLD) is alike(columns, TOLD)
    assert alike(columns, "Something else happened. In another place.") == ()
    assert alike(Columns(edition()), TOLD) == ()
