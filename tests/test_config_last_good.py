"""A running service keeps the last configuration that was right."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.config_samples import FEEDS, overlay, write_config
from trendwatch.config import LastGood
from trendwatch.errors import ConfigError


def edit(path: Path, text: str, *, seconds: int) -> None:
    """Write a file as if it were edited some seconds later."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    later = path.stat().st_mtime_ns + seconds * 1_000_000_000
    os.utime(path, ns=(later, later))


def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    kept = LastGood(write_config(tmp_path), {})
    assert kept.current() is kept.current()
    assert kept.error is None


def test_change_is_taken_over(tmp_path: Path) -> None:
    kept = LastGood(write_config(tmp_path), {})
    kept.current()
    edit(tmp_path / "feeds.toml", FEEDS.replace("Wired", "Weird"), seconds=1)  # same size
    assert kept.current().feed("wired").title == "Weird"
    edit(tmp_path / "businesses" / "shop.toml", 'name = "Shop"\nsector = "retail"\n', seconds=0)
    assert kept.current().business("shop").name == "Shop"
    (tmp_path / "businesses" / "shop.toml").unlink()
    assert len(kept.current().businesses) == 1


def test_mistake_is_shown_and_the_last_good_one_kept(tmp_path: Path) -> None:  # O2
    kept = LastGood(write_config(tmp_path), {})
    good = kept.current()
    edit(tmp_path / "feeds.toml", "[feeds.wired\n", seconds=1)
    assert kept.current() is good
    error = kept.error
    assert error is not None
    assert (error.file, error.line) == (tmp_path / "feeds.toml", 1)
    assert kept.current() is good
    assert kept.error is error  # not read again while nothing changes
    edit(tmp_path / "feeds.toml", FEEDS, seconds=2)
    assert kept.current() == good
    assert kept.error is None


def test_overlays_are_part_of_it(tmp_path: Path) -> None:
    kept = LastGood(write_config(tmp_path), {"TRENDWATCH_SERVE_PORT": "9000"})
    change = overlay("feed", "wired", {"title": "Changed"})
    assert kept.current([change]).feed("wired").title == "Changed"
    assert kept.current([change]) is kept.current([change])
    assert kept.current().feed("wired").title == "Wired"
    bad = overlay("feed", "wired", {"kind": "x"})
    assert kept.current([bad]).feed("wired").title == "Wired"
    assert str(kept.error).startswith("overlay on feed wired: kind must be one of")
    assert kept.current().settings.serve.port == 9000
    assert kept.error is None


def test_directory_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    directory = write_config(tmp_path / "config")
    kept = LastGood(directory, {})
    good = kept.current()
    directory.rename(tmp_path / "elsewhere")
    assert kept.current() is good
    assert "there is no configuration directory" in str(kept.error)
    (tmp_path / "elsewhere").rename(directory)
    assert kept.current() == good
    assert kept.error is None


def test_never_good_is_an_error_each_time_until_mended(tmp_path: Path) -> None:
    kept = LastGood(write_config(tmp_path, {"feeds.toml": "x"}), {})
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"feeds\.toml:1"):
            kept.current()
    edit(tmp_path / "feeds.toml", FEEDS, seconds=1)
    assert len(kept.current().feeds) == 2


def test_businesses_that_all_go_at_once_stay(tmp_path: Path) -> None:  # a disk that is not mounted
    kept = LastGood(write_config(tmp_path), {})
    edit(tmp_path / "businesses" / "shop.toml", 'name = "Shop"\nsector = "retail"\n', seconds=0)
    good = kept.current()
    (tmp_path / "businesses").rename(tmp_path / "away")
    assert kept.current() is good
    assert "businesses: all 2 files are gone at once" in str(kept.error)
    (tmp_path / "away").rename(tmp_path / "businesses")
    assert kept.current() == good
    assert kept.error is None


def test_last_business_may_leave(tmp_path: Path) -> None:  # its file goes before it is erased
    kept = LastGood(write_config(tmp_path), {})
    [only] = kept.current().businesses
    (tmp_path / "businesses" / f"{only.key}.toml").unlink()
    assert kept.current().businesses == ()
    assert kept.error is None


def test_folder_that_cannot_be_read_keeps_the_last_good_one(tmp_path: Path) -> None:
    kept = LastGood(write_config(tmp_path), {})
    good = kept.current()
    (tmp_path / "businesses").rename(tmp_path / "away")
    (tmp_path / "businesses").write_text("as unreadable as a folder of another owner")
    assert kept.current() is good
    assert "businesses: the folder cannot be read: Not a directory" in str(kept.error)
    (tmp_path / "businesses").unlink()
    (tmp_path / "away").rename(tmp_path / "businesses")
    assert kept.current() == good
    assert kept.error is None
