"""An archive becomes past: counted at its own dates, in no digest, once however often it is read (P5, S1)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli_world import CommandLine
from tests.seeds import LEASE, NOW, a_feed, a_model, an_item, claim_on, keep
from tests.steps import Clock, understand_all
from trendwatch.errors import InputError
from trendwatch.pipeline.history import ImportReport, import_archive
from trendwatch.pipeline.replay import Dated, parse_dated
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.types.weeks import week_number

WEEK = timedelta(weeks=1)


def line(number: int, *, weeks_ago: int, source: str = "gazette") -> Dated:
    return Dated(
        id=f"old-{number}",
        title=f"Drone number {number} over the farm of the valley",
        summary="",
        date=NOW - weeks_ago * WEEK,
        source=source,
        url=f"https://gazette.example/old/{number}",
    )


def read(store: Store, lines: list[Dated]) -> ImportReport:
    return import_archive(store, lines, clock=Clock(NOW), lease=LEASE)


@pytest.fixture
def polled(store: Store) -> Store:
    """A store that has read one feed for the first time now."""
    store.feeds.sync([a_feed("gazette")])
    store.models.adopt(a_model("v1"), since=NOW - 400 * timedelta(days=1))
    keep(store, [an_item(1)])
    return store


def test_items_count_at_their_own_dates_as_back_log(polled: Store) -> None:
    report = read(polled, [line(1, weeks_ago=60), line(2, weeks_ago=58), line(3, weeks_ago=58)])
    assert (report.lines, report.new, report.unknown) == (3, 3, set())
    understand_all(polled)
    first = week_number(NOW) - 60
    [series] = polled.series.series("v1", ["area:drones"], first_week=first, last_week=first + 3)
    assert sum(series.stories) >= 2
    assert series.stories[0] == 1
    kept = polled.items.search(Filter(feed_key="gazette"), limit=9).items
    assert [tagged.item.backlog for tagged in kept if tagged.item.entry_key.startswith("old")] == [True] * 3
    assert polled.series.feed_weeks() == {"gazette": week_number(NOW)}  # it is read since now all the same


def test_the_same_archive_twice_is_the_same_items(polled: Store) -> None:
    lines = [line(number, weeks_ago=9) for number in range(5)]
    assert read(polled, lines).new == 5
    assert read(polled, [*lines, line(9, weeks_ago=8)]).new == 1
    assert polled.items.count() == 7


def test_sources_nobody_configured_are_kept_and_never_polled(polled: Store) -> None:
    report = read(polled, [line(1, weeks_ago=3, source="An old paper")])
    assert report.unknown == {"An old paper"}
    polled.feeds.sync([a_feed("gazette")])
    assert polled.items.count() == 2
    assert {feed.key for feed, _ in polled.polls.due(NOW, hosts=polled.polls.due_hosts(NOW))} <= {"gazette"}


def test_what_stands_above_a_bad_line_is_kept(polled: Store) -> None:
    lines = ['{"id": "1", "date": "2024-03-01", "title": "A drone", "source": "gazette"}', "{bad"]
    with pytest.raises(InputError, match=r"old\.jsonl:2: not JSON"):
        import_archive(polled, parse_dated(lines, file="old.jsonl"), clock=Clock(NOW), lease=LEASE)
    assert polled.items.count() == 2


def test_a_feed_that_is_switched_off_is_known(polled: Store) -> None:
    polled.feeds.sync([a_feed("gazette"), replace(a_feed("post"), enabled=False)])
    lines = [line(1, weeks_ago=3, source="post"), line(2, weeks_ago=3, source="An old paper")]
    assert read(polled, lines).unknown == {"An old paper"}
    assert read(polled, lines).unknown == {"An old paper"}  # its row of the first time is no feed


def test_two_processes_do_not_read_at_once(polled: Store) -> None:
    claim_on(polled, "import", "all")
    with pytest.raises(InputError, match="another process"):
        read(polled, [line(1, weeks_ago=3)])


def test_the_verb_says_what_came_and_which_line_is_wrong(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "archive.jsonl"
    rows = [
        {"id": "2", "date": "2024-05-02", "title": "Drones count apples", "source": "orchard_post"},
        {"id": "1", "date": "2024-03-01", "title": "A drone in the orchard", "source": "orchard_post"},
        {"id": "1", "date": "2024-03-01", "title": "Rain", "source": "some_archive"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report = cli("import", str(file), "--json").object
    assert report == {
        "file": str(file),
        "lines": 3,
        "new_items": 3,
        "updates": 0,
        "sources": ["orchard_post", "some_archive"],
        "unknown_sources": ["some_archive"],
        "first_date": "2024-03-01",
        "last_date": "2024-05-02",
    }
    assert "0 new of 3 items" in cli("import", str(file)).out
    file.write_text('{"id": "7", "title": "Nobody", "date": "2090-01-01"}\n', encoding="utf-8")
    assert f"{file}:1: '7' is dated 2090-01-01" in cli("import", str(file)).err
    file.write_text('\ufeff{"id": "8", "title": "Nobody", "date": "2024-01-01"}\n', encoding="utf-8")
    assert "lines without a source are kept as of one called 'stdin'" in cli("import", str(file)).out
    file.write_text('{"id": "1", "title": "No date"}\n', encoding="utf-8")
    wrong = cli("import", str(file))
    assert wrong.code == 1
    assert f"{file}:1: the field 'date' is missing" in wrong.err


def test_another_text_of_what_is_known_is_counted_and_not_taken_over(polled: Store) -> None:
    first = [line(1, weeks_ago=9), line(2, weeks_ago=9)]
    assert read(polled, first).updates == 0
    update = replace(first[0], title="UPDATE: Drone number 1 over the farm")
    report = read(
        polled, [update, first[1], line(3, weeks_ago=8), replace(line(3, weeks_ago=8), title="Else")]
    )
    assert (report.new, report.updates) == (1, 2)
    kept = {one.item.entry_key: one.item.title for one in polled.items.search(Filter(), limit=9).items}
    assert kept["old-1"] == first[0].title
