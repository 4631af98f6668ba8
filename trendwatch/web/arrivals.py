"""How far technologies have come in each sector: all sectors, and one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from trendwatch.advice.words import in_words, some_of
from trendwatch.errors import NotFound
from trendwatch.influence.towards import arrival_in
from trendwatch.pipeline.arrivals import arrivals_at
from trendwatch.types.influence import Arrival, ArrivalState
from trendwatch.types.tags import Facet, Label, Taxonomy
from trendwatch.types.weeks import parse_week, week_name
from trendwatch.web.condition import current_version
from trendwatch.web.looks import page
from trendwatch.web.parts import Given, Parts

router = APIRouter()

#: What people read, furthest first.
STATES = {
    ArrivalState.ESTABLISHED: "established",
    ArrivalState.STARTING: "starting",
    ArrivalState.FIRST_REPORTS: "first reports",
    ArrivalState.NOT_YET_SEEN: "not yet seen",
}
#: Other sectors named beside a technology.
_SECTORS = 3
#: Weeks in which a state that was reached is new, and how many of them the first page shows.
_NEW_WEEKS = 13
_NEW_ROWS = 5


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Arrivals as of the last judged week."""

    #: such as 2025-W14, "" before the first
    week: str
    found: tuple[Arrival, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A technology in a sector as it is shown."""

    arrival: Arrival
    name: str
    words: str
    #: "manufacturing, energy and 2 more", where it is established
    elsewhere: str
    #: the sector within a sentence: "manufacturing"
    here: str


def latest_arrivals(parts: Parts) -> Arrivals:
    """Return the arrivals of the last judged week."""
    version = current_version(parts)
    week = parts.store.trends.last_analysed(version) if version else None
    if week is None:
        return Arrivals("", ())
    return Arrivals(week_name(week), arrivals_at(parts.store, version, week))


@router.get("/arrivals")
def every_sector(parts: Given) -> Response:
    """Show the technologies of every sector by state."""
    taxonomy, latest = parts.config().taxonomy, latest_arrivals(parts)
    sectors = [(label, _by_state(label, latest.found, taxonomy)) for label in taxonomy.of(Facet.SECTOR)]
    told = [(label, states) for label, states in sectors if any(states.values())]
    silent = [label.name for label, states in sectors if not any(states.values())]
    values = {"sectors": told, "silent": silent, "states": [*STATES][:-1], "words": STATES}
    return page("arrivals.html", {"here": "arrivals", "week": latest.week, **values})


@router.get("/arrivals/{sector}")
def one_sector(sector: str, parts: Given) -> Response:
    """Show how far every technology has come in one sector."""
    taxonomy, latest = parts.config().taxonomy, latest_arrivals(parts)
    label = next((one for one in taxonomy.of(Facet.SECTOR) if one.key == sector), None)
    if label is None:
        raise NotFound("sector", sector[:100])
    rows = [_row(area, label, found=latest.found, taxonomy=taxonomy) for area in taxonomy.of(Facet.AREA)]
    rows.sort(key=lambda row: (-row.arrival.state.rank, -row.arrival.stories))
    values = {"label": label, "rows": rows, "said": in_words(label.full_key, taxonomy.names())}
    return page("arrivals_sector.html", {"here": "arrivals", "week": latest.week, **values})


def newly_reached(latest: Arrivals, taxonomy: Taxonomy) -> list[tuple[Label, Row]]:
    """Return the sectors that a technology has started in or become usual in of late, the latest first.

    Only what is established in another sector: the rest is new everywhere, which trends tell.
    """
    if not latest.week:
        return []
    areas = {label.full_key: label for label in taxonomy.of(Facet.AREA)}
    sectors = {label.full_key: label for label in taxonomy.of(Facet.SECTOR)}
    told = (ArrivalState.STARTING, ArrivalState.ESTABLISHED)
    since = parse_week(latest.week) - _NEW_WEEKS
    new = [
        one
        for one in latest.found
        if one.state in told and not one.or_before and parse_week(one.since) > since
        if one.technology in areas and one.sector in sectors
    ]
    new.sort(key=lambda one: (-parse_week(one.since), -one.stories, one.technology))
    rows = (
        (
            sectors[one.sector],
            _row(areas[one.technology], sectors[one.sector], found=latest.found, taxonomy=taxonomy),
        )
        for one in new
    )
    return [(sector, row) for sector, row in rows if row.elsewhere][:_NEW_ROWS]


def _by_state(
    sector: Label, found: Sequence[Arrival], taxonomy: Taxonomy
) -> dict[ArrivalState, list[tuple[str, Arrival]]]:
    names = taxonomy.names()
    here = sorted(
        (one for one in found if one.sector == sector.full_key),
        key=lambda one: (-one.stories, one.technology),
    )
    return {
        state: [(names.get(one.technology, one.technology), one) for one in here if one.state is state]
        for state in STATES
    }


def _row(area: Label, sector: Label, *, found: Sequence[Arrival], taxonomy: Taxonomy) -> Row:
    names = taxonomy.names()
    others = sorted(
        (
            one
            for one in found
            if one.technology == area.full_key
            and one.sector != sector.full_key
            and one.state is ArrivalState.ESTABLISHED
        ),
        key=lambda one: (-one.stories, one.sector),
    )
    arrival = arrival_in(found, area.full_key, sector.full_key)
    elsewhere = some_of([in_words(one.sector, names) for one in others], _SECTORS)
    here = in_words(sector.full_key, names)
    return Row(arrival, area.name, STATES[arrival.state], elsewhere, here)
