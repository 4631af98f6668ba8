"""A second language: one file of terms beside the taxonomy, and its items are tagged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config_samples import write_config
from trendwatch.config import load
from trendwatch.config.export import export
from trendwatch.errors import ConfigError
from trendwatch.tagging.model import Tagger

GERMAN = """
[area.ai]
strong = ["maschinelles lernen", "künstliche intelligenz"]
weak = ["algorithmus"]

[sector.retail]
strong = ["einzelhandel"]
"""


def test_german_terms_tag_german_items(tmp_path: Path) -> None:
    write_config(tmp_path)
    assert not load(tmp_path, environ={}).taxonomy.covers("de")
    (tmp_path / "taxonomy.de.toml").write_text(GERMAN, encoding="utf-8")
    config = load(tmp_path, environ={})
    assert config.taxonomy.covers("de")
    assert not config.taxonomy.covers("fr")
    [tags] = Tagger.rules(config.taxonomy).tag([("Künstliche Intelligenz hilft dem Einzelhandel", "")])
    assert {tag.full_key for tag in tags} == {"area:ai", "sector:retail"}
    [tags] = Tagger.rules(config.taxonomy).tag([("Machine learning at last", "")])
    assert [tag.full_key for tag in tags] == ["area:ai"]


def test_it_is_part_of_the_hash_and_of_an_export(tmp_path: Path) -> None:
    write_config(tmp_path / "in")
    before = load(tmp_path / "in", environ={}).hash
    (tmp_path / "in" / "taxonomy.de.toml").write_text(GERMAN, encoding="utf-8")
    config = load(tmp_path / "in", environ={})
    assert config.hash != before
    export(config, tmp_path / "out")
    assert load(tmp_path / "out", environ={}).hash == config.hash


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("taxonomy.de.toml", "[area.kites]\n", r"de\.toml:1: there is no (label|area) "),
        ("taxonomy.de.toml", '[area.ai]\nname = "KI"\n', r"de\.toml:2: "),
        ("taxonomy.de.toml", "[area.ai\n", r"de\.toml:1: not TOML"),
        ("taxonomy.de.toml", "area = 1\n", "area must be a table"),
        ("taxonomy.de.toml", '[area.ai]\nstrong = ["ki", "--"]\n', r"de\.toml:2: strong: .*found nowhere"),
        (
            "taxonomy.de.toml",
            '[area.ai]\nstrong = ["ki"]\nanti = ["KI"]\n',
            r"de\.toml:3: anti: .*cannot speak for the label and against it",
        ),
        (
            "taxonomy.de.toml",
            '[area.ai]\nanti = [\n  "x-ray",\n  "machine-learning",\n]\n',
            r"de\.toml:4: anti: .*cannot speak for the label and against it",
        ),
        ("taxonomy.german.toml", "", "name it taxonomy.de.toml"),
    ],
)
def test_mistakes_are_placed(tmp_path: Path, name: str, text: str, message: str) -> None:
    write_config(tmp_path)
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, environ={})


def test_a_word_of_two_labels_in_two_languages_and_one_twice_are_warnings_at_their_line(
    tmp_path: Path,
) -> None:
    write_config(tmp_path)
    (tmp_path / "taxonomy.de.toml").write_text(
        '[sector.retail]\nstrong = ["laden"]\n\n[area.ai]\nstrong = [\n  "ki",\n  "Machine-Learning",\n]\n'
    )
    (tmp_path / "taxonomy.fr.toml").write_text('[sector.food]\nweak = ["laden"]\n')
    said = [str(one).removeprefix(f"{tmp_path}/") for one in load(tmp_path, environ={}).warnings if one.file]
    assert said == [
        "taxonomy.de.toml:7: area:ai: strong: 'Machine-Learning' is a strong term already as "
        "'machine learning'; leave it out here",
        "taxonomy.fr.toml:2: sector:food: weak: 'laden' is a term of sector:retail in another language; "
        "leave it out",
    ]
