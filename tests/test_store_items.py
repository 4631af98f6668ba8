"""Items are found by label, feed, story, time and text; paging neither skips nor repeats (A5)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.seeds import NOW, a_tag, an_item, keep
from tests.steps import a_store_with, write
from trendwatch.errors import NotFound
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.types.news import Item
from trendwatch.types.tags import TaggedItem

HOUR = timedelta(hours=1)


def found(store: Store, **filter_: object) -> list[str]:
    page = store.items.search(Filter(**filter_), limit=100)  # type: ignore[arg-type]
    assert page.next_cursor is None
    return [one.item.title for one in page.items]


def test_one_item_by_its_id(store: Store) -> None:
    item = an_item()
    a_store_with(store, [item])
    assert store.items.get(item.id) == TaggedItem(item=item, tags=())
    with pytest.raises(NotFound, match="no item named 'nothing'"):
        store.items.get("nothing")


def test_many_come_in_the_order_asked_and_the_unknown_are_left_out(store: Store) -> None:
    one, two = an_item(1), an_item(2)
    a_store_with(store, [one, two])
    assert [one.item for one in store.items.by_id([two.id, "unknown", one.id])] == [two, one]
    assert store.items.by_id([]) == []


def test_the_newest_come_first(store: Store) -> None:
    a_store_with(store, [an_item(n, at=NOW + n * HOUR, title=f"T{n}") for n in range(3)])
    assert found(store) == ["T2", "T1", "T0"]


@pytest.fixture
def tagged(store: Store) -> Store:
    items = [
        an_item(1, title="Both", at=NOW),
        an_item(2, title="Area only", at=NOW + HOUR),
        an_item(3, title="Sector only", at=NOW + 2 * HOUR, feed="herald"),
        an_item(4, title="Neither", at=NOW + 3 * HOUR, feed="herald"),
    ]
    a_store_with(store, items)
    drones, farming = a_tag("area:drones", 0.6), a_tag("sector:agriculture", 0.8)
    tags = {items[0].id: (drones, farming), items[1].id: (drones,), items[2].id: (farming,)}
    write(store, {"first": items[:2], "second": items[2:]}, tags)
    return store


def test_by_label_all_must_be_there(tagged: Store) -> None:
    assert found(tagged, labels=("area:drones",)) == ["Area only", "Both"]
    assert found(tagged, labels=("area:drones", "sector:agriculture")) == ["Both"]
    for nothing in ("area:unheard_of", "drones", "sector:drones", "", ":"):
        assert found(tagged, labels=(nothing,)) == []


def test_tags_come_surest_first(tagged: Store) -> None:
    [both] = tagged.items.search(Filter(labels=("area:drones", "sector:agriculture")), limit=1).items
    assert [tag.full_key for tag in both.tags] == ["sector:agriculture", "area:drones"]


def test_by_feed_and_story(tagged: Store) -> None:
    assert found(tagged, feed_key="herald") == ["Neither", "Sector only"]
    story_id = tagged.items.search(Filter(feed_key="gazette"), limit=1).items[0].story_id
    assert found(tagged, story_id=story_id) == ["Area only", "Both"]
    assert found(tagged, feed_key="unknown") == found(tagged, story_id="unknown") == []


def test_by_time_of_first_seen_half_open(tagged: Store) -> None:
    assert found(tagged, since=NOW + HOUR, until=NOW + 3 * HOUR) == ["Sector only", "Area only"]
    assert found(tagged, since=NOW + HOUR, until=NOW + HOUR) == []


def test_all_conditions_hold_together(tagged: Store) -> None:
    assert found(tagged, labels=("sector:agriculture",), feed_key="herald", text="sector") == ["Sector only"]
    assert found(tagged, labels=("sector:agriculture",), feed_key="herald", text="both") == []


TEXTS = {
    "Orchard drones find thirsty trees": "Growers fly them twice a week.",
    "Nine grocers share one forecast": "Less bread in the bin, more drones in the air.",
    "Café Müller öffnet wieder": "Bäcker & Söhne backen Brot.",
    "5G for AI/ML on 3D-printing farms": "A state-of-the-art node.js dashboard, see example.com/news.",
    "人工智能 进入 农业": "无人机",
}


@pytest.fixture
def texts(store: Store) -> Store:
    return a_store_with(store, [an_item(n, title=t, summary=s) for n, (t, s) in enumerate(TEXTS.items())])


@pytest.mark.parametrize(
    ("wanted", "first_words"),
    [
        ("drones", ["Nine", "Orchard"]),
        ("DRONES thirsty", ["Orchard"]),
        ("trees growers", ["Orchard"]),  # one in the title, one in the summary
        ("thirsty orchard", ["Orchard"]),  # in any order
        ("drone", []),  # words, not beginnings
        ("müller", ["Café"]),
        ("söhne & bäcker", ["Café"]),
        ("人工智能", ["人工智能"]),
        ("3d-printing", ["5G"]),
        ("state of the art", ["5G"]),
        ("5g", ["5G"]),
        ("AI/ML", ["5G"]),
        ("ml", ["5G"]),
        ("example.com", ["5G"]),
        ("example", ["5G"]),
        ("node.js", ["5G"]),
    ],
)
def test_by_text(texts: Store, wanted: str, first_words: list[str]) -> None:
    assert [title.split()[0] for title in found(texts, text=wanted)] == first_words


@pytest.mark.parametrize(
    "hostile",
    [
        '"',
        "'; DROP TABLE item; --",
        "drones' OR '1'='1",
        'drones" OR "bread',
        "title: drones",
        "drones NOT thirsty",
        "NEAR(drones, 5)",
        "dron*",
        "^drones",
        "drones | bread",
        "!drones",
        "drones <-> find",
        "(drones",
        "{title} : drones",
        "-",
        "___",
        "%",
        "\\",
        "\x00",
        "drones\x00",
        "\ud800",
        "😀",
        "\u202e",
        "a" * 5000,
        " ".join(f"word{n}" for n in range(3000)),
        "é" * 3000,
    ],
)
def test_hostile_search_text_is_only_words(texts: Store, hostile: str) -> None:
    for title in found(texts, text=hostile):
        assert "drones" in f"{title} {TEXTS[title]}".lower()
    assert texts.items.count() == len(TEXTS)


def test_text_without_a_word_finds_nothing(texts: Store) -> None:
    for nothing in ("!?", "—", "_", "& | !"):
        assert found(texts, text=nothing) == []


def test_a_word_beside_a_sign_is_still_found(texts: Store) -> None:
    assert [title.split()[0] for title in found(texts, text="thirsty _ &")] == ["Orchard"]


def paged(store: Store, *, limit: int, meanwhile: list[list[Item]]) -> list[str]:
    """Return all titles, page by page, while more items arrive between the pages."""
    titles: list[str] = []
    page = store.items.search(Filter(), limit=limit)
    titles += [one.item.title for one in page.items]
    while page.next_cursor is not None:
        if meanwhile:
            keep(store, meanwhile.pop())
        page = store.items.search(Filter(), limit=limit, cursor=page.next_cursor)
        titles += [one.item.title for one in page.items]
    return titles


@pytest.mark.parametrize("limit", [1, 3, 7, 20, 21])
def test_a5_paging_neither_skips_nor_repeats_while_rows_arrive(store: Store, limit: int) -> None:
    a_store_with(store, [an_item(n, title=f"T{n}") for n in range(20)])
    arriving = [[an_item(100 + 2 * n), an_item(101 + 2 * n)] for n in range(5)]
    assert paged(store, limit=limit, meanwhile=arriving) == [f"T{n}" for n in reversed(range(20))]


def test_the_last_full_page_says_that_it_is_the_last(store: Store) -> None:
    a_store_with(store, [an_item(n) for n in range(4)])
    page = store.items.search(Filter(), limit=2)
    page = store.items.search(Filter(), limit=2, cursor=page.next_cursor)
    assert (len(page.items), page.next_cursor) == (2, None)
    assert store.items.search(Filter(), limit=2, cursor=1).items == ()
