"""Understanding: each item once per version, in order of time, whatever is remembered (C1, C3)."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from unittest.mock import ANY

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.seeds import LEASE, NOW, a_feed, a_model, a_taxonomy, an_item, keep
from tests.steps import Clock, a_memory, a_report, a_store_with, rule_tagger, understand_all
from tests.tagging_world import TAXONOMY, examples
from tests.test_model import made
from trendwatch.pipeline import understand as step
from trendwatch.pipeline.understand import Understanding, understand
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.tagging.model import Tagger
from trendwatch.tagging.train import train
from trendwatch.trends.series import TOTAL, keys_of
from trendwatch.types.news import Item
from trendwatch.types.tags import TaggedItem, Taxonomy
from trendwatch.types.weeks import week_number

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = week_number(NOW)


def everything(store: Store) -> list[TaggedItem]:
    return list(store.items.search(Filter(), limit=1000).items)


def stories(store: Store) -> dict[str, str]:
    return {one.item.id: one.story_id for one in everything(store)}


def counts(store: Store, version: str = "v1") -> dict[tuple[str, str, int], float]:
    columns = store.series.columns(version, first_week=0, last_week=WEEK + 99)
    rows = zip(columns.key, columns.feed, columns.week, columns.told, strict=True)
    return {(columns.keys[k], columns.feeds[f], int(week)): float(n) for k, f, week, n in rows}


def test_every_item_gets_tags_a_story_and_is_counted(store: Store) -> None:
    items = [
        a_report(0, 0, feed="gazette", at=NOW),
        a_report(0, 1, feed="herald", at=NOW + HOUR),
        a_report(1, 0, feed="gazette", at=NOW + 2 * HOUR),
    ]
    a_store_with(store, items)
    report = understand_all(store)
    assert (report.items, report.stories, report.held, report.promoted) == (3, 2, False, None)
    first, other, shop = store.items.by_id([item.id for item in items])
    assert first.story_id == other.story_id != shop.story_id
    assert {tag.full_key for tag in first.tags} == {"area:drones"}
    assert {tag.full_key for tag in shop.tags} == {"sector:retail"}
    assert counts(store)[TOTAL, "gazette", WEEK] == 2
    [drones] = store.series.series("v1", ["area:drones"], first_week=WEEK, last_week=WEEK)
    assert drones.stories == (1,)


def test_c3_understanding_again_changes_nothing(store: Store) -> None:
    a_store_with(store, [a_report(n, 0, feed="gazette", at=NOW + n * HOUR) for n in range(6)])
    understand_all(store)
    before = everything(store), counts(store), store.stories.latest(limit=99)
    report = understand_all(store)
    assert (report.items, report.stories, report.tags) == (0, 0, 0)
    assert (everything(store), counts(store), store.stories.latest(limit=99)) == before


def test_without_a_model_items_wait(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item()])
    assert understand_all(store).items == 0
    assert store.items.get(an_item().id).story_id == ""


def test_an_item_in_a_language_not_covered_has_a_story_and_no_tags(store: Store) -> None:
    item = replace(a_report(0, 0, feed="gazette", at=NOW), language="pt")
    a_store_with(store, [item])
    understand_all(store)
    kept = store.items.get(item.id)
    assert kept.tags == ()
    assert kept.story_id


def test_d1_while_another_process_understands_this_one_does_not(store: Store) -> None:
    a_store_with(store, [an_item()])
    other = store.claim("understand", "all", now=NOW, lease=LEASE)
    assert other is not None
    report = understand_all(store)
    assert (report.held, report.items) == (True, 0)
    assert understand_all(store, now=NOW + LEASE).items == 1  # the other one died


def test_c1_a_rejected_model_means_rules(store: Store) -> None:
    item = a_report(0, 0, feed="gazette", at=NOW)
    a_store_with(store, [item])
    understand_all(store, memory=Understanding())  # its model is made of the bytes "numbers"
    assert {tag.full_key for tag in store.items.get(item.id).tags} == {"area:drones"}


def test_c1_a_rejected_model_means_the_last_good_one_then_a_new_one_takes_all_up_again(store: Store) -> None:
    item = a_report(0, 0, feed="gazette", at=NOW)
    good = made({"rotor": 3.0, "report": 3.0}, labels=("area:drones",))
    store.models.adopt(replace(good, version="good"), since=NOW - DAY)
    store.models.adopt(a_model("bad"), since=NOW - DAY)
    assert store.models.promote_if_caught_up() == "bad"
    a_store_with(store, [item], version="bad")
    memory = Understanding()
    understand_all(store, memory=memory)
    assert memory.rejected == {"bad"}
    assert {tag.full_key for tag in store.items.get(item.id).tags} == {"area:drones"}
    store.models.adopt(replace(good, version="better"), since=NOW - DAY)
    assert store.understanding.count_waiting("better") == 1


def test_what_no_model_can_read_is_a_state_and_not_a_tag(store: Store) -> None:
    """The feed's word counts; where it says nothing, the text tells."""
    german = "Landwirte lassen eine Drohne über steile Weinberge fliegen, sagt der Verband in Stuttgart"
    texts = {"fr": "Drone", "de-text": german, "": "Drone over the farm", "en": german}
    items = [
        an_item(number, title=title, language=said if said in {"fr", "en"} else "")
        for number, (said, title) in enumerate(texts.items())
    ]
    a_store_with(store, items)
    report = understand_all(store)
    assert report.items == 4
    found = store.uncovered.languages_of("v1", [item.id for item in items])
    assert found == {items[0].id: "fr", items[1].id: "de"}
    tags = [{tag.full_key for tag in store.items.get(item.id).tags} for item in items]
    assert tags == [set(), set(), {"area:drones", "sector:agriculture"}, set()]


