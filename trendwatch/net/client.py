"""One GET that cannot hurt: the only module that imports httpx.

Each of these is off or bounded for a reason found in the field (FAULTS.md F1 to F5):

- redirects are followed here, one at a time, so that every hop passes the guard and rules of its own;
- one deadline for everything, body included: httpx's timeouts start anew with each byte received;
- only gzip is asked for, read raw and unpacked with a bound (see unpack.py);
- no cookies, no Referer, no proxy or certificate from the environment, no HTTP/2.

Header values are latin-1 both ways, which keeps bytes as they are: validators go back byte for byte.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self
from urllib.parse import unquote

import httpcore
import httpx

from trendwatch.net import (
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
from trendwatch.net.guard import Allowed, Guard, GuardedBackend, Resolve, resolve
from trendwatch.net.unpack import unpacked

MAX_BYTES = 10 * 1024 * 1024
MAX_REDIRECTS = 5
TIMEOUT = timedelta(seconds=30)

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
# Looking up whose pace applies comes on top of a request's own time.
_PACE_SECONDS = 3.0
_OK, _NOT_MODIFIED = 200, 304
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a server answered in the end."""

    #: where it came from, after redirects, without credentials and fragment
    url: str
    status: int
    #: names in lower case
    headers: Mapping[str, str]
    #: unpacked; only of a 200, other bodies are not read
    body: bytes


class _Body(httpx.AsyncByteStream):
    """httpcore's body as httpx wants it."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Transport(httpx.AsyncBaseTransport):
    """httpx on a connection pool whose connections pass the guard; httpx's own takes no backend."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            tls, max_connections=None, keepalive_expiry=5.0, network_backend=backend
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            extensions=request.extensions,
        )
        answer = await self._pool.handle_async_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()


