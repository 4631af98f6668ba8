"""What is installed is whole: a wheel in an empty environment and an empty folder can do its work."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import trendwatch

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    [built] = folder.glob("*.whl")
    return built


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and borrows its libraries from ours."""

    script: Path
    folder: Path
    models: Path

    def __call__(self, *arguments: str, stdin: str = "") -> str:
        """Run the installed script from an empty folder and return what it prints."""
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TRENDWATCH_CACHE": str(self.models)}
        done = subprocess.run(
            [self.script, *arguments],
            cwd=self.folder,
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == (arguments[0] == "doctor"), done  # doctor misses a model: nothing ran yet
        return done.stdout


@pytest.fixture(scope="module")
def installed(wheel: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    place = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
        "--no-index",
        "-q",
        wheel,
    ]
    subprocess.run(install, check=True, capture_output=True)
    [own] = place.glob("lib/python*/site-packages")
    libraries = Path(pytest.__file__).resolve().parents[1]
    # A path file inside that folder is not read, so our editable trendwatch stays out of it.
    (own / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return Installed(place / "bin" / "trendwatch", tmp_path_factory.mktemp("empty"), models)


def test_the_wheel_holds_all_that_is_read(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    below = {"config": "trendwatch/shipped/config", "migrations": "trendwatch/shipped/migrations"}
    for folder, inside in below.items():
        for path in (PROJECT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert f"{inside}/{path.relative_to(PROJECT / folder).as_posix()}" in names
    for path in (PROJECT / "trendwatch").rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            assert path.relative_to(PROJECT).as_posix() in names
    for pattern in (
        "trendwatch/py.typed",
        r"trendwatch/shipped/config/(feeds|taxonomy|trendwatch)\.toml",
        r"trendwatch/shipped/config/examples/\w+\.jsonl",
        r"trendwatch/shipped/config/businesses/\w+\.toml",
        r"trendwatch/shipped/migrations/versions/0001_\w+\.py",
        r"trendwatch/render/templates/page\.html\.j2",
        r"trendwatch/web/templates/base\.html",
        r"trendwatch/web/static/site\.css",
    ):
        assert any(re.fullmatch(pattern, name) for name in names), pattern
    assert not any(name.startswith(("tests/", "docs/")) or "__pycache__" in name for name in names)


def test_what_is_installed_works_in_an_empty_folder(installed: Installed) -> None:
    assert installed("--version") == f"trendwatch {trendwatch.__version__}\n"
    checked = installed("config", "check")
    assert "shipped/config: all is well" in checked
    assert str(PROJECT) not in checked
    assert re.search(r"configuration .*, \d{3} feeds", installed("doctor"))
    said = installed("tag", "--stdin", stdin='{"id": 7, "title": "Farmers let drones spray vineyards"}\n')
    assert '"label": "drones"' in said
    assert (installed.folder / "data" / "trendwatch.db").is_file()


def test_the_pins_cover_what_is_needed() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (PROJECT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    assert {re.split(r"[\[<>=; ]", one)[0] for one in needed} <= pinned
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    installs = [line for line in makefile.splitlines() if "pip install" in line]
    assert installs
    assert all("--constraint constraints.txt" in line for line in installs)


def test_bench_measures_all_that_can_be_measured() -> None:
    measured = re.findall(r"-m tests\.benchmarks\.(\w+)", (PROJECT / "Makefile").read_text("utf-8"))
    benchmarks = (PROJECT / "tests" / "benchmarks").glob("*.py")
    runnable = {path.stem for path in benchmarks if "__main__" in path.read_text("utf-8")}
    # a server that one of the others starts; and a comparison that needs a library we do not
    assert set(measured) == runnable - {"feed_server", "minilm"}


def test_every_library_that_is_imported_is_declared() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["fulltext"]]
    declared = {re.split(r"[\[<>=; ]", one)[0] for one in needed}
    known = packages_distributions()
    missing = set()
    for path in (PROJECT / "trendwatch").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [str(node.module)]
            for name in {one.partition(".")[0] for one in names} - sys.stdlib_module_names - {"trendwatch"}:
                if not {one.lower().replace("_", "-") for one in known[name]} & declared:
                    missing.add(name)
    assert missing == set()
