"""Polling as publishers and operators see it: who is asked when, and by whom (F3, F5, F6, F8, S5)."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.fake_network import Asked, FakeNetwork, Said
from tests.scripted_server import Reply, ScriptedServer, Seen
from tests.seeds import LEASE, NOW, a_feed
from tests.steps import Clock
from tests.test_pipeline_poll import InProcess, rss
from trendwatch.fetch import Fetcher
from trendwatch.net.guard import Allowed, Guard
from trendwatch.news.ledger import gaps
from trendwatch.news.pace import PACE
from trendwatch.pipeline.poll import PollReport, poll
from trendwatch.store import Store
from trendwatch.types.news import Failure

HOUR, DAY, QUARTER = timedelta(hours=1), timedelta(days=1), timedelta(minutes=15)
BODY = rss("one").body
VALIDATED = {"ETag": '"1"'}


def nobody(_report: PollReport) -> None:
    pass


def run(
    store: Store, fetcher: Fetcher, clock: Clock, *, told: Callable[[PollReport], None] = nobody
) -> PollReport:
    return poll(
        store,
        fetcher,
        InProcess(),
        clock=clock,
        lease=LEASE,
        pace=PACE,
        jitter=lambda: 0.0,
        on_progress=told,
    )


class Interrupted(Clock):
    """A clock that lets something happen when it is looked at for the n-th time."""

    looks = 0

    def __init__(self, when: datetime, at: int, happen: Callable[[], None]) -> None:
        super().__init__(when)
        self._at, self._happen = at, happen

    def __call__(self) -> datetime:
        self.looks += 1
        if self.looks == self._at:
            self._happen()
        return super().__call__()


def a_fetcher(respond: Callable[[Asked], Said], clock: Clock, *, concurrency: int = 32) -> Fetcher:
    return Fetcher(
        Guard(),
        concurrency=concurrency,
        resolve=lambda _host: ["93.184.216.34"],
        dial=FakeNetwork(respond),
        spacing=timedelta(0),
        clock=clock,
    )


def some_feeds(store: Store, count: int, *, hosts: int) -> None:
    store.feeds.sync([a_feed(f"feed{n}", url=f"http://host{n % hosts}.example/{n}") for n in range(count)])


@pytest.mark.timeout(60)
def test_f3_ten_stuck_peers_delay_no_healthy_one(store: Store) -> None:
    """The stuck ones say nothing until all healthy ones are in the database."""
    written = threading.Event()

    def stuck(_seen: Seen) -> Reply:
        written.wait(50)
        return Reply(500)

    script = {f"/stuck{n}": stuck for n in range(10)} | {
        f"/good{n}": Reply(body=BODY, headers=VALIDATED) for n in range(60)
    }
    with ScriptedServer(script) as server:
        store.feeds.sync([a_feed(path[1:], url=server.url + path) for path in script])
        fetcher = Fetcher(Guard([Allowed.parse("127.0.0.0/8", per_host=40)]), timeout=timedelta(seconds=55))
        clock = Clock()

        def told(report: PollReport) -> None:
            if report.polled == 60:
                assert report.failures == {}
                assert store.items.count() == 60
                written.set()

        report = run(store, fetcher, clock, told=told)
    assert (report.polled, report.failures) == (70, {Failure.SERVER_ERROR: 10})


def test_f6_a_server_that_asks_for_rest_is_left_alone_by_all_its_feeds(store: Store) -> None:
    clock, seen = Clock(), Counter[str]()

    def respond(asked: Asked) -> Said:
        seen[asked.path] += 1
        if asked.path == "/0" and clock.now >= NOW + 2 * HOUR:
            return Said(429, headers={"Retry-After": str(5 * 3600)})
        return Said(body=BODY, headers=VALIDATED)

    some_feeds(store, 4, hosts=1)
    assert run(store, a_fetcher(respond, clock), clock).polled == 4
    clock.pass_by(2 * HOUR)
    report = run(store, a_fetcher(respond, clock), clock)  # another process, which knows nothing yet
    assert (report.polled, report.failures, report.later) == (1, {Failure.RATE_LIMITED: 1}, 3)
    assert seen == {"/0": 2, "/1": 1, "/2": 1, "/3": 1}
    clock.pass_by(5 * HOUR - timedelta(seconds=1))
    assert store.polls.due_hosts(clock.now) == []
    clock.pass_by(timedelta(seconds=1))
    assert store.polls.due_hosts(clock.now) == ["host0.example"]
    [rested] = [one.state for one in store.feeds.health("feed1")]
    assert (rested.failure, rested.failures) == (None, 0)  # nobody asked it: nothing is known of it


def test_f6_a_redirect_to_a_resting_server_is_not_followed(store: Store) -> None:
    clock, seen = Clock(), []

    def respond(asked: Asked) -> Said:
        seen.append(asked.host)
        if asked.host == "host0.example":
            return Said(302, headers={"Location": "http://busy.example/"})
        return Said(503, headers={"Retry-After": str(5 * 3600)})

    some_feeds(store, 2, hosts=1)
    run(store, a_fetcher(respond, clock), clock)
    assert Counter(seen) == {"host0.example": 2, "busy.example": 1}
    assert store.polls.resting(clock.now) == {"busy.example": NOW + 5 * HOUR}
    clock.pass_by(2 * HOUR)
    some_feeds(store, 3, hosts=1)  # a new feed finds out by itself
    run(store, a_fetcher(respond, clock), clock)
    assert seen[3:] == ["host0.example"]


def test_f6_who_finds_a_server_resting_does_not_lengthen_its_rest(store: Store) -> None:
    clock, seen = Clock(), Counter[str]()

    def respond(asked: Asked) -> Said:
        seen[asked.host] += 1
        if asked.host == "host0.example":
            return Said(302, headers={"Location": "http://busy.example/"})
        return Said(429, headers={"Retry-After": str(3 * 3600)})

    some_feeds(store, 1, hosts=1)
    run(store, a_fetcher(respond, clock), clock)
    clock.pass_by(3 * HOUR - timedelta(minutes=10))
    some_feeds(store, 2, hosts=1)  # a new feed is sent on ten minutes before the end
    run(store, a_fetcher(respond, clock), clock)
    assert seen == {"host0.example": 2, "busy.example": 1}
    assert store.polls.resting(clock.now) == {"busy.example": NOW + 3 * HOUR}


def test_f6_skipped_hours_and_back_off_of_one_feed_are_not_its_servers(store: Store) -> None:
    clock = Clock(NOW)  # Monday 08:00
    document = BODY.replace(b"<title>X", b"<skipHours><hour>11</hour><hour>12</hour></skipHours><title>X")

    def respond(_asked: Asked) -> Said:
        if clock.now > NOW:
            return Said(503, headers={"Retry-After": str(2 * 3600)})
        return Said(body=document, headers=VALIDATED)

    some_feeds(store, 1, hosts=1)
    run(store, a_fetcher(respond, clock), clock)
    clock.pass_by(HOUR)
    run(store, a_fetcher(respond, clock), clock)
    assert store.polls.resting(clock.now) == {"host0.example": NOW + 3 * HOUR}
    [health] = store.feeds.health()
    assert health.state.next_fetch_at == NOW + 5 * HOUR  # 11:00, out of its skipped hours


def test_f8_targets_of_redirects_are_visited_one_at_a_time(store: Store) -> None:
    with ScriptedServer({"/target": Reply(body=BODY, delay=0.02)}) as target, ScriptedServer() as server:
        for n in range(8):
            server.script[f"/{n}"] = Reply(302, headers={"Location": target.url + "/target"}, delay=0.05)
        store.feeds.sync([a_feed(f"feed{n}", url=f"{server.url}/{n}") for n in range(8)])
        allowed = [Allowed.parse(f"127.0.0.1:{target.port}"), Allowed.parse("127.0.0.1", per_host=8)]
        assert run(store, Fetcher(Guard(allowed)), Clock()).polled == 8
        assert server.most_at_once > 1
        assert target.most_at_once == 1


@pytest.mark.timeout(30)
@pytest.mark.parametrize("concurrency", [1, 3])
def test_f8_many_feeds_that_one_server_sends_on_to_itself_end(store: Store, concurrency: int) -> None:
    """More requests wait for the server's turn than there are places, with and without one already."""
    count = 2 * concurrency + 6

    def respond(asked: Asked) -> Said:
        if not asked.path.startswith("/new/") and asked.path != "/0":
            return Said(301, headers={"Location": f"/new{asked.path}"})
        return Said(body=BODY, headers=VALIDATED)

    some_feeds(store, count, hosts=1)
    clock = Clock()
    report = run(store, a_fetcher(respond, clock, concurrency=concurrency), clock)
    assert (report.polled, report.failures) == (count, {})


