"""Verbs about practices: list, show in plain words, match with news."""

from __future__ import annotations

import pytest

from tests.cli_world import CommandLine, as_lines, news
from tests.scripted_server import Reply, ScriptedServer
from tests.test_config_practices import LEAST

PRACTICES = """
[practices.orchard_flights]
name = "Pictures of the orchard from above"
plain = "A small aircraft flies over the rows and shows which trees are dry, so only those get water."
functions = ["operations"]
areas = ["drones"]
inspired_by = "agriculture"
fits = ["agriculture"]
adapt = "Share one aircraft with the neighbours."
cost_once = [200, 900, 2500]
cost_per_month = [0, 0, 0]
hours_first_month = [0.5, 6, 12]
skills = "some"
integration = ["Can your map read the pictures?"]
ask = ["The neighbour who has one"]
vendor_questions = ["Who may fly it?"]
objections = ["Neighbours: it sees into gardens."]
trained = ["The pilot: a licence"]
first_week = ["Fly one row.", "Look at it together."]
experiment = "One field, four flights."
measure = "Litres of water."
passes = "A tenth less."
fails = "Nothing found in a month."
risks.privacy = "Tell the neighbours before each flight."
risks.regulation = "Ask what needs a licence."
free_way = "Ask for pictures of your region's office."
terms = ["drone + orchard", "crop image"]
"""
COUNT = LEAST.replace('functions = ["marketing"]', 'functions = ["operations"]').replace(
    'skills = "low"', 'skills = "low"\nfits = ["retail"]\nterms = ["soil sensor"]'
)


@pytest.fixture
def cli(cli: CommandLine) -> CommandLine:
    (cli.config / "practices.toml").write_text(PRACTICES + COUNT, encoding="utf-8")
    return cli


def test_practices_are_listed_for_all_a_sector_or_a_function(cli: CommandLine) -> None:
    def keys(*asked: str) -> list[str]:
        return [one["key"] for one in cli("practices", "list", *asked, "--json").objects]

    assert keys() == ["orchard_flights", "count"]
    assert keys("--sector", "retail") == ["count"]
    assert keys("--function", "operations", "--sector", "agriculture") == ["orchard_flights"]
    told = cli("practices", "list").out
    for words in ("2 practices", "orchard_flights", "Farming", "nothing"):
        assert words in told


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("list", "--sector", "retial"), "there is no sector 'retial'; did you mean 'retail'?"),
        (("list", "--function", "operation"), "there is no function 'operation'; did you mean 'operations'?"),
        (("show", "cuont"), "no practice named 'cuont'; did you mean 'count'?"),
    ],
)
def test_what_does_not_exist_is_told_with_a_near_name(
    cli: CommandLine, asked: tuple[str, ...], says: str
) -> None:
    ran = cli("practices", *asked)
    assert (ran.code, ran.out, says in ran.err) == (1, "", True)


def test_without_practices_the_file_is_named(cli: CommandLine) -> None:
    (cli.config / "practices.toml").unlink()
    assert cli("practices", "list").out == "there are none; practices are written to practices.toml\n"
    assert cli("practices", "list", "--json").out == ""
    assert cli("practices", "match").out == "0 of the latest 0 items speak of a practice\n"


SHOWN = """\
Pictures of the orchard from above  (orchard_flights)

A small aircraft flies over the rows and shows which trees are dry, so only those get
water.

Improves:           Day-to-day operations
Rests on:           Drones
Done already by:    Farming
For:                Farming
What to change:     Share one aircraft with the neighbours.
To start:           200 to 2,500 EUR; plan with 900
A month:            nothing
In the first month: 0.5 to 12 hours; plan with 6
Skills:             some: someone who is at ease with settings and spreadsheets
Figures are the team's assumptions for a business of about ten people, not measured.

First week
  1. Fly one row.
  2. Look at it together.

Without money or special skills
  - Ask for pictures of your region's office.

Find out cheaply
  - One field, four flights.
  - Measure: Litres of water.
  - Go on when: A tenth less.
  - Stop when: Nothing found in a month.

Ask yourself about the tools you have
  - Can your map read the pictures?

Ask people who know
  - The neighbour who has one

Ask whoever sells it
  - Who may fly it?

Who may object
  - Neighbours: it sees into gardens.

Who must learn what
  - The pilot: a licence

Watch
  - Privacy: Tell the neighbours before each flight.
  - Rules: Ask what needs a licence.

Recognised in news by
  - drone + orchard, crop image
"""


def test_a_practice_in_plain_words(cli: CommandLine) -> None:
    assert cli("practices", "show", "orchard_flights").out == SHOWN
    short = cli("practices", "show", "count").out
    assert "Rests on:           no technology in particular\nDone already by:    Retail\n" in short
    assert "In the first month: about 1 hour\n" in short
    assert "Watch" not in short
    said = cli("practices", "show", "orchard_flights", "--json").object
    assert said["cost_once"] == {"low": 200, "base": 900, "high": 2500}
    assert said["risks"][0] == {"kind": "privacy", "sentence": "Tell the neighbours before each flight."}


def test_lines_are_matched_in_their_order_and_nothing_is_kept(cli: CommandLine) -> None:
    lines = [
        {"id": "b", "title": "<b>Drones</b> over town", "summary": "and an orchard"},
        {"id": "a", "title": "Rain"},
        {"id": 7, "title": "Soil sensors", "summary": None},
    ]
    ran = cli("practices", "match", "--stdin", stdin=as_lines(lines) + "\n")
    assert ran.objects == [
        {"id": "b", "practices": [{"key": "orchard_flights", "terms": ["drone + orchard"]}]},
        {"id": "a", "practices": []},
        {"id": "7", "practices": [{"key": "count", "terms": ["soil sensor"]}]},
    ]
    assert not (cli.folder / "trendwatch.db").exists()
    wrong = cli("practices", "match", "--stdin", stdin=as_lines(lines) + '{"id": 1}\n')
    assert (wrong.code, "standard input:4: 'title' missing; a line has" in wrong.err) == (1, True)


def test_items_that_were_fetched_are_matched(cli: CommandLine) -> None:
    feeds = cli.config / "feeds.toml"
    with ScriptedServer({path: Reply(body=body) for path, body in news().items()}) as server:
        text = feeds.read_text(encoding="utf-8").replace("http://127.0.0.1:9", server.url)
        feeds.write_text(text, encoding="utf-8")
        assert cli("fetch").code == 0
    said = cli("practices", "match", "--json").objects
    assert sorted((one["title"][:12], one["practices"][0]["key"]) for one in said) == [
        ("A soil senso", "count"),
        ("Drones count", "orchard_flights"),
        ("Drones count", "orchard_flights"),
    ]
    assert said[0].keys() == {"id", "title", "url", "practices"}
    told = cli("practices", "match").out
    assert "A soil sensor for every vine\n    Count  because of soil sensor\n" in told
    assert told.endswith("3 of the latest 4 items speak of a practice\n")
    assert cli("practices", "match", "--limit", "1").out.endswith(
        "of the latest 1 items speak of a practice\n"
    )
