"""P6 across polls: which entries of a document are items that are kept already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trendwatch.news.identity import MOST_UPDATES, Known, Sorted, alias, content_hash, sort_out
from trendwatch.news.items import items_of
from trendwatch.news.parse import parse
from trendwatch.types.fetches import Drop
from trendwatch.types.news import Document, Entry, Feed, Item, ParsedFeed

NOW = datetime(2025, 6, 2, 8, 0, tzinfo=UTC)
FEED = Feed(key="bakery_news", url="https://bakery.example/feed", title="Bakery News", owner="bakery")


class Memory:
    """The items of a feed as a store keeps them."""

    def __init__(self) -> None:
        self.items: dict[str, Known] = {}
        self.aliases: dict[str, str] = {}

    def poll(self, *entries: Entry, now: datetime = NOW) -> Sorted:
        parsed = ParsedFeed(title="", language="en", entries=entries)
        items = items_of(FEED, parsed, now=now, backlog=False)
        found = sort_out(items, self._by_id(), list(self.items.values()))
        for item in found.new:
            self._keep(item, item.id, updates=0)
        for known_id, item in found.updates:
            self._keep(item, known_id, updates=self.items[known_id].updates + 1)
        self.aliases |= dict(found.aliases)
        assert len(items) == len(found.new) + found.drops.total()  # nothing gets lost
        return found

    def _by_id(self) -> dict[str, Known]:
        return self.items | {other: self.items[known] for other, known in self.aliases.items()}

    def _keep(self, item: Item, known_id: str, *, updates: int) -> None:
        key = self.items[known_id].entry_key if known_id in self.items else item.entry_key
        texts = {"url": item.url, "title": item.title, "content_hash": content_hash(item)}
        self.items[known_id] = Known(id=known_id, entry_key=key, updates=updates, **texts)


def entry(guid: str, url: str, title: str, summary: str = "", at: datetime | None = None) -> Entry:
    return Entry(guid=guid, url=url, title=title, summary=summary, published_at=at)


def numbered(
    numbers: Iterable[int], *, guid: str = "https://old.example/?p={}", host: str = "old"
) -> list[Entry]:
    return [
        entry(guid.format(n), f"https://{host}.example/loaf/{n}", f"Loaf number {n} is out") for n in numbers
    ]


def test_p6_the_same_document_twice_brings_nothing() -> None:
    memory = Memory()
    assert len(memory.poll(*numbered(range(5))).new) == 5
    again = memory.poll(*numbered(range(5)))
    assert (again.new, again.updates, again.drops) == ([], [], Counter({Drop.KNOWN: 5}))


def test_p6_a_new_headline_keeps_the_item_and_replaces_its_text() -> None:
    memory = Memory()
    [first] = memory.poll(entry("g", "https://a.example/1", "Ovens learn")).new
    found = memory.poll(entry("g", "https://a.example/1", "Ovens learn, bakers say"))
    assert found.new == []
    assert [(known, item.title) for known, item in found.updates] == [(first.id, "Ovens learn, bakers say")]
    assert found.drops == Counter({Drop.UPDATED: 1})


def test_p6_a_guid_given_to_other_news_makes_a_new_item_that_stays() -> None:
    memory = Memory()
    memory.poll(entry("latest", "https://a.example/1", "Ovens learn"))
    [other] = memory.poll(entry("latest", "https://a.example/2", "Mills strike")).new
    assert other.entry_key == "latest https://a.example/2"
    assert memory.poll(entry("latest", "https://a.example/2", "Mills strike")).drops == {Drop.KNOWN: 1}
    renamed = memory.poll(entry("latest", "https://a.example/2", "Mills strike again"))
    assert [known for known, _ in renamed.updates] == [other.id]
    assert memory.poll(entry("latest", "https://a.example/1", "Ovens learn")).new == []
    assert len(memory.items) == 2


@pytest.mark.parametrize(
    ("guid", "host"),
    [
        pytest.param("http://old.example/?p={}", "old", id="scheme"),
        pytest.param("https://new.example/?p={}", "new", id="host"),
        pytest.param("tag:new.example,2025:{}", "new", id="whole feed: guids and host"),
        pytest.param("draw-{}-a1b2", "old", id="other guids, same links"),
    ],
)
def test_p6_guid_churn_sends_nothing_again(guid: str, host: str) -> None:
    memory = Memory()
    before = memory.poll(*numbered(range(10)))
    moved = memory.poll(*numbered(range(1, 11), guid=guid, host=host))
    assert [item.title for item in moved.new] == ["Loaf number 10 is out"]
    assert sum(moved.drops.values()) == 9
    assert set(memory.items) == {item.id for item in (*before.new, *moved.new)}
    # Known by an alias from now on, also when link and headline change in turn.
    assert memory.poll(*numbered(range(1, 11), guid=guid, host=host)).new == []
    retitled = [replace(one, title=f"{one.title}!") for one in numbered(range(1, 11), guid=guid, host=host)]
    assert memory.poll(*retitled).new == []


def test_p6_guids_drawn_at_every_fetch_send_nothing_again() -> None:
    memory, draw = Memory(), count()
    for _ in range(30):
        found = memory.poll(*numbered(range(5), guid=f"{next(draw)}-{{}}"))
    assert found.drops == Counter({Drop.CHURNED: 5})
    assert len(memory.items) == 5


@pytest.mark.parametrize(
    ("known_links", "fresh", "churn"),
    # of the entries under unknown guids, how many have a known link: more than half and at least two
    [(3, 2, True), (3, 3, False), (2, 1, True), (1, 0, False), (1, 1, False), (4, 6, False)],
)
def test_p6_more_than_half_with_a_known_link_is_churn(known_links: int, fresh: int, churn: bool) -> None:
    memory = Memory()
    memory.poll(*numbered(range(10)))
    moved = [replace(one, title=f"Renamed: {one.title}") for one in numbered(range(known_links), guid="x{}")]
    found = memory.poll(*moved, *numbered(range(20, 20 + fresh), guid="x{}"))
    assert len(found.new) == fresh + (0 if churn else known_links)


def test_p6_a_known_title_counts_like_a_known_link() -> None:
    memory = Memory()
    memory.poll(*numbered(range(6)))
    moved = [replace(one, url=f"{one.url}/anew") for one in numbered(range(6), guid="x{}")]
    assert memory.poll(*moved).new == []


def test_p6_entries_that_all_lead_to_one_page_are_not_churn() -> None:
    memory = Memory()
    for day in range(5):
        page = "https://a.example/today"
        found = memory.poll(*[entry(f"{day}-{n}", page, f"Day {day}, report {n}") for n in range(4)])
        assert len(found.new) == 4


def test_p6_one_at_a_time_under_one_link_is_not_churn() -> None:
    memory = Memory()
    for day in range(5):
        assert len(memory.poll(entry(str(day), "https://a.example/today", f"Day {day}")).new) == 1


def test_p6_guids_decide_between_two_entries_with_one_link_and_title() -> None:
    memory = Memory()
    memory.poll(entry("1", "https://a.example/deals", "Daily deals"))
    found = memory.poll(
        entry("2", "https://a.example/deals", "Daily deals"),
        entry("1", "https://a.example/deals", "Daily deals"),
    )
    assert [item.entry_key for item in found.new] == ["2"]


def test_p6_a_guid_twice_in_one_document_is_one_item_also_later() -> None:
    memory = Memory()
    assert len(memory.poll(*numbered([1]), *numbered([1])).new) == 1
    assert memory.poll(*numbered([1]), *numbered([1])).new == []


def test_p6_a_guid_of_two_news_in_one_document_keeps_the_one_that_was_alone() -> None:
    memory = Memory()
    first = entry("g", "https://a.example/1", "A")
    memory.poll(first)
    found = memory.poll(entry("g", "https://a.example/2", "B"), first)
    assert [item.title for item in found.new] == ["B"]


def test_p6_content_that_changes_with_every_fetch_is_taken_24_times() -> None:
    memory = Memory()
    drops: Counter[Drop] = Counter()
    for fetch in range(100):
        drops += memory.poll(entry("g", "https://a.example/1", "Now", f"It is {fetch} o'clock.")).drops
    # 1 new, 24 updates, 75 that only changed again
    assert drops == Counter({Drop.UPDATED: MOST_UPDATES, Drop.RESTLESS: 75})


def test_p6_a_new_date_alone_is_no_update() -> None:
    memory = Memory()
    memory.poll(entry("g", "https://a.example/1", "Now", at=NOW))
    later = memory.poll(entry("g", "https://a.example/1", "Now", at=NOW + timedelta(days=1)))
    assert later.drops == Counter({Drop.KNOWN: 1})


def test_p6_titles_without_guid_and_link_survive_a_changing_date() -> None:
    memory = Memory()
    for day in range(3):
        at = NOW + timedelta(days=day)
        found = memory.poll(*[entry("", "", f"Report {n}", at=at) for n in range(3)])
    assert (len(memory.items), found.new) == (3, [])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.example/x", "https://b.example/x"),
        ("https://a.example/x#top", "https://a.example/x"),
        ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x"),
        ("https://a.example/x?id=1&utm_source=rss", "https://a.example/x?id=1"),
        ("https://a.example:8080/", "http://b.example"),
    ],
)
def test_p6_a_move_does_not_change_an_alias(one: str, other: str) -> None:
    assert alias(one) == alias(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/x?id=1", "https://a.example/x?id=2"),
        ("tag:a,1", "tag:a,2"),
        ("17", "18"),
        ("", "x"),
    ],
)
def test_p6_different_addresses_keep_different_aliases(one: str, other: str) -> None:
    assert alias(one) != alias(other)


ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(["", "g", "h", "i", "http://a/1", "https://b/1"]),
        st.sampled_from(["", "https://a.example/1", "http://b.example/1", "https://a.example/2"]),
        st.sampled_from(["", "A", "B", "C", "D"]),
        st.sampled_from(["", "Some words.", "Other words."]),
    ),
    max_size=8,
)


@given(st.lists(ENTRIES, max_size=4))
def test_p6_every_entry_is_accounted_for_and_a_poll_repeated_brings_nothing_new(
    polls: list[list[Entry]],
) -> None:
    memory = Memory()
    for entries in polls:
        memory.poll(*entries)  # sums, see Memory
        known = set(memory.items)
        assert memory.poll(*entries).new == []
        assert set(memory.items) == known


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "most_refiled", "headlines"),
    # Guides and lists that were published anew, with new headline and new link under their old guid; and
    # entries whose headline, summary or link alone was changed.
    [("wired", 4, 246), ("techcrunch", 4, 20), ("tweakers", 10, 0)],
)
def test_p6_four_months_of_real_feeds_keep_their_identity(
    shared_data: Path, name: str, most_refiled: int, headlines: int
) -> None:
    memory, drops = Memory(), Counter[Drop]()
    guids: set[str] = set()
    fetches = sorted((shared_data / "feeds" / "ts_narrowcast" / name).glob("*.xml"))
    for file in fetches:
        parsed = parse(Document(url="https://real.example/", body=file.read_bytes()))
        if isinstance(parsed, ParsedFeed):
            drops += memory.poll(*parsed.entries).drops
            guids |= {one.guid or one.url for one in parsed.entries}
    assert len(fetches) > 50
    assert len(guids) <= len(memory.items) <= len(guids) + most_refiled
    assert drops[Drop.CHURNED] == 0  # nothing real is taken for churn
    assert drops[Drop.KNOWN] > 0
    assert drops[Drop.UPDATED] == headlines


@pytest.mark.shared
def test_p6_a_real_feed_that_moves_and_changes_its_guids_sends_nothing_again(shared_data: Path) -> None:
    memory = Memory()
    files = sorted((shared_data / "feeds" / "ts_narrowcast" / "techcrunch").glob("*.xml"))
    parsed = [parse(Document(url="https://real.example/", body=file.read_bytes())) for file in files[:2]]
    before, after = (one for one in parsed if isinstance(one, ParsedFeed))
    memory.poll(*before.entries)
    plain = Memory()
    plain.poll(*before.entries)
    really_new = {item.title for item in plain.poll(*after.entries).new}
    moved = [
        replace(one, guid=f"new-system-{n}", url=one.url.replace("techcrunch.com", "moved.example"))
        for n, one in enumerate(after.entries)
    ]
    assert {item.title for item in memory.poll(*moved).new} == really_new
