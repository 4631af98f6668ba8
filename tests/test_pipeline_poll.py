"""Polling: every answer is carried to the store, and nothing one feed does stops the others (S1, S5, F8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.seeds import LEASE, NOW, a_feed
from tests.steps import Clock
from trendwatch.news.pace import PACE
from trendwatch.news.parse import parse
from trendwatch.pipeline.answers import Heard
from trendwatch.pipeline.poll import OPEN, PollReport, poll
from trendwatch.store import Store
from trendwatch.store.items import Filter
from trendwatch.types.news import (
    Answer,
    Document,
    Failure,
    FeedState,
    NotModified,
    ParsedFeed,
    PollFailure,
    Request,
)

HOUR = timedelta(hours=1)
FEEDS = ("gazette", "herald", "wire")
_ALL = Filter()


def rss(*titles: str, etag: str = '"1"') -> Document:
    entries = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><link>https://x.example/{title}</link></item>"
        for title in titles
    )
    body = f"<rss version='2.0'><channel><title>X</title>{entries}</channel></rss>".encode()
    return Document(url="https://x.example/", body=body, content_type="application/rss+xml", etag=etag)


class Network:
    """Answers by feed key, in the order asked; remembers what was asked."""

    def __init__(
        self, answers: dict[str, Answer], *, before: Callable[[str], None] = lambda _key: None
    ) -> None:
        self.answers = answers
        self.asked: list[Request] = []
        self._before = before

    @contextmanager
    def open(
        self, tell: Callable[[Heard], None], *, resting: Mapping[str, timedelta] | None = None
    ) -> Iterator[Network]:
        self.resting = dict(resting or {})
        self._tell = tell
        yield self

    def ask(self, requests: Iterable[Request]) -> None:
        for request in requests:
            self.asked.append(request)
            self._before(request.feed_key)
            self._tell((request, self.answers[request.feed_key]))

    def free(self, answer: Answer) -> None:
        pass


class InProcess:
    """The parser itself in place of its child processes."""

    def __init__(self, read: Callable[[Document], ParsedFeed | PollFailure] = parse) -> None:
        self._read = read

    def submit(self, document: Document) -> Future[ParsedFeed | PollFailure]:
        future: Future[ParsedFeed | PollFailure] = Future()
        try:
            future.set_result(self._read(document))
        except Exception as error:
            future.set_exception(error)
        return future


def run(
    store: Store,
    network: Network,
    *,
    clock: Clock | None = None,
    sandbox: InProcess | None = None,
    jitter: Callable[[], float] = lambda: 0.0,
    at_once: int = OPEN,
) -> PollReport:
    return poll(
        store,
        network,
        sandbox or InProcess(),
        clock=clock or Clock(),
        lease=LEASE,
        pace=PACE,
        jitter=jitter,
        at_once=at_once,
    )


def state(store: Store, key: str) -> FeedState:
    [health] = store.feeds.health(key)
    return health.state


@pytest.fixture
def world(store: Store) -> Store:
    store.feeds.sync([a_feed(key) for key in FEEDS])
    return store


def test_answers_of_every_kind_are_kept(world: Store) -> None:
    answers: dict[str, Answer] = {
        "gazette": rss("one", "two"),
        "herald": NotModified(etag='"2"'),
        "wire": PollFailure(failure=Failure.SERVER_ERROR, detail="500"),
    }
    report = run(world, Network(answers))
    assert (report.polled, report.new_items, report.not_modified, report.held) == (3, 2, 1, 0)
    assert report.failures == {Failure.SERVER_ERROR: 1}
    assert world.items.count() == 2
    assert (state(world, "gazette").etag, state(world, "herald").etag) == ('"1"', '"2"')
    assert state(world, "wire").failure is Failure.SERVER_ERROR


def test_f8_what_was_polled_is_not_due_until_its_time(world: Store) -> None:
    network = Network({key: rss("one") for key in FEEDS})
    clock = Clock()
    assert run(world, network, clock=clock).polled == 3
    clock.pass_by(PACE.minimum - timedelta(seconds=1))
    assert run(world, network, clock=clock).polled == 0
    clock.pass_by(timedelta(seconds=1))
    report = run(world, network, clock=clock)
    assert (report.polled, report.unchanged, report.new_items) == (3, 3, 0)
    assert {request.etag for request in network.asked[3:]} == {'"1"'}


def test_p5_what_a_feed_held_at_first_is_backlog(world: Store) -> None:
    clock = Clock()
    network = Network({key: rss("old") for key in FEEDS})
    run(world, network, clock=clock)
    clock.pass_by(2 * HOUR)
    network.answers = {key: rss("old", "new") for key in FEEDS}
    assert run(world, network, clock=clock).new_items == 3
    found = {one.item.title: one.item.backlog for one in world.items.search(_ALL, limit=9).items}
    assert found == {"old": True, "new": False}


def test_an_unchanged_document_is_not_parsed(world: Store) -> None:
    clock = Clock()
    run(world, Network({key: rss("one") for key in FEEDS}), clock=clock)
    clock.pass_by(HOUR)

    def never(_document: Document) -> ParsedFeed:
        raise AssertionError("parsed again")

    report = run(world, Network({key: rss("one") for key in FEEDS}), clock=clock, sandbox=InProcess(never))
    assert (report.unchanged, report.failures) == (3, {})


def test_f8_hosts_that_another_process_polls_are_left_to_it(world: Store) -> None:
    assert world.claim("poll", "herald.example", now=NOW, lease=LEASE) is not None
    network = Network({key: rss("one") for key in FEEDS})
    report = run(world, network)
    assert (report.polled, report.held) == (2, 1)
    assert "herald" not in {request.feed_key for request in network.asked}


def test_f8_what_another_process_has_polled_meanwhile_is_not_asked(world: Store) -> None:
    """Feeds are read under the claim, not before it."""
    others = Network({key: rss("one") for key in FEEDS})

    class Late:
        """Another process polls everything just before we claim."""

        def __getattr__(self, name: str) -> object:
            return getattr(world.polls, name)

        def due_hosts(self, now: datetime) -> list[str]:
            hosts = world.polls.due_hosts(now)
            run(world, others)
            return hosts

    class Slow:
        polls = Late()
        leases = world.leases

    network = Network({key: rss("one") for key in FEEDS})
    assert run(Slow(), network).polled == 0  # type: ignore[arg-type]
    assert network.asked == []
    assert len(others.asked) == 3


def test_a_lease_lost_in_mid_poll_drops_only_what_is_not_ours(world: Store) -> None:
    clock = Clock()

    def steal(key: str) -> None:
        if key == "herald":  # we slept longer than our leases; one host was taken over
            clock.pass_by(LEASE)
            assert world.claim("poll", "herald.example", now=clock(), lease=LEASE) is not None

    report = run(world, Network({key: rss("one") for key in FEEDS}, before=steal), clock=clock)
    assert report.polled == 2
    assert state(world, "herald") == FeedState(feed_key="herald")
    assert world.items.count() == 2
    assert world.claim("poll", "herald.example", now=clock(), lease=LEASE) is None  # still the other's


def test_a_slow_poll_keeps_its_leases(world: Store) -> None:
    clock = Clock()
    slow = Network({key: rss("one") for key in FEEDS}, before=lambda _key: void(clock.pass_by(LEASE * 0.6)))
    assert run(world, slow, clock=clock).polled == 3


def void(_value: object) -> None:
    return None


def test_a_parser_crash_is_shown_and_the_others_go_on(world: Store) -> None:
    def fragile(document: Document) -> ParsedFeed | PollFailure:
        if b"bad" in document.body:
            raise ZeroDivisionError("a bug")
        return parse(document)

    report = run(
        world,
        Network({"gazette": rss("one"), "herald": rss("bad"), "wire": rss("three")}),
        sandbox=InProcess(fragile),
    )
    assert (report.polled, report.new_items) == (3, 2)
    broken = state(world, "herald")
    assert (broken.failure, broken.failure_detail) == (Failure.PARSER_CRASHED, "ZeroDivisionError: a bug")
    assert broken.etag == ""  # the validators of a body that was not read are not kept
    assert broken.next_fetch_at == NOW + PACE.back_off


def test_a_bug_in_a_decision_is_shown_and_the_others_go_on(world: Store) -> None:
    bugs = [KeyError("a bug")]

    def fragile() -> float:
        if bugs:
            raise bugs.pop()
        return 0.0

    report = run(world, Network({key: rss("one") for key in FEEDS}), jitter=fragile, at_once=1)
    assert (report.polled, report.new_items) == (3, 2)
    assert state(world, "gazette").failure is Failure.PARSER_CRASHED


def test_s1_a_crash_of_the_run_loses_nothing_and_frees_the_hosts(world: Store) -> None:
    def crash(key: str) -> None:
        if key == "herald":
            raise MemoryError

    with pytest.raises(MemoryError):
        run(world, Network({key: rss("one") for key in FEEDS}, before=crash), at_once=1)
    assert [state(world, key).polled_at for key in FEEDS] == [NOW, None, None]
    assert world.items.count() == 1
    report = run(world, Network({key: rss("one") for key in FEEDS}))
    assert (report.polled, report.held) == (2, 0)
    assert world.items.count() == 3


def test_s5_a_feed_removed_in_mid_poll_is_no_error(world: Store) -> None:
    def remove(key: str) -> None:
        if key == "herald":
            world.feeds.sync([a_feed("gazette")])

    report = run(world, Network({key: rss("one") for key in FEEDS}, before=remove))
    assert report.failures == {}
    assert world.polls.due_hosts(NOW + 99 * HOUR) == ["gazette.example"]


def test_s5_what_an_old_address_said_is_void_when_the_address_changed_in_mid_poll(world: Store) -> None:
    """Else the new address is asked with the old one's validators, and its news hides behind a 304."""
    moved = replace(a_feed("herald"), url="https://herald.example/new")

    def move(key: str) -> None:
        if key == "herald":
            world.feeds.sync([a_feed("gazette"), moved, a_feed("wire")])

    report = run(world, Network({key: rss("one", etag='"old"') for key in FEEDS}, before=move))
    assert report.new_items == 2
    [(feed, kept)] = world.polls.due(NOW, hosts=["herald.example"])
    assert (feed.url, kept.etag, kept.body_hash, kept.next_fetch_at) == (moved.url, "", "", None)


def test_more_hosts_than_are_claimed_at_once(store: Store) -> None:
    keys = [f"feed{n}" for n in range(5)]
    store.feeds.sync([a_feed(key) for key in keys])
    told: list[int] = []
    report = poll(
        store,
        Network({key: rss("one") for key in keys}),
        InProcess(),
        clock=Clock(),
        lease=LEASE,
        pace=PACE,
        jitter=lambda: 0.0,
        at_once=1,
        on_progress=lambda so_far: told.append(so_far.polled),
    )
    assert report.polled == 5
    assert told == [1, 2, 3, 4, 5]


def test_feeds_of_one_host_share_its_claim(store: Store) -> None:
    feeds = [a_feed(f"feed{n}", url=f"https://one.example/{n}") for n in range(3)]
    store.feeds.sync(feeds)
    report = run(store, Network({feed.key: rss(feed.key) for feed in feeds}))
    assert (report.polled, report.new_items) == (3, 3)
