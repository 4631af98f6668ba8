"""Understanding: what waits, in which order, and what a batch leaves (C3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import LEASE, NOW, a_feed, a_model, a_tag, an_item, claim_on, keep
from tests.steps import a_store_with, write
from trendwatch.errors import LeaseLost
from trendwatch.store import Store
from trendwatch.types.stories import OpenReport, Understood, WaitingItem
from trendwatch.types.trends import Series
from trendwatch.types.weeks import week_number

HOUR = timedelta(hours=1)
WEEK = week_number(NOW)


def test_the_earliest_wait_first_whatever_order_they_came_in(store: Store) -> None:
    late, backlog, early = (
        an_item(1, at=NOW),
        an_item(2, at=NOW, published_at=NOW - 9 * HOUR, backlog=True),
        an_item(3, at=NOW - HOUR),
    )
    a_store_with(store, [late, backlog, early])
    assert store.understanding.waiting("v1", limit=2) == [WaitingItem(backlog, ""), WaitingItem(early, "")]
    assert store.understanding.count_waiting("v1") == 3


def test_items_of_one_moment_wait_in_the_order_they_were_stored(store: Store) -> None:
    items = [an_item(number) for number in (5, 3, 9, 1)]
    a_store_with(store, items)
    assert [one.item for one in store.understanding.waiting("v1", limit=9)] == items


def test_what_was_read_later_can_be_left_for_later(store: Store) -> None:
    early, late = an_item(1, at=NOW), an_item(2, at=NOW + HOUR)
    backlog = an_item(3, at=NOW + HOUR, published_at=NOW - 9 * HOUR, backlog=True)
    a_store_with(store, [early, late, backlog])
    assert store.understanding.waiting("v1", limit=9, read_by=NOW) == [WaitingItem(early, "")]
    assert len(store.understanding.waiting("v1", limit=9, read_by=NOW + HOUR)) == 3


def test_nothing_waits_for_an_unknown_version(store: Store) -> None:
    a_store_with(store, [an_item()])
    assert store.understanding.waiting("v9", limit=9) == []
    assert store.understanding.count_waiting("v9") == 0


def test_a_batch_leaves_tags_stories_and_nothing_waiting(store: Store) -> None:
    first, second = an_item(1), an_item(2, feed="herald", at=NOW + HOUR)
    a_store_with(store, [first, second])
    tags = (a_tag("area:drones", 0.9, terms=("drone", "rotor")), a_tag("sector:retail", 0.7))
    ids = write(store, {"a": [first, second]}, {first.id: tags})
    tagged = store.items.get(first.id)
    assert tagged.tags == tags
    assert tagged.story_id == ids["a"]
    assert store.items.get(second.id).tags == ()
    assert store.understanding.count_waiting("v1") == 0


def test_a_story_counts_its_reports_feeds_and_owners(store: Store) -> None:
    store.feeds.sync([a_feed("a", owner="Group"), a_feed("b", owner="Group"), a_feed("c", owner="Alone")])
    store.models.adopt(a_model(), since=NOW)
    items = [an_item(n, feed=feed, at=NOW + n * HOUR) for n, feed in enumerate(("a", "a", "b", "c"))]
    keep(store, items)
    ids = write(store, {"s": items[:3]})
    story = store.stories.get(ids["s"])
    assert (story.items, story.sources, story.owners) == (3, 2, 1)
    write(store, {"s": [items[0], items[3]]})  # joins later; the story is there already
    story = store.stories.get(ids["s"])
    assert (story.items, story.sources, story.owners) == (4, 3, 2)
    assert (story.first_seen_at, story.last_seen_at) == (NOW, NOW + 3 * HOUR)
    assert store.stories.latest(limit=5) == [story]


def test_counts_add_up_over_batches(store: Store) -> None:
    a_store_with(store, [an_item(1), an_item(2)])
    for number, stories in ((1, 2), (2, 3)):
        item = an_item(number)
        batch = Understood(
            stories={item.id: f"s{number}"},
            tags={},
            new_stories={f"s{number}": item},
            story_counts={("area:drones", WEEK): stories},
            report_counts={("area:drones", WEEK, "gazette"): stories, ("*", WEEK, "gazette"): 1},
        )
        claim = claim_on(store, "understand", "all")
        store.understanding.write("v1", batch, claim=claim)
        store.leases.release(claim)
    counts = store.series.columns("v1", first_week=WEEK, last_week=WEEK)
    assert dict(zip([counts.keys[k] for k in counts.key], counts.reports.tolist(), strict=True)) == {
        "*": 2,
        "area:drones": 5,
    }
    [series] = store.series.series("v1", ["area:drones"], first_week=WEEK, last_week=WEEK)
    assert series == Series(key="area:drones", first_week=WEEK, stories=(5,))


def test_c3_a_write_under_a_lost_lease_leaves_nothing(store: Store) -> None:
    item = an_item()
    a_store_with(store, [item])
    old = claim_on(store, "understand", "all")
    claim_on(store, "understand", "all", at=NOW + LEASE)
    batch = Understood(
        stories={item.id: "s"},
        tags={item.id: (a_tag("area:drones"),)},
        new_stories={"s": item},
        story_counts={("area:drones", WEEK): 1},
    )
    with pytest.raises(LeaseLost):
        store.understanding.write("v1", batch, claim=old)
    assert store.understanding.count_waiting("v1") == 1
    assert store.stories.latest(limit=1) == []
    assert store.items.get(item.id).tags == ()


def test_open_reports_are_the_stories_of_a_half_open_window_in_order_of_time(store: Store) -> None:
    items = [an_item(n, at=NOW + n * HOUR, summary=f"Sum {n}") for n in range(4)]
    a_store_with(store, items)
    ids = write(store, {"a": [items[2]], "b": [items[0]], "c": [items[3]]})
    # items[1] is in no story, items[3] too late
    found = store.understanding.whole_stories(NOW, NOW + 3 * HOUR)
    assert [one.item_id for one in found] == [items[0].id, items[2].id]
    assert found[0] == OpenReport(items[0].id, "gazette", "Story number 0", "Sum 0", NOW, ids["b"], NOW)
    assert store.understanding.count_reports([(NOW, NOW + 3 * HOUR), (NOW - HOUR, NOW)]) == [2, 0]


def test_whole_stories_are_those_with_a_report_in_the_window_from_their_beginning(store: Store) -> None:
    items = [an_item(n, at=NOW + n * HOUR) for n in range(6)]
    a_store_with(store, items)
    write(store, {"long": [items[0], items[2], items[4]], "before": [items[1]], "after": [items[5]]})
    found = store.understanding.whole_stories(NOW + 2 * HOUR, NOW + 4 * HOUR)
    assert [one.item_id for one in found] == [items[0].id, items[2].id]


def test_texts_are_the_latest_of_a_window(store: Store) -> None:
    a_store_with(store, [an_item(n, at=NOW + n * HOUR) for n in range(4)])
    assert store.understanding.texts(NOW, NOW + 3 * HOUR, limit=2) == [
        ("Story number 2", ""),
        ("Story number 1", ""),
    ]


def test_what_a_version_has_counted_of_stories(store: Store) -> None:
    first, second = an_item(1), an_item(2, feed="herald")
    a_store_with(store, [first, second])
    ids = write(store, {"s": [first, second]}, {first.id: (a_tag("area:drones"), a_tag("area:iot"))})
    members = store.story_mends.members("v1", [ids["s"]])
    assert [(one.story_id, one.feed_key, one.item_id, one.labels) for one in members] == [
        (ids["s"], "gazette", first.id, ("area:drones", "area:iot")),
        (ids["s"], "herald", second.id, ()),
    ]
    store.models.adopt(a_model("v2"), since=NOW)  # has counted nothing yet
    assert store.story_mends.members("v2", [ids["s"]]) == []
    waiting = store.story_mends.members("v2", [], waiting=[second.id])
    assert [(one.story_id, one.item_id, one.labels) for one in waiting] == [(ids["s"], second.id, ())]


def test_c3_each_version_keeps_its_own_tags(store: Store) -> None:
    item = an_item()
    a_store_with(store, [item])
    store.models.adopt(a_model("v2"), since=NOW - HOUR)
    write(store, {"s": [item]}, {item.id: (a_tag("area:drones"),)})
    write(store, {"s": [item]}, {item.id: (a_tag("area:iot"),)}, version="v2")
    assert [tag.full_key for tag in store.items.get(item.id).tags] == ["area:drones"]
    assert store.models.promote_if_caught_up() == "v2"
    assert [tag.full_key for tag in store.items.get(item.id).tags] == ["area:iot"]
    assert len(store.stories.latest(limit=9)) == 1
