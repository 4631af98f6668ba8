"""``labels list|show|try|add|remove`` and ``tag --text``."""

from __future__ import annotations

import pytest

from tests.cli_world import CommandLine

TERMS = ("--strong", "air taxi, vertiport", "--strong", "flying taxi", "--weak", "rotor")


def test_a_label_is_tried_added_shown_exported_and_removed(cli: CommandLine) -> None:
    tried = cli("labels", "try", "area:air_taxis", *TERMS, "--json").object
    assert (tried["items"], tried["tagged"], len(tried["silent"])) == (0, 0, 4)
    assert "nothing was kept" in cli("labels", "try", "area:air_taxis", *TERMS).out
    assert "no label named" in cli("labels", "show", "area:air_taxis").err
    assert "kept" in cli("labels", "add", "area:air_taxis", *TERMS).out
    shown = cli("labels", "show", "area:air_taxis", "--json").object
    assert (shown["strong"], shown["origin"]) == (["air taxi", "vertiport", "flying taxi"], "overlay")
    listed = cli("labels", "list", "--facet", "area", "--json").object["labels"]
    assert "air_taxis" in {one["key"] for one in listed}
    assert {one["facet"] for one in listed} == {"area"}
    target = cli.folder / "out"
    assert cli("config", "export", str(target)).code == 0
    assert "[area.air_taxis]" in (target / "taxonomy.toml").read_text("utf-8")
    assert cli("labels", "remove", "area:air_taxis").code == 0
    assert cli("labels", "show", "area:air_taxis").code == 1


def test_a_label_from_a_file(cli: CommandLine) -> None:
    file = cli.folder / "new.toml"
    file.write_text('[area.air_taxis]\nname = "Air taxis"\nmeaning = "x"\nstrong = ["air taxi"]\n', "utf-8")
    assert cli("labels", "try", str(file), "--json").object["label"]["name"] == "Air taxis"
    for wrong in ("nonsense", "[area]\nx = 1\n", "[area.a]\n[area.b]\n"):
        file.write_text(wrong, "utf-8")
        assert str(file) in cli("labels", "try", str(file)).err
    assert "cannot be read" in cli("labels", "try", "nowhere.toml").err


@pytest.mark.parametrize(
    ("key", "said"), [("air_taxis", "facet"), ("area:Air", "lower-case"), ("area:x", "give it terms")]
)
def test_what_is_wrong_is_one_line(cli: CommandLine, key: str, said: str) -> None:
    terms = () if key == "area:x" else TERMS
    ran = cli("labels", "add", key, *terms)
    assert ran.code == 1
    assert said in ran.err


def test_a_text_is_tagged_in_words(cli: CommandLine) -> None:
    found = cli("tag", "--text", "Drones count apples in the orchard", "--json").object
    assert "area:drones" in {one["label"] for one in found["opinions"] if one["given"]}
    said = cli("tag", "--text", "Drones count apples in the orchard").out
    assert "area:drones" in said
    assert "none:" in said
    german = "Der Bauer fliegt jetzt mit Drohnen über seine steilen Weinberge und spart viel Diesel dabei"
    assert "language not covered" in cli("tag", "--text", german).out
