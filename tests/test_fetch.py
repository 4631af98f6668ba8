"""Requests in, documents out: pace, isolation, statuses, cancelling."""

from __future__ import annotations

import gzip
import itertools
import threading
import time
import tracemalloc
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import respx

from tests.scripted_server import Reply, Script, ScriptedServer
from trendwatch import __version__
from trendwatch.fetch import Fetcher
from trendwatch.net import NameNotFound
from trendwatch.net.guard import Allowed, Guard
from trendwatch.net.headers import max_age, retry_after
from trendwatch.types.news import Answer, Document, Failure, NotModified, PollFailure, Request

BODY = b"<rss/>"
LOOPBACK = "127.0.0.0/8"


def fetcher(
    *, per_host: int = 1, spacing: float = 0.0, seconds: float = 5.0, concurrency: int = 32
) -> Fetcher:
    """A fetcher that may visit loopback, without pauses."""
    allowed = Allowed.parse(LOOPBACK, per_host=per_host, spacing_seconds=spacing)
    return Fetcher(Guard([allowed]), timeout=timedelta(seconds=seconds), concurrency=concurrency)


def request(url: str, *, etag: str = "", last_modified: str = "") -> Request:
    return Request(feed_key=url.rpartition("/")[2], url=url, etag=etag, last_modified=last_modified)


def answer_to(script: Script, *, etag: str = "", last_modified: str = "") -> Answer:
    with ScriptedServer({"/feed": script}) as server:
        return fetcher().get(request(server.url + "/feed", etag=etag, last_modified=last_modified))


def keys(answers: Iterable[tuple[Request, Answer]]) -> list[str]:
    return [asked.feed_key for asked, _ in answers]


# --- documents -------------------------------------------------------------------------------------


def test_a_document_carries_what_the_next_request_needs() -> None:
    headers = {
        "Content-Type": "application/rss+xml; charset=utf-8",
        "ETag": 'W/"1"',
        "Last-Modified": "Mon, 02 Jun 2025 08:00:00 GMT",
        "Cache-Control": "public, max-age=7200",
    }
    with ScriptedServer({"/old": Reply(301, headers={"Location": "/feed"})}) as server:
        server.script["/feed"] = Reply(body=BODY, headers=headers)
        answer = fetcher().get(request(server.url + "/old"))
    assert answer == Document(
        url=server.url + "/feed",
        body=BODY,
        content_type="application/rss+xml; charset=utf-8",
        etag='W/"1"',
        last_modified="Mon, 02 Jun 2025 08:00:00 GMT",
        max_age=timedelta(hours=2),
        moved_to=server.url + "/feed",
    )


def test_f5_validators_go_out_byte_for_byte_and_only_if_there_are_any() -> None:
    with ScriptedServer({"/feed": Reply(304)}) as server:
        url = server.url + "/feed"
        fetcher().get(request(url, etag='W/"\xe9"', last_modified="Mon, 02 Jun 2025 08:00:00 +0000"))
        fetcher().get(request(url, etag="unquoted"))
        fetcher().get(request(url))
    sent = [(r.headers.get("if-none-match"), r.headers.get("if-modified-since")) for r in server.requests]
    assert sent == [('W/"\xe9"', "Mon, 02 Jun 2025 08:00:00 +0000"), ("unquoted", None), (None, None)]
    assert {r.headers["user-agent"] for r in server.requests} == {f"trendwatch/{__version__}"}


def test_f5_a_304_may_bring_new_validators() -> None:
    reply = Reply(304, headers={"ETag": '"2"', "Cache-Control": "max-age=60"})
    answer = answer_to(reply, etag='"1"')
    assert answer == NotModified(etag='"2"', max_age=timedelta(minutes=1))


@pytest.mark.parametrize("codings", ["br", "utf-8", "none", "gzip"])
def test_f4_a_304_speaks_of_a_body_that_it_does_not_have(codings: str) -> None:
    answer = answer_to(Reply(304, headers={"Content-Encoding": codings}), etag='"1"')
    assert answer == NotModified()


