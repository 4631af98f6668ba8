"""What was told in a window, by label and language, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.config_samples import overlay
from tests.seeds import NOW, a_feed, a_model, a_tag, a_taxonomy, an_item, claim_on, keep
from trendwatch.news.coverage import FACETS, WINDOW
from trendwatch.pipeline.coverage import feed_coverage
from trendwatch.store import Store
from trendwatch.types.coverage import Reported
from trendwatch.types.stories import Understood
from trendwatch.types.tags import Facet

SINCE = NOW - WINDOW
HOUR = timedelta(hours=1)
#: number, feed, counted at, labels, story
ITEMS = (
    (1, "gazette", NOW - HOUR, ("area:drones", "sector:agriculture", "function:operations"), "a"),
    (2, "herald", NOW - HOUR, ("area:drones",), "a"),  # the same story by a sister of the gazette
    (3, "wire", NOW - HOUR, ("area:drones",), "b"),
    (4, "wire", SINCE, ("area:iot",), "c"),  # the first instant of the window
    (5, "wire", SINCE - HOUR, ("area:iot",), "d"),  # before it
    (6, "wire", NOW, ("area:iot",), "e"),  # after it
)


@pytest.fixture
def told(store: Store) -> Store:
    feeds = [a_feed("gazette", owner="Group", areas=("drones",)), a_feed("herald", owner="Group")]
    store.feeds.sync([*feeds, a_feed("wire")])
    store.models.adopt(a_model("v1"), since=NOW - timedelta(days=400))
    items = {number: an_item(number, feed=feed, at=at) for number, feed, at, _, _ in ITEMS}
    dutch = an_item(7, feed="wire", at=NOW - HOUR, language="nl")
    keep(store, [*items.values(), dutch])
    first = {story: items[number] for number, _, _, _, story in reversed(ITEMS)}
    batch = Understood(
        stories={items[number].id: story for number, _, _, _, story in ITEMS} | {dutch.id: "nl"},
        tags={items[number].id: [a_tag(key) for key in keys] for number, _, _, keys, _ in ITEMS},
        new_stories=first | {"nl": dutch},
        story_counts={},
        report_counts={},
    )
    store.understanding.write("v1", batch, claim=claim_on(store, "understand", "all"))
    return store


def test_stories_and_owners_of_a_half_open_window(told: Store) -> None:
    assert told.coverage.reported("v1", SINCE, NOW, facets=FACETS) == {
        "area:drones": Reported(2, 2),  # stories a and b, of Group and wire
        "sector:agriculture": Reported(1, 1),
        "area:iot": Reported(1, 1),  # c; d is before, e after
    }
    only = told.coverage.reported("v1", SINCE, NOW, facets=[Facet.FUNCTION])
    assert only == {"function:operations": Reported(1, 1)}


def test_c3_versions_are_never_mixed(told: Store) -> None:
    told.models.adopt(a_model("v2"), since=NOW)
    assert told.coverage.reported("v2", SINCE, NOW, facets=FACETS) == {}
    assert told.coverage.reported("unheard_of", SINCE, NOW, facets=FACETS) == {}


def test_items_by_language(told: Store) -> None:
    assert told.coverage.languages(SINCE, NOW) == {"": 4, "nl": 1}
    assert told.coverage.languages(NOW + HOUR, NOW + WINDOW) == {}


def test_coverage_of_the_last_four_weeks(told: Store) -> None:
    feeds = [a_feed("gazette", owner="Group", areas=("drones",)), a_feed("wire")]
    found = feed_coverage(told, feeds, (), taxonomy=a_taxonomy(), now=NOW)
    assert (found.since, found.until, found.items) == (SINCE, NOW, 5)
    assert found.not_covered == {"nl": 1}
    by_key = {one.key: one for one in found.labels}
    assert list(by_key) == ["sector:agriculture", "sector:retail", "area:drones", "area:iot"]
    drones = by_key["area:drones"]
    assert (drones.stories, drones.reporting, drones.owners) == (2, 2, 1)
    assert (by_key["sector:retail"].stories, by_key["sector:retail"].reporting) == (0, 0)


def test_before_anything_is_understood_there_are_no_numbers(store: Store) -> None:
    store.feeds.sync([a_feed()])
    empty = feed_coverage(store, [a_feed()], (), taxonomy=a_taxonomy(), now=NOW)
    assert {one.stories for one in empty.labels} == {None}
    store.models.adopt(a_model("v1"), since=NOW)
    keep(store, [an_item(at=NOW - HOUR)], at=NOW - HOUR)
    waiting = feed_coverage(store, [a_feed()], (), taxonomy=a_taxonomy(), now=NOW)
    assert (waiting.items, {one.stories for one in waiting.labels}) == (1, {None})


def test_an_overlay_on_a_pack_is_kept_like_any_other(store: Store) -> None:
    change = overlay("pack", "bread", {"title": "Bread"})
    store.overlays.put(change)
    assert store.overlays.list() == [change]
