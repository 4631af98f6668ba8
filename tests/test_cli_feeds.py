"""Feeds, businesses and API keys by name: what the verbs keep, show and refuse."""

from __future__ import annotations

from tests.cli_world import CommandLine, news
from tests.scripted_server import Reply, ScriptedServer


def test_a_feed_is_added_listed_and_removed(cli: CommandLine) -> None:
    added = cli(
        "feeds", "add", "barn_radio", "https://barn.example/feed", "--sector", "agriculture", "--json"
    )
    assert added.object["key"] == "barn_radio"
    assert added.object["sectors"] == ["agriculture"]
    listed = {one["key"]: one for one in cli("feeds", "list", "--json").objects}
    assert set(listed) == {"orchard_post", "field_wire", "village_echo", "barn_radio"}
    assert listed["barn_radio"]["origin"] == "overlay"
    assert listed["field_wire"]["origin"] == "file"
    assert listed["barn_radio"]["items"] == 0
    assert "barn_radio" in cli("feeds", "list").out
    assert cli("feeds", "remove", "barn_radio").out == "barn_radio is no longer polled; its items are kept\n"
    assert "barn_radio" not in cli("feeds", "list").out


def test_a_feed_that_would_be_wrong_is_not_added(cli: CommandLine) -> None:
    assert cli("feeds", "add", "twin", "http://127.0.0.1:9/field_wire").code == 1
    assert {one["key"] for one in cli("feeds", "list", "--json").objects} == {
        "orchard_post",
        "field_wire",
        "village_echo",
    }


def test_a_feed_is_tried_without_keeping_anything(cli: CommandLine) -> None:
    with ScriptedServer({path: Reply(body=body) for path, body in news().items()}) as server:
        said = cli("feeds", "test", f"{server.url}/orchard_post", "--json").object
        told = cli("feeds", "test", f"{server.url}/orchard_post").out
        missing = cli("feeds", "test", f"{server.url}/nothing", "--json")
    assert said["title"] == "Orchard Post"
    assert said["entries"] == 2
    assert "drone" in said["sample"][0]["tags"]["area:drones"]
    assert "because of" in told
    assert (missing.code, missing.object["failure"]) == (1, "not_there")
    assert cli("stories", "--json").objects == []


def test_a_business_is_added_listed_and_shown(cli: CommandLine) -> None:
    arguments = (
        "mill",
        "--name",
        "The Mill",
        "--sector",
        "agriculture",
        "--goal",
        "operations",
        "--area",
        "iot",
    )
    added = cli("business", "add", *arguments, "--timezone", "Europe/Lisbon", "--json").object
    assert (added["goals"], added["areas"], added["timezone"]) == (["operations"], ["iot"], "Europe/Lisbon")
    listed = {one["key"]: one["origin"] for one in cli("business", "list", "--json").objects}
    assert listed == {"hill_farm": "file", "mill": "overlay"}
    assert "none yet" in cli("business", "list").out
    assert cli("business", "show", "mill", "--json").object == added
    assert "Europe/Lisbon" in cli("business", "show", "mill").out
    assert "welcome digest" in cli("business", "add", "shop", "--name", "S", "--sector", "retail").out


def test_what_is_there_is_not_overwritten_by_adding_it_again(cli: CommandLine) -> None:
    """What was changed since would be gone: mutes, rules, the mail address."""
    first = (
        "business",
        "add",
        "mill",
        "--name",
        "The Mill",
        "--sector",
        "retail",
        "--email",
        "o@mill.example",
    )
    assert cli(*first).code == 0
    assert cli("business", "set", "mill", "mutes=area:drones", "frequency=monthly").code == 0
    before = cli("business", "show", "mill", "--json").object
    for key in ("mill", "hill_farm"):  # of an overlay, of a file
        again = cli("business", "add", key, "--name", "Other", "--sector", "retail")
        assert (again.code, f"there is a business '{key}' already" in again.err) == (1, True)
    assert cli("business", "show", "mill", "--json").object == before
    for key in ("field_wire", "barn_radio"):
        cli("feeds", "add", key, "https://barn.example/feed", "--title", "Barn")
        again = cli("feeds", "add", key, "https://other.example/feed")
        assert (again.code, f"there is a feed '{key}' already" in again.err) == (1, True)
    titles = {one["key"]: one["title"] for one in cli("feeds", "list", "--json").objects}
    assert (titles["field_wire"], titles["barn_radio"]) == ("Field Wire", "Barn")


def test_a_key_is_shown_once_listed_by_prefix_and_revoked(cli: CommandLine) -> None:
    made = cli("keys", "add", "reader", "--json").object
    assert made["key"].startswith("tw_")
    [listed] = cli("keys", "list", "--json").objects
    assert listed["name"] == "reader"
    assert listed["revoked_at"] is None
    assert made["key"].startswith(listed["prefix"])
    assert made["key"] not in cli("keys", "list").out
    assert cli("keys", "revoke", listed["prefix"]).code == 0
    assert cli("keys", "list", "--json").object["revoked_at"] is not None
    second = cli("keys", "add", "other")
    assert second.out.startswith("tw_")
    assert "cannot be shown again" in second.err
