"""Arrivals for programs and people: states in words, first dates, what was not seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.asking import Asker
from tests.seeding import LAST_WEEK, doors
from tests.seeds import a_taxonomy
from trendwatch.types.influence import Arrival, ArrivalState
from trendwatch.types.weeks import week_name
from trendwatch.web.arrivals import Arrivals, newly_reached


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Asker:
    return Asker(doors(tmp_path_factory.mktemp("doors")))


def test_what_was_seen_where(ask: Asker) -> None:
    answer = ask.get("/api/v1/arrivals").json()
    assert answer["week"] == week_name(LAST_WEEK)
    found = {(one["technology"], one["sector"]): one for one in answer["arrivals"]}
    drones = found["area:drones", "sector:agriculture"]
    assert (drones["state"], drones["technology_name"], drones["sector_name"]) == (
        "first_reports",
        "Drones",
        "Farming",
    )
    assert drones["stories"] > 0
    assert drones["first_at"].endswith("Z")
    assert all(one["state"] != "not_yet_seen" for one in answer["arrivals"])


def test_with_an_area_or_a_sector_also_what_was_not_seen(ask: Asker) -> None:
    found = ask.get("/api/v1/arrivals", params={"area": "vr"}).json()["arrivals"]
    assert {(one["technology"], one["state"], one["first_at"]) for one in found} == {
        ("area:vr", "not_yet_seen", None)
    }
    (one,) = ask.get("/api/v1/arrivals", params={"area": "drones", "sector": "agriculture"}).json()[
        "arrivals"
    ]
    assert one["state"] == "first_reports"
    sector = ask.get("/api/v1/arrivals", params={"sector": "agriculture"}).json()["arrivals"]
    assert {one["sector"] for one in sector} == {"sector:agriculture"}
    assert len(sector) > 1


def test_an_unknown_label_is_refused_with_a_hint(ask: Asker) -> None:
    answer = ask.get("/api/v1/arrivals", params={"area": "drone"})
    assert answer.status_code in {400, 422}
    assert "drones" in answer.text


def test_the_page_of_all_sectors_names_states_and_leads_to_each(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/arrivals").text)
    heads = [node.text() for node in tree.css("thead th")]
    assert heads == ["Sector", "Established", "Starting", "First reports"]
    row = tree.css_first("tbody tr")
    assert row.css_first("th a").attributes["href"] == "/arrivals/agriculture"
    assert "Drones" in row.text()
    assert "No technology reported yet: " in tree.css_first("main").text()


def test_the_page_of_a_sector_holds_every_technology_the_furthest_first(ask: Asker) -> None:
    tree = LexborHTMLParser(ask.get("/arrivals/agriculture").text)
    assert tree.css_first("h1").text() == "Arriving in farming"
    rows = [[cell.text(strip=True) for cell in row.css("th, td")] for row in tree.css("tbody tr")]
    assert rows[0][:2] == ["Drones", "first reports"]
    assert rows[-1][1] == "not yet seen"
    assert ask.get("/arrivals/nowhere").status_code == 404


def test_the_first_page_tells_what_reached_a_sector_of_late_and_where_it_is_usual() -> None:
    def one(sector: str, state: ArrivalState, week: int, *, or_before: bool = False) -> Arrival:
        since = week_name(week)
        return Arrival(
            technology="area:drones",
            sector=f"sector:{sector}",
            state=state,
            since=since,
            or_before=or_before,
            stories=5,
        )

    old = one("retail", ArrivalState.ESTABLISHED, LAST_WEEK - 40)
    new = one("agriculture", ArrivalState.STARTING, LAST_WEEK - 2)

    def told(*found: Arrival) -> list[tuple[str, str, str, str]]:
        rows = newly_reached(Arrivals(week_name(LAST_WEEK), found), a_taxonomy())
        return [(sector.key, row.name, row.words, row.elsewhere) for sector, row in rows]

    assert told(old, new) == [("agriculture", "Drones", "starting", "retail")]
    assert told(new) == []  # usual nowhere: a trend, not a move
    assert told(old, one("agriculture", ArrivalState.FIRST_REPORTS, LAST_WEEK)) == []
    assert told(old, one("agriculture", ArrivalState.STARTING, LAST_WEEK - 13)) == []
    assert told(old, one("agriculture", ArrivalState.STARTING, LAST_WEEK, or_before=True)) == []


def test_before_the_first_week_nothing_is_claimed(tmp_path: Path) -> None:
    empty = Asker(doors(tmp_path, full=False))
    assert empty.get("/api/v1/arrivals").json() == {"week": None, "arrivals": []}
    assert empty.get("/api/v1/arrivals", params={"area": "drones"}).json()["arrivals"] == []
    for path in ("/arrivals", "/arrivals/agriculture"):
        assert "Too few reports to say" in empty.get(path).text
