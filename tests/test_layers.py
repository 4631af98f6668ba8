"""The contracts in pyproject.toml hold, and each of them would notice what it forbids."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
LINT = Path(sys.executable).with_name("lint-imports")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Check the package in a folder, without a cache."""
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_code_keeps_its_contracts() -> None:
    done = lint(PROJECT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("stray.py", "", "Imports run one way"),
        ("news/parse.py", "from trendwatch.trends import surge", "Imports run one way"),
        ("advice/digest.py", "import trendwatch.config", "Imports run one way"),
        ("store/feeds.py", "import trendwatch.config", "Imports run one way"),
        ("pipeline/poll.py", "import trendwatch.wiring", "Imports run one way"),
        ("wiring.py", "import trendwatch.web", "Imports run one way"),
        ("trends/surge.py", "import sqlalchemy", "Stages do no input or output"),
        ("tagging/model.py", "import structlog", "Stages do no input or output"),
        ("text.py", "import socket", "Stages do no input or output"),
        ("api/feeds.py", "from sqlmodel import select", "SQL lives in the store"),
        ("deliver/smtp.py", "import httpx", "One way out to the network"),
    ],
)
def test_a_contract_notices(tmp_path: Path, module: str, line: str, broken: str) -> None:
    shutil.copytree(
        PROJECT / "trendwatch", tmp_path / "trendwatch", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    path = tmp_path / "trendwatch" / module
    path.write_text(path.read_text("utf-8") + f"\n{line}\n" if path.exists() else line, encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 1, done.stdout
    assert f"{broken} BROKEN" in done.stdout


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "migrations" / "versions").glob("0*.py")), ids=lambda p: p.stem
)
def test_a_migration_stands_alone(path: Path) -> None:
    """What the product does later must not change what was done to older databases."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asked = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    asked += [name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names]
    assert not [name for name in asked if name.partition(".")[0] == "trendwatch"]
