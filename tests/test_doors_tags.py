"""Pages and API of tagging: texts and labels tried, items judged, quality told, models gone back to."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from tests.asking import Asker
from tests.seeding import LAST_WEEK, VERSION, doors
from tests.seeds import NOW, a_model, claim_on
from tests.tagging_world import examples
from trendwatch.api import Parts
from trendwatch.store.engine import writing
from trendwatch.store.items import Filter
from trendwatch.tagging.train import train
from trendwatch.types.stories import Understood
from trendwatch.types.tags import Asked, Facet, TagWeek
from trendwatch.types.weeks import MONTHS

FORM = {"content-type": "application/x-www-form-urlencoded"}
TAXIS = {"strong": ["drones", "air taxi"], "weak": ["fly", "rules"]}


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    made = doors(tmp_path)
    path = tmp_path / "config" / "taxonomy.toml"
    written = path.read_text().replace(
        'pilot on board."', 'pilot on board."\nstrong = ["drones"]\nanti = ["bee"]'
    )
    path.write_text(written)
    return made


@pytest.fixture
def ask(parts: Parts) -> Asker:
    return Asker(parts)


def text_of(page: str) -> str:
    body = LexborHTMLParser(page).body
    return " ".join(body.text(separator=" ").split()) if body else ""


def test_a_text_is_tagged_and_none_is_an_answer(ask: Asker) -> None:
    page = ask.get("/tags/try", params={"text": "Drones <b>over</b> the bee hives"})
    assert "<b>" not in page.text
    said = text_of(page.text)
    assert "Drones" in said
    assert "None" in said  # of the other facets
    told = ask("POST", "/api/v1/tags", json={"text": "Growers fly drones"}).json()
    assert [one["label"] for one in told["tags"]] == ["drones"]
    assert told["tags"][0]["terms"] == ["drones"]
    assert "sector" in told["none"]


def test_a_language_not_covered_is_said(ask: Asker) -> None:
    german = "Der Bauer fliegt jetzt mit Drohnen über seine steilen Weinberge und spart viel Diesel dabei"
    assert "Language not covered" in text_of(ask.get("/tags/try", params={"text": german}).text)
    told = ask("POST", "/api/v1/tags", json={"text": german}).json()
    assert (told["covered"], told["language"], told["tags"]) == (False, "de", [])


def test_c2_a_text_is_capped(ask: Asker) -> None:
    form = LexborHTMLParser(ask.get("/tags/try").text).css_first("textarea")
    assert form is not None
    assert form.attributes["maxlength"] == "100000"
    assert ask.get("/tags/try", params={"text": "a" * 60_000}).status_code == 200
    assert ask("POST", "/api/v1/tags", json={"text": "a" * 100_000}).status_code == 200
    assert ask("POST", "/api/v1/tags", json={"text": "a" * 100_001}).status_code == 422


def test_a_label_is_tried_without_a_trace_then_kept_changed_and_forgotten(ask: Asker, parts: Parts) -> None:
    path = "/api/v1/labels/area:air_taxis"
    trial = ask("POST", f"{path}/try", json=TAXIS).json()
    assert trial["tagged"] >= 3
    assert trial["overlap"]["area:drones"] >= 3
    assert trial["terms"]["air taxi"] == 0
    assert ask.get(path).status_code == 404
    assert parts.store.overlays.list() == []
    assert ask("PUT", path, json=TAXIS).json()["name"] == "Air taxis"
    ask("PUT", path, json={"meaning": "Aircraft for a few passengers."})
    kept = ask.get(path).json()
    assert (kept["meaning"], kept["strong"]) == ("Aircraft for a few passengers.", TAXIS["strong"])
    assert ask("DELETE", path).status_code == 204
    assert ask.get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("area:Air Taxis", TAXIS),
        ("planet:mars", TAXIS),
        ("area:air_taxis", {}),
        ("area:air_taxis", {**TAXIS, "parent": "nowhere"}),
        ("area:air_taxis", {"nonsense": 1}),
    ],
)
def test_a_label_that_would_be_wrong_is_refused(ask: Asker, parts: Parts, path: str, body: object) -> None:
    assert ask("POST", f"/api/v1/labels/{path}/try", json=body).status_code == 422
    assert ask("PUT", f"/api/v1/labels/{path}", json=body).status_code == 422
    assert parts.store.overlays.list() == []


def test_a_label_of_the_files_cannot_be_forgotten_here(ask: Asker) -> None:
    answer = ask("DELETE", "/api/v1/labels/area:drones")
    assert answer.status_code == 422
    assert "taxonomy.toml" in answer.json()["detail"]


def test_the_page_tries_and_adds_a_label(ask: Asker, parts: Parts) -> None:
    asked = {"facet": "area", "key": "air_taxis", "strong": "drones\nair taxi"}
    said = text_of(ask.get("/tags/labels/try", params=asked).text)
    assert "What “Air taxis” would tag" in said
    assert "In no item air taxi" in said
    wrong = ask.get("/tags/labels/try", params={**asked, "key": "Air Taxis"})
    assert "lower-case" in wrong.text
    refused = ask("POST", "/tags/labels/try", data={**asked, "parent": "nowhere"})
    assert refused.status_code == 422
    form = LexborHTMLParser(refused.text)
    assert "nowhere" in form.css_first("[role=alert]").text()
    assert form.css_first("#parent").attributes["value"] == "nowhere"
    assert form.css_first("#strong").text() == "drones\nair taxi"
    assert parts.store.overlays.list() == []
    answer = ask("POST", "/tags/labels/try", data=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tags/labels")
    assert parts.store.overlays.list()[0].changed_by == "page"
    assert "added here" in text_of(ask.get("/tags/labels").text)
    assert "air taxi" in ask.get("/tags/labels/try?facet=area&key=air_taxis").text


def test_questions_are_asked_and_judged_with_a_form(ask: Asker, parts: Parts) -> None:
    assert ask.get("/api/v1/questions").json()["questions"] == []  # to look picks nothing
    assert parts.desk.ask_about_tags() > 0
    waiting = ask.get("/api/v1/questions").json()["questions"]
    page = ask.get("/tags/queue")
    form = LexborHTMLParser(page.text).css_first("form.judge")
    assert form is not None
    assert page.headers["referrer-policy"] == "same-origin"  # or browsers would not say whose form it is
    item = waiting[0]["item"]
    had = [f"{tag['facet']}:{tag['label']}" for tag in item["tags"]]
    body = {"item": item["id"], "had": had, "keep": had[1:], "add": ["area:ai", ""], "next": "x"}
    answer = ask("POST", "/tags/queue", data=body)
    assert (answer.status_code, answer.headers["location"]) == (303, "/tags/queue?item=x")
    [kept] = parts.store.corrections.all()
    assert "area:ai" in kept.labels
    assert not set(had[:1]) & kept.labels
    assert len(ask.get("/api/v1/questions").json()["questions"]) == len(waiting) - 1


def test_a_card_tells_enough_to_judge_without_leaving_it(ask: Asker, parts: Parts) -> None:
    found = next(one.item for one in parts.store.items.search(Filter(), limit=50).items if one.tags)
    [short] = LexborHTMLParser(ask.get("/tags/queue", params={"own": found.id}).text).css(".excerpt")
    assert short.text() == found.summary
    told = "Growers say that the drones save diesel. " * 20
    with writing(parts.store._engine) as connection:
        connection.execute(text("UPDATE item SET summary = :told"), {"told": told})
    page = LexborHTMLParser(ask.get("/tags/queue", params={"own": found.id}).text)
    [excerpt] = page.css(".excerpt")
    assert excerpt.text().endswith("…")
    assert 250 < len(excerpt.text()) <= 300
    assert told.strip() in page.css_first(".judge details p").text()
    said = text_of(page.html or "")
    assert parts.config().feed(found.feed_key).title in said
    assert found.published_at is not None
    assert f"{found.published_at.day} {MONTHS[found.published_at.month - 1]}" in said
    [original] = page.css(f'a[href="{found.url}"]')
    assert (original.attributes["target"], original.attributes["accesskey"]) == ("_blank", "o")


def test_a_form_that_is_refused_is_shown_as_it_was_sent(ask: Asker, parts: Parts) -> None:
    item = next(one for one in parts.store.items.search(Filter(), limit=50).items if len(one.tags) > 1)
    first, *others = [tag.full_key for tag in item.tags]
    form = {"item": item.item.id, "had": [first, *others], "keep": others, "none": ["impact"]}
    refused = ask("POST", "/tags/queue", data=form | {"add": ["Drones", "area:ai"]})
    assert refused.status_code == 422
    assert "did you mean &#39;area:drones&#39;" in refused.text
    page = LexborHTMLParser(refused.text)
    assert page.css_first("input[name=item]").attributes["value"] == item.item.id
    ticked = [box.attributes["value"] for box in page.css("input[name=keep]") if "checked" in box.attributes]
    assert sorted(ticked) == sorted(others)
    none = [box.attributes["value"] for box in page.css("input[name=none]") if "checked" in box.attributes]
    assert none == ["impact"]
    typed = page.css("input[name=add]")
    assert [box.attributes["value"] for box in typed] == ["Drones", "area:ai", ""]
    assert [("aria-invalid" in box.attributes, "autofocus" in box.attributes) for box in typed] == [
        *((True, True), (False, False), (False, False))
    ]
    assert parts.store.corrections.all() == []
    assert ask("POST", "/tags/queue", data=form | {"add": ["area:ai"]}).status_code == 303


def test_any_item_is_judged_from_its_own_page(ask: Asker, parts: Parts) -> None:
    item = parts.store.items.search(Filter(), limit=1).items[0].item.id
    assert f"/tags/queue?own={item}" in ask.get(f"/items/{item}").text
    own = ask.get("/tags/queue", params={"own": item})
    assert LexborHTMLParser(own.text).css_first("input[name=own]").attributes["value"] == item
    answer = ask("POST", "/tags/queue", data={"item": item, "own": item, "none": ["area"]})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/items/{item}")
    assert "judged before" in ask.get("/tags/queue", params={"own": item}).text
    assert ask.get("/tags/queue", params={"own": "ffff"}).status_code == 404


def test_two_operators_with_one_page_add_up_or_the_second_is_told(ask: Asker, parts: Parts) -> None:
    item = next(one for one in parts.store.items.search(Filter(), limit=50).items if one.tags)
    had = [tag.full_key for tag in item.tags]
    form = {"item": item.item.id, "had": had, "keep": had}
    areas = [label for label in parts.config().taxonomy.of(Facet.AREA) if not label.parent]
    unlike = sorted(one.full_key for one in areas if one.full_key not in had)[:2]
    for key in [*unlike, unlike[0]]:  # a form sent twice says nothing new
        assert ask("POST", "/tags/queue", data=form | {"add": [key]}).status_code == 303
    [kept] = parts.store.corrections.all()
    right = {*unlike, *(key for key in had if key.startswith("area:"))}
    assert kept.labels == right
    refused = ask("POST", "/tags/queue", data=form | {"none": ["area"]})
    assert refused.status_code == 422
    said = f"meanwhile it was said (page) that {', '.join(sorted(right))} is right"
    assert said in text_of(refused.text)
    assert parts.store.corrections.all() == [kept]
    seen = form | {"had": [*had, *unlike], "judged": ["area"], "none": ["area"]}
    assert ask("POST", "/tags/queue", data=seen).status_code == 303
    assert parts.store.corrections.all()[0].labels == set()


def test_what_readers_doubt_is_asked_first_until_it_is_judged(ask: Asker, parts: Parts) -> None:
    story = parts.store.digests.get("hill_farm", "latest").picks[0].story_id
    report = parts.store.items.search(Filter(story_id=story), limit=1).items[0]
    label = report.tags[0].full_key
    body = {"story_id": story, "kind": "wrong_tag", "label": label}
    assert ask("POST", "/api/v1/businesses/hill_farm/votes", json=body).status_code == 201
    first = ask.get("/api/v1/questions").json()["questions"][0]
    assert [(one["label"], one["readers"]) for one in first["doubts"]] == [(label, ["hill_farm"])]
    name = parts.config().taxonomy.names()[label]
    assert f"1 reader says this is not about {name} hill_farm" in text_of(ask.get("/tags/queue").text)
    ask("POST", "/tags/queue", data={"item": first["item"]["id"], "had": [label]})
    [kept] = parts.store.corrections.all()
    assert label not in kept.labels
    assert not any(one["doubts"] for one in ask.get("/api/v1/questions").json()["questions"])


def test_what_was_said_is_listed_and_taken_back(ask: Asker, parts: Parts) -> None:
    item = next(one for one in ask.get("/api/v1/items").json()["items"] if one["tags"])
    path = f"/api/v1/items/{item['id']}"
    ask("POST", f"{path}/correction", json={"none": ["area", "sector"]})
    assert all(tag["facet"] not in {"area", "sector"} for tag in ask.get(path).json()["tags"])
    told = ask.get("/api/v1/corrections?limit=1").json()
    assert [(one["item"], one["facet"], one["labels"], one["by"]) for one in told["corrections"]] == [
        (item["id"], "sector", [], "api")
    ]
    rest = ask.get(f"/api/v1/corrections?cursor={told['next_cursor']}").json()
    assert [one["facet"] for one in rest["corrections"]] == ["area"]
    said = text_of(ask.get("/tags/corrections").text)
    assert "none fits" in said
    assert "by api" in said
    answer = ask("POST", "/tags/corrections", data={"item": item["id"], "facet": "sector"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/tags/corrections")
    undone = ask("DELETE", f"{path}/correction").json()
    assert undone == {"item": item["id"], "undone": ["area"]}
    assert ask.get(path).json()["tags"] == item["tags"]
    assert ask("DELETE", "/api/v1/items/ffff/correction").status_code == 404
    assert "Nothing was judged" in ask.get("/tags/corrections").text


def test_what_was_judged_of_one_item_and_what_of_it_is_odd(ask: Asker, parts: Parts) -> None:
    one, other = (found.item for found in parts.store.items.search(Filter(), limit=2).items)
    with writing(parts.store._engine) as connection:
        connection.execute(text("UPDATE item SET title = 'Alike', summary = ''"))
    ask("POST", f"/api/v1/items/{one.id}/correction", json={"none": ["area"]})
    ask("POST", f"/api/v1/items/{other.id}/correction", json={"add": ["area:ai"]})
    said = text_of(ask.get("/tags/corrections").text)
    assert "1 judgement to look at again" in said
    later, earlier = (one, other) if f"the same text is item {other.id}" in said else (other, one)
    assert f"the same text is item {earlier.id}" in said
    assert "look at again" in ask.get("/tags/corrections", params={"item": later.id}).text
    mine = ask.get("/tags/corrections", params={"item": earlier.id})
    assert len(LexborHTMLParser(mine.text).css("tbody tr")) == 1
    assert "look at again" not in mine.text
    assert "Of one item only" in mine.text


def test_a_form_that_is_none_or_comes_from_elsewhere_is_refused(ask: Asker, parts: Parts) -> None:
    assert ask("POST", "/tags/queue", content=b"\xff=1", headers=FORM).status_code == 422
    assert ask("POST", "/tags/queue", content=b"a=1&" * 1_100, headers=FORM).status_code == 422
    assert ask("POST", "/tags/queue", content=b"item=ffff", headers=FORM).status_code == 404
    for origin in ("https://elsewhere.example", "null"):
        elsewhere = ask("POST", "/tags/queue", content=b"item=1", headers={**FORM, "origin": origin})
        assert elsewhere.status_code == 403
    assert parts.store.corrections.all() == []


def test_writing_needs_a_key_where_others_can_reach_the_service(tmp_path: Path) -> None:
    closed = Asker(doors(tmp_path, open_to_all=False), base_url="https://news.example")
    assert closed("POST", "/tags/queue", content=b"item=1", headers=FORM).status_code == 401
    assert closed("PUT", "/api/v1/labels/area:x", json=TAXIS).status_code == 401


def test_quality_tells_models_drift_and_goes_back_by_name(ask: Asker, parts: Parts) -> None:
    trained = {"examples": 9, "unlabelled": 5, "held_out_macro_f1": {"area": 0.5, "sector": 0.4}}
    bins = [[0.6, 0.5, 10], [0.9, 0.9, 10]]
    model = a_model("v0", manifest={"trained": {**trained, "reliability": bins}})
    parts.store.models.refuse(model)
    weeks = [
        TagWeek(week=LAST_WEEK - back, items=300, untagged=0.4, confidence=0.8, novelty=0.02)
        for back in range(20)
    ]
    weeks[0] = dataclasses.replace(weeks[0], untagged=0.9)
    parts.store.drift.put(VERSION, weeks)
    said = text_of(ask.get("/tags/quality").text)
    assert "not as usual since" in said
    assert "refused: was worse" in said
    told = ask.get("/api/v1/tags/quality").json()
    assert "without a technology 90%" in told["drift"]
    assert [one["version"] for one in told["models"]] == ["v0", VERSION]
    assert told["models"][0]["calibration_error"] == pytest.approx(0.05)  # (0.1 + 0) / 2
    assert (told["models"][0]["warm"], told["models"][1]["calibration_error"]) == (True, None)
    assert told["held_out"] is None  # the seeded model is no model
    assert ask("POST", "/tags/quality", data={"version": "nobody"}).status_code == 404
    assert ask("POST", "/tags/quality", data={}).status_code == 422
    assert ask("POST", "/api/v1/models/nobody/back").status_code == 404


def test_items_of_other_languages_say_so(ask: Asker, parts: Parts) -> None:
    [item] = parts.store.items.search(Filter(text="Weather"), limit=1).items
    claim = claim_on(parts.store, "understand", "", at=NOW + timedelta(minutes=5))
    batch = Understood(
        stories={item.item.id: item.story_id}, tags={}, new_stories={}, story_counts={}, report_counts={},
        uncovered={item.item.id: "de"},
    )  # fmt: skip
    parts.store.understanding.write(VERSION, batch, claim=claim)
    assert ask.get(f"/api/v1/items/{item.item.id}").json()["covered"] is False
    assert "Language not covered" in text_of(ask.get(f"/items/{item.item.id}").text)
    assert "language not covered (de)" in text_of(ask.get("/items", params={"q": "Weather"}).text)
    asked = ask.get("/api/v1/items", params={"covered": "false"}).json()["items"]
    assert [one["id"] for one in asked] == [item.item.id]
    others = ask.get("/api/v1/items", params={"covered": "true"}).json()["items"]
    assert item.item.id not in {one["id"] for one in others}
    assert others
    page = ask.get("/items", params={"language": "not_covered"}).text
    assert item.item.title in page
    assert others[0]["title"] not in page


def test_reliability_is_a_table_with_the_error_in_words(tmp_path: Path) -> None:
    empty = doors(tmp_path, full=False)
    bins = [[0.6, 0.5, 10], [0.9, 0.9, 10]]
    empty.store.models.adopt(a_model(manifest={"trained": {"reliability": bins}}), since=NOW)
    page = Asker(empty).get("/tags/quality").text
    assert "Expected calibration error: 0.050" in page
    assert len(LexborHTMLParser(page).css("table.reliability tbody tr")) == 2


def test_quality_by_feed_names_the_feed_and_says_where_it_is_too_few(tmp_path: Path) -> None:
    parts = doors(tmp_path)
    with writing(parts.store._engine) as connection:
        connection.execute(text("UPDATE model SET state = 'old'"))
    parts.store.models.adopt(train(examples(), parts.config().taxonomy, now=NOW), since=NOW)
    parts.store.models.promote_if_caught_up()
    item = parts.store.items.search(Filter(), limit=1).items[0].item
    ask = Asker(parts)
    assert ask.get("/api/v1/tags/quality").json()["feeds"] == []
    parts.store.corrections.ask({item.id: Asked.RANDOM}, now=NOW)
    ask("POST", "/tags/queue", data={"item": item.id})
    [told] = ask.get("/api/v1/tags/quality").json()["feeds"]
    assert (told["feed"], told["judged"], told["precision"]) == (item.feed_key, 1, None)
    said = text_of(ask.get("/tags/quality").text)
    assert f"{parts.config().feed(item.feed_key).title} {item.feed_key} 1" in said
    assert "too few to say" in said
