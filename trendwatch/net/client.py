"""One GET that cannot hurt: the only module that imports httpx.

Each of these is off or bounded for a reason found in the field:

- redirects are followed here, one at a time, so that every hop passes the guard and rules of its own;
- one deadline for everything, body included: httpx's timeouts start anew with each byte received;
- only gzip is asked for, read raw and unpacked with a bound (see unpack.py);
- no cookies, no Referer, no proxy or certificate from the environment, no HTTP/2.

httpx reads and joins addresses; what is sent and received is the business of exchange.py.
"""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from time import monotonic
from typing import Self
from urllib.parse import unquote

import httpx

from trendwatch.net import BadRedirect, BlockedAddress, FetchTimeout, NameNotFound, TooManyRedirects
from trendwatch.net.exchange import KEEPING, Exchange, Keeping, Received, Target
from trendwatch.net.failures import port_of
from trendwatch.net.guard import Allowed, Dial, Guard, GuardedBackend, Resolve, resolve

MAX_BYTES = 10 * 1024 * 1024
MAX_REDIRECTS = 5
TIMEOUT = timedelta(seconds=30)

#: Lets a hop begin, and ends with it: what waits for its turn there uses up no time of the request.
Turn = Callable[[str], AbstractAsyncContextManager[None]]

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, */*;q=0.5"
# Looking up whose pace applies comes on top of a request's own time.
_PACE_SECONDS = 3.0
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})


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
    #: where the permanent redirects lead that the way began with, "" where it began with none
    moved_to: str = ""
    #: spent on the network, waiting for turns left out
    seconds: float = 0.0


@dataclass(slots=True)
class _Way:
    """One GET and its redirects."""

    headers: Mapping[str, str]
    #: sent only to ``issuer``
    conditions: Mapping[str, str]
    #: an address without its query
    issuer: str
    #: put into Authorization, "" for nothing
    credentials: str
    #: seconds left for the network
    left: float
    visited: set[httpx.URL] = field(default_factory=set)
    #: as of a Response
    moved_to: str = ""
    #: every redirect so far was permanent
    permanent: bool = True

    def headers_for(self, url: httpx.URL) -> dict[str, str]:
        """Return what to send to an address."""
        sent = dict(self.headers)
        if self.conditions and str(url).partition("?")[0] == self.issuer:
            sent |= self.conditions
        if self.credentials:
            sent["Authorization"] = self.credentials
        return sent

    def turn_to(self, target: httpx.URL, answer: Received, *, url: httpx.URL) -> None:
        """Note a redirect.

        Raises:
            TooManyRedirects: one too many, or a circle.
        """
        if target in self.visited:
            raise TooManyRedirects(f"sent in a circle by {url}")
        if len(self.visited) > MAX_REDIRECTS:
            raise TooManyRedirects(f"sent on more than {MAX_REDIRECTS} times, last by {url}")
        self.permanent = self.permanent and answer.status in _PERMANENT
        if self.permanent:
            self.moved_to = str(target)
        if _origin(target) != _origin(url):
            self.credentials = ""  # for good: whoever sends us back must not get them either
            kept = {name: text for name, text in self.headers.items() if name.lower() != "authorization"}
            self.headers = kept


@cache
def public_authorities() -> ssl.SSLContext:
    """Return the usual trust store; reading it takes tens of milliseconds, once.

    Not that of httpcore, to which the environment may add (SSL_CERT_FILE, SSL_CERT_DIR).
    """
    return httpx.create_ssl_context(trust_env=False)


def _at_once(_url: str) -> AbstractAsyncContextManager[None]:
    return nullcontext()


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
        dial: Dial | None = None,
        keeping: Keeping = KEEPING,
    ) -> None:
        self._guard = guard
        self._seconds = timeout.total_seconds()
        self._lookups = ThreadPoolExecutor(lookups, thread_name_prefix="trendwatch-lookup")
        self._backend = GuardedBackend(guard, lookups=self._lookups, resolve=resolve, dial=dial)
        self._exchange = Exchange(
            self._backend,
            tls or public_authorities(),
            standing={
                "Accept": _ACCEPT,
                "Accept-Encoding": "gzip",
                "Connection": "keep-alive",
                "User-Agent": user_agent,
            },
            max_bytes=max_bytes,
            keeping=keeping,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # A name server may take its time; nobody waits for it.
        self._lookups.shutdown(wait=False, cancel_futures=True)
        await self._exchange.aclose()

    async def allowance(self, url: str) -> Allowed | None:
        """Return the allow-list entry an address falls under, None for the public internet."""
        if not self._guard.allowed:
            return None  # spares the lookup
        try:
            target, _ = _without_credentials(url)
            async with asyncio.timeout(min(self._seconds, _PACE_SECONDS)):
                addresses = await self._backend.addresses(target.raw_host.decode("ascii"))
        except (BlockedAddress, NameNotFound, TimeoutError):
            return None  # the request itself will say so
        return self._guard.allowance(addresses[0], port_of(target.scheme, target.port)) if addresses else None

    async def get(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        conditions: Mapping[str, str] | None = None,
        issuer: str = "",
        turn: Turn = _at_once,
    ) -> Response:
        """Return what a URL answers, whatever the status, after redirects.

        Args:
            url: http or https; credentials in it are sent to its own origin only.
            headers: sent at every hop.
            conditions: validators, sent only to the address that gave them.
            issuer: that address, without query; "" for the URL's own.
            turn: entered for every hop.

        Raises:
            NetError: there is no usable answer; the subclass says why.
        """
        target, credentials = _without_credentials(url)
        own = str(target).partition("?")[0]
        way = _Way(headers, conditions or {}, issuer or own, credentials, self._seconds)
        while True:
            async with turn(str(target)):
                began = monotonic()
                answer = await self._in_time(target, way)
                way.left -= monotonic() - began
            if answer.status not in _REDIRECTS:
                return Response(
                    url=str(target),
                    status=answer.status,
                    headers=answer.headers,
                    body=answer.body,
                    moved_to=way.moved_to,
                    seconds=self._seconds - way.left,
                )
            way.visited.add(target)
            further = _target(target, answer)
            way.turn_to(further, answer, url=target)
            target = further

    async def _in_time(self, url: httpx.URL, way: _Way) -> Received:
        """Ask one server, within the time that is left.

        Raises:
            NetError: as for get.
        """
        target = Target(
            scheme=url.raw_scheme, host=url.raw_host, port=url.port, netloc=url.netloc, path=url.raw_path
        )
        try:
            async with asyncio.timeout(way.left):
                return await self._exchange.get(target, way.headers_for(url))
        except TimeoutError as error:
            raise FetchTimeout(f"not finished after {self._seconds:g} seconds") from error


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
    if url.port == 0:
        raise BlockedAddress("port 0 is none")  # below, it would stand for the usual one
    pair = unquote(url.userinfo.decode("ascii"))
    credentials = "Basic " + base64.b64encode(pair.encode()).decode("ascii") if pair else ""
    plain = url.copy_with(userinfo=b"", fragment=None) if url.userinfo or url.fragment else url
    return plain, credentials


def _target(url: httpx.URL, answer: Received) -> httpx.URL:
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
    if target.scheme not in ("http", "https") or not target.host or target.port == 0:
        raise BadRedirect(f"sent on by {url} to a {target.scheme or 'nameless'} address")
    if url.scheme == "https" and target.scheme == "http":
        raise BadRedirect(f"sent on by {url} from https down to http")
    if target.userinfo:
        raise BadRedirect(f"sent on by {url} with credentials in the address")
    return target.copy_with(fragment=None)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Return scheme, host and port; httpx drops a port that is the scheme's own."""
    return url.scheme, url.host, url.port
