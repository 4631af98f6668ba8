"""Arrivals for an edition, and what of them approaches one business."""

from __future__ import annotations

from trendwatch.influence.arrival import arrivals
from trendwatch.influence.towards import moving_towards
from trendwatch.pipeline.analyse import COUNTED_WEEKS
from trendwatch.store import Store
from trendwatch.types.advice import Business, Edition
from trendwatch.types.influence import Approach, Arrival
from trendwatch.types.knowledge import Knowledge
from trendwatch.types.weeks import week_end

#: Items kept to show each pair: an edition holds some hundred pairs.
EVIDENCE = 2


def arrivals_at(store: Store, version: str, week: int) -> tuple[Arrival, ...]:
    """Return how far each technology has come in each sector by the end of a week."""
    pairs = store.arrivals.weeks(version, first_week=week - COUNTED_WEEKS, last_week=week)
    reports = store.arrivals.reports(version, until=week_end(week), limit=EVIDENCE)
    return arrivals(pairs, week=week, reports=reports)


def approaches(edition: Edition, business: Business, knowledge: Knowledge) -> tuple[Approach, ...]:
    """Return what has come further elsewhere than in a business's sector, the nearest first."""
    weights = knowledge.relations(business.sector, business.relations)
    return moving_towards(edition.arrivals, business.sector, weights)
