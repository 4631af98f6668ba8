"""What differs from the default, and who said so."""

from __future__ import annotations

from pathlib import Path

from tests.config_samples import BAKERY, FEEDS, overlay, write_config
from trendwatch.config import Difference, diff, load


def test_same_is_no_difference(tmp_path: Path) -> None:
    config = load(write_config(tmp_path), environ={})
    assert diff(config, config) == []


def test_each_changed_value_with_its_origin(tmp_path: Path) -> None:
    default = load(write_config(tmp_path / "default"), environ={})
    ours = write_config(
        tmp_path / "ours",
        {
            "trendwatch.toml": None,
            "feeds.toml": FEEDS.replace('"Wired"', '"WIRED"'),
            "businesses/bakery.toml": BAKERY.replace("friday", "monday"),
        },
    )
    environ = {"TRENDWATCH_SERVE_PORT": "9000", "TRENDWATCH_MAIL_SMTP_PASSWORD": "hunter2"}
    config = load(ours, environ=environ, overlays=[overlay("feed", "crumbs", {"enabled": True})])
    assert diff(config, default) == [
        Difference(where="setting poll", key="concurrency", default=8, value=32, origin="default"),
        Difference(where="setting serve", key="port", default=8000, value=9000, origin="environment"),
        Difference(where="setting mail", key="smtp_password", default="", value="***", origin="environment"),
        Difference(where="feed wired", key="title", default="Wired", value="WIRED", origin="file"),
        Difference(where="feed crumbs", key="enabled", default=False, value=True, origin="overlay"),
        Difference(where="business bakery", key="digest_weekday", default=4, value=0, origin="file"),
    ]


def test_new_and_removed_things_are_whole(tmp_path: Path) -> None:
    default = load(write_config(tmp_path / "default"), environ={})
    ours = write_config(tmp_path / "ours", {"feeds.toml": FEEDS[: FEEDS.index("# bread")]})
    changes = [
        overlay("business", "atelier", {"name": "Atelier", "sector": "retail"}),
        overlay("business", "bakery", None),
    ]
    found = diff(load(ours, environ={}, overlays=changes), default)
    assert [
        (each.where, each.key, each.default is None, each.value is None, each.origin) for each in found
    ] == [
        ("business atelier", "", True, False, "overlay"),
        ("feed crumbs", "", False, True, "file"),
        ("business bakery", "", False, True, "overlay"),
    ]
