"""Webhooks against a real receiver on this machine (D3), with the guard asked at every try (F1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest
from standardwebhooks import Webhook as Verifier

from tests.seeds import LEASE, NOW, a_delivery, a_digest, a_pick, an_edition, claim_on
from tests.steps import Clock
from tests.test_smtp import server_tls, trusting
from trendwatch.deliver.webhook import Webhook, new_secret
from trendwatch.errors import InputError
from trendwatch.net import BlockedAddress, FetchTimeout, NameNotFound
from trendwatch.net.guard import Allowed, Guard
from trendwatch.net.post import Poster
from trendwatch.pipeline.outgoing import add_endpoint
from trendwatch.pipeline.retries import HOOK_RETRIES
from trendwatch.pipeline.send import SendReport, Terms, send_due
from trendwatch.store import Store
from trendwatch.types.delivery import Audience, Channel, DeliveryState, Endpoint, Hook

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """Answers by script; remembers every call with its signature headers and body."""

    def __init__(self, *answers: int | str, tls: bool = False) -> None:
        self.answers: list[int | str] = list(answers)
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.done = threading.Event()
        self.called: Callable[[], None] = lambda: None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.calls.append(({name.lower(): text for name, text in self.headers.items()}, body))
                answer = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                outer.called()
                outer.answer(self, answer)

            def log_message(self, *_args: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a handshake that the other side refuses

        self._server = Server(("127.0.0.1", 0), Handler)
        if tls:
            self._server.socket = server_tls().wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"{'https' if tls else 'http'}://localhost:{self.port}/hook"

    def answer(self, handler: BaseHTTPRequestHandler, answer: int | str) -> None:
        if answer == "hang":
            self.done.wait(20)
        elif answer == "drop":
            handler.connection.close()
        elif answer == "endless":
            handler.send_response(200)
            handler.end_headers()
            try:
                while not self.done.is_set():
                    handler.wfile.write(b"x" * 4096)
            except OSError:
                return
        else:
            code = int(str(answer).partition(" ")[0])
            handler.send_response(code)
            if code in (301, 302, 307, 308):
                handler.send_header("Location", str(answer).partition(" ")[2])
            elif code == 429:
                handler.send_header("Retry-After", str(answer).partition(" ")[2])
            handler.send_header("Content-Length", "0")
            handler.end_headers()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self._server.shutdown()
        self._server.server_close()


def poster(*receivers: Receiver, seconds: float = 5.0) -> Poster:
    allowed = [Allowed.parse(f"127.0.0.1:{one.port}") for one in receivers]
    return Poster(
        Guard([*allowed]),
        user_agent="trendwatch/test",
        timeout=timedelta(seconds=seconds),
        resolve=lambda _host: ["127.0.0.1"],
        tls=trusting(),
    )


def terms(post: Poster, clock: Clock) -> Terms:
    return Terms(
        carrier=lambda _channel: pytest.fail("no mail goes out here"),
        caller=Webhook(post, clock=clock),
        sender="trendwatch@news.example",
        site="https://news.example",
    )


@contextmanager
def a_hooked_store(url: str) -> Iterator[tuple[Store, Endpoint]]:
    store = Store.open("sqlite://")
    endpoint = store.endpoints.add("bakery", url, secret=SECRET, now=NOW)
    due(store, endpoint)
    yield store, endpoint
    store.close()


def due(store: Store, endpoint: Endpoint, *, at: datetime = NOW, business: str = "bakery") -> None:
    digest = a_digest(business, cutoff=at, one_thing=a_pick("s1"))
    claim = claim_on(store, "compose", business, at=at)
    store.editions.freeze(an_edition(at), claim=claim, now=at)
    delivery = a_delivery(
        digest,
        id=f"d{at:%V}{business.removeprefix('bakery')}",
        channel=Channel.WEBHOOK,
        target=endpoint.id,
        address=endpoint.url,
    )
    store.digests.add(digest, [delivery], claim=claim, now=at)
    store.leases.release(claim)


def run(store: Store, post: Poster, clock: Clock) -> SendReport:
    return send_due(store, terms(post, clock), clock=clock, lease=LEASE)


def test_a_receiver_can_check_who_calls_and_what() -> None:
    clock = Clock(datetime.now(UTC))  # noqa: TID251 - the receiver's library compares with the real time
    with Receiver(204, tls=True) as receiver, a_hooked_store(receiver.url) as (store, _):
        assert run(store, poster(receiver), clock) == SendReport(sent=1)
        [(headers, body)] = receiver.calls
        said = Verifier(SECRET).verify(body, headers)
        assert said["type"] == "digest.composed"
        assert said["data"]["digest"]["period"] == "2025-W10"
        assert said["data"]["url"] == "https://news.example/digests/bakery/2025-W10"
        assert headers["webhook-id"] == "d10"
        assert headers["user-agent"] == "trendwatch/test"
        assert "cookie" not in headers


def test_d3_the_same_id_and_body_and_a_fresh_timestamp_at_every_try() -> None:
    with Receiver(500, 503, 200) as receiver, a_hooked_store(receiver.url) as (store, _):
        clock = Clock()
        for wait in HOOK_RETRIES[:3]:
            run(store, poster(receiver), clock)
            clock.pass_by(wait)
        headers = [call[0] for call in receiver.calls]
        assert [one["webhook-id"] for one in headers] == ["d10"] * 3
        assert len({call[1] for call in receiver.calls}) == 1
        times = [int(one["webhook-timestamp"]) - int(NOW.timestamp()) for one in headers]
        assert times == [0, 5, 5 + 300]
        assert len({one["webhook-signature"] for one in headers}) == 3


def test_d3_two_signatures_while_a_secret_is_changed() -> None:
    fresh = new_secret()
    with Receiver(200) as receiver, a_hooked_store(receiver.url) as (store, endpoint):
        store.endpoints.rotate(endpoint.id, secret=fresh, now=NOW)
        run(store, poster(receiver), Clock())
        later = NOW + timedelta(weeks=1)
        due(store, endpoint, at=later)
        run(store, poster(receiver), Clock(later))
        first, second = receiver.calls
    for (headers, body), secrets in ((first, (fresh, SECRET)), (second, (fresh,))):
        signatures = headers["webhook-signature"].split(" ")
        at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert signatures == [Verifier(one).sign(headers["webhook-id"], at, body.decode()) for one in secrets]


def test_d3_ten_tries_then_it_is_switched_off_and_its_owner_told() -> None:
    with Receiver(500) as receiver, a_hooked_store(receiver.url) as (store, endpoint):
        store.recipients.name("bakery", "owner@b.example", agreed=True, origin="operator", now=NOW)
        clock = Clock()
        for wait in (*HOOK_RETRIES, timedelta(0)):
            assert run(store, poster(receiver), clock).held == 0
            clock.pass_by(wait)
        assert len(receiver.calls) == 10
        assert clock() - NOW == timedelta(hours=75, minutes=35, seconds=5)
        assert store.deliveries.get("d10").state is DeliveryState.FAILED
        assert store.endpoints.get(endpoint.id).disabled.startswith("switched off: it answered 500")
        [notice] = store.notices.latest()
        assert (notice.kind, notice.audience, notice.business_key) == ("webhook", Audience.OWNER, "bakery")
        [letter] = [one for one in store.deliveries.latest() if one.kind == "letter"]
        assert letter.address == "owner@b.example"


def test_d3_gone_ends_it_at_once_and_takes_back_what_waits() -> None:
    with Receiver(410) as receiver, a_hooked_store(receiver.url) as (store, endpoint):
        due(store, endpoint, at=NOW + timedelta(weeks=1))  # a second one waits already
        assert run(store, poster(receiver), Clock(NOW + timedelta(weeks=1))).failed == 1
        assert len(receiver.calls) == 1
        states = sorted(one.state for one in store.deliveries.of("bakery"))
        assert states == ["cancelled", "failed"]
        # Switched on again by hand, what it missed goes out under the same id.
        store.endpoints.enable(endpoint.id, now=NOW)
        receiver.answers[:] = [200]
        store.deliveries.again("d10", now=NOW)
        assert run(store, poster(receiver), Clock(NOW + timedelta(weeks=1))).sent == 1
        assert {call[0]["webhook-id"] for call in receiver.calls[1:]} == {"d10"}


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_d3_a_redirect_is_not_followed_also_not_inside(code: int) -> None:
    with Receiver(200) as inside:
        answer = f"{code} http://127.0.0.1:{inside.port}/secret"
        with Receiver(answer) as receiver, a_hooked_store(receiver.url) as (store, _):
            assert run(store, poster(receiver, inside), Clock()).postponed == 1
            assert "redirects are not followed" in store.deliveries.get("d10").detail
        assert inside.calls == []


@pytest.mark.parametrize(("asked", "wait"), [("60", 60), ("0", 5), ("nonsense", 5), ("9999999", 86400)])
def test_d3_429_waits_as_asked(asked: str, wait: int) -> None:
    with Receiver(f"429 {asked}") as receiver, a_hooked_store(receiver.url) as (store, _):
        run(store, poster(receiver), Clock())
        assert store.deliveries.get("d10").next_attempt_at == NOW + timedelta(seconds=wait)


@pytest.mark.parametrize(("answer", "doubt"), [("hang", True), ("drop", True), (400, False), (404, False)])
def test_d3_every_other_answer_is_tried_again(answer: int | str, doubt: bool) -> None:
    with Receiver(answer) as receiver, a_hooked_store(receiver.url) as (store, _):
        assert run(store, poster(receiver, seconds=0.5), Clock()).postponed == 1
        found = store.deliveries.get("d10")
        assert found.state == ("in_doubt" if doubt else "waiting")
        assert found.doubts == doubt
        assert found.next_attempt_at == NOW + HOOK_RETRIES[0]


def test_d7_a_dead_webhook_makes_no_other_business_wait(tmp_path: Path) -> None:
    """Thirty others have theirs while one receiver says nothing."""
    with Receiver("hang") as dead, Receiver(200) as alive:
        store = Store.open(f"sqlite:///{tmp_path / 'trendwatch.db'}")
        urls = {"dead": dead.url} | {f"b{number:02d}": alive.url for number in range(30)}
        for key, url in urls.items():
            due(store, store.endpoints.add(key, url, secret=SECRET, now=NOW), business=key)
        post, took = poster(dead, alive, seconds=3), list[float]()
        began = time.monotonic()
        alive.called = lambda: took.append(time.monotonic() - began)
        report = send_due(store, replace(terms(post, Clock()), workers=4), clock=Clock(), lease=LEASE)
        assert report == SendReport(sent=30, postponed=1)
        assert len(took) == 30
        assert store.deliveries.of("dead")[0].state is DeliveryState.IN_DOUBT
        assert len(dead.calls) == 1
        assert max(took) < time.monotonic() - began - 1  # all of them long before the dead one was given up
        store.close()


def test_d3_an_endless_answer_is_not_read_to_its_end() -> None:
    with Receiver("endless") as receiver, a_hooked_store(receiver.url) as (store, _):
        assert run(store, poster(receiver, seconds=5), Clock()).sent == 1
        assert len(store.deliveries.get("d10").detail) <= 300


def test_d3_an_untrusted_certificate_gets_nothing() -> None:
    with Receiver(200, tls=True) as receiver, a_hooked_store(receiver.url) as (store, _):
        strict = Poster(
            Guard([Allowed.parse(f"127.0.0.1:{receiver.port}")]),
            user_agent="test",
            resolve=lambda _host: ["127.0.0.1"],
        )
        assert run(store, strict, Clock()).postponed == 1
        assert receiver.calls == []
        assert store.deliveries.get("d10").detail.startswith("tls_failed")


def test_f3_a_silent_name_server_holds_up_nobody_who_names_an_address() -> None:
    answered = threading.Event()

    def resolve(_host: str) -> Sequence[str]:
        answered.wait(20)
        return ["93.184.215.14"]

    post = Poster(Guard([]), user_agent="test", timeout=timedelta(seconds=0.2), resolve=resolve)
    with pytest.raises(FetchTimeout, match=r"hook\.example was not found after 0\.2 seconds"):
        post.check("https://hook.example/x")
    assert not answered.is_set()
    answered.set()


def test_f1_the_guard_is_asked_at_every_try() -> None:
    """The name leads elsewhere once it was checked (rebinding): nothing is dialled."""
    with Receiver(200) as canary, a_hooked_store(canary.url) as (store, _):
        guard = Guard([])  # the canary listens on loopback and nobody allows it
        answers: list[Sequence[str]] = [["93.184.215.14"], ["127.0.0.1"], ["10.0.0.7", "127.0.0.1"], ["::1"]]

        def resolve(_host: str) -> Sequence[str]:
            return answers[0] if len(answers) == 1 else answers.pop(0)

        post = Poster(guard, user_agent="test", timeout=timedelta(seconds=2), resolve=resolve)
        post.check("https://hook.example/x")  # when it was named it looked public
        clock = Clock()
        for wait in HOOK_RETRIES[:4]:
            assert run(store, post, clock).postponed == 1
            assert store.deliveries.get("d10").detail.startswith("blocked_address")
            clock.pass_by(wait)
        assert canary.calls == []


@pytest.mark.parametrize(
    ("url", "answers"),
    [
        ("http://127.0.0.1/x", ["127.0.0.1"]),
        ("https://2130706433/x", ["127.0.0.1"]),
        ("https://hook.example/x", ["93.184.215.14", "10.0.0.1"]),
        ("https://hook.example/x", ["169.254.169.254"]),
        ("https://hook.example:22/x", ["93.184.215.14"]),
        ("http://hook.example/x", ["93.184.215.14"]),  # in the clear
        ("https://user:word@hook.example/x", ["93.184.215.14"]),
        ("ftp://hook.example/x", ["93.184.215.14"]),
        ("file:///etc/passwd", []),
        ("https://hook.example/x\r\nX: y", ["93.184.215.14"]),
        ("https:///x", []),
        ("https://[::1/x", []),
    ],
)
def test_f1_a_webhook_that_may_not_be_called_is_refused_when_it_is_named(
    url: str, answers: list[str]
) -> None:
    store = Store.open("sqlite://")
    post = Poster(Guard([]), user_agent="test", resolve=lambda _host: answers)
    with pytest.raises(InputError, match="cannot be called"):
        add_endpoint(store, "bakery", url, poster=post, now=NOW)
    with pytest.raises((BlockedAddress, NameNotFound)):
        post.post(url, b"{}", {})
    assert store.endpoints.of("bakery") == []
    store.close()


def test_a_secret_is_as_libraries_of_receivers_read_it(tmp_path: Path) -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    hook = Hook(id="d1", url="https://x.example", body="{}", secrets=(first,), at=NOW)
    assert Verifier(first).sign(hook.id, hook.at, hook.body).startswith("v1,")
    assert first not in repr(hook)
    assert "secret" not in repr(replace(an_endpoint(), secret=first)).replace("secret=", "")


def an_endpoint() -> Endpoint:
    return Endpoint(id="e", business_key="b", url="https://x.example", secret=SECRET, since=NOW)
