"""Dates as feeds write them (P5)."""

from __future__ import annotations

from datetime import UTC, datetime
from time import struct_time

import pytest
from feedparser.datetimes import _parse_date
from hypothesis import given, settings
from hypothesis import strategies as st

from trendwatch.news.dates import FIRST_YEAR, read_date

TEN = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


def read(text: str) -> datetime | None:
    return read_date(text, _parse_date(text))


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 Jan 2026 10:00:00 GMT",
        "Mon, 05 Jan 2026 10:00:00 Z",
        "Mon, 05 Jan 2026 10:00:00 +0000",
        "Mon, 05 Jan 2026 12:00:00 +0200",
        "Mon, 05 Jan 2026 12:00:00 +02:00 (EET)",
        "Mon, 05 Jan 26 05:00:00 EST",
        "5 Jan 2026 11:00 CET",
        "Mon, 05 Jan 2026 12:00:00 CEST",
        "Mon, 05 Jan 2026 19:00:00 JST",
        "Mon, 05 Jan 2026 19:30:00 ACST",
        "Monday, 5 January 2026 10:00:00",
        "Lun, 05 Ene 2026 10:00:00 GMT",
        "lun., 05 janv. 2026 10:00:00 +0000",
        "Mo, 05 Jän 2026 10:00:00 +0000",
        "05-Jan-2026 10:00:00 GMT",
        "2026-01-05T10:00:00Z",
        "2026-01-05T10:00:00",
        "2026-01-05 10:00",
        "2026-01-05T12:00:00+02:00",
        "2026-01-05 12:00:00 +0200",
        "2026-01-05T11:00+01",
        "20260105T100000Z",
        "  2026-01-05T10:00:00Z \n",
        "2026/01/05 10:00:00",
        "05.01.2026 10:00",
        "Monday, January 5, 2026 10:00 AM",
        "1767607200",
        "1767607200000",
        "Mon Jan  5 10:00:00 2026",
    ],
)
def test_readable(text: str) -> None:
    assert read(text) == TEN


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05", datetime(2026, 1, 5, tzinfo=UTC)),
        ("Mon, 05 Jan 2026", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026-W02", datetime(2026, 1, 5, tzinfo=UTC)),
        ("Thu, 31 Dec 2026 23:59:60 GMT", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-12-31T23:59:60Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("2026-01-05T24:00:00Z", datetime(2026, 1, 6, tzinfo=UTC)),
        ("Fri, 09 Feb 96 23:59:45 +0000", datetime(1996, 2, 9, 23, 59, 45, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        # the clocks go forward at 02:00 CET: the zone that is written counts, 02:30 CET is 01:30 UTC
        ("Sun, 29 Mar 2026 02:30:00 CET", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_edges(text: str, expected: datetime) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "insert published date here",
        "05/03/2019",
        "0001-01-01T00:00:00Z",
        "-0001-11-30T00:00:00+00:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "1994-12-31T23:59:59Z",
        "9999-12-31T23:59:59-12:00",
        "10000-01-01T00:00:00Z",
        "99999999999999",
        "2026-13-45",
        "Mon, 32 Jan 2026 10:00:00 GMT",
        "Mon, 05 Jan 2026 25:00:00 GMT",
        "1" * 100_000,
    ],
)
def test_unreadable_or_absurd(text: str) -> None:
    assert read(text) is None


@given(st.text(max_size=60), st.lists(st.integers(-(10**6), 10**6), min_size=9, max_size=9))
@settings(deadline=None)
def test_any_text_gives_an_aware_date_or_none(text: str, numbers: list[int]) -> None:
    found = read_date(text, struct_time(numbers))
    assert found is None or (found.tzinfo is UTC and 1995 <= found.year <= 9999)


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda when: when.year >= FIRST_YEAR))
def test_iso_round_trip(when: datetime) -> None:
    assert read_date(when.isoformat()) == when
