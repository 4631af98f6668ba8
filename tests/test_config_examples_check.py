"""Examples that are odd: the same text twice, and a language that no file of terms covers."""

from __future__ import annotations

import json
from pathlib import Path

from tests.config_samples import write_config
from trendwatch.config import load, shipped_directory
from trendwatch.config.examples_check import example_warnings

GERMAN = "Der Bauer fliegt jetzt mit Drohnen über seine steilen Weinberge und spart viel Diesel dabei"


def warned(directory: Path, *lines: dict[str, object]) -> list[str]:
    write_config(directory)
    (directory / "examples").mkdir(exist_ok=True)
    for file in (directory / "examples").iterdir():
        file.unlink()
    text = "\n\n".join(json.dumps(line) for line in lines)  # empty lines count as lines
    (directory / "examples" / "own.jsonl").write_text(text, encoding="utf-8")
    found = example_warnings(directory, load(directory, environ={}).taxonomy)
    return [str(one).removeprefix(f"{directory}/") for one in found]


def test_the_same_text_twice_says_where_the_other_stands(tmp_path: Path) -> None:
    one = {"title": "Kites over the hill", "area": ["ai"]}
    assert warned(tmp_path, one, {"title": "KITES over  the hill", "area": ["ai"]}) == [
        "examples/own.jsonl:3: the same text stands already at own.jsonl:1; leave one out"
    ]
    assert warned(tmp_path, one, {"title": "Kites over the hill"}) == [
        "examples/own.jsonl:3: the same text is labelled otherwise at own.jsonl:1; "
        "say which labels are right, and leave one out"
    ]


def test_a_language_without_terms_and_terms_without_an_example(tmp_path: Path) -> None:
    [said] = warned(tmp_path, {"title": GERMAN})
    assert "own.jsonl:1: this reads as 'de', and there is no taxonomy.de.toml" in said
    (tmp_path / "taxonomy.de.toml").write_text('[area.ai]\nstrong = ["künstliche intelligenz"]\n')
    assert warned(tmp_path, {"title": GERMAN}) == []
    [said] = warned(tmp_path, {"title": "Kites over the hill"})
    assert said.startswith("taxonomy.de.toml: no example reads as 'de': its tags rest on terms alone")


def test_nothing_is_odd_about_what_is_shipped() -> None:
    config = load(shipped_directory(), environ={})
    assert example_warnings(config.directory, config.taxonomy) == []
    assert config.warnings == ()
