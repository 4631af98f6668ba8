"""Requests in, documents out, in the order they arrive: the edge between feeds and the network.

One background thread runs an asyncio loop; the rest of trendwatch stays synchronous. Requests are sorted
into lanes, one per server, each with its own pace (FAULTS.md F8):

    lane a    ask · pause · ask · pause · ask      at most per_host at a time, spaced
    lane b    ask                                  a slow peer holds up its own lane only (F3)
    lane c    ask · 429                            the rest of the lane is answered without asking (F6)

A lane is a host; 80 and 443 are one lane, any other port is another server. At most ``concurrency``
requests run at once over all lanes, and twice as many documents wait for the reader: a reader who is
busy parsing slows fetching down instead of filling the memory.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from queue import SimpleQueue
from urllib.parse import urlsplit

from trendwatch import __version__
from trendwatch.net import NetError
from trendwatch.net.client import MAX_BYTES, TIMEOUT, Client, Response
from trendwatch.net.guard import Guard, Resolve, resolve
from trendwatch.net.headers import max_age, retry_after, validator
from trendwatch.types.news import Answer, Document, Failure, NotModified, PollFailure, Request
from trendwatch.types.work import Clock

USER_AGENT = f"trendwatch/{__version__}"

#: Pause between two requests to one host of the public internet.
SPACING = timedelta(seconds=1)

_OK, _NOT_MODIFIED = 200, 304
_FAILURES = {
    401: Failure.REFUSED,
    403: Failure.REFUSED,
    404: Failure.NOT_THERE,
    410: Failure.GONE,
    429: Failure.RATE_LIMITED,
    503: Failure.RATE_LIMITED,
}


@dataclass(slots=True)
class _Lane:
    """What is still to be asked of one server."""

    name: str
    host: str
    port: int
    waiting: deque[Request] = field(default_factory=deque)
    #: set once the server asks us to stop
    stopped: PollFailure | None = None


class Fetcher:
    """Fetches feeds, many at a time, each server at its own pace."""

    def __init__(
        self,
        guard: Guard,
        *,
        user_agent: str = USER_AGENT,
        timeout: timedelta = TIMEOUT,
        max_bytes: int = MAX_BYTES,
        concurrency: int = 32,
        spacing: timedelta = SPACING,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.guard = guard
        self.user_agent = user_agent
        #: for one request from name lookup to last byte, redirects included
        self.timeout = timeout
        #: of a body, packed or unpacked
        self.max_bytes = max_bytes
        #: requests at a time over all hosts
        self.concurrency = concurrency
        #: between requests to one host without an allow-list entry
        self.spacing = spacing
        self.resolve = resolve
        #: whom to trust; None means the usual authorities
        self.tls = tls
        #: what a Retry-After date counts from where the answer bears no Date; None: it is not obeyed
        self.clock = clock
        #: lane name -> monotonic time of the next request; kept between streams
        self.ready_at: dict[str, float] = {}

    def stream(self, requests: Iterable[Request]) -> Generator[tuple[Request, Answer], None, None]:
        """Yield each request with its answer as answers come; closing early cancels what still runs.

        Raises:
            Exception: whatever bug the background thread met.
        """
        with closing(_Run(self, requests)) as run:
            yield from run.answers()

    def get(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            Exception: whatever bug the background thread met.
        """
        with closing(_Run(self, [request])) as run:
            return next(answer for _, answer in run.answers())


