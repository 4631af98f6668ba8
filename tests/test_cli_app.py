"""What holds for every verb: one line where something is wrong, nothing heavy for --help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from tests.cli_world import CommandLine, run
from trendwatch import __version__
from trendwatch.cli.app import app

HEAVY = (
    "numpy",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "sqlmodel",
    "httpx",
    "fastapi",
    "pydantic",
    "uvicorn",
    "alembic",
)


def test_loading_the_verbs_loads_nothing_heavy() -> None:
    code = f"import sys, trendwatch.cli.app; print(*(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_version_and_help_need_no_configuration() -> None:
    assert run(["--version"], environ={}).out == f"trendwatch {__version__}\n"
    said = run(["--help"], environ={})
    assert said.code == 0
    assert "digest" in said.out
    assert run(["feeds", "add", "--help"], environ={}).code == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--config", "/nowhere", "doctor"), ""),
        (("feeds", "remove", "field_wir"), "no feed named 'field_wir'; did you mean 'field_wire'?"),
        (("business", "show", "hil_farm"), "no business named 'hil_farm'; did you mean 'hill_farm'?"),
        (("business", "add", "x", "--name", "X", "--sector", "farming"), "there is no sector 'farming'"),
        (
            ("feeds", "add", "x", "ftp://x.example/"),
            "url must be an address such as https://example.org/feed",
        ),
        (("feeds", "add", "Bad-Key", "https://x.example/"), "the key must be lower-case letters"),
        (("digest", "--business", "nobody"), "no business named 'nobody'"),
        (("digest", "--business", "hill_farm", "--rebuild"), "no digest named 'hill_farm/latest'"),
        (("keys", "revoke", "tw_nothing"), "no api key named 'tw_nothing'"),
        (("parse", "nothing.rss"), "nothing.rss: cannot be read: No such file or directory"),
        (("evaluate", "--gold", "nothing.jsonl"), "nothing.jsonl: cannot be read"),
        (("trends", "--week", "2025-W60"), "'2025-W60' is no week; write it like 2025-W14, or latest"),
    ],
)
def test_what_is_wrong_is_one_line_and_code_1(
    cli: CommandLine, arguments: tuple[str, ...], told: str
) -> None:
    said = cli(*arguments, stdin="no json\n")
    assert said.code == 1, said
    [line] = [line for line in said.err.splitlines() if line]
    if arguments[0] != "--config":
        assert line.startswith("trendwatch: ")
    assert told in line


def test_a_time_that_is_none_is_refused_in_one_line(cli: CommandLine) -> None:
    said = run(["--config", str(cli.config), "--now", "yesterday", "doctor"], environ=cli.environ)
    assert said.code == 1
    assert said.err == "trendwatch: 'yesterday' is no time; write it like 2025-03-03T08:00:00Z\n"


def test_a_wrong_file_is_named_with_its_line(cli: CommandLine) -> None:
    settings = cli.config / "trendwatch.toml"
    settings.write_text("[poll]\n\nconcurency = 8\n", encoding="utf-8")
    said = cli("feeds", "list")
    assert said.code == 1
    [line] = said.err.splitlines()
    assert line.startswith(f"trendwatch: {settings}:3: ")
    assert "did you mean 'concurrency'?" in line


def test_every_number_of_a_verb_has_a_largest_value() -> None:
    """A number that no database can compare is refused where it is given, in one line."""
    open_ended = [
        f"{verb} {option.name}"
        for verb, command in _verbs(typer.main.get_command(app))
        for option in command.params
        if option.type_descriptor.annotation is int and getattr(option, "max", None) is None
    ]
    # of worlds there are as many as whoever asks can count
    assert open_ended == ["demo seed"]


def _verbs(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    for part, found in below.items():
        yield from _verbs(found, f"{name} {part}".strip())
    if not below:
        yield name, command


@pytest.mark.parametrize("verb", [("items",), ("labels", "corrections")])
def test_a_cursor_beyond_what_a_database_counts_is_refused(cli: CommandLine, verb: tuple[str, ...]) -> None:
    assert cli(*verb, "--cursor", str(2**63 - 1)).code == 0
    refused = cli(*verb, "--cursor", str(2**63))
    assert (refused.code, "Traceback" in refused.err) == (2, False)
