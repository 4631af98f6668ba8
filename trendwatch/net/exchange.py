"""One request and its answer, over connections that pass the guard: the module that knows httpcore.

Of httpx only the transport is used here, whose pool takes a backend of our own. What httpx's client adds
(cookies, environment, redirects, decoding) is off for us, and takes a third of the processor time of a poll
that brings "not modified".

Header values are latin-1 both ways, which keeps bytes as they are: validators go back byte for byte.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import httpcore

from trendwatch.net import (
    BodyTooLarge,
    ConnectionFailed,
    FetchTimeout,
    NetError,
    TlsExpired,
    TlsFailed,
    TlsWrongHost,
)
from trendwatch.net.unpack import unpacked

_OK, _NOT_MODIFIED = 200, 304
# OpenSSL's numbers of reasons why a certificate is refused.
_EXPIRED, _OTHER_NAME, _OTHER_ADDRESS = 10, 62, 64


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
    """A pool of connections. For one event loop."""

    def __init__(
        self,
        backend: httpcore.AsyncNetworkBackend,
        tls: ssl.SSLContext,
        *,
        standing: Mapping[str, str],
        max_bytes: int,
    ) -> None:
        self._max_bytes = max_bytes
        #: headers of every request
        self._standing = _raw(standing)
        self._pool = httpcore.AsyncConnectionPool(
            tls, max_connections=None, keepalive_expiry=5.0, network_backend=backend
        )

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    async def get(self, target: Target, headers: Mapping[str, str]) -> Received:
        """Send one request and read its answer, the body of a 200 included.

        Raises:
            NetError: there is no usable answer; the subclass says why.
        """
        request = httpcore.Request(
            "GET",
            httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path),
            headers=[(b"Host", target.netloc), *self._standing, *_raw(headers)],
        )
        try:
            response = await self._pool.handle_async_request(request)
            async with aclosing(response):
                received = _plain(response.headers)
                # The empty body of a 304 is read too: that frees the connection for the next request.
                wanted = response.status in (_OK, _NOT_MODIFIED)
                body = await self._read(response, received) if wanted else b""
        except httpcore.TimeoutException as error:
            raise FetchTimeout("the server did not answer in time") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            if isinstance(error, TimeoutError):
                raise  # the deadline of the whole request
            raise _translated(error) from error
        return Received(status=response.status, headers=received, body=body)

    async def _read(self, response: httpcore.Response, headers: Mapping[str, str]) -> bytes:
        """Return the unpacked body.

        Raises:
            BodyTooLarge: it is, or says it is, larger than we take.
            BadEncoding: it cannot be unpacked.
        """
        length = headers.get("content-length", "")
        if response.status == _OK and length.isdecimal() and int(length[:20]) > self._max_bytes:
            raise BodyTooLarge(f"the body is announced with {length[:20]} bytes")
        codings = headers.get("content-encoding", "")
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


def _translated(error: BaseException) -> NetError:
    """Return a connection's failure in our words; a TLS failure hides in the causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return _untrusted(cause)
        cause = cause.__cause__ or cause.__context__
    return ConnectionFailed(str(error) or type(error).__name__)


def _untrusted(error: ssl.SSLError) -> TlsFailed:
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    if code == _EXPIRED:
        return TlsExpired(str(error))
    return TlsWrongHost(str(error)) if code in (_OTHER_NAME, _OTHER_ADDRESS) else TlsFailed(str(error))
