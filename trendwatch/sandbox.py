"""Hostile bytes are parsed in child processes with limits on time and memory.

Theory of operation. No list of refusals is complete: quadratic expressions and lists remain in feedparser (an
author of 100 kB takes half a minute). So a document is parsed by a child that the kernel stops:

- processor time: RLIMIT_CPU, set before each document to what one may use and lifted after it; the kernel
  ends the child even inside a regular expression, where Python would not look at a signal;
- wall-clock time: pebble's timeout, for a child that sleeps or a machine that is overloaded;
- memory: RLIMIT_AS; Python raises MemoryError and the child, now bloated, ends; native code aborts.

Children come from a fork server: it has no threads, holds the parser already, and starts one in milliseconds.
A thread in each child waits for the parent's end, also by kill -9, and then ends the child. A child is
replaced after 500 documents, so leaks do not grow. When a child dies pebble loses only its document; where it
gives the pool up (an idle child was killed), a new pool takes the document once more.

An exception of the parser is a bug of ours and comes out of the future; a limit is data (PARSE_LIMIT).
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from trendwatch.types.news import Document, Failure, ParsedFeed, PollFailure

if TYPE_CHECKING:
    from pebble import ProcessPool

_DOCUMENTS_PER_CHILD = 500
_MEGABYTE = 1024 * 1024
_STACK = 256 * 1024  # of the watching thread: a default stack would take address space from the parser
# A document this many times smaller than a child's memory reaches it whole, and can be decoded there.
_ROOM = 16
_STARVED = 77  # exit code of a child without memory

Outcome = ParsedFeed | PollFailure


class Sandbox:
    """A pool of limited children that parse. Starts at the first document; safe to use from many threads."""

    def __init__(
        self,
        workers: int = 2,
        cpu_seconds: int = 10,
        memory_mb: int = 512,
        read: Callable[[Document], Any] | None = None,
    ) -> None:
        self._workers = workers
        self._cpu_seconds = cpu_seconds
        self._memory_mb = memory_mb
        #: what children do with a document, a function of a module; None: they parse feeds
        self._read = read
        self._lock = threading.Lock()
        self._pool: ProcessPool | None = None
        self._open: set[Future[Outcome]] = set()

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
        """Return the future outcome of a document. It cannot be cancelled, except by closing the sandbox."""
        outcome: Future[Outcome] = Future()
        outcome.set_running_or_notify_cancel()
        if len(document.body) > self._memory_mb * _MEGABYTE // _ROOM:
            outcome.set_result(_limited("the document is too large for the memory parsing may use"))
            return outcome
        self._open.add(outcome)
        outcome.add_done_callback(self._open.discard)
        self._schedule(document, outcome, retry=True)
        return outcome

    def close(self) -> None:
        """End the children. Documents still in work raise CancelledError; a later one starts new children."""
        with self._lock:
            pool, self._pool = self._pool, None
        for outcome in tuple(self._open):
            _settle(outcome, CancelledError())  # first, since a pool that ends makes up errors of its own
        if pool is not None:
            _end(pool)

    def _schedule(self, document: Document, outcome: Future[Outcome], *, retry: bool) -> None:
        pool = self._running()

        def finish(task: Future[Outcome]) -> None:
            error = task.exception()
            if outcome.done():  # the sandbox was closed meanwhile
                return
            if error is None:
                _give(outcome, task.result())
            elif isinstance(error, BrokenProcessPool) and retry:
                self._replace(pool)
                self._schedule(document, outcome, retry=False)
            else:
                _settle(outcome, error)

        task: Future[Outcome]
        try:
            task = pool.schedule(_parse, (document, self._cpu_seconds, self._read), timeout=self._cpu_seconds)
        except RuntimeError as error:  # the pool broke while nothing was in work, or was closed just now
            task = Future()
            task.set_exception(BrokenProcessPool(str(error)))
        task.add_done_callback(finish)

    def _running(self) -> ProcessPool:
        from pebble import ProcessPool  # importing the sandbox stays cheap

        with self._lock:
            if self._pool is None:
                context = multiprocessing.get_context("forkserver")
                context.set_forkserver_preload([__name__, "trendwatch.news.parse"])
                self._pool = ProcessPool(
                    max_workers=self._workers,
                    max_tasks=_DOCUMENTS_PER_CHILD,
                    initializer=_limit,
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
    if code == _STARVED:
        return "parsing took too much memory"
    if code == -signal.SIGXCPU:
        return "parsing took too much processor time"
    return f"the parsing process ended early ({signal.Signals(-code).name if code < 0 else code})"


# What follows runs in the children.


def _limit(memory_mb: int) -> None:
    """Limit this child's memory and let it end with its parent."""
    import resource

    threading.stack_size(_STACK)
    threading.Thread(target=_end_with_parent, name="sandbox-watch", daemon=True).start()
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb * _MEGABYTE, memory_mb * _MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)


def _parse(document: Document, cpu_seconds: int, read: Callable[[Document], Any] | None) -> Any:
    """Parse one document with its own allowance of processor time."""
    import resource

    from trendwatch.news.parse import parse

    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = round(usage.ru_utime + usage.ru_stime)  # the kernel counts whole seconds
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (spent + cpu_seconds, most))
    try:
        return (read or parse)(document)
    except MemoryError:
        os._exit(_STARVED)
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
