"""Files, overlays and environment become one value."""

from __future__ import annotations

import subprocess
import sys
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config_samples import BAKERY, FEEDS, NOON, TAXONOMY, overlay, write_config
from trendwatch.config import Config, check, load, shipped_directory
from trendwatch.config.overlays import in_order
from trendwatch.errors import ConfigError, NotFound
from trendwatch.types.news import Feed, FeedKind
from trendwatch.types.tags import Facet, Label


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_config(tmp_path)


@pytest.fixture
def config(directory: Path) -> Config:
    return load(directory, environ={})


def test_shipped_configuration_is_right() -> None:
    directory = shipped_directory()
    assert [str(problem) for problem in check(directory, {})] == []
    config = load(directory, environ={})
    assert config.feeds
    assert config.businesses
    assert config.examples()
    assert {label.facet for label in config.taxonomy.labels} == set(Facet)


def test_feeds_as_the_file_says(config: Config) -> None:
    assert config.feeds == (
        Feed(key="wired", url="https://wired.example/feed", title="Wired", owner="Conde Nast", areas=("ai",)),
        Feed(
            key="crumbs",
            url="https://www.crumbs.example/rss",
            title="crumbs",  # the key, where no title is given
            owner="crumbs.example",  # the host, where no owner is given
            kind=FeedKind.TRADE_PRESS,
            sectors=("food",),
            enabled=False,
        ),
    )


def test_labels_as_the_file_says(config: Config) -> None:
    assert config.taxonomy.labels[1] == Label(
        facet=Facet.AREA,
        key="generative_ai",
        name="Generative AI",
        meaning="Machines that write",
        parent="ai",
    )
    assert [label.full_key for label in config.taxonomy.labels] == [
        "area:ai",
        "area:generative_ai",
        "sector:food",
        "sector:retail",
        "function:marketing",
    ]


def test_business_as_its_file_says(config: Config) -> None:
    (business,) = config.businesses
    assert (business.key, business.name, business.sector) == ("bakery", "Bakery Stern", "food")
    assert (business.digest_weekday, business.digest_time) == (4, time(6, 30))  # Friday; Monday is 0
    assert (business.timezone, business.email) == ("Europe/Berlin", "stern@bakery.example")
    assert (business.goals, business.mutes, business.currency) == (("marketing",), ("area:ai",), "EUR")


@pytest.mark.parametrize(
    ("written", "expected"),
    [('"7:05"', time(7, 5)), ('"23:59"', time(23, 59)), ("07:00:00", time(7, 0)), ("00:00:59", time(0, 0))],
)
def test_time_of_the_digest(tmp_path: Path, written: str, expected: time) -> None:
    text = BAKERY.replace('"06:30"', written)
    config = load(write_config(tmp_path, {"businesses/bakery.toml": text}), environ={})
    assert config.business("bakery").digest_time == expected


def test_look_up_by_key(config: Config) -> None:
    assert config.feed("wired").title == "Wired"
    assert config.business("bakery").name == "Bakery Stern"
    with pytest.raises(NotFound, match=r"^no feed named 'wirde'; did you mean 'wired'\?$"):
        config.feed("wirde")
    with pytest.raises(NotFound, match=r"^no business named 'x'$"):
        config.business("x")


def test_examples_are_read_when_asked_for(directory: Path) -> None:
    (example,) = load(directory, environ={}).examples()
    assert example.labels == {"area:ai", "area:generative_ai", "sector:food"}
    (directory / "examples" / "mine.jsonl").write_text("nonsense")
    config = load(directory, environ={})  # a service needs no examples to start
    with pytest.raises(ConfigError, match=r"mine\.jsonl:1: not JSON"):
        config.examples()


def test_empty_directory_is_a_configuration(tmp_path: Path) -> None:
    config = load(tmp_path, environ={})
    assert (config.feeds, config.businesses, config.taxonomy.labels, config.examples()) == ((), (), (), ())


def test_files_of_editors_are_no_businesses(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"businesses/.#bakery.toml": "x", "businesses/bakery.toml~": "x"})
    assert len(load(directory, environ={}).businesses) == 1


def test_overlay_changes_single_values(directory: Path) -> None:
    change = overlay("feed", "crumbs", {"enabled": True, "sectors": None})
    feed = load(directory, environ={}, overlays=[change]).feed("crumbs")
    assert (feed.enabled, feed.sectors, feed.kind) == (True, (), FeedKind.TRADE_PRESS)


