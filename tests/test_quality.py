"""Quality: shares with intervals, pairs that are confused, bins of equally many tags."""

from __future__ import annotations

import numpy as np
import pytest

from trendwatch.tagging.quality import (
    Bin,
    Confusion,
    Share,
    calibration_error,
    confusions,
    feed_qualities,
    held_out_bins,
    qualities,
    reliability,
    told_of_feed,
)


def test_precision_and_recall_by_label_only_where_somebody_looked() -> None:
    given = np.array([[1, 0], [1, 1], [0, 1]], dtype=bool)
    true = np.array([[1, 0], [0, 1], [1, 1]], dtype=bool)
    looked = np.array([[1, 1], [1, 1], [1, 0]], dtype=bool)
    drones, ai = qualities(["area:drones", "area:ai"], given, true, looked=looked)
    assert (drones.precision, drones.recall) == (Share(1, 2), Share(1, 2))  # given 2, right 1; true 2
    assert (ai.precision, ai.recall) == (Share(1, 1), Share(1, 1))  # the last text was not looked at
    low, high = drones.precision.interval
    assert 0 < low < 0.5 < high < 1
    assert Share(0, 0).value == 0.0


def test_pairs_are_counted_within_a_facet_and_none_stands_for_nothing() -> None:
    pairs = [
        ({"area:ai"}, {"area:drones"}),
        ({"area:ai", "sector:retail"}, {"area:drones", "sector:retail"}),
        (set(), {"area:drones"}),
        ({"sector:retail"}, set()),
        ({"area:ai"}, {"area:ai"}),
    ]
    found = confusions(pairs)
    assert found == [
        Confusion("area:drones", "area:ai", 2),
        Confusion("area:drones", "area:none", 1),
        Confusion("sector:none", "sector:retail", 1),
    ]
    assert [one.of_none for one in found] == [False, True, True]


def test_bins_hold_equally_many_and_tell_how_far_off_confidence_is() -> None:
    confidence = np.linspace(0.05, 0.95, 20)
    bins = reliability(confidence, confidence > 0.5)
    assert [one.tags for one in bins] == [2] * 10
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    assert calibration_error([Bin(0.8, 0.6, 30), Bin(0.9, 0.9, 10)]) == pytest.approx(0.15)  # 0.2 · 3/4
    assert calibration_error([]) == 0.0
    assert reliability(np.zeros(0), np.zeros(0, dtype=bool)) == []


def test_bins_do_not_depend_on_the_order_of_tags_of_equal_confidence() -> None:
    right = np.array([True] * 15 + [False] * 5)
    same = np.full(20, 0.75)
    assert [one.right for one in reliability(same, right)] == [0.75] * 10  # 15 of 20
    assert reliability(same, right) == reliability(same, right[::-1])


def test_bins_of_a_manifest_count_given_tags_only() -> None:
    probability = np.array([[0.9, 0.2], [0.6, 0.7]])
    ones = np.ones((2, 2), dtype=bool)
    kept = held_out_bins(
        probability, np.array([0.5, 0.5]), true=np.array([[1, 0], [0, 1]], dtype=bool), looked=ones
    )
    assert kept == [[0.6, 0.0, 1], [0.7, 1.0, 1], [0.9, 1.0, 1]]


def test_by_feed_an_item_counts_once_however_many_tags_it_has_and_few_items_say_nothing() -> None:
    half = ({"area:ai", "sector:retail"}, {"area:ai"})
    pairs = [half] * 10 + [({"area:ai"}, {"area:ai"})] * 8 + [(set(), {"area:ai"})] * 3 + [half] * 7
    feeds = ["wire"] * 10 + ["gazette"] * 11 + ["post"] * 7
    wire, gazette, post = feed_qualities(feeds, pairs)
    assert (wire.feed_key, wire.judged, wire.precision) == ("wire", 10, Share(10, 20))
    assert wire.interval == Share(5, 10).interval  # 10 items, not 20 tags: 0.24 to 0.76
    assert (gazette.judged, gazette.tagged, gazette.precision) == (11, 8, Share(8, 8))
    assert (wire.told, gazette.told, post.told) == (True, True, False)  # 7 items with a tag are too few
    told = told_of_feed(post)
    assert (told["right"], told["given"], told["precision"], told["low"]) == (7, 14, None, None)
    assert told_of_feed(wire)["precision"] == 0.5