def test_a_validator_beyond_reason_is_not_kept() -> None:
    answer = answer_to(Reply(headers={"ETag": '"' + "x" * 2000 + '"'}))
    assert isinstance(answer, Document)
    assert answer.etag == ""


@respx.mock
def test_a_feed_of_the_public_internet() -> None:
    respx.get("https://news.example/feed").respond(200, content=BODY, headers={"ETag": '"1"'})
    answer = Fetcher(Guard()).get(request("https://news.example/feed"))
    assert answer == Document(url="https://news.example/feed", body=BODY, etag='"1"')


# --- F7 statuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (410, Failure.GONE),
        (401, Failure.LOGIN_NEEDED),
        (403, Failure.REFUSED),
        (404, Failure.NOT_THERE),
        (429, Failure.RATE_LIMITED),
        (503, Failure.RATE_LIMITED),
        (500, Failure.SERVER_ERROR),
        (502, Failure.SERVER_ERROR),
        (504, Failure.SERVER_ERROR),
        (599, Failure.SERVER_ERROR),
        (304, Failure.SENSELESS_304),  # nothing conditional was asked
        (201, Failure.UNEXPECTED_STATUS),
        (202, Failure.NOT_READY),
        (204, Failure.NO_CONTENT),
        (206, Failure.PARTIAL_CONTENT),
        (300, Failure.UNEXPECTED_STATUS),
        (400, Failure.UNEXPECTED_STATUS),
        (418, Failure.UNEXPECTED_STATUS),
        (451, Failure.UNEXPECTED_STATUS),
        (302, Failure.BAD_REDIRECT),  # without a Location
    ],
)
def test_f7_each_status_has_its_class(status: int, failure: Failure) -> None:
    answer = answer_to(Reply(status))
    assert isinstance(answer, PollFailure)
    assert answer.failure is failure
    assert str(status) in answer.detail


@pytest.mark.parametrize(
    ("reply", "failure"),
    [
        (Reply(302, headers={"Location": "/feed"}), Failure.TOO_MANY_REDIRECTS),
        (Reply(302, headers={"Location": "file:///etc/passwd"}), Failure.BAD_REDIRECT),
        (Reply(302, headers={"Location": "http://169.254.169.254/"}), Failure.BLOCKED_ADDRESS),
        (Reply(raw=b""), Failure.CONNECTION_FAILED),
        (Reply(headers={"Content-Encoding": "br"}), Failure.BAD_ENCODING),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"), Failure.BODY_TOO_LARGE),
    ],
)
def test_what_goes_wrong_on_the_way_is_data(reply: Reply, failure: Failure) -> None:
    answer = answer_to(reply)
    assert isinstance(answer, PollFailure)
    assert answer.failure is failure
    assert answer.detail


@pytest.mark.parametrize(
    ("url", "failure"),
    [
        ("", Failure.BLOCKED_ADDRESS),
        ("feed.xml", Failure.BLOCKED_ADDRESS),
        ("http://[::1", Failure.BLOCKED_ADDRESS),
        ("http://host:port/", Failure.BLOCKED_ADDRESS),
        ("ftp://a.example/", Failure.BLOCKED_ADDRESS),
        ("http://10.0.0.1/", Failure.BLOCKED_ADDRESS),
        ("http://nobody.example/", Failure.NAME_NOT_FOUND),
    ],
)
def test_addresses_that_cannot_be_visited_are_data(url: str, failure: Failure) -> None:
    def nobody(host: str) -> Sequence[str]:
        if host == "nobody.example":
            raise NameNotFound(host)
        return [host]

    for guard in (Guard(), Guard([Allowed.parse(LOOPBACK)])):
        answer = Fetcher(guard, resolve=nobody).get(request(url))
        assert isinstance(answer, PollFailure)
        assert answer.failure is failure


def test_f7_tls_and_silence_have_their_classes() -> None:
    with ScriptedServer({"/": Reply(delay=30)}) as server:
        secure = request(server.url.replace("http:", "https:") + "/")
        answers = [fetcher(seconds=0.3).get(r) for r in (secure, request(server.url + "/"))]
    assert [a.failure for a in answers if isinstance(a, PollFailure)] == [
        Failure.TLS_FAILED,
        Failure.FETCH_TIMEOUT,
    ]


