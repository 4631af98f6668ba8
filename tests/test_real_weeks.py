"""Real input, time: three publications day after day, December 2024 to March 2025, while now follows.

The snapshots are served over HTTP in the order they were taken and read through the whole flow. What the
digests of 2025-W10 say is printed (``pytest -s``), for people to judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.loopback import ENVIRON, Calendar, FeedServer, write_feeds
from trendwatch.advice.quiet import is_sent
from trendwatch.pipeline.compose import rebuild
from trendwatch.render.email import text
from trendwatch.store.frozen import freeze
from trendwatch.store.items import Filter
from trendwatch.types.advice import Digest
from trendwatch.types.delivery import DeliveryState
from trendwatch.types.trends import Trend
from trendwatch.wiring import Service

#: Tuesday 4 March 2025 is the last cutoff of 2025-W10.
END = datetime(2025, 3, 5, 12, 0, tzinfo=UTC)
LANGUAGES = {"tweakers": "nl"}


@dataclass
class Replayed:
    """What came of the replay."""

    service: Service
    digests: list[Digest]
    trends: list[Trend]


def snapshots(folder: Path) -> list[tuple[datetime, str, Path]]:
    """Return (taken at, publication, file) in order of time."""
    found = [
        (datetime.strptime(file.stem, "%Y-%m-%dT%H%M").replace(tzinfo=UTC), file.parent.name, file)
        for file in folder.glob("*/*.xml")
    ]
    return sorted(found)


@pytest.fixture(scope="module")
def replayed(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replayed]:
    taken = snapshots(shared_data / "feeds" / "ts_narrowcast")
    with FeedServer() as server:
        feeds = {name: f"{server.url}/{name}" for _, name, _ in taken}
        directory = write_feeds(
            tmp_path_factory.mktemp("weeks"), feeds, port=server.port, languages=LANGUAGES
        )
        clock = Calendar(taken[0][0])
        service = Service(directory=directory, environ=ENVIRON, clock=clock)
        result = Replayed(service, [], [])
        for at, name, file in taken:
            if at > END:
                break
            server.serve(f"/{name}", file.read_bytes())
            while (
                clock.now < at
            ):  # a tick in the small hours, when cutoffs have passed, and one at each snapshot
                clock.now = min(at, clock.now + timedelta(hours=12))
                tick(result)
        yield result
        service.close()


def tick(result: Replayed) -> None:
    """Do what is due, as a running service does, and note what came of it."""
    service = result.service
    service.learn()
    service.poll()
    service.understand()
    result.trends += [trend for found in service.analyse().weeks.values() for trend in found]
    result.digests += service.compose().digests
    service.send()


@pytest.mark.shared
def test_items_are_kept_once_however_often_they_are_published(replayed: Replayed) -> None:
    health = {one.feed.key: one.items for one in replayed.service.store.feeds.health()}
    print(f"\nitems kept: {health}")
    assert min(health.values()) > 300
    page = replayed.service.store.items.search(Filter(feed_key="techcrunch"), limit=5000)
    titles = Counter(one.item.title for one in page.items)
    assert titles.most_common(1)[0][1] <= 2


@pytest.mark.shared
def test_digests_of_2025_w10_have_a_reason_on_every_pick(replayed: Replayed) -> None:
    for business in ("clinic", "shop"):
        digest = replayed.service.store.digests.get(business, "2025-W10")
        print("\n" + text(digest))
        assert digest.picks
        for pick in digest.picks:
            assert pick.why
            assert pick.parts
            assert pick.sources
            assert digest.since <= pick.first_seen_at < digest.cutoff


@pytest.mark.shared
def test_every_week_has_one_digest_for_each_business(replayed: Replayed) -> None:
    periods = [(one.business_key, one.period) for one in replayed.digests]
    assert len(periods) == len(set(periods))
    for business in ("clinic", "shop"):
        weeks = [period for key, period in periods if key == business]
        assert weeks == sorted(weeks)
        assert weeks[-1] == "2025-W10"
        assert len(weeks) >= 12


@pytest.mark.shared
def test_no_story_is_shown_twice(replayed: Replayed) -> None:
    shown = Counter((one.business_key, pick.story_id) for one in replayed.digests for pick in one.picks)
    assert shown.most_common(1)[0][1] == 1


@pytest.mark.shared
def test_a_rebuild_is_byte_identical(replayed: Replayed) -> None:
    service = replayed.service
    for digest in replayed.digests:
        again = rebuild(service.store, digest.business_key, digest.period)
        assert freeze(again) == freeze(digest)


@pytest.mark.shared
def test_every_digest_left_once(replayed: Replayed) -> None:
    service = replayed.service
    for business in service.config.businesses:
        for delivery in service.store.deliveries.of(business.key):
            assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 1)
    mails = list(Path(service.settings.mail.outbox).glob("*.eml"))
    # a quiet week stays in the archive where its business wants no mail then
    assert len(mails) == sum(is_sent(digest) for digest in replayed.digests)


@pytest.mark.shared
def test_few_words_are_told_in_weeks_of_three_publications(replayed: Replayed) -> None:
    told = {trend.key: trend.week for trend in replayed.trends}
    print(f"\nrising: {told}")
    assert len(told) <= 15


@pytest.mark.shared
def test_what_rose_is_what_the_news_was_about(replayed: Replayed) -> None:
    """DeepSeek's model was the news of late January 2025; nobody had named it before."""
    told = {trend.key: trend.week for trend in replayed.trends}
    assert told.get("deepseek", "") in {"2025-W05", "2025-W06", "2025-W07"}


@pytest.mark.shared
def test_dutch_items_are_not_tagged_in_english(replayed: Replayed) -> None:
    page = replayed.service.store.items.search(Filter(feed_key="tweakers"), limit=200)
    assert all(one.tags == () and one.story_id for one in page.items)
