"""The simulated publishers' web server: each feed as it stands at a simulated time, over real HTTP.

    with NewsServer(world) as server:
        server.now = world.begin + timedelta(weeks=1)
        ...                                            # poll server.url + "/feeds/KEY"

One thread, loopback only, any free port. Feeds carry ETag and Last-Modified and answer 304 to whoever has
them.
"""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from hashlib import blake2b
from types import TracebackType
from typing import Self

from trendwatch.demo.documents import CONTENT_TYPES, document
from trendwatch.demo.outlets import Outlet
from trendwatch.demo.troubles import Refusal, refusal, spoiled
from trendwatch.demo.world import Told, World

_WEEK = timedelta(weeks=1)
_REASONS = {200: "OK", 304: "Not Modified", 404: "Not Found", 410: "Gone", 500: "Internal Server Error"}


@dataclass(slots=True)
class _Archive:
    """All that a feed ever publishes, in order of time."""

    times: list[datetime] = field(default_factory=list)
    entries: list[Told] = field(default_factory=list)


class NewsServer:
    """Serves a world's feeds as of ``now``."""

    def __init__(self, world: World) -> None:
        self.world = world
        #: the simulated time; whoever drives the world moves it
        self.now = world.begin
        #: where the feeds are, once it runs
        self.url = ""
        #: of the address
        self.port = 0

    @cached_property
    def _archives(self) -> dict[str, _Archive]:
        """What each feed ever publishes: a second's work for two years, done at the first request."""
        return _archives(self.world)

    def window(self, outlet: Outlet, now: datetime) -> list[Told]:
        """Return the entries a feed holds at a time, newest first; later versions stand for earlier ones."""
        archive = self._archives[outlet.key]
        end = bisect_left(archive.times, now)
        held: list[Told] = []
        for entry in reversed(archive.entries[max(0, end - 2 * outlet.window) : end]):
            if entry.until is None or entry.until >= now:
                held.append(entry)
        return held[: outlet.window]

    def week(self, now: datetime) -> int:
        """Return the world's week of a time."""
        return (now - self.world.begin) // _WEEK

    def body(self, outlet: Outlet, now: datetime) -> bytes | Refusal:
        """Return what a feed answers at a time to somebody without validators."""
        week = self.week(now)
        refused = refusal(outlet, week)
        if refused is not None:
            return refused
        entries = self.window(outlet, now)
        newest = entries[0].published if entries else self.world.begin
        return spoiled(document(outlet, entries, now=newest), outlet, week)

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated-news", daemon=True)
        self._thread.start()
        self._serving = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=256), self._loop
        ).result()
        self.port = self._serving.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(_end(self._serving), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _request(reader):
                path, validator = request
                writer.write(self._answer(path, validator))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the reader has gone: it may have had enough of a huge feed
        finally:
            writer.close()

    def _answer(self, path: str, validator: str) -> bytes:
        outlet = self.world.by_key.get(path.removeprefix("/feeds/"))
        found = self.body(outlet, self.now) if outlet else Refusal(404)
        if isinstance(found, Refusal):
            length = len(found.body) if found.claimed is None else found.claimed
            return _head(found.status, length, content_type=found.content_type) + found.body
        assert outlet is not None
        etag = f'"{blake2b(found, digest_size=8).hexdigest()}"'
        changed = format_datetime(self.now.replace(microsecond=0), usegmt=True)
        validators = f"ETag: {etag}\r\nLast-Modified: {changed}\r\n"
        if validator == etag:
            return _head(304, 0, content_type="", more=validators)
        return _head(200, len(found), content_type=CONTENT_TYPES[outlet.format], more=validators) + found


def _archives(world: World) -> dict[str, _Archive]:
    archives = {outlet.key: _Archive() for outlet in world.outlets}
    entries = sorted(
        (entry for week in range(world.weeks + 1) for entry in world.week(week)),
        key=lambda entry: (entry.published, entry.guid),
    )
    for entry in entries:
        archive = archives[entry.feed_key]
        archive.times.append(entry.published)
        archive.entries.append(entry)
    return archives


async def _request(reader: asyncio.StreamReader) -> tuple[str, str] | None:
    """Return path and If-None-Match of the next request, None where no more come."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    return first.split(" ")[1], {name.lower(): value for name, value in headers.items()}.get(
        "if-none-match", ""
    )


def _head(status: int, length: int, *, content_type: str, more: str = "") -> bytes:
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    text = f"HTTP/1.1 {status} {_REASONS[status]}\r\n{kind}{more}Content-Length: {length}\r\n\r\n"
    return text.encode("latin-1")


async def _end(serving: asyncio.Server) -> None:
    serving.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await serving.wait_closed()