def test_progress_is_told_after_each_batch(store: Store) -> None:
    a_store_with(store, [an_item(n) for n in range(5)])
    told: list[int] = []
    memory = a_memory()
    progress = lambda report: told.append(report.items)  # noqa: E731
    understand(
        store, a_taxonomy(), clock=Clock(), lease=LEASE, memory=memory, at_once=2, on_progress=progress
    )
    assert told == [2, 4, 5]


def test_a_batch_never_crosses_a_week(store: Store) -> None:
    a_store_with(store, [an_item(n, at=NOW + n * 3 * DAY) for n in range(5)])  # 3, 6, 9, 12, 15 March
    told: list[int] = []
    progress = lambda report: told.append(report.items)  # noqa: E731
    understand(store, a_taxonomy(), clock=Clock(), lease=LEASE, memory=a_memory(), on_progress=progress)
    assert told == [3, 5]  # weeks end on the 9th and the 16th


def test_c3_a_new_version_takes_the_stories_as_they_are_and_is_promoted(store: Store) -> None:
    a_store_with(store, [a_report(n % 3, n // 3, feed=f"feed{n % 2}", at=NOW + n * HOUR) for n in range(9)])
    memory = a_memory("v1", "v2")
    understand_all(store, memory=memory)
    before = stories(store), counts(store)
    store.models.adopt(a_model("v2"), since=NOW - DAY)
    report = understand_all(store, memory=memory)
    assert (report.items, report.stories, report.promoted) == (9, 0, "v2")
    assert (stories(store), counts(store, "v2")) == before
    assert counts(store) == before[1]


def test_c3_only_the_last_months_are_counted_again(store: Store) -> None:
    old, new = a_report(0, 0, feed="gazette", at=NOW - 60 * DAY), a_report(1, 0, feed="gazette", at=NOW)
    a_store_with(store, [old, new])
    memory = a_memory("v1", "v2")
    understand_all(store, memory=memory)
    store.models.adopt(a_model("v2"), since=NOW - DAY)
    understand_all(store, memory=memory)
    assert store.items.get(old.id).tags == ()
    assert {week for _, _, week in counts(store, "v2")} == {WEEK}


def test_news_while_a_version_is_built_is_understood_by_both(store: Store) -> None:
    first, second = (a_report(n, 0, feed="gazette", at=NOW + n * HOUR) for n in range(2))
    a_store_with(store, [first])
    memory = a_memory("v1", "v2")
    understand_all(store, memory=memory)
    store.models.adopt(a_model("v2"), since=NOW - DAY)
    keep(store, [second])
    report = understand_all(store, memory=memory)
    assert (report.items, report.stories, report.promoted) == (3, 1, "v2")
    assert counts(store, "v1") == counts(store, "v2")


def test_c3_a_batch_that_cannot_be_written_is_forgotten(store: Store) -> None:
    """The index in hand knows reports that were not written: it must not be used again."""
    items = [a_report(0, telling, feed=f"feed{telling}", at=NOW + telling * HOUR) for telling in range(3)]
    a_store_with(store, items)
    memory = a_memory()
    clock = Clock()
    broken = a_memory()

    class Thief:
        """Tags as the rules do, while another process takes the work over."""

        def tag(self, texts: list[tuple[str, str]]) -> object:
            clock.pass_by(2 * LEASE)
            assert store.claim("understand", "all", now=clock(), lease=LEASE) is not None
            return rule_tagger().tag(texts)

    broken.taggers = {"v1": Thief()}  # type: ignore[dict-item]
    report = understand(store, a_taxonomy(), clock=clock, lease=LEASE, memory=broken)
    assert (report.items, report.held) == (0, True)
    assert broken.open is None
    assert store.understanding.count_waiting("v1") == 3
    clock.pass_by(2 * LEASE)
    broken.taggers = memory.taggers
    assert understand(store, a_taxonomy(), clock=clock, lease=LEASE, memory=broken).items == 3
    assert len(set(stories(store).values())) == 1


def test_a_story_is_as_old_as_its_first_report_also_after_a_restart(store: Store) -> None:
    """A story takes reports for seven days from its first, which was before what an index looks back to."""
    hours = (0, 80, 160, 240, 241)
    items = [
        replace(a_report(0, n == 240, feed="gazette", at=NOW + n * HOUR), id=f"i{n}", entry_key=f"{n}")
        for n in hours
    ]
    a_store_with(store, items[:-1])
    memory = a_memory()
    understand_all(store, memory=memory)
    keep(store, items[-1:])
    understand_all(store)  # by another process
    found = stories(store)
    assert found["i0"] == found["i80"] == found["i160"]
    assert found["i241"] == found["i240"] != found["i0"]


def test_late_news_does_not_hide_what_was_understood_before(store: Store) -> None:
    """A report between two others must not make the last one blind for the first (news of a new feed)."""
    first = a_report(0, 0, feed="gazette", at=NOW + 2 * HOUR)
    a_store_with(store, [first])
    memory = a_memory()
    understand_all(store, memory=memory)
    store.feeds.sync([a_feed(), a_feed("herald"), a_feed("late")])
    late = a_report(1, 0, feed="late", at=NOW + HOUR)
    follow_up = a_report(0, 1, feed="herald", at=NOW + 3 * HOUR)
    keep(store, [late, follow_up])
    understand_all(store, memory=memory)
    assert stories(store)[follow_up.id] == stories(store)[first.id]


def recount(store: Store, version: str = "v1") -> dict[tuple[str, str, int], float]:
    """Count again from tags and stories alone: each story once per key and feed, where it first came."""
    seen: set[tuple[str, str, str]] = set()
    counted: Counter[tuple[str, str, int]] = Counter()
    for one in sorted(everything(store), key=lambda one: one.item.counted_at):
        for key in (TOTAL, *keys_of(tuple(tag.full_key for tag in one.tags))):
            place = one.story_id, key, one.item.feed_key
            if place not in seen:
                seen.add(place)
                counted[key, one.item.feed_key, week_number(one.item.counted_at)] += 1
    return {place: float(n) for place, n in counted.items()}


def recount_stories(store: Store) -> dict[tuple[str, int], int]:
    first: dict[tuple[str, str], int] = {}
    for one in sorted(everything(store), key=lambda one: one.item.counted_at):
        for key in (TOTAL, *keys_of(tuple(tag.full_key for tag in one.tags))):
            first.setdefault((one.story_id, key), week_number(one.item.counted_at))
    return dict(Counter((key, week) for (_, key), week in first.items()))


#: event, telling, feed, hours after the one before, understood afterwards by which of two processes
_MOVES = st.lists(
    st.tuples(
        st.integers(0, 8),
        st.integers(0, 2),
        st.integers(0, 3),
        st.sampled_from((0, 1, 5, 30, 80)),
        st.sampled_from((None, None, 0, 1)),
    ),
    max_size=16,
)


def news(moves: list[tuple[int, int, int, int, int | None]]) -> list[Item]:
    hours = itertools.accumulate(move[3] for move in moves)
    return [
        replace(a_report(e, t, feed=f"feed{f}", at=NOW + h * HOUR), id=f"item{n}", entry_key=f"{n}")
        for n, ((e, t, f, _, _), h) in enumerate(zip(moves, hours, strict=True))
    ]


def a_world() -> Store:
    store = Store.open("sqlite://")
    store.feeds.sync([a_feed(f"feed{n}") for n in range(4)])
    store.models.adopt(a_model(), since=NOW)
    return store


@settings(max_examples=12, deadline=None, derandomize=True)
@given(moves=_MOVES, batch=st.integers(1, 6))
def test_whoever_understands_and_whatever_is_remembered_the_result_is_the_same(
    moves: list[tuple[int, int, int, int, int | None]], batch: int
) -> None:
    items = news(moves)
    two, none = a_world(), a_world()
    memories = [a_memory(), a_memory()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "BATCH", batch)
        for item, (_, _, _, _, who) in zip(items, moves, strict=True):
            keep(two, [item])
            keep(none, [item])
            if who is not None:
                understand_all(two, memory=memories[who])
        understand_all(two, memory=memories[0])
        patch.setattr(step, "BATCH", 1)
        while none.understanding.count_waiting("v1"):
            _understand_one(none)
    assert stories(two) == stories(none)
    assert everything(two) == everything(none)
    assert counts(two) == counts(none) == recount(none)
    keys = sorted({key for key, _ in recount_stories(two)})
    for series in two.series.series("v1", keys, first_week=WEEK, last_week=WEEK + 30):
        weeks = {WEEK + n: stories for n, stories in enumerate(series.stories) if stories}
        assert weeks == {week: n for (key, week), n in recount_stories(two).items() if key == series.key}
    two.close()
    none.close()


def _understand_one(store: Store) -> None:
    """Understand one item with nothing remembered."""
    memory = a_memory()

    class Enough(Exception):
        pass

    def stop(_report: object) -> None:
        raise Enough

    with pytest.raises(Enough):
        understand(store, a_taxonomy(), clock=Clock(), lease=LEASE, memory=memory, on_progress=stop)
    assert memory == Understanding(index_of=ANY, taggers=ANY, open=None, token=ANY)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(moves=_MOVES, late=st.sets(st.integers(0, 15)), batch=st.integers(1, 6))
def test_late_items_too_are_understood_the_same_with_and_without_memory(
    moves: list[tuple[int, int, int, int, int | None]], late: set[int], batch: int
) -> None:
    """Back-log of a feed that is added later lies between what is understood already."""
    items = news(moves)
    first = [item for n, item in enumerate(items) if n not in late]
    then = [
        replace(item, backlog=True, first_seen_at=NOW + 400 * HOUR)
        for n, item in enumerate(items)
        if n in late
    ]
    kept, fresh = a_world(), a_world()
    memory = a_memory()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(step, "BATCH", batch)
        for part in (first, then):
            keep(kept, part)
            keep(fresh, part)
            understand_all(kept, memory=memory)
            with patch.context() as alone:
                alone.setattr(step, "BATCH", 1)
                while fresh.understanding.count_waiting("v1"):
                    _understand_one(fresh)
    assert stories(kept) == stories(fresh)
    assert counts(kept) == counts(fresh)
    kept.close()
    fresh.close()


def test_a_restart_after_terms_were_edited_tags_as_before(store: Store) -> None:
    """A version says one thing: new terms count with the model that learns them, not with a restart."""
    drones = replace(TAXONOMY.labels[2], strong=("quadcopter",))
    edited = Taxonomy((*TAXONOMY.labels[:2], drones, *TAXONOMY.labels[3:]))
    fewer = Taxonomy(TAXONOMY.labels[:-1])
    model = train(examples(), TAXONOMY, now=NOW)
    before = Tagger.load(model, TAXONOMY).tag([("Drone over the field", "")])[0]
    assert Tagger.load(model, edited).tag([("Drone over the field", "")])[0] != before
    store.models.adopt(model, since=NOW - DAY)
    store.feeds.sync([a_feed()])
    for number, taxonomy in enumerate((TAXONOMY, edited, fewer)):
        item = an_item(number, title="Drone over the field", summary="")
        keep(store, [item])
        memory = Understanding()  # of a process that has just begun
        understand(store, taxonomy, clock=Clock(), lease=LEASE, memory=memory)
        assert store.items.get(item.id).tags == before
        assert not memory.rejected  # a label that was taken out is no damage
