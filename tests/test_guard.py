"""F1: only public addresses are dialled, whatever a host is called and whatever a name server says."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_address, ip_network

import httpcore
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripted_server import ScriptedServer
from trendwatch.net import BlockedAddress, NameNotFound, NameServerFailed
from trendwatch.net.guard import Allowed, Guard, GuardedBackend, Resolve, resolve
from trendwatch.net.ranges import is_public

# First, last and one address of each special-purpose range.
SPECIAL_V4 = """
    0.0.0.0 0.0.0.1 0.255.255.255
    10.0.0.0 10.1.2.3 10.255.255.255
    100.64.0.0 100.100.100.200 100.127.255.255
    127.0.0.1 127.0.0.0 127.1.2.3 127.255.255.255
    168.63.129.16
    169.254.0.0 169.254.169.254 169.254.170.2 169.254.255.255
    172.16.0.0 172.20.1.1 172.31.255.255
    192.0.0.0 192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.0.0.192 192.0.0.255
    192.0.2.0 192.0.2.255
    192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.255 192.175.48.1
    192.168.0.0 192.168.1.1 192.168.255.255
    198.18.0.0 198.19.255.255
    198.51.100.0 198.51.100.255
    203.0.113.0 203.0.113.255
    224.0.0.0 224.0.0.251 239.255.255.255
    240.0.0.0 254.1.1.1 255.255.255.254 255.255.255.255
""".split()

SPECIAL_V6 = """
    :: ::1 ::2 ::7f00:1 ::127.0.0.1 ::8.8.8.8
    ::ffff:0:0 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:8.8.8.8
    ::ffff:0:127.0.0.1
    0:0:0:0:0:ffff:7f00:0001
    64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b::a9fe:a9fe 64:ff9b:1::1 64:ff9b:1:ffff:ffff:ffff:ffff:ffff
    100:: 100::1 100:0:0:1::1 1fff:ffff::1
    2001:: 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1::1 2001:1::2 2001:2::1 2001:3::1
    2001:4:112::1 2001:10::1 2001:20::1 2001:2f::1 2001:30::1 2001:1ff:ffff::1
    2001:db8:: 2001:db8::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff
    2002:: 2002:7f00:1:: 2002:a00:1::1 2002:a9fe:a9fe:: 2002:808:808::1
    2620:4f:8000::1
    2a00:1450::5efe:7f00:1 2a00:1450::200:5efe:10.0.0.1
    3ffe::1 3fff:: 3fff:fff:ffff::1
    4000::1 5f00::1 8000::1
    fc00:: fc00::1 fd00::1 fd00:ec2::254 fd20:ce::254 fdff:ffff::1
    fe00::1 fe80:: fe80::1 fe80::1%1 fe80::a9fe:a9fe febf::1
    fec0:: fec0::1 feff::1
    ff00:: ff01::1 ff02::1 ff02::fb ff05::2 ff0e::1
    ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
""".split()

# Just outside the ranges, and well-known ones.
PUBLIC = """
    1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.216.34 100.63.255.255 100.128.0.0 126.255.255.255
    128.0.0.0 151.101.1.69 168.63.129.15 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
    191.255.255.255 192.0.1.1 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 203.0.112.255
    223.255.255.255
    2000::1 2001:200::1 2001:4860:4860::8888 2003::1 2606:4700::1111 2a00:1450:4001:80e::2004 3ffd::1
