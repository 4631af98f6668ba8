"""When a story was told first, by whom, and which of its reports repeat another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.asking import Asker
from tests.sample_digest import sample_digest, source
from tests.seeding import VERSION, doors
from tests.seeds import NOW, an_item, claim_on, keep
from trendwatch.news.candidates import candidates
from trendwatch.news.firsttold import Reported, copies, dated, shown_at
from trendwatch.render.story import pick_view
from trendwatch.types.news import Item
from trendwatch.types.stories import Telling, Told, Understood

DAY = timedelta(days=1)
HEADLINE = "Orchard drone counts thirsty trees for growers in Evora"
SUMMARY = "A drone flies over the orchards of Evora at dawn and counts trees that want water."


@pytest.mark.parametrize(
    ("days_before", "believed"), [(0, True), (3, True), (14, True), (15, False), (3650, False), (None, False)]
)
def test_a_date_is_believed_for_fourteen_days(days_before: int | None, believed: bool) -> None:
    published = None if days_before is None else NOW - days_before * DAY
    assert dated(published, NOW) == (published if believed else None)
    assert shown_at(published, NOW) == (published if believed else NOW)


def test_a_reprint_repeats_the_first_and_a_telling_in_other_words_does_not() -> None:
    reports = [
        Reported("first", HEADLINE, SUMMARY),
        Reported("same", HEADLINE.upper(), SUMMARY),
        Reported("cut", f"{HEADLINE} - The Courier", SUMMARY.partition(" and ")[0] + "."),
        Reported("bare", HEADLINE, ""),
        Reported("own", "Portuguese farmers let quadcopters look for dry soil", "Cork oaks come next."),
        Reported("part 2", "Growers of the Alentejo and their quadcopters, part 2", ""),
        Reported("part 3", "Growers of the Alentejo and their quadcopters, part 3", ""),
        Reported("short", "Drone", ""),
        Reported("short too", "Drone", ""),
    ]
    found = copies(reports)
    assert found == {"same": "first", "cut": "first"}
    assert copies([]) == {}


def telling(*, published: datetime | None, seen: datetime, backlog: bool = False) -> Telling:
    return Telling(
        source=source("The Courier", path=f"{seen:%d}{published}"),
        summary="",
        language="en",
        first_seen_at=seen,
        published_at=published,
        backlog=backlog,
        tags=(),
    )


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        ([(NOW - 3 * DAY, NOW, False), (NOW - DAY, NOW, False)], NOW - 3 * DAY),
        ([(NOW - 99 * DAY, NOW, False), (NOW - DAY, NOW, False)], NOW - DAY),  # a date nobody believes
        ([(None, NOW, False)], NOW),
        ([(NOW - 99 * DAY, NOW, True)], NOW - 99 * DAY),  # back-log counts at its own date
    ],
)
def test_a_candidate_says_when_it_was_told_first(
    reports: list[tuple[datetime | None, datetime, bool]], told: datetime
) -> None:
    said = [telling(published=published, seen=seen, backlog=backlog) for published, seen, backlog in reports]
    [found] = candidates([Told(story_id="s", reports=tuple(said))], language="en")
    assert found.first_told_at == told


def test_a_digest_says_when_a_story_was_told_first_not_when_we_polled() -> None:
    digest = sample_digest()
    assert digest.one_thing is not None
    for told, said in ((digest.since - 2 * DAY, "22 Feb"), (None, "25 Feb")):
        shown = pick_view(replace(digest.one_thing, first_told_at=told), digest)
        assert shown.evidence == f"4 independent sources, first seen {said}"


def parts_with(folder: Path, items: list[Item]) -> Asker:
    parts = doors(folder)
    keep(parts.store, items)
    batch = Understood(
        stories={item.id: "thestory" for item in items}, tags={}, new_stories={"thestory": items[0]}
    )
    parts.store.understanding.write(VERSION, batch, claim=claim_on(parts.store, "understand", "all"))
    return Asker(parts)


def test_a_story_says_who_told_it_first_and_which_reports_are_copies(tmp_path: Path) -> None:
    """Read in the order of the feeds, on one day; the second published it two days before the first."""
    report = an_item(900, feed="field_notes", at=NOW, title=HEADLINE, summary=SUMMARY)
    friday = replace(report, published_at=NOW - 2 * DAY)
    reprint = an_item(901, feed="gazette", at=NOW, title=HEADLINE, summary=SUMMARY)
    wednesday = replace(reprint, published_at=NOW - 4 * DAY)
    other = an_item(902, feed="wire", at=NOW, title="Drones over Evora")
    dubious = replace(other, published_at=NOW - 400 * DAY)
    ask = parts_with(tmp_path, [friday, wednesday, dubious])
    story = ask.get("/api/v1/stories/thestory").json()
    assert story["first_told_by"] == "gazette"
    assert story["first_published_at"] == f"{NOW - 4 * DAY:%Y-%m-%dT%H:%M:%SZ}"
    assert story["copies"] == {friday.id: wednesday.id}
    listed = {one["id"]: one for one in ask.get("/api/v1/stories?limit=200").json()["stories"]}
    assert listed["thestory"]["first_told_by"] == "gazette"
    page = ask.get("/stories/thestory").text
    assert "told first by The Gazette of Useful Machines, published" in page
    assert "Repeated 1 time in the same words: Field Notes" in page
    assert page.count("</h3>") == 2  # the report that was first, and the one that tells it otherwise


def test_a_story_without_a_credible_date_has_none(tmp_path: Path) -> None:
    undated = replace(an_item(900, feed="wire", at=NOW, title=HEADLINE), published_at=None)
    story = parts_with(tmp_path, [undated]).get("/api/v1/stories/thestory").json()
    assert (story["first_published_at"], story["first_told_by"]) == (None, "wire")
