"""From a number to its stories to their items, on pages and in the API; what is available from when."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.asking import Asker
from tests.seeding import LAST_WEEK, VERSION, doors
from tests.seeds import NOW, claim_on
from trendwatch.api import Parts
from trendwatch.types.trends import Chance, Spike
from trendwatch.types.weeks import week_name, week_number

WEEK = week_name(week_number(NOW))
KEY = "area:drones|sector:agriculture"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return doors(tmp_path)


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts)


@pytest.fixture
def spiked(parts: Parts, ask: Asker) -> Asker:
    """Pages over a world in which one technology filled a week, and chance was estimated for another."""
    store = parts.store
    trends = store.trends.of_week(VERSION, LAST_WEEK)
    spike = Spike(
        week=week_name(LAST_WEEK), key="area:iot", stories=9, usual=1.4, sources=5, owners=4, evidence=()
    )
    claim = claim_on(store, "analyse", VERSION)
    store.trends.write(VERSION, LAST_WEEK + 1, trends, claim=claim, now=NOW, spikes=[spike])
    store.trends.write(
        VERSION, LAST_WEEK - 5, trends, claim=claim, now=NOW, chance=Chance(judged=41, rises=1.6)
    )
    store.leases.release(claim)
    return ask


def test_a_number_leads_to_its_stories_and_they_to_their_items(ask: Asker) -> None:
    page = ask.get(f"/trends/stories/{WEEK}/{KEY}?weeks=4")
    assert page.status_code == 200
    [story] = re.findall(r'href="(/stories/[^"]+)"', page.text)
    reports = ask.get(story)
    assert len(set(re.findall(r'href="(/items/[0-9a-f]+)"', reports.text))) == 3
    assert "1 story from" in page.text


def test_the_page_of_a_key_links_its_numbers(ask: Asker) -> None:
    page = ask.get(f"/trends/key/{KEY}").text
    links = re.findall(rf'href="(/trends/stories/{week_name(LAST_WEEK)}/[^"]+)"', page)
    assert links
    assert all(ask.get(link).status_code == 200 for link in links)


def test_the_api_lists_stories_with_their_items(ask: Asker) -> None:
    found = ask.get(f"/api/v1/trends/stories?key={KEY}&week={WEEK}&weeks=4").json()
    [story] = found["stories"]
    assert (found["more"], story["owners"], len(story["item_ids"])) == (False, 3, 3)
    item = ask.get(f"/api/v1/items/{story['item_ids'][0]}").json()
    assert item["story_id"] == story["id"]


@pytest.mark.parametrize(
    "path",
    [
        f"/trends/stories/{WEEK}/area:unheard_of",
        f"/trends/stories/last-week/{KEY}",
        f"/trends/stories/2199-W01/{KEY}",
    ],
)
def test_what_nobody_knows_is_not_found(ask: Asker, path: str) -> None:
    assert ask.get(path).status_code == 404


def test_stages_and_seasons_say_from_when(ask: Asker) -> None:
    found = ask.get("/api/v1/trends").json()
    assert found["available_from"] < found["stages_available_from"] < found["seasons_available_from"]
    assert found["chance"] is None


def test_spikes_and_chance_stand_beside_trends(spiked: Asker) -> None:
    full = spiked.get(f"/api/v1/trends?week={week_name(LAST_WEEK + 1)}").json()
    assert [(one["key"], one["name"], one["stories"]) for one in full["spikes"]] == [
        ("area:iot", "Connected sensors", 9)
    ]
    assert "area:iot" not in {one["key"] for one in full["trends"]}
    found = spiked.get(f"/api/v1/trends?week={week_name(LAST_WEEK - 5)}").json()
    assert found["chance"] == {"judged": 41, "rises": 1.6}
