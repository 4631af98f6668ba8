"""Fills a data directory with a simulated world: its whole history through the ordinary pipeline.

    for each week: Sunday night  poll over HTTP | understand
                   Tuesday noon  analyse | compose and send (the last weeks: businesses joined then)

The clock stands still and is moved by hand, so only the first poll of a feed is back-log, and every week is
judged when it is over, as a running service does. What is different from a running service is only the pace:
one poll a week, and no pause between requests to the one host that serves all feeds.

A directory is filled once: ``demo.json`` is written last and says with what. One that was left half-way
starts over; one that holds something else is not touched.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trendwatch.demo.server import NewsServer
from trendwatch.demo.world import World
from trendwatch.errors import ConfigError
from trendwatch.types.news import Feed
from trendwatch.wiring import Service

#: Shown above every page and digest.
BANNER = (
    "Simulated news: publishers, companies, people and figures are invented, "
    "and links to reports lead nowhere."
)
#: Businesses join this long before the end: a quarter of digests.
DIGEST_WEEKS = 12
#: Changes with anything that makes an old fill look wrong.
VERSION = 1

_MARKER = "demo.json"
_UNFINISHED = "demo.unfinished"
_WEEK = timedelta(weeks=1)
#: Sunday 23:00, and Tuesday noon after it: by then every time zone's Monday digest is due.
_POLLED = timedelta(days=6, hours=23)
_JUDGED = timedelta(days=8, hours=12)


@dataclass(slots=True)
class Filled:
    """What a directory holds."""

    seed: int
    weeks: int
    feeds: int
    #: the simulated present
    now: str
    items: int = 0
    stories: int = 0
    trends: int = 0
    digests: int = 0
    #: documents fetched, and why some brought nothing
    polls: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    version: int = VERSION


class Calendar:
    """A clock that stands until it is moved; what happens later still has a later time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the time, a millisecond after the last answer."""
        self.now += timedelta(milliseconds=1)
        return self.now


def filled(folder: Path) -> Filled | None:
    """Return what a directory was filled with, None where no fill was finished."""
    try:
        return Filled(**json.loads((folder / _MARKER).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def fill(
    folder: Path,
    world: World,
    *,
    config: Path,
    environ: Mapping[str, str],
    on_week: Callable[[int, Filled], None] = lambda _week, _so_far: None,
) -> Filled:
    """Fill a directory and say what came of it.

    Args:
        folder: a new or empty one, or one of ours, which starts over.
        world: what is published.
        config: where taxonomy, businesses and the rest are taken from; feeds and settings are ours.
        environ: of the service; settings in it would win over ours, so only places belong here.
        on_week: called after each week.

    Raises:
        ConfigError: the folder holds something that is not ours, or cannot be written.
    """
    _clear(folder)
    with NewsServer(world) as server:
        _write_config(folder, config, [one.feed(server.url) for one in world.outlets], port=server.port)
        clock = Calendar(world.begin)
        service = Service(directory=folder / "config", environ=environ, clock=clock, banner=BANNER)
        try:
            report = _live(service, clock, server, on_week)
        finally:
            service.close()
    (folder / _MARKER).write_text(json.dumps(asdict(report), indent=1) + "\n", "utf-8")
    (folder / _UNFINISHED).unlink()
    return report


def present(world: World) -> datetime:
    """Return the simulated present of a filled world: the Tuesday after its last week."""
    return world.begin + (world.weeks - 1) * _WEEK + _JUDGED


def _live(
    service: Service, clock: Calendar, server: NewsServer, on_week: Callable[[int, Filled], None]
) -> Filled:
    world = server.world
    report = Filled(
        seed=world.seed, weeks=world.weeks, feeds=len(world.outlets), now=present(world).isoformat()
    )
    failures: Counter[str] = Counter()
    service.learn()
    for week in range(world.weeks):
        monday = world.begin + week * _WEEK
        clock.now = server.now = max(clock.now, monday + _POLLED)
        polled = service.poll()
        failures.update({str(failure): count for failure, count in polled.failures.items()})
        understood = service.understand()
        clock.now = monday + _JUDGED
        report.trends += sum(map(len, service.analyse().weeks.values()))
        if week >= world.weeks - DIGEST_WEEKS:
            report.digests += len(service.compose().digests)
            service.send()
        report.polls += polled.polled
        report.items += understood.items
        report.stories += understood.stories
        on_week(week, report)
    report.failures = dict(sorted(failures.items()))
    return report


def _clear(folder: Path) -> None:
    """Make the folder new, and mark that it is being filled.

    Raises:
        ConfigError: it holds something that is not ours, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            if not any((folder / name).is_file() for name in (_MARKER, _UNFINISHED)):
                raise ConfigError(
                    f"{folder} holds something that is not the demo's; --data takes another folder"
                )
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _UNFINISHED).write_text("delete this folder, or let the demo start over\n", "utf-8")
    except OSError as error:
        raise ConfigError(f"cannot fill {folder}: {error.strerror or error}") from error


def _write_config(folder: Path, source: Path, feeds: list[Feed], *, port: int) -> None:
    """Write a configuration of our own: the shipped one, with the world's feeds and our places."""
    target = folder / "config"
    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns("feeds.toml", "packs.toml", "trendwatch.toml")
    )
    (target / "feeds.toml").write_text("\n".join(map(_feed_table, feeds)), "utf-8")
    database, outbox = folder.resolve() / "trendwatch.db", folder.resolve() / "outbox"
    settings = f"""\
# Made by trendwatch demo. The world's feeds are on this machine, on any port that was free.
[store]
url = {json.dumps(f"sqlite:///{database}")}
[poll]
timeout_seconds = 10.0
lease_seconds = 60
[net]
allow = [{{ address = "127.0.0.1:{port}", per_host = 16, spacing_seconds = 0.0 }}]
[mail]
outbox = {json.dumps(str(outbox))}
[log]
level = "error"
"""
    (target / "trendwatch.toml").write_text(settings, "utf-8")


def _feed_table(feed: Feed) -> str:
    values = {
        "url": feed.url,
        "title": feed.title,
        "owner": feed.owner,
        "kind": str(feed.kind),
        "sectors": list(feed.sectors),
        "region": feed.region,
    }
    lines = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())
    return f"[feeds.{feed.key}]\n{lines}"
