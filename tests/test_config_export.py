"""Exported files say the same as files and overlays together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.config_samples import BAKERY, FEEDS, NOON, SETTINGS, SMALL, overlay, write_config
from trendwatch.config import Overlay, export, load, shipped_directory
from trendwatch.errors import ConfigError

CHANGES = [
    overlay("setting", "poll", {"contact": "ada@example.org"}),
    overlay("setting", "net", {"allow": [{"address": "127.0.0.0/8:8080", "per_host": 2}]}),
    overlay(
        "label", "area:robots", {"name": "Robots", "meaning": 'They "move" \\ €', "strong": ["robot arm"]}
    ),
    overlay("label", "impact:cost", {"name": "Cost", "meaning": "Money"}),
    overlay("label", "area:generative_ai", {"parent": None, "weak": ["chatbot"]}),
    overlay("feed", "wired", {"title": "Wired UK", "enabled": False}),
    overlay("feed", "new", {"url": "https://new.example/feed", "areas": ("robots",)}),
    overlay("business", "bakery", {"digest_time": "08:00", "tools": ["Till 3"]}),
    overlay("business", "atelier", {"name": "Atelier", "sector": "retail", "hours_per_week": 2}),
]


def test_files_without_overlays_are_copied_byte_for_byte(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "from"), environ={})
    written = export(config, tmp_path / "to")
    assert sorted(str(path.relative_to(tmp_path / "to")) for path in written) == sorted(SMALL)
    assert {name: (tmp_path / "to" / name).read_text() for name in SMALL} == SMALL


def test_export_reads_as_the_same_configuration(tmp_path: Path) -> None:
    environ = {"TRENDWATCH_SERVE_PORT": "9000"}
    config = load(write_config(tmp_path / "from"), environ=environ, overlays=CHANGES)
    export(config, tmp_path / "to")
    again = load(tmp_path / "to", environ=environ)
    assert again == config
    assert again.hash == config.hash
    assert again.examples() == config.examples()


def test_comments_stay(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "from"), environ={}, overlays=CHANGES)
    export(config, tmp_path / "to")
    feeds = (tmp_path / "to" / "feeds.toml").read_text()
    assert feeds == (
        FEEDS.replace('"Wired"', '"Wired UK"').replace("# mostly\n", "# mostly\nenabled = false\n")
        + '\n[feeds.new]\nurl = "https://new.example/feed"\nareas = ["robots"]\n'
    )
    assert "concurrency = 8  # a small machine" in (tmp_path / "to" / "trendwatch.toml").read_text()


def test_no_comment_of_the_shipped_files_is_lost(tmp_path: Path) -> None:
    shipped = shipped_directory()
    default = load(shipped, environ={})
    changes = [
        *CHANGES[:2],
        overlay("label", default.taxonomy.labels[0].full_key, {"weak": ["new term"]}),
        overlay("label", "area:new_one", {"name": "New", "meaning": "New"}),
        *(overlay("feed", feed.key, {"enabled": False}) for feed in default.feeds[:3]),
    ]
    config = load(shipped, environ={}, overlays=changes)
    export(config, tmp_path / "to")
    assert load(tmp_path / "to", environ={}) == config
    for name in ("trendwatch.toml", "taxonomy.toml", "feeds.toml"):
        assert comments(tmp_path / "to" / name) == comments(shipped / name)


def comments(path: Path) -> list[str]:
    return [text for text in path.read_text().splitlines() if text.startswith("#")]


def test_layout_that_cannot_be_edited_is_written_anew(tmp_path: Path) -> None:
    # The labels of a facet stand apart: a new one would come before area.z in the edited text.
    text = "".join(f"[{facet}]\nname = 'x'\nmeaning = 'x'\n" for facet in ("area.a", "sector.food", "area.z"))
    files = {"taxonomy.toml": text, "feeds.toml": None, "businesses/bakery.toml": None}
    change = overlay("label", "area:m", {"name": "M", "meaning": "m"})
    config = load(write_config(tmp_path / "from", files), environ={}, overlays=[change])
    assert [label.key for label in config.taxonomy.labels] == ["a", "z", "m", "food"]
    export(config, tmp_path / "to")
    assert load(tmp_path / "to", environ={}) == config


def test_environment_and_secrets_are_not_written(tmp_path: Path) -> None:  # O3
    text = SETTINGS + (
        '[store]\nurl = "postgresql://me:swordfish@db.example/t"\n'
        '[mail]\nsmtp_user = "me"\nsmtp_password = "hunter2"\n'
    )
    directory = write_config(tmp_path / "from", {"trendwatch.toml": text})
    environ = {"TRENDWATCH_SERVE_PORT": "9000", "TRENDWATCH_MAIL_SMTP_HOST": "mail.example"}
    export(load(directory, environ=environ), tmp_path / "to")
    written = (tmp_path / "to" / "trendwatch.toml").read_text()
    for hidden in ("swordfish", "hunter2", "9000", "mail.example"):
        assert hidden not in written
    assert "# smtp_password is a secret and was left out: set TRENDWATCH_MAIL_SMTP_PASSWORD" in written
    assert 'smtp_user = "me"' in written
    secrets = {
        "TRENDWATCH_STORE_URL": "postgresql://me:swordfish@db.example/t",
        "TRENDWATCH_MAIL_SMTP_PASSWORD": "hunter2",
    }
    assert load(tmp_path / "to", environ=environ | secrets) == load(directory, environ=environ)


def test_export_over_the_directory_itself(tmp_path: Path) -> None:
    directory = write_config(tmp_path)
    changes = [*CHANGES[:-2], overlay("business", "bakery", None), CHANGES[-1]]
    config = load(directory, environ={}, overlays=changes)
    export(config, directory)
    assert [path.name for path in sorted((directory / "businesses").iterdir())] == ["atelier.toml"]
    assert load(directory, environ={}) == config
    assert load(directory, environ={}, overlays=changes) == config  # laid twice is laid once


def test_directory_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "from"), environ={})
    write_config(tmp_path / "to")
    with pytest.raises(ConfigError, match="is not empty"):
        export(config, tmp_path / "to")


def test_file_spoilt_since_it_was_read(tmp_path: Path) -> None:
    directory = write_config(tmp_path / "from")
    config = load(directory, environ={}, overlays=CHANGES)
    (directory / "feeds.toml").write_text("[feeds")
    with pytest.raises(ConfigError, match=r"feeds\.toml: was changed since it was read"):
        export(config, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_disk_that_refuses(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "from"), environ={})
    (tmp_path / "to").write_text("a file")
    with pytest.raises(ConfigError, match="cannot be exported"):
        export(config, tmp_path / "to")


TITLES = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=12)
FEED_CHANGES = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {},
        optional={
            "title": TITLES,
            "owner": TITLES | st.none(),
            "enabled": st.booleans(),
            "areas": st.lists(st.sampled_from(["ai", "generative_ai"])),
        },
    ),
)
STEPS = st.lists(st.tuples(st.sampled_from(["wired", "crumbs", "third", "fourth"]), FEED_CHANGES), max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_history_of_changes_survives_the_round_trip(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, dict[str, object] | None]]
) -> None:
    changes: list[Overlay] = []
    for number, (key, values) in enumerate(steps):
        url = {"url": f"https://{key}.example/feed"}
        whole = None if values is None else {**url, **values}
        changes.append(overlay("feed", key, whole, at=NOON + timedelta(minutes=number)))
    place = tmp_path_factory.mktemp("export")
    config = load(write_config(place / "from"), environ={}, overlays=changes)
    export(config, place / "to")
    assert load(place / "to", environ={}) == config


def test_business_file_keeps_its_order(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "from"), environ={}, overlays=CHANGES)
    export(config, tmp_path / "to")
    written = (tmp_path / "to" / "businesses" / "bakery.toml").read_text()
    assert written == BAKERY.replace("06:30", "08:00") + 'tools = ["Till 3"]\n'
