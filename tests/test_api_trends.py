"""Trends and stories for programs: one form of a key, one answer for what is not known, lists that go on."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.asking import Asker
from tests.seeding import LAST_WEEK, VERSION, a_trend, doors
from tests.seeds import NOW, a_model, an_item, claim_on, keep
from trendwatch.api import Parts
from trendwatch.errors import InputError
from trendwatch.store.engine import writing
from trendwatch.trends.series import counted_key
from trendwatch.trends.surge import week_state
from trendwatch.types.places import TREND_PLACE, TrendPlace, trend_order, trend_place, trends_after
from trendwatch.types.stories import Understood
from trendwatch.types.trends import TrendKind
from trendwatch.types.weeks import week_name, week_number

LAST = week_name(LAST_WEEK)
PAIR, TURNED = "area:drones|sector:agriculture", "sector:agriculture|area:drones"
NEVER = ["area:drones|area:iot", "sector:retail|function:operations", "area:iot|sector:retail|sector:retail"]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return doors(tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="module")
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def everything(ask: Asker, path: str, name: str, **query: object) -> list[dict[str, object]]:
    """Follow a list to its end, two at a time."""
    found: list[dict[str, object]] = []
    cursor: dict[str, object] = {}
    while True:
        answer = ask.get(path, params={**query, "limit": 2, **cursor})
        found += answer.json()[name]
        following = answer.json()["next_cursor"]
        assert (following is not None) == ('rel="next"' in answer.headers.get("link", ""))
        if following is None:
            return found
        cursor = {"cursor": following}


def test_a_pair_is_one_key_in_either_order(ask: Asker) -> None:
    for path, name in (("series", "series"), ("trends/stories", "stories"), ("trends", "trends")):
        first, second = (ask.get(f"/api/v1/{path}", params={"key": key}).json() for key in (PAIR, TURNED))
        assert first == second
        assert first[name]
    assert ask.get(f"/trends/key/{TURNED}").text == ask.get(f"/trends/key/{PAIR}").text
    assert counted_key("area:drones") == "area:drones"


@pytest.mark.parametrize("key", NEVER)
def test_a_pair_that_is_never_counted_is_refused_and_not_zero(ask: Asker, key: str) -> None:
    for path in ("series", "trends/stories", "trends"):
        answer = ask.get(f"/api/v1/{path}", params={"key": key})
        assert (answer.status_code, "not counted" in answer.json()["detail"]) == (422, True), path
    assert ask.get(f"/trends/key/{key}").status_code == 422
    with pytest.raises(InputError, match="not counted"):
        counted_key(key)


@pytest.mark.parametrize("path", ["series", "trends/stories", "trends"])
def test_an_unknown_key_and_a_week_to_come_are_one_answer_everywhere(ask: Asker, path: str) -> None:
    coming = week_name(week_number(NOW) + 1)
    names = {"series": "last_week"}
    assert ask.get(f"/api/v1/{path}?key=area:nope").status_code == 422
    assert ask.get(f"/api/v1/{path}?key=nope").status_code == 422
    answer = ask.get(f"/api/v1/{path}", params={"key": PAIR, names.get(path, "week"): coming})
    assert (answer.status_code, "has not begun" in answer.json()["detail"]) == (422, True)


def test_an_empty_week_says_what_that_means(ask: Asker) -> None:
    states = {
        LAST: "judged",
        week_name(LAST_WEEK + 1): "not_judged",
        "1999-W01": "too_early",
    }
    assert {week: ask.get(f"/api/v1/trends?week={week}").json()["state"] for week in states} == states
    assert ask.get(f"/api/v1/trends?key={PAIR}").json()["state"] is None
    assert [week_state(week, judged=None, told_from=7) for week in (6, 7)] == ["too_early", "not_judged"]


def test_trends_of_several_weeks_are_filtered_and_go_on(ask: Asker) -> None:
    week = ask.get("/api/v1/trends").json()["trends"]
    span = {"first_week": "2020-W01", "last_week": LAST}
    whole = ask.get("/api/v1/trends", params=span).json()["trends"]
    assert whole[: len(week)] == week  # the latest first
    assert len({one["week"] for one in whole}) > 1
    assert everything(ask, "/api/v1/trends", "trends", **span) == whole
    assert everything(ask, "/api/v1/trends", "trends") == week

    def keys(**query: str) -> list[str]:
        return [one["key"] for one in ask.get("/api/v1/trends", params=query).json()["trends"]]

    assert keys(direction="down") == [one["key"] for one in week if one["direction"] == "down"] != []
    assert keys(facet="area") == [one["key"] for one in week if one["key"].startswith("area:")] != []
    assert (
        keys(sector="agriculture") == [one["key"] for one in week if "sector:agriculture" in one["key"]] != []
    )
    assert keys(stage="growing") == [one["key"] for one in week if one["stage"] == "growing"]
    assert keys(first_week="2020-W01", last_week="2020-W09") == []
    for wrong in (
        {"week": LAST, "last_week": LAST},
        {"first_week": LAST, "last_week": "2020-W01"},
        {"sector": "x"},
    ):
        assert ask.get("/api/v1/trends", params=wrong).status_code == 422


def test_stories_are_listed_by_week_label_and_width(ask: Asker) -> None:
    def titles(**query: object) -> list[str]:
        return [str(one["title"]) for one in everything(ask, "/api/v1/stories", "stories", **query)]

    latest = titles()
    assert (len(latest), len(set(latest))) == (6, 6)
    widest = everything(ask, "/api/v1/stories", "stories", sort="owners")
    assert [one["owners"] for one in widest] == [3, 2, 2, 1, 1, 1]
    assert len(titles(min_owners=2)) == 3
    assert len(titles(label="area:drones")) == 2
    assert titles(label=["area:drones", "sector:agriculture"]) == [widest[0]["title"]]
    week = week_name(week_number(NOW - timedelta(hours=17)))
    assert set(titles(week=week)) <= set(latest)
    assert titles(week="2020-W01") == []
    for wrong in ({"week": "soon"}, {"week": "2199-W01"}, {"label": "area:dornes"}, {"sort": "best"}):
        assert ask.get("/api/v1/stories", params=wrong).status_code == 422


def test_stories_behind_a_number_go_on(ask: Asker) -> None:
    query = {"key": "area:drones", "week": week_name(week_number(NOW)), "weeks": 9}
    whole = ask.get("/api/v1/trends/stories", params=query).json()["stories"]
    first = ask.get("/api/v1/trends/stories", params={**query, "limit": 1}).json()
    assert (len(whole), first["more"]) == (2, True)
    there = {"cursor": first["next_cursor"]}
    second = ask.get("/api/v1/trends/stories", params={**query, "limit": 1, **there}).json()
    assert [*first["stories"], *second["stories"]] == whole
    assert (second["more"], second["next_cursor"]) == (False, None)


def test_new_words_go_on(ask: Asker) -> None:
    whole = ask.get("/api/v1/terms").json()
    assert whole["next_cursor"] is None
    first = ask.get("/api/v1/terms?limit=1").json()
    assert first["terms"] == whole["terms"][:1]
    assert everything(ask, "/api/v1/terms", "terms") == whole["terms"]
    end = TrendPlace(upto=0, week=0, strength=0.0, key="z")
    assert ask.get("/api/v1/terms", params={"cursor": str(end)}).json()["terms"] == []


@pytest.mark.parametrize("path", ["trends", "terms", "trends/stories?key=area:drones"])
def test_a_cursor_that_is_no_place_is_refused(ask: Asker, path: str) -> None:
    joined = "&" if "?" in path else "?"
    for wrong in ("1", "x", "1/2/nan/a", "1/2/1e999999/a", "999999999/1/1.0/a", "1/2/3"):
        assert ask.get(f"/api/v1/{path}{joined}cursor={wrong}").status_code == 422


def test_what_is_judged_between_two_pages_moves_neither_trends_nor_words(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    ask, store = Asker(parts), parts.store
    whole = {name: ask.get(f"/api/v1/{name}").json() for name in ("trends", "terms")}
    first = {name: ask.get(f"/api/v1/{name}?limit=1").json() for name in whole}
    stronger = [
        a_trend("thirsty trees", LAST_WEEK + 1, strength=3.0, stories=9, kind=TrendKind.TERM),
        a_trend("area:iot", LAST_WEEK + 1, strength=3.0, stories=9),
    ]
    claim = claim_on(store, "analyse", VERSION)
    store.trends.write(VERSION, LAST_WEEK + 1, stronger, claim=claim, now=NOW)
    store.leases.release(claim)
    for name, one in first.items():
        there = {"cursor": one["next_cursor"], "limit": 200}
        rest = ask.get(f"/api/v1/{name}", params=there).json() if one["next_cursor"] else {name: []}
        assert [*one[name], *rest[name]] == whole[name][name]
    assert len(whole["trends"]["trends"]) > 1


@given(
    st.lists(
        st.tuples(st.integers(2000, 2003), st.sampled_from([-1.5, 0.1, 1e-05, 2.0]), st.sampled_from("abc")),
        unique=True,
        max_size=12,
    ),
    st.integers(1, 4),
)
def test_pages_of_trends_joined_are_the_list_whatever_comes_in(
    told: list[tuple[int, float, str]], limit: int
) -> None:
    ordered = sorted(
        (a_trend(key, week, strength=bits, stories=9) for week, bits, key in told), key=trend_order
    )
    found, after = trends_after(ordered, None, limit=limit)
    while after:
        assert re.fullmatch(TREND_PLACE, str(after))
        assert trend_place(str(after)) == after
        came = a_trend("new", 2004, strength=9.0, stories=9)
        more, after = trends_after([came, *ordered], after, limit=limit)
        found += more
    assert found == ordered


def test_a_story_that_was_merged_is_found_by_its_old_id(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    ask = Asker(parts)
    story = ask.get("/api/v1/stories?sort=owners&limit=1").json()["stories"][0]["id"]
    with writing(parts.store._engine) as connection:
        connection.execute(
            text(
                "INSERT INTO story_alias (id, story_seq, merged_at)"
                " SELECT :old, seq, last_seen_at FROM story WHERE id = :id"
            ),
            {"old": "a" * 20, "id": story},
        )
    for old in ("a" * 20, story):
        assert len(ask.get(f"/api/v1/items?story={old}").json()["items"]) == 3
        assert len(ask.get(f"/api/v1/stories/{old}").json()["reports"]) == 3
    assert ask.get("/api/v1/items?story=zzz").status_code == 404


def test_what_an_earlier_model_version_judged_can_be_asked_for(tmp_path: Path) -> None:
    """Each version has trends of its own; one that was never trained is 404."""
    parts = doors(tmp_path)
    ask, store = Asker(parts), parts.store
    current = ask.get("/api/v1/trends").json()
    store.models.adopt(replace(a_model("v2"), created_at=NOW), since=NOW)
    [moved, *_] = store.trends.of_week("v1", LAST_WEEK)
    claim = claim_on(store, "analyse", "v2")
    store.trends.write("v2", LAST_WEEK, [replace(moved, strength=9.0)], claim=claim, now=NOW)
    named = ask.get("/api/v1/trends?model_version=v1").json()
    assert named == current
    other = ask.get("/api/v1/trends?model_version=v2").json()
    assert (other["model_version"], [one["strength"] for one in other["trends"]]) == ("v2", [9.0])
    unknown = ask.get("/api/v1/trends?model_version=v3")
    assert (unknown.status_code, "no model named 'v3'" in unknown.json()["detail"]) == (404, True)


@pytest.mark.parametrize("sort", ["latest", "owners"])
def test_a_story_that_comes_in_meanwhile_moves_no_page(tmp_path: Path, sort: str) -> None:
    """The second page is what it was, whatever stands before the first one by now."""
    parts = doors(tmp_path)
    ask = Asker(parts)
    first = ask.get(f"/api/v1/stories?sort={sort}&limit=2").json()
    where = f"/api/v1/stories?sort={sort}&limit=200&cursor={first['next_cursor']}"
    before = ask.get(where).json()["stories"]
    news = [an_item(900 + n, feed=feed, at=NOW) for n, feed in enumerate(("gazette", "field_notes", "wire"))]
    keep(parts.store, news)
    told = Understood(stories={one.id: "new" for one in news}, tags={}, new_stories={"new": news[0]})
    parts.store.understanding.write("v1", told, claim=claim_on(parts.store, "understand", "all"))
    assert ask.get(f"/api/v1/stories?sort={sort}&limit=1").json()["stories"][0]["id"] == "new"
    assert ask.get(where).json()["stories"] == before
    assert len(before) == 4
    for wrong in ("2", "a.b.c", f"1.{10**17}.1"):
        assert ask.get("/api/v1/stories", params={"cursor": wrong}).status_code == 422
