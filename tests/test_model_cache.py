"""Models kept between runs: found by lesson and code, never half written, never missed when lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.seeds import a_model
from trendwatch.model_cache import ModelCache, cache_directory

MODEL = a_model("v1", manifest={"lesson": "abc", "labels": ["area:ai"], "f1": 0.25}, blob=bytes(range(256)))


def test_what_is_kept_is_found_by_its_lesson(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path / "not" / "there" / "yet")
    assert cache.find("abc") is None
    cache.keep("abc", MODEL)
    assert cache.find("abc") == MODEL
    assert cache.find("other") is None


def test_keeping_again_replaces(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    cache.keep("abc", MODEL)
    cache.keep("abc", a_model("v2"))
    assert cache.find("abc") == a_model("v2")
    assert len(list(tmp_path.iterdir())) == 2  # no left-overs of writing


def test_a_model_of_other_code_is_not_found(tmp_path: Path) -> None:
    ModelCache(tmp_path, code="before").keep("abc", MODEL)
    assert ModelCache(tmp_path, code="before").find("abc") == MODEL
    assert ModelCache(tmp_path, code="changed").find("abc") is None
    assert ModelCache(tmp_path).find("abc") is None


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", "{}", '{"version": 1}', "\x00\xff"])
def test_a_damaged_description_is_no_model(tmp_path: Path, damage: str) -> None:
    cache = ModelCache(tmp_path)
    cache.keep("abc", MODEL)
    [path] = tmp_path.glob("*.json")
    path.write_text(damage, encoding="latin-1")
    assert cache.find("abc") is None


def test_half_a_model_is_none(tmp_path: Path) -> None:
    cache = ModelCache(tmp_path)
    cache.keep("abc", MODEL)
    [path] = tmp_path.glob("*.npz")
    path.unlink()
    assert cache.find("abc") is None


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = ModelCache(tmp_path / "file" / "cache")
    cache.keep("abc", MODEL)
    assert cache.find("abc") is None


def test_where_models_are_kept() -> None:
    assert cache_directory({"TRENDWATCH_CACHE": "/a", "XDG_CACHE_HOME": "/b"}) == Path("/a")
    assert cache_directory({"XDG_CACHE_HOME": "/b", "HOME": "/c"}) == Path("/b/trendwatch")
    assert cache_directory({"HOME": "/c"}) == Path("/c/.cache/trendwatch")
