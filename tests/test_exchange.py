"""Connections: kept by server, given up in time, and what goes wrong on them by name (F7)."""

from __future__ import annotations

import asyncio
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.scripted_server import Reply, ScriptedServer
from trendwatch.net import NameNotFound, NameServerFailed, TlsExpired, TlsFailed, TlsWrongHost
from trendwatch.net.client import Client, public_authorities
from trendwatch.net.exchange import Keeping
from trendwatch.net.guard import Allowed, Guard, resolve
from trendwatch.net.post import Poster
from trendwatch.types.identity import server_of

LOOPBACK = Guard([Allowed.parse("127.0.0.0/8")])


def test_a_server_that_hangs_up_between_two_requests_is_asked_anew() -> None:
    """It answers one request a connection and closes only when the next one comes."""
    served = 0
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            nonlocal served
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    served += 1
                    connection.recv(65536)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        async def three() -> list[bytes]:
            async with Client(LOOPBACK, user_agent="t") as client:
                return [(await client.get(url, {})).body for _ in range(3)]

        assert asyncio.run(three()) == [b"ok"] * 3
    assert served == 3


def test_connections_to_many_servers_do_not_pile_up() -> None:
    with ScriptedServer({"/": Reply(304)}, host="0.0.0.0") as server:

        async def visit() -> tuple[int, int]:
            async with Client(LOOPBACK, user_agent="t", keeping=Keeping(most=3)) as client:
                for number in range(1, 11):
                    await client.get(f"http://127.0.0.{number}:{server.port}/", {})
                kept = client._exchange._idle
                return sum(len(waiting) for waiting in kept.values()), len(client._exchange._waiting)

        assert asyncio.run(visit()) == (3, 3)
    assert server.connections == 10


def test_a_connection_that_waited_too_long_is_not_used() -> None:
    with ScriptedServer({"/": Reply(304)}) as server:

        async def twice() -> None:
            async with Client(LOOPBACK, user_agent="t", keeping=Keeping(seconds=0.0)) as client:
                for _ in range(2):
                    await client.get(server.url + "/", {})

        asyncio.run(twice())
    assert server.connections == 2


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates for news.example that sign themselves: a good one, and one of last year."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key = folder / "key.pem"
    made = "openssl ecparam -name prime256v1 -genkey -noout -out".split()
    subprocess.run([*made, str(key)], check=True, capture_output=True)
    request = "openssl req -new -subj /CN=news.example -addext subjectAltName=DNS:news.example -key".split()
    wanted = folder / "wanted.csr"
    subprocess.run([*request, str(key), "-out", str(wanted)], check=True, capture_output=True)
    for name, days in (("good", 2), ("expired", -1)):
        sign = f"openssl x509 -req -in {wanted} -signkey {key} -days {days} -copy_extensions copyall"
        out = ["-out", str(folder / f"{name}.crt")]
        if subprocess.run([*sign.split(), *out], check=False, capture_output=True).returncode:
            pytest.skip("this openssl signs no certificates of the past")
        both = key.read_bytes() + (folder / f"{name}.crt").read_bytes()
        (folder / f"{name}.pem").write_bytes(both)
    return folder


@pytest.mark.parametrize(
    ("certificate", "host", "trusted", "failure"),
    [
        ("expired", "news.example", True, TlsExpired),
        ("good", "other.example", True, TlsWrongHost),
        ("good", "127.0.0.1", True, TlsWrongHost),
        ("good", "news.example", False, TlsFailed),
    ],
)
def test_f7_each_reason_not_to_trust_has_its_class(
    authority: Path, certificate: str, host: str, trusted: bool, failure: type[TlsFailed]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / f"{certificate}.pem")
    tls = ssl.create_default_context(cafile=authority / f"{certificate}.crt") if trusted else None
    with ScriptedServer({"/": Reply(304)}, tls=context) as server:

        async def once() -> None:
            loopback = lambda _host: ["127.0.0.1"]  # noqa: E731
            async with Client(LOOPBACK, user_agent="t", resolve=loopback, tls=tls) as client:
                await client.get(f"https://{host}:{server.port}/", {})

        with pytest.raises(TlsFailed) as caught:
            asyncio.run(once())
        poster = Poster(LOOPBACK, user_agent="t", resolve=lambda _host: ["127.0.0.1"], tls=tls)
        with pytest.raises(TlsFailed) as posted:
            poster.post(f"https://{host}:{server.port}/", b"{}", {})
    assert caught.type is posted.type is failure


def test_f7_nobody_is_trusted_because_the_environment_says_so(
    authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trusted() -> set[bytes]:
        public_authorities.cache_clear()
        return set(public_authorities().get_ca_certs(binary_form=True))

    usual = trusted()
    assert usual
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "good.crt"))
    assert trusted() == usual


@pytest.mark.parametrize(
    ("number", "failure"),
    [
        (socket.EAI_NONAME, NameNotFound),
        (socket.EAI_AGAIN, NameServerFailed),  # no name server answers
        (socket.EAI_FAIL, NameServerFailed),  # one answers that it cannot say
    ],
)
def test_f7_an_unknown_name_and_an_unknowing_name_server_are_two_things(
    monkeypatch: pytest.MonkeyPatch, number: int, failure: type[NameNotFound]
) -> None:
    def fail(*_: object, **__: object) -> Sequence[object]:
        raise socket.gaierror(number, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NameNotFound) as caught:
        resolve("news.example")
    assert caught.type is failure


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("http://a.example/x", "a.example"),
        ("https://A.Example:443/x", "a.example"),
        ("http://a.example:80", "a.example"),
        ("https://a.example.:80/", "a.example"),
        ("http://user:pw@a.example:8080/", "a.example:8080"),
        ("http://[::1]:81/", "[::1]:81"),
        ("http://[::1]/", "[::1]"),
        ("http://a.example:port/", ""),
        ("http://[::1", ""),
        ("feed.xml", ""),
        ("", ""),
    ],
)
def test_f8_one_server_has_one_name(url: str, server: str) -> None:
    assert server_of(url) == server
