"""One request and its answer, over connections that pass the guard: the module that knows httpcore.

Of httpx only the transport is used here, whose pool takes a backend of our own. What httpx's client adds
(cookies, environment, redirects, decoding) is off for us, and takes a third of the processor time of a poll
that brings "not modified".

Header values are latin-1 both ways, which keeps bytes as they are: validators go back byte for byte.
"""

from __future__ import annotations

import ssl
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from time import monotonic

import httpcore

from trendwatch.net import BodyTooLarge, FetchTimeout
from trendwatch.net.failures import translated
from trendwatch.net.unpack import unpacked

_OK, _NOT_MODIFIED = 200, 304
#: Scheme, host and port.
_Server = tuple[bytes, bytes, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Connections that wait for another request."""

    #: how long one does
    seconds: float = 5.0
    #: how many do
    most: int = 256


KEEPING = Keeping()


@dataclass(frozen=True, slots=True, eq=False)
class _Idle:
    """A connection that waits for another request."""

    connection: httpcore.AsyncHTTPConnection
    server: _Server
    #: monotonic seconds
    since: float


class _HungUp(Exception):
    """A kept connection was closed by the server before it answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What to connect to and ask for, as bytes of the wire."""

    scheme: bytes
    host: bytes
    #: None means the scheme's own
    port: int | None
    #: the Host header
    netloc: bytes
    #: path and query
    path: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a server answered to one request."""

    status: int
    #: names in lower case
    headers: Mapping[str, str]
    #: unpacked; only of a 200, other bodies are not read
    body: bytes


class Exchange:
    """Sends requests and keeps connections that may serve another. For one event loop.

    httpcore's own pool looks at every connection for every other one, at each request: measured with 32 at
    once, a third of the processor time of fetching. Here one that is free is found by its server.
    """

    def __init__(
        self,
        backend: httpcore.AsyncNetworkBackend,
        tls: ssl.SSLContext,
        *,
        standing: Mapping[str, str],
        max_bytes: int,
        keeping: Keeping = KEEPING,
    ) -> None:
        self._backend = backend
        self._keeping = keeping
        self._tls = tls
        self._max_bytes = max_bytes
        #: headers of every request
        self._standing = _raw(standing)
        #: connections that wait for another request, by server; the one used last is at the end
        self._idle: dict[_Server, list[_Idle]] = {}
        #: the same in the order they began to wait; some are in use again by now
        self._waiting: deque[_Idle] = deque()

    async def aclose(self) -> None:
        """Close all connections."""
        for waiting in self._idle.values():
            for one in waiting:
                await one.connection.aclose()
        self._idle.clear()

    async def get(self, target: Target, headers: Mapping[str, str]) -> Received:
        """Send one request and read its answer, the body of a 200 included.

        Raises:
            NetError: there is no usable answer; the subclass says why.
        """
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        sent = [(b"Host", target.netloc), *self._standing, *_raw(headers)]
        request = httpcore.Request("GET", url, headers=sent)
        server = (target.scheme, target.host, url.origin.port)
        try:
            if (idle := await self._take_idle(server)) is not None:
                with suppress(_HungUp):
                    return await self._talk(idle, request, server=server, again=True)
            return await self._talk(self._new(url.origin), request, server=server)
        except httpcore.TimeoutException as error:
            raise FetchTimeout("the server did not answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise  # the deadline of the whole request
            raise translated(error) from error

    def _new(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            origin, self._tls, keepalive_expiry=self._keeping.seconds, network_backend=self._backend
        )

    async def _take_idle(self, server: _Server) -> httpcore.AsyncHTTPConnection | None:
        """Return a connection that waits for another request to a server."""
        waiting = self._idle.get(server, [])
        while waiting:
            connection = waiting.pop().connection
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def _talk(
        self,
        connection: httpcore.AsyncHTTPConnection,
        request: httpcore.Request,
        *,
        server: _Server,
        again: bool = False,
    ) -> Received:
        """Send a request over a connection, ``again`` if it has served a request before.

        Raises:
            _HungUp: the server hung up on a kept connection just as it was used again.
        """
        try:
            try:
                response = await connection.handle_async_request(request)
            except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError) as error:
                if again:
                    raise _HungUp from error
                raise
            async with aclosing(response):
                received = _plain(response.headers)
                # The empty body of a 304 is read too: that frees the connection for the next request.
                wanted = response.status in (_OK, _NOT_MODIFIED)
                body = await self._read(response, received) if wanted else b""
        finally:
            await self._let_go(connection, server)
        return Received(status=response.status, headers=received, body=body)

    async def _let_go(self, connection: httpcore.AsyncHTTPConnection, server: _Server) -> None:
        """Keep a connection that can serve another request; close those that waited long or are too many."""
        if connection.is_closed() or not connection.is_idle():
            await connection.aclose()
            return
        now = monotonic()
        idle = _Idle(connection, server, now)
        self._idle.setdefault(server, []).append(idle)
        self._waiting.append(idle)
        limits = self._keeping
        while self._waiting[0].since < now - limits.seconds or len(self._waiting) > limits.most:
            old = self._waiting.popleft()
            if old in self._idle[old.server]:
                self._idle[old.server].remove(old)
                await old.connection.aclose()

    async def _read(self, response: httpcore.Response, headers: Mapping[str, str]) -> bytes:
        """Return the unpacked body.

        Raises:
            BodyTooLarge: it is, or says it is, larger than we take.
            BadEncoding: it cannot be unpacked.
        """
        length = headers.get("content-length", "")
        if response.status == _OK and length.isdecimal() and int(length[:20]) > self._max_bytes:
            raise BodyTooLarge(f"the body is announced with {length[:20]} bytes")
        # A 304 speaks of the body it does not have.
        codings = headers.get("content-encoding", "") if response.status == _OK else ""
        return await unpacked(response.aiter_stream(), codings=codings, max_bytes=self._max_bytes)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as bytes; latin-1 gives back the bytes that ``_plain`` read."""
    return [(name.encode("ascii"), text.encode("latin-1", "replace")) for name, text in headers.items()]


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return headers by lower-case name, repeated ones joined, every byte one character."""
    found: dict[str, str] = {}
    for name, text in headers:
        key, line = name.decode("latin-1").lower(), text.decode("latin-1")
        found[key] = f"{found[key]}, {line}" if key in found else line
    return found
