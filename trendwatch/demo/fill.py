"""Fills a data directory with a simulated world: its whole history through the ordinary pipeline.

    one service      each Sunday night  poll over HTTP
    a second, beside it                 train | understand     as items come
    then                                analyse                each week by what was counted up to its end
    the last weeks, one by one          poll | understand | analyse | compose | send    businesses join there

The clock stands still and is moved by hand, so only the first poll of a feed is back-log. Three things differ
from a running service: one poll a week, no pause between requests to the one host that serves all feeds, and
that the early weeks, which nobody reads digests of, are understood together. What an item comes to depends on
its own time and on what was there before, never on when it is asked.

A directory is filled once: ``demo.json`` is written last and says with what. One that was left half-way
starts over; one that holds something else is not touched.
"""

from __future__ import annotations

import gc
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trendwatch.demo.server import NewsServer
from trendwatch.demo.world import World
from trendwatch.errors import ConfigError
from trendwatch.pipeline.learn import trained
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
VERSION = 1

_MARKER = "demo.json"
_UNFINISHED = "demo.unfinished"
_WEEK = timedelta(weeks=1)
#: Seconds between two looks for what was read meanwhile.
_LOOK_AGAIN = 1.0
#: Sunday 20:00, and Tuesday noon after it: by then every time zone's Monday digest is due.
_POLLED = timedelta(days=6, hours=20)
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
        with ExitStack() as closing:
            closing.enter_context(_seldom_swept())
            services = [
                closing.enter_context(_open(folder / "config", environ, Calendar(world.begin)))
                for _ in ("reads", "thinks")
            ]
            report = _live(services[0], services[1], server, on_week)
    (folder / _MARKER).write_text(json.dumps(asdict(report), indent=1) + "\n", "utf-8")
    (folder / _UNFINISHED).unlink()
    return report


@contextmanager
def _seldom_swept() -> Iterator[None]:
    """Look for cycles of garbage seldom: two years of news live in memory, and sweeping them took a tenth."""
    usual = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def present(world: World) -> datetime:
    """Return the simulated present of a filled world: the Tuesday after its last week."""
    return world.begin + (world.weeks - 1) * _WEEK + _JUDGED


def _live(
    reader: Service, thinker: Service, server: NewsServer, on_week: Callable[[int, Filled], None]
) -> Filled:
    """Live through a world with two services on one store: one reads while the other thinks."""
    world = server.world
    life = _Life(reader, thinker, server, on_week)
    joined = max(0, world.weeks - DIGEST_WEEKS)
    assert thinker.store  # its schema is made before two write to it
    with ThreadPoolExecutor(1) as reading:
        history = reading.submit(life.read, range(joined))
        model = trained(
            thinker.config.taxonomy,
            thinker.config.examples(),
            cache=thinker.model_cache,
            clock=lambda: world.begin,
        )
        thinker.store.models.adopt(model, since=world.begin)
        while not history.done():
            life.understand()
            wait([history], timeout=_LOOK_AGAIN)
        history.result()
    if joined:
        life.understand()
        life.judge(joined - 1)
    for week in range(joined, world.weeks):
        life.read([week])
        life.understand()
        life.judge(week)
        life.tell()
    return life.report


class _Life:
    """The steps of two services, with the hands that move their clocks."""

    def __init__(
        self,
        reader: Service,
        thinker: Service,
        server: NewsServer,
        on_week: Callable[[int, Filled], None],
    ) -> None:
        world = server.world
        self._reader, self._thinker, self._server, self._on_week = reader, thinker, server, on_week
        self._failures: Counter[str] = Counter()
        now = present(world).isoformat()
        self.report = Filled(seed=world.seed, weeks=world.weeks, feeds=len(world.outlets), now=now)

    def read(self, weeks: Iterable[int]) -> None:
        """Poll all feeds at the end of each week."""
        for week in weeks:
            self._server.now = self._server.world.begin + week * _WEEK + _POLLED
            _move(self._reader, self._server.now)
            polled = self._reader.poll()
            self._failures.update({str(failure): count for failure, count in polled.failures.items()})
            self.report.failures = dict(sorted(self._failures.items()))
            self.report.polls += polled.polled
            self.report.items += polled.new_items
            self._on_week(week, self.report)

    def understand(self) -> None:
        """Understand what waits."""
        self.report.stories += self._thinker.understand().stories

    def judge(self, week: int) -> None:
        """Judge what is over after a week's end."""
        _move(self._thinker, self._server.world.begin + week * _WEEK + _JUDGED)
        self.report.trends += sum(map(len, self._thinker.analyse().weeks.values()))

    def tell(self) -> None:
        """Compose and send what is due."""
        self.report.digests += len(self._thinker.compose().digests)
        self._thinker.send()


@contextmanager
def _open(directory: Path, environ: Mapping[str, str], clock: Calendar) -> Iterator[Service]:
    """Yield a service of the demo, and close it."""
    service = Service(directory=directory, environ=environ, clock=clock, banner=BANNER)
    try:
        yield service
    finally:
        service.close()


def _move(service: Service, when: datetime) -> None:
    """Move a service's clock by hand, never back."""
    assert isinstance(service.clock, Calendar)
    service.clock.now = max(service.clock.now, when)


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
allow = [{{ address = "127.0.0.1:{port}", per_host = 4, spacing_seconds = 0.0 }}]
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
