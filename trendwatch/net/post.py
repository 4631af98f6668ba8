"""One POST to an address that a stranger named: the way of webhooks.

Less is done than for feeds, and nothing that a receiver could use: no redirect is followed, no cookie kept,
no proxy or certificate taken from the environment, no more of the answer read than is worth showing. The
guard sits below, so every try is checked anew at the address that is really dialled.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

import httpcore

from trendwatch.net import BlockedAddress, ConnectionFailed, FetchTimeout
from trendwatch.net.client import public_authorities
from trendwatch.net.failures import port_of, translated
from trendwatch.net.guard import Guard, GuardedBackend, Resolve, resolve

#: From name lookup to the end of the answer.
TIMEOUT = timedelta(seconds=20)
#: Of an answer's body; an endless one ends here.
MOST_READ = 1024


class AnswerLost(ConnectionFailed):
    """The talk broke off after it began: what was sent may have been taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What came back."""

    status: int
    #: names in lower case
    headers: Mapping[str, str]
    #: the beginning of the body, as text
    said: str


class _Inside(Guard):
    """Permits what the operator allow-lists, and nothing public."""

    def permits(self, address: str, port: int) -> bool:
        """Tell whether an address may be dialled."""
        return self.allowance(address, port) is not None


class Poster:
    """Posts to public addresses, and to those an operator allow-lists."""

    def __init__(
        self,
        guard: Guard,
        *,
        user_agent: str,
        timeout: timedelta = TIMEOUT,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard
        self._user_agent = user_agent
        self._seconds = timeout.total_seconds()
        self._resolve = resolve
        self._tls = tls

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Send a body and return the answer, whatever its status.

        Raises:
            NetError: there is no answer; the subclass says why.
        """
        return asyncio.run(self._within(url, body, headers))

    def check(self, url: str) -> None:
        """Look an address up without dialling it, so that a wrong one is refused when it is named.

        Raises:
            NetError: it is no address, its host has none, none in time, or one that must not be dialled.
        """
        parts = _parts(url)
        host, port = parts.hostname or "", port_of(parts.scheme, parts.port)
        lookups = ThreadPoolExecutor(1, thread_name_prefix="trendwatch-lookup")
        try:
            answers = lookups.submit(self._resolve, host).result(self._seconds)
        except TimeoutError as error:
            raise FetchTimeout(f"{host} was not found after {self._seconds:g} seconds") from error
        finally:
            lookups.shutdown(wait=False, cancel_futures=True)
        self._guard_for(parts).checked(host, answers, port)

    def _guard_for(self, parts: SplitResult) -> Guard:
        """Return who decides: without https only the operator's own network is called."""
        return self._guard if parts.scheme == "https" else _Inside(self._guard.allowed)

    async def _within(self, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
        """Post within the time limit.

        Raises:
            FetchTimeout: it was not finished in time.
            NetError: the address cannot be reached, or its answer was lost.
        """
        lookups = ThreadPoolExecutor(1, thread_name_prefix="trendwatch-lookup")
        backend = GuardedBackend(self._guard_for(_parts(url)), lookups=lookups, resolve=self._resolve)
        try:
            async with asyncio.timeout(self._seconds):
                async with httpcore.AsyncConnectionPool(
                    self._tls or public_authorities(), network_backend=backend
                ) as pool:
                    return await self._ask(pool, url, body, headers=headers)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise FetchTimeout(f"not finished after {self._seconds:g} seconds") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            begun = not isinstance(error, httpcore.ConnectError | OSError)
            raise translated(error, broken=AnswerLost if begun else ConnectionFailed) from error
        finally:
            lookups.shutdown(wait=False, cancel_futures=True)  # a name server may take its time

    async def _ask(
        self, pool: httpcore.AsyncConnectionPool, url: str, body: bytes, *, headers: Mapping[str, str]
    ) -> Posted:
        parts = _parts(url)
        sent = {
            "Host": parts.netloc,
            "User-Agent": self._user_agent,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **headers,
        }
        raw = [(name.encode("ascii"), text.encode("latin-1", "replace")) for name, text in sent.items()]
        async with pool.stream("POST", url, headers=raw, content=body) as answer:
            said = bytearray()
            async for chunk in answer.aiter_stream():
                said += chunk
                if len(said) >= MOST_READ:
                    break
            received = {
                name.decode("latin-1").lower(): text.decode("latin-1") for name, text in answer.headers
            }
            return Posted(
                status=answer.status, headers=received, said=said[:MOST_READ].decode(errors="replace")
            )


def _parts(url: str) -> SplitResult:
    """Return the parts of an address that may be posted to.

    Raises:
        BlockedAddress: no plain http or https address in ASCII, or a name and password in it.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BlockedAddress(f"this is no address: {error}") from error
    plain = url.isascii() and url.isprintable() and " " not in url and "@" not in parts.netloc
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise BlockedAddress("only plain http and https addresses without name and password are called")
    return parts
