"""How well the feeds hear of each sector and technology: by what was told, and by what is configured."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.seeds import a_feed
from trendwatch.news.coverage import (
    FAIR_OWNERS,
    FAIR_STORIES,
    GOOD_OWNERS,
    GOOD_STORIES,
    MOST_FEEDS,
    MOST_PACKS,
    coverage,
)
from trendwatch.types.coverage import Breadth, LabelCoverage, Reported
from trendwatch.types.news import Feed
from trendwatch.types.packs import Pack
from trendwatch.types.tags import Facet, Label, Taxonomy


def a_label(full_key: str, *, parent: str = "") -> Label:
    facet, _, key = full_key.partition(":")
    return Label(facet=Facet(facet), key=key, name=key.title(), meaning="It is.", parent=parent)


TAXONOMY = Taxonomy(
    (
        a_label("area:ai"),
        a_label("area:generative_ai", parent="ai"),
        a_label("sector:farming"),
        a_label("sector:retail"),
        a_label("function:marketing"),
    )
)


def farm_feeds(count: int, **values: Any) -> list[Feed]:
    """Return feeds about farming, each with a publisher of its own."""
    return [a_feed(f"farm_{number}", sectors=("farming",), **values) for number in range(count)]


def of(
    key: str,
    feeds: list[Feed],
    told: dict[str, Reported] | None = None,
    *,
    packs: tuple[Pack, ...] = (),
) -> LabelCoverage:
    [found] = [one for one in coverage(TAXONOMY, feeds, packs, reported=told) if one.key == key]
    return found


def test_every_sector_then_every_area_and_nothing_else() -> None:
    found = coverage(TAXONOMY, [], [], reported=None)
    assert [one.key for one in found] == [
        "sector:farming",
        "sector:retail",
        "area:ai",
        "area:generative_ai",
    ]


@pytest.mark.parametrize(
    ("stories", "owners", "own", "breadth"),
    [
        (0, 0, 9, Breadth.THIN),  # feeds alone tell nothing
        (7, 6, 9, Breadth.THIN),  # 7 < 8 stories
        (400, 2, 9, Breadth.THIN),  # 2 < 3 publishers, however much they write
        (8, 3, 0, Breadth.FAIR),  # exactly enough, all from the general press
        (39, 6, 3, Breadth.FAIR),  # 39 < 40 stories
        (40, 5, 3, Breadth.FAIR),  # 5 < 6 publishers
        (40, 6, 2, Breadth.FAIR),  # only 2 publishers of its own
        (40, 6, 3, Breadth.GOOD),
    ],
)
def test_verdict_of_what_was_told(stories: int, owners: int, own: int, breadth: Breadth) -> None:
    told = {"sector:farming": Reported(stories, owners)}
    found = of("sector:farming", farm_feeds(own), told)
    assert (found.breadth, found.stories, found.reporting) == (breadth, stories, owners)
    assert bool(found.why) == (breadth is not Breadth.GOOD)


def test_a_technology_needs_no_feeds_of_its_own_once_it_is_told_of() -> None:
    found = of("area:ai", farm_feeds(9), {"area:ai": Reported(40, 6)})
    assert (found.breadth, found.owners, found.why) == (Breadth.GOOD, 0, ())
    assert of("area:ai", farm_feeds(9)).breadth is Breadth.THIN  # nothing is known yet


@pytest.mark.parametrize(
    ("own", "breadth"),
    [(0, Breadth.THIN), (2, Breadth.THIN), (3, Breadth.FAIR), (5, Breadth.FAIR), (6, Breadth.GOOD)],
)
def test_before_anything_was_read_the_feeds_are_judged(own: int, breadth: Breadth) -> None:
    found = of("sector:farming", farm_feeds(own))
    assert (found.breadth, found.stories, found.reporting) == (breadth, None, None)
    assert bool(found.why) == (breadth is not Breadth.GOOD)


def test_sister_titles_are_one_publisher() -> None:
    found = of("sector:farming", farm_feeds(9, owner="Group"))
    assert (found.feeds, found.enabled, found.owners, found.breadth) == (9, 9, 1, Breadth.THIN)
    assert found.why == ("Feeds about it belong to one publisher; 3 are wanted.",)


def test_feeds_that_are_off_or_in_another_language_are_configured_but_not_heard() -> None:
    feeds = [*farm_feeds(1), a_feed("off", sectors=("farming",), enabled=False)]
    feeds += [a_feed("hof", sectors=("farming",), language="de")]
    feeds += [a_feed("field", sectors=("farming",), language="en-GB")]
    found = of("sector:farming", feeds)
    assert (found.feeds, found.enabled, found.owners) == (4, 2, 2)


def test_what_is_about_generative_ai_is_about_ai_and_not_the_other_way_round() -> None:
    feeds = [a_feed("chat", areas=("generative_ai",)), a_feed("robots", areas=("ai",))]
    assert of("area:ai", feeds).feeds == 2
    assert of("area:generative_ai", feeds).feeds == 1


def test_thin_is_said_in_words() -> None:
    told = {"sector:farming": Reported(5, 1)}
    assert of("sector:farming", [], told).why == (
        "One publisher told of it; below 3 nothing is a trend.",
        "5 stories in four weeks; below 8 a digest has nothing to choose from.",
        "No feed that is read is about it: only what others say of it is heard.",
    )
    assert of("sector:retail", farm_feeds(1), told).why[:2] == (
        "No publishers told of it; below 3 nothing is a trend.",
        "No stories in four weeks; below 8 a digest has nothing to choose from.",
    )
    told = {"sector:farming": Reported(7, 4)}  # what is enough is not mentioned while something is too little
    assert of("sector:farming", farm_feeds(3), told).why == (
        "7 stories in four weeks; below 8 a digest has nothing to choose from.",
    )


def test_what_is_fair_says_what_would_be_better() -> None:
    told = {"sector:farming": Reported(39, 5)}
    assert of("sector:farming", farm_feeds(2), told).why == (
        "5 publishers told of it; 6 would be safe.",
        "39 stories in four weeks; 40 would give a choice.",
        "Feeds about it belong to 2 publishers; 3 are wanted.",
    )


def test_new_voices_are_suggested_first_and_only_what_would_be_understood() -> None:
    feeds = [
        a_feed("read", sectors=("farming",), owner="Group"),
        a_feed("sister", sectors=("farming",), owner="Group", enabled=False),
        a_feed("broad", sectors=("retail", "farming"), enabled=False),
        a_feed("narrow", sectors=("farming",), enabled=False),
        a_feed("hof", sectors=("farming",), language="de", enabled=False),
        a_feed("shop", sectors=("retail",), enabled=False),
    ]
    assert of("sector:farming", feeds).add_feeds == ("narrow", "broad", "sister")


def test_packs_are_suggested_where_they_would_switch_something_on_about_it() -> None:
    feeds = [*farm_feeds(1), *farm_feeds(0), a_feed("narrow", sectors=("farming",), enabled=False)]
    feeds += [a_feed("other", sectors=("retail",), enabled=False)]
    packs = (
        Pack(key="all_on", title="On", feeds=("farm_0",), sectors=("farming",)),
        Pack(key="elsewhere", title="Shops", feeds=("narrow", "other"), sectors=("retail",)),
        Pack(key="helps", title="Farms", feeds=("farm_0", "narrow"), sectors=("farming",)),
        Pack(key="no_gain", title="Farms", feeds=("other",), sectors=("farming",)),
    )
    assert of("sector:farming", feeds, packs=packs).add_packs == ("helps",)


def test_what_is_covered_well_needs_no_advice() -> None:
    feeds = [*farm_feeds(6), a_feed("more", sectors=("farming",), enabled=False)]
    pack = Pack(key="farms", title="Farms", feeds=("more",), sectors=("farming",))
    found = of("sector:farming", feeds, packs=(pack,))
    assert (found.breadth, found.add_feeds, found.add_packs) == (Breadth.GOOD, (), ())


def test_advice_is_short() -> None:
    feeds = farm_feeds(20, enabled=False)
    keys = tuple(feed.key for feed in feeds)
    packs = tuple(Pack(key=f"p{n}", title="P", feeds=keys[n:], sectors=("farming",)) for n in range(5))
    found = of("sector:farming", feeds, packs=packs)
    assert len(found.add_feeds) == MOST_FEEDS
    assert found.add_packs == ("p0", "p1")
    assert len(found.add_packs) == MOST_PACKS


counts = st.tuples(st.integers(0, 100), st.integers(0, 12), st.integers(0, 8))


@given(counts, counts)
def test_more_is_never_worse(one: tuple[int, int, int], more: tuple[int, int, int]) -> None:
    order = list(Breadth)
    least = tuple(map(min, one, more))
    most = tuple(map(max, one, more))

    def breadth(stories: int, owners: int, own: int) -> int:
        told = {"sector:farming": Reported(stories, owners)}
        return order.index(of("sector:farming", farm_feeds(own), told).breadth)

    assert breadth(*least) <= breadth(*most)


def test_thresholds_are_in_order() -> None:
    assert 0 < FAIR_OWNERS < GOOD_OWNERS
    assert 0 < FAIR_STORIES < GOOD_STORIES
