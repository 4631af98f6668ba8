"""F5, F6, F8: a month of polling publishers of every habit, as they score it themselves.

TRENDWATCH_POLITE_DAYS asks for 30 or 365 days; the usual run takes two.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.fake_network import Asked, FakeNetwork, Said
from tests.polite_world import DAY, HOUR, Habits, Publisher, within
from tests.steps import Clock
from tests.test_pipeline_poll import InProcess
from trendwatch.fetch import Fetcher
from trendwatch.net.guard import Guard
from trendwatch.news.pace import PACE
from trendwatch.pipeline.poll import poll
from trendwatch.store import Store
from trendwatch.types.news import Feed

DAYS = int(os.environ.get("TRENDWATCH_POLITE_DAYS", "2"))
FEEDS = 100
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
TICK = timedelta(minutes=20)
#: What a publisher never wants to see.
VIOLATIONS = (
    *("cookie", "referer", "query", "cache-control", "pragma", "user agent", "not a GET"),
    *(
        "too early",
        "before Retry-After",
        "before the publisher's time",
        "in a skipped hour",
        "on a skipped day",
    ),
    *("bogus", "out of sequence", "unconditional"),
)


def trouble(status: int, days: tuple[float, float], **headers: str) -> Habits:
    said = Said(status, body=b"<html>no</html>", headers={"ETag": '"page"', **headers})
    return Habits(instead=lambda _n, now: said if within(now, begin=BEGIN, days=days) else None)


def now_and_then(every: int, *answers: Said) -> Habits:
    return Habits(instead=lambda n, _now: answers[n // every % len(answers)] if n % every == 0 else None)


def at(when: datetime) -> str:
    return format_datetime(when, usegmt=True)


def late(n: int, now: datetime) -> Said | None:
    """Ask for rest until a date, with and without saying what time it is."""
    if n % 4:
        return None
    dated = {"Date": at(now)} if n % 8 else {}
    return Said(503, headers={"Retry-After": at(now + 7 * HOUR), **dated})


HABITS: tuple[Habits, ...] = (
    Habits(),
    Habits(rhythm=HOUR),
    Habits(rhythm=DAY),
    Habits(rhythm=20 * DAY),
    Habits(last_modified=False),
    Habits(etag=None),
    Habits(etag=None, last_modified=False),
    Habits(etag=lambda _v, count: f'"{count}"'),  # a new ETag with every answer, the body the same
    Habits(etag=lambda v, _n: f'W/"weak {v}"'),
    Habits(etag=lambda v, _n: f"caf\xe9 unquoted {v}"),
    Habits(etag=lambda v, _n: f'"{v}"' if v % 2 else ""),  # comes and goes
    Habits(etag_of_304=lambda n: f'"{n // 3}"', etag=lambda v, n: f'"{v}-{n // 3}"'),
    Habits(eternal=True),
    Habits(headers={"Expires": "0", "Cache-Control": "no-cache"}),
    Habits(headers={"Cache-Control": "public, max-age=14400"}),
    Habits(headers={"Cache-Control": "max-age=99999999"}),
    Habits(channel="<ttl>300</ttl>"),
    Habits(channel="<skipHours><hour>0</hour><hour>1</hour><hour>2</hour></skipHours>", rhythm=2 * HOUR),
    Habits(channel="<skipDays><day>Saturday</day><day>Sunday</day></skipDays>", rhythm=2 * HOUR),
    now_and_then(5, Said(429, headers={"Retry-After": "20000"})),
    now_and_then(6, Said(429), Said(503), Said(429, headers={"Retry-After": "-5"}), Said(503)),
    now_and_then(4, Said(429, headers={"Retry-After": "soon"})),
    now_and_then(9, Said(503, headers={"Retry-After": "315360000"})),
    Habits(instead=late),
    trouble(500, (1, 4)),
    trouble(404, (2, 3)),
    trouble(403, (0, 1.5)),
    trouble(410, (1, 99)),
    trouble(200, (1, 2)),  # a page in place of the feed, with validators of its own
    now_and_then(3, Said(204), Said(202), Said(206, body=b"<rss")),
)


class World:
    """A hundred publishers; some share a host."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.score: Counter[str] = Counter()
        rests: dict[str, datetime] = {}
        self.publishers: dict[tuple[str, str], Publisher] = {}
        for number in range(FEEDS):
            habits = HABITS[number % len(HABITS)]
            host = f"shared{number % 2}.example" if number % 5 == 0 else f"host{number}.example"
            one = Publisher(host, f"/feed/{number}?of=news", habits, BEGIN, self.score, rests)
            self.publishers[host, one.path] = one

    def respond(self, asked: Asked) -> Said:
        return self.publishers[asked.host, asked.path].respond(asked, self.clock.now)

    def feeds(self) -> list[Feed]:
        return [
            Feed(key=f"feed_{number}", url=f"http://{one.host}{one.path}", title="x", owner="x")
            for number, one in enumerate(self.publishers.values())
        ]


@pytest.mark.timeout(3600)
def test_f5_a_month_of_polls_breaks_no_rule_of_any_publisher(migrated_file: Path, tmp_path: Path) -> None:
    database = tmp_path / "trendwatch.db"
    database.write_bytes(migrated_file.read_bytes())
    clock, chance = Clock(BEGIN), random.Random(7)
    world = World(clock)
    failures: Counter[str] = Counter()
    while clock.now < BEGIN + DAYS * DAY:
        store = Store.open(f"sqlite:///{database}")  # every day begins with a restart
        store.feeds.sync(world.feeds())
        fetcher = Fetcher(
            Guard(),
            user_agent="trendwatch/1.2 (+https://reader.example; 6 subscribers)",
            resolve=lambda _host: ["93.184.216.34"],
            dial=FakeNetwork(world.respond),
            spacing=timedelta(0),
            clock=clock,
        )
        for _ in range(DAY // TICK):
            clock.pass_by(TICK + timedelta(seconds=chance.randint(-300, 300)))
            if store.polls.due_hosts(clock.now):
                report = poll(
                    store,
                    fetcher,
                    InProcess(),
                    clock=clock,
                    lease=timedelta(seconds=60),
                    pace=PACE,
                    jitter=chance.random,
                )
                failures += Counter({str(name): count for name, count in report.failures.items()})
        items = store.items.count()
        store.close()
    score = world.score
    print(f"\n{DAYS} days, {FEEDS} feeds, {items} items kept, failures met: {dict(sorted(failures.items()))}")
    for name in ("requests", "if-none-match", "if-modified-since", "first, unconditional"):
        print(f"  {name:30} {score[name]}")
    for name in ("nothing to send", "probe after 30 days", *VIOLATIONS):
        print(f"  {name:30} {score[name]}")
    assert {name: score[name] for name in VIOLATIONS if score[name]} == {}
    assert score["first, unconditional"] == FEEDS
    assert len(failures) >= 5, "the world has lost its troubles: the run proves nothing"
    assert all(one.requests > 0 for one in world.publishers.values())
    if DAYS > 31:
        eternal = [one for one in world.publishers.values() if one.habits.eternal]
        assert eternal
        assert score["probe after 30 days"] >= len(eternal) * (DAYS // 31)
