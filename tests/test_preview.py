"""A preview is the latest digest composed anew, by the very code that composed it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.seeds import NOW
from tests.test_pipeline_compose import BAKERY, DAY, WEEK, a_world, ready, run, told_twice, welcomed
from trendwatch.pipeline.preview import preview
from trendwatch.store import Store


@pytest.fixture
def world(tmp_path: Path) -> Store:
    return a_world(Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}"))


def test_without_a_change_it_is_the_issue_with_the_weeks_it_made_up_for(world: Store) -> None:
    welcomed(world)
    now = NOW + 3 * WEEK
    ready(world, told_twice(3, now - DAY), now)
    [digest] = run(world, now).digests
    assert digest.merged
    assert preview(world, BAKERY) == digest


def test_of_a_quiet_week_it_shows_what_was_chosen_for_one(world: Store) -> None:
    quiet = replace(BAKERY, areas=(), mutes=("area:iot", "area:drones", "area:ai", "sector:food"))
    [digest] = welcomed(world, [quiet])
    assert (digest.quiet, digest.quiet_choice) == (True, "first")
    assert preview(world, quiet) == digest
    for number in range(1, 5):  # the first four issues are always sent
        ready(world, told_twice(3 + number, NOW + number * WEEK - DAY), NOW + number * WEEK)
        [digest] = run(world, NOW + number * WEEK, [quiet]).digests
    assert (digest.quiet, digest.quiet_choice) == (True, "none")
    shown = preview(world, replace(quiet, quiet_week="general"))
    assert shown is not None
    assert shown.quiet_choice == "general"


def test_before_the_first_edition_there_is_nothing_to_show(tmp_path: Path) -> None:
    assert preview(Store.open(f"sqlite:///{tmp_path / 'empty.db'}"), BAKERY) is None
