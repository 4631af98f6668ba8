"""Stories are put right in the database: reports move, counts follow, an old name still leads there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.seeding import doors
from tests.seeds import NOW, a_tag, claim_on
from tests.steps import a_report, a_store_with, write
from tests.test_pipeline_understand import counts, recount_stories
from trendwatch.errors import NotFound
from trendwatch.pipeline.mending import mend_stories
from trendwatch.store import Store
from trendwatch.trends.series import TOTAL
from trendwatch.trends.tally import Tally
from trendwatch.types.stories import Mend, Understood
from trendwatch.types.weeks import week_number

WEEK = week_number(NOW)
HOUR = timedelta(hours=1)


def a_world(store: Store) -> dict[str, str]:
    """Two stories of one event, of two feeds, tagged and counted; return their ids."""
    items = [
        a_report(0, 0, feed="gazette", at=NOW),
        a_report(0, 1, feed="wire", at=NOW + HOUR),
        a_report(0, 2, feed="gazette", at=NOW + 2 * HOUR),
    ]
    a_store_with(store, items)
    tags = {item.id: [a_tag("area:drones")] for item in items}
    stories = {"older": [items[0]], "younger": items[1:]}
    tally = Tally()
    for name, told in stories.items():
        for item in told:
            labels = [tag.full_key for tag in tags[item.id]]
            tally.add_counted(name, item.feed_key, at=item.counted_at, labels=labels)
    ids = write(store, stories, tags)
    claim = claim_on(store, "understand", "all")
    counted = Understood(
        stories={item.id: ids[name] for name, told in stories.items() for item in told},
        tags={},
        new_stories={},
        story_counts=tally.story_counts,
        day_counts=tally.day_counts,
        report_counts=tally.report_counts,
        first_counts=tally.first_counts,
    )
    store.understanding.write("v1", counted, claim=claim)
    store.leases.release(claim)
    return ids | {f"i{at}": item.id for at, item in enumerate(items)}


def mend(store: Store, *what: Mend) -> None:
    claim = claim_on(store, "understand", "all")
    mend_stories(store, what, versions=["v1"], claim=claim, now=NOW)
    store.leases.release(claim)


def series(store: Store, key: str) -> int:
    return store.series.series("v1", [key], first_week=WEEK, last_week=WEEK)[0].stories[0]


def days(store: Store, key: str) -> list[int]:
    """Return the stories of a week by day, which are known."""
    known, [found] = store.series.days("v1", [key], first_week=WEEK, last_week=WEEK)
    assert known == WEEK
    assert sum(found.stories) == series(store, key)
    return list(found.stories)


def merged(ids: dict[str, str]) -> Mend:
    return Mend(before=ids["younger"], after=ids["older"], items=(ids["i1"], ids["i2"]), merged=True)


def test_a_merged_story_counts_once_and_keeps_the_older_name(store: Store) -> None:
    ids = a_world(store)
    assert (series(store, TOTAL), series(store, "area:drones")) == (2, 2)
    mend(store, merged(ids))
    assert (series(store, TOTAL), series(store, "area:drones")) == (1, 1)
    assert recount_stories(store)["area:drones", WEEK] == 1
    # gazette told both, and told it first; wire told it too
    assert counts(store)[TOTAL, "gazette", WEEK] == 1
    story = store.stories.get(ids["older"])
    assert (story.items, story.sources, story.owners) == (3, 2, 2)


def test_an_old_name_leads_to_the_story(store: Store) -> None:
    ids = a_world(store)
    mend(store, merged(ids))
    assert store.stories.get(ids["younger"]) == store.stories.get(ids["older"])
    with pytest.raises(NotFound):
        store.stories.get("nobody")


def test_names_of_names_lead_there_too(store: Store) -> None:
    ids = a_world(store)
    split = Mend(before=ids["younger"], after="part", items=(ids["i2"],), merged=False)
    mend(
        store, split, Mend(before="part", after=ids["younger"], items=(ids["i2"],), merged=True), merged(ids)
    )
    assert store.stories.get("part").id == ids["older"]
    assert series(store, TOTAL) == 1


def test_a_story_that_was_merged_away_and_begun_again_has_its_name_to_itself(store: Store) -> None:
    """A part is named after its first report: that is the name the report's own story had."""
    ids = a_world(store)
    mend(store, merged(ids))
    part = (ids["i1"], ids["i2"])
    mend(store, Mend(before=ids["older"], after=ids["younger"], items=part, merged=False))
    assert store.stories.get(ids["younger"]).id == ids["younger"]
    assert store.stories.get(ids["younger"]).items == 2
    third = Mend(before=ids["younger"], after="third", items=(ids["i2"],), merged=False)
    mend(store, third, Mend(before=ids["younger"], after="third", items=(ids["i1"],), merged=True))
    assert store.stories.get(ids["younger"]).id == "third"  # where its reports are now


def test_a_split_story_is_counted_as_two(store: Store) -> None:
    ids = a_world(store)
    mend(store, Mend(before=ids["younger"], after="part", items=(ids["i2"],), merged=False))
    assert series(store, "area:drones") == 3
    part, rest = store.stories.get("part"), store.stories.get(ids["younger"])
    assert (part.items, rest.items) == (1, 1)
    assert part.title == store.items.get(ids["i2"]).item.title


def test_what_was_shown_is_remembered_under_the_new_name(tmp_path: Path) -> None:
    store = doors(tmp_path).store
    digest = store.digests.get("hill_farm", "latest")
    shown = digest.picks[0].story_id
    other = next(one.id for one in store.stories.latest(limit=50) if one.id != shown)
    mend(store, Mend(before=shown, after=other, items=(), merged=True))
    memory = store.digests.memory("hill_farm", before=digest.cutoff + timedelta(days=7))
    assert {shown, other} <= memory.shown


def test_days_follow_what_is_merged_and_split(store: Store) -> None:
    ids = a_world(store)
    day = NOW.weekday()
    split = Mend(before=ids["younger"], after="part", items=(ids["i2"],), merged=False)
    for one, stories in ((None, 2), (split, 3), (merged(ids), 2)):
        if one:
            mend(store, one)
        for key in (TOTAL, "area:drones"):
            assert days(store, key) == [stories if at == day else 0 for at in range(7)]
