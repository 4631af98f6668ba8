"""Starter packs: read with the rest, wrong ones placed, whole after export."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config_samples import overlay, write_config
from trendwatch.config import check, diff, export, load
from trendwatch.errors import NotFound
from trendwatch.types.packs import Pack

PACKS = """\
# what goes together
[packs.bread]
title = "Bread"
sectors = ["food"]
areas = ["ai"]
feeds = [
    "crumbs",
    "wired",  # mostly
]

[packs.all]
title = "Everything"
feeds = ["wired"]
"""


def directory_with(tmp_path: Path, packs: str) -> Path:
    return write_config(tmp_path / "config", {"packs.toml": packs})


def test_packs_as_the_file_says(tmp_path: Path) -> None:
    config = load(directory_with(tmp_path, PACKS), environ={})
    assert config.packs == (
        Pack(key="bread", title="Bread", feeds=("crumbs", "wired"), sectors=("food",), areas=("ai",)),
        Pack(key="all", title="Everything", feeds=("wired",)),
    )
    assert config.pack("all").title == "Everything"
    assert config.origin("pack", "bread") == "file"
    with pytest.raises(NotFound, match=r"^no pack named 'bred'; did you mean 'bread'\?$"):
        config.pack("bred")


def test_no_file_is_no_packs(tmp_path: Path) -> None:
    assert load(write_config(tmp_path), environ={}).packs == ()


@pytest.mark.parametrize(
    ("packs", "message"),
    [
        ("[bread]\ntitle = 'x'\n", "1: there is no table [bread]; a pack is written [packs.KEY]"),
        ("[pack.x]\n", "1: there is no table [pack]; did you mean 'packs'?"),
        (
            "[packs.X]\n",
            "1: the key 'X' must be lower-case letters, digits and _ only, such as new_scientist",
        ),
        ("[packs.x]\nfeeds = []\n", "1: 'title' is missing"),
        ("[packs.x]\ntitle = 'X'\n", "1: 'feeds' is missing"),
        ("[packs.x]\ntitle = ' '\nfeeds = []\n", "2: title must not be empty"),
        ("[packs.x]\ntitle = 'X'\nfeed = []\n", "3: unknown key 'feed'; did you mean 'feeds'?"),
        ("[packs.x]\ntitle = 'X'\nfeeds = 'wired'\n", "3: feeds must be a list, not 'wired'"),
        (
            "[packs.x]\ntitle = 'X'\nfeeds = [\n'wierd']\n",
            "3: feeds: there is no feed 'wierd'; did you mean 'wired'?",
        ),
        ("[packs.x]\ntitle = 'X'\nfeeds = ['zzz']\n", "3: feeds: there is no feed 'zzz'"),
        (
            "[packs.x]\ntitle = 'X'\nfeeds = ['wired', 'wired']\n",
            "3: feeds: feed 'wired' is named twice",
        ),
        (
            "[packs.x]\ntitle = 'X'\nfeeds = []\nsectors = ['fod']\n",
            "4: sectors: there is no sector 'fod'; did you mean 'food'?",
        ),
        (
            "[packs.x]\ntitle = 'X'\nfeeds = []\nareas = ['retail']\n",
            "4: areas: there is no area 'retail'",
        ),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, packs: str, message: str) -> None:
    directory = directory_with(tmp_path, packs)
    problems = check(directory, {})
    assert f"{directory / 'packs.toml'}:{message}" in [str(problem) for problem in problems]


def test_names_of_feeds_are_not_judged_by_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    directory = write_config(tmp_path, {"packs.toml": PACKS, "feeds.toml": "broken"})
    [problem] = check(directory, {})
    assert problem.file == directory / "feeds.toml"


def test_a_feed_with_a_mistake_is_still_a_feed(tmp_path: Path) -> None:
    feeds = "[feeds.wired]\nurl = 'x'\n[feeds.crumbs]\nurl = 'https://c.example'\n"
    directory = write_config(tmp_path, {"packs.toml": PACKS, "feeds.toml": feeds})
    [problem] = check(directory, {})
    assert (problem.file, problem.line) == (directory / "feeds.toml", 2)


def test_a_feed_that_was_removed_on_a_page_drops_out_of_its_packs(tmp_path: Path) -> None:
    directory = directory_with(tmp_path, PACKS)
    changes = [overlay("feed", "wired", None)]
    assert check(directory, {}, overlays=changes) == []
    config = load(directory, environ={}, overlays=changes)
    assert [pack.feeds for pack in config.packs] == [("crumbs",), ()]


def test_a_feed_that_was_added_on_a_page_may_be_in_a_pack(tmp_path: Path) -> None:
    directory = directory_with(tmp_path, PACKS)
    changes = [
        overlay("feed", "rolls", {"url": "https://rolls.example/feed"}),
        overlay("pack", "rolls", {"title": "Rolls", "feeds": ["rolls"]}),
    ]
    config = load(directory, environ={}, overlays=changes)
    assert config.pack("rolls").feeds == ("rolls",)
    assert config.origin("pack", "rolls") == "overlay"


def test_packs_do_not_change_the_hash_that_digests_keep(tmp_path: Path) -> None:
    with_packs = load(directory_with(tmp_path, PACKS), environ={})
    assert with_packs.hash == load(write_config(tmp_path / "without"), environ={}).hash


def test_differences_tell_of_packs(tmp_path: Path) -> None:
    ours = load(directory_with(tmp_path, PACKS), environ={})
    theirs = load(write_config(tmp_path / "shipped", {"packs.toml": PACKS.partition("\n\n")[0]}), environ={})
    assert [(one.where, one.origin) for one in diff(ours, theirs)] == [("pack all", "file")]


def test_export_writes_packs_that_can_be_read_again(tmp_path: Path) -> None:
    directory = directory_with(tmp_path, PACKS)
    changes = [
        overlay("feed", "wired", None),
        overlay("pack", "all", {"title": "All there is"}),
        overlay("pack", "late", {"title": "Late", "feeds": ["crumbs"]}),
    ]
    config = load(directory, environ={}, overlays=changes)
    export(config, tmp_path / "written")
    again = load(tmp_path / "written", environ={})
    assert again.packs == config.packs
    text = (tmp_path / "written" / "packs.toml").read_text()
    assert text.startswith("# what goes together\n[packs.bread]")
    assert "wired" not in text


def test_export_leaves_a_file_alone_that_names_no_removed_feed(tmp_path: Path) -> None:
    directory = directory_with(tmp_path, PACKS)
    export(load(directory, environ={}), tmp_path / "written")
    assert (tmp_path / "written" / "packs.toml").read_bytes() == (directory / "packs.toml").read_bytes()


def test_packs_of_other_feeds_are_one_complaint(tmp_path: Path) -> None:
    """Whoever copies the configuration and brings own feeds names none of the shipped ones."""
    keys = ", ".join(f'"paper_{number}"' for number in range(40))
    packs = f'[packs.all]\ntitle = "Everything"\nfeeds = [{keys}]\n'
    [problem] = check(directory_with(tmp_path, packs), {})
    assert "packs.toml:3: 40 feeds that packs name are not in feeds.toml" in str(problem)
    assert "delete the packs you do not use, or this file" in str(problem)
