"""Terms that a label has twice or for and against itself are told with file and line, at every door."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.asking import Asker
from tests.cli_world import CommandLine
from tests.config_samples import write_config
from tests.seeding import doors
from trendwatch.config import check, load, shipped_directory

TAXONOMY = """[area.ai]
name = "AI"
meaning = "Learning."
strong = [
    "ai",
    "deep learning", # not "AI"
    "AI",
]
weak = ["deep-learning", "robot"]
anti = ["robot arm"]
"""


def complaints(directory: Path) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in check(directory, {})]


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    (tmp_path / "taxonomy.toml").write_text(TAXONOMY, "utf-8")
    return tmp_path


def test_the_same_term_twice_is_a_warning_at_its_line(alone: Path) -> None:
    (alone / "taxonomy.toml").write_text(TAXONOMY.replace("robot arm", "robot vacuum"), "utf-8")
    assert complaints(alone) == []
    assert [(one.line, one.message) for one in load(alone, environ={}).warnings] == [
        (7, "area:ai: strong: 'AI' is a strong term already as 'ai'; leave it out here"),
        (9, "area:ai: weak: 'deep-learning' is a strong term already as 'deep learning'; leave it out here"),
    ]


@pytest.mark.parametrize("term", [".*", "!!!", "a"])
def test_a_term_that_is_never_found_is_a_mistake(alone: Path, term: str) -> None:
    (alone / "taxonomy.toml").write_text(TAXONOMY.replace("robot arm", term), "utf-8")
    [(line, said)] = complaints(alone)
    assert (line, said.startswith(f"anti: {term!r} ")) == (10, True)


def test_a_term_for_and_against_is_a_mistake(alone: Path) -> None:
    (alone / "taxonomy.toml").write_text(TAXONOMY.replace("robot arm", "ROBOT"), "utf-8")
    said = "anti: 'ROBOT' is a weak term too: it cannot speak for the label and against it"
    assert complaints(alone) == [(10, said)]


def test_an_empty_taxonomy_is_told_as_the_empty_file_only(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"taxonomy.toml": "\n# nothing\n"})
    [(_, said)] = complaints(directory)
    assert "is empty, and the other files name its labels" in said


def test_the_verbs_tell_warnings_and_succeed(cli: CommandLine) -> None:
    added = cli("labels", "add", "area:air_taxis", "--strong", "air taxi, air-taxi")
    assert (
        "warning: strong: 'air-taxi' is a strong term already as 'air taxi'; leave it out here" in added.out
    )
    taxonomy = cli.config / "taxonomy.toml"
    written = taxonomy.read_text("utf-8")
    more = TAXONOMY.replace("area.ai", "area.odd").replace("robot arm", "robot vacuum")
    taxonomy.write_text(f"{written}\n{more}", "utf-8")
    checked = cli("config", "check")
    line = written.count("\n") + 1 + 7
    assert (checked.code, "valid, 2 warnings" in checked.out) == (0, True)
    assert f"warning: {taxonomy}:{line}: area:odd: strong: 'AI'" in checked.out
    assert "; and 2 more: trendwatch config check lists them" in cli("doctor").out


def test_the_other_doors_tell_warnings(tmp_path: Path) -> None:
    ask = Asker(doors(tmp_path))
    body = {"strong": ["air taxi", "Air-Taxi"]}
    said = "strong: 'Air-Taxi' is a strong term already as 'air taxi'; leave it out here"
    assert ask("POST", "/api/v1/labels/area:taxis/try", json=body).json()["warnings"] == [said]
    assert ask("PUT", "/api/v1/labels/area:taxis", json=body).json()["warnings"] == [said]
    page = ask.get("/tags/labels/try?facet=area&key=taxis&strong=air+taxi%0AAir-Taxi").text
    assert "is a strong term already as" in page
    refused = ask("PUT", "/api/v1/labels/area:taxis", json={"strong": ["taxi"], "anti": ["Taxi"]})
    assert refused.status_code == 422
    assert "cannot speak for the label and against it" in refused.text


def test_the_shipped_terms_have_no_warnings() -> None:
    assert load(shipped_directory(), environ={}).warnings == ()
