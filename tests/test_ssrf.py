"""F1: the whole matrix of addresses, ways in and entry points. Prints its figures; run with -s to read them.

Blocked means: the class is blocked_address (or the name is unknown), nobody was dialled that may not be, and
a listener on this machine saw no connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest

from tests.fake_network import Asked, FakeNetwork, Said
from tests.scripted_server import ScriptedServer
from trendwatch.fetch import Fetcher
from trendwatch.net.guard import Guard
from trendwatch.types.news import Answer, Document, Failure, PollFailure, Request

#: One of each special-purpose range, and what clouds and IPv6 make of them.
ADDRESSES = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 168.63.129.16
    169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.31.196.1
    192.52.193.1 192.88.99.1 192.168.0.1 192.168.255.255 192.175.48.1 198.18.0.1 198.51.100.1 203.0.113.1
    224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b:1::1 100::1 2001::1
    2001:db8::1 2002:7f00:1::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1
""".split()
PUBLIC = ("93.184.216.34", "1.1.1.1", "151.101.1.69", "2606:4700::1111", "2a00:1450:4001:80e::2004")
SPELLINGS = (
    *"2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 127.1 127.0.1 0 localhost".split(),
    *("127。0。0。1", "①②⑦.⓪.⓪.①", "127.0.0.1.", "[::ffff:7f00:1]"),
)
SCHEMES = (
    "file:///etc/passwd",
    "ftp://h/",
    "gopher://h/",
    "dict://h/",
    "unix:///x",
    "data:,x",
    "javascript:x",
)
ODD_PORTS = (0, 21, 22, 25, 110, 3306, 5432, 6379, 9200, 11211)
OUTSIDE = "93.184.216.34"

Vector = tuple[str, str, Callable[[str], Sequence[str]], Callable[[Asked], Said]]


def literal(address: str) -> str:
    return f"http://[{address}]/feed" if ":" in address else f"http://{address}/feed"


def nothing(_asked: Asked) -> Said:
    return Said(body=b"<rss/>")


def hops(number: int, target: str) -> Callable[[Asked], Said]:
    """Send on within the public internet, and at the last hop inside."""

    def respond(asked: Asked) -> Said:
        at = int(asked.path.removeprefix("/hop"))
        return Said(302, headers={"Location": target if at == number else f"/hop{at + 1}"})

    return respond


def outside(_host: str) -> Sequence[str]:
    return [OUTSIDE]


def vectors(canary: ScriptedServer) -> Iterator[Vector]:
    """Yield a name, an address to fetch, a name server and a web server for each attack."""
    for address in ADDRESSES:
        yield f"literal {address}", literal(address), outside, nothing
        yield f"name {address}", "http://evil.example/", lambda _h, a=address: [a], nothing
        yield f"mixed {address}", "http://evil.example/", lambda _h, a=address: [OUTSIDE, a], nothing
        for number in range(1, 6):
            way = hops(number, literal(address))
            yield f"hop {number} {address}", "http://good.example/hop1", outside, way
        turn = count()
        rebound = lambda _h, a=address, turn=turn: [OUTSIDE] if next(turn) == 0 else [a]  # noqa: E731
        way = lambda asked: Said(302, headers={"Location": f"http://good.example/2{asked.path}"})  # noqa: E731
        yield f"rebound {address}", "http://good.example/1", rebound, way
    for host in SPELLINGS:
        yield f"spelling {host}", f"http://{host}:{canary.port}/", real, nothing
    for url in SCHEMES:
        yield f"scheme {url}", url, outside, nothing
        yield f"hop to {url}", "http://good.example/hop1", outside, hops(1, url)
    for port in ODD_PORTS:
        yield f"port {port}", f"http://good.example:{port}/", outside, nothing
        yield (
            f"hop to port {port}",
            "http://good.example/hop1",
            outside,
            hops(1, f"http://good.example:{port}/"),
        )
    for start in ("user@", "good.example@", "user:pw@", "8.8.8.8:80@"):
        yield f"userinfo {start}", f"http://{start}127.0.0.1:{canary.port}/", real, nothing


def real(host: str) -> Sequence[str]:
    from trendwatch.net.guard import resolve

    return resolve(host)


def first_of(fetcher: Fetcher, request: Request) -> Answer:
    with closing(fetcher.stream([request, request])) as answers:
        _, first = next(answers)
        return first


#: Ways to fetch: polling streams requests, trying out a feed and reading a page get one.
ENTRY_POINTS: dict[str, Callable[[Fetcher, Request], Answer]] = {
    "one": lambda fetcher, request: fetcher.get(request),
    "stream": first_of,
}


def attack(vector: Vector, entry: str) -> tuple[Answer, FakeNetwork]:
    _, url, resolve, respond = vector
    network = FakeNetwork(respond)
    fetcher = Fetcher(
        Guard(), resolve=resolve, dial=network, spacing=timedelta(0), timeout=timedelta(seconds=5)
    )
    return ENTRY_POINTS[entry](fetcher, Request(feed_key="x", url=url)), network


def test_f1_every_vector_is_blocked_and_the_canary_hears_nothing() -> None:
    let_through, tried = [], 0
    with ScriptedServer() as canary:
        for entry in ENTRY_POINTS:
            for vector in vectors(canary):
                answer, network = attack(vector, entry)
                tried += 1
                stopped = isinstance(answer, PollFailure) and answer.failure in {
                    Failure.BLOCKED_ADDRESS,
                    Failure.BAD_REDIRECT,
                    Failure.NAME_NOT_FOUND,
                    Failure.NAME_SERVER_FAILED,
                }
                inside = [one for one in network.dialled if one[0] != OUTSIDE or one[1] not in (80, 443)]
                if not stopped or inside:
                    let_through.append((entry, vector[0], answer, inside))
        connections = canary.connections
    print(
        f"\n{tried - len(let_through)} of {tried} vectors blocked; the canary saw {connections} connections"
    )
    assert let_through == []
    assert connections == 0
    assert tried >= 300


@pytest.mark.parametrize("address", PUBLIC)
def test_f1_public_addresses_are_not_blocked(address: str) -> None:
    for vector in (
        ("literal", literal(address), outside, nothing),
        ("name", "http://good.example/", lambda _h: [address], nothing),
    ):
        answer, network = attack(vector, "one")
        assert isinstance(answer, Document), answer
        assert network.dialled == [(address, 80)]
