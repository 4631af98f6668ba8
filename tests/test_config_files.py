"""Which directory is used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.config_samples import write_config
from trendwatch.config import check, find_directory, shipped_directory
from trendwatch.errors import ConfigError


def test_shipped_directory_holds_the_settings() -> None:
    assert (shipped_directory() / "trendwatch.toml").is_file()


def test_nearest_wish_wins(tmp_path: Path) -> None:
    explicit, named, local = (write_config(tmp_path / name) for name in ("explicit", "named", "here/config"))
    environ = {"TRENDWATCH_CONFIG": str(named)}
    cwd = tmp_path / "here"
    assert find_directory(explicit, environ, cwd) == explicit
    assert find_directory(None, environ, cwd) == named
    assert find_directory(None, {}, cwd) == local
    assert find_directory(None, {"TRENDWATCH_CONFIG": ""}, cwd) == local
    assert find_directory(None, {}, tmp_path) == shipped_directory()


def test_config_directory_of_another_program_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    assert find_directory(None, {}, tmp_path) == shipped_directory()


def test_wish_that_cannot_be_met_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no trendwatch\.toml; copy one from"):
        find_directory(tmp_path, {}, tmp_path)
    with pytest.raises(ConfigError, match=r"^TRENDWATCH_CONFIG: .*there is no such directory"):
        find_directory(None, {"TRENDWATCH_CONFIG": str(tmp_path / "none")}, tmp_path)


def test_home_directory_in_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_config(tmp_path / "mine")
    assert find_directory(None, {"TRENDWATCH_CONFIG": "~/mine"}, tmp_path) == tmp_path / "mine"


@pytest.mark.parametrize("folder", ["businesses", "examples"])
def test_folder_that_cannot_be_read_is_an_error(folder: str, tmp_path: Path) -> None:
    write_config(tmp_path)
    shutil.rmtree(tmp_path / folder, ignore_errors=True)
    # Root reads any folder, so the tests cannot take the right away; this fails in the same call.
    (tmp_path / folder).symlink_to(tmp_path / folder)
    [problem] = check(tmp_path, {})
    assert (problem.file, problem.line) == (tmp_path / folder, None)
    assert "the folder cannot be read" in str(problem)
