"""When a publisher wants no visits."""

from __future__ import annotations

import pytest

from trendwatch.news.parse import parse, parse_slowly
from trendwatch.news.skips import read_skips
from trendwatch.types.news import Document, ParsedFeed


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<skipHours><hour>3</hour><hour> 0 </hour></skipHours>", ((0, 3), ())),
        ("<skipHours><hour>24</hour><hour>25</hour><hour>x</hour></skipHours>", ((0,), ())),
        ("<skipDays><day>Sunday</day><day>Tue</day><day>someday</day></skipDays>", ((), (1, 6))),
        ("<skiphours><hour>5</hour></skiphours><skipDays><day>friday</day></skipDays>", ((5,), (4,))),
        ("<item><description>&lt;skipHours></description></item>", ((), ())),
        ("<item></item><skipHours><hour>3</hour></skipHours>", ((), ())),
        ("<skipHours>" + "<hour>1</hour>" * 500, ((), ())),
        ("", ((), ())),
    ],
)
def test_lists_before_the_first_item(markup: str, expected: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    assert read_skips(markup.encode()) == expected


def test_both_ways_of_reading_agree() -> None:
    head = "<skipHours><hour>2</hour><hour>1</hour></skipHours><skipDays><day>Monday</day></skipDays>"
    body = f"<rss><channel><title>T</title>{head}<item><title>x</title></item></channel></rss>"
    for one in (Document(url="", body=body.encode()), Document(url="", body=body.encode("utf-16"))):
        parsed = parse(one)
        assert isinstance(parsed, ParsedFeed)
        assert (parsed.skip_hours, parsed.skip_days) == ((1, 2), (0,))
        assert parsed == parse_slowly(one)
