"""Poll feeds:  hosts due | claim | fetch | parse | decide | keep new items.

Answers are handled as they come, so a slow peer delays nobody. What a poll of a feed brought (items,
validators, the next poll's time) is written in one transaction, together with that of other feeds of its host
where there are many: after a crash those feeds are simply still due.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from trendwatch.errors import LeaseLost
from trendwatch.news.ledger import recorded
from trendwatch.news.poll import Pace, decide, request_for, unchanged
from trendwatch.store import Store
from trendwatch.types.news import (
    Answer,
    Document,
    Failure,
    Feed,
    FeedState,
    FeedUpdate,
    NotModified,
    ParsedFeed,
    PollFailure,
    Request,
)
from trendwatch.types.work import Claim, Clock

_log = structlog.get_logger()

#: Documents that wait for the sandbox: more would fill the memory while fetching runs ahead.
PARSING_AT_ONCE = 32
#: Hosts claimed at a time: enough to keep the fetcher busy, few enough that no lease grows old unused.
HOSTS_AT_ONCE = 64

#: Feeds of one host written at a time. A host with one feed is written at once; where a host has many, a
#: transaction for each costs more than all other work of a poll.
FEEDS_AT_ONCE = 16
#: Outcomes are held together no longer than this: what was seen should soon be in the database.
HELD = timedelta(seconds=5)

#: Seconds; the sandbox ends a document long before. Only a child that died at a bad moment takes longer.
PARSE_PATIENCE = 120.0


class Fetches(Protocol):
    """What polling needs of the network: a Fetcher, or a dictionary in a test."""

    def stream(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Answer]]:
        """Yield each request with its answer as answers come."""
        ...


class Parses(Protocol):
    """What polling needs of the sandbox: its child processes, or the parser itself in a test."""

    def submit(self, document: Document) -> Future[ParsedFeed | PollFailure]:
        """Begin to parse."""
        ...


@dataclass(slots=True)
class PollReport:
    """What a run of the step did."""

    polled: int = 0
    new_items: int = 0
    not_modified: int = 0
    #: documents that were read and held nothing new
    unchanged: int = 0
    failures: Counter[Failure] = field(default_factory=Counter)
    #: hosts that another process polls
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Open:
    """A feed that is being polled."""

    feed: Feed
    state: FeedState


@dataclass(frozen=True, slots=True)
class _Parsing:
    """A document in the sandbox."""

    request: Request
    document: Document
    parsed: Future[ParsedFeed | PollFailure]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a poll came to, not written yet."""

    request: Request
    answer: Answer
    update: FeedUpdate
    at: datetime


def poll(
    store: Store,
    fetcher: Fetches,
    sandbox: Parses,
    *,
    clock: Clock,
    lease: timedelta,
    pace: Pace,
    jitter: Callable[[], float],
    on_progress: Callable[[PollReport], None] = lambda _report: None,
) -> PollReport:
    """Poll every feed that is due, and say what came of it.

    Args:
        store: keeps feeds and items.
        fetcher: the way to the network.
        sandbox: parses hostile bytes.
        clock: polls take time, so leases need a running one.
        lease: how long a host stays ours without a sign of life.
        pace: how often feeds may be asked.
        jitter: numbers in [0, 1) that spread retries.
        on_progress: called after each feed.
    """
    report = PollReport()
    hosts = store.feeds.due_hosts(clock())
    for start in range(0, len(hosts), HOSTS_AT_ONCE):
        wave = _Wave(store, clock=clock, lease=lease, pace=pace, jitter=jitter, report=report)
        wave.claim(hosts[start : start + HOSTS_AT_ONCE])
        try:
            for _ in wave.run(fetcher, sandbox):
                on_progress(report)
        finally:
            wave.release()
    return report


