"""Trends as of each week: kept once, the strongest first, with evidence that exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeding import a_trend
from tests.seeds import LEASE, NOW, a_model, a_tag, an_item, claim_on
from tests.steps import a_store_with, write
from trendwatch.errors import LeaseLost
from trendwatch.store import Store
from trendwatch.types.trends import Trend, TrendKind
from trendwatch.types.weeks import week_number

WEEK = week_number(NOW)
HOUR = timedelta(hours=1)


def keep_trends(store: Store, week: int, trends: list[Trend], *, version: str = "v1") -> None:
    claim = claim_on(store, "analyse", version)
    store.trends.write(version, week, trends, claim=claim, now=NOW)
    store.leases.release(claim)


@pytest.fixture
def empty(store: Store) -> Store:
    return a_store_with(store, [])


def test_a_week_is_judged_also_when_it_came_to_nothing(empty: Store) -> None:
    assert empty.trends.last_analysed("v1") is None
    keep_trends(empty, WEEK, [])
    assert empty.trends.last_analysed("v1") == WEEK
    assert empty.trends.of_week("v1", WEEK) == []


def test_the_strongest_come_first_and_fading_ones_last(empty: Store) -> None:
    trends = [
        a_trend(key, WEEK, strength=bits, stories=5)
        for key, bits in (("area:b", 1.0), ("area:vr", -0.9), ("area:c", 2.5), ("area:a", 1.0))
    ]
    keep_trends(empty, WEEK, trends)
    assert [one.key for one in empty.trends.of_week("v1", WEEK)] == ["area:c", "area:a", "area:b", "area:vr"]


def test_a_trend_comes_back_as_it_was(empty: Store) -> None:
    trend = a_trend("größe", WEEK, strength=1 / 3, stories=5, kind=TrendKind.TERM, evidence=("a", "b"))
    keep_trends(empty, WEEK, [trend])
    assert empty.trends.of_week("v1", WEEK) == [trend]


def test_a_key_may_be_a_label_and_a_term(empty: Store) -> None:
    both = [a_trend("drones", WEEK, strength=1.0, stories=5, kind=kind) for kind in TrendKind]
    keep_trends(empty, WEEK, both)
    assert len(empty.trends.of_week("v1", WEEK)) == 2


def test_judging_a_week_again_replaces_what_was_said(empty: Store) -> None:
    keep_trends(empty, WEEK, [a_trend("area:a", WEEK, strength=1.0, stories=5)])
    again = a_trend("area:b", WEEK, strength=2.0, stories=5)
    keep_trends(empty, WEEK, [again])
    assert empty.trends.of_week("v1", WEEK) == [again]


def test_d1_a_week_judged_under_a_lost_lease_is_not_kept(empty: Store) -> None:
    old = claim_on(empty, "analyse", "v1")
    claim_on(empty, "analyse", "v1", at=NOW + LEASE)
    with pytest.raises(LeaseLost):
        empty.trends.write("v1", WEEK, [a_trend("area:a", strength=1.0, stories=5)], claim=old, now=NOW)
    assert empty.trends.last_analysed("v1") is None
    assert empty.trends.of_week("v1", WEEK) == []


def test_the_weeks_of_a_key_the_latest_first(empty: Store) -> None:
    for week in (WEEK - 10, WEEK, WEEK - 3):  # 2024-W52 sorts behind 2025-W10 as text, not as a week
        keep_trends(empty, week, [a_trend("area:a", week, strength=week / 1000, stories=5)])
    assert [one.week for one in empty.trends.of_key("v1", "area:a")] == ["2025-W10", "2025-W07", "2024-W52"]
    assert empty.trends.of_key("v1", "area:b") == []


def test_c3_versions_are_never_mixed(empty: Store) -> None:
    empty.models.adopt(a_model("v2"), since=NOW)
    keep_trends(empty, WEEK, [a_trend("area:a", WEEK, strength=1.0, stories=5)])
    assert empty.trends.last_analysed("v2") is None
    assert empty.trends.of_week("v2", WEEK) == empty.trends.of_key("v2", "area:a") == []


def test_a_week_waits_for_the_items_counted_before_its_end(store: Store) -> None:
    item = an_item(at=NOW)
    a_store_with(store, [item])
    assert not store.trends.waits_before("v1", NOW)  # half-open: counted at NOW is not before NOW
    assert store.trends.waits_before("v1", NOW + timedelta(microseconds=1))
    write(store, {"s": [item]})
    assert not store.trends.waits_before("v1", NOW + timedelta(days=9))


def test_evidence_is_newest_first_and_one_a_story(store: Store) -> None:
    items = [an_item(n, at=NOW + n * HOUR) for n in range(6)]
    a_store_with(store, items)
    drones, retail = a_tag("area:drones"), a_tag("sector:retail")
    tags = {item.id: (drones,) for item in items[:5]} | {items[1].id: (drones, retail)}
    write(store, {"one": items[0:2], "two": items[2:3], "three": items[3:4], "late": items[4:6]}, tags)

    def evidence(key: str, limit: int = 9) -> list[str]:
        return store.trends.evidence(
            "v1", key, since=NOW, until=NOW + 4 * HOUR, limit=limit
        )  # items[4] is too late

    found = evidence("area:drones")
    assert found[:2] == [items[3].id, items[2].id]
    assert found[2:] == [items[1].id]  # the newest report of the story
    assert evidence("area:drones", limit=1) == [items[3].id]
    assert evidence("area:drones|sector:retail") == [items[1].id]
    assert evidence("area:unheard_of") == []


def test_t25_of_each_story_the_newest_report_is_named_not_the_last_by_its_id(store: Store) -> None:
    items = [an_item(n, at=NOW + n * HOUR) for n in range(16)]
    a_store_with(store, items)
    tags = {item.id: (a_tag("area:drones"),) for item in items}
    write(store, {f"story {n}": [items[n], items[n + 8]] for n in range(8)}, tags)
    found = store.trends.evidence("v1", "area:drones", since=NOW, until=NOW + 16 * HOUR, limit=8)
    assert found == [items[n].id for n in range(15, 7, -1)]
