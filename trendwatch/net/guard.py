"""Which addresses trendwatch may dial: public ones, and what the operator allow-lists.

Feed addresses come from strangers, so a feed could point at the operator's own network (SSRF). What a
host is called proves nothing: ``2130706433``, ``127。0。0。1`` and a name under an attacker's DNS all reach
loopback. Only the resolved address counts, and only if it is the one dialled. So the guard sits below
HTTP, where the connection is made: it resolves once, checks every answer, and dials a checked answer.
A second lookup that says something else (DNS rebinding) never happens, and each redirect passes here
again.

Which addresses are public is said in ranges.py.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import httpcore

from trendwatch.net import BlockedAddress, NameNotFound, NameServerFailed
from trendwatch.net.ranges import Address, is_public
from trendwatch.net.sockets import Sockets

#: Returns the addresses of a host name, in the order to try them; may block; raises NameNotFound, and of that
#: NameServerFailed where nobody could say.
Resolve = Callable[[str], Sequence[str]]

#: Opens connections to checked addresses.
Dial = httpcore.AsyncNetworkBackend

#: Where web servers listen; every other port needs an allow-list entry.
ORDINARY_PORTS = frozenset({80, 443, 8080, 8443})

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
    """Return the network and the port of an allow-list entry.

    Raises:
        ValueError: the port is no number.
    """
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
        NameServerFailed: the name servers do not answer.
        NameNotFound: there are none.
    """
    try:
        answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        unanswered = error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL)
        if unanswered:
            raise NameServerFailed(f"{host}: no name server answers") from error
        raise NameNotFound(f"there is no host called {host}") from error
    except (OSError, ValueError) as error:  # ValueError: labels that no name can have
        raise NameNotFound(f"{host}: {error}") from error
    return [str(answer[4][0]) for answer in answers]


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections for httpcore: resolves once, checks every answer, dials what was checked."""

    def __init__(
        self,
        guard: Guard,
        *,
        lookups: Executor,
        resolve: Resolve = resolve,
        dial: Dial | None = None,
    ) -> None:
        self._guard = guard
        #: where blocking lookups run; its own, so that slow name servers hold up nothing else
        self._lookups = lookups
        self._resolve = resolve
        self._dial = dial or Sockets()

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
            NameServerFailed: nobody could say whether the host has an address.
            NameNotFound: it has none.
            BlockedAddress: one of its addresses may not be dialled; none was.
            httpcore.ConnectError: none of the addresses answers.
            httpcore.ConnectTimeout: the last one did not in time.
        """
        addresses = self._guard.checked(host, await self.addresses(host), port)
        *others, last = addresses[:_MAX_ATTEMPTS]
        patience = _ATTEMPT_SECONDS if timeout is None else min(timeout, _ATTEMPT_SECONDS)
        for address in others:
            try:
                return await self._dial.connect_tcp(address, port, patience, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._dial.connect_tcp(last, port, timeout, local_address, socket_options)

    async def addresses(self, host: str) -> Sequence[str]:
        """Look a host up without holding up the loop; what is an address already needs no looking up.

        Raises:
            NameServerFailed: nobody could say.
            NameNotFound: it has no address.
        """
        if _parsed(host) is not None:
            return [host]
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
