"""What an edition may draw on: the stories of a window, told by all their reports before its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.seeds import NOW, a_feed, a_model, a_tag, an_item, claim_on, keep
from tests.steps import a_store_with, write
from trendwatch.store import Store
from trendwatch.types.advice import Coverage
from trendwatch.types.fetches import FeedUpdate, Fetch, Outcome
from trendwatch.types.news import Failure, FeedState
from trendwatch.types.sources import Source
from trendwatch.types.stories import Telling, Told

DAY = timedelta(days=1)
SINCE, UNTIL = NOW - 7 * DAY, NOW


def stories(store: Store, version: str = "v1") -> tuple[Told, ...]:
    return store.candidates.first_seen_between(version, SINCE, UNTIL)


def test_a_story_belongs_to_the_window_of_its_first_report(store: Store) -> None:
    times = {"before": -8 * DAY, "at_start": -7 * DAY, "inside": -DAY, "at_end": 0 * DAY}
    items = {name: an_item(n, at=NOW + shift) for n, (name, shift) in enumerate(times.items())}
    follow_up = an_item(9, at=NOW - DAY, feed="herald")  # of a story told before the window
    a_store_with(store, [*items.values(), follow_up])
    ids = write(
        store, {name: [item] for name, item in items.items()} | {"before": [items["before"], follow_up]}
    )
    found = stories(store)
    assert [one.story_id for one in found] == [ids["at_start"], ids["inside"]]


def test_what_is_not_understood_is_no_candidate(store: Store) -> None:
    a_store_with(store, [an_item(at=NOW - DAY)])
    assert stories(store) == ()


def test_a_story_comes_with_its_reports_up_to_the_end_and_their_tags(store: Store) -> None:
    store.feeds.sync([a_feed("wire", owner="Wire", kind="vendor", region="GB"), a_feed("daily")])
    store.models.adopt(a_model(), since=NOW)
    first = an_item(1, feed="wire", at=NOW - 3 * DAY, title="Short", published_at=None, backlog=True)
    other = an_item(2, feed="daily", at=NOW - 2 * DAY, title="Other", summary="More of it.", language="en")
    late = an_item(4, feed="daily", at=NOW, title="After the cutoff")
    keep(store, [first, other, late])
    tags = {
        first.id: (a_tag("sector:retail", 0.6, terms=("weak",)), a_tag("area:drones", 0.9)),
        late.id: (a_tag("sector:retail", 1.0),),
    }
    ids = write(store, {"s": [first, other, late]}, tags)
    [one] = stories(store)
    assert one.story_id == ids["s"]
    assert one.reports == (
        Telling(
            source=Source(
                title="Short", url=first.url, feed="Wire", owner="Wire", kind="vendor", region="GB"
            ),
            summary=first.summary,
            language=first.language,
            first_seen_at=NOW - 3 * DAY,
            published_at=None,
            backlog=True,
            tags=(a_tag("area:drones", 0.9), a_tag("sector:retail", 0.6, terms=("weak",))),
        ),
        Telling(
            source=Source(title="Other", url=other.url, feed="Daily", owner="daily", kind="news"),
            summary="More of it.",
            language="en",
            first_seen_at=NOW - 2 * DAY,
            published_at=other.published_at,
            backlog=False,
            tags=(),
        ),
    )


def test_c3_tags_are_those_of_the_version_asked(store: Store) -> None:
    item = an_item(at=NOW - DAY)
    a_store_with(store, [item])
    store.models.adopt(a_model("v2"), since=SINCE)
    write(store, {"s": [item]}, {item.id: (a_tag("area:drones"),)})
    [one] = stories(store, "v2")
    assert one.reports[0].tags == ()


def test_sources_of_evidence_by_id(store: Store) -> None:
    item = an_item(title="Seen")
    a_store_with(store, [item])
    assert store.candidates.sources({item.id, "unknown"}) == {
        item.id: Source(title="Seen", url=item.url, feed="Gazette", owner="gazette", kind="news")
    }
    assert store.candidates.sources(()) == {}


def test_coverage_counts_the_window_and_names_who_is_missing(store: Store) -> None:
    feeds = [a_feed(key) for key in ("fine", "stale", "never", "gone")]
    store.feeds.sync(feeds)
    keep(
        store,
        [an_item(1, feed="fine", at=NOW - DAY), an_item(2, feed="fine", at=NOW - 9 * DAY)],
        at=NOW - DAY,
    )
    keep(store, [an_item(3, feed="stale", at=NOW - 8 * DAY)], at=NOW - 8 * DAY)
    keep(store, [an_item(4, feed="gone", at=NOW - DAY)], at=NOW - DAY)
    store.feeds.sync([a_feed("fine"), a_feed("stale"), a_feed("never"), a_feed("gone", enabled=False)])
    assert store.candidates.coverage(SINCE, UNTIL) == Coverage(
        items=2, told=2, sources=1, feeds=3, missing=("Never", "Stale")
    )


def test_a_feed_that_failed_last_but_was_read_in_the_window_is_covered(store: Store) -> None:
    store.feeds.sync([a_feed()])
    keep(store, [], at=NOW)
    [(_, state)] = [(one.feed, one.state) for one in store.feeds.health()]
    assert state.succeeded_at is None
    failed = FeedState(feed_key="gazette", succeeded_at=NOW - DAY, failure=Failure.SERVER_ERROR, failures=1)
    claim = store.claim("poll", "gazette.example", now=NOW, lease=DAY)
    assert claim is not None
    store.polls.record(FeedUpdate(state=failed), claim=claim)
    assert store.candidates.coverage(SINCE, UNTIL).missing == ()


def read(store: Store, at: datetime) -> None:
    """Poll the gazette, without anything new."""
    claim = claim_on(store, "poll", "gazette.example", at=at)
    state = FeedState(feed_key="gazette", first_success_at=at, polled_at=at, succeeded_at=at)
    store.polls.record(FeedUpdate(state=state, fetch=Fetch(at=at, outcome=Outcome.UNCHANGED)), claim=claim)
    store.leases.release(claim)


def test_coverage_says_since_when_nothing_was_read_where_that_is_unusual(store: Store) -> None:
    store.feeds.sync([a_feed()])
    read(store, NOW - 9 * DAY)
    read(store, NOW - 8 * DAY)
    # a day is usual, and two are not
    assert store.candidates.coverage(SINCE, NOW - 7 * DAY).unread_since is None
    assert store.candidates.coverage(SINCE, NOW - 6 * DAY).unread_since == NOW - 8 * DAY
    # what was read after the cutoff does not help what ended there
    read(store, NOW - 3 * DAY)
    assert store.candidates.coverage(SINCE, NOW - 6 * DAY).unread_since == NOW - 8 * DAY
    # readings have been five days apart: three are as usual
    assert store.candidates.coverage(SINCE, UNTIL).unread_since is None