# --- F6 Retry-After and max-age --------------------------------------------------------------------

DATE = {"date": "Mon, 02 Jun 2025 08:00:00 GMT"}
CLOCK = datetime(2025, 6, 2, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("²", None),
        ("2678400", 31 * 86400),
        ("2678401", 31 * 86400),  # 31 days and a second
        ("315360000", 31 * 86400),  # 10 years
        ("9" * 5000, 31 * 86400),
        ("Mon, 02 Jun 2025 08:02:00 GMT", 120),
        ("Mon, 02 Jun 2025 10:02:00 +0200", 120),
        ("Monday, 02-Jun-25 08:02:00 GMT", 120),
        ("Mon Jun  2 08:02:00 2025", 120),
        ("Mon, 02 Jun 2025 07:59:00 GMT", None),  # over already
        ("Mon, 02 Jun 2025 08:00:00 GMT", None),
        ("Mon, 02 Jun 2035 08:00:00 GMT", 31 * 86400),
        ("Mon, 99 Jun 2025 08:00:00 GMT", None),
        ("Mon, 02 Jun 99999 08:00:00 GMT", None),
    ],
)
def test_f6_retry_after(text: str, seconds: int | None) -> None:
    wait = None if seconds is None else timedelta(seconds=seconds)
    assert retry_after({"retry-after": text, **DATE}, None) == wait


def test_f6_a_date_counts_from_our_clock_where_the_server_names_none() -> None:
    headers = {"retry-after": "Mon, 02 Jun 2025 08:00:00 GMT"}
    assert retry_after(headers, lambda: CLOCK) == timedelta(hours=1)
    assert retry_after(headers, None) is None
    assert retry_after({**headers, "date": "nonsense"}, lambda: CLOCK) == timedelta(hours=1)
    assert retry_after(DATE, lambda: CLOCK) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("max-age=60", 60),
        ("public, Max-Age = 60, must-revalidate", 60),
        ('max-age="60"', 60),
        ("max-age=0", 0),
        ("s-maxage=60", None),
        ("x-max-age=60", None),
        ("no-store", None),
        ("max-age=-1", None),
        ("max-age", None),
        ("", None),
        ("max-age=9999999999", 31 * 86400),
    ],
)
def test_max_age(text: str, seconds: int | None) -> None:
    assert max_age(text) == (None if seconds is None else timedelta(seconds=seconds))


def test_f6_retry_after_reaches_the_answer() -> None:
    for status in (429, 503):
        answer = answer_to(Reply(status, headers={"Retry-After": "3600"}))
        assert isinstance(answer, PollFailure)
        assert answer.retry_after == timedelta(hours=1)


def test_f6_a_server_that_asks_for_rest_is_not_asked_for_its_other_feeds() -> None:
    script = {"/a": Reply(body=BODY), "/b": Reply(429, headers={"Retry-After": "60"}), "/c": Reply(body=BODY)}
    with ScriptedServer(script) as server, ScriptedServer(script, host="127.0.0.2") as other:
        requests = [request(server.url + path) for path in ("/a", "/b", "/c", "/c")]
        answers = list(fetcher().stream([*requests, request(other.url + "/c")]))
    assert [seen.path for seen in server.requests] == ["/a", "/b"]
    assert [seen.path for seen in other.requests] == ["/c"]  # another server is another matter
    rests = [a for _, a in answers if isinstance(a, PollFailure)]
    assert [(a.asked, a.resting) for a in rests] == [(True, f"127.0.0.1:{server.port}")] + [
        (False, "")  # found resting, not told anew
    ] * 2
    assert all(timedelta(seconds=55) < (a.retry_after or timedelta(0)) <= timedelta(minutes=1) for a in rests)


def test_servers_that_may_be_asked_again_are_forgotten() -> None:
    now = time.monotonic()
    run = fetcher()
    run.ready_at = {f"n{n}.example": now - 1 for n in range(100)} | {"busy.example": now + 60}
    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        run.get(request(server.url + "/feed"))
    assert run.ready_at == {"busy.example": now + 60}


# --- F3 isolation, F8 pace -------------------------------------------------------------------------


