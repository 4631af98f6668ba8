"""Replays: order kept, bad lines named, and no look-ahead."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from tests.seeds import NOW
from tests.steps import easy_rules, rule_tagger
from trendwatch.errors import InputError
from trendwatch.pipeline.replay import (
    CHUNK,
    Dated,
    chunks,
    parse_dated,
    replay_stories,
    replay_trends,
)
from trendwatch.pipeline.stream import Stream
from trendwatch.types.identity import stable_id
from trendwatch.types.trends import Trend
from trendwatch.types.weeks import parse_week, week_number

DAY = timedelta(days=1)


def line(number: int = 1, date: datetime = NOW, **values: Any) -> str:
    given = {"id": f"n{number}", "title": f"Story number {number}", "date": date.isoformat(), **values}
    return json.dumps(given)


def dated(number: int = 1, date: datetime = NOW, *, source: str = "wire", title: str = "") -> Dated:
    title = title or f"Story number {number}"
    return Dated(id=f"n{number}", title=title, summary="", date=date, source=source, url="")


@pytest.fixture
def replay() -> Stream:
    return Stream(rule_tagger())


def test_a_line_is_read_with_what_it_leaves_out() -> None:
    [one] = parse_dated([line(title="<b>Drones</b> &amp; you", summary=None)])
    assert one == dated(title="Drones & you", source="stdin")
    assert list(parse_dated(["", "  \n"])) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-03", datetime(2025, 3, 3, tzinfo=UTC)),
        ("2025-03-03T08:00:00Z", datetime(2025, 3, 3, 8, tzinfo=UTC)),
        ("2025-03-03T08:00:00+02:00", datetime(2025, 3, 3, 6, tzinfo=UTC)),
        ("2025-03-03T08:00:00", datetime(2025, 3, 3, 8, tzinfo=UTC)),
    ],
)
def test_dates_are_read_as_utc(written: str, read: datetime) -> None:
    [one] = parse_dated([json.dumps({"id": "a", "title": "t", "date": written})])
    assert one.date == read


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("not json", "not JSON"),
        ("[]", "no JSON object; give one object a line"),
        ("5", "no JSON object; give one object a line"),
        ("null", "no JSON object; give one object a line"),
        ('"text"', "no JSON object; give one object a line"),
        ("[" * 100_000, "nested too deep"),
        ("{}", "'date' is missing; a line needs id, title and date"),
        ('{"date": "2025-03-03", "title": "t"}', "'id' is missing"),
        ('{"date": "2025-03-03", "id": "a"}', "'title' is missing"),
        ('{"date": "yesterday", "id": "a", "title": "t"}', "a date looks like 2025-03-03"),
        ('{"date": null, "id": "a", "title": "t"}', "the date is null; a line needs one"),
        (
            '{"date": "0001-01-01", "id": "a", "title": "t"}',
            "not from 1970-01-05 on and before 2200-01-01",
        ),
        ('{"date": "9999-12-31T23:59:59-09:00", "id": "a", "title": "t"}', "cannot be read"),
        (
            '{"date": "2925-01-01", "id": "a", "title": "t"}',
            "not from 1970-01-05 on and before 2200-01-01",
        ),
        ('{"date": ' + "1" * 5000 + ', "id": "a", "title": "t"}', "a number of thousands of digits"),
        ('{"date": "2025-03-03", "id": "\\ud800", "title": "t"}', "id holds half a character"),
        ('{"date": "2025-03-03", "id": null, "title": "t"}', "the id is empty"),
        ('{"date": "2025-03-03", "id": "\\u0000", "title": "t"}', "the id is empty"),
    ],
)
def test_a_bad_line_is_named(bad: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        list(parse_dated([line(), "", bad], file="news.jsonl"))
    assert str(caught.value).startswith("news.jsonl:3: ")
    assert words in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("news.jsonl", 3)


def test_a_mark_of_windows_is_no_part_of_the_first_line() -> None:
    assert len(list(parse_dated(["\ufeff" + line()]))) == 1


def test_a_line_of_the_future_is_named() -> None:
    lines = [line(1, NOW), line(2, NOW + DAY)]
    with pytest.raises(InputError, match=r"^old.jsonl:2: 'n2' is dated .*, which is in the future"):
        list(parse_dated(lines, file="old.jsonl", now=NOW))


def test_what_stands_above_a_bad_line_comes_first() -> None:
    pieces = chunks(parse_dated([line(1), line(2), line(3, NOW + 9 * DAY), "{bad"]))
    assert [[one.id for one in next(pieces)] for _ in range(2)] == [["n1", "n2"], ["n3"]]
    with pytest.raises(InputError, match="input:4: "):
        next(pieces)


def test_lines_out_of_order_are_named_and_a_day_is_forgiven() -> None:
    assert len(list(parse_dated([line(1), line(2, NOW - DAY)]))) == 2
    with pytest.raises(InputError, match=r"input:3: dated .* sort the lines by date"):
        list(parse_dated([line(1), line(2, NOW - DAY), line(3, NOW - 1.01 * DAY)]))


def test_p4_hostile_characters_are_cleaned(replay: Stream) -> None:
    hostile = "a\ud800b\x00c\u202ed"
    given = line(1, id="b\x00c\u202ed", title=hostile, url=hostile, source=hostile, summary=hostile)
    assert len(list(replay_stories(replay, parse_dated([given])))) == 1


def test_chunks_are_small_and_do_not_cross_a_week() -> None:
    lines = [dated(n, NOW + n * timedelta(hours=1)) for n in range(600)]
    found = list(chunks(lines))
    assert [one for chunk in found for one in chunk] == lines
    assert all(len(chunk) <= CHUNK for chunk in found)
    assert all(len({week_number(one.date) for one in chunk}) == 1 for chunk in found)
    assert list(chunks([])) == []


def test_every_line_has_its_story_in_order(replay: Stream) -> None:
    titles = ["Drone counts orchard trees in Evora", "Shop pools its till rolls in Bremen"]
    lines = [dated(n, NOW + n * DAY / 4, title=titles[n % 2], source=f"s{n}") for n in range(6)]
    found = list(replay_stories(replay, lines))
    assert [line_id for line_id, _ in found] == [one.id for one in lines]
    stories = [story for _, story in found]
    assert len(set(stories)) == 2
    assert stories[0] == stories[2] == stories[4] != stories[1]


def test_a_line_given_twice_is_one_report(replay: Stream) -> None:
    (_, first), (_, second) = replay_stories(replay, [dated(1), dated(1)])
    assert first == second


#: Enough that no two lines tell the same.
WORDS = [f"{first}{last}" for first in ("am", "bir", "ced", "del", "em") for last in "abcdefghijklmnopqrst"]


def a_stream(*, weeks: int, seed: int = 1) -> list[Dated]:
    """Return news of five sources in which drones rise after two thirds of the time."""
    random = Random(seed)
    subjects = ["till", "frost", "bridge", "choir", "harbour", "museum", "tunnel", "orchard"]
    lines: list[Dated] = []
    for week in range(weeks):
        for source in range(5):
            for _ in range(3):
                rising = week > 2 * weeks // 3 and random.random() < 0.6
                what = "drone" if rising or random.random() < 0.05 else random.choice(subjects)
                words = " ".join(random.sample(WORDS, 5))
                at = NOW + timedelta(weeks=week, seconds=random.randrange(570_000))
                lines.append(dated(len(lines), at, source=f"s{source}", title=f"A {what} near {words}"))
    return sorted(lines, key=lambda one: one.date)


def trends(lines: Iterable[Dated]) -> list[Trend]:
    return list(replay_trends(Stream(rule_tagger()), lines, rules=easy_rules(top_terms=3)))


@pytest.fixture(scope="module")
def whole() -> tuple[list[Dated], list[Trend]]:
    """Half a year of news and what it came to."""
    lines = a_stream(weeks=24)
    return lines, trends(lines)


def test_a_rise_is_found_and_nothing_looks_ahead(whole: tuple[list[Dated], list[Trend]]) -> None:
    """Cutting the stream after a week leaves what was said up to it as it was."""
    lines, found = whole
    assert "area:drones" in {one.key for one in found}
    first = week_number(lines[0].date)
    for weeks in (12, 19):
        cut = [one for one in lines if week_number(one.date) < first + weeks]
        assert trends(cut) == [one for one in found if parse_week(one.week) < first + weeks]


def test_what_is_told_exists(whole: tuple[list[Dated], list[Trend]]) -> None:
    lines, found = whole
    dates = {stable_id(one.source, one.id): one.date for one in lines}
    assert found
    for trend in found:
        assert trend.evidence
        assert all(week_number(dates[item]) <= parse_week(trend.week) for item in trend.evidence)


def test_an_empty_stream_tells_nothing(replay: Stream) -> None:
    assert list(replay_trends(replay, [], rules=easy_rules())) == []
    assert list(replay_stories(replay, [])) == []