class _Run:
    """One stream: a thread with its loop, and the queue between them and the reader."""

    def __init__(self, fetcher: Fetcher, requests: Iterable[Request]) -> None:
        self._fetcher = fetcher
        self._lanes = _lanes(requests)
        self._running = asyncio.Semaphore(fetcher.concurrency)
        #: places in the queue: taken before a request starts, given back when its answer is read
        self._places = asyncio.Semaphore(2 * fetcher.concurrency)
        self._finished: SimpleQueue[tuple[Request, Answer] | BaseException | None] = SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._drive_all())
        self._thread = threading.Thread(target=self._serve, name="trendwatch-fetch", daemon=True)
        self._thread.start()

    def answers(self) -> Iterator[tuple[Request, Answer]]:
        """Yield answers until all are there.

        Raises:
            Exception: a bug in the thread.
        """
        while (message := self._finished.get()) is not None:
            if isinstance(message, BaseException):
                raise message
            self._call(self._places.release)
            yield message

    def close(self) -> None:
        """Cancel what runs and wait for the thread."""
        self._call(self._task.cancel)
        self._thread.join()

    def _call(self, function: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: all is done already
            self._loop.call_soon_threadsafe(function)

    def _serve(self) -> None:
        """Run the loop to its end, and say how it ended: silence would leave the reader waiting."""
        end: BaseException | None = None
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            end = _innermost(error)
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()
            self._finished.put(end)

    async def _drive_all(self) -> None:
        """Drive every lane."""
        fetcher = self._fetcher
        client = Client(
            fetcher.guard,
            user_agent=fetcher.user_agent,
            timeout=fetcher.timeout,
            max_bytes=fetcher.max_bytes,
            lookups=fetcher.concurrency,
            resolve=fetcher.resolve,
            tls=fetcher.tls,
        )
        async with client, asyncio.TaskGroup() as lanes:
            for lane in self._lanes:
                lanes.create_task(self._drive(client, lane))

    async def _drive(self, client: Client, lane: _Lane) -> None:
        """Drive one lane with as many workers as its server bears."""
        entry = await client.allowance(lane.host, lane.port) if lane.host else None
        spacing = entry.spacing if entry else self._fetcher.spacing
        async with asyncio.TaskGroup() as workers:
            for _ in range(min(entry.per_host if entry else 1, len(lane.waiting))):
                workers.create_task(self._work(client, lane, spacing.total_seconds()))

    async def _work(self, client: Client, lane: _Lane, spacing: float) -> None:
        """Answer the requests of a lane until none is left."""
        while lane.waiting:
            request = lane.waiting.popleft()
            if lane.stopped is None:
                await self._turn(lane, spacing)
            await self._places.acquire()
            answer: Answer
            if lane.stopped is None:
                async with self._running:
                    answer = await self._ask(client, request)
                self._after(lane, answer, spacing)
            else:
                answer = lane.stopped
            self._finished.put((request, answer))

    async def _turn(self, lane: _Lane, spacing: float) -> None:
        """Wait until the server may be asked again, and book the turn."""
        ready_at = self._fetcher.ready_at
        now = self._loop.time()
        start = max(now, ready_at.get(lane.name, now))
        ready_at[lane.name] = start + spacing
        if start > now:
            await asyncio.sleep(start - now)

    def _after(self, lane: _Lane, answer: Answer, spacing: float) -> None:
        """Note what an answer means for the rest of the lane."""
        ready_at = self._fetcher.ready_at
        ready_at[lane.name] = max(ready_at.get(lane.name, 0.0), self._loop.time() + spacing)
        if isinstance(answer, PollFailure) and answer.failure is Failure.RATE_LIMITED:
            detail = f"not asked: {lane.name} wants to be left alone"
            lane.stopped = replace(answer, detail=detail)

    async def _ask(self, client: Client, request: Request) -> Answer:
        """Send one request."""
        try:
            response = await client.get(request.url, _conditions(request))
        except NetError as error:
            return PollFailure(failure=error.failure, detail=str(error))
        return _answer(request, response, self._fetcher.clock)


def _lanes(requests: Iterable[Request]) -> list[_Lane]:
    """Sort requests by server, both in the order given."""
    lanes: dict[str, _Lane] = {}
    for request in requests:
        host, port = _server(request.url)
        name = host if port in (80, 443) else f"{host}:{port}"
        lanes.setdefault(name, _Lane(name, host, port)).waiting.append(request)
    return list(lanes.values())


def _server(url: str) -> tuple[str, int]:
    """Return host and port of an address, an empty host where it has none."""
    try:
        parts = urlsplit(url)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", 0  # the client will say what is wrong with it


def _conditions(request: Request) -> dict[str, str]:
    """Return the headers that ask for changes only."""
    headers = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    return {name: text for name, text in headers.items() if text}


def _answer(request: Request, response: Response, clock: Clock | None) -> Answer:
    """Return what a response means for the feed."""
    headers = response.headers
    etag, last_modified = validator(headers, "etag"), validator(headers, "last-modified")
    fresh = max_age(headers.get("cache-control", ""))
    if response.status == _OK:
        return Document(
            url=response.url,
            body=response.body,
            content_type=headers.get("content-type", ""),
            etag=etag,
            last_modified=last_modified,
            max_age=fresh,
        )
    if response.status == _NOT_MODIFIED and (request.etag or request.last_modified):
        return NotModified(etag=etag, last_modified=last_modified, max_age=fresh)
    failure = _FAILURES.get(response.status, Failure.UNEXPECTED_STATUS)
    if response.status not in _FAILURES and response.status // 100 == 5:  # noqa: PLR2004 - the 5xx
        failure = Failure.SERVER_ERROR
    detail = f"{response.url} answered {response.status}"
    return PollFailure(failure=failure, detail=detail, retry_after=retry_after(headers, clock))


def _innermost(error: BaseException) -> BaseException:
    """Return the bug itself: task groups wrap it once for each level."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