def test_f3_stuck_peers_delay_nobody_else() -> None:
    stuck = {f"/stuck{n}": Reply(delay=30) for n in range(10)}
    healthy = {f"/good{n}": Reply(body=BODY) for n in range(50)}
    with ScriptedServer({**stuck, **healthy}) as server:
        slow = [request(server.url + path) for path in stuck]
        good = [request(server.url + path) for path in healthy]
        run = fetcher(per_host=60, seconds=1.5)
        started = time.monotonic()
        alone = keys(run.stream(good))
        normal = time.monotonic() - started
        order: list[str] = []
        for asked, answer in run.stream([*slow, *good]):
            order.append(asked.feed_key)
            if len(order) == len(good):
                together = time.monotonic() - started - normal
            if asked.feed_key.startswith("stuck"):
                assert isinstance(answer, PollFailure)
                assert answer.failure is Failure.FETCH_TIMEOUT
    assert sorted(alone) == sorted(asked.feed_key for asked in good)
    assert all(key.startswith("good") for key in order[:50])
    assert all(key.startswith("stuck") for key in order[50:])
    assert together < 2 * normal + 0.5  # the constant: a busy machine


def test_f3_slow_name_servers_delay_nobody_else() -> None:
    release = threading.Event()

    def resolve(host: str) -> Sequence[str]:
        if host.startswith("slow"):
            release.wait(30)
        return ["127.0.0.1"]

    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        guard = Guard([Allowed.parse(LOOPBACK, per_host=9)])
        run = Fetcher(guard, resolve=resolve, timeout=timedelta(seconds=0.5))
        hosts = [f"slow{n}.example" for n in range(12)] + ["fast.example"]
        answers = run.stream([request(f"http://{host}:{server.port}/feed") for host in hosts])
        with closing(answers):
            asked, answer = next(answers)
            rest = list(answers)
        release.set()
    assert "fast.example" in asked.url
    assert isinstance(answer, Document)
    assert {a.failure for _, a in rest if isinstance(a, PollFailure)} == {Failure.FETCH_TIMEOUT}
    assert len(rest) == 12


def test_f4_many_bombs_at_once_cost_no_more_than_one() -> None:
    bomb = gzip.compress(gzip.compress(b"\x00" * 200_000_000))
    reply = Reply(body=bomb, headers={"Content-Encoding": "gzip, gzip"})
    with ScriptedServer({"/bomb": reply}) as server:
        tracemalloc.start()
        answers = list(fetcher(per_host=16).stream([request(server.url + "/bomb")] * 16))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    failures = [answer.failure for _, answer in answers if isinstance(answer, PollFailure)]
    assert failures == [Failure.BODY_TOO_LARGE] * 16
    assert peak < 64 * 1024 * 1024  # 16 bodies of 10 MiB would be 160


@pytest.mark.parametrize("per_host", [1, 3])
def test_f8_no_more_requests_at_a_time_than_a_host_bears(per_host: int) -> None:
    with ScriptedServer({"/feed": Reply(body=BODY, delay=0.03)}) as server:
        answers = list(fetcher(per_host=per_host).stream([request(server.url + "/feed")] * 9))
    assert len(answers) == len(server.requests) == 9
    assert server.most_at_once == per_host


def test_f8_requests_to_one_host_are_spaced_across_streams_too() -> None:
    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        run = fetcher(spacing=0.15)
        list(run.stream([request(server.url + "/feed")] * 2))
        run.get(request(server.url + "/feed"))
    times = [seen.at for seen in server.requests]
    assert all(later - earlier >= 0.145 for earlier, later in itertools.pairwise(times))


def test_f8_a_pause_of_one_host_holds_up_no_other() -> None:
    with (
        ScriptedServer({"/a": Reply(body=BODY)}) as first,
        ScriptedServer({"/b": Reply(body=BODY)}) as second,
    ):
        guard = Guard(
            [Allowed.parse(f"127.0.0.1:{first.port}", spacing_seconds=0.3), Allowed.parse(LOOPBACK)]
        )
        requests = [request(first.url + "/a")] * 2 + [request(second.url + "/b")] * 9
        order = keys(Fetcher(guard).stream(requests))
    assert order[-1] == "a"
    assert order.count("b") == 9


