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

from trendwatch.advice.digest import compose
from trendwatch.advice.schedule import last_cutoff, period_of
from trendwatch.advice.whynot import Verdict, considered
from trendwatch.errors import LeaseLost, NotFound, TrendwatchError
from trendwatch.pipeline.arrivals import approaches, arrivals_at
from trendwatch.pipeline.edition import Making, edition_of
from trendwatch.store import Store
from trendwatch.types.advice import Business, Coverage, Digest, Edition
from trendwatch.types.delivery import Channel, Delivery, DeliveryState
from trendwatch.types.identity import stable_id
from trendwatch.types.knowledge import NO_KNOWLEDGE, Knowledge
from trendwatch.types.tags import Taxonomy
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: After an outage older weeks are merged into one digest, but no news is older than this.
LONGEST_WINDOW = timedelta(days=28)


@dataclass(slots=True)
class ComposeReport:
    """What a run of the step did."""

    digests: list[Digest] = field(default_factory=list)
    #: business keys that wait for items to be understood or trends to be judged
    waiting: list[str] = field(default_factory=list)
    #: business keys held back because too few feeds could be read
    stopped: list[str] = field(default_factory=list)
    #: business keys whose digest met a bug of ours
    crashed: list[str] = field(default_factory=list)
    #: businesses that another process composes for
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Due:
    business: Business
    #: start of its window
    since: datetime


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
) -> ComposeReport:
    """Compose every digest that is due and not composed yet."""
    report = ComposeReport()
    making = Making(
        store=store,
        taxonomy=taxonomy,
        arrived=cache(partial(arrivals_at, store)),
        config_hash=config_hash,
        knowledge=knowledge,
        clock=clock,
        lease=lease,
    )
    for cutoff, due in sorted(_due(store, businesses, clock()).items()):
        names = [one.business.key for one in due]
        edition = edition_of(making, cutoff, since=min(one.since for one in due))
        if isinstance(edition, Coverage):
            _log.error("digest.stopped", cutoff=cutoff.isoformat(), missing=len(edition.missing))
            report.stopped += names
        elif edition is None:
            report.waiting += names
        else:
            for one in due:
                _compose_one(making, one.business, edition, report, channel=channel)
    return report


def _compose_one(
    making: Making, business: Business, edition: Edition, report: ComposeReport, *, channel: Channel
) -> None:
    """Compose one digest; a bug of ours in it is shown as such, and the other businesses get theirs."""
    try:
        digest = _compose(
            making.store, business, edition, channel=channel, clock=making.clock, lease=making.lease
        )
    except TrendwatchError:
        raise
    except Exception:
        _log.exception("digest.crashed", business=business.key)
        report.crashed.append(business.key)
        return
    report.digests += [digest] if digest else []
    report.held += digest is None


def _due(store: Store, businesses: Sequence[Business], now: datetime) -> dict[datetime, list[_Due]]:
    """Return the cutoffs to compose for; a business without a digest gets its welcome issue at once."""
    due: defaultdict[datetime, list[_Due]] = defaultdict(list)
    for business in businesses:
        latest = store.digests.of(business.key, limit=1)
        if not latest:
            due[now].append(_Due(business, now - timedelta(weeks=1)))
            continue
        done, cutoff = latest[0], last_cutoff(business, now)
        # A welcome issue early in a week is that week's digest: one a week, whatever its hour.
        if cutoff > done.cutoff and period_of(cutoff, business) != done.period:
            due[cutoff].append(_Due(business, max(done.cutoff, cutoff - LONGEST_WINDOW)))
    return due


def _compose(
    store: Store,
    business: Business,
    edition: Edition,
    *,
    channel: Channel,
    clock: Clock,
    lease: timedelta,
) -> Digest | None:
    claim = store.claim("compose", f"business:{business.key}", now=clock(), lease=lease)
    if claim is None:
        return None
    try:
        digest = _composed(store, business, edition)
        deliveries = [_delivery(digest, business, channel, now=clock())] if business.email else []
        kept = store.digests.add(digest, deliveries, claim=claim, now=clock(), business=business)
        _log.info("digest.composed", business=business.key, period=kept.period, picks=len(kept.picks))
        return kept
    except LeaseLost:
        return None
    finally:
        store.leases.release(claim)


def _delivery(digest: Digest, business: Business, channel: Channel, *, now: datetime) -> Delivery:
    return Delivery(
        id=stable_id(business.key, digest.period, channel),
        business_key=business.key,
        period=digest.period,
        channel=channel,
        address=business.email,
        state=DeliveryState.WAITING,
        next_attempt_at=now,
    )


def _composed(store: Store, business: Business, edition: Edition) -> Digest:
    memory = store.digests.memory(business.key, before=edition.cutoff)
    near = approaches(edition, business, edition.knowledge.sectors)
    return compose(edition, business, memory, approaches=near)


def rebuild(store: Store, business_key: str, period: str) -> Digest:
    """Return a past digest composed anew from its frozen edition; nothing is written.

    The same bytes for ever: edition, knowledge and the business are read as they were frozen.

    Raises:
        NotFound: there was no such digest, or it is older than businesses were kept with their digests.
    """
    _, business, edition = _frozen(store, business_key, period)
    return _composed(store, business, edition)


def explain(store: Store, business_key: str, period: str) -> tuple[Verdict, ...]:
    """Return what became of every story that a past digest could have shown, the nearest to it first.

    Raises:
        NotFound: there was no such digest, or it is older than businesses were kept with their digests.
    """
    digest, business, edition = _frozen(store, business_key, period)
    memory = store.digests.memory(business.key, before=edition.cutoff)
    return considered(edition, business, memory, digest=digest)


def _frozen(store: Store, business_key: str, period: str) -> tuple[Digest, Business, Edition]:
    digest = store.digests.get(business_key, period)
    business = store.digests.composed_for(business_key, digest.period)
    if business is None:
        raise NotFound("business as of", f"{business_key}/{digest.period}")
    return digest, business, store.editions.get(digest.edition_id)
