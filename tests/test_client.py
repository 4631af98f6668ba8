"""One GET that cannot hurt: redirects, deadlines, bombs, headers."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import shutil
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import respx
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scripted_server import Reply, Script, ScriptedServer, Seen
from trendwatch.net import (
    BadEncoding,
    BadRedirect,
    BlockedAddress,
    BodyTooLarge,
    ConnectionFailed,
    FetchTimeout,
    NameNotFound,
    NetError,
    TlsFailed,
    TooManyRedirects,
)
from trendwatch.net.client import Client, Response
from trendwatch.net.guard import Allowed, Guard, Resolve, resolve
from trendwatch.net.unpack import unpacked

BODY = b"<rss><channel><title>Baker's news</title></channel></rss>"


def guard_for(*servers: ScriptedServer) -> Guard:
    return Guard([Allowed.parse(f"{server.host}:{server.port}") for server in servers])


def get(
    url: str,
    *servers: ScriptedServer,
    headers: Mapping[str, str] | None = None,
    seconds: float = 5.0,
    max_bytes: int = 1_000_000,
    resolve: Resolve = resolve,
    tls: ssl.SSLContext | None = None,
) -> Response:
    """GET once with a fresh client; only the given servers may be reached."""

    async def once() -> Response:
        client = Client(
            guard_for(*servers),
            user_agent="trendwatch/test",
            timeout=timedelta(seconds=seconds),
            max_bytes=max_bytes,
            resolve=resolve,
            tls=tls,
        )
        async with client:
            return await client.get(url, headers or {})

    return asyncio.run(once())


def answer_of(reply: Script, *, max_bytes: int = 1_000_000, seconds: float = 5.0) -> Response:
    """GET one scripted reply."""
    with ScriptedServer({"/feed": reply}) as server:
        return get(server.url + "/feed", server, max_bytes=max_bytes, seconds=seconds)


# --- what is sent ----------------------------------------------------------------------------------


def test_f5_the_request_is_honest_and_says_no_more_than_it_must() -> None:
    with ScriptedServer({"/feed?x=1": Reply(body=BODY)}) as server:
        response = get(server.url + "/feed?x=1#part", server, headers={"If-None-Match": 'W/"a"'})
        (seen,) = server.requests
    assert response.body == BODY
    assert response.url == server.url + "/feed?x=1"
    accept = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
    assert seen.headers == {
        "host": f"127.0.0.1:{server.port}",
        "accept": accept,
        "accept-encoding": "gzip",
        "connection": "keep-alive",
        "user-agent": "trendwatch/test",
        "if-none-match": 'W/"a"',
    }


def test_f5_cookies_are_never_sent_back() -> None:
    set_cookie = {"Set-Cookie": "id=1; Path=/", "Location": "/b"}
    with ScriptedServer({"/a": Reply(302, headers=set_cookie), "/b": Reply(body=BODY)}) as server:

        async def twice() -> None:
            async with Client(guard_for(server), user_agent="t") as client:
                await client.get(server.url + "/a", {})
                await client.get(server.url + "/a", {})

        asyncio.run(twice())
    assert [seen.path for seen in server.requests] == ["/a", "/b", "/a", "/b"]
    assert all("cookie" not in seen.headers for seen in server.requests)
    assert all("referer" not in seen.headers for seen in server.requests)


def test_f5_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as proxy, ScriptedServer({"/": Reply(body=BODY)}) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        assert get(server.url + "/", server).body == BODY
    assert proxy.connections == 0


def test_f5_validators_go_out_byte_for_byte() -> None:
    odd = '"caf\xe9 \x80\xff"'
    script: dict[str, Script] = {"/feed": Reply(headers={"ETag": odd}, body=BODY)}
    with ScriptedServer(script) as server:
        etag = get(server.url + "/feed", server).headers["etag"]
        get(server.url + "/feed", server, headers={"If-None-Match": etag})
    assert etag == odd
    assert server.requests[1].headers["if-none-match"] == odd


def test_repeated_headers_are_joined() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nCache-Control: a\r\ncache-control: b\r\n\r\n"
    assert answer_of(Reply(raw=raw)).headers["cache-control"] == "a, b"


def test_other_statuses_are_answers_and_their_bodies_are_not_read() -> None:
    response = answer_of(Reply(404, body=b"x" * 50_000), max_bytes=10)
    assert (response.status, response.body) == (404, b"")


@respx.mock
def test_a_public_feed_is_asked_by_its_name() -> None:
    route = respx.get("https://news.example/feed").mock(
        side_effect=[
            httpx.Response(301, headers={"Location": "https://www.news.example/feed.xml"}),
            httpx.ConnectError("must not be asked again"),
        ]
    )
    final = respx.get("https://www.news.example/feed.xml").respond(200, content=BODY)
    response = get("https://news.example/feed", headers={"If-None-Match": '"1"'})
    assert (response.url, response.body) == ("https://www.news.example/feed.xml", BODY)
    assert route.call_count == final.call_count == 1
    assert final.calls.last.request.headers["if-none-match"] == '"1"'


# --- where it may go -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *"file:///etc/passwd ftp://a.example/ gopher://a.example/ data:text/plain,x javascript:x".split(),
        *"/etc/passwd feed.xml // http:// https:///x http://[::1 http://a.example:x/ http://[]/".split(),
        *"unix:///run/docker.sock HTTP+UNIX://x ws://a.example/ http://a\x00b/ http://a.example:99999".split(
            " "
        ),
        "",
        "http://" + "a" * 70_000,
    ],
)
def test_f1_only_http_addresses_are_visited(url: str) -> None:
    with pytest.raises((BlockedAddress, NameNotFound)):
        get(url)


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 public@127.0.0.1 8.8.8.8:80@127.0.0.1 127.1 2130706433 0x7f000001 0x7f.1 017700000001 0 "
    "127。0。0。1 127.0.0.1. ①②⑦.⓪.⓪.① [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] localhost LOCALHOST "
    "0.0.0.0 127.0.1 0177.0.0.1".split(),
)
def test_f1_no_spelling_of_a_host_reaches_the_canary(host: str) -> None:
    with ScriptedServer() as canary, pytest.raises((BlockedAddress, NameNotFound)):
        get(f"http://{host}:{canary.port}/")
    assert canary.connections == 0


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::1"], ["169.254.169.254"]])
def test_f1_a_name_that_leads_inside_is_blocked(answers: list[str]) -> None:
    with ScriptedServer() as canary, pytest.raises(BlockedAddress):
        get(f"http://evil.example:{canary.port}/", resolve=lambda _: answers)
    assert canary.connections == 0


@pytest.mark.parametrize("hop", [1, 2, 3, 4, 5])
def test_f1_a_redirect_inside_is_blocked_at_every_hop(hop: int) -> None:
    with ScriptedServer() as canary, ScriptedServer() as server:
        for step in range(1, hop):
            server.script[f"/{step}"] = Reply(302, headers={"Location": f"/{step + 1}"})
        server.script[f"/{hop}"] = Reply(302, headers={"Location": canary.url + "/secret"})
        with pytest.raises(BlockedAddress):
            get(server.url + "/1", server)
    assert len(server.requests) == hop
    assert canary.connections == 0


def test_unknown_names_are_said_to_be_unknown() -> None:
    def nobody(host: str) -> Sequence[str]:
        raise NameNotFound(host)

    with pytest.raises(NameNotFound):
        get("http://gone.example/", resolve=nobody)


# --- F2 redirects ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_f2_redirects_are_followed_relative_ones_too(status: int) -> None:
    with ScriptedServer({"/old/feed": Reply(status, headers={"Location": "../new#top"})}) as server:
        server.script["/new"] = Reply(body=BODY)
        response = get(server.url + "/old/feed", server)
    assert (response.url, response.body) == (server.url + "/new", BODY)


@pytest.mark.parametrize(("hops", "arrives"), [(0, True), (1, True), (5, True), (6, False), (9, False)])
def test_f2_five_hops_are_enough(hops: int, arrives: bool) -> None:
    def follow(seen: Seen) -> Reply:
        step = int(seen.path[1:])
        return Reply(body=BODY) if step == hops else Reply(302, headers={"Location": f"/{step + 1}"})

    with ScriptedServer({f"/{step}": follow for step in range(hops + 1)}) as server:
        if arrives:
            assert get(server.url + "/0", server).body == BODY
        else:
            with pytest.raises(TooManyRedirects):
                get(server.url + "/0", server)
    assert len(server.requests) == min(hops, 5) + 1


def test_f2_a_circle_is_left_at_once() -> None:
    script = {
        "/a": Reply(302, headers={"Location": "/b"}),
        "/b": Reply(302, headers={"Location": "/a#again"}),
    }
    with ScriptedServer(script) as server, pytest.raises(TooManyRedirects, match="circle"):
        get(server.url + "/a", server)
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "location",
    [
        *"file:///etc/passwd ftp://a.example/x gopher://a.example data:,x javascript:x mailto:a@b".split(),
        *"http://[::1 http://a.example:port/ http://user:pw@a.example/".split(),
        " ",
    ],
)
def test_f2_bad_locations(location: str) -> None:
    with pytest.raises(BadRedirect):
        answer_of(Reply(302, headers={"Location": location}))


def test_f2_a_redirect_to_nowhere() -> None:
    with pytest.raises(BadRedirect, match="where"):
        answer_of(Reply(302))


def test_f2_a_location_cannot_bring_headers_of_its_own() -> None:
    raw = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /x\rEvil: 1\r\n\r\n"
    with pytest.raises(NetError) as caught:
        answer_of(Reply(raw=raw))
    assert caught.type in (BadRedirect, ConnectionFailed)


def test_f2_a_location_in_utf_8_is_understood() -> None:
    with ScriptedServer(
        {"/a": Reply(301, headers={"Location": "/b\u00e4cker".encode().decode("latin-1")})}
    ) as server:
        server.script["/b%C3%A4cker"] = Reply(body=BODY)
        assert get(server.url + "/a", server).body == BODY


@respx.mock
def test_f2_https_does_not_step_down_to_http() -> None:
    respx.get("https://a.example/").respond(302, headers={"Location": "http://a.example/"})
    with pytest.raises(BadRedirect, match="down"):
        get("https://a.example/")


@respx.mock
def test_f2_http_may_step_up_to_https() -> None:
    respx.get("http://a.example/").respond(301, headers={"Location": "https://a.example/"})
    respx.get("https://a.example/").respond(200, content=BODY)
    assert get("http://a.example/").url == "https://a.example/"


@respx.mock
def test_f2_credentials_stay_with_their_origin_for_good() -> None:
    respx.get("https://a.example/1").respond(302, headers={"Location": "https://a.example/2"})
    respx.get("https://a.example/2").respond(302, headers={"Location": "https://b.example/3"})
    respx.get("https://b.example/3").respond(302, headers={"Location": "https://a.example/4"})
    respx.get("https://a.example/4").respond(200, content=BODY)
    response = get(
        "https://user:p%40ss@a.example/1", headers={"authorization": "Bearer x", "If-None-Match": "e"}
    )
    sent = [call.request.headers.get("authorization") for call in respx.calls]
    basic = "Basic dXNlcjpwQHNz"  # base64 of user:p@ss
    assert [text and text.rpartition(", ")[2] for text in sent] == [basic, basic, None, None]
    assert all(call.request.headers["if-none-match"] == "e" for call in respx.calls)
    assert "user" not in response.url


def test_credentials_do_not_reach_messages() -> None:
    with ScriptedServer({"/": Reply(302)}) as server, pytest.raises(BadRedirect) as caught:
        get(f"http://user:secret@127.0.0.1:{server.port}/", server)
    assert "secret" not in str(caught.value)


# --- F3 slow peers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(delay=30), id="accepts and says nothing"),
        pytest.param(Reply(drip=itertools.repeat(b"x"), pause=0.05), id="one byte at a time for ever"),
        pytest.param(Reply(status=302, headers={"Location": "/feed2"}, drip=[b"x"], pause=30), id="redirect"),
    ],
)
def test_f3_the_deadline_is_for_everything(reply: Reply) -> None:
    started = time.monotonic()
    with ScriptedServer({"/feed": reply, "/feed2": Reply(delay=30)}) as server, pytest.raises(FetchTimeout):
        get(server.url + "/feed", server, seconds=0.4)
    assert time.monotonic() - started < 2


def test_f3_a_stalled_tls_handshake_is_a_timeout_and_closes_the_connection() -> None:
    hung_up = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept_and_stay_silent() -> None:
            connection, _ = listener.accept()
            with connection:
                while connection.recv(65536):
                    pass
            hung_up.set()

        threading.Thread(target=accept_and_stay_silent, daemon=True).start()
        port = listener.getsockname()[1]

        async def once() -> None:
            guard = Guard([Allowed.parse(f"127.0.0.1:{port}")])
            async with Client(guard, user_agent="t", timeout=timedelta(seconds=0.3)) as client:
                with pytest.raises(FetchTimeout):
                    await client.get(f"https://127.0.0.1:{port}/", {})
                assert await asyncio.to_thread(hung_up.wait, 5)

        asyncio.run(once())


# --- F4 oversize, bombs, wrong lengths -------------------------------------------------------------


def packed(body: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        body = gzip.compress(body, 6, mtime=0)
    return body


@pytest.mark.parametrize(
    ("codings", "times"),
    [
        ("gzip", 1),
        ("x-gzip", 1),
        ("GZIP", 1),
        ("gzip, gzip", 2),
        ("identity", 0),
        ("", 0),
        ("gzip, identity", 1),
    ],
)
def test_f4_known_codings_are_undone(codings: str, times: int) -> None:
    reply = Reply(body=packed(BODY, times), headers={"Content-Encoding": codings})
    assert answer_of(reply).body == BODY


@pytest.mark.parametrize(
    ("codings", "body"),
    [
        pytest.param("br", b"\x0b\x02\x80hello\x03", id="brotli"),
        pytest.param("zstd", b"\x28\xb5\x2f\xfd\x04\x00", id="zstd"),
        pytest.param("deflate", zlib.compress(BODY), id="deflate"),
        pytest.param("rot13", BODY, id="unknown"),
        pytest.param("gzip, br", packed(BODY), id="known and unknown"),
        pytest.param(", ".join(["gzip"] * 3), packed(BODY, 3), id="three"),
        pytest.param(", ".join(["gzip"] * 10), packed(BODY, 10), id="ten"),
        pytest.param("gzip", BODY, id="not gzip"),
        pytest.param("gzip", packed(BODY)[:-9], id="cut in the data"),
        pytest.param("gzip", packed(BODY)[:-1], id="cut in the trailer"),
        pytest.param("gzip", packed(BODY)[:-8] + b"\x00" * 8, id="wrong checksum"),
        pytest.param("gzip, gzip", packed(packed(BODY)[:-9]), id="inner one cut"),
    ],
)
def test_f4_other_codings_are_bad_encoding(codings: str, body: bytes) -> None:
    with pytest.raises(BadEncoding):
        answer_of(Reply(body=body, headers={"Content-Encoding": codings}))


def test_f4_members_follow_each_other_and_padding_is_ignored() -> None:
    body = packed(b"<rss>") + packed(b"</rss>") + b"\x00\x00padding"
    assert answer_of(Reply(body=body, headers={"Content-Encoding": "gzip"})).body == b"<rss></rss>"


def test_f4_an_empty_body_needs_no_gzip() -> None:
    assert answer_of(Reply(headers={"Content-Encoding": "gzip"})).body == b""


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"x" * 1001), id="announced"),
        pytest.param(Reply(drip=itertools.repeat(b"x" * 100)), id="endless"),
        pytest.param(Reply(body=packed(b"x" * 1001), headers={"Content-Encoding": "gzip"}), id="packed"),
        pytest.param(
            Reply(drip=itertools.repeat(packed(b"")), headers={"Content-Encoding": "gzip"}),
            id="endless and empty",
        ),
        pytest.param(
            Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
            id="announced absurdly",
        ),
    ],
)
def test_f4_too_much_is_body_too_large(reply: Reply) -> None:
    with pytest.raises(BodyTooLarge):
        answer_of(reply, max_bytes=1000)


def test_f4_exactly_enough_is_enough() -> None:
    assert len(answer_of(Reply(body=b"x" * 1000), max_bytes=1000).body) == 1000
    packed_reply = Reply(body=packed(b"x" * 1000), headers={"Content-Encoding": "gzip"})
    assert len(answer_of(packed_reply, max_bytes=1000).body) == 1000


@pytest.mark.parametrize("times", [1, 2])
def test_f4_a_bomb_costs_little_memory(times: int) -> None:
    bomb = packed(b"\x00" * 256_000_000, times)  # times = 1: 249 kB; times = 2: less than 2 kB
    codings = ", ".join(["gzip"] * times)
    with ScriptedServer({"/": Reply(body=bomb, headers={"Content-Encoding": codings})}) as server:
        tracemalloc.start()
        with pytest.raises(BodyTooLarge):
            get(server.url + "/", server, max_bytes=10 * 1024 * 1024)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 32 * 1024 * 1024  # the body so far, twice while it grows, and pieces


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", id="shorter than announced"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshor", id="cut chunk"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nno\r\n", id="no chunk size"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", id="no length"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"a" * 200_000, id="endless header"),
        pytest.param(b"SSH-2.0-OpenSSH_9.2\r\n", id="not HTTP"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_f4_broken_answers_are_connection_failures(raw: bytes) -> None:
    with pytest.raises(ConnectionFailed):
        answer_of(Reply(raw=raw))


def test_f4_bytes_beyond_the_announced_length_are_ignored() -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<rss>and more"
    assert answer_of(Reply(raw=raw)).body == b"<rss>"


@given(st.binary(max_size=3000), st.lists(st.integers(0, 4000), max_size=6), st.integers(1, 2))
@settings(max_examples=60, deadline=None)
def test_unpacking_undoes_packing_however_it_is_cut(body: bytes, cuts: list[int], times: int) -> None:
    whole = packed(body, times)
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]

    async def chunks() -> AsyncIterator[bytes]:
        for start, end in itertools.pairwise(edges):
            yield whole[start:end]

    codings = ", ".join(["gzip"] * times)
    assert asyncio.run(unpacked(chunks(), codings=codings, max_bytes=3000)) == body


# --- connections and TLS ---------------------------------------------------------------------------


def test_nobody_listening_is_a_connection_failure() -> None:
    with ScriptedServer() as server:
        pass
    with pytest.raises(ConnectionFailed):
        get(server.url, server)


def test_f7_tls_with_a_server_that_speaks_none() -> None:
    with ScriptedServer() as server, pytest.raises(TlsFailed):
        get(server.url.replace("http://", "https://"), server)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh certificate for news.example that signs itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=news.example -addext subjectAltName=DNS:news.example"
    )
    files = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.fixture
def tls_server(certificate: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with ScriptedServer({"/": Reply(body=BODY)}, tls=context) as server:
        yield server


@pytest.mark.parametrize(
    ("host", "trusted", "good"),
    [("news.example", True, True), ("other.example", True, False), ("news.example", False, False)],
)
def test_f7_who_cannot_prove_its_name_is_not_read(
    tls_server: ScriptedServer, certificate: Path, host: str, trusted: bool, good: bool
) -> None:
    tls = ssl.create_default_context(cafile=certificate) if trusted else None
    url = f"https://{host}:{tls_server.port}/"
    if good:
        assert get(url, tls_server, resolve=lambda _: ["127.0.0.1"], tls=tls).body == BODY
    else:
        with pytest.raises(TlsFailed):
            get(url, tls_server, resolve=lambda _: ["127.0.0.1"], tls=tls)


def test_one_connection_serves_several_requests_of_one_server() -> None:
    script = {"/a": Reply(304), "/b": Reply(body=BODY), "/c": Reply(404, body=b"no")}
    with ScriptedServer(script) as server:

        async def three() -> list[int]:
            async with Client(guard_for(server), user_agent="t") as client:
                return [(await client.get(server.url + path, {})).status for path in ("/a", "/b", "/c")]

        assert asyncio.run(three()) == [304, 200, 404]
    assert server.connections == 1
