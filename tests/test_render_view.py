from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.sample_digest import BUSINESS, SAMPLE, candidate, edition, sample_digest
from trendwatch.advice.digest import compose
from trendwatch.render.inline import link, text
from trendwatch.render.view import view
from trendwatch.types.advice import Coverage, Memory


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?y=1&z=2#t", "https://a.example/x?y=1&z=2#t"),
        ("HTTP://A.example", "HTTP://A.example"),
        ("https://a.example/o'neil (1)", "https://a.example/o'neil%20(1)"),
        ('https://a.example/"onmouseover=x', "https://a.example/%22onmouseover=x"),
        ("https://a.example/<b>", "https://a.example/%3Cb%3E"),
        ("https://a.example/ü", "https://a.example/ü"),
        ("https://a.example/\r\nBcc: x", "https://a.example/%20Bcc:%20x"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//evil.example", ""),
        ("https:///x", ""),
        ("https:\\\\evil.example", ""),
        ("mailto:a@b.example", ""),
        ("https://a.example/" + "x" * 2000, ""),
        ("", ""),
    ],
)
def test_d6_only_web_addresses_are_links(url: str, shown: str) -> None:
    assert link(url) == shown


def test_d6_text_is_one_visible_line() -> None:
    assert text("a\r\nb\x00\x1b[31m\u202ec\u200b\ufeff\ud800\uffff") == "a b[31mc"


def test_the_header_counts_and_dates_in_the_business_zone() -> None:
    shown = view(sample_digest())
    assert shown.dates == "24 Feb to 3 Mar 2025"
    assert shown.coverage == "1,240 items from 87 sources; 5 chosen for you"
    assert shown.window == "Monday 24 Feb 2025 07:00 to Monday 3 Mar 2025 07:00, Europe/London"
    tokyo = view(
        replace(sample_digest(), timezone="Asia/Tokyo", since=datetime(2024, 12, 30, 22, tzinfo=UTC))
    )
    assert tokyo.dates == "31 Dec 2024 to 3 Mar 2025"
    assert tokyo.window.startswith("Tuesday 31 Dec 2024 07:00")


def test_one_of_each_is_singular() -> None:
    where = edition(candidate(labels="area:iot"), coverage=Coverage(items=1, sources=1, feeds=1))
    assert view(compose(where, BUSINESS, Memory())).coverage == "1 item from 1 source; 1 chosen for you"


def test_evidence_names_three_and_counts_the_rest() -> None:
    story = candidate(labels="area:iot", feeds="A,B,C,D,A Very Long Newspaper Title That Never Ends")
    shown = view(compose(edition(story), BUSINESS, Memory())).one_thing
    assert shown is not None
    assert shown.evidence == "5 independent sources, first seen 28 Feb"
    assert [source.text for source in shown.sources] == ["A", "B", "C"]
    assert shown.more == "and 2 more"
    lonely = candidate(
        labels="area:iot", feeds="A Very Long Newspaper Title That Never Ends", kind="regulator"
    )
    shown = view(compose(edition(lonely), BUSINESS, Memory())).one_thing
    assert shown is not None
    assert shown.evidence == "1 source, first seen 28 Feb"
    assert shown.sources[0].text == "A Very Long Newspaper Title Tha…"
    assert shown.more == ""


def test_bars_share_one_scale() -> None:
    digest = compose(SAMPLE, BUSINESS, Memory(issues=4))
    shown = view(digest)
    # stories 9, 2, 21 and usually 3, 7, 12: twentieths of 21
    assert [(row.bar, row.usual_bar) for row in shown.rows] == [(9, 3), (2, 7), (20, 11)]
    assert shown.rows_period.startswith("Coloured: stories in recent weeks up to 2 Mar.")
    assert view(replace(sample_digest(), movements=())).rows_period == ""


def test_read_time_is_two_hundred_words_a_minute() -> None:
    assert view(sample_digest()).read_time == "3 min read"
    assert view(compose(edition(), BUSINESS, Memory(issues=4))).read_time == "1 min read"
