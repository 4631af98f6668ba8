"""F2: a permanent redirect is believed once it has proven itself, and given up when it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.fake_network import Asked, FakeNetwork, Said
from tests.seeds import LEASE, a_feed
from tests.steps import Clock
from tests.test_pipeline_poll import InProcess, rss
from trendwatch.fetch import Fetcher
from trendwatch.net.guard import Guard
from trendwatch.news.moves import PROOFS, PROVEN_OVER, address_of, after_answer, after_failures
from trendwatch.news.pace import PACE
from trendwatch.news.poll import decide
from trendwatch.pipeline.poll import poll
from trendwatch.store import Store
from trendwatch.types.news import Document, Failure, FeedState, NotModified, PollFailure

NOW = datetime(2025, 6, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
FEED = a_feed(url="https://old.example/feed")
NEW = "https://new.example/feed"
STATE = FeedState(feed_key="gazette", etag='"1"', issuer=NEW)


def after(*targets: str, every: timedelta = DAY, state: FeedState = STATE) -> FeedState:
    """Return the state after polls that were sent to these places."""
    for number, target in enumerate(targets):
        state = after_answer(FEED, state, target, now=NOW + number * every)
    return state


def test_f2_ten_times_over_a_week_is_proof() -> None:
    assert after(*[NEW] * (PROOFS - 1)).address == ""
    moved = after(*[NEW] * PROOFS)
    assert (moved.address, moved.moved_to, moved.moved_times) == (NEW, "", 0)
    assert address_of(FEED, moved) == NEW
    assert moved.etag == STATE.etag  # they are the new address's own


def test_f2_ten_times_in_a_day_is_none() -> None:
    assert after(*[NEW] * 20, every=timedelta(hours=1)).address == ""
    enough = PROVEN_OVER // timedelta(hours=12) + 1
    assert after(*[NEW] * enough, every=timedelta(hours=12)).address == NEW


@pytest.mark.parametrize("other", ["", "https://elsewhere.example/"])
def test_f2_another_answer_in_between_begins_anew(other: str) -> None:
    assert after(*[NEW] * 9, other, *[NEW] * 9).address == ""


def test_f2_a_failed_poll_in_between_proves_nothing_either_way() -> None:
    state = after(*[NEW] * 9)
    failed = decide(
        FEED,
        state,
        PollFailure(failure=Failure.FETCH_TIMEOUT),
        parsed=None,
        now=NOW + 9 * DAY,
        jitter=0.0,
    ).state
    assert failed.moved_times == 9
    assert after_answer(FEED, failed, NEW, now=NOW + 10 * DAY).address == NEW


def test_f2_a_target_that_is_no_feed_is_not_believed() -> None:
    state = after(*[NEW] * 9)
    page = Document(url=NEW, body=b"<html>", moved_to=NEW)
    parsed = PollFailure(failure=Failure.NOT_A_FEED)
    after_page = decide(FEED, state, page, parsed=parsed, now=NOW + 9 * DAY, jitter=0.0).state
    assert (after_page.address, after_page.moved_times) == ("", 0)


def test_f2_not_modified_is_as_good_as_a_document() -> None:
    state = after(*[NEW] * 9)
    answer = NotModified(moved_to=NEW)
    assert decide(FEED, state, answer, parsed=None, now=NOW + 9 * DAY, jitter=0.0).state.address == NEW


def test_f2_a_move_back_home_is_no_address_of_its_own() -> None:
    away = replace(STATE, address=NEW)
    assert after(*[FEED.url] * PROOFS, state=away).address == ""


def test_f2_an_address_that_fails_three_times_is_given_up() -> None:
    state = replace(STATE, address=NEW)
    for number in range(3):
        assert state.address == NEW
        answer = PollFailure(failure=Failure.NOT_THERE)
        state = decide(FEED, state, answer, parsed=None, now=NOW + number * DAY, jitter=0.0).state
    assert (state.address, state.etag, state.issuer) == ("", "", "")
    assert address_of(FEED, state) == FEED.url


def test_f2_a_feed_that_never_moved_has_nothing_to_give_up() -> None:
    state = replace(STATE, failures=99)
    assert after_failures(state) == state


def test_an_unread_document_is_a_bug_with_moves_too() -> None:
    with pytest.raises(ValueError, match="gazette"):
        decide(FEED, STATE, Document(url=NEW, body=b"x", moved_to=NEW), parsed=None, now=NOW, jitter=0.0)


def test_f2_polled_for_weeks_a_moved_feed_is_asked_at_its_new_address(store: Store) -> None:
    """Through client and store: found, proven, adopted, filed under its new server, given up, found again."""
    store.feeds.sync([FEED])
    clock, seen = Clock(NOW), []
    gone = False

    def respond(asked: Asked) -> Said:
        seen.append(asked.host)
        if asked.host == "old.example":
            return Said(301, headers={"Location": "http://new.example/feed"})
        return Said(404) if gone else Said(body=rss("one").body, headers={"ETag": '"1"'})

    fetcher = Fetcher(
        Guard(),
        resolve=lambda _host: ["93.184.216.34"],
        dial=FakeNetwork(respond),
        spacing=timedelta(0),
        clock=clock,
    )

    def run() -> None:
        clock.pass_by(DAY)
        poll(store, fetcher, InProcess(), clock=clock, lease=LEASE, pace=PACE, jitter=lambda: 0.0)

    store.feeds.sync([replace(FEED, url="http://old.example/feed")])
    for _ in range(PROOFS):
        run()
    assert seen == ["old.example", "new.example"] * PROOFS
    assert store.polls.due_hosts(clock.now + 9 * DAY) == ["new.example"]
    store.feeds.sync([replace(FEED, url="http://old.example/feed")])  # as every poll begins
    run()
    assert seen[-1:] == ["new.example"]
    assert len(seen) == 2 * PROOFS + 1
    gone = True
    for _ in range(3):
        run()
    assert store.polls.due_hosts(clock.now + 9 * DAY) == ["old.example"]
    gone = False
    run()
    assert seen[-2:] == ["old.example", "new.example"]
    [health] = store.feeds.health()
    assert (health.state.failures, health.state.moved_times) == (0, 1)
