from __future__ import annotations

from tests.cli_world import CommandLine, run


def test_check_says_that_all_is_well(cli: CommandLine) -> None:
    assert cli("config", "check").out == f"{cli.config}: all is well\n"
    assert cli("config", "check", "--json").out == ""


def test_check_lists_everything_that_is_wrong_with_file_and_line(cli: CommandLine) -> None:
    (cli.config / "trendwatch.toml").write_text('[serve]\nport = "many"\n[pol]\n', encoding="utf-8")
    (cli.config / "feeds.toml").write_text('[feeds.x]\nurl = "nothing"\n', encoding="utf-8")
    said = cli("config", "check", "--json")
    assert said.code == 1
    places = {(one["file"].rpartition("/")[2], one["line"]) for one in said.objects}
    assert places == {("trendwatch.toml", 2), ("trendwatch.toml", 3), ("feeds.toml", 2)}
    told = cli("config", "check")
    assert told.code == 1
    assert told.out.count("\n") == len(said.objects)
    assert f"{cli.config}/feeds.toml:2: url must be an address" in told.out


def test_the_shipped_configuration_differs_in_nothing_from_itself(cli: CommandLine) -> None:
    environ = {"TRENDWATCH_STORE_URL": cli.environ["TRENDWATCH_STORE_URL"]}
    assert run(["config", "check"], environ=environ).code == 0
    differing = run(["config", "diff", "--json"], environ=environ).objects
    assert {(one["where"], one["key"]) for one in differing} == {("setting store", "url")}
    assert "store" in run(["config", "diff"], environ=environ).out


def test_diff_tells_who_said_it(cli: CommandLine) -> None:
    cli("feeds", "add", "barn_radio", "https://barn.example/feed")
    said = {(one["where"], one["key"]): one["origin"] for one in cli("config", "diff", "--json").objects}
    assert said["feed barn_radio", ""] == "overlay"
    assert said["feed orchard_post", ""] == "file"
    assert said["setting log", "level"] == "environment"
    assert "barn_radio" in cli("config", "diff").out


def test_export_writes_what_was_changed_as_files(cli: CommandLine) -> None:
    cli("feeds", "add", "barn_radio", "https://barn.example/feed")
    cli("feeds", "remove", "village_echo")
    cli("business", "add", "mill", "--name", "The Mill", "--sector", "agriculture")
    target = cli.folder / "exported"
    written = cli("config", "export", str(target), "--json").object
    assert f"{target}/feeds.toml" in written
    feeds = (target / "feeds.toml").read_text(encoding="utf-8")
    assert "[feeds.barn_radio]" in feeds
    assert "village_echo" not in feeds
    assert (target / "businesses" / "mill.toml").is_file()
    assert run(["--config", str(target), "config", "check"], environ={}).code == 0
    assert "files written to" in cli("config", "export", str(cli.folder / "again")).out
