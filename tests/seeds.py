"""Small values to build tests from: every field has a sensible default, a test names what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from trendwatch.store import Store
from trendwatch.types.advice import Business, Coverage, Digest, Edition, Pick
from trendwatch.types.delivery import Channel, Delivery, DeliveryState
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Feed, FeedState, Item
from trendwatch.types.tags import Facet, Label, Model, Origin, Tag, Taxonomy
from trendwatch.types.work import Claim

#: A Monday, eight in the morning.
NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)


def a_feed(key: str = "gazette", **values: Any) -> Feed:
    defaults = {"url": f"https://{key}.example/feed", "title": key.title(), "owner": key}
    return Feed(key=key, **(defaults | values))


def an_item(number: int = 1, *, feed: str = "gazette", at: datetime = NOW, **values: Any) -> Item:
    entry_key = f"entry-{number}"
    defaults: dict[str, Any] = {
        "entry_key": entry_key,
        "url": f"https://{feed}.example/{number}",
        "title": f"Story number {number}",
        "summary": "",
        "published_at": at,
        "first_seen_at": at,
    }
    return Item(id=stable_id(feed, entry_key), feed_key=feed, **(defaults | values))


def a_tag(full_key: str, confidence: float = 0.9, **values: Any) -> Tag:
    facet, _, label = full_key.partition(":")
    defaults: dict[str, Any] = {"origin": Origin.MODEL, "terms": (label,)}
    return Tag(facet=Facet(facet), label=label, confidence=confidence, **(defaults | values))


def a_model(version: str = "v1", **values: Any) -> Model:
    defaults: dict[str, Any] = {"created_at": NOW, "manifest": {}, "blob": b"numbers"}
    return Model(version=version, **(defaults | values))


def a_taxonomy() -> Taxonomy:
    """Four labels that tests can recognise in made-up headlines."""
    words = {
        "area:drones": ("drone", "quadcopter"),
        "area:iot": ("sensor", "smart meter"),
        "sector:agriculture": ("farm", "farmer", "crop"),
        "sector:retail": ("shop", "supermarket"),
        "function:operations": ("production", "maintenance"),
        "impact:regulation": ("new rule", "regulator"),
    }
    return Taxonomy(
        tuple(
            Label(
                facet=Facet(key.partition(":")[0]),
                key=key.partition(":")[2],
                name=key.partition(":")[2].title(),
                meaning=f"About {strong[0]}.",
                strong=strong,
            )
            for key, strong in words.items()
        )
    )


def a_business(key: str = "corner_bakery", **values: Any) -> Business:
    """A bakery that reads its digest on Mondays at 07:00 UTC."""
    defaults: dict[str, Any] = {"name": key.replace("_", " ").title(), "sector": "retail"}
    return Business(key=key, **(defaults | values))


def an_edition(cutoff: datetime = NOW, **values: Any) -> Edition:
    defaults: dict[str, Any] = {
        "id": cutoff.isoformat(),
        "since": cutoff - timedelta(weeks=1),
        "candidates": (),
        "trends": (),
        "coverage": Coverage(items=0, sources=0, feeds=0),
        "names": {},
        "parents": {},
        "model_version": "v1",
        "config_hash": "c0ffee",
    }
    return Edition(cutoff=cutoff, **(defaults | values))


def a_pick(story_id: str = "s1", **values: Any) -> Pick:
    defaults: dict[str, Any] = {
        "title": f"What {story_id} says",
        "what": "",
        "why": "You asked about drones.",
        "url": f"https://gazette.example/{story_id}",
        "score": 3.5,
        "parts": (),
        "topics": ("Drones",),
        "sources": (),
        "first_seen_at": NOW - timedelta(days=1),
    }
    return Pick(story_id=story_id, **(defaults | values))


def a_digest(business_key: str = "corner_bakery", *, cutoff: datetime = NOW, **values: Any) -> Digest:
    year, week, _ = cutoff.isocalendar()
    defaults: dict[str, Any] = {
        "business_name": business_key.replace("_", " ").title(),
        "period": f"{year}-W{week:02d}",
        "edition_id": cutoff.isoformat(),
        "since": cutoff - timedelta(weeks=1),
        "timezone": "UTC",
        "language": "en",
        "one_thing": None,
        "movements": (),
        "worth_a_look": (),
        "outside": None,
        "coverage": Coverage(items=0, sources=0, feeds=0),
        "notes": (),
        "model_version": "v1",
        "config_hash": "c0ffee",
    }
    return Digest(business_key=business_key, cutoff=cutoff, **(defaults | values))


def a_delivery(digest: Digest, **values: Any) -> Delivery:
    defaults: dict[str, Any] = {
        "id": stable_id(digest.business_key, digest.period, Channel.OUTBOX),
        "channel": Channel.OUTBOX,
        "address": "owner@bakery.example",
        "state": DeliveryState.WAITING,
        "next_attempt_at": digest.cutoff,
    }
    fixed = {"business_key": digest.business_key, "period": digest.period}
    return Delivery(**fixed, **(defaults | values))


def claim_on(store: Store, step: str, partition: str, *, at: datetime = NOW) -> Claim:
    claim = store.claim(step, partition, now=at, lease=LEASE)
    assert claim is not None
    return claim


def keep(store: Store, items: Iterable[Item], *, at: datetime = NOW) -> None:
    """Put items into a store as polls would; their feeds must be synced."""
    by_feed: dict[str, list[Item]] = {}
    for item in items:
        by_feed.setdefault(item.feed_key, []).append(item)
    for feed_key, mine in by_feed.items():
        claim = claim_on(store, "poll", f"{feed_key}.example", at=at)
        state = FeedState(feed_key=feed_key, first_success_at=at, polled_at=at, succeeded_at=at)
        store.polls.record(FeedUpdate(state=state, items=tuple(mine)), claim=claim)
        store.leases.release(claim)
