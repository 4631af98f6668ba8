"""``labels``: the week's questions, a correction, the models, and back to an earlier one."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from contextlib import closing

import pytest

from tests.cli_world import CommandLine, news
from tests.scripted_server import Reply, ScriptedServer


@pytest.fixture
def filled(cli: CommandLine) -> CommandLine:
    feeds = cli.config / "feeds.toml"
    with ScriptedServer({path: Reply(body=body) for path, body in news().items()}) as server:
        text = feeds.read_text(encoding="utf-8").replace("http://127.0.0.1:9", server.url)
        feeds.write_text(text, encoding="utf-8")
        for verb in ("train", "fetch", "tag"):
            assert cli(verb).code == 0
    return cli


def test_a_question_is_asked_answered_and_gone(filled: CommandLine) -> None:
    asked = filled("labels", "queue", "--json").object
    assert asked
    assert {one["why"] for one in asked} <= {"readers", "random", "conflict", "margin"}
    item = asked[0]["tagged"]["item"]["id"]
    assert item in filled("labels", "queue").out
    kept = filled("labels", "correct", item, "--add", "area:drones", "--none", "sector", "--json").object
    assert kept["item"] == item
    assert "drones" in kept["labels"]["area"]
    assert kept["labels"]["sector"] == []
    left = filled("labels", "queue", "--json").object
    assert [one["tagged"]["item"]["id"] for one in left] == [one["tagged"]["item"]["id"] for one in asked[1:]]
    assert "sector: none" in filled("labels", "correct", item, "--none", "sector").out


def test_quality_is_told_by_feed_on_random_picks(filled: CommandLine) -> None:
    assert "one of the two" in filled("evaluate").err
    assert "one of the two" in filled("evaluate", "--by", "feed", "--gold", "x").err
    assert "nobody has judged" in filled("evaluate", "--by", "feed").out
    asked = filled("labels", "queue", "--json").object
    random = [one["tagged"]["item"] for one in asked if one["why"] == "random"]
    for item in random:
        assert filled("labels", "correct", item["id"]).code == 0
    told = filled("evaluate", "--by", "feed", "--json").object
    judged = {one["feed"]: one["judged"] for one in told["feeds"]}
    assert judged == Counter(item["feed_key"] for item in random)
    assert told["all"]["judged"] == len(random)
    assert told["all"]["right"] == told["all"]["given"]
    said = filled("evaluate", "--by", "feed").out
    assert "too few to say" in said
    assert all(feed in said for feed in judged)
    assert "all feeds" in said


def test_lint_looks_at_corrections_and_further_languages_too(filled: CommandLine) -> None:
    assert filled("labels", "lint").out == "labels, examples and corrections: all is well\n"
    [item] = filled("items", "--label", "area:iot", "--limit", "1", "--json").object["items"]
    key = item["item"]["id"]
    filled("labels", "correct", key, "--add", "area:iot")
    taxonomy = filled.config / "taxonomy.toml"
    whole = taxonomy.read_text()
    start, end = whole.index("[area.iot]"), whole.index("[sector.agriculture]")
    taxonomy.write_text(whole[:start] + whole[end:])
    told = filled("labels", "lint")
    assert told.code == 1
    assert f"item {key}: {item['item']['title']}: area:iot is no label any more" in told.out
    assert f"/tags/corrections?item={key})" in told.out
    assert "small.jsonl:7: there is no area 'iot'" in told.out  # the examples name it too
    assert filled("labels", "lint", "--json").objects[-1]["item"] == key
    taxonomy.write_text(whole)
    german = filled.config / "taxonomy.de.toml"
    german.write_text('[area.iot]\nstrong = ["Drone"]\n')
    said = filled("labels", "lint").out
    assert f"{german}:2: area:iot: strong: 'Drone' is a term of area:drones in another language" in said
    german.write_text('[area.kites]\nstrong = ["Drachen"]\n')
    said = filled("labels", "lint").out
    assert f"{german}:1: there is no area 'kites'" in said
    assert "once the files are right" in said


def test_lint_forgets_corrections_whose_item_is_gone_when_asked(filled: CommandLine) -> None:
    [item] = filled("items", "--limit", "1", "--json").object["items"]
    filled("labels", "correct", item["item"]["id"], "--none", "area")
    with closing(sqlite3.connect(filled.folder / "trendwatch.db")) as database, database:
        database.execute("DELETE FROM item WHERE id = ?", (item["item"]["id"],))
    told = filled("labels", "lint")
    assert (told.code, "is about an item that is gone" in told.out) == (1, True)
    told = filled("labels", "lint", "--forget-gone")
    assert (told.code, "without an item forgotten" in told.out) == (0, True)
    assert filled("labels", "lint").code == 0


def test_models_and_back(filled: CommandLine) -> None:
    [[version, state, _]] = filled("labels", "models", "--json").object["models"]
    assert state == "current"
    assert version in filled("labels", "models").out
    assert f"going back to {version}" in filled("labels", "back", version).out
    states = [one[1] for one in filled("labels", "models", "--json").object["models"]]
    assert states == ["building", "current"]
    filled("tag")
    states = [one[1] for one in filled("labels", "models", "--json").object["models"]]
    assert states == ["current", "old"]


def test_a_name_nobody_knows_is_one_line(cli: CommandLine) -> None:
    assert "no model named 'x'" in cli("labels", "back", "x").err
    assert "no item named 'x'" in cli("labels", "correct", "x").err


def test_c1_a_damaged_model_stops_no_verb_and_doctor_tells_of_it(filled: CommandLine) -> None:
    with closing(sqlite3.connect(filled.folder / "trendwatch.db")) as database, database:
        database.execute("UPDATE model SET blob = ?", (b"flipped",))
    told = {one["check"]: one for one in filled("doctor", "--json").objects}["model"]
    assert not told["ok"]
    assert "it has 7 bytes" in told["detail"]
    assert "trendwatch train" in told["detail"]
    assert filled("tag", "--text", "A drone over the harvest").code == 0
    assert filled("labels", "queue").code == 0
    assert filled("train").code == 0
    assert filled("tag").code == 0  # the new one counts the last months first
    assert {one["check"]: one for one in filled("doctor", "--json").objects}["model"]["ok"]


def test_c1_doctor_tells_of_a_new_model_that_is_of_no_use_and_what_tags(filled: CommandLine) -> None:
    [[champion, _, _]] = filled("labels", "models", "--json").object["models"]
    about = json.dumps({"refused": "model v9 was refused: its hash differs", "unusable": True})
    with closing(sqlite3.connect(filled.folder / "trendwatch.db")) as database, database:
        columns = ", ".join(row[1] for row in database.execute("PRAGMA table_info(model)") if row[1] != "seq")
        values = columns.replace("version", "'v9'").replace("state", "'refused'").replace("manifest", "?")
        database.execute(f"INSERT INTO model ({columns}) SELECT {values} FROM model", (about,))
    taxonomy = filled.config / "taxonomy.toml"
    taxonomy.write_text(taxonomy.read_text().replace('"rotor"', '"rotor", "vertiport"'))
    said = {one["check"]: one for one in filled("doctor", "--json").objects}
    assert not said["model"]["ok"]
    told = said["model"]["detail"]
    assert "v9 was trained and cannot be used: model v9 was refused: its hash differs" in told
    assert f"{champion} still tags" in told
    assert "other terms of area:drones" in told
    assert "training" not in said  # nobody is told to adopt it all the same
    assert "was refused" in filled("labels", "back", "v9").err


def test_what_was_said_is_listed_and_taken_back(filled: CommandLine) -> None:
    [item] = filled("items", "--label", "area:drones", "--limit", "1", "--json").object["items"]
    key = item["item"]["id"]
    assert "nothing was said" in filled("labels", "undo", key).err
    filled("labels", "correct", key, "--none", "area", "--none", "sector")
    found = filled("items", "--json").object["items"]
    [now] = [one for one in found if one["item"]["id"] == key]
    assert not {tag["facet"] for tag in now["tags"]} & {"area", "sector"}
    told = filled("labels", "corrections", "--limit", "1", "--json").object
    assert [(one["item_id"], one["by"]) for one in told["corrections"]] == [(key, "cli")]
    assert f"--cursor {told['next_cursor']}" in filled("labels", "corrections", "--limit", "1").out
    assert filled("labels", "undo", key, "--facet", "sector").out == "taken back: sector\n"
    assert "there is no facet" in filled("labels", "undo", key, "--facet", "sectors").err
    assert "area" in filled("labels", "undo", key, "--json").object["undone"]
    assert filled("labels", "corrections", "--json").object["corrections"] == []


def test_items_are_listed_by_what_they_carry(filled: CommandLine) -> None:
    listed = filled("items", "--label", "area:drones")
    assert "area:drones" in listed.out
    assert filled("items", "--not-covered", "--json").object == {"items": [], "next_cursor": None}
    assert "there is no label 'drones'" in filled("items", "--label", "drones").err
    first = filled("items", "--limit", "1")
    assert "more: --cursor" in first.out
