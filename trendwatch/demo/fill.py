"""Fills a data directory with a simulated world: its whole history through the ordinary pipeline.

    a process of its own (reader.py)    each Sunday night  poll over HTTP
    this one, beside it                 train, then week by week  understand
    then                                analyse            each week by what was counted up to its end
    the last weeks, one by one          poll | understand | analyse | compose | send    businesses join there

The clocks stand still and are moved by hand, so only the first poll of a feed is back-log, and what is
understood or judged in a week knows nothing of what was read later: which process was faster changes nothing.
Three things differ from a running service: one poll a week, no pause between requests to the one host that
serves all feeds (they come one at a time, in one order), and that weeks before the last ones, which nobody
reads digests of, are judged together.

A directory is filled once: ``demo.json`` is written last and says with what. One that was left half-way
starts over; one that holds something else is not touched.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trendwatch.demo.reader import POLLED, Calendar, Reader, WeekRead, reading, seldom_swept
from trendwatch.demo.world import World
from trendwatch.errors import ConfigError
from trendwatch.pipeline.learn import trained
from trendwatch.pipeline.understand import understand
from trendwatch.types.news import Feed
from trendwatch.wiring import Service

#: Shown above every page and digest.
BANNER = (
    "Simulated news: publishers, companies, people and figures are invented, "
    "and links to reports lead nowhere."
)
#: Businesses join this many weeks before the end.
DIGEST_WEEKS = 6
#: Changes with anything that makes an old fill look wrong.
VERSION = 2

_MARKER = "demo.json"
_UNFINISHED = "demo.unfinished"
_WEEK = timedelta(weeks=1)
_HOUR = timedelta(hours=1)
#: The Tuesday noon after a week: by then every time zone's Monday digest is due.
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
    with seldom_swept(), reading(world, environ) as reader:
        _write_config(folder, config, world, port=reader.port)
        thinker = Service(
            directory=folder / "config", environ=environ, clock=Calendar(world.begin), banner=BANNER
        )
        with closing(thinker):
            report = _live(world, reader, thinker=thinker, on_week=on_week)
    (folder / _MARKER).write_text(json.dumps(asdict(report), indent=1) + "\n", "utf-8")
    (folder / _UNFINISHED).unlink()
    return report


def present(world: World) -> datetime:
    """Return the simulated present of a filled world: the Tuesday after its last week."""
    return world.begin + (world.weeks - 1) * _WEEK + _JUDGED


def _live(
    world: World, reader: Reader, *, thinker: Service, on_week: Callable[[int, Filled], None]
) -> Filled:
    """Live through a world: one process reads while this one thinks."""
    life = _Life(world, thinker)
    joined = max(0, world.weeks - DIGEST_WEEKS)
    assert thinker.store  # its schema is made before two write to it
    reader.begin(thinker.directory, alone=joined)
    life.learn()
    for week in range(world.weeks):
        life.understand(week, reader.week(week))
        if week >= joined - 1:
            life.judge(week)
        if week >= joined:
            life.tell()
        on_week(week, life.report)
    thinker.desk.ask_about_tags()
    return life.report


class _Life:
    """The steps of the service that thinks, with the hand that moves its clock."""

    def __init__(self, world: World, thinker: Service) -> None:
        self._world, self._thinker = world, thinker
        self._failures: Counter[str] = Counter()
        now = present(world).isoformat()
        self.report = Filled(seed=world.seed, weeks=world.weeks, feeds=len(world.outlets), now=now)

    def learn(self) -> None:
        """Train the model that understands all weeks."""
        config, begin = self._thinker.config, self._world.begin
        model = trained(
            config.taxonomy, config.examples(), cache=self._thinker.model_cache, clock=lambda: begin
        )
        self._thinker.store.models.adopt(model, since=begin)

    def understand(self, week: int, read: WeekRead) -> None:
        """Understand what a week brought."""
        self._failures.update(read.failures)
        self.report.failures = dict(sorted(self._failures.items()))
        self.report.polls += read.polls
        self.report.items += read.items
        self._move(week, POLLED + _HOUR)
        thinker = self._thinker
        self.report.stories += understand(
            thinker.store,
            thinker.config.taxonomy,
            clock=thinker.clock,
            lease=thinker.lease,
            memory=thinker.understanding,
            read_by=thinker.clock(),
        ).stories

    def judge(self, week: int) -> None:
        """Judge what is over after a week's end."""
        self._move(week, _JUDGED)
        self.report.trends += sum(map(len, self._thinker.analyse().weeks.values()))

    def tell(self) -> None:
        """Compose and send what is due."""
        self.report.digests += len(self._thinker.compose().digests)
        self._thinker.send()

    def _move(self, week: int, since_monday: timedelta) -> None:
        assert isinstance(self._thinker.clock, Calendar)
        self._thinker.clock.move(self._world.begin + week * _WEEK + since_monday)


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


def _write_config(folder: Path, source: Path, world: World, *, port: int) -> None:
    """Write a configuration of our own: the shipped one, with the world's feeds and our places."""
    target = folder / "config"
    shutil.copytree(
        source, target, ignore=shutil.ignore_patterns("feeds.toml", "packs.toml", "trendwatch.toml")
    )
    feeds = [outlet.feed(f"http://127.0.0.1:{port}") for outlet in world.outlets]
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
allow = [{{ address = "127.0.0.1:{port}", per_host = 1, spacing_seconds = 0.0 }}]
[parse]
workers = 1
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
