"""A small world from end to end: filled once over real HTTP, then looked at."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from tests.benchmarks.bcubed import b_cubed
from trendwatch.api import Parts, create_app
from trendwatch.cli.app import app
from trendwatch.config import shipped_directory
from trendwatch.demo.fill import BANNER, DIGEST_WEEKS, Filled, fill, filled, present
from trendwatch.demo.server import NewsServer
from trendwatch.demo.troubles import FAILURES
from trendwatch.demo.world import World
from trendwatch.errors import ConfigError
from trendwatch.store.items import Filter
from trendwatch.types.identity import stable_id
from trendwatch.types.news import Failure
from trendwatch.wiring import Service, make_clock

WEEKS, FEEDS, SEED = 8, 12, 11
WEEK = timedelta(weeks=1)


@dataclass
class Made:
    """A filled folder, its world, and a service on it."""

    folder: Path
    world: World
    report: Filled
    service: Service


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, models: Path) -> Iterator[Made]:
    folder = tmp_path_factory.mktemp("world") / "demo"
    world = World(SEED, weeks=WEEKS, feeds=FEEDS)
    environ = {"TRENDWATCH_CACHE": str(models)}
    report = fill(folder, world, config=shipped_directory(), environ=environ)
    clock = make_clock(datetime.fromisoformat(report.now))
    service = Service(directory=folder / "config", environ=environ, clock=clock, banner=BANNER)
    yield Made(folder, world, report, service)
    service.close()


def kept(made: Made, feed_key: str) -> dict[str, str]:
    """Return the story of each item kept of a feed, by entry key."""
    page = made.service.store.items.search(Filter(feed_key=feed_key), limit=5_000)
    return {one.item.entry_key: one.story_id for one in page.items}


def readable(made: Made, feed_key: str) -> set[str]:
    """Return the guids that the weekly polls of a feed could see."""
    server, outlet = NewsServer(made.world), made.world.by_key[feed_key]
    times = [made.world.begin + week * WEEK + timedelta(days=6, hours=20) for week in range(WEEKS)]
    times = [at for at in times if isinstance(server.body(outlet, at), bytes)]
    return {entry.guid for at in times for entry in server.window(outlet, at)}


def test_what_was_published_is_kept_but_for_what_no_poll_could_see(made: Made) -> None:
    for outlet in made.world.outlets:
        assert set(kept(made, outlet.key)) == readable(made, outlet.key), outlet.key
    assert made.report.items == made.service.store.items.count() > 100


def test_feeds_in_trouble_fail_as_what_they_are(made: Made) -> None:
    health = {one.feed.key: one.state for one in made.service.store.feeds.health()}
    for outlet in made.world.outlets:
        if outlet.leaves is not None:
            assert health[outlet.key].failure is Failure.GONE
        elif outlet.trouble in FAILURES:
            assert health[outlet.key].failure is FAILURES[outlet.trouble], outlet.trouble
        else:
            assert health[outlet.key].failure is None, outlet.key
    assert made.report.failures["forbidden_xml"] == WEEKS


def test_only_the_first_poll_is_backlog(made: Made) -> None:
    page = made.service.store.items.search(Filter(), limit=5_000)
    first = made.world.begin + WEEK
    late = [outlet.key for outlet in made.world.outlets if outlet.joins]
    assert all(
        one.item.backlog == (one.item.first_seen_at < first)
        for one in page.items
        if one.item.feed_key not in late
    )


def test_stories_are_the_events_mostly(made: Made) -> None:
    events = {
        stable_id(entry.feed_key, entry.guid): entry.event_id
        for week in range(WEEKS)
        for entry in made.world.week(week)
    }
    found = {
        stable_id(outlet.key, guid): story
        for outlet in made.world.outlets
        for guid, story in kept(made, outlet.key).items()
    }
    score = b_cubed(found, events)
    print(f"\nB³ {score.precision:.3f} / {score.recall:.3f} / {score.f1:.3f} of {score.items} items")
    assert score.f1 > 0.75


def test_six_businesses_have_digests_with_the_banner_above(made: Made) -> None:
    businesses = made.service.config.businesses
    assert len(businesses) == 6
    for business in businesses:
        digests = made.service.store.digests.of(business.key, limit=20)
        assert len(digests) >= DIGEST_WEEKS - 1, business.key
        assert digests[0].period == max(one.period for one in digests)
    mails = list((made.folder / "outbox").glob("*.eml"))
    kept = [made.service.store.digests.of(one.key, limit=20) for one in businesses if one.email]
    # A quiet week after the fourth issue stands in the archive and sends nothing, as nobody chose otherwise.
    assert len(mails) == sum(one.quiet_choice != "none" for digests in kept for one in digests)
    assert all("Simulated news" in mail.read_text("utf-8") for mail in mails)


def get(made: Made, path: str) -> httpx.Response:
    """Return a page as the demo serves it."""
    parts = Parts(
        store=made.service.store,
        config=lambda: made.service.config,
        config_error=lambda: "",
        clock=made.service.clock,
        desk=made.service.desk,
        open_to_all=True,
        banner=made.service.banner,
    )

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(parts))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.get(path)

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "path",
    ["/", "/trends", "/items", "/feeds", "/about", "/digests/farm", "/digests/farm/latest", "/no-such"],
)
def test_every_page_says_that_the_news_is_simulated(made: Made, path: str) -> None:
    page = get(made, path)
    assert page.status_code == (404 if path == "/no-such" else 200)
    assert page.text.count("Simulated news:") == 1


def test_a_second_start_does_nothing(made: Made) -> None:
    files = [path for path in made.folder.rglob("*") if "trendwatch.db" not in path.name]
    stamps = {path: path.stat().st_mtime_ns for path in files}
    options = f"--seed {SEED} --weeks {WEEKS} --feeds {FEEDS} --no-serve --json".split()
    ran = CliRunner().invoke(app, ["demo", "--data", str(made.folder), *options])
    assert ran.exit_code == 0, ran.output
    said = json.loads(ran.stdout)
    assert (said["items"], said["digests"]) == (made.report.items, made.report.digests)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


def test_the_present_is_the_tuesday_after_the_last_week(made: Made) -> None:
    assert present(made.world) == made.world.end + timedelta(days=1, hours=12)
    assert datetime.fromisoformat(made.report.now) == present(made.world)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not the demo's"):
        fill(tmp_path, World(1, weeks=2, feeds=8), config=shipped_directory(), environ={})
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert filled(tmp_path) is None


def test_truth_is_printed_without_filling(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["demo", "--truth", "--data", str(tmp_path / "none")])
    value = json.loads(ran.stdout)
    assert value["truth"]["terms"][0]["term"] == "SkyPost"
    assert not (tmp_path / "none").exists()
