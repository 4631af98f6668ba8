"""Requests in, documents out, in the order they arrive: the edge between feeds and the network.

One background thread runs an asyncio loop; the rest of trendwatch stays synchronous. Every request is a task
of that loop, and passes three gates before it asks:

    server     few at a time, spaced, none while it rests: a slow or busy server holds up its own feeds only
    place      for the document it may bring: a busy reader slows fetching down instead of filling the memory
    slot       at most ``concurrency`` requests at once over all servers

A redirect passes the gate of the server it leads to, and waits there without place or slot: if it kept its
place, it could wait for one who holds that server and waits for a place.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from trendwatch import __version__
from trendwatch.net import NetError, ServerRests
from trendwatch.net.answers import answer_of, conditions
from trendwatch.net.client import MAX_BYTES, TIMEOUT, Client
from trendwatch.net.guard import Dial, Guard, Resolve, resolve
from trendwatch.net.turns import Turns
from trendwatch.types.identity import server_of
from trendwatch.types.news import Answer, Document, PollFailure, Request
from trendwatch.types.work import Clock

USER_AGENT = f"trendwatch/{__version__}"

#: Pause between two requests to one host of the public internet.
SPACING = timedelta(seconds=1)

#: Takes each request with its answer, or the bug that ended the thread. Called in the thread; must not block.
Tell = Callable[[tuple[Request, Answer] | BaseException], None]

#: A server that is too busy and does not say for how long rests at least for this run.
_WHOLE_RUN = timedelta(hours=1)


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
        dial: Dial | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.guard = guard
        self.user_agent = user_agent
        #: for one request from name lookup to last byte, redirects included, waiting for turns left out
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
        #: what opens connections; None means sockets
        self.dial = dial
        #: what a Retry-After date counts from where the answer bears no Date; None: it is not obeyed
        self.clock = clock
        #: server -> monotonic time of the next request; kept between runs
        self.ready_at: dict[str, float] = {}

    def open(self, tell: Tell, *, resting: Mapping[str, timedelta] | None = None) -> Asking:
        """Begin to fetch: a context to put requests in, whose answers are told as they come.

        Args:
            tell: takes the answers.
            resting: servers to leave alone, and for how long.
        """
        return Asking(self, tell, resting=resting or {})

    def stream(self, requests: Iterable[Request]) -> Generator[tuple[Request, Answer], None, None]:
        """Yield each request with its answer as answers come; closing early cancels what still runs.

        Raises:
            Exception: whatever bug the background thread met.
        """
        told: SimpleQueue[tuple[Request, Answer] | BaseException] = SimpleQueue()
        asked = list(requests)
        with self.open(told.put) as asking:
            asking.ask(asked)
            for _ in asked:
                message = told.get()
                if isinstance(message, BaseException):
                    raise message
                asking.free(message[1])
                yield message

    def get(self, request: Request) -> Answer:
        """Return the answer to one request.

        Raises:
            Exception: whatever bug the background thread met.
        """
        return next(answer for _, answer in self.stream([request]))


class Asking:
    """A thread with its loop: requests go in from any thread, answers are told in the loop's."""

    def __init__(self, fetcher: Fetcher, tell: Tell, *, resting: Mapping[str, timedelta]) -> None:
        #: how to fetch, and when servers may be asked again
        self._fetcher = fetcher
        #: called in the thread
        self._tell = tell
        #: server -> how long it still rests
        self._resting = resting
        #: requests on the network
        self._slots = asyncio.Semaphore(fetcher.concurrency)
        #: documents in memory, those that requests on the network may bring included
        self._places = asyncio.Semaphore(2 * fetcher.concurrency)
        #: put in by any thread, no task yet
        self._waiting: SimpleQueue[Request] = SimpleQueue()
        #: runs in the thread only
        self._loop = asyncio.new_event_loop()
        #: set where some wait
        self._new = asyncio.Event()
        #: runs until it is cancelled or a bug ends it
        self._task = self._loop.create_task(self._run())
        self._thread = threading.Thread(target=self._serve, name="trendwatch-fetch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Cancel what runs and wait for the thread."""
        self._call(self._task.cancel)
        self._thread.join()

    def ask(self, requests: Iterable[Request]) -> None:
        """Have some requests answered."""
        for request in requests:
            self._waiting.put(request)
        self._call(self._new.set)

    def free(self, answer: Answer) -> None:
        """Say that an answer was dealt with: a document makes room for another one."""
        if isinstance(answer, Document):
            self._call(self._places.release)

    def _call(self, function: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed: all is done already
            self._loop.call_soon_threadsafe(function)

    def _serve(self) -> None:
        """Run the loop to its end, and tell a bug: silence would leave the reader waiting."""
        try:
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:
            self._tell(_innermost(error))
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _run(self) -> None:
        """Answer requests until cancelled."""
        fetcher = self._fetcher
        client = Client(
            fetcher.guard,
            user_agent=fetcher.user_agent,
            timeout=fetcher.timeout,
            max_bytes=fetcher.max_bytes,
            lookups=fetcher.concurrency,
            resolve=fetcher.resolve,
            tls=fetcher.tls,
            dial=fetcher.dial,
        )
        turns = Turns(fetcher.ready_at, spacing=fetcher.spacing, allowance=client.allowance)
        for server, wait in self._resting.items():
            turns.rest(server, wait)
        async with client, asyncio.TaskGroup() as tasks:
            while True:
                await self._new.wait()
                self._new.clear()
                while not self._waiting.empty():
                    tasks.create_task(self._carry(client, turns, self._waiting.get()))

    async def _carry(self, client: Client, turns: Turns, request: Request) -> None:
        """Tell the answer to one request."""
        place = _Place(self._places)
        answer = await self._ask(client, turns, request, place=place)
        if isinstance(answer, PollFailure) and answer.resting:
            turns.rest(answer.resting, answer.retry_after or _WHOLE_RUN)
        if not isinstance(answer, Document):
            place.give_back()
        self._tell((request, answer))

    async def _ask(self, client: Client, turns: Turns, request: Request, *, place: _Place) -> Answer:
        @asynccontextmanager
        async def turn(url: str) -> AsyncIterator[None]:
            place.give_back()  # that of a hop before
            async with turns.turn(url):
                await place.take()
                async with self._slots:
                    yield

        try:
            response = await client.get(
                request.url, {}, conditions=conditions(request), issuer=request.issuer, turn=turn
            )
        except ServerRests as error:
            return PollFailure(
                failure=error.failure,
                detail=str(error),
                retry_after=error.left,
                asked=error.server != server_of(request.url),
            )
        except NetError as error:
            return PollFailure(failure=error.failure, detail=str(error))
        return answer_of(request, response, self._fetcher.clock)


class _Place:
    """Room for one document: held inside a turn, and after the last one for what it brought."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._taken = False

    async def take(self) -> None:
        await self._places.acquire()
        self._taken = True

    def give_back(self) -> None:
        if self._taken:
            self._taken = False
            self._places.release()


def _innermost(error: BaseException) -> BaseException:
    """Return the bug itself: task groups wrap it once for each level."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
