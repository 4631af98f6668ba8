"""Poll feeds:  hosts due | claim | fetch | parse | decide | keep new items.

Three kinds of work overlap and never wait for each other: a thread fetches, child processes parse, and this
one decides and writes: what has come by then in one transaction, over all hosts, many times a second. So a
peer that is stuck delays nobody.

What a poll of a feed brought (items, validators, the next poll's time) stands in one transaction: after a
crash the feeds that were not written are simply still due.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from trendwatch.news.ledger import recorded
from trendwatch.news.pace import Pace
from trendwatch.news.poll import decide, postponed, request_for, unchanged
from trendwatch.pipeline.answers import Answered, Answers, Asks, Fetches, Parsed, Parses, crashed
from trendwatch.pipeline.hosts import AT_ONCE, Due, Hosts
from trendwatch.store import Store
from trendwatch.types.fetches import FeedUpdate
from trendwatch.types.news import Answer, Document, Failure, NotModified, PollFailure
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: Feeds in work at a time, from being read to being written: enough to keep the fetcher busy.
OPEN = 300


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
    #: feeds left for later: their server rests, or their publisher wants no visits now
    later: int = 0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a poll came to, not written yet."""

    due: Due
    #: None where there is nothing to write
    update: FeedUpdate | None
    #: the address that was asked, "" where none was
    asked: str = ""
    answer: type[Answer] | None = None


def poll(
    store: Store,
    fetcher: Fetches,
    sandbox: Parses,
    *,
    clock: Clock,
    lease: timedelta,
    pace: Pace,
    jitter: Callable[[], float],
    at_once: int = OPEN,
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
        at_once: feeds in work at a time; at most so many hosts are claimed for them at a time.
        on_progress: called after each feed.

    Raises:
        Exception: a bug, of the fetcher's thread too.
    """
    hosts = Hosts(store, clock=clock, lease=lease, at_once=min(AT_ONCE, at_once))
    run = _Run(store, hosts, clock=clock, pace=pace, jitter=jitter, at_once=at_once)
    answers = Answers(sandbox, known=run.is_known)
    now = clock()
    resting = {server: until - now for server, until in store.polls.resting(now).items()}
    try:
        with fetcher.open(answers.hear, resting=resting) as asking:
            for _ in run.drive(asking, answers):
                on_progress(run.report)
    finally:
        hosts.release()
    run.report.held = hosts.held
    return run.report


class _Run:
    """Carries every answer to the store."""

    def __init__(
        self,
        store: Store,
        hosts: Hosts,
        *,
        clock: Clock,
        pace: Pace,
        jitter: Callable[[], float],
        at_once: int,
    ) -> None:
        self._store = store
        self._hosts = hosts
        self._clock = clock
        self._pace = pace
        self._jitter = jitter
        self._at_once = at_once
        self.report = PollReport()
        #: feeds without an outcome yet
        self._open: dict[str, Due] = {}

    def is_known(self, feed_key: str, document: Document) -> bool:
        """Tell whether a document is the last one of its feed: no need to parse it."""
        return unchanged(self._open[feed_key].state, document)

    def drive(self, asking: Asks, answers: Answers) -> Iterator[None]:
        """Poll everything; yield after each feed.

        Raises:
            Exception: a bug of the fetcher's thread.
        """
        pages = self._hosts.pages()
        page: list[Due] | None = []
        while page is not None or self._open:
            outcomes: list[_Outcome] = []
            while page is not None and len(self._open) < self._at_once and not outcomes:
                if (page := next(pages, None)) is not None:
                    outcomes = self._begin(asking, page)
            if self._open and not outcomes:
                outcomes = [self._decided(one) for one in answers.take(asking, most=len(self._open))]
            self._hosts.keep()
            yield from self._write(outcomes)

    def _begin(self, asking: Asks, page: Sequence[Due]) -> list[_Outcome]:
        """Ask for feeds; return those that their publisher does not want asked now."""
        now = self._clock()
        waiting = [_Outcome(due, later) for due in page if (later := postponed(due.state, now))]
        left = {one.due.feed.key for one in waiting}
        ready = [due for due in page if due.feed.key not in left]
        self._open.update((due.feed.key, due) for due in ready)
        asking.ask([request_for(due.feed, due.state, now=now, pace=self._pace) for due in ready])
        return waiting

    def _decided(self, one: Answered) -> _Outcome:
        """Decide what is to be written."""
        request, answer = one.request, one.answer
        due = self._open.pop(request.feed_key)
        if isinstance(answer, PollFailure) and not answer.asked:
            return _Outcome(due, None)
        in_full = not (request.etag or request.last_modified)
        try:
            update = self._decide(due, answer, one.parsed, in_full=in_full)
        except Exception as error:
            _log.exception("poll.decision_crashed", feed=due.feed.key)
            update = self._decide(due, crashed(error), None, in_full=in_full)
        return _Outcome(due, update, request.url, type(answer))

    def _decide(self, due: Due, answer: Answer, parsed: Parsed | None, *, in_full: bool) -> FeedUpdate:
        # To the second: how often the clock was asked before depends on which answers came together, and
        # rules with edges (a story takes reports for seven days) must not.
        now = self._clock().replace(microsecond=0)
        update = decide(
            due.feed,
            due.state,
            answer,
            parsed=parsed,
            now=now,
            jitter=self._jitter(),
            pace=self._pace,
            in_full=in_full,
        )
        return recorded(update, answer, parsed=parsed, now=now)

    def _write(self, outcomes: Sequence[_Outcome]) -> Iterator[None]:
        """Write outcomes in one transaction; those whose host was taken over are the other process's."""
        claims = {one.due.feed.key: self._hosts.claim_of(one.due.host) for one in outcomes}
        held = {key: claim for key, claim in claims.items() if claim is not None}
        ours = [(one, one.update) for one in outcomes if one.update and one.due.feed.key in held]
        if ours:
            asked = {one.due.feed.key: one.asked or one.due.address for one, _ in ours}
            kept = self._store.polls.record_all([update for _, update in ours], claims=held, asked=asked)
            for (one, update), new in zip(ours, kept, strict=True):
                if new is not None:
                    self._count(one, update, len(new))
                    yield
        self.report.later += sum(not one.asked for one in outcomes)
        if outcomes:
            self._hosts.done([one.due.host for one in outcomes])

    def _count(self, one: _Outcome, update: FeedUpdate, new: int) -> None:
        if one.answer is None:
            return
        state, report = update.state, self.report
        report.polled += 1
        report.new_items += new
        report.not_modified += one.answer is NotModified
        report.unchanged += one.answer is Document and not new and state.failure is None
        if state.failure is not None:
            report.failures[state.failure] += 1
            detail = state.failure_detail
            _log.info("feed.failed", feed=state.feed_key, failure=str(state.failure), detail=detail)
        elif new:
            _log.info("feed.read", feed=state.feed_key, new_items=new, at=_time(state.polled_at))


def _time(when: datetime | None) -> str:
    return when.isoformat() if when else ""
