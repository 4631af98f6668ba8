"""Verbs that switch feeds on and off and say what they cover."""

from __future__ import annotations

import pytest

from tests.cli_world import CommandLine, news
from tests.scripted_server import Reply, ScriptedServer

PACKS = """
[packs.orchards]
title = "Orchards"
sectors = ["agriculture"]
areas = ["drones"]
feeds = ["orchard_post", "field_wire"]

[packs.everybody]
title = "For all"
feeds = ["village_echo"]

[packs.tills]
title = "Tills"
sectors = ["retail"]
feeds = ["village_echo"]
"""


@pytest.fixture
def cli(cli: CommandLine) -> CommandLine:
    (cli.config / "packs.toml").write_text(PACKS, encoding="utf-8")
    return cli


def enabled(cli: CommandLine) -> set[str]:
    return {one["key"] for one in cli("feeds", "list", "--json").objects if one["enabled"]}


def test_packs_are_listed_for_all_or_for_a_sector(cli: CommandLine) -> None:
    listed = cli("feeds", "packs", "--json").objects
    assert [(one["key"], one["enabled"], len(one["feeds"])) for one in listed] == [
        ("orchards", 2, 2),
        ("everybody", 1, 1),
        ("tills", 1, 1),
    ]
    retail = cli("feeds", "packs", "--sector", "retail", "--json").objects
    assert [one["key"] for one in retail] == ["everybody", "tills"]
    told = cli("feeds", "packs", "--sector", "agriculture").out
    assert "2 of 2" in told
    assert "Tills" not in told
    wrong = cli("feeds", "packs", "--sector", "retial")
    assert (wrong.code, "did you mean 'retail'" in wrong.err) == (1, True)


def test_without_packs_the_file_is_named(cli: CommandLine) -> None:
    (cli.config / "packs.toml").unlink()
    assert cli("feeds", "packs").out == "there are no packs; write them to packs.toml\n"
    assert cli("feeds", "packs", "--json").out == ""


def test_feeds_are_switched_off_and_on(cli: CommandLine) -> None:
    off = cli("feeds", "disable", "field_wire", "village_echo")
    assert off.out == "2 no longer polled; items are kept: field_wire, village_echo\n"
    assert enabled(cli) == {"orchard_post"}
    again = cli("feeds", "disable", "field_wire")
    assert again.out == "nothing changed: they were so already\n"
    on = cli("feeds", "enable", "field_wire", "--json").object
    assert on == {"enabled": ["field_wire"], "disabled": []}
    assert enabled(cli) == {"orchard_post", "field_wire"}


def test_a_pack_is_switched_whole_and_a_feed_named_twice_counts_once(cli: CommandLine) -> None:
    off = cli("feeds", "disable", "orchard_post", "--pack", "orchards", "--json").object
    assert off == {"enabled": [], "disabled": ["orchard_post", "field_wire"]}
    on = cli("feeds", "enable", "--pack", "orchards", "--json").object
    assert on == {"enabled": ["orchard_post", "field_wire"], "disabled": []}


def test_only_a_pack(cli: CommandLine) -> None:
    cli("feeds", "disable", "orchard_post")
    said = cli("feeds", "enable", "--pack", "orchards", "--only", "--json").object
    assert said == {"enabled": ["orchard_post"], "disabled": ["village_echo"]}
    assert enabled(cli) == {"orchard_post", "field_wire"}


def test_switching_keeps_what_was_changed_before(cli: CommandLine) -> None:
    cli("feeds", "add", "barn_radio", "https://barn.example/feed", "--sector", "agriculture")
    cli("feeds", "disable", "barn_radio")
    barn = next(one for one in cli("feeds", "list", "--json").objects if one["key"] == "barn_radio")
    assert (barn["enabled"], barn["url"], barn["sectors"]) == (
        False,
        "https://barn.example/feed",
        ["agriculture"],
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("enable", "field_wier"), "no feed named 'field_wier'; did you mean 'field_wire'?"),
        (("disable", "--pack", "orchard"), "no pack named 'orchard'; did you mean 'orchards'?"),
        (("enable",), "name feeds by key, or a starter pack with --pack"),
    ],
)
def test_what_does_not_exist_changes_nothing(cli: CommandLine, arguments: tuple[str, ...], says: str) -> None:
    ran = cli("feeds", *arguments)
    assert (ran.code, says in ran.err) == (1, True)
    assert len(enabled(cli)) == 3


def test_coverage_before_anything_is_read(cli: CommandLine) -> None:
    said = cli("feeds", "coverage", "--json").object
    assert [one["key"] for one in said["labels"]] == [
        "sector:agriculture",
        "sector:retail",
        "area:drones",
        "area:iot",
    ]
    assert {one["breadth"] for one in said["labels"]} == {"thin"}
    assert {one["stories"] for one in said["labels"]} == {None}
    told = cli("feeds", "coverage").out
    assert "none understood yet: judged by the feeds alone." in told
    assert "Retail is thin. No feed that is read is about it" in told
    assert "Nothing that is off would help: trendwatch feeds add KEY URL --sector retail" in told


def test_coverage_of_what_was_read_and_what_to_add(cli: CommandLine) -> None:
    feeds = cli.config / "feeds.toml"
    with ScriptedServer({path: Reply(body=body) for path, body in news().items()}) as server:
        text = feeds.read_text(encoding="utf-8").replace("http://127.0.0.1:9", server.url)
        feeds.write_text(text, encoding="utf-8")
        cli("feeds", "add", "hops", "https://hops.example/feed", "--sector", "agriculture")
        cli("feeds", "disable", "hops")
        for verb in ("train", "fetch", "digest"):
            assert cli(verb).code == 0, verb
        farming = cli("feeds", "coverage", "--json").object["labels"][0]
        told = cli("feeds", "coverage").out
    assert (farming["feeds"], farming["enabled"], farming["owners"]) == (1, 0, 0)
    assert farming["stories"] >= 1
    assert farming["reporting"] == 2
    assert farming["add_feeds"] == ["hops"]
    assert "4 items from 2025-02-03 to 2025-03-03" in told
    assert "Farming is thin. 2 publishers told of it; below 3 nothing is a trend." in told
    assert "  trendwatch feeds enable hops\n" in told
