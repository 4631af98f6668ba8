"""A business, its votes and rules on the command line, and what another configuration would have made."""

from __future__ import annotations

import shutil

from tests.cli_world import CommandLine


def test_three_questions_make_a_business_asked_or_given(cli: CommandLine) -> None:
    asked = cli("business", "new", stdin="Stone Mill\n2\nfewer trips, with drones\n9\n2\n")
    assert asked.code == 0, asked.err
    assert "What does your business do?" in asked.out
    assert "Stone Mill is added as stone_mill." in asked.out
    assert "topics: Drones" in asked.out
    values = ("--name", "Bean", "--sector", "retail", "--wants", "", "--effort", "plenty", "--json")
    made = cli("business", "new", *values).object
    assert (made["key"], made["budget_per_month"], made["areas"]) == ("bean", 500, [])
    assert (
        cli("business", "new", "--name", "x", "--sector", "retail", "--wants", "", "--effort", "lots").code
        == 1
    )
    assert cli("business", "new", *values[:-1], "--key", "bean").code == 1


def test_a_profile_is_changed_step_by_step_and_back(cli: CommandLine) -> None:
    assert cli("business", "set", "hill_farm", "areas=iot, drones", "digest_day=friday").code == 0
    assert cli("business", "set", "hill_farm", "hours_per_week=2.5", "--json").object["hours_per_week"] == 2.5
    shown = cli("business", "show", "hill_farm", "--json").object
    assert (shown["areas"], shown["digest_weekday"]) == (["iot", "drones"], 4)
    assert cli("business", "set", "hill_farm", "areas=").code == 0
    assert cli("business", "show", "hill_farm", "--json").object["areas"] == []
    for wrong in ("areas", "email=x@y.example", "areas=magic", "hours_per_week=many"):
        assert cli("business", "set", "hill_farm", wrong).code == 1, wrong


def test_votes_rules_preview_and_backtest_on_a_composed_digest(fetched: CommandLine) -> None:
    fetched("digest", "--json")
    digest = fetched("digest", "--business", "hill_farm", "--json").object
    story = digest["one_thing"]["story_id"]
    assert fetched("vote", story, "useful", "-b", "hill_farm").code == 0
    wrong = fetched("vote", story, "wrong_tag", "-b", "hill_farm", "--label", "area:drones", "--json").object
    assert wrong["label"] == "area:drones"
    assert [one["kind"] for one in fetched("vote", "-b", "hill_farm", "--json").objects] == [
        "wrong_tag",
        "useful",
    ]
    assert fetched("vote", "never_shown", "useful", "-b", "hill_farm").code == 1
    muted = fetched("business", "preview", "hill_farm", "mutes=area:drones", "--json").object
    assert muted["one_thing"] is None
    assert digest["one_thing"]["title"][:20] in fetched("business", "preview", "hill_farm").out
    assert fetched("business", "rule", "hill_farm", "less:area:iot", "accept").code == 0
    rules = fetched("business", "rules", "hill_farm", "--json").object
    assert [one["key"] for one in rules["rules"]] == ["less:area:iot"]
    assert "Less connected sensors" in fetched("business", "rules", "hill_farm").out
    assert fetched("business", "rule", "hill_farm", "less:area:iot", "undo").code == 0
    assert fetched("business", "rule", "hill_farm", "often:area:iot", "accept").code == 1
    assert fetched("business", "forget", "hill_farm").code == 0
    assert fetched("business", "rules", "hill_farm", "--json").object["learnt"] == []

    same = fetched("backtest", "--config", str(fetched.config), "--json").object
    assert (same["flips"], same["sectors"], same["differences"]) == ([], {}, [])
    assert same["digests"] == 1
    other = fetched.folder / "other"
    shutil.copytree(fetched.config, other)
    farm = other / "businesses" / "hill_farm.toml"
    farm.write_text(farm.read_text() + 'mutes = ["area:drones"]\n')
    said = fetched("backtest", "--config", str(other), "--weeks", "8").out
    assert "Digests: 1 of 1 would have shown other stories" in said
    assert "    - " in said
