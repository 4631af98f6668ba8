"""P5, P6: entries to items: identity, titles, dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.items import entry_key, items_of, published_at, title_of
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Entry, Feed, Item, ParsedFeed

NOW = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
FEED = Feed(key="bakery_news", url="https://bakery.example/feed", title="Bakery News", owner="bakery")


def entry(
    guid: str = "",
    url: str = "",
    title: str = "",
    summary: str = "",
    *,
    published: datetime | None = None,
    updated: datetime | None = None,
    language: str = "",
) -> Entry:
    return Entry(
        guid=guid,
        url=url,
        title=title,
        summary=summary,
        published_at=published,
        updated_at=updated,
        language=language,
    )


def items(*entries: Entry, language: str = "", backlog: bool = False) -> tuple[Item, ...]:
    parsed = ParsedFeed(title="Bakery News", language=language, entries=entries)
    return items_of(FEED, parsed, now=NOW, backlog=backlog)


def keys(*entries: Entry) -> list[str]:
    return [item.entry_key for item in items(*entries)]


def test_an_item_carries_what_the_entry_says() -> None:
    published = NOW - timedelta(days=1)
    found = Entry(
        guid="g1",
        url="https://bakery.example/1",
        title="Ovens learn",
        summary="They do.",
        author="A. Baker",
        language="fr",
        published_at=published,
        categories=("ovens", "ai"),
    )
    assert items(found, backlog=True) == (
        Item(
            id=stable_id("bakery_news", "g1"),
            feed_key="bakery_news",
            entry_key="g1",
            url="https://bakery.example/1",
            title="Ovens learn",
            summary="They do.",
            author="A. Baker",
            language="fr",
            published_at=published,
            first_seen_at=NOW,
            backlog=True,
            categories=("ovens", "ai"),
        ),
    )


@pytest.mark.parametrize(
    ("of_entry", "of_feed", "language"), [("fr", "de", "fr"), ("", "de", "de"), ("", "", "en")]
)
def test_the_nearest_language_counts(of_entry: str, of_feed: str, language: str) -> None:
    (item,) = items(entry("g", title="T", language=of_entry), language=of_feed)
    assert item.language == language


# --- P6 identity -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "key"),
    [
        (entry("g", "https://a.example/1", "T", published=NOW), "g"),
        (entry("", "https://a.example/1", "T", published=NOW), "https://a.example/1"),
        (entry("", "", "T", published=NOW), "T 2025-06-02T08:00:00+00:00"),
        (entry("", "", "T", updated=NOW), "T"),  # an update must not make it another item
        (entry("", "", "", "Only words. More words."), "Only words."),
    ],
)
def test_p6_the_key_chain(found: Entry, key: str) -> None:
    assert entry_key(found) == key


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(("g", "/1", "A"), ("g", "/1", "A"), ["g"], id="the same twice"),
        pytest.param(("g", "/1", "A"), ("g", "/1", "A, updated"), ["g"], id="an update"),
        pytest.param(("g", "/1", "A"), ("g", "/1?utm=x", "A"), ["g"], id="a tracking link"),
        pytest.param(("g", "/1", "A"), ("g", "/2", "B"), ["g /1", "g /2"], id="guid of the whole feed"),
        pytest.param(("g", "", "A"), ("g", "/2", "B"), ["g A", "g /2"], id="one without link"),
        pytest.param(("g", "", "A"), ("g", "", "B"), ["g"], id="both without link: links agree"),
        pytest.param(("", "/", "A"), ("", "/", "B"), ["/ A", "/ B"], id="all link to one page"),
        pytest.param(("", "/", "A"), ("", "/", "A"), ["/"], id="one page, one title"),
        pytest.param(("g", "/1", "A"), ("h", "/1", "A"), ["g", "h"], id="guids decide"),
    ],
)
def test_p6_entries_that_share_a_key(
    first: tuple[str, str, str], second: tuple[str, str, str], expected: list[str]
) -> None:
    assert keys(entry(*first), entry(*second)) == expected


def test_p6_of_equals_the_first_is_kept() -> None:
    (item,) = items(entry("g", "/1", "First"), entry("g", "/1", "Second"))
    assert item.title == "First"


def test_p6_keys_stay_when_new_entries_come_in_at_the_top() -> None:
    one, two, three = (entry("g", f"/{n}", f"Title {n}") for n in (1, 2, 3))
    assert set(keys(two, one)) <= set(keys(three, two, one))


def test_p6_document_order_is_kept() -> None:
    found = keys(entry("g", "/1", "A"), entry("h", "/2", "B"), entry("g", "/3", "C"))
    assert found == ["g /1", "h", "g /3"]


def test_entries_without_anything_to_read_are_kept_too() -> None:
    assert keys(entry("only a guid"), entry("g", title="T"), entry("", "/1"), entry("")) == [
        "only a guid",
        "g",
        "/1",
        "",
    ]


@pytest.mark.parametrize(
    ("found", "title"),
    [
        (entry("g", "/1", "Title", "Summary."), "Title"),
        (entry("g", "/1", "", "First sentence. Second sentence."), "First sentence."),
        (entry("g", "/1", "", "word " * 100), ("word " * 23).strip() + "…"),  # 23 * 5 - 1 + 1 = 115 <= 120
        (entry("g", "/1"), "/1"),
    ],
)
def test_every_item_has_a_title(found: Entry, title: str) -> None:
    assert title_of(found) == title


# --- P5 dates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("published", "updated", "expected"),
    [
        (NOW - timedelta(days=3), None, NOW - timedelta(days=3)),
        (NOW + timedelta(seconds=1), None, NOW),
        (NOW + timedelta(days=900), None, NOW),
        (datetime(9999, 12, 31, tzinfo=UTC), None, NOW),
        (datetime(1, 1, 1, tzinfo=UTC), None, datetime(1, 1, 1, tzinfo=UTC)),
        (datetime(1970, 1, 1, tzinfo=UTC), None, datetime(1970, 1, 1, tzinfo=UTC)),
        (None, NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (NOW - timedelta(days=3), NOW, NOW - timedelta(days=3)),
        (None, None, None),
    ],
)
def test_p5_published_is_never_ahead(
    published: datetime | None, updated: datetime | None, expected: datetime | None
) -> None:
    assert published_at(entry("g", published=published, updated=updated), NOW) == expected


@given(st.none() | st.datetimes(timezones=st.just(UTC)))
def test_p5_no_item_is_dropped_for_its_date(published: datetime | None) -> None:
    (item,) = items(entry("g", "/1", "T", published=published))
    assert item.first_seen_at == NOW
    assert item.published_at is None or item.published_at <= NOW


# --- laws ------------------------------------------------------------------------------------------

ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(["", "g", "h", "/1"]),
        st.sampled_from(["", "/1", "/2", "/3"]),
        st.sampled_from(["", "A", "B", "C"]),
        st.sampled_from(["", "Some words."]),
    ),
    max_size=12,
)


@given(ENTRIES)
def test_ids_are_unique_and_made_of_feed_and_key(entries: list[Entry]) -> None:
    found = items(*entries)
    assert len({item.id for item in found}) == len(found)
    assert all(item.id == stable_id(FEED.key, item.entry_key) for item in found)


@given(ENTRIES)
def test_a_document_that_holds_entries_yields_items(entries: list[Entry]) -> None:
    assert bool(items(*entries)) == bool(entries)


@given(ENTRIES)
def test_saying_everything_twice_changes_nothing(entries: list[Entry]) -> None:
    assert items(*entries, *entries) == items(*entries)
