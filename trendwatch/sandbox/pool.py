"""The pool of children, and who gets which documents."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from trendwatch.sandbox.child import STARVED, limit, parse_all
from trendwatch.types.news import Document, Failure, ParsedFeed, PollFailure

if TYPE_CHECKING:
    from pebble import ProcessPool

#: A child that has done so many is replaced: parsers leak.
_TASKS_PER_CHILD = 500
_MEGABYTE = 1024 * 1024
# A document this many times smaller than a child's memory reaches it whole, and can be decoded there.
_ROOM = 16

#: Documents handed over together, and their bytes.
_COMPANY = 32
_COMPANY_BYTES = _MEGABYTE
#: Seconds of processor time that a document has in company, and of the clock that all of it have.
_COMPANY_CPU = 1
_COMPANY_WALL = 1.5
# Tasks per child: one is parsed, one waits in the pipe.
_AHEAD = 2

Outcome = ParsedFeed | PollFailure


@dataclass(slots=True, eq=False)
class _Waiting:
    """A document without an outcome."""

    document: Document
    outcome: Future[Outcome]
    #: to be parsed without company, since a batch it was in came to nothing
    alone: bool = False
    #: given to a pool that broke
    retried: bool = False


class Sandbox:
    """A pool of limited children that parse. Starts at the first document; safe to use from many threads."""

    def __init__(
        self,
        *,
        workers: int = 2,
        cpu_seconds: int = 10,
        memory_mb: int = 512,
        tasks_per_child: int = _TASKS_PER_CHILD,
        read: Callable[[Document], Any] | None = None,
    ) -> None:
        self._workers = workers
        self._cpu_seconds = cpu_seconds
        self._memory_mb = memory_mb
        self._tasks_per_child = tasks_per_child
        #: what children do with a document, a function of a module; None: they parse feeds
        self._read = read
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._open: set[Future[Outcome]] = set()
        self._waiting: deque[_Waiting] = deque()
        #: handed over and not back yet
        self._tasks = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def parse(self, document: Document) -> Outcome:
        """Return what a document says, or why it says nothing; blocks.

        Raises:
            Exception: the parser has a bug, or children cannot be started.
        """
        return self.submit(document).result()

    def read(self, document: Document) -> Any:
        """Return what this sandbox's own function makes of a document, or a failure; blocks.

        Raises:
            Exception: that function has a bug, or children cannot be started.
        """
        return self.submit(document).result()

    def submit(self, document: Document) -> Future[Outcome]:
        """Return the future outcome of a document. It cannot be cancelled, except by closing the sandbox.

        Raises nothing: that children cannot be started is for the future to say.
        """
        outcome: Future[Outcome] = Future()
        outcome.set_running_or_notify_cancel()
        if len(document.body) > self._memory_mb * _MEGABYTE // _ROOM:
            outcome.set_result(_limited("the document is too large for the memory parsing may use"))
            return outcome
        self._open.add(outcome)
        outcome.add_done_callback(self._open.discard)
        with self._lock:
            self._waiting.append(_Waiting(document, outcome))
        self._hand_over()
        return outcome

    def close(self) -> None:
        """End the children. Documents still in work raise CancelledError; a later one starts new children."""
        with self._lock:
            pool, self._pool = self._pool, None
            self._waiting.clear()
        for outcome in tuple(self._open):
            _settle(outcome, CancelledError())  # first, since a pool that ends makes up errors of its own
        if pool is not None:
            _end(pool)

    def _hand_over(self) -> None:
        """Give the children what they can take."""
        while True:
            with self._lock:
                if not self._waiting or self._tasks >= _AHEAD * self._workers:
                    return
                batch = self._next()
                self._tasks += 1
            try:
                self._schedule(batch)
            except Exception as error:  # no child could be started; the caller may wait for another document
                self._come_to_nothing(batch, error)

    def _come_to_nothing(self, batch: list[_Waiting], error: Exception) -> None:
        """Let documents that could not be handed over end with the reason, and others have their room."""
        with self._lock:
            self._tasks -= 1
        for one in batch:
            _settle(one.outcome, error)

    def _next(self) -> list[_Waiting]:
        """Take the documents that are to be parsed together next."""
        batch = [self._waiting.popleft()]
        size = len(batch[0].document.body)
        while self._waiting and not (batch[0].alone or self._waiting[0].alone) and len(batch) < _COMPANY:
            size += len(self._waiting[0].document.body)
            if size > _COMPANY_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch

    def _schedule(self, batch: list[_Waiting]) -> None:
        pool = self._running()
        # what company may have taken before counts too, and the kernel counts whole seconds
        cpu = _COMPANY_CPU if batch[1:] else max(self._cpu_seconds - 2 * _COMPANY_CPU, 1)
        documents = [one.document for one in batch]
        task: Future[list[Outcome]]
        try:
            task = pool.schedule(
                parse_all, (documents, cpu, self._read), timeout=_COMPANY_WALL if batch[1:] else cpu
            )
        except RuntimeError as error:  # the pool broke while nothing was in work, or was closed just now
            task = Future()
            task.set_exception(BrokenProcessPool(str(error)))
        task.add_done_callback(lambda task: self._finish(pool, batch, task))

    def _finish(self, pool: ProcessPool, batch: list[_Waiting], task: Future[list[Outcome]]) -> None:
        error = CancelledError() if task.cancelled() else task.exception()
        broken = isinstance(error, BrokenProcessPool)
        if broken:
            self._replace(pool)
        again: list[_Waiting] = []
        for number, one in enumerate(batch):
            if one.outcome.done():  # the sandbox was closed meanwhile
                continue
            if error is None:
                _give(one.outcome, task.result()[number])
            elif batch[1:] or (broken and not one.retried):
                one.alone, one.retried = True, broken
                again.append(one)
            else:
                _settle(one.outcome, error)
        with self._lock:
            self._tasks -= 1
            self._waiting.extendleft(reversed(again))
        self._hand_over()

    def _running(self) -> ProcessPool:
        from pebble import ProcessPool  # importing the sandbox stays cheap

        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload(["trendwatch.sandbox.child", "trendwatch.news.parse"])
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=self._tasks_per_child,
                    initializer=limit,
                    initargs=(self._memory_mb,),
                    context=context,
                )
            return self._pool

    def _replace(self, broken: ProcessPool) -> None:
        """Forget a pool that gave up; it is ended elsewhere, since this may be one of its own threads."""
        with self._lock:
            if self._pool is not broken:
                return
            self._pool = None
        threading.Thread(target=_end, args=(broken,), name="sandbox-end", daemon=True).start()


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _give(outcome: Future[Outcome], value: Outcome) -> None:
    with suppress(InvalidStateError):  # the sandbox was closed meanwhile
        outcome.set_result(value)


def _settle(outcome: Future[Outcome], error: BaseException) -> None:
    """Give a limit as data and everything else as the error it is."""
    from pebble import ProcessExpired

    if isinstance(error, ProcessExpired):
        _give(outcome, _limited(_ending(error.exitcode)))
    elif isinstance(error, TimeoutError):
        _give(outcome, _limited("parsing took too long"))
    elif isinstance(error, MemoryError):
        _give(outcome, _limited("parsing took too much memory"))
    else:
        with suppress(InvalidStateError):
            outcome.set_exception(error)


def _limited(detail: str) -> PollFailure:
    return PollFailure(failure=Failure.PARSE_LIMIT, detail=detail)


def _ending(code: int) -> str:
    if code == STARVED:
        return "parsing took too much memory"
    if code == -signal.SIGXCPU:
        return "parsing took too much processor time"
    return f"the parsing process ended early ({signal.Signals(-code).name if code < 0 else code})"
