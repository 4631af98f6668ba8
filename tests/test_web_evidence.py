"""From a number to its stories to their items, on pages and in the API; what is available from when."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import delete

from tests.asking import Asker
from tests.seeding import LAST_WEEK, VERSION, a_trend, doors
from tests.seeds import NOW, a_tag, an_item, claim_on, keep
from tests.test_store_termuses import said
from trendwatch.api import Parts
from trendwatch.store.engine import writing
from trendwatch.store.statements import table
from trendwatch.store.trend_tables import CountedRow
from trendwatch.types.stories import Understood
from trendwatch.types.trends import Chance, Spike, TrendKind
from trendwatch.types.weeks import week_name, week_number, week_start
from trendwatch.web.evidence import counted_stories
from trendwatch.web.words import day

WEEK = week_name(week_number(NOW))
KEY = "area:drones|sector:agriculture"
LAST_WEEK_BUT_ONE = day(week_start(LAST_WEEK - 1))


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


@pytest.fixture
def worded(parts: Parts, ask: Asker) -> Asker:
    """Pages over a world in which a word rose."""
    trend = a_trend("skypost", strength=1.5, stories=7, kind=TrendKind.TERM)
    claim = claim_on(parts.store, "analyse", VERSION)
    parts.store.trends.write(VERSION, LAST_WEEK, [trend], claim=claim, now=NOW)
    parts.store.leases.release(claim)
    reports = {(key, LAST_WEEK - ago, "gazette"): 2 for key in ("area:drones", KEY) for ago in (0, 20)}
    item = an_item(60_000)
    keep(parts.store, [item])
    batch = Understood(stories={item.id: "s"}, tags={}, new_stories={"s": item}, report_counts=reports)
    claim = claim_on(parts.store, "understand", "all")
    parts.store.understanding.write(VERSION, batch, claim=claim)
    parts.store.leases.release(claim)
    parts.store.term_uses.keep({"skypost": said(parts.store, {LAST_WEEK - 1: 3, LAST_WEEK: 4})})
    return ask


def links(page: str, start: str) -> list[str]:
    return [unescape(link) for link in re.findall(rf'href="({re.escape(start)}[^"]*)"', page)]


@pytest.mark.parametrize("key", ["skypost", "area:drones", KEY])
def test_every_number_of_a_key_leads_to_stories_and_items(worded: Asker, key: str) -> None:
    """How many stories, what each source told of them, what each week had: down to the items."""
    page = worded.get(f"/trends/key/{key}").text
    assert 'id="who"' in page
    found = links(page, "/trends/stories/")
    assert {"feed=" in link for link in found} == {True, False}
    for link in found:
        behind = worded.get(link).text
        stories = links(behind, "/stories/")
        assert stories or "No stories" in behind, link
        for story in stories:
            assert links(worded.get(story).text, "/items/"), story


def test_the_stories_behind_a_number_go_on_on_their_page(ask: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    where = f"/trends/stories/{WEEK}/area:drones?weeks=9"
    whole = links(ask.get(where).text, "/stories/")
    monkeypatch.setattr("trendwatch.web.evidence.counted_stories", partial(counted_stories, limit=1))
    first = ask.get(where).text
    [further] = re.findall(r'rel="next" href="([^"]+)"', first)
    assert [*links(first, "/stories/"), *links(ask.get(unescape(further)).text, "/stories/")] == whole
    assert len(whole) == 2
    assert ask.get(f"{where}&cursor=soon").status_code in {404, 422}


def test_a_movement_that_whole_numbers_deny_is_none_on_the_page_of_its_key(parts: Parts, ask: Asker) -> None:
    trend = replace(a_trend("area:vr", strength=0.6, stories=2, expected=3.1), usual=3.1)
    claim = claim_on(parts.store, "analyse", VERSION)
    parts.store.trends.write(VERSION, LAST_WEEK, [trend], claim=claim, now=NOW)
    parts.store.leases.release(claim)
    page = ask.get("/trends/key/area:vr").text
    assert "than usual</strong>" not in page
    assert "a bit more" not in page
    assert "Never clearly more or less than usual" in page


def test_reports_without_a_title_are_told_each(parts: Parts, ask: Asker) -> None:
    told = [an_item(number, title="", at=NOW + timedelta(hours=1)) for number in (70_001, 70_002)]
    told += [an_item(number, title="Twice told", at=NOW) for number in (70_003, 70_004)]
    keep(parts.store, told)
    tags = {one.id: (a_tag("area:vr"),) for one in told}
    batch = Understood(
        stories={one.id: one.id for one in told}, tags=tags, new_stories={one.id: one for one in told}
    )
    claim = claim_on(parts.store, "understand", "all")
    parts.store.understanding.write(VERSION, batch, claim=claim)
    parts.store.leases.release(claim)
    page = ask.get("/trends/key/area:vr").text
    assert (page.count("(no title)"), page.count("Twice told")) == (2, 1)


def test_numbers_of_a_word_are_those_of_the_pages_behind_them(worded: Asker) -> None:
    trends = worded.get("/trends").text
    assert f'<a href="/trends/stories/{week_name(LAST_WEEK)}/skypost?weeks=13">7 stories' in trends
    behind = worded.get(f"/trends/stories/{week_name(LAST_WEEK)}/skypost?weeks=13").text
    assert (behind.count('href="/stories/'), "7 stories from" in behind) == (7, True)
    page = worded.get("/trends/key/skypost").text
    assert f"Known from {LAST_WEEK_BUT_ONE}" in page
    assert re.findall(r"skypost\">(\d)</a>", page) == ["4", "3"]  # in the table of weeks, the latest first
    assert len(links(page, "/items/")) == 5


def test_the_api_says_who_told_a_key_and_what_they_told_before(worded: Asker) -> None:
    ask = f"/api/v1/trends/stories?week={week_name(LAST_WEEK)}&weeks=13&key="
    word = worded.get(f"{ask}skypost").json()
    [teller] = word["tellers"]
    assert (teller["feed"], teller["owner"], teller["stories"]) == ("gazette", "Gazette Group", 7)
    assert teller["stories_before"] is None
    assert len(word["stories"]) == 7
    assert worded.get(f"{ask}skypost&feed=wire").json()["stories"] == []
    label = worded.get(f"{ask}area:drones").json()
    assert [(one["feed"], one["stories"], one["stories_before"]) for one in label["tellers"]] == [
        ("gazette", 2, 2)
    ]
    assert worded.get(f"{ask}unheard").status_code == 422


def test_series_of_words_say_from_when_they_are_known(worded: Asker) -> None:
    ask = f"/api/v1/series?first_week={week_name(LAST_WEEK - 3)}&last_week={week_name(LAST_WEEK)}&key="
    weeks = worded.get(f"{ask}skypost").json()
    assert (weeks["known_from"], weeks["series"][0]["stories"]) == (
        week_name(LAST_WEEK - 1),
        [None, None, 3, 4],
    )
    days = worded.get(f"{ask}skypost&by=day").json()
    assert (days["first_day"], sum(days["series"][0]["stories"])) == (f"{week_start(LAST_WEEK - 1):%F}", 7)
    refused = worded.get(f"{ask}unheard")
    assert (refused.status_code, "nor is it a word" in refused.text) == (422, True)


def test_weeks_in_which_nothing_was_read_are_no_zeros(parts: Parts, ask: Asker) -> None:
    gap = LAST_WEEK - 5
    counted = table(CountedRow)
    with writing(parts.store._engine) as connection:
        connection.execute(delete(counted).where(counted.c.week == gap))
    weeks = f"first_week={week_name(gap - 1)}&last_week={week_name(gap + 1)}"
    [series] = ask.get(f"/api/v1/series?key=area:drones&{weeks}").json()["series"]
    assert [count is None for count in series["stories"]] == [False, True, False]
    page = ask.get("/trends/key/area:drones").text
    assert "1 week in which nothing was read" in page
    assert f"{week_name(gap)}: nothing was read, so not known" in page
    assert page.count("not read</td>") == 1


def test_a_key_has_a_series_in_each_feed(parts: Parts, ask: Asker) -> None:
    item, counts = an_item(99, feed="gazette"), {(KEY, LAST_WEEK, "gazette"): 3}
    keep(parts.store, [item])
    told = Understood(stories={item.id: "s"}, tags={}, new_stories={"s": item}, report_counts=counts)
    parts.store.understanding.write(VERSION, told, claim=claim_on(parts.store, "understand", "all"))
    weeks = f"first_week={week_name(LAST_WEEK - 3)}&last_week={WEEK}"
    found = ask.get(f"/api/v1/series/feeds?key={KEY}&{weeks}").json()
    assert (found["key"], found["first_week"], found["last_week"]) == (KEY, week_name(LAST_WEEK - 3), WEEK)
    [gazette] = found["feeds"]
    assert gazette == {"feed": "gazette", "owner": "Gazette Group", "stories": [0, 0, 0, 3, None]}
    refused = ask.get("/api/v1/series/feeds?key=area:nothing")
    assert refused.status_code == 422
