"""The feeds and packs shipped with trendwatch."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from trendwatch.config import Config, load, shipped_directory
from trendwatch.config.forms import same_address
from trendwatch.news.coverage import FAIR_OWNERS, coverage
from trendwatch.types.coverage import Breadth
from trendwatch.types.news import FeedKind
from trendwatch.types.tags import Facet

#: Evidence that an address answers: A in a list, B stated live, C in public code.
ATTESTED = {"A", "B", "C"}
#: What started the catalogue; items hang on keys, so they stay for ever.
FIRST_KEYS = """
    techcrunch wired ars_technica the_verge mit_technology_review venturebeat bbc_technology sifted zdnet
    rest_of_world bleepingcomputer hacker_news google_deepmind aws_news mit_news_ai cisa_advisories fda_press
    agfunder_news western_producer manufacturing_dive the_robot_report tct_magazine modern_retail
    internet_retailing restaurant_dive skift fierce_healthcare mobihealthnews finextra insurance_journal
    freightwaves construction_dive housingwire utility_dive pv_magazine edsurge electrek light_reading
    nextgov hr_dive
""".split()


@pytest.fixture(scope="module")
def config() -> Config:
    return load(shipped_directory(), environ={})


def test_enough_feeds_each_once(config: Config) -> None:
    assert len(config.feeds) >= 210
    assert sum(feed.language == "en" for feed in config.feeds) >= 170
    assert sum(feed.enabled for feed in config.feeds) >= 200
    addresses = Counter(same_address(feed.url) for feed in config.feeds)
    assert addresses.most_common(1)[0][1] == 1


def test_keys_of_the_first_release_stay(config: Config) -> None:
    assert len(FIRST_KEYS) == 40
    assert set(FIRST_KEYS) <= {feed.key for feed in config.feeds}
    assert all(config.feed(key).enabled for key in FIRST_KEYS)


def test_every_sector_area_and_kind_has_a_feed(config: Config) -> None:
    sectors = {sector for feed in config.feeds for sector in feed.sectors}
    areas = {area for feed in config.feeds for area in feed.areas}
    assert sectors == {label.key for label in config.taxonomy.of(Facet.SECTOR)}
    assert areas == {label.key for label in config.taxonomy.of(Facet.AREA)}
    assert {feed.kind for feed in config.feeds if feed.enabled} == set(FeedKind)


def test_the_file_says_everything_of_every_feed(config: Config) -> None:
    said = {"url", "title", "owner", "kind", "sectors", "areas", "region", "language"}
    for key, table in config.tables.feeds.items():
        assert said <= set(table.values), key
        assert config.feed(key).owner.strip(), key


def test_a_feed_that_is_off_says_why(config: Config) -> None:
    text = (config.directory / "feeds.toml").read_text("utf-8")
    off = [line for line in text.splitlines() if line.startswith("enabled")]
    assert len(off) == sum(not feed.enabled for feed in config.feeds)
    assert [line for line in off if not line.startswith("enabled = false  # ")] == []


def test_no_publisher_speaks_for_the_whole_catalogue(config: Config) -> None:
    owners = Counter(feed.owner for feed in config.feeds if feed.enabled)
    assert len(owners) >= 150
    assert owners.most_common(1)[0][1] <= 0.15 * owners.total()


def test_feeds_are_off_where_their_items_would_get_no_tags(config: Config) -> None:
    assert [feed.key for feed in config.feeds if feed.enabled and feed.language != "en"] == []


def test_every_sector_has_a_pack_of_several_publishers(config: Config) -> None:
    for label in config.taxonomy.of(Facet.SECTOR):
        packs = [pack for pack in config.packs if label.key in pack.sectors]
        assert packs, label.key
        for pack in packs:
            feeds = [config.feed(key) for key in pack.feeds]
            assert 8 <= len(feeds) <= 30, pack.key
            assert len({feed.owner for feed in feeds}) >= FAIR_OWNERS, pack.key
            assert any(label.key in feed.sectors for feed in feeds), pack.key
            assert pack.areas, pack.key
            assert all(feed.language == "en" for feed in feeds), pack.key


def test_thin_sectors_are_known_and_have_something_to_add(config: Config) -> None:
    """What is thin in the catalogue is thin in what can be attested; each has advice."""
    found = coverage(config.taxonomy, config.feeds, config.packs, reported=None)
    thin = {one.key: one for one in found if one.breadth is Breadth.THIN and one.key.startswith("sector:")}
    assert set(thin) == {
        "sector:construction",
        "sector:media",
        "sector:professional_services",
        "sector:sport",
        "sector:telecom",
    }
    for one in thin.values():
        assert one.why, one.key
        assert one.add_feeds, one.key
        assert one.add_packs, one.key


@pytest.mark.shared
def test_only_attested_addresses_are_on(config: Config, shared_data: Path) -> None:
    with (shared_data / "feeds" / "feed_urls.csv").open(newline="", encoding="utf-8") as file:
        evidence = {row["url"]: row["evidence_level"] for row in csv.DictReader(file)}
    levels = Counter((evidence.get(feed.url, "-"), feed.enabled) for feed in config.feeds)
    print(f"\nevidence of addresses, on or off: {sorted(levels.items())}")
    wrong = [feed.key for feed in config.feeds if feed.enabled and evidence.get(feed.url) not in ATTESTED]
    assert wrong == []
    assert sum(feed.url in evidence for feed in config.feeds) >= 300
