"""Every address of the API answers, on both databases, in the form it promises."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from tests.asking import Asker, documented_routes
from tests.seeding import VERSION, doors
from tests.seeds import NOW, a_model
from tests.tagging_world import TAXONOMY, examples
from trendwatch.api import create_app
from trendwatch.store import Store
from trendwatch.store.engine import writing
from trendwatch.store.statements import table
from trendwatch.store.tables import ModelRow
from trendwatch.tagging.train import train

WRITES = {"post", "patch", "put", "delete"}


@pytest.fixture
def ask(store: Store, tmp_path: Path) -> Asker:
    return Asker(doors(tmp_path, store=store))


def test_every_route_in_openapi_answers_as_its_schema_says(ask: Asker) -> None:
    spec = ask.get("/api/v1/openapi.json").json()
    item = ask.get("/api/v1/items").json()["items"][0]
    names = {"{key}": "hill_farm", "{period}": "latest"}
    asked = 0
    for path, methods in spec["paths"].items():
        for method in set(methods) - WRITES:
            filled = path.replace("feeds/{key}", "feeds/gazette").replace(
                "practices/{key}", "practices/sensors"
            )
            filled = filled.replace("labels/{key}", "labels/area:drones")
            filled = filled.replace("items/{id}", f"items/{item['id']}")
            filled = filled.replace("stories/{id}", f"stories/{item['story_id']}")
            for name, value in names.items():
                filled = filled.replace(name, value)
            keyed = path.endswith(("/series", "/series/feeds", "/trends/stories"))
            query = {"key": "area:drones"} if keyed else {}
            answer = ask(method.upper(), filled, params=query)
            assert answer.status_code == 200, (path, answer.text)
            assert (
                answer.headers["content-type"].split(";")[0] in methods[method]["responses"]["200"]["content"]
            )
            asked += 1
    assert asked == len(documented_routes("GET"))


def test_every_answer_is_an_object_with_times_in_utc(ask: Asker) -> None:
    for path in (
        "feeds",
        "feeds/gazette",
        "items",
        "trends",
        "arrivals",
        "labels",
        "businesses",
        "practices",
        "health",
    ):
        answer = ask.get(f"/api/v1/{path}")
        assert isinstance(answer.json(), dict)
        for name, value in _fields(answer.json()):
            assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
            if name.endswith("_at") and value is not None:
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value), (name, value)


def _fields(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [pair for name, inner in value.items() for pair in ((name, inner), *_fields(inner))]
    return [pair for inner in value for pair in _fields(inner)] if isinstance(value, list) else []


def test_items_are_filtered_by_label_feed_time_and_text(ask: Asker) -> None:
    def titles(**query: Any) -> list[str]:
        answer = ask.get("/api/v1/items", params=query)
        assert answer.status_code == 200, answer.text
        return [item["title"] for item in answer.json()["items"]]

    assert len(titles()) == 10
    assert len(titles(label="area:drones")) == 4
    assert len(titles(label=["area:drones", "sector:agriculture"])) == 3
    assert titles(feed="rotors") == ["New flight rules for drones under 250 grams from May"]
    assert len(titles(since="2025-03-02T00:00:00Z")) == 3
    assert len(titles(until="2025-02-28T00:00:00Z")) == 2
    assert titles(q="thirsty", feed="gazette") == [
        "Drones spot thirsty orchard trees, say growers in three valleys"
    ]
    assert titles(q='zeppelin "') == []


def test_paging_meets_every_item_once_while_new_ones_arrive(ask: Asker) -> None:
    seen: list[str] = []
    path = "/api/v1/items?limit=3&label=area%3Adrones"
    for _ in range(10):
        answer = ask.get(path)
        seen += [item["id"] for item in answer.json()["items"]]
        link = answer.headers.get("link", "")
        if not link:
            assert answer.json()["next_cursor"] is None
            break
        path = re.fullmatch(r'<(.*)>; rel="next"', link)[1]  # type: ignore[index]
        assert "label=area%3Adrones" in path
    assert len(seen) == len(set(seen)) == 4


def test_an_item_says_why_it_carries_its_tags(ask: Asker) -> None:
    item = ask.get("/api/v1/items", params={"q": "droop"}).json()["items"][0]
    assert item["tags"][0] == {
        "facet": "area",
        "label": "drones",
        "name": "Drones",
        "confidence": 0.95,
        "origin": "model",
        "terms": ["drones", "fly"],
    }
    assert ask.get(f"/api/v1/items/{item['id']}").json() == item
    story = ask.get(f"/api/v1/stories/{item['story_id']}").json()
    assert (story["items"], story["owners"], len(story["reports"])) == (3, 3, 3)


def test_trends_of_a_week_of_a_kind_and_of_a_key(ask: Asker) -> None:
    def found(**query: str) -> Any:
        return ask.get("/api/v1/trends", params=query).json()

    latest = found()
    assert (latest["week"], latest["model_version"]) == ("2025-W09", "v1")
    assert [trend["key"] for trend in latest["trends"]] == [
        *("thirsty trees", "area:drones", "area:drones|sector:agriculture", "area:ai", "area:vr")
    ]
    assert latest["trends"][2]["name"] == "Drones in farming"
    assert [trend["direction"] for trend in latest["trends"]] == ["up"] * 4 + ["down"]
    assert len(found(kind="term")["trends"]) == 1
    assert len(found(week="2025-W08")["trends"]) == 2
    assert [trend["week"] for trend in found(key="area:drones")["trends"]] == ["2025-W09", "2025-W08"]
    assert [trend["week"] for trend in found(key="area:drones", week="2025-W08")["trends"]] == ["2025-W08"]
    assert found(week="1999-W01")["trends"] == []


def test_series_have_no_gaps(ask: Asker) -> None:
    query = {
        "key": ["area:drones", "area:drones|sector:retail"],
        "first_week": "2025-W05",
        "last_week": "2025-W09",
    }
    answer = ask.get("/api/v1/series", params=query).json()
    # wave (3, 4, 2, 3, 5 ...) counted back from the last week, and 8 - back on top
    assert [one["stories"] for one in answer["series"]] == [[5 + 4, 3 + 5, 2 + 6, 4 + 7, 3 + 8], [0] * 5]
    assert answer["first_day"] is None
    year = ask.get("/api/v1/series", params={"key": "area:iot"}).json()
    assert (year["first_week"], year["last_week"], len(year["series"][0]["stories"])) == (
        "2024-W10",
        "2025-W09",
        52,
    )


def test_series_by_day_say_from_when_days_are_known(ask: Asker) -> None:
    query = {"key": "area:drones", "first_week": "2025-W05", "last_week": "2025-W09", "by": "day"}
    answer = ask.get("/api/v1/series", params=query).json()  # counts of the seeds have weeks alone
    assert (answer["first_day"], answer["series"][0]["stories"]) == ("2025-03-03", [])
    empty = ask.get("/api/v1/series", params=query | {"key": "area:drones|sector:retail"}).json()
    assert (empty["first_day"], empty["series"][0]["stories"]) == ("2025-01-27", [0] * 35)
    assert ask.get("/api/v1/series", params=query | {"by": "month"}).status_code == 422


def test_labels_and_businesses(ask: Asker) -> None:
    labels = ask.get("/api/v1/labels", params={"facet": "sector"}).json()["labels"]
    assert [label["full_key"] for label in labels] == ["sector:agriculture", "sector:retail"]
    businesses = ask.get("/api/v1/businesses").json()["businesses"]
    assert [(one["key"], one["has_email"]) for one in businesses] == [
        ("corner_shop", False),
        ("hill_farm", True),
    ]
    assert "owner@hillfarm.example" not in ask.get("/api/v1/businesses/hill_farm").text
    assert "owner@hillfarm.example" not in ask.get("/api/v1/businesses/hill_farm/digests").text


FORMS: list[tuple[str, str, Callable[[str], bool]]] = [
    ("", "application/json", lambda text: json.loads(text)["business_key"] == "hill_farm"),
    (".json", "application/json", lambda text: json.loads(text)["period"] == "2025-W10"),
    (".html", "text/html; charset=utf-8", lambda text: "Orchard drones" in text),
    (".txt", "text/plain; charset=utf-8", lambda text: "Orchard drones" in text),
    (".atom", "application/atom+xml; charset=utf-8", lambda text: text.count("<entry>") == 1),
    (".feed.json", "application/feed+json; charset=utf-8", lambda text: len(json.loads(text)["items"]) == 1),
]


@pytest.mark.parametrize(("suffix", "media_type", "holds"), FORMS)
@pytest.mark.parametrize("period", ["2025-W10", "latest"])
def test_a_digest_in_every_form(
    tmp_path: Path, suffix: str, media_type: str, holds: Callable[[str], bool], period: str
) -> None:
    ask = Asker(doors(tmp_path))
    answer = ask.get(f"/api/v1/businesses/hill_farm/digests/{period}{suffix}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == media_type
    assert holds(answer.text)
    assert "https://news.example/digests/hill_farm" in answer.text or suffix in {"", ".json"}


def test_health_tells_what_is_wrong_and_no_secret(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    ask = Asker(parts)
    assert ask.get("/api/v1/health").json() == {
        "status": "ok",
        "version": ask.app.version,
        "database": "ok",
        "config_hash": parts.config().hash,
        "config_error": None,
        "model_version": "v1",
        "model_error": None,
        "feeds": 6,
        "feeds_failing": 1,
        "items": 10,
        "items_waiting": 0,
        "last_poll_at": "2025-03-03T07:50:00Z",
        "polling_error": None,
        "digests_late": 0,
    }
    (tmp_path / "config" / "feeds.toml").write_text("[feeds.gazette]\nurl = 7\n")
    health = ask.get("/api/v1/health").json()
    assert health["status"] == "degraded"
    assert health["config_error"].startswith("feeds.toml:2: ")
    assert str(tmp_path) not in json.dumps(health)


def test_health_without_a_model_is_degraded_and_counts_what_waits(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    models = table(ModelRow)
    with writing(parts.store._engine) as connection:
        connection.execute(update(models).values(state="refused"))
    assert parts.store.claim("learn", "all", now=NOW, lease=timedelta(seconds=60)) is not None
    health = Asker(parts).get("/api/v1/health").json()
    assert (health["status"], health["model_version"], health["items_waiting"]) == ("degraded", "", 10)
    assert health["model_error"].startswith("there is no model yet: a process trains one; if it is dead")


def test_c1_health_and_the_quality_page_say_that_the_model_is_damaged(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    with writing(parts.store._engine) as connection:
        connection.execute(update(table(ModelRow)).values(blob=b"flipped"))
    ask = Asker(parts)
    health = ask.get("/api/v1/health").json()
    assert (health["status"], health["model_version"]) == ("degraded", VERSION)
    for said in (health["model_error"], ask.get("/tags/quality").text):
        assert "was refused: it has 7 bytes" in said
        assert "trendwatch train" in said


def test_c1_health_and_the_quality_page_say_that_a_new_model_was_of_no_use(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    good = replace(train(examples(), TAXONOMY, now=NOW), version="good")
    parts.store.models.adopt(good, since=NOW)
    parts.store.models.promote_if_caught_up()
    with writing(parts.store._engine) as connection:
        models = table(ModelRow)
        connection.execute(update(models).values(state="old"))
        connection.execute(update(models).where(models.c.version == "good").values(state="current"))
    ask = Asker(parts)
    assert "until the next training it tags with those it was taught" in ask.get("/tags/quality").text
    assert ask.get("/api/v1/health").json()["model_error"] is None
    about = {"refused": "model v9 was refused: flipped bits", "unusable": True}
    parts.store.models.refuse(a_model("v9", manifest=about))
    health = ask.get("/api/v1/health").json()
    assert (health["status"], health["model_version"]) == ("degraded", "good")
    page = ask.get("/tags/quality").text
    for said in (health["model_error"], page):
        assert "v9 was trained and cannot be used: model v9 was refused: flipped bits" in said
        assert "good still tags, with the labels and terms of its own training" in said
    assert "refused: could not be used" in page
    assert 'value="v9"' not in page  # nobody goes back to it


def test_w3_health_quotes_no_file_to_callers_without_a_key(tmp_path: Path) -> None:
    parts = doors(tmp_path, open_to_all=False)
    ask, key = Asker(parts), parts.store.keys.create("test", now=NOW)
    file = tmp_path / "config" / "trendwatch.toml"
    file.write_text(f'[mail]\nsmtp_host = 7\n[log]\nlevel = "hunter2"\noutbox = "{tmp_path}"\n')
    answers = [
        ask.get("/api/v1/health", headers=headers).json()
        for headers in ({}, {"Authorization": f"Bearer {key}"})
    ]
    assert [one["status"] for one in answers] == ["degraded", "degraded"]
    assert answers[0]["config_error"].startswith("The files cannot be used now; trendwatch doctor says why")
    assert answers[1]["config_error"].startswith("trendwatch.toml:2: ")


def test_metrics_count_and_two_applications_do_not_meet(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    create_app(parts)
    text = Asker(parts).get("/api/v1/metrics").text
    for line in (
        'trendwatch_feeds{state="failing"} 1.0',
        "trendwatch_items 10.0",
        "trendwatch_items_waiting 0.0",
        'trendwatch_trends{direction="up"} 4.0',
        'trendwatch_trends{direction="down"} 1.0',
        "trendwatch_digests 1.0",
        'trendwatch_deliveries{state="waiting"} 1.0',
        "trendwatch_seconds_since_good_poll 600.0",
    ):
        assert line in text.splitlines(), text


def test_the_documentation_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    ask = Asker(doors(tmp_path, full=False))
    page = ask.get("/docs")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "sha256-" in page.headers["content-security-policy"]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert address.startswith("/")
        assert ask.get(address).status_code == 200
