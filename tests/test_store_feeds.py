"""Feeds and items: what is due, kept once, kept together (S1, S5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.seeds import LEASE, NOW, a_feed, a_model, an_item, claim_on, keep
from trendwatch.errors import LeaseLost
from trendwatch.store import Store
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.news import Failure, FeedState

HOST = "gazette.example"


def test_a_new_feed_is_due_at_once(store: Store) -> None:
    feed = a_feed(sectors=("retail",), areas=("iot",), owner="Gazette Ltd")
    store.feeds.sync([feed])
    assert store.polls.due_hosts(NOW) == [HOST]
    assert store.polls.due(NOW, hosts=[HOST]) == [(feed, FeedState(feed_key="gazette"))]


def test_syncing_again_changes_nothing_and_keeps_what_is_remembered(store: Store) -> None:
    store.feeds.sync([a_feed()])
    state = FeedState(feed_key="gazette", etag='W/"1"', failures=2, failure=Failure.FETCH_TIMEOUT)
    store.polls.record(FeedUpdate(state=state), claim=claim_on(store, "poll", HOST))
    store.feeds.sync([a_feed(title="The Gazette")])
    [(feed, kept)] = store.polls.due(NOW, hosts=[HOST])
    assert feed.title == "The Gazette"
    assert kept == state


def test_a_new_address_voids_the_validators_of_the_old_one(store: Store) -> None:
    store.feeds.sync([a_feed()])
    later = NOW + timedelta(days=1)
    state = FeedState(feed_key="gazette", etag='"1"', body_hash="x", next_fetch_at=later)
    store.polls.record(FeedUpdate(state=state), claim=claim_on(store, "poll", HOST))
    store.feeds.sync([a_feed(url="https://new.example/feed")])
    [(_, kept)] = store.polls.due(NOW, hosts=["new.example"])
    assert (kept.etag, kept.body_hash, kept.next_fetch_at) == ("", "", None)


def test_a_feed_that_left_the_configuration_is_not_polled_and_keeps_its_items(store: Store) -> None:
    store.feeds.sync([a_feed(), a_feed("herald")])
    keep(store, [an_item()])
    store.feeds.sync([a_feed("herald")])
    assert store.polls.due_hosts(NOW) == ["herald.example"]
    assert store.items.count() == 1


def test_a_feed_is_due_when_its_time_has_come(store: Store) -> None:
    store.feeds.sync([a_feed()])
    state = FeedState(feed_key="gazette", next_fetch_at=NOW)
    store.polls.record(FeedUpdate(state=state), claim=claim_on(store, "poll", HOST))
    assert store.polls.due_hosts(NOW - timedelta(microseconds=1)) == []
    assert store.polls.due_hosts(NOW) == [HOST]


def test_items_are_stored_once(store: Store) -> None:
    store.feeds.sync([a_feed()])
    items = (an_item(1), an_item(2))
    claim = claim_on(store, "poll", HOST)
    update = FeedUpdate(state=FeedState(feed_key="gazette"), items=items)
    assert store.polls.record(update, claim=claim) == items
    third = an_item(3)
    again = replace(update, items=(*items, third, third))
    assert store.polls.record(again, claim=claim) == (third,)
    assert store.items.count() == 3


def test_an_item_comes_back_as_it_was(store: Store) -> None:
    store.feeds.sync([a_feed()])
    item = an_item(
        title="Café “prices” ↑ 5 %",
        summary="Bäcker & Söhne",
        author="A. Writer",
        language="de",
        published_at=None,
        backlog=True,
        categories=("Food", "Prices"),
    )
    keep(store, [item])
    assert store.items.get(item.id).item == item


def test_s1_items_and_state_are_kept_together_or_not_at_all(store: Store) -> None:
    store.feeds.sync([a_feed()])
    old = claim_on(store, "poll", HOST)
    claim_on(store, "poll", HOST, at=NOW + LEASE)
    update = FeedUpdate(state=FeedState(feed_key="gazette", etag='"2"'), items=(an_item(),))
    with pytest.raises(LeaseLost):
        store.polls.record(update, claim=old)
    [(_, state)] = store.polls.due(NOW, hosts=[HOST])
    assert state.etag == ""
    assert store.items.count() == 0


def test_new_items_wait_for_every_live_model(store: Store) -> None:
    store.feeds.sync([a_feed()])
    store.models.adopt(a_model("v1"), since=NOW)
    store.models.adopt(a_model("v2"), since=NOW)
    keep(store, [an_item()])
    assert store.understanding.count_waiting("v1") == 1
    assert store.understanding.count_waiting("v2") == 1


def test_health_counts_what_a_feed_brought(store: Store) -> None:
    store.feeds.sync([a_feed(), a_feed("herald")])
    keep(store, [an_item(1), an_item(2, at=NOW + timedelta(hours=1))])
    gazette, herald = store.feeds.health()
    assert (gazette.feed.key, gazette.items, gazette.newest_at) == ("gazette", 2, NOW + timedelta(hours=1))
    assert (herald.items, herald.newest_at) == (0, None)
    assert store.feeds.health("herald") == [herald]


def test_a_thousand_items_of_one_feed(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [an_item(number) for number in range(1200)])
    keep(store, [an_item(number) for number in range(600, 1800)])
    assert store.items.count() == 1800
