from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.sample_digest import BUSINESS, SAMPLE, candidate, edition, sample_digest
from trendwatch.advice.digest import compose
from trendwatch.pipeline import labels
from trendwatch.render.inline import link, text
from trendwatch.render.moving import row_views
from trendwatch.render.story import headline_words
from trendwatch.render.view import view
from trendwatch.types.advice import Coverage, Memory
from trendwatch.types.rows import Movement, Remark
from trendwatch.types.trends import SHOWN_WEEKS

_TWELVE = "a bakery in Leith bakes its rye bread with a robot arm"


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


@pytest.mark.parametrize(
    ("direction", "owners", "said"),
    [("up", 4, "4 publishers"), ("up", 1, "1 publisher"), ("down", 4, "used to be told by 4 publishers")],
)
def test_t8_publishers_of_what_fades_are_those_of_its_past(direction: str, owners: int, said: str) -> None:
    row = Movement(
        key="area:iot",
        name="Connected sensors",
        direction=direction,
        strength_words="less than usual",
        count_words="2 stories, usually 8",
        owners=owners,
        evidence=(),
    )
    assert row_views([row])[0].publishers == said


def test_the_header_counts_and_dates_in_the_business_zone() -> None:
    shown = view(sample_digest())
    assert shown.dates == "24 Feb to 3 Mar 2025"
    assert shown.coverage == "1,240 items from 87 sources; 5 chosen for you"
    assert shown.chosen.startswith(
        "Read from Monday 24 Feb 07:00 to Monday 3 Mar 07:00, Europe/London; new to you, "
    )
    tokyo = view(
        replace(sample_digest(), timezone="Asia/Tokyo", since=datetime(2024, 12, 30, 22, tzinfo=UTC))
    )
    assert tokyo.dates == "31 Dec 2024 to 3 Mar 2025"
    assert tokyo.chosen.startswith("Read from Tuesday 31 Dec 07:00")


def test_one_of_each_is_singular() -> None:
    where = edition(candidate(labels="area:iot"), coverage=Coverage(items=1, sources=1, feeds=1))
    assert view(compose(where, BUSINESS, Memory())).coverage == "1 item from 1 source; 1 chosen for you"


def test_evidence_names_two_and_counts_the_rest() -> None:
    story = candidate(labels="area:iot", feeds="A,B,C,D,A Very Long Newspaper Title That Never Ends")
    shown = view(compose(edition(story), BUSINESS, Memory())).one_thing
    assert shown is not None
    assert shown.evidence == "5 independent sources, first seen 28 Feb"
    assert [source.text for source in shown.sources] == ["A", "B"]
    assert shown.more == "and 3 more"
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
    assert shown.rows_period == ("Stories in the four weeks to 2 Mar; usual is what the same sources bring.")
    assert SHOWN_WEEKS == labels.SHOWN_WEEKS == 4
    assert view(replace(sample_digest(), movements=())).rows_period == ""


def test_read_time_is_two_hundred_words_a_minute() -> None:
    assert view(sample_digest()).read_time == "3 min read"
    assert view(compose(edition(), BUSINESS, Memory(issues=4))).read_time == "1 min read"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("one two three", "one two three"),
        # three of a hundred are longer than twenty words: what stands before the last stop in these
        (f"{_TWELVE}; and then {_TWELVE}", _TWELVE),
        (f"{_TWELVE} – and then {_TWELVE}", _TWELVE),
        (f"Is it so? {_TWELVE}. And then {_TWELVE}", f"Is it so? {_TWELVE}"),
        # a lead-in says nothing, and no stop is no place to break off
        (f"One more – {_TWELVE} {_TWELVE}", f"One more – {_TWELVE} {_TWELVE}"),
        (f"{_TWELVE}, {_TWELVE}", f"{_TWELVE}, {_TWELVE}"),
    ],
)
def test_a_headline_is_shown_whole_or_to_a_stop(title: str, shown: str) -> None:
    assert headline_words(title) == shown
    assert "…" not in shown


def test_the_whole_headline_is_shown() -> None:
    digest = sample_digest()
    assert digest.one_thing is not None
    assert digest.one_thing.title.endswith("cut cancelled appointments by a third")
    found = view(digest).one_thing
    assert found is not None
    assert found.title == digest.one_thing.title


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (None, ""),
        (
            timedelta(hours=40),
            "Nothing could be read after Saturday 1 Mar 15:00; later news is missing here.",
        ),
        (timedelta(days=9), "Nothing could be read in this time; what was told then is missing here."),
    ],
)
def test_a_digest_says_that_news_is_missing(read: timedelta | None, said: str) -> None:
    digest = sample_digest()
    until = None if read is None else digest.cutoff - read
    assert view(replace(digest, coverage=replace(digest.coverage, unread_since=until))).late == said


def test_sections_stand_in_order_and_empty_ones_disappear() -> None:
    digest = sample_digest()
    titles = [section.title for section in view(digest).sections]
    assert titles == [
        "The one thing",
        "Moving toward your sector",
        "Rising and fading",
        "Worth a look",
        "Try this",
        "Outside your usual",
    ]
    radar = replace(digest, radar=(Remark(words="Drones: keep an eye on it, since they cost less."),))
    assert [section.name for section in view(radar).sections][-2:] == ["radar", "outside"]
    early = replace(digest, movements=(), trends_from=datetime(2025, 4, 14, 6, tzinfo=UTC))
    assert "movements" in [section.name for section in view(early).sections]
    assert view(early).rows_period == "Available from 14 Apr 2025: there is too little history yet."


@pytest.mark.parametrize(
    ("merged", "words"),
    [
        ((), ""),
        (("2025-W09",), "No issue came for the week of 24 Feb; this one covers it too."),
        (("2025-W08", "2025-W09"), "No issues came for the 2 weeks from 17 Feb; this one covers them too."),
    ],
)
def test_a_late_issue_says_which_weeks_it_makes_up_for(merged: tuple[str, ...], words: str) -> None:
    assert view(replace(sample_digest(), merged=merged)).late == words


def test_what_everybody_reads_in_a_quiet_week_is_not_chosen_for_you() -> None:
    digest = sample_digest()
    quiet = replace(
        digest, one_thing=None, outside=None, movements=(), arrivals=(), try_this=None, quiet=True
    )
    shown = view(replace(quiet, quiet_choice="general"))
    assert [section.title for section in shown.sections] == ["A quiet week", "What most publishers told"]
    assert shown.coverage == "1,240 items from 87 sources; none chosen for you"
