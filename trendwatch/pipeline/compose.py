"""Compose digests:  businesses due | freeze the edition | compose | keep digest and deliveries.

The question is always "which digest is due and not composed", never "is it Monday 07:00", so a service
that was down catches up once. The edition of a cutoff is frozen once and shared; composing it for a
business is pure; the digest, what it shows and its deliveries are one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

import structlog

from trendwatch.advice.columns import Columns
from trendwatch.advice.digest import compose
from trendwatch.advice.quiet import finished
from trendwatch.advice.schedule import LONGEST_WINDOW, Due, due
from trendwatch.advice.whynot import Verdict, considered
from trendwatch.errors import LeaseLost, NotFound, TrendwatchError
from trendwatch.pipeline.arrivals import approaches, arrivals_at
from trendwatch.pipeline.edition import Making, edition_of
from trendwatch.pipeline.outgoing import deliveries_of, know_readers, tell
from trendwatch.pipeline.setback import after_crash, tried_again
from trendwatch.store import Store
from trendwatch.types.advice import Business, Coverage, Digest, Edition
from trendwatch.types.delivery import Audience, Channel, Notice
from trendwatch.types.knowledge import NO_KNOWLEDGE, Knowledge
from trendwatch.types.tags import Taxonomy
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: So far behind its own news a clock is wrong.
_SLOW = timedelta(days=1)


@dataclass(slots=True)
class ComposeReport:
    """What a run of the step did."""

    digests: list[Digest] = field(default_factory=list)
    #: business keys that wait for items to be understood or trends to be judged
    waiting: list[str] = field(default_factory=list)
    #: business keys held back because too few feeds could be read, or the clock is wrong
    stopped: list[str] = field(default_factory=list)
    #: business keys whose digest met a bug of ours, now or before, and waits to be tried again
    crashed: list[str] = field(default_factory=list)
    #: businesses that another process composes for
    held: int = 0


def compose_due(
    store: Store,
    businesses: Sequence[Business],
    taxonomy: Taxonomy,
    *,
    channel: Channel,
    config_hash: str,
    clock: Clock,
    lease: timedelta,
    knowledge: Knowledge = NO_KNOWLEDGE,
    site: str = "",
    ask_all: bool = False,
    operator: str = "",
) -> ComposeReport:
    """Compose every digest that is due and not composed yet.

    Args:
        store: what is known
        businesses: as configured
        taxonomy: the labels
        channel: how mail leaves
        config_hash: of the configuration
        clock: tells the time
        lease: how long a business stays this process's
        knowledge: practices and relations between sectors
        site: where our pages are, for links in letters
        ask_all: addresses of the configuration are asked before they get a digest
        operator: who is told when digests stop, "" for nobody
    """
    report = ComposeReport()
    if _clock_is_slow(store, channel=channel, operator=operator, now=clock()):
        return ComposeReport(stopped=[business.key for business in businesses])
    know_readers(store, businesses, site=site, ask_all=ask_all, mail=channel, now=clock())
    making = Making(
        store=store,
        taxonomy=taxonomy,
        arrived=cache(partial(arrivals_at, store)),
        config_hash=config_hash,
        knowledge=knowledge,
        clock=clock,
        lease=lease,
    )
    for cutoff, group in sorted(_due(store, businesses, report, now=clock()).items()):
        names = [business.key for business, _ in group]
        edition = edition_of(making, cutoff, since=min(one.since for _, one in group))
        if isinstance(edition, Coverage):
            _stop(making, edition, channel=channel, operator=operator)
            report.stopped += names
        elif edition is None:
            report.waiting += names
        else:
            _compose_all(making, [one for one, _ in group], edition, report=report, channel=channel)
    return report


def _compose_all(
    making: Making,
    businesses: Sequence[Business],
    edition: Edition,
    *,
    report: ComposeReport,
    channel: Channel,
) -> None:
    making.store.notices.end("coverage", now=making.clock())
    columns = Columns(edition)
    for business in businesses:
        _compose_one(making, business, columns, report=report, channel=channel)


def _clock_is_slow(store: Store, *, channel: Channel, operator: str, now: datetime) -> bool:
    """Tell whether the clock is a day or more behind, by most items; say so once for as long as it lasts.

    A small computer wakes up in 1970 or 2020 and learns the time a minute later. Items of a few polls made
    while a clock was fast are the smaller part, and stop nothing.
    """
    if not store.items.mostly_after(now + _SLOW):
        store.notices.end("clock", now=now)
        return False
    text = (
        f"No digests are made: this machine says that it is {now:%Y-%m-%d}, and most news here is later "
        "than that. Set its clock; it goes on by itself."
    )
    subject = "trendwatch: the clock is wrong"
    if _tell_operator(
        store, "clock", text=text, subject=subject, channel=channel, operator=operator, now=now
    ):
        _log.error("digest.clock", now=now.isoformat())
    return True


def _stop(making: Making, coverage: Coverage, *, channel: Channel, operator: str) -> None:
    """Tell the operator, once for as long as it lasts, that no digest is made of so little."""
    read = f"{coverage.sources} of {coverage.feeds} feeds"
    text = (
        f"No digests are made: only {read} could be read, and a thin digest would be a wrong one. "
        "The last good issues stay. It goes on by itself once enough can be read; see trendwatch doctor."
    )
    subject, now = "trendwatch: digests are stopped", making.clock()
    if _tell_operator(
        making.store, "coverage", text=text, subject=subject, channel=channel, operator=operator, now=now
    ):
        _log.error("digest.stopped", sources=coverage.sources, feeds=coverage.feeds)


def _tell_operator(
    store: Store, kind: str, *, text: str, subject: str, channel: Channel, operator: str, now: datetime
) -> bool:
    """Tell the operator, once for as long as it lasts; return whether this is the first time."""
    notice = Notice(
        kind=kind, subject="", audience=Audience.OPERATOR, business_key="", text=text, opened_at=now
    )
    return tell(store, notice, subject=subject, to=(operator,) if operator else (), mail=channel)


def _compose_one(
    making: Making, business: Business, columns: Columns, *, report: ComposeReport, channel: Channel
) -> None:
    """Compose one digest; a bug of ours in it is shown as such, and the other businesses get theirs."""
    try:
        digest = _compose(
            making.store, business, columns, channel=channel, clock=making.clock, lease=making.lease
        )
    except TrendwatchError:
        raise
    except Exception:
        _log.exception("digest.crashed", business=business.key)
        report.crashed.append(business.key)
        before, cutoff = making.store.setbacks.all().get(business.key), columns.edition.cutoff
        making.store.setbacks.put(after_crash(business.key, cutoff, before, now=making.clock()))
        return
    report.digests += [digest] if digest else []
    report.held += digest is None


def _due(
    store: Store, businesses: Sequence[Business], report: ComposeReport, *, now: datetime
) -> dict[datetime, list[tuple[Business, Due]]]:
    """Return the cutoffs to compose for, with who is due then and since when; report who waits."""
    issues = store.digests.issues(since=now - 2 * LONGEST_WINDOW)
    setbacks = store.setbacks.all()
    found: defaultdict[datetime, list[tuple[Business, Due]]] = defaultdict(list)
    for business in businesses:
        had = issues.get(business.key) or store.digests.issues_of(business.key)
        one, setback = due(business, now, had), setbacks.get(business.key)
        if one is not None and setback is not None:
            one = tried_again(one, business, setback, first=not had, now=now)
            report.crashed += [business.key] if one is None else []
        if one is not None:
            found[one.cutoff].append((business, one))
    return found


def _compose(
    store: Store,
    business: Business,
    columns: Columns,
    *,
    channel: Channel,
    clock: Clock,
    lease: timedelta,
) -> Digest | None:
    claim = store.claim("compose", f"business:{business.key}", now=clock(), lease=lease)
    if claim is None:
        return None
    try:
        digest = composed(store, business, columns)
        deliveries = deliveries_of(store, digest, business, mail=channel, now=clock())
        kept = store.digests.add(digest, deliveries, claim=claim, now=clock(), business=business)
        _log.info("digest.composed", business=business.key, period=kept.period, picks=len(kept.picks))
        return kept
    except LeaseLost:
        return None
    finally:
        store.leases.release(claim)


def composed(store: Store, business: Business, columns: Columns) -> Digest:
    """Return the digest of an edition for a business, after what it had been shown; nothing is written."""
    edition = columns.edition
    memory = store.digests.memory(business.key, before=edition.cutoff)
    near = columns.once(
        ("near", business.sector, frozenset(business.relations.items())),
        lambda: approaches(edition, business, edition.knowledge),
    )
    digest = compose(edition, business, memory, approaches=near, columns=columns)
    return finished(digest, edition, business=business, memory=memory)


def rebuild(store: Store, business_key: str, period: str) -> Digest:
    """Return a past digest composed anew from its frozen edition; nothing is written.

    The same bytes for ever: edition, knowledge and the business are read as they were frozen.

    Raises:
        NotFound: there was no such digest, or it is older than businesses were kept with their digests.
    """
    _, business, edition = _frozen(store, business_key, period)
    return composed(store, business, Columns(edition))


def explain(store: Store, business_key: str, period: str) -> tuple[Verdict, ...]:
    """Return what became of every story that a past digest could have shown, the nearest to it first.

    Raises:
        NotFound: there was no such digest, or it is older than businesses were kept with their digests.
    """
    digest, business, edition = _frozen(store, business_key, period)
    memory = store.digests.memory(business.key, before=edition.cutoff)
    return considered(edition, business, memory, digest=digest)


def _frozen(store: Store, business_key: str, period: str) -> tuple[Digest, Business, Edition]:
    """Return a past digest with the business and the edition it was composed of.

    Raises:
        NotFound: there was no such digest, or it is older than businesses were kept with their digests.
    """
    digest = store.digests.get(business_key, period)
    business = store.digests.composed_for(business_key, digest.period)
    if business is None:
        raise NotFound("business as of", f"{business_key}/{digest.period}")
    return digest, business, store.editions.get(digest.edition_id)
