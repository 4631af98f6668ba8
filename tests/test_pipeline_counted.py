"""What is kept of past weeks is what the rows say, also after they changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.seeds import NOW, a_feed, a_model, an_item, claim_on, keep
from trendwatch.pipeline.counted import CountMemory, joined
from trendwatch.store import Store
from trendwatch.trends.series import Counts
from trendwatch.types.stories import Understood
from trendwatch.types.weeks import week_number

WEEK = week_number(NOW)


def rows(counts: Counts) -> dict[tuple[str, str, int], float]:
    columns = zip(counts.key, counts.feed, counts.week, counts.reports, strict=True)
    return {(counts.keys[k], counts.feeds[f], int(week)): float(n) for k, f, week, n in columns}


def count(store: Store, number: int, reports: dict[tuple[str, int, str], int]) -> None:
    """Write an item that adds some reports."""
    item = an_item(number, feed="herald")
    keep(store, [item])
    batch = Understood(
        stories={item.id: f"s{number}"}, tags={}, new_stories={f"s{number}": item}, report_counts=reports
    )
    claim = claim_on(store, "understand", "all")
    store.understanding.write("v1", batch, claim=claim)
    store.leases.release(claim)


def prepared(store: Store) -> Store:
    store.feeds.sync([a_feed("herald"), a_feed("gazette")])
    store.models.adopt(a_model("v1"), since=NOW)
    count(store, 1, {("*", WEEK - 3, "herald"): 4, ("area:iot", WEEK - 1, "gazette"): 2})
    return store


def test_columns_are_those_of_the_store_before_and_after_a_change(store: Store) -> None:
    prepared(store)
    memory = CountMemory()
    for number, added in enumerate(
        (
            {},
            {("area:iot", WEEK, "herald"): 1},  # a new week
            {("*", WEEK - 3, "gazette"): 5},  # an old one that a back-log reaches
            {("*", WEEK - 3, "herald"): 1, ("area:ai", WEEK - 2, "herald"): 2},  # one grows, one is new
        ),
        start=2,
    ):
        count(store, number, added)
        for first in (WEEK - 4, WEEK - 2):
            kept = memory.columns(store, "v1", first_week=first, last_week=WEEK)
            assert rows(kept) == rows(store.series.columns("v1", first_week=first, last_week=WEEK))


@dataclass
class Counting:
    """A store's series that notes what it was asked for."""

    store: Store
    asked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def series(self) -> Counting:
        return self

    def changes(self, version: str, *, first_week: int, last_week: int) -> dict[int, int]:
        return self.store.series.changes(version, first_week=first_week, last_week=last_week)

    def columns(self, version: str, *, first_week: int, last_week: int) -> Counts:
        self.asked.append((first_week, last_week))
        return self.store.series.columns(version, first_week=first_week, last_week=last_week)


def test_only_what_changed_is_read_again(store: Store) -> None:
    counting = Counting(prepared(store))
    memory = CountMemory()
    for _ in range(3):
        memory.columns(counting, "v1", first_week=WEEK - 9, last_week=WEEK)  # type: ignore[arg-type]
    assert counting.asked == [(WEEK - 3, WEEK - 3), (WEEK - 1, WEEK - 1)]
    count(store, 2, {("area:iot", WEEK, "herald"): 1})
    memory.columns(counting, "v1", first_week=WEEK - 9, last_week=WEEK)  # type: ignore[arg-type]
    assert counting.asked[2:] == [(WEEK, WEEK)]


def test_another_model_version_has_counts_of_its_own(store: Store) -> None:
    prepared(store)
    store.models.adopt(a_model("v2"), since=NOW)
    memory = CountMemory()
    assert len(memory.columns(store, "v1", first_week=WEEK - 9, last_week=WEEK)) == 2
    assert len(memory.columns(store, "v2", first_week=WEEK - 9, last_week=WEEK)) == 0


def test_joined_parts_number_keys_and_feeds_anew() -> None:
    one, other = Counts.of([("a", "x", 1, 1.0), ("b", "y", 1, 2.0)]), Counts.of([("b", "x", 2, 3.0)])
    assert rows(joined([one, other])) == {("a", "x", 1): 1.0, ("b", "y", 1): 2.0, ("b", "x", 2): 3.0}
    assert len(joined([])) == 0
