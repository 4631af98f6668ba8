"""What an operator says lies over the model's tags: at once, through new models, until it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, a_taxonomy, an_item, claim_on, keep
from tests.steps import a_memory, a_store_with, analyse_all, understand_all, understood
from trendwatch.errors import NotFound
from trendwatch.pipeline.correct import correct
from trendwatch.pipeline.mending import mend_stories
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.types.stories import Mend
from trendwatch.types.tags import Facet, Origin
from trendwatch.types.weeks import week_number

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = week_number(NOW)
TITLES = (
    "Drone over the farm counts ripe apples in every orchard of the valley",
    "Drones in a shop",
    "Rain all week",
)
FIRST, SECOND, THIRD = (an_item(number).id for number in range(3))


@pytest.fixture
def filled(store: Store) -> Store:
    understood(store, TITLES)
    return store


def say(store: Store, item: str, *, by: str = "ada", **what: Sequence[str]) -> None:
    correct(store, a_taxonomy(), item, by=by, now=NOW, **what)  # type: ignore[arg-type]


def tags(store: Store, item: str) -> dict[str, tuple[float, str]]:
    return {tag.full_key: (tag.confidence, str(tag.origin)) for tag in store.items.get(item).tags}


def carrying(store: Store, key: str) -> set[str]:
    return {one.item.id for one in store.items.search(Filter(labels=(key,)), limit=9).items}


def counted(store: Store, key: str, *, version: str = "v1") -> int:
    [found] = store.series.series(version, [key], first_week=WEEK, last_week=WEEK)
    return sum(found.stories)


def listed(store: Store, key: str) -> int:
    window = {"since": NOW - 9 * DAY, "until": NOW + 9 * DAY}
    return len(store.trends.stories("v1", key, **window, limit=9)[0])


def test_a_corrected_item_has_the_operators_tags_at_once(filled: Store) -> None:
    before = tags(filled, FIRST)
    say(filled, FIRST, remove=["area:drones"], add=["area:iot"])
    after = tags(filled, FIRST)
    assert after["area:iot"] == (1.0, Origin.OPERATOR)
    assert "area:drones" not in after
    assert after["sector:agriculture"] == before["sector:agriculture"]  # not judged
    assert carrying(filled, "area:drones") == {SECOND}
    assert carrying(filled, "area:iot") == {FIRST}
    assert filled.stories.latest(limit=9)  # what lists stories goes on


def test_what_was_right_keeps_the_words_that_caused_it(filled: Store) -> None:
    say(filled, FIRST)
    [tag] = [one for one in filled.items.get(FIRST).tags if one.facet is Facet.AREA]
    assert (tag.origin, tag.confidence, tag.terms) == (Origin.OPERATOR, 1.0, ("drone",))


def test_taken_back_the_models_tags_are_as_they_were(filled: Store) -> None:
    before = tags(filled, FIRST)
    say(filled, FIRST, none=["area"])
    say(filled, FIRST, none=["sector"], by="bob")
    assert tags(filled, FIRST) == {}
    assert filled.corrections.undo(FIRST, [Facet.AREA]) == [Facet.AREA]
    assert tags(filled, FIRST) == {"area:drones": before["area:drones"]}  # the other word stays
    assert filled.corrections.undo(FIRST) == [Facet.SECTOR]
    assert tags(filled, FIRST) == before
    assert filled.corrections.undo(FIRST) == []
    with pytest.raises(NotFound):
        filled.corrections.undo("nobody")


def test_a_second_word_on_a_facet_takes_the_place_of_the_first(filled: Store) -> None:
    before = tags(filled, FIRST)
    say(filled, FIRST, none=["area"])
    say(filled, FIRST, add=["area:iot"])
    assert set(tags(filled, FIRST)) == {"area:iot", "sector:agriculture"}
    filled.corrections.undo(FIRST)
    assert tags(filled, FIRST) == before


def test_a_new_model_does_not_bring_back_what_was_struck(filled: Store) -> None:
    say(filled, FIRST, remove=["area:drones"], add=["area:iot"])
    filled.models.adopt(a_model("v2"), since=NOW - 400 * DAY)
    say(filled, SECOND, none=["area"])  # before the new one has read it
    understand_all(filled, memory=a_memory("v1", "v2"))
    current = filled.models.current()
    assert current is not None
    assert current.version == "v2"
    assert carrying(filled, "area:iot") == {FIRST}
    assert carrying(filled, "area:drones") == set()
    assert counted(filled, "area:drones", version="v2") == 0
    filled.corrections.undo(FIRST)
    assert carrying(filled, "area:drones") == {FIRST}
    assert counted(filled, "area:drones", version="v2") == 1


def test_a_word_only_takes_away_from_open_weeks(filled: Store) -> None:
    """Else labelling by hand what the model misses would be a rise."""
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 2
    say(filled, FIRST, remove=["area:drones"], add=["area:iot"])
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    assert counted(filled, "area:iot") == listed(filled, "area:iot") == 0
    assert counted(filled, "area:drones|sector:agriculture") == 0
    say(filled, SECOND)  # right as it is
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    filled.corrections.undo(FIRST)
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 2
    assert counted(filled, "*") == 3


def test_weeks_that_are_judged_keep_their_numbers(filled: Store) -> None:
    say(filled, SECOND, none=["area"])
    analyse_all(filled, now=NOW + 8 * DAY)
    assert filled.trends.last_analysed("v1") == WEEK
    say(filled, FIRST, none=["area"])
    assert carrying(filled, "area:drones") == set()
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    say(filled, SECOND, none=["sector"])  # what was taken off before stays off
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 1
    assert counted(filled, "sector:retail") == listed(filled, "sector:retail") == 1


def test_what_is_struck_before_it_is_counted_is_never_counted(filled: Store) -> None:
    """Also where its week is judged: a word only takes away."""
    analyse_all(filled, now=NOW + 8 * DAY)
    filled.feeds.sync([a_feed(), a_feed("herald")])
    late = an_item(
        9, feed="herald", title="A quadcopter at sea", at=NOW + 9 * DAY, published_at=NOW, backlog=True
    )
    keep(filled, [late], at=NOW + 9 * DAY)
    say(filled, late.id, none=["area"])
    understand_all(filled, now=NOW + 9 * DAY)
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 2
    filled.corrections.undo(late.id)
    assert late.id in carrying(filled, "area:drones")
    assert counted(filled, "area:drones") == listed(filled, "area:drones") == 2


def test_a_later_report_of_a_corrected_story_counts_once(filled: Store) -> None:
    say(filled, FIRST, none=["area"])
    filled.feeds.sync([a_feed(), a_feed("herald")])
    later = NOW + timedelta(hours=1)
    copy = an_item(9, feed="herald", title=TITLES[0], at=later)
    keep(filled, [copy], at=later)
    understand_all(filled, now=NOW + timedelta(hours=2))
    assert filled.items.get(copy.id).story_id == filled.items.get(FIRST).story_id
    assert counted(filled, "area:drones") == 2  # the second report says it, and nobody struck that
    filled.corrections.undo(FIRST)
    assert counted(filled, "area:drones") == 2


def test_what_was_said_is_listed_with_who_and_when(filled: Store) -> None:
    say(filled, FIRST, none=["area"])
    say(filled, SECOND, add=["area:iot"], by="bob")
    say(filled, FIRST, add=["sector:retail"], by="eve")
    page = filled.corrections.listed(limit=2)
    assert [(one.item_id, one.facet, one.labels, one.by) for one in page.said] == [
        (FIRST, Facet.SECTOR, ("agriculture", "retail"), "eve"),
        (SECOND, Facet.AREA, ("drones", "iot"), "bob"),
    ]
    assert page.said[0].made_at == NOW
    rest = filled.corrections.listed(limit=2, cursor=page.next_cursor)
    assert [(one.facet, one.labels, one.by) for one in rest.said] == [(Facet.AREA, (), "ada")]
    assert rest.next_cursor is None


def test_a_word_holds_in_a_new_version_that_does_not_read_so_far_back(filled: Store) -> None:
    say(filled, FIRST, none=["sector"], add=["area:iot"])
    filled.models.adopt(a_model("v2"), since=NOW + DAY)
    understand_all(filled, memory=a_memory("v1", "v2"))
    current = filled.models.current()
    assert current is not None
    assert current.version == "v2"
    assert {"area:drones", "area:iot"} == set(tags(filled, FIRST))
    assert tags(filled, SECOND) == {}
    assert filled.corrections.undo(FIRST) == [Facet.AREA, Facet.SECTOR]
    assert tags(filled, FIRST) == {}


def mend(store: Store, what: Mend, *, now: datetime) -> None:
    claim = claim_on(store, "understand", "all", at=now)
    mend_stories(store, [what], versions=["v1"], claim=claim, now=now)
    store.leases.release(claim)


def test_what_is_struck_in_a_story_of_a_judged_week_counts_no_more_when_it_is_a_story_of_its_own(
    store: Store,
) -> None:
    sunday = an_item(1, feed="gazette", title=TITLES[0], at=NOW - 9 * HOUR)
    monday = an_item(2, feed="herald", title=TITLES[0], at=NOW)
    a_store_with(store, [sunday, monday])
    understand_all(store)
    story = store.items.get(monday.id).story_id
    assert store.items.get(sunday.id).story_id == story
    analyse_all(store, now=NOW + DAY)
    assert store.trends.last_analysed("v1") == WEEK - 1
    say(store, monday.id, none=["area"])
    part = Mend(before=story, after="part", items=(monday.id,), merged=False)
    mend(store, part, now=NOW + DAY)
    assert counted(store, "area:drones") == 0  # the Sunday's is counted in the week before
    assert counted(store, "*") == 1
    assert listed(store, "area:drones") == 1


def test_late_news_of_a_story_counts_where_it_was_told_as_in_a_rebuild(store: Store) -> None:
    bare = "Orchard trees of Evora are counted at night by grower Mendes"
    first = an_item(1, feed="gazette", title=bare)
    second = an_item(2, feed="herald", title=f"{bare} with a drone", at=NOW + 30 * HOUR)
    a_store_with(store, [first, second], now=NOW + 30 * HOUR)
    understand_all(store, now=NOW + 31 * HOUR)
    store.feeds.sync([a_feed("gazette"), a_feed("herald"), a_feed("wire")])
    now, told = NOW + 40 * HOUR, NOW + 5 * HOUR
    late = an_item(3, feed="wire", title=f"{bare} with a drone", at=now, published_at=told, backlog=True)
    keep(store, [late], at=now)
    understand_all(store, now=now)
    assert len({store.items.get(one.id).story_id for one in (first, second, late)}) == 1
    store.models.adopt(a_model("v2"), since=NOW - 400 * DAY)
    understand_all(store, memory=a_memory("v1", "v2"), now=now)
    known, anew = (
        (
            store.series.days(version, ["area:drones"], first_week=WEEK, last_week=WEEK),
            told_by(store, version),
        )
        for version in ("v1", "v2")
    )
    assert known == anew
    assert known[0][1][0].stories[:2] == (1, 0)  # on Monday
    assert known[1] == {"herald": 0, "wire": 1}  # told first


def told_by(store: Store, version: str) -> dict[str, float]:
    counts = store.series.columns(version, first_week=WEEK, last_week=WEEK)
    rows = zip(counts.key.tolist(), counts.feed.tolist(), counts.reports.tolist(), strict=True)
    return {counts.feeds[feed]: n for key, feed, n in rows if counts.keys[key] == "area:drones"}
