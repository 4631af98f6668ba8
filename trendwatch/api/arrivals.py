"""How far each technology has come in each sector."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from trendwatch.api.asked import check_labels
from trendwatch.influence.towards import arrival_in
from trendwatch.types.influence import Arrival, ArrivalState
from trendwatch.types.tags import Facet
from trendwatch.web.arrivals import latest_arrivals
from trendwatch.web.parts import Given

router = APIRouter(tags=["arrivals"])


class ArrivalShape(BaseModel):
    """A technology in one sector, as of a week. A state that was reached is kept."""

    technology: str
    technology_name: str
    sector: str
    sector_name: str
    state: ArrivalState
    #: of the first report we know; null while not yet seen
    first_at: datetime | None
    #: week in which the state was reached, "" while not yet seen
    since: str
    #: it was there already when we began to know the sector: both dates may be too late
    or_before: bool
    stories: int
    owners: int
    #: ids of items that show it, newest first, one an owner
    evidence: tuple[str, ...]


class ArrivalList(BaseModel):
    """Arrivals by technology and sector."""

    #: the last judged week; null before the first
    week: str | None
    arrivals: list[ArrivalShape]


@router.get("/arrivals")
def arrivals(
    parts: Given,
    area: Annotated[str, Query(max_length=100, description="Only this technology, such as drones.")] = "",
    sector: Annotated[str, Query(max_length=100, description="Only this sector, such as retail.")] = "",
) -> ArrivalList:
    """List what was seen where; with an area or a sector also what was not."""
    config = parts.config()
    asked = [f"{facet}:{key}" for facet, key in (("area", area), ("sector", sector)) if key]
    check_labels(config, asked)
    latest, names = latest_arrivals(parts), config.taxonomy.names()
    found = list(latest.found)
    if asked and latest.week:
        areas, sectors = config.taxonomy.of(Facet.AREA), config.taxonomy.of(Facet.SECTOR)
        found = [
            arrival_in(latest.found, one.full_key, other.full_key)
            for one in areas
            for other in sectors
            if area in {"", one.key} and sector in {"", other.key}
        ]
    return ArrivalList(week=latest.week or None, arrivals=[_shape(one, names) for one in found])


def _shape(arrival: Arrival, names: dict[str, str]) -> ArrivalShape:
    return ArrivalShape(
        technology=arrival.technology,
        technology_name=names.get(arrival.technology, arrival.technology),
        sector=arrival.sector,
        sector_name=names.get(arrival.sector, arrival.sector),
        state=arrival.state,
        first_at=arrival.first_at,
        since=arrival.since,
        or_before=arrival.or_before,
        stories=arrival.stories,
        owners=arrival.owners,
        evidence=arrival.evidence,
    )