def test_overlay_removes_and_adds(directory: Path) -> None:
    changes = [
        overlay("feed", "wired", None),
        overlay("feed", "new", {"url": "https://new.example/feed", "areas": ["robots"]}),
        overlay("label", "area:robots", {"name": "Robots", "meaning": "They move"}),
        overlay("business", "atelier", {"name": "Atelier", "sector": "retail"}),
        overlay("business", "gone", None),
    ]
    config = load(directory, environ={}, overlays=changes)
    assert [feed.key for feed in config.feeds] == ["crumbs", "new"]
    assert [business.key for business in config.businesses] == ["atelier", "bakery"]
    # a new label stands with those of its facet, as it will in an exported file
    assert [label.key for label in config.taxonomy.labels][:3] == ["ai", "generative_ai", "robots"]


def test_removing_a_label_that_is_used_is_a_problem_where_it_is_used(directory: Path) -> None:
    (problem,) = check(directory, {}, overlays=[overlay("label", "function:marketing", None)])
    assert (problem.file, problem.line) == (directory / "businesses" / "bakery.toml", 3)


def test_later_overlay_wins_in_whatever_order_they_come(directory: Path) -> None:
    first = overlay("feed", "wired", {"title": "One", "owner": "One"}, at=NOON)
    second = overlay("feed", "wired", {"title": "Two"}, at=NOON + timedelta(seconds=1))
    one = load(directory, environ={}, overlays=[first, second])
    two = load(directory, environ={}, overlays=[second, first])
    assert one == two
    assert one.overlays == two.overlays
    assert (one.feed("wired").title, one.feed("wired").owner) == ("Two", "One")


def test_removed_then_added_again_starts_afresh(directory: Path) -> None:
    removed = overlay("feed", "wired", None, at=NOON)
    added = overlay("feed", "wired", {"url": "https://w.example"}, at=NOON + timedelta(seconds=1))
    feed = load(directory, environ={}, overlays=[removed, added]).feed("wired")
    assert (feed.title, feed.owner) == ("wired", "w.example")


def test_origin(directory: Path) -> None:
    changes = [
        overlay("feed", "wired", {"title": "W"}),
        overlay("feed", "new", {"url": "https://new.example"}),
        overlay("setting", "log", {"level": "debug"}),
    ]
    config = load(directory, environ={}, overlays=changes)
    assert config.origin("feed", "crumbs") == "file"
    assert config.origin("feed", "wired") == "both"
    assert config.origin("feed", "new") == "overlay"
    assert config.origin("label", "area:ai") == "file"
    assert config.origin("business", "bakery") == "file"
    assert config.origin("setting", "poll") == "file"
    assert config.origin("setting", "log") == "overlay"
    with pytest.raises(NotFound, match="did you mean 'area:ai'"):
        config.origin("label", "area:ia")


def test_hash_tells_values_apart_and_nothing_else(tmp_path: Path) -> None:
    config = load(write_config(tmp_path / "a"), environ={})
    assert len(config.hash) == 12
    first, second = FEEDS.split("# bread\n")
    same = {"feeds.toml": f"# other comments\n{second}\n{first}", "businesses/bakery.toml": BAKERY + "\n"}
    assert load(write_config(tmp_path / "b", same), environ={}).hash == config.hash
    assert load(write_config(tmp_path / "c", {"examples/mine.jsonl": ""}), environ={}).hash == config.hash
    for name, text in {
        "feeds.toml": FEEDS.replace("Wired", "WIRED"),
        "taxonomy.toml": TAXONOMY.replace("Shops", "Stores"),
        "businesses/bakery.toml": BAKERY.replace("06:30", "06:31"),
        "trendwatch.toml": "",
    }.items():
        assert load(write_config(tmp_path / name, {name: text}), environ={}).hash != config.hash
    assert load(tmp_path / "a", environ={"TRENDWATCH_SERVE_PORT": "1"}).hash != config.hash


@given(
    st.permutations([overlay("feed", key, {"title": key}) for key in ("wired", "crumbs", "bits", "bytes")])
)
def test_order_of_overlays_depends_on_nothing_but_them(changes: list[object]) -> None:
    assert [change.key for change in in_order(changes)] == ["bits", "bytes", "crumbs", "wired"]  # type: ignore[arg-type]


def test_import_is_light() -> None:
    heavy = "sklearn scipy numpy httpx sqlalchemy tomlkit selectolax jinja2"
    code = f"import sys, trendwatch.config; print([m for m in {heavy.split()!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_missing_taxonomy_is_named_alone(tmp_path: Path) -> None:
    write_config(tmp_path)
    (tmp_path / "taxonomy.toml").unlink()
    [problem] = check(tmp_path, {})
    assert problem.file == tmp_path / "taxonomy.toml"
    assert "there is no such file, and the others name its labels" in str(problem)