@pytest.mark.timeout(30)
@pytest.mark.parametrize("concurrency", [1, 3])
def test_f8_feeds_of_many_servers_that_are_sent_on_to_one_end(store: Store, concurrency: int) -> None:
    count = 2 * concurrency + 6

    def respond(asked: Asked) -> Said:
        if asked.host != "host0.example":
            return Said(302, headers={"Location": f"http://host0.example/new{asked.path}"})
        return Said(body=BODY, headers=VALIDATED)

    some_feeds(store, 2 * count, hosts=count)  # two of the target's own
    clock = Clock()
    report = run(store, a_fetcher(respond, clock, concurrency=concurrency), clock)
    assert (report.polled, report.failures) == (2 * count, {})


def test_f8_twenty_restarts_in_an_hour_ask_nobody_twice(store: Store) -> None:
    clock, seen = Clock(), Counter[str]()

    def respond(asked: Asked) -> Said:
        seen[asked.path] += 1
        return Said(body=BODY, headers=VALIDATED) if int(asked.path[1:]) % 3 else Said(500)

    some_feeds(store, 30, hosts=12)
    for _ in range(20):
        run(store, a_fetcher(respond, clock), clock)
        clock.pass_by(HOUR / 20 - timedelta(seconds=1))
    assert seen == {f"/{n}": 1 for n in range(30)}


