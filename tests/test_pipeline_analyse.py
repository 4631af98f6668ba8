"""Analysis: each week once, when it is over and understood; live and replayed alike (D1, C3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from tests.seeds import LEASE, NOW, a_feed, a_model, a_taxonomy, an_item, claim_on, keep
from tests.steps import Clock, a_memory, a_store_with, analyse_all, easy_rules, rule_tagger, understand_all
from trendwatch.pipeline.analyse import TermMemory, analyse
from trendwatch.pipeline.understand import Understanding
from trendwatch.store import Store
from trendwatch.tagging.model import Tagger
from trendwatch.trends.ngrams import fold
from trendwatch.types.news import Item
from trendwatch.types.trends import TermVerdict, Trend, TrendKind
from trendwatch.types.weeks import week_end, week_name, week_number

WEEK = timedelta(weeks=1)


FIRST = week_number(NOW)
WORDS = [
    first + last
    for first in ("am", "bir", "ce", "del", "em", "fjo")
    for last in ("ton", "field", "by", "wick")
]


def test_without_a_model_there_is_nothing_to_judge(store: Store) -> None:
    assert analyse_all(store, now=NOW).weeks == {}


def test_a_week_is_judged_once_and_only_when_it_is_over(store: Store) -> None:
    a_store_with(store, [an_item()])
    understand_all(store)
    end = week_end(FIRST)
    # before its end only the week before is over, in which nothing was read yet
    assert list(analyse_all(store, now=end - timedelta(seconds=1)).weeks) == [week_name(FIRST - 1)]
    assert list(analyse_all(store, now=end).weeks) == [week_name(FIRST)]
    assert analyse_all(store, now=end).weeks == {}
    assert store.trends.last_analysed("v1") == FIRST


def test_weeks_that_were_missed_are_judged_in_order(store: Store) -> None:
    a_store_with(store, [an_item()])
    understand_all(store)
    report = analyse_all(store, now=week_end(FIRST + 3))
    assert list(report.weeks) == [week_name(FIRST + n) for n in range(4)]


def test_at_first_the_weeks_since_feeds_are_read(store: Store) -> None:
    old = an_item(published_at=NOW - 99 * WEEK, backlog=True)
    a_store_with(store, [old])
    understand_all(store)
    assert list(analyse_all(store, now=week_end(FIRST + 1)).weeks) == [
        week_name(FIRST),
        week_name(FIRST + 1),
    ]


def test_a_week_is_not_judged_before_its_items_are_understood(store: Store) -> None:
    a_store_with(store, [an_item(1), an_item(2, at=NOW + WEEK)])
    report = analyse_all(store, now=week_end(FIRST))
    assert (report.weeks, report.waiting) == ({}, True)
    understand_all(store)
    report = analyse_all(store, now=week_end(FIRST))
    assert (list(report.weeks), report.waiting) == ([week_name(FIRST)], False)


def test_an_item_of_a_later_week_keeps_no_week_waiting(store: Store) -> None:
    a_store_with(store, [an_item(1)])
    understand_all(store)
    keep(store, [an_item(2, at=NOW + WEEK)])
    report = analyse_all(store, now=week_end(FIRST + 1))
    assert (list(report.weeks), report.waiting) == ([week_name(FIRST)], True)


def test_d1_while_another_process_judges_this_one_does_not(store: Store) -> None:
    a_store_with(store, [an_item()])
    understand_all(store)
    claim_on(store, "analyse", "v1", at=week_end(FIRST))
    assert analyse_all(store, now=week_end(FIRST)).held
    assert list(analyse_all(store, now=week_end(FIRST) + LEASE).weeks) == [week_name(FIRST)]


def test_d1_a_process_that_lost_its_lease_drops_what_it_judged(store: Store) -> None:
    a_store_with(store, [an_item()])
    understand_all(store)
    clock = Clock(week_end(FIRST))

    class Slow(TermMemory):
        def watch(self, store: Store, version: str, week: int):  # type: ignore[no-untyped-def]
            clock.pass_by(LEASE)
            claim_on(store, "analyse", "v1", at=clock())
            return super().watch(store, version, week)

    rules = easy_rules(top_terms=3)
    report = analyse(store, rules=rules, terms=Slow(), clock=clock, lease=LEASE)
    assert (report.weeks, report.held) == ({}, True)
    assert store.trends.last_analysed("v1") is None


def a_world(weeks: int) -> list[Item]:
    """Return news of four feeds in which drones and a word nobody named rise late."""
    random, items = Random(3), []
    for week in range(weeks):
        late = week > 2 * weeks // 3
        for feed in range(4):
            for place in range(4):
                what = "drone" if late and place < 2 else random.choice(("till", "frost", "choir", "tunnel"))
                new = " glimmerwing" if late and place else ""
                at = NOW + week * WEEK + timedelta(hours=random.randrange(150), seconds=len(items))
                title = f"{what} near {' '.join(random.sample(WORDS, 4))}{new}"
                items.append(an_item(len(items), feed=f"feed{feed}", at=at, title=title))
    return sorted(items, key=lambda item: item.first_seen_at)


def first_read(store: Store, items: list[Item]) -> None:
    store.feeds.sync([a_feed(key) for key in sorted({item.feed_key for item in items})])
    store.models.adopt(a_model(), since=NOW)


def live(store: Store, items: list[Item], weeks: int) -> dict[str, list[Trend]]:
    """Keep, understand and judge week by week, as a service does."""
    first_read(store, items)
    memory, terms, found = a_memory(), TermMemory(), {}
    for week in range(FIRST, FIRST + weeks):
        keep(store, [item for item in items if week_number(item.first_seen_at) == week], at=NOW)
        understand_all(store, memory=memory)
        clock = Clock(week_end(week))
        report = analyse(store, rules=easy_rules(top_terms=3), terms=terms, clock=clock, lease=LEASE)
        found |= report.weeks
    return found


@pytest.mark.parametrize("weeks", [21])
def test_judged_at_once_or_week_by_week_the_result_is_the_same(store: Store, weeks: int) -> None:
    items = a_world(weeks)
    found = live(store, items, weeks)
    kept = {one.key: one for week in range(FIRST, FIRST + weeks) for one in store.trends.of_week("v1", week)}
    assert "area:drones" in kept
    assert any("glimmerwing" in key for key, one in kept.items() if one.kind is TrendKind.TERM)

    other = Store.open("sqlite://")
    first_read(other, items)
    keep(other, items, at=NOW)
    understand_all(other)
    at_once = analyse_all(other, now=week_end(FIRST + weeks - 1), rules=easy_rules(top_terms=3))
    assert at_once.weeks == found
    other.close()

    known = {item.id: week_number(item.counted_at) for item in items}
    for week, trends in found.items():
        for trend in trends:
            assert trend.week == week
            assert trend.evidence
            assert all(known[item] <= FIRST + weeks for item in trend.evidence)
            assert len({store.items.get(item).story_id for item in trend.evidence}) == len(trend.evidence)


def test_c3_a_new_version_is_judged_anew(store: Store) -> None:
    a_store_with(store, [an_item()])
    memory = a_memory("v1", "v2")
    understand_all(store, memory=memory)
    analyse_all(store, now=week_end(FIRST))
    store.models.adopt(a_model("v2"), since=NOW - WEEK)
    understand_all(store, memory=memory)
    assert list(analyse_all(store, now=week_end(FIRST)).weeks) == [week_name(FIRST)]
    assert store.trends.last_analysed("v2") == FIRST


def test_a_word_that_was_told_has_days_and_so_has_the_label_it_is_promoted_to(
    store: Store,
) -> None:
    weeks = 21
    items = a_world(weeks)
    found = live(store, items, weeks)
    last = FIRST + weeks - 1
    assert any(trend.key == "glimmerwing" for trends in found.values() for trend in trends)
    known, [word] = store.series.days("v1", ["glimmerwing"], first_week=last - 5, last_week=last)
    first, label = known_days(store, "v1", last)
    says = [item for item in items if "glimmerwing" in item.title and week_number(item.counted_at) >= known]
    assert (known, sum(word.stories)) == (last - 5, len({store.items.get(item.id).story_id for item in says}))
    verdict = TermVerdict(
        term=fold("glimmerwing"), form="glimmerwing", label="area:iot", decided_at=NOW, decided_by="test"
    )
    store.terms.settle(verdict.term, lambda _seen, _said: ((), verdict))
    store.models.adopt(a_model("v2"), since=NOW - WEEK)
    taxonomy = a_taxonomy()
    labels = [
        replace(one, strong=(*one.strong, "glimmerwing")) if one.full_key == "area:iot" else one
        for one in taxonomy.labels
    ]
    memory = Understanding(
        taggers={"v1": rule_tagger(), "v2": Tagger.rules(replace(taxonomy, labels=tuple(labels)))}
    )
    understand_all(store, memory=memory)
    later, promoted = known_days(store, "v2", last)
    assert (first, later, sum(label)) == (last - 5, last - 5, 0)
    assert promoted == word.stories  # each on the day it was told, though it was no label then
    analyse_all(store, now=week_end(last + 9), rules=easy_rules(top_terms=3))  # long over, and still followed
    assert store.term_uses.known_from(["glimmerwing"], first_week=last, last_week=last + 9) == last


def known_days(store: Store, version: str, last: int) -> tuple[int, tuple[int, ...]]:
    first, [series] = store.series.days(version, ["area:iot"], first_week=last - 5, last_week=last)
    return first, series.stories


def test_t34_what_chance_brings_is_kept_of_every_week_that_is_judged(store: Store) -> None:
    """Also of weeks that are caught up on: over many, expected and told say how good the method is."""
    items = [an_item(week * 4 + n, at=NOW + week * WEEK) for week in range(9) for n in range(4)]
    a_store_with(store, items)
    understand_all(store)
    analyse_all(store, now=week_end(FIRST + 8))
    told = [store.trends.chance("v1", FIRST + week) is not None for week in range(9)]
    first = told.index(True)
    assert first < 7
    assert all(told[first:])
