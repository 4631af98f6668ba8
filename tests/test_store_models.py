"""Models: one is current, one may be built beside it, and the pointer moves when nothing waits."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from tests.seeds import NOW, a_feed, a_model, an_item, claim_on, keep
from tests.steps import write
from trendwatch.errors import NotFound
from trendwatch.store import Store
from trendwatch.store.intake import take_in
from trendwatch.store.models import KEPT
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.news import FeedState

EVER = NOW - timedelta(days=4000)


def states(store: Store) -> dict[str, str]:
    return {version: state for version, state, _ in store.models.versions()}


def test_before_the_first_there_is_none(store: Store) -> None:
    assert store.models.current() is None
    assert store.models.live() == ()
    assert store.models.promote_if_caught_up() is None
    with pytest.raises(NotFound, match="no model named 'v1'; trendwatch train"):
        store.models.get("v1")


def test_a_model_comes_back_as_it_was(store: Store) -> None:
    model = a_model(
        "v1", manifest={"labels": ["area:ai"], "f1": 0.5, "deep": {"a": None}}, blob=bytes(range(256))
    )
    store.models.adopt(model, since=NOW)
    assert store.models.current() == model
    assert store.models.get("v1") == model


def test_the_first_is_current_at_once_and_understands_everything(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1, at=EVER), an_item(2)])
    store.models.adopt(a_model("v1"), since=NOW)
    assert states(store) == {"v1": "current"}
    assert store.understanding.count_waiting("v1") == 2


def test_c3_the_next_is_built_beside_it_from_the_items_of_the_last_months(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item(1, at=EVER), an_item(2)])
    store.models.adopt(a_model("v1"), since=NOW)
    store.models.adopt(a_model("v2"), since=NOW - timedelta(days=1))
    assert states(store) == {"v1": "current", "v2": "building"}
    assert [model.version for model in store.models.live()] == ["v1", "v2"]
    assert store.understanding.count_waiting("v2") == 1


def test_adopting_a_version_twice_changes_nothing(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item()])
    for _ in range(2):
        store.models.adopt(a_model("v1"), since=NOW)
        store.models.adopt(a_model("v2"), since=NOW)
    assert states(store) == {"v1": "current", "v2": "building"}
    assert store.understanding.count_waiting("v2") == 1


def test_a_newer_one_takes_the_place_of_the_one_being_built(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item()])
    for version in ("v1", "v2", "v3"):
        store.models.adopt(a_model(version), since=NOW)
    assert states(store) == {"v1": "current", "v2": "old", "v3": "building"}
    assert store.understanding.count_waiting("v2") == 0
    assert store.understanding.count_waiting("v3") == 1


def test_c3_the_pointer_moves_only_when_nothing_waits(store: Store) -> None:
    store.feeds.sync([a_feed()])
    item = an_item()
    keep(store, [item])
    store.models.adopt(a_model("v1"), since=NOW)
    store.models.adopt(a_model("v2"), since=NOW)
    assert store.models.promote_if_caught_up() is None
    write(store, {"a": [item]}, version="v2")
    assert store.models.promote_if_caught_up() == "v2"
    assert states(store) == {"v1": "old", "v2": "current"}
    assert store.understanding.count_waiting("v1") == 0
    assert store.models.promote_if_caught_up() is None


def test_versions_are_listed_newest_first(store: Store) -> None:
    for version in ("b", "a", "c"):
        store.models.adopt(a_model(version), since=NOW)
    assert [version for version, _, _ in store.models.versions()] == ["c", "a", "b"]


def test_c1_refused_models_never_take_the_last_good_one_away(store: Store) -> None:
    for version in ("good", "better"):
        store.models.adopt(a_model(version), since=NOW)
        store.models.promote_if_caught_up()
    for number in range(KEPT + 2):
        store.models.refuse(a_model(f"refused{number}"))
    assert [model.version for model in store.models.earlier()] == ["good"]
    kept = [one[0] for one in store.models.described() if one[4]]
    assert kept == [*(f"refused{number}" for number in range(KEPT + 1, 1, -1)), "better", "good"]


def test_earlier_models_are_read_one_at_a_time(store: Store) -> None:
    for version in ("v1", "v2", "v3"):
        store.models.adopt(a_model(version), since=NOW)
        store.models.promote_if_caught_up()
    earlier = store.models.earlier()
    assert next(earlier).version == "v2"
    assert next(earlier).version == "v1"
    assert next(earlier, None) is None


def test_c3_an_item_stored_while_a_model_is_adopted_waits_for_it(store: Store) -> None:
    """Whoever commits last sees the other: no item is overlooked by a version for ever."""
    store.feeds.sync([a_feed()])
    claim = claim_on(store, "poll", "gazette.example")
    update = FeedUpdate(state=FeedState(feed_key="gazette"), items=(an_item(),))
    adopter = threading.Thread(target=store.models.adopt, args=(a_model("v1"),), kwargs={"since": NOW})
    with store.leases.under(claim) as connection:
        take_in(connection, [update])
        adopter.start()
        adopter.join(0.3)  # it must wait for this transaction, or miss its item
    adopter.join(10)
    assert store.understanding.count_waiting("v1") == 1
