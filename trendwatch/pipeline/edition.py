"""Draw up the edition of a cutoff once everything before it is understood, and freeze it once for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from trendwatch.errors import LeaseLost
from trendwatch.news.candidates import candidates
from trendwatch.pipeline.openstories import RARITY_TEXTS, RARITY_WINDOW
from trendwatch.store import Store
from trendwatch.trends.surge import available_from
from trendwatch.types.advice import Coverage, Edition
from trendwatch.types.influence import Arrival
from trendwatch.types.knowledge import NO_KNOWLEDGE, Knowledge
from trendwatch.types.tags import Taxonomy
from trendwatch.types.weeks import week_end, week_number
from trendwatch.types.work import Clock

#: Below this share of feeds read, a thin digest would be a wrong one: the operator is told instead.
LEAST_COVERAGE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What editions are drawn up from, and under which lease."""

    store: Store
    taxonomy: Taxonomy
    #: arrivals by model version and week; the same for every cutoff of a week
    arrived: Callable[[str, int], tuple[Arrival, ...]]
    config_hash: str
    knowledge: Knowledge = NO_KNOWLEDGE
    clock: Clock
    lease: timedelta


def edition_of(making: Making, cutoff: datetime, *, since: datetime) -> Edition | Coverage | None:
    """Return the frozen edition of a cutoff that reaches back far enough, None while that is not ready.

    Where too few feeds were read nothing is frozen: the coverage that says so is returned. One that was
    frozen for shorter windows stays, since digests were composed from it; a longer one is frozen beside it.

    Args:
        making: what it is drawn up from
        cutoff: end of its window, aware UTC
        since: start of the longest window of those it is for
    """
    store, clock = making.store, making.clock
    found = store.editions.reaching(cutoff, since=since)
    if found is not None:
        return found
    model = store.models.current()
    if model is None or not _ready(store, model.version, cutoff, now=clock()):
        return None
    coverage = store.candidates.coverage(since, cutoff)
    if coverage.sources < LEAST_COVERAGE * coverage.feeds:
        return coverage
    claim = store.claim("compose", cutoff.isoformat(), now=clock(), lease=making.lease)
    if claim is None:
        return None  # another process draws it up
    try:
        found = store.editions.reaching(cutoff, since=since)  # another process may have frozen it just now
        drawn = found or _drawn(making, model.version, coverage, window=(since, cutoff))
        return found or store.editions.freeze(drawn, claim=claim, now=clock())
    except LeaseLost:
        return None  # another process freezes it; the next run finds it
    finally:
        store.leases.release(claim)


def _drawn(making: Making, version: str, coverage: Coverage, *, window: tuple[datetime, datetime]) -> Edition:
    """Return everything the digests of a window may draw on."""
    (since, cutoff), store, taxonomy = window, making.store, making.taxonomy
    week, first = week_number(cutoff) - 1, store.editions.find(cutoff.isoformat()) is None
    trends, arrivals = store.trends.of_week(version, week), making.arrived(version, week)
    evidence = {item for one in trends for item in one.evidence}
    evidence |= {item for one in arrivals for item in one.evidence}
    stories = store.candidates.first_seen_between(version, since, cutoff)
    before = store.understanding.texts(since - RARITY_WINDOW, since, limit=RARITY_TEXTS)
    return Edition(
        id=cutoff.isoformat() if first else f"{cutoff.isoformat()} since {since.isoformat()}",
        since=since,
        cutoff=cutoff,
        candidates=candidates(stories, before, language=taxonomy.language),
        trends=tuple(trends),
        reports=store.candidates.sources(evidence),
        trends_from=_trends_from(store),
        coverage=coverage,
        names=taxonomy.names(),
        parents=taxonomy.parents(),
        model_version=version,
        config_hash=making.config_hash,
        arrivals=arrivals,
        knowledge=making.knowledge,
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