""".split()


def test_f1_there_are_a_hundred_blocked_vectors() -> None:
    assert len(set(SPECIAL_V4 + SPECIAL_V6)) >= 100


@pytest.mark.parametrize("address", SPECIAL_V4 + SPECIAL_V6)
def test_f1_special_addresses_are_blocked(address: str) -> None:
    assert not Guard().permits(address, 80)
    assert not Guard().permits(address, 443)


@pytest.mark.parametrize("address", SPECIAL_V4)
@pytest.mark.parametrize("prefix", ["::", "::ffff:", "::ffff:0:", "64:ff9b::"])
def test_f1_special_addresses_in_ipv6_clothes_are_blocked(prefix: str, address: str) -> None:
    assert not Guard().permits(prefix + address, 80)


@pytest.mark.parametrize("address", SPECIAL_V4)
def test_f1_special_addresses_in_6to4_and_isatap_are_blocked(address: str) -> None:
    number = int(ip_address(address))
    high, low = number >> 16, number & 0xFFFF
    assert not Guard().permits(f"2002:{high:x}:{low:x}::1", 80)
    assert not Guard().permits(f"2a00:1450::5efe:{high:x}:{low:x}", 80)


@pytest.mark.parametrize("address", PUBLIC)
def test_f1_public_addresses_are_not_blocked(address: str) -> None:
    assert Guard().permits(address, 80)
    assert Guard().permits(address, 443)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f.1", "2130706433", "127.0.0.01", "1.2.3.4.5"]
)
def test_what_is_no_address_is_not_permitted(text: str) -> None:
    assert not Guard().permits(text, 80)


@pytest.mark.parametrize(
    ("port", "permitted"),
    [(80, True), (443, True), (8080, True), (8443, True)]
    + [(port, False) for port in (0, 1, 22, 25, 81, 3306, 5432, 6379, 8000, 9200, 11211, 65535)],
)
def test_f1_odd_ports_of_public_addresses_are_blocked(port: int, permitted: bool) -> None:
    assert Guard().permits("8.8.8.8", port) is permitted


@given(st.ip_addresses(v=6) | st.ip_addresses(v=4))
def test_nothing_the_standard_library_calls_special_is_permitted(address: object) -> None:
    found = ip_address(str(address))
    if found.is_private or found.is_loopback or found.is_link_local or found.is_multicast:
        assert not is_public(found)


# --- the allow-list --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "network", "port"),
    [
        ("127.0.0.0/8:8080", "127.0.0.0/8", 8080),
        ("127.0.0.1:80", "127.0.0.1/32", 80),
        ("10.1.0.0/16", "10.1.0.0/16", None),
        ("10.1.2.3", "10.1.2.3/32", None),
        (" 10.1.2.3:443 ", "10.1.2.3/32", 443),
        ("[fd00::/8]:8080", "fd00::/8", 8080),
        ("[fd00::]/8:8080", "fd00::/8", 8080),
        ("[::1]:8080", "::1/128", 8080),
        ("[::1]", "::1/128", None),
        ("fd00::/8", "fd00::/8", None),
        ("fd00::/8:81", "fd00::/8", 81),
        ("::1", "::1/128", None),
    ],
)
def test_allow_list_entries_are_read(text: str, network: str, port: int | None) -> None:
    assert Allowed.parse(text) == Allowed(ip_network(network), port)


def test_allow_list_entries_carry_their_pace() -> None:
    entry = Allowed.parse("10.0.0.0/8:80", per_host=4, spacing_seconds=0.5)
    assert (entry.per_host, entry.spacing) == (4, timedelta(seconds=0.5))


@pytest.mark.parametrize(
    "text",
    " localhost:80 10.0.0.1/8:80 10.0.0.0/33 10.0.0.0/8:0 10.0.0.0/8:65536 10.0.0.0/8:http 10.0.0.0/8:-1 "
    "http://10.0.0.1 [fd00::/8:80 10.0.0.0/8:²".split(" "),
)
def test_wrong_allow_list_entries_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Allowed.parse(text)


@pytest.mark.parametrize("pace", [{"per_host": 0}, {"spacing_seconds": -1}])
def test_impossible_paces_are_refused(pace: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        Allowed.parse("10.0.0.0/8", **pace)


@pytest.mark.parametrize(
    ("address", "port", "permitted"),
    [
        ("127.0.0.1", 8000, True),
        ("127.255.0.1", 8000, True),
        ("127.0.0.1", 8001, False),
        ("127.0.0.1", 80, False),
        ("::ffff:127.0.0.1", 8000, False),  # the entry speaks of IPv4
        ("10.9.9.9", 22, True),  # no port given: every port
        ("fd00::1", 443, True),
        ("fd00::1", 80, False),
        ("8.8.8.8", 80, True),
        ("192.168.0.1", 80, False),
    ],
)
def test_the_allow_list_opens_exactly_what_it_says(address: str, port: int, permitted: bool) -> None:
    guard = Guard([Allowed.parse(text) for text in ("127.0.0.0/8:8000", "10.0.0.0/8", "[fd00::/8]:443")])
    assert guard.permits(address, port) is permitted


def test_the_first_matching_entry_gives_the_pace() -> None:
    near = Allowed.parse("10.0.0.1:80", per_host=9)
    guard = Guard([near, Allowed.parse("10.0.0.0/8", per_host=2)])
    assert guard.allowance("10.0.0.1", 80) is near
    assert guard.allowance("11.0.0.1", 80) is None


# --- name server answers ---------------------------------------------------------------------------


def test_f1_one_private_answer_among_public_ones_blocks_the_name() -> None:
    for answers in (["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["2a00:1450::1", "::1"]):
        with pytest.raises(BlockedAddress, match=r"evil\.example"):
            Guard().checked("evil.example", answers, 80)


def test_answers_are_kept_in_order_each_once() -> None:
    answers = ["2a00:1450::1", "8.8.8.8", "2a00:1450::1"]
    assert Guard().checked("good.example", answers, 80) == ("2a00:1450::1", "8.8.8.8")


def test_no_answers_are_a_name_not_found() -> None:
    with pytest.raises(NameNotFound):
        Guard().checked("nobody.example", [], 80)


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b", "\x00", "no such host.invalid"])
def test_hosts_that_cannot_be_looked_up_are_names_not_found(host: str) -> None:
    with pytest.raises(NameNotFound):
        resolve(host)


class Dialled(Exception):
    """The address a fake dialler was told."""


class Dialler(httpcore.AsyncNetworkBackend):
    """Remembers what it should dial; some addresses refuse."""

    def __init__(self, refuse: Sequence[str] = ()) -> None:
        self.refuse = refuse
        self.dialled: list[tuple[str, int, float | None]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.dialled.append((host, port, timeout))
        if host in self.refuse:
            raise httpcore.ConnectError(host)
        return httpcore.AsyncMockStream([])


def connect(
    host: str,
    port: int = 80,
    *,
    guard: Guard | None = None,
    resolve: Resolve = resolve,
    dial: httpcore.AsyncNetworkBackend | None = None,
) -> None:
    with ThreadPoolExecutor(1) as lookups:
        backend = GuardedBackend(guard or Guard(), lookups=lookups, resolve=resolve, dial=dial)

        async def once() -> None:
            stream = await backend.connect_tcp(host, port, timeout=30.0)
            await stream.aclose()

        asyncio.run(once())


def test_f1_rebinding_between_two_lookups_cannot_win() -> None:
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    dial = Dialler()
    connect("rebind.example", resolve=lambda _: next(answers), dial=dial)
    assert dial.dialled == [("8.8.8.8", 80, 30.0)]  # the checked address, not the name
    assert next(answers) == ["127.0.0.1"]  # nobody asked twice


def test_f1_a_blocked_name_is_not_dialled_at_all() -> None:
    dial = Dialler()
    with pytest.raises(BlockedAddress):
        connect("mixed.example", resolve=lambda _: ["8.8.8.8", "169.254.169.254"], dial=dial)
    assert dial.dialled == []


def test_a_dead_address_gives_way_to_the_next_soon() -> None:
    dial = Dialler(refuse=["2a00:1450::1"])
    connect("both.example", resolve=lambda _: ["2a00:1450::1", "8.8.8.8"], dial=dial)
    assert dial.dialled == [("2a00:1450::1", 80, 5.0), ("8.8.8.8", 80, 30.0)]


def test_a_name_without_living_addresses_fails() -> None:
    dial = Dialler(refuse=["8.8.8.8", "8.8.4.4"])
    with pytest.raises(httpcore.ConnectError):
        connect("dead.example", resolve=lambda _: ["8.8.8.8", "8.8.4.4"], dial=dial)
    assert len(dial.dialled) == 2


def test_f1_unix_sockets_are_not_dialled() -> None:
    with ThreadPoolExecutor(1) as lookups, pytest.raises(BlockedAddress):
        asyncio.run(GuardedBackend(Guard(), lookups=lookups).connect_unix_socket("/run/docker.sock"))


@pytest.mark.parametrize(
    "host",
    "127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7f.0x0.0x0.0x1 0177.0.0.1 017700000001 0 0.0.0.0 "
    "localhost ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 0:0:0:0:0:0:0:1 127.255.255.254 0x7f.0.1".split(),
)
def test_f1_no_spelling_of_loopback_reaches_the_canary(host: str) -> None:
    with ScriptedServer() as canary:
        with pytest.raises((BlockedAddress, NameNotFound)):
            connect(host, canary.port)
        assert canary.connections == 0


def test_an_allow_listed_loopback_server_is_reached() -> None:
    with ScriptedServer() as server:
        connect("127.0.0.1", server.port, guard=Guard([Allowed.parse(f"127.0.0.1:{server.port}")]))


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (socket.EAI_NONAME, NameNotFound, "there is no host called nowhere.example"),
        (socket.EAI_AGAIN, NameServerFailed, "nowhere.example: no name server answers"),
    ],
)
def test_a_name_that_leads_nowhere_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception], says: str
) -> None:
    def refuse(*_asked: object, **_how: object) -> None:
        raise socket.gaierror(code, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(kind, match=re.escape(says)):
        resolve("nowhere.example")