def test_f8_the_public_internet_gets_one_request_per_host_and_second() -> None:
    run = Fetcher(Guard())
    with respx.mock:
        respx.get("https://a.example/feed").respond(200, content=BODY)
        respx.get("http://a.example/feed").respond(200, content=BODY)
        started = time.monotonic()
        answers = list(run.stream([request(f"{s}://a.example/feed") for s in ("https", "http")]))
    assert len(answers) == 2
    assert time.monotonic() - started >= 1.0  # both ports are one host


def test_f8_names_of_allow_listed_servers_get_their_pace() -> None:
    guard = Guard([Allowed.parse(LOOPBACK, per_host=4)])
    with ScriptedServer({"/feed": Reply(body=BODY, delay=0.05)}) as server:
        run = Fetcher(guard, resolve=lambda _: ["127.0.0.1"])
        list(run.stream([request(f"http://inside.example:{server.port}/feed")] * 4))
    assert server.most_at_once == 4


def test_concurrency_bounds_all_hosts_together() -> None:
    with ScriptedServer({"/feed": Reply(body=BODY, delay=0.02)}) as server:
        run = fetcher(per_host=50, concurrency=5)
        assert len(list(run.stream([request(server.url + "/feed")] * 20))) == 20
    assert server.most_at_once == 5


def test_a_reader_who_is_busy_slows_fetching_down() -> None:
    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        answers = fetcher(per_host=50, concurrency=3).stream([request(server.url + "/feed")] * 30)
        next(answers)
        time.sleep(0.3)
        asked = len(server.requests)
        rest = len(list(answers))
    assert asked <= 1 + 2 * 3  # the one read made room for another; six places in all
    assert rest == 29


# --- the stream itself -----------------------------------------------------------------------------


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "trendwatch-fetch"]


def test_every_request_is_answered_once_and_the_thread_ends() -> None:
    script = {f"/{n}": Reply(body=str(n).encode(), delay=0.01 * (n % 3)) for n in range(40)}
    with ScriptedServer(script) as server:
        answers = list(fetcher(per_host=8).stream(request(server.url + path) for path in script))
    assert sorted(keys(answers)) == sorted(path[1:] for path in script)
    assert all(isinstance(a, Document) and a.body == r.feed_key.encode() for r, a in answers)
    assert threads() == []


def test_nothing_to_ask_is_nothing_to_do() -> None:
    assert list(fetcher().stream([])) == []


def test_closing_early_cancels_what_runs() -> None:
    script: Mapping[str, Script] = {"/fast": Reply(body=BODY), "/slow": Reply(delay=30)}
    with ScriptedServer(script) as server:
        paths = ["/fast"] + ["/slow"] * 20
        answers = fetcher(per_host=5, seconds=20).stream([request(server.url + path) for path in paths])
        started = time.monotonic()
        assert next(answers)[0].feed_key == "fast"
        answers.close()
        assert time.monotonic() - started < 2
        assert len(server.requests) <= 1 + 5
    assert threads() == []


def test_a_stream_nobody_reads_asks_nothing() -> None:
    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        fetcher().stream([request(server.url + "/feed")])
    assert server.requests == []
    assert threads() == []


class BrokenGuard(Guard):
    """A bug."""

    def permits(self, address: str, port: int) -> bool:
        return 1 // 0 == 1


def test_a_bug_in_the_thread_shows_in_the_reader() -> None:
    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        run = Fetcher(BrokenGuard(), spacing=timedelta(0))
        with pytest.raises(ZeroDivisionError):
            list(run.stream([request(server.url + "/feed")] * 3))
        with pytest.raises(ZeroDivisionError):
            run.get(request(server.url + "/feed"))
    assert threads() == []


def test_a_bug_of_the_reader_ends_the_thread() -> None:
    with ScriptedServer({"/feed": Reply(body=BODY)}) as server:
        answers = fetcher().stream([request(server.url + "/feed")] * 30)
        with closing(answers), pytest.raises(ZeroDivisionError):
            next(1 // 0 for _ in answers)
    assert threads() == []