@pytest.mark.timeout(60)
def test_f8_two_workers_do_each_due_poll_once(migrated_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "trendwatch.db"
    path.write_bytes(migrated_file.read_bytes())
    seen, lock = Counter[str](), threading.Lock()
    at_once, most = Counter[str](), Counter[str]()

    def respond(asked: Asked) -> Said:
        with lock:
            seen[asked.path] += 1
            at_once[asked.host] += 1
            most[asked.host] = max(most[asked.host], at_once[asked.host])
            at_once[asked.host] -= 1
        return Said(body=BODY, headers=VALIDATED)

    start, reports = threading.Barrier(3), []

    def work() -> None:
        store = Store.open(f"sqlite:///{path}")
        start.wait()
        reports.append(run(store, a_fetcher(respond, Clock()), Clock()))
        store.close()

    store = Store.open(f"sqlite:///{path}")
    some_feeds(store, 240, hosts=80)
    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    start.wait()
    for worker in workers:
        worker.join()
    assert seen == {f"/{n}": 1 for n in range(240)}
    assert sum(report.polled for report in reports) == 240
    assert store.items.count() == 240
    store.close()


def test_f5_a_feed_is_left_alone_in_the_hours_its_publisher_names(store: Store) -> None:
    clock, seen = Clock(NOW), []  # Monday 08:00
    document = BODY.replace(b"<title>X", b"<skipHours><hour>9</hour><hour>10</hour></skipHours><title>X")

    def respond(asked: Asked) -> Said:
        seen.append(clock.now)
        return Said(body=document, headers=VALIDATED)

    some_feeds(store, 1, hosts=1)
    run(store, a_fetcher(respond, clock), clock)
    [health] = store.feeds.health()
    assert health.state.next_fetch_at == NOW + 3 * HOUR  # 11:00
    clock.pass_by(DAY + HOUR)  # nobody was awake until 09:00
    report = run(store, a_fetcher(respond, clock), clock)
    assert (report.polled, report.later) == (0, 1)
    clock.pass_by(2 * HOUR)
    assert run(store, a_fetcher(respond, clock), clock).polled == 1
    assert seen == [NOW, NOW + DAY + 3 * HOUR]


@pytest.mark.parametrize("look", range(2, 9))
def test_what_is_put_off_brings_nothing_of_an_old_address_back(store: Store, look: int) -> None:
    """The operator gives the feed another address at any moment of a run that finds it in a skipped hour."""
    document = BODY.replace(b"<title>X", b"<skipHours><hour>9</hour></skipHours><title>X")
    some_feeds(store, 1, hosts=1)
    clock = Clock(NOW)  # Monday 08:00
    run(store, a_fetcher(lambda _asked: Said(body=document, headers=VALIDATED), clock), clock)

    def move() -> None:
        store.feeds.sync([a_feed("feed0", url="http://host0.example/new")])

    late = Interrupted(NOW + DAY + HOUR, look, move)
    run(store, a_fetcher(lambda _asked: Said(404), late), late)
    if late.looks < look:
        return  # the run looked at the clock less often
    [health] = store.feeds.health()
    assert (health.state.etag, health.state.body_hash, health.state.first_success_at) == ("", "", None)


@pytest.mark.parametrize(("ttl", "validated", "items", "missed"), [(1440, True, 212, 0), (0, False, 60, 2)])
def test_f5_a_busy_feed_loses_nothing_where_publishers_allow_and_says_so_where_not(
    store: Store, ttl: int, *, validated: bool, items: int, missed: int
) -> None:
    """20 entries, one each quarter of an hour, for two days: 20 + 192 items in all."""
    clock = Clock(NOW)

    def respond(asked: Asked) -> Said:
        last = (clock.now - NOW) // QUARTER
        body = a_document(range(last - 19, last + 1), ttl=ttl)
        return Said(body=body, headers={"ETag": f'"{last}"'} if validated else {})

    some_feeds(store, 1, hosts=1)
    for _ in range(2 * 96 + 1):
        if store.polls.due_hosts(clock.now):
            run(store, a_fetcher(respond, clock), clock)
        clock.pass_by(QUARTER)
    [health] = store.feeds.health()
    assert store.items.count() == pytest.approx(items, abs=9)  # the last ones are not asked for yet
    assert gaps(store.fetches.history("feed0"), read_since=health.state.first_success_at) == missed


def a_document(numbers: range, *, ttl: int) -> bytes:
    entries = "".join(
        f"<item><guid>{n}</guid><title>Report {n}</title><link>http://x.example/{n}</link>"
        f"<pubDate>{format_datetime(NOW + n * QUARTER)}</pubDate></item>"
        for n in numbers
    )
    return f"<rss version='2.0'><channel><title>X</title><ttl>{ttl}</ttl>{entries}</channel></rss>".encode()


def test_f5_who_says_not_modified_for_ever_is_asked_in_full_once_in_thirty_days(store: Store) -> None:
    clock, full = Clock(NOW), []

    def respond(asked: Asked) -> Said:
        if "if-none-match" in asked.headers:
            return Said(304)
        full.append(clock.now)
        return Said(body=rss("one", str(len(full))).body, headers=VALIDATED)

    some_feeds(store, 1, hosts=1)
    for _ in range(4 * 70):
        clock.pass_by(6 * HOUR)
        if store.polls.due_hosts(clock.now):
            run(store, a_fetcher(respond, clock), clock)
    waits = [later - earlier for earlier, later in itertools.pairwise(full)]
    assert len(full) == 3
    assert all(30 * DAY <= wait <= 31 * DAY + 6 * HOUR for wait in waits)
    assert store.items.count() == 4  # what hid behind "not modified" came with the probes


def test_f5_a_probe_that_fails_is_not_tried_again_for_thirty_days(store: Store) -> None:
    clock, full = Clock(NOW), []

    def respond(asked: Asked) -> Said:
        if "if-none-match" in asked.headers:
            return Said(304)
        full.append(clock.now)
        return Said(body=BODY, headers=VALIDATED) if len(full) == 1 else Said(500)

    some_feeds(store, 1, hosts=1)
    for _ in range(4 * 45):
        clock.pass_by(6 * HOUR)
        if store.polls.due_hosts(clock.now):
            run(store, a_fetcher(respond, clock), clock)
    assert len(full) == 2


def test_s5_a_feed_removed_while_it_was_fetched_brings_nothing(store: Store) -> None:
    def respond(_asked: Asked) -> Said:
        store.feeds.sync([a_feed("feed0", url="http://host0.example/0")])
        return Said(body=BODY, headers=VALIDATED)

    some_feeds(store, 2, hosts=2)
    report = run(store, a_fetcher(respond, Clock()), Clock())
    assert report.failures == {}
    kept = {one.feed.key: (one.items, one.feed.enabled) for one in store.feeds.health()}
    assert kept == {"feed0": (1, True), "feed1": (0, False)}


def test_validators_go_only_to_the_address_that_gave_them(store: Store) -> None:
    clock: Clock = Clock()
    seen: list[tuple[str, str]] = []

    def respond(asked: Asked) -> Said:
        seen.append((asked.path, asked.headers.get("if-none-match", "")))
        if asked.path == "/0":
            return Said(302, headers={"Location": "/real?ticket=1"})
        return Said(body=BODY, headers=VALIDATED)

    some_feeds(store, 1, hosts=1)
    run(store, a_fetcher(respond, clock), clock)
    clock.pass_by(DAY)
    run(store, a_fetcher(respond, clock), clock)
    assert seen == [("/0", ""), ("/real?ticket=1", ""), ("/0", ""), ("/real?ticket=1", '"1"')]