class _Wave:
    """Some hosts that are ours for a while."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        lease: timedelta,
        pace: Pace,
        jitter: Callable[[], float],
        report: PollReport,
    ) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease
        self._pace = pace
        self._jitter = jitter
        self._report = report
        self._claims: dict[str, Claim] = {}
        self._host_of: dict[str, str] = {}
        self._open: dict[str, _Open] = {}
        #: feeds of a host without an outcome yet
        self._left: Counter[str] = Counter()
        #: outcomes by host, not written yet
        self._held: dict[str, list[_Outcome]] = {}

    def claim(self, hosts: Sequence[str]) -> None:
        for host in hosts:
            claim = self._store.claim("poll", host, now=self._clock(), lease=self._lease)
            if claim is None:
                self._report.held += 1
                continue
            self._claims[host] = claim
            # Read under the claim: what another process polled a moment ago is no longer due.
            for feed, state in self._store.feeds.due(self._clock(), host=host):
                self._open[feed.key] = _Open(feed, state)
                self._host_of[feed.key] = host
                self._left[host] += 1

    def release(self) -> None:
        for claim in self._claims.values():
            self._store.leases.release(claim)

    def run(self, fetcher: Fetches, sandbox: Parses) -> Iterator[None]:
        """Carry every answer to the store; yield after each feed."""
        parsing: deque[_Parsing] = deque()
        requests = [request_for(one.feed, one.state) for one in self._open.values()]
        for request, answer in fetcher.stream(requests):
            self._stay_alive()
            one = self._open[request.feed_key]
            if isinstance(answer, Document) and not unchanged(one.state, answer):
                parsing.append(_Parsing(request, answer, sandbox.submit(answer)))
            else:
                self._record(request, answer, None)
                yield
            while parsing and (parsing[0].parsed.done() or len(parsing) >= PARSING_AT_ONCE):
                self._record_parsed(parsing.popleft())
                yield
        while parsing:
            self._stay_alive()
            self._record_parsed(parsing.popleft())
            yield

    def _stay_alive(self) -> None:
        now = self._clock()
        for host in [host for host, held in self._held.items() if now - held[0].at > HELD]:
            self._write(host, self._held.pop(host))
        for host, claim in list(self._claims.items()):
            if claim.until - now < self._lease / 2:
                try:
                    self._claims[host] = self._store.leases.renew(claim, now=now, lease=self._lease)
                except LeaseLost:
                    _log.warning("poll.lease_lost", host=host)
                    del self._claims[host]

    def _record_parsed(self, one: _Parsing) -> None:
        try:
            parsed = one.parsed.result(timeout=PARSE_PATIENCE)
        except Exception as error:
            _log.exception("poll.parser_crashed", feed=one.request.feed_key)
            parsed = _crashed(error)
        self._record(one.request, one.document, parsed)

    def _record(self, request: Request, answer: Answer, parsed: ParsedFeed | PollFailure | None) -> None:
        """Decide what is to be written, and write it once enough of its host's feeds are there."""
        now = self._clock()
        host = self._host_of[request.feed_key]
        update = self._decide(self._open[request.feed_key], answer, parsed, now)
        held = self._held.setdefault(host, [])
        held.append(_Outcome(request, answer, update, now))
        self._left[host] -= 1
        if len(held) >= FEEDS_AT_ONCE or not self._left[host] or now - held[0].at > HELD:
            self._write(host, self._held.pop(host))

    def _write(self, host: str, outcomes: Sequence[_Outcome]) -> None:
        claim = self._claims.get(host)
        if claim is None:  # taken over by another process, which polls the feeds itself
            return
        updates = [one.update for one in outcomes]
        asked = {one.request.feed_key: one.request.url for one in outcomes}
        try:
            new = self._store.feeds.record_all(updates, claim=claim, asked=asked)
        except LeaseLost:
            _log.warning("poll.lease_lost", host=host)
            return
        for one, items in zip(outcomes, new, strict=True):
            self._count(one.answer, one.update.state, len(items), one.at)

    def _decide(
        self, one: _Open, answer: Answer, parsed: ParsedFeed | PollFailure | None, now: datetime
    ) -> FeedUpdate:
        def decided(answer: Answer) -> FeedUpdate:
            update = decide(
                one.feed, one.state, answer, parsed=parsed, now=now, jitter=self._jitter(), pace=self._pace
            )
            return recorded(update, answer, parsed=parsed, now=now)

        try:
            return decided(answer)
        except Exception as error:
            _log.exception("poll.decision_crashed", feed=one.feed.key)
            return decided(_crashed(error))

    def _count(self, answer: Answer, state: FeedState, new: int, now: datetime) -> None:
        self._report.polled += 1
        self._report.new_items += new
        self._report.not_modified += isinstance(answer, NotModified)
        self._report.unchanged += isinstance(answer, Document) and not new and state.failure is None
        if state.failure is not None:
            self._report.failures[state.failure] += 1
            _log.info(
                "feed.failed", feed=state.feed_key, failure=str(state.failure), detail=state.failure_detail
            )
        elif new:
            _log.info("feed.read", feed=state.feed_key, new_items=new, at=now.isoformat())


def _crashed(error: Exception) -> PollFailure:
    """Return what a bug of ours, not of the feed, leaves: it is shown as such, and the other feeds go on."""
    return PollFailure(failure=Failure.PARSER_CRASHED, detail=f"{type(error).__name__}: {error}")
