"""Which addresses trendwatch may dial: public ones, and what the operator allow-lists.

Feed addresses come from strangers, so a feed could point at the operator's own network (SSRF). What a
host is called proves nothing: ``2130706433``, ``127。0。0。1`` and a name under an attacker's DNS all reach
loopback. Only the resolved address counts, and only if it is the one dialled. So the guard sits below
HTTP, where the connection is made: it resolves once, checks every answer, and dials a checked answer.
A second lookup that says something else (DNS rebinding) never happens, and each redirect passes here
again.

Ranges: the IANA special-purpose registries of IPv4 and IPv6, as of November 2026, plus the one metadata
address that lies in public space. The whole of a registry entry is blocked, also the few globally
reachable addresses inside (192.0.0.9, 2001:1::1): no feed lives there. IPv6 outside 2000::/3 is not
routed on the internet; that covers IPv4-mapped, IPv4-compatible, NAT64, unique-local, link-local,
site-local, loopback and multicast in one rule. On a network that reaches IPv4 through NAT64 the operator
allow-lists ``64:ff9b::/96``. Python's own ``is_global`` is not used: its answers differ between releases.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from ssl import SSLContext
from typing import Any

import httpcore

from trendwatch.net import BlockedAddress, NameNotFound

Address = IPv4Address | IPv6Address

#: Returns the addresses of a host name, in the order to try them; may block; raises NameNotFound.
Resolve = Callable[[str], Sequence[str]]

#: Where web servers listen; every other port needs an allow-list entry.
ORDINARY_PORTS = frozenset({80, 443, 8080, 8443})

_SPECIAL_V4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; holds the metadata address 100.100.100.200
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's metadata in public space
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; holds the metadata address 192.0.0.192
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
_ROUTED_V6 = IPv6Network("2000::/3")
_SPECIAL_V6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3ffe::/16",  # 6bone, given back
        "3fff::/20",  # documentation
    )
)
# ISATAP writes an IPv4 address behind one of these interface identifiers.
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})

# An address that does not answer must not eat the time of those after it.
_ATTEMPT_SECONDS = 5.0
_MAX_ATTEMPTS = 4


@dataclass(frozen=True, slots=True)
class Allowed:
    """An allow-list entry: a network the operator vouches for, and the pace its hosts bear."""

    network: IPv4Network | IPv6Network
    #: None means every port
    port: int | None = None
    #: requests at a time to one host
    per_host: int = 1
    #: pause between two requests to one host
    spacing: timedelta = timedelta(0)

    @classmethod
    def parse(cls, text: str, *, per_host: int = 1, spacing_seconds: float = 0.0) -> Allowed:
        """Read ``10.1.0.0/16:8080``, ``127.0.0.1:80``, ``10.1.0.0/16``, ``[fd00::/8]:80`` or ``fd00::/8``.

        Raises:
            ValueError: not such a text, address bits behind the prefix, a port or pace out of range.
        """
        network, port = _split(text.strip())
        if port is not None and not 0 < port <= 65535:  # noqa: PLR2004 - what a port is
            raise ValueError(f"{text!r}: a port lies between 1 and 65535")
        if per_host < 1 or spacing_seconds < 0:
            raise ValueError(f"{text!r}: per_host is at least 1 and spacing at least 0")
        return cls(ip_network(network), port, per_host, timedelta(seconds=spacing_seconds))

    def covers(self, address: Address, port: int) -> bool:
        """Tell whether the entry speaks of this address and port."""
        return address in self.network and self.port in (None, port)


def _split(text: str) -> tuple[str, int | None]:
    """Return the network and the port of an allow-list entry."""
    if text.startswith("["):
        inside, _, rest = text[1:].partition("]")
        prefix, _, port = rest.partition(":")
        network = inside + prefix
    elif "/" in text or text.count(":") == 1:
        head, slash, tail = text.partition("/") if "/" in text else ("", "", text)
        prefix, _, port = tail.partition(":")
        network = head + slash + prefix
    else:
        network, port = text, ""
    if port and not (port.isascii() and port.isdecimal()):
        raise ValueError(f"{text!r}: write it like 10.1.0.0/16:8080 or [fd00::/8]:8080")
    return network, int(port) if port else None


def is_public(address: Address) -> bool:
    """Tell whether an address is an ordinary one of the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL_V4)
    if address not in _ROUTED_V6 or any(address in network for network in _SPECIAL_V6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP


def _parsed(text: str) -> Address | None:
    """Return an address, None where the text is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


class Guard:
    """Decides which address and port may be dialled. A value: safe to share."""

    def __init__(self, allowed: Sequence[Allowed] = ()) -> None:
        #: the operator's exceptions, first match wins
        self.allowed = tuple(allowed)

    def permits(self, address: str, port: int) -> bool:
        """Tell whether an address may be dialled; what is no address may not."""
        if self.allowance(address, port) is not None:
            return True
        parsed = _parsed(address)
        return parsed is not None and port in ORDINARY_PORTS and is_public(parsed)

    def allowance(self, address: str, port: int) -> Allowed | None:
        """Return the allow-list entry that covers an address, None without one."""
        parsed = _parsed(address)
        return next((entry for entry in self.allowed if parsed and entry.covers(parsed, port)), None)

    def checked(self, host: str, answers: Iterable[str], port: int) -> tuple[str, ...]:
        """Return the answers of one lookup, each once, if every one of them may be dialled.

        Raises:
            NameNotFound: there are no answers.
            BlockedAddress: one may not be dialled; a mix of public and private answers is an attack.
        """
        addresses = tuple(dict.fromkeys(answers))
        if not addresses:
            raise NameNotFound(f"{host} has no address")
        for address in addresses:
            if not self.permits(address, port):
                raise BlockedAddress(
                    f"{host} port {port} leads to {address}, which is not a public web address; "
                    f"allow-list its network and port if the server is yours"
                )
        return addresses


def resolve(host: str) -> list[str]:
    """Ask the operating system for the addresses of a host, in the order it recommends.

    Raises:
        NameNotFound: there are none, or the name servers do not answer.
    """
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, ValueError) as error:  # ValueError: labels that no name can have
        raise NameNotFound(f"{host}: {error}") from error
    return [str(answer[4][0]) for answer in answers]


class _Stream(httpcore.AsyncNetworkStream):
    """A connection that is closed when its TLS handshake is given up; httpcore's own would stay open."""

    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    async def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            return await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:  # cancelled, too: the deadline of the whole request
            await self._inner.aclose()
            raise


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore: resolves once, checks every answer, dials what was checked."""

    def __init__(
        self,
        guard: Guard,
        *,
        lookups: Executor,
        resolve: Resolve = resolve,
        dial: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._guard = guard
        #: where blocking lookups run; its own, so that slow name servers hold up nothing else
        self._lookups = lookups
        self._resolve = resolve
        self._dial = dial or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            NameNotFound: the host has no address.
            BlockedAddress: one of its addresses may not be dialled; none was.
            httpcore.ConnectError: none of the addresses answers.
            httpcore.ConnectTimeout: the last one did not in time.
        """
        addresses = self._guard.checked(host, await self.addresses(host), port)
        *others, last = addresses[:_MAX_ATTEMPTS]
        patience = _ATTEMPT_SECONDS if timeout is None else min(timeout, _ATTEMPT_SECONDS)
        for address in others:
            try:
                inner = await self._dial.connect_tcp(address, port, patience, local_address, socket_options)
                return _Stream(inner)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return _Stream(await self._dial.connect_tcp(last, port, timeout, local_address, socket_options))

    async def addresses(self, host: str) -> Sequence[str]:
        """Look a host up without holding up the loop.

        Raises:
            NameNotFound: it has no address.
        """
        return await asyncio.get_running_loop().run_in_executor(self._lookups, self._resolve, host)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: feeds come over the network.

        Raises:
            BlockedAddress: always.
        """
        raise BlockedAddress(f"{path}: feeds come over the network")

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between attempts."""
        await asyncio.sleep(seconds)
