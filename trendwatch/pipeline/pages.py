"""Read the pages of new items:  items wanted | what their sites allow | fetch | main text | keep.

Only for feeds with ``full_text``. An item never waits for its page and is never lost with it: what went wrong
is kept in its place, and it is understood by what the feed said. A page is asked for once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import structlog

from trendwatch.errors import LeaseLost
from trendwatch.news.article import MOST_RULES, allows, pause
from trendwatch.news.decode import decode
from trendwatch.store import Store
from trendwatch.types.news import Answer, Document, Failure, PollFailure, Request
from trendwatch.types.pages import Page, PageProblem, Robots, WantedPage
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: Pages read in one run: what a tick may take.
PAGES_AT_ONCE = 200
#: Older items are not news any more.
FRESH = timedelta(days=3)
#: RFC 9309 wants robots.txt to be asked for again after a day.
RULES_LAST = timedelta(days=1)
#: Pages written together.
_BATCH = 20
#: The name that rules may be for.
AGENT = "trendwatch"
#: Answers that say there are no rules; after any other failure nothing may be asked (RFC 9309).
_NO_RULES = frozenset(
    {Failure.NOT_THERE, Failure.GONE, Failure.REFUSED, Failure.LOGIN_NEEDED, Failure.NO_CONTENT}
)


class Streams(Protocol):
    """What reading pages needs of the network."""

    def stream(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Answer]]:
        """Yield each request with its answer as answers come."""
        ...


@dataclass(slots=True)
class PagesReport:
    """What a run of the step did."""

    read: int = 0
    problems: Counter[PageProblem] = field(default_factory=Counter)
    #: another process reads pages
    held: bool = False


def read_pages(
    store: Store,
    fetcher: Callable[[], Streams],
    main_text: Callable[[Document], str | PollFailure],
    *,
    clock: Clock,
    lease: timedelta,
) -> PagesReport:
    """Read the pages that new items want, and say what came of it.

    Args:
        store: keeps items and pages.
        fetcher: the way to the network, made when there is something to ask.
        main_text: the text of a page, found in the sandbox.
        clock: reading takes time, so the lease needs a running one.
        lease: how long the step stays ours without a sign of life.
    """
    report = PagesReport()
    wanted = store.pages.wanted(since=clock() - FRESH, limit=PAGES_AT_ONCE)
    if not wanted:
        return report
    claim = store.claim("pages", "all", now=clock(), lease=lease)
    if claim is None:
        report.held = True
        return report
    try:
        for batch in _batches(_pages(store, fetcher(), main_text, wanted=wanted, clock=clock)):
            claim = store.leases.renew(claim, now=clock(), lease=lease)
            store.pages.keep(batch, claim=claim)
            report.problems.update(page.problem for page in batch if page.problem)
            report.read += sum(page.problem is None for page in batch)
    except LeaseLost:
        _log.warning("pages.lease_lost")
        report.held = True
    finally:
        store.leases.release(claim)
    _log.info("pages.read", read=report.read, problems={str(why): n for why, n in report.problems.items()})
    return report


def _pages(
    store: Store,
    fetcher: Streams,
    main_text: Callable[[Document], str | PollFailure],
    *,
    wanted: Sequence[WantedPage],
    clock: Clock,
) -> Iterator[Page]:
    """Yield what became of each page; those of sites that want pauses may be left for a later run."""
    yield from (
        Page(item_id=one.item_id, problem=PageProblem.NO_LINK, fetched_at=clock())
        for one in wanted
        if not one.url
    )
    linked = [one for one in wanted if one.url]
    rules = _rules(store, fetcher, {origin_of(one.url) for one in linked}, clock=clock)
    asked: list[WantedPage] = []
    for one in linked:
        robots = rules[origin_of(one.url)]
        if allows(robots, one.url, agent=AGENT):
            asked.append(one)
        else:
            problem = PageProblem.FORBIDDEN if robots.known else PageProblem.UNKNOWN_RULES
            yield Page(item_id=one.item_id, problem=problem, fetched_at=clock())
    requests = [Request(feed_key=one.item_id, url=one.url) for one in _one_of_slow(asked, rules)]
    for request, answer in fetcher.stream(requests):
        if not (isinstance(answer, PollFailure) and not answer.asked):
            yield _page(request.feed_key, answer, main_text, at=clock())


def _page(
    item_id: str, answer: Answer, main_text: Callable[[Document], str | PollFailure], *, at: datetime
) -> Page:
    if not isinstance(answer, Document):
        return Page(item_id=item_id, problem=PageProblem.NOT_FETCHED, fetched_at=at)
    text = main_text(answer)
    if isinstance(text, PollFailure) or not text:
        return Page(item_id=item_id, problem=PageProblem.NO_TEXT, fetched_at=at)
    return Page(item_id=item_id, text=text, fetched_at=at)


def _rules(store: Store, fetcher: Streams, origins: set[str], *, clock: Clock) -> dict[str, Robots]:
    """Return what sites allow, from what is kept or from themselves."""
    known = store.pages.robots(origins, since=clock() - RULES_LAST)
    missing = sorted(origins - set(known))
    requests = [Request(feed_key=origin, url=f"{origin}/robots.txt") for origin in missing]
    asked = [_robots(request.feed_key, answer, at=clock()) for request, answer in fetcher.stream(requests)]
    store.pages.keep_robots(asked)
    return known | {robots.origin: robots for robots in asked}


def _robots(origin: str, answer: Answer, *, at: datetime) -> Robots:
    if isinstance(answer, Document):
        rules = decode(answer.body[:MOST_RULES], answer.content_type).replace("\0", "")
        return Robots(origin=origin, rules=rules, fetched_at=at)
    known = isinstance(answer, PollFailure) and answer.failure in _NO_RULES
    return Robots(origin=origin, known=known, fetched_at=at)


def _one_of_slow(wanted: Sequence[WantedPage], rules: Mapping[str, Robots]) -> list[WantedPage]:
    """Return the pages to ask for now: one of each site that wants a pause, the others at the next runs."""
    taken: Counter[str] = Counter()
    chosen = []
    for one in wanted:
        origin = origin_of(one.url)
        if not taken[origin] or not pause(rules[origin], agent=AGENT):
            chosen.append(one)
        taken[origin] += 1
    return chosen


def origin_of(url: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _batches(pages: Iterable[Page]) -> Iterator[list[Page]]:
    batch: list[Page] = []
    for page in pages:
        batch.append(page)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
