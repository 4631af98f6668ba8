"""Compose digests:  businesses due | freeze the edition | compose | keep digest and deliveries.

The question is always "which digest is due and not composed", never "is it Monday 07:00", so a service
that was down catches up once. The edition of a cutoff is frozen once and shared; composing it for a
business is pure; the digest, what it shows and its deliveries are one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial

import structlog

from trendwatch.advice.digest import compose
from trendwatch.advice.schedule import last_cutoff, period_of
from trendwatch.errors import LeaseLost, TrendwatchError
from trendwatch.pipeline.arrivals import approaches, arrivals_at
from trendwatch.store import Store
from trendwatch.trends.surge import available_from
from trendwatch.types.advice import Business, Coverage, Digest, Edition
from trendwatch.types.delivery import Channel, Delivery, DeliveryState
from trendwatch.types.identity import stable_id
from trendwatch.types.influence import Arrival
from trendwatch.types.practices import Practice
from trendwatch.types.sectors import SectorRelations
from trendwatch.types.tags import Taxonomy
from trendwatch.types.weeks import week_end, week_number
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: After an outage older weeks are merged into one digest, but no news is older than this.
LONGEST_WINDOW = timedelta(days=28)
#: Below this share of feeds read, a thin digest would be a wrong one: the operator is told instead.
LEAST_COVERAGE = 0.5


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What an operator wrote down that advice rests on."""

    practices: Sequence[Practice] = ()
    sectors: Sequence[SectorRelations] = ()


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
    knowledge: Knowledge = Knowledge(),
) -> ComposeReport:
    """Compose every digest that is due and not composed yet."""
    report = ComposeReport()
    # The same for every cutoff of a week, and the slowest part of an edition.
    arrived = cache(partial(arrivals_at, store))
    for cutoff, due in sorted(_due(store, businesses, clock()).items()):
        names = [one.business.key for one in due]
        edition = _edition(
            store, due, cutoff, taxonomy, arrived, config_hash=config_hash, clock=clock, lease=lease
        )
        if isinstance(edition, Coverage):
            _log.error("digest.stopped", cutoff=cutoff.isoformat(), missing=len(edition.missing))
            report.stopped += names
        elif edition is None:
            report.waiting += names
        else:
            for one in due:
                try:
                    digest = _compose(
                        store, one.business, edition, knowledge, channel=channel, clock=clock, lease=lease
                    )
                except TrendwatchError:
                    raise
                except Exception:
                    # A bug of ours in one digest: shown as such, and the other businesses get theirs.
                    _log.exception("digest.crashed", business=one.business.key)
                    report.crashed.append(one.business.key)
                    continue
                report.digests += [digest] if digest else []
                report.held += digest is None
    return report


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


def _edition(
    store: Store,
    due: Sequence[_Due],
    cutoff: datetime,
    taxonomy: Taxonomy,
    arrived: Callable[[str, int], tuple[Arrival, ...]],
    *,
    config_hash: str,
    clock: Clock,
    lease: timedelta,
) -> Edition | Coverage | None:
    """Return the frozen edition of a cutoff, None while its material is not ready.

    Where too few feeds were read nothing is frozen: the coverage that says so is returned.
    """
    edition_id = cutoff.isoformat()
    found = store.editions.find(edition_id)
    if found is not None:
        return found
    model = store.models.current()
    if model is None or not _ready(store, model.version, cutoff, now=clock()):
        return None
    since = min(one.since for one in due)
    coverage = store.candidates.coverage(since, cutoff)
    if coverage.sources < LEAST_COVERAGE * coverage.feeds:
        return coverage
    claim = store.claim("compose", edition_id, now=clock(), lease=lease)
    if claim is None:
        return None  # another process draws it up
    try:
        edition = _drawn(
            store,
            taxonomy,
            model.version,
            arrived(model.version, week_number(cutoff) - 1),
            config_hash=config_hash,
            coverage=coverage,
            window=(since, cutoff),
        )
        return store.editions.freeze(edition, claim=claim, now=clock())
    except LeaseLost:
        return None  # another process freezes it; the next run finds it
    finally:
        store.leases.release(claim)


def _drawn(
    store: Store,
    taxonomy: Taxonomy,
    version: str,
    arrivals: tuple[Arrival, ...],
    *,
    config_hash: str,
    coverage: Coverage,
    window: tuple[datetime, datetime],
) -> Edition:
    """Return everything the digests of a window may draw on."""
    since, cutoff = window
    trends = store.trends.of_week(version, week_number(cutoff) - 1)
    evidence = {item for one in trends for item in one.evidence}
    evidence |= {item for one in arrivals for item in one.evidence}
    return Edition(
        id=cutoff.isoformat(),
        since=since,
        cutoff=cutoff,
        candidates=store.candidates.first_seen_between(version, since, cutoff, language=taxonomy.language),
        trends=tuple(trends),
        reports=store.candidates.sources(evidence),
        trends_from=_trends_from(store),
        coverage=coverage,
        names=taxonomy.names(),
        parents={
            label.full_key: f"{label.facet}:{label.parent}" for label in taxonomy.labels if label.parent
        },
        model_version=version,
        config_hash=config_hash,
        arrivals=arrivals,
    )


def _trends_from(store: Store) -> datetime | None:
    """Return when there is enough history to speak of trends, None before any feed was read."""
    first_read = min(store.series.feed_weeks().values(), default=None)
    return None if first_read is None else week_end(available_from(first_read))


def _ready(store: Store, version: str, cutoff: datetime, *, now: datetime) -> bool:
    """Return whether everything before a cutoff is kept and understood, and its last whole week judged."""
    if not store.polls.settled(cutoff, now=now):
        return False
    judged = store.trends.last_analysed(version)
    behind = judged is None or judged < week_number(cutoff) - 1
    return not behind and not store.trends.waits_before(version, cutoff)


def _compose(
    store: Store,
    business: Business,
    edition: Edition,
    knowledge: Knowledge,
    *,
    channel: Channel,
    clock: Clock,
    lease: timedelta,
) -> Digest | None:
    claim = store.claim("compose", f"business:{business.key}", now=clock(), lease=lease)
    if claim is None:
        return None
    try:
        digest = _composed(store, business, edition, knowledge)
        deliveries = [_delivery(digest, business, channel, now=clock())] if business.email else []
        kept = store.digests.add(digest, deliveries, claim=claim, now=clock())
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


def _composed(store: Store, business: Business, edition: Edition, knowledge: Knowledge) -> Digest:
    memory = store.digests.memory(business.key, before=edition.cutoff)
    near = approaches(edition, business, knowledge.sectors)
    return compose(edition, business, memory, approaches=near, practices=knowledge.practices)


def rebuild(store: Store, business: Business, period: str, *, knowledge: Knowledge = Knowledge()) -> Digest:
    """Return a past digest composed anew from its frozen edition; nothing is written.

    The same bytes as long as business and knowledge are those of the configuration that its hash names.

    Raises:
        NotFound: there was no such digest.
    """
    digest = store.digests.get(business.key, period)
    edition = store.editions.get(digest.edition_id)
    return _composed(store, business, edition, knowledge)
