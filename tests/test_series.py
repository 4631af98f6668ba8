"""Keys, columns and weekly series."""

from __future__ import annotations

import pytest

from trendwatch.trends.series import TOTAL, Counts, comparable, keys_of
from trendwatch.trends.stage import call_stage
from trendwatch.types.tags import Facet, Origin, Tag


def tag(full_key: str) -> Tag:
    facet, _, label = full_key.partition(":")
    return Tag(facet=Facet(facet), label=label, confidence=0.9, origin=Origin.MODEL)


@pytest.mark.parametrize(
    ("tags", "keys"),
    [
        ([], ()),
        (["sector:retail", "function:sales"], ("function:sales", "sector:retail")),
        (
            ["area:drones", "sector:retail", "function:sales", "impact:cost"],
            (
                "area:drones",
                "area:drones|function:sales",
                "area:drones|sector:retail",
                "function:sales",
                "impact:cost",
                "sector:retail",
            ),
        ),
        (
            ["area:ai", "area:drones", "sector:retail", "area:ai"],
            ("area:ai", "area:ai|sector:retail", "area:drones", "area:drones|sector:retail", "sector:retail"),
        ),
    ],
)
def test_keys_of_labels(tags: list[str], keys: tuple[str, ...]) -> None:
    assert keys_of(tuple(tags)) == keys


ROWS = [
    (TOTAL, "a", 10, 5.0),
    ("area:drones", "a", 10, 2.0),
    ("area:drones", "b", 10, 1.0),
    (TOTAL, "b", 10, 1.0),
    ("area:drones", "a", 12, 4.0),
    (TOTAL, "a", 12, 4.0),
]


def test_columns_hold_the_rows() -> None:
    counts = Counts.of(ROWS)
    rows = zip(counts.key, counts.feed, counts.week, counts.reports, strict=True)
    assert [(counts.keys[k], counts.feeds[f], int(w), float(r)) for k, f, w, r in rows] == ROWS


def test_until_and_about_choose_rows() -> None:
    counts = Counts.of(ROWS)
    assert len(counts.until(10)) == 4
    assert len(counts.about(["area:drones"])) == 3
    assert len(counts.about(["area:drones"]).until(11)) == 2
    assert len(counts.about(["area:never"])) == 0


def test_no_rows_are_columns_too() -> None:
    assert len(Counts.of([])) == 0


@pytest.mark.parametrize(
    ("stories", "published", "weeks"),
    [
        # twice the news, twice the stories: the same share of it (usual: 100)
        ([5, 10, 5], [100, 200, 100], (5, 5, 5)),
        # a week without any news says nothing of a key
        ([5, 0, 5], [100, 0, 100], (5, 5)),
        # 10 of news is too thin to begin with, and counts as a quarter of the usual: 1 · 100 / 25
        ([1, 5, 5, 5, 1], [10, 100, 100, 100, 10], (5, 5, 5, 4)),
        ([0, 0], [0, 0], ()),
        ([], [], ()),
    ],
)
def test_weeks_are_compared_as_if_each_had_the_usual_news(
    stories: list[int], published: list[int], weeks: tuple[float, ...]
) -> None:
    assert comparable(stories, published) == weeks


def test_weeks_in_which_nothing_was_read_end_nothing() -> None:
    steady = [5, 7, 6, 4, 8, 6, 5, 7] * 6
    outage = [0] * 10
    called = call_stage(comparable([*steady, *outage, *steady[:4]], [100] * 48 + outage + [100] * 4))
    assert called == call_stage([*map(float, steady), *map(float, steady[:4])])
    # as zeros the same weeks would be an end
    assert call_stage([*steady, *outage, *steady[:4]]).stage != called.stage