@cache
def _public_authorities() -> ssl.SSLContext:
    """Return the usual trust store; reading it takes tens of milliseconds, once."""
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """Asks servers politely and believes none of them. An async context manager, one per loop."""

    def __init__(
        self,
        guard: Guard,
        *,
        user_agent: str,
        timeout: timedelta = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        lookups: int = 32,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard
        self._seconds = timeout.total_seconds()
        self._max_bytes = max_bytes
        self._lookups = ThreadPoolExecutor(lookups, thread_name_prefix="trendwatch-lookup")
        self._backend = GuardedBackend(guard, lookups=self._lookups, resolve=resolve)
        self._httpx = httpx.AsyncClient(
            transport=_Transport(self._backend, tls or _public_authorities()),
            headers=_raw({"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip"}),
            # A jar that takes nothing: who is polled must not be able to recognise the poller.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=self._seconds,
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # A name server may take its time; nobody waits for it.
        self._lookups.shutdown(wait=False, cancel_futures=True)
        await self._httpx.aclose()

    async def allowance(self, host: str, port: int) -> Allowed | None:
        """Return the allow-list entry a host falls under, None for the public internet."""
        if not self._guard.allowed:
            return None  # spares the lookup
        try:
            async with asyncio.timeout(min(self._seconds, _PACE_SECONDS)):
                addresses = await self._backend.addresses(host)
        except (NameNotFound, TimeoutError):
            return None  # the request itself will say so
        return self._guard.allowance(addresses[0], port) if addresses else None

    async def get(self, url: str, headers: Mapping[str, str]) -> Response:
        """Return what a URL answers, whatever the status, after redirects.

        Raises:
            NetError: there is no usable answer; the subclass says why.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(*_without_credentials(url), headers)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise FetchTimeout(f"not finished after {self._seconds:g} seconds") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise _translated(error) from error

    async def _follow(self, url: httpx.URL, credentials: str, headers: Mapping[str, str]) -> Response:
        """Ask, and ask again where sent on to.

        Raises:
            NetError: as for get.
        """
        visited: set[httpx.URL] = set()
        while True:
            visited.add(url)
            sent = {**headers, "Authorization": credentials} if credentials else headers
            answer = await self._ask(url, sent)
            if answer.status not in _REDIRECTS:
                return answer
            target = _target(url, answer)
            if target in visited:
                raise TooManyRedirects(f"sent in a circle by {url}")
            if len(visited) > MAX_REDIRECTS:
                raise TooManyRedirects(f"sent on more than {MAX_REDIRECTS} times, last by {url}")
            if _origin(target) != _origin(url):
                credentials = ""  # for good: whoever sends us back must not get them either
                headers = {name: text for name, text in headers.items() if name.lower() != "authorization"}
            url = target

    async def _ask(self, url: httpx.URL, headers: Mapping[str, str]) -> Response:
        """Send one request and read its answer, the body of a 200 included.

        Raises:
            BadRedirect: sent on to something that is no address.
            BodyTooLarge: the body is larger than we take.
            BadEncoding: the body cannot be unpacked.
        """
        request = self._httpx.build_request("GET", url, headers=_raw(headers))
        try:
            response = await self._httpx.send(request, stream=True)
        except (httpx.InvalidURL, httpx.RemoteProtocolError) as error:
            # Of itself httpx raises these here only while it reads a Location header.
            raise BadRedirect(f"sent on by {url} to something that is no address") from error
        async with aclosing(response):
            received = _plain(response.headers)
            # The empty body of a 304 is read too: that frees the connection for the next request.
            wanted = response.status_code in (_OK, _NOT_MODIFIED)
            body = await self._read(response, received) if wanted else b""
        return Response(url=str(url), status=response.status_code, headers=received, body=body)

    async def _read(self, response: httpx.Response, headers: Mapping[str, str]) -> bytes:
        """Return the unpacked body.

        Raises:
            BodyTooLarge: it is, or says it is, larger than we take.
            BadEncoding: it cannot be unpacked.
        """
        length = headers.get("content-length", "")
        if response.status_code == _OK and length.isdecimal() and int(length[:20]) > self._max_bytes:
            raise BodyTooLarge(f"the body is announced with {length[:20]} bytes")
        codings = headers.get("content-encoding", "")
        return await unpacked(response.aiter_raw(), codings=codings, max_bytes=self._max_bytes)


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as bytes; latin-1 gives back the bytes that ``_plain`` read."""
    return [(name.encode("ascii"), text.encode("latin-1", "replace")) for name, text in headers.items()]


def _plain(headers: httpx.Headers) -> dict[str, str]:
    """Return headers by lower-case name, repeated ones joined, every byte one character."""
    found: dict[str, str] = {}
    for name, text in headers.raw:
        key, line = name.decode("latin-1").lower(), text.decode("latin-1")
        found[key] = f"{found[key]}, {line}" if key in found else line
    return found


def _without_credentials(text: str) -> tuple[httpx.URL, str]:
    """Return an http(s) address to ask for and what to put into Authorization, "" for nothing.

    Raises:
        BlockedAddress: no http or https address.
    """
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise BlockedAddress(f"this is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise BlockedAddress("only http and https addresses are visited")
    pair = unquote(url.userinfo.decode("ascii"))
    credentials = "Basic " + base64.b64encode(pair.encode()).decode("ascii") if pair else ""
    return url.copy_with(userinfo=b"", fragment=None), credentials


def _target(url: httpx.URL, answer: Response) -> httpx.URL:
    """Return where a redirect leads.

    Raises:
        BadRedirect: nowhere, to another scheme, from https to http, or with credentials in it.
    """
    location = answer.headers.get("location", "").strip()
    if not location:
        raise BadRedirect(f"answer {answer.status} of {url} does not say where to go")
    try:
        # Servers write UTF-8 here more often than the latin-1 of the standard.
        target = url.join(location.encode("latin-1").decode("utf-8", "replace"))
    except httpx.InvalidURL as error:
        raise BadRedirect(f"sent on by {url} to something that is no address") from error
    if target.scheme not in ("http", "https") or not target.host:
        raise BadRedirect(f"sent on by {url} to a {target.scheme or 'nameless'} address")
    if url.scheme == "https" and target.scheme == "http":
        raise BadRedirect(f"sent on by {url} from https down to http")
    if target.userinfo:
        raise BadRedirect(f"sent on by {url} with credentials in the address")
    return target.copy_with(fragment=None)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return scheme, host and port; httpx drops a port that is the scheme's own."""
    return url.scheme, url.host, url.port


def _translated(error: BaseException) -> NetError:
    """Return a connection's failure in our words; a TLS failure hides in the causes."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return TlsFailed(str(cause))
        cause = cause.__cause__ or cause.__context__
    return ConnectionFailed(str(error) or type(error).__name__)
