"""Whose turn it is: a server is asked by few at a time, with pauses, and not at all while it rests (F6, F8).

A server is a host; 80 and 443 are one, any other port is another server. Redirects ask for a turn at the
server they lead to, so that a thousand feeds that all end at one host visit it one at a time too.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from trendwatch.net import ServerRests
from trendwatch.net.guard import Allowed
from trendwatch.types.identity import server_of

#: Tells the allow-list entry that an address falls under, None for the public internet.
Allowance = Callable[[str], Awaitable[Allowed | None]]


@dataclass(slots=True)
class _Server:
    #: as ``server_of`` says it
    name: str
    #: requests at a time
    places: asyncio.Semaphore
    #: seconds between two requests; 0 for none
    spacing: float


class Turns:
    """Gives turns at servers. For one event loop.

    Args:
        ready_at: server -> when it may be asked next, in monotonic seconds; changed here, kept by the caller;
            what lies in the past is dropped.
        spacing: pause between two requests to a server of the public internet.
        allowance: finds the allow-list entry of a server.
    """

    def __init__(self, ready_at: dict[str, float], *, spacing: timedelta, allowance: Allowance) -> None:
        # Whoever is sent on to a new name each time would fill the memory of a service that runs for years.
        for name in [name for name, when in ready_at.items() if when <= monotonic()]:
            del ready_at[name]
        self._ready_at = ready_at
        #: not asked before, in monotonic seconds
        self._rests_until: dict[str, float] = {}
        self._spacing = spacing
        self._allowance = allowance
        self._servers: dict[str, _Server] = {}
        self._meeting: dict[str, asyncio.Task[_Server]] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait until a server may be asked, and count as asking it meanwhile.

        Raises:
            ServerRests: it asked to be left alone.
        """
        server = await self._server(url)
        async with server.places:
            if server.spacing:
                await self._pause(server)
            self._check(server.name)
            try:
                yield
            finally:
                if server.spacing:
                    self._book(server)

    def rest(self, name: str, wait: timedelta) -> None:
        """Leave a server alone for a while."""
        until = asyncio.get_running_loop().time() + wait.total_seconds()
        rests = self._rests_until
        rests[name] = max(until, rests.get(name, until))

    async def _server(self, url: str) -> _Server:
        name = server_of(url)
        if (known := self._servers.get(name)) is not None:
            return known
        if name not in self._meeting:
            # Looked up once, even if many ask at the same time.
            self._meeting[name] = asyncio.create_task(self._meet(name, url))
        server = await asyncio.shield(self._meeting[name])
        self._meeting.pop(name, None)
        return self._servers.setdefault(name, server)

    async def _meet(self, name: str, url: str) -> _Server:
        entry = await self._allowance(url) if name else None
        spacing = entry.spacing if entry else self._spacing
        return _Server(name, asyncio.Semaphore(entry.per_host if entry else 1), spacing.total_seconds())

    async def _pause(self, server: _Server) -> None:
        """Wait until the server may be asked again, and book the turn."""
        ready_at, now = self._ready_at, asyncio.get_running_loop().time()
        start = max(now, ready_at.get(server.name, now))
        ready_at[server.name] = start + server.spacing
        if start > now:
            await asyncio.sleep(start - now)

    def _book(self, server: _Server) -> None:
        """Let the pause begin with the end of a request."""
        ready_at, now = self._ready_at, asyncio.get_running_loop().time()
        ready_at[server.name] = max(ready_at.get(server.name, 0.0), now + server.spacing)

    def _check(self, name: str) -> None:
        """Refuse a turn at a server that rests.

        Raises:
            ServerRests: it does.
        """
        left = self._rests_until.get(name, -math.inf) - asyncio.get_running_loop().time()
        if left > 0:
            raise ServerRests(name, timedelta(seconds=left))
