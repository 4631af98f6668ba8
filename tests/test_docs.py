"""The README says what the code does: its tables are compared with what they list, its examples are run."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from pydantic import SecretStr

import trendwatch
import trendwatch.types
from tests.cli_world import CommandLine, as_lines, run, stream
from tests.seeding import doors
from trendwatch.api import create_app
from trendwatch.cli.app import app
from trendwatch.config import shipped_directory
from trendwatch.config.environment import variables
from trendwatch.config.settings import section_models

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")

MOST_IMAGE_BYTES = 250_000


def section(title: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    level, _, _ = title.partition(" ")
    found = re.search(
        rf"^{re.escape(title)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", README, re.MULTILINE | re.DOTALL
    )
    assert found is not None, title
    return found[1]


def rows(title: str, *, first: str) -> list[tuple[str, ...]]:
    """Return the cells of the table whose first column is called so."""
    [table] = re.findall(rf"^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", section(title), re.MULTILINE)
    return [tuple(cell.strip() for cell in line.strip("|\n").split(" | ")) for line in table.splitlines()]


def test_the_glossary_and_the_types_hold_the_same_words() -> None:
    words = set()
    for module in pkgutil.iter_modules(trendwatch.types.__path__):
        loaded = importlib.import_module(f"trendwatch.types.{module.name}")
        words |= {
            name
            for name, value in vars(loaded).items()
            if isinstance(value, type) and value.__module__ == loaded.__name__ and not name.startswith("_")
        }
    listed = [word.strip("`") for word, _ in rows("## Glossary", first="word")]
    assert set(listed) == words
    assert listed == sorted(listed)


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    listed = rows("## Configuration", first="setting")
    assert listed == [
        (f"`{section_name}.{field.alias or name}`", f"`{shown(field.default)}`", field.description)
        for section_name, model in section_models().items()
        for name, field in model.model_fields.items()
    ]


def shown(value: object) -> str:
    return json.dumps(value.get_secret_value() if isinstance(value, SecretStr) else value)


def verbs(command: typer.core.TyperGroup, before: str) -> Iterator[tuple[str, str]]:
    for name, inner in command.commands.items():
        if isinstance(inner, typer.core.TyperGroup):
            yield from verbs(inner, f"{before} {name}")
        else:
            yield f"`{before} {name}`", str(inner.help).splitlines()[0]


def test_every_verb_stands_in_the_readme() -> None:
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)
    assert rows("## Command line", first="verb") == list(verbs(command, "trendwatch"))


def test_every_route_stands_in_the_readme(tmp_path: Path) -> None:
    paths = create_app(doors(tmp_path, full=False)).openapi()["paths"]
    routes = {f"`{method.upper()} {path}`" for path, methods in paths.items() for method in methods}
    listed = [route for route, _ in rows("## API", first="route")]
    assert set(listed) == routes
    assert len(listed) == len(routes)


def examples(title: str) -> tuple[str, list[dict[str, object]]]:
    """Return the input and the output shown for a filter."""
    given, printed = re.findall(r"```(?:json|xml)\n(.*?)```", section(f"#### `{title}`"), re.DOTALL)
    return given, [json.loads(line) for line in printed.splitlines()]


def test_tag_prints_what_the_readme_shows(cli: CommandLine) -> None:
    """With the shipped configuration; figures move a little with every example that is added."""
    given, [shown] = examples("trendwatch tag --stdin")
    said = run(["--config", str(shipped_directory()), "tag", "--stdin"], stdin=given, environ=cli.environ)
    printed = said.object
    assert (list(printed), printed["id"]) == (list(shown), shown["id"])
    for one, told in zip(printed["tags"], shown["tags"], strict=True):  # type: ignore[call-overload]
        assert (list(one), one["facet"], one["label"]) == (list(told), told["facet"], told["label"])
        assert one["terms"][0] == told["terms"][0]
        assert one["confidence"] == pytest.approx(told["confidence"], abs=0.15)


def test_stories_prints_what_the_readme_shows(cli: CommandLine) -> None:
    given, shown_lines = examples("trendwatch stories --stdin")
    assert cli("stories", "--stdin", stdin=given).objects == shown_lines


def test_trends_take_and_print_what_the_readme_shows(cli: CommandLine) -> None:
    given, [shown_line] = examples("trendwatch trends --stdin")
    archive = stream(weeks=32, rise_from=30)
    assert set(json.loads(given)) == set(archive[0])
    printed = cli("trends", "--stdin", stdin=as_lines(archive) + given).objects
    assert [list(line) for line in printed] == [list(shown_line)] * len(printed)
    assert printed[0] == shown_line


def test_practices_match_prints_what_the_readme_shows(cli: CommandLine) -> None:
    given, shown_lines = examples("trendwatch practices match --stdin")
    shutil.copy(shipped_directory() / "practices.toml", cli.config)
    shutil.copy(shipped_directory() / "taxonomy.toml", cli.config)
    assert cli("practices", "match", "--stdin", stdin=given).objects == shown_lines


def test_import_takes_what_the_readme_shows(cli: CommandLine) -> None:
    [line] = re.findall(r"```json\n(.*?)```", section("#### `trendwatch import FILE...`"), re.DOTALL)
    file = cli.folder / "past.jsonl"
    file.write_text(line, encoding="utf-8")
    assert cli("import", str(file)).code == 0
    items = {one["key"]: one["items"] for one in cli("feeds", "list", "--json").objects}
    assert (items[json.loads(line)["source"]], sum(items.values())) == (1, 1)


def test_parse_prints_what_the_readme_shows(cli: CommandLine) -> None:
    given, [shown_line] = examples("trendwatch parse FILE... --json")
    file = cli.folder / "post.rss"
    file.write_text(given, encoding="utf-8")
    assert cli("parse", str(file), "--json").object == {**shown_line, "file": str(file)}


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^### (\S+)", section("## Changes"), re.MULTILINE)
    assert versions[0] == trendwatch.__version__


def test_what_the_readme_links_to_is_there() -> None:
    targets = {*re.findall(r"\]\((?!http)([^)#]+)\)", README), *re.findall(r'src="([^"]+)"', README)}
    assert "docs/digest.png" in targets
    assert {target for target in targets if not (PROJECT / target).is_file()} == set()
    assert (PROJECT / "docs" / "digest.png").stat().st_size < MOST_IMAGE_BYTES


def test_modules_named_in_the_readme_exist() -> None:
    named = set(re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`", README))
    assert {name for name in named if not (PROJECT / "trendwatch" / name).is_file()} == set()


def test_variables_named_in_the_deployment_files_are_read() -> None:
    known = {*variables(), "TRENDWATCH_CONFIG", "TRENDWATCH_CACHE"}
    for file in ("Dockerfile", "docker-compose.yml", "README.md"):
        text = (PROJECT / file).read_text("utf-8")
        assert set(re.findall(r"TRENDWATCH_[A-Z_]+[A-Z]", text)) <= known, file


def test_the_licence_is_whole() -> None:
    text = (PROJECT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text[:200]
    assert "END OF TERMS AND CONDITIONS" in text
