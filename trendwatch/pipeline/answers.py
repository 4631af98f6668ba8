"""Fetching and parsing at once: answers of a thread and of child processes, gathered in one queue.

    requests | fetch | unchanged? | parse | answers

Answers come in batches: whoever takes them one by one would wake for each, and wait for the lock of the
interpreter each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Protocol

import structlog

from trendwatch.types.news import Answer, Document, Failure, ParsedFeed, PollFailure, Request

_log = structlog.get_logger()

#: Seconds in which answers gather before they are dealt with together, if so many do not come sooner.
GATHER, ENOUGH = 0.1, 128
#: So many are dealt with as soon as none comes any more: fetcher and children take so much at a time only, so
#: they may be waiting for us. Fewer are not worth a transaction of their own.
WORTH_IT = 16
_LOOK = 0.003
#: Seconds after which ``take`` returns though nothing came.
TICK = 1.0
#: Seconds; the sandbox ends a document long before. Only a child that died at a bad moment takes longer.
PARSE_PATIENCE = 120.0

Parsed = ParsedFeed | PollFailure
Heard = tuple[Request, Answer] | BaseException


class Asks(Protocol):
    """A fetcher at work."""

    def ask(self, requests: Iterable[Request]) -> None:
        """Have some requests answered."""
        ...

    def free(self, answer: Answer) -> None:
        """Say that an answer was dealt with."""
        ...


class Fetches(Protocol):
    """What polling needs of the network: a Fetcher, or a dictionary in a test."""

    def open(
        self, tell: Callable[[Heard], None], *, resting: Mapping[str, timedelta] | None = None
    ) -> AbstractContextManager[Asks]:
        """Begin to fetch; answers are told as they come."""
        ...


class Parses(Protocol):
    """What polling needs of the sandbox: its child processes, or the parser itself in a test."""

    def submit(self, document: Document) -> Future[Parsed]:
        """Begin to parse."""
        ...


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a request."""

    request: Request
    answer: Answer
    #: what a document says; None where it need not be parsed
    parsed: Parsed | None = None


@dataclass(frozen=True, slots=True)
class _Parsing:
    """A document in the sandbox."""

    request: Request
    document: Document
    #: monotonic seconds
    since: float


@dataclass(frozen=True, slots=True)
class _Read:
    """A document as it came out of the sandbox."""

    one: _Parsing
    parsed: Future[Parsed]


class Answers:
    """What was asked and is not dealt with yet."""

    def __init__(self, sandbox: Parses, *, known: Callable[[str, Document], bool]) -> None:
        self._sandbox = sandbox
        #: tells whether a feed's document is the one we have
        self._known = known
        self._heard: SimpleQueue[Heard | _Read] = SimpleQueue()
        self._parsing: dict[str, _Parsing] = {}

    def hear(self, message: Heard | _Read) -> None:
        """Take what the fetcher or a child has; called from any thread."""
        self._heard.put(message)

    def take(self, asking: Asks, *, most: int) -> Iterator[Answered]:
        """Yield the answers that are there, once one is and more have had a moment to join it.

        Args:
            asking: who fetches; told of every answer that it is dealt with.
            most: answers that can still come; no need to wait for more.

        Raises:
            Exception: a bug of the fetcher's thread.
        """
        for message in self._gather(most):
            if isinstance(message, BaseException):
                raise message
            found = self._finished(message) if isinstance(message, _Read) else self._fetched(*message)
            if found is not None:
                yield found
                asking.free(found.answer)

    def _gather(self, most: int) -> list[Heard | _Read]:
        try:
            found = [self._heard.get(timeout=TICK)]
        except Empty:
            return self._overdue()
        deadline = time.monotonic() + GATHER
        there = 0
        while (now := self._heard.qsize()) + 1 < min(most, ENOUGH) and time.monotonic() < deadline:
            if now == there and now >= WORTH_IT:
                break
            there = now
            time.sleep(_LOOK)
        while not self._heard.empty():
            found.append(self._heard.get())
        return found

    def _overdue(self) -> list[Heard | _Read]:
        """Return documents that the sandbox has lost, as failed."""
        lost: list[Heard | _Read] = []
        for one in self._parsing.values():
            if time.monotonic() - one.since > PARSE_PATIENCE:
                failed: Future[Parsed] = Future()
                failed.set_exception(TimeoutError("the parser gave no answer"))
                lost.append(_Read(one, failed))
        return lost

    def _fetched(self, request: Request, answer: Answer) -> Answered | None:
        if not isinstance(answer, Document) or self._known(request.feed_key, answer):
            return Answered(request, answer)
        one = _Parsing(request, answer, time.monotonic())
        self._parsing[request.feed_key] = one
        self._sandbox.submit(answer).add_done_callback(lambda parsed: self.hear(_Read(one, parsed)))
        return None

    def _finished(self, read: _Read) -> Answered | None:
        """Return what the sandbox says; a bug there is shown as such, and the other feeds go on."""
        request = read.one.request
        if self._parsing.pop(request.feed_key, None) is None:
            return None  # given up before
        try:
            parsed = read.parsed.result(timeout=0)
        except Exception as error:
            _log.exception("poll.parser_crashed", feed=request.feed_key)
            parsed = crashed(error)
        return Answered(request, read.one.document, parsed)


def crashed(error: Exception) -> PollFailure:
    """Return what a bug of ours, not of the feed, leaves."""
    return PollFailure(failure=Failure.PARSER_CRASHED, detail=f"{type(error).__name__}: {error}")
