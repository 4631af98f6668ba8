"""A command line of one's own: a configuration, a database, an outbox and news to read, in a folder.

    cli = CommandLine(tmp_path)
    assert cli("feeds", "list", "--json").objects

Verbs run in this process through ``trendwatch.cli.app.main``, as the console script does.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from trendwatch.cli.app import main

#: Monday noon: what is composed now looks back on the week before.
NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)

_TAXONOMY = """\
[area.drones]
name = "Drones"
meaning = "Aircraft without a pilot on board."
strong = ["drone", "unmanned aircraft"]
weak = ["rotor"]

[area.iot]
name = "Connected sensors"
meaning = "Devices that measure and report."
strong = ["soil sensor", "connected sensor"]

[sector.agriculture]
name = "Farming"
meaning = "Crops and animals."
strong = ["farmer", "orchard", "harvest"]

[sector.retail]
name = "Retail"
meaning = "Shops and what they sell."
strong = ["grocer", "shop"]

[function.operations]
name = "Day-to-day operations"
meaning = "Making and serving."
strong = ["workshop"]

[impact.cost]
name = "Cost"
meaning = "What becomes cheaper or dearer."
strong = ["cheaper"]
"""
_FARM = """\
name = "Hill Farm"
sector = "agriculture"
goals = ["operations"]
areas = ["drones"]
email = "owner@hill.example"
"""
_FEED = """\
[feeds.{key}]
url = "{url}/{key}"
title = "{title}"
owner = "{title}"
"""
_PAPERS = {"orchard_post": "Orchard Post", "field_wire": "Field Wire", "village_echo": "Village Echo"}

_ABOUT = {
    "drones": ("A drone looks at roofs", "Unmanned aircraft carry mail", "Rotor craft over the valley"),
    "iot": ("A soil sensor tells how dry it is", "Connected sensor in the cold store", "Meters report alone"),
    "agriculture": ("Farmers bring in wheat", "The orchard after the frost", "A good harvest of barley"),
    "retail": ("Grocers count customers", "A shop window for spring", "Baskets and tills"),
}
_PLAIN = ("Rain until Friday", "The choir sings again", "A bridge is painted", "Letters in an attic")


def write_world(directory: Path, *, feeds_at: str) -> Path:
    """Write a small configuration whose three feeds stand at an address; return its directory."""
    files = {
        "trendwatch.toml": '[poll]\ncontact = "ops@hill.example"\n',
        "taxonomy.toml": _TAXONOMY,
        "feeds.toml": "\n".join(
            _FEED.format(key=key, url=feeds_at, title=title) for key, title in _PAPERS.items()
        ),
        "businesses/hill_farm.toml": _FARM,
        "examples/small.jsonl": "".join(json.dumps(one) + "\n" for one in _examples()),
    }
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory


def _examples() -> Iterator[dict[str, object]]:
    areas, sectors = ("drones", "iot"), ("agriculture", "retail")
    for area in areas:
        for sector in sectors:
            for first in _ABOUT[area]:
                yield {"title": first, "summary": _ABOUT[sector][0], "area": [area], "sector": [sector]}
    for name in areas:
        yield from ({"title": title, "area": [name]} for title in _ABOUT[name])
    for name in sectors:
        yield from ({"title": title, "sector": [name]} for title in _ABOUT[name])
    yield from ({"title": f"{title}, number {number}"} for title in _PLAIN for number in range(3))


@dataclass(frozen=True)
class Ran:
    """What a verb said."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """Every line of standard output, read as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def object(self) -> Any:
        """The one line of standard output, read as JSON."""
        [found] = self.objects
        return found


@dataclass
class CommandLine:
    """Runs verbs in a folder with a configuration and a database of its own."""

    folder: Path
    #: where trained models are kept; shared by a whole test run
    models: Path
    #: where the feeds are
    feeds_at: str = "http://127.0.0.1:9"
    now: datetime = NOW
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.config = write_world(self.folder / "config", feeds_at=self.feeds_at)
        self.outbox = self.folder / "outbox"
        self.environ = {
            "TRENDWATCH_STORE_URL": f"sqlite:///{self.folder / 'trendwatch.db'}",
            "TRENDWATCH_MAIL_OUTBOX": str(self.outbox),
            "TRENDWATCH_CACHE": str(self.models),
            "TRENDWATCH_LOG_LEVEL": "error",
            "TRENDWATCH_NET_ALLOW": '[{"address": "127.0.0.1", "per_host": 4, "spacing_seconds": 0.0}]',
            **self.environ,
        }

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> Ran:
        """Run a verb a minute after the one before; the code is what the shell would see."""
        self.now += timedelta(minutes=1)
        before = ("--config", str(self.config), "--now", self.now.isoformat())
        return run((*before, *arguments), stdin=stdin, environ=self.environ)


def run(arguments: Sequence[str], *, stdin: str | bytes = "", environ: Mapping[str, str]) -> Ran:
    """Run the console script's function as the shell would, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _stream in range(2))
    piped = stdin if isinstance(stdin, bytes) else stdin.encode()
    kept, logging = (dict(os.environ), sys.argv, sys.stdin), structlog.get_config()
    code: object = 0
    try:
        os.environ.update(environ)
        sys.argv, sys.stdin = ["trendwatch", *arguments], io.TextIOWrapper(io.BytesIO(piped))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as ended:
        code = ended.code or 0
    finally:
        os.environ.clear()
        os.environ.update(kept[0])
        sys.argv, sys.stdin = kept[1:]
        structlog.configure(**logging)
    assert isinstance(code, int)
    return Ran(code, *(_written(one) for one in (out, err)))


def _written(stream: io.TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


def rss(title: str, entries: Sequence[tuple[str, str, datetime]]) -> bytes:
    """Return a feed of (title, summary, time) entries."""
    items = "".join(
        f"<item><guid>{number}-{at:%Y%m%d%H%M}</guid><title>{heading}</title>"
        f"<description>{summary}</description><link>https://news.example/{at:%Y%m%d%H%M}/{number}</link>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate></item>"
        for number, (heading, summary, at) in enumerate(entries)
    )
    return f'<rss version="2.0"><channel><title>{title}</title>{items}</channel></rss>'.encode()


def news(now: datetime = NOW) -> dict[str, bytes]:
    """Return what the three papers print: one event told by two of them, and small things."""
    told = now - timedelta(days=2)
    event = "Drones count ripe apples in every orchard of the valley"
    return {
        "/orchard_post": rss(
            "Orchard Post",
            [
                (event, "Farmers fly twice a week and pick a third faster.", told),
                ("A soil sensor for every vine", "Cheaper than a ditch.", told - timedelta(hours=5)),
            ],
        ),
        "/field_wire": rss(
            "Field Wire",
            [(f"{event}, growers say", "Farmers fly drones twice a week.", told + timedelta(hours=3))],
        ),
        "/village_echo": rss("Village Echo", [("The choir sings again", "On Sunday.", told)]),
    }


def stream(weeks: int = 40, *, rise_from: int = 30) -> list[dict[str, str]]:
    """Return a dated archive of five papers in which drones clearly rise from one week on."""
    start = datetime(2024, 6, 3, 8, tzinfo=UTC)
    subjects = (
        "rain",
        "choir",
        "bridge",
        "market",
        "football",
        "school",
        "harbour",
        "theatre",
        "road",
        "park",
    )
    places = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper")
    lines: list[dict[str, str]] = []
    for week in range(weeks):
        for paper in range(5):
            for number in range(8):
                drones = number < (5 if week >= rise_from else 0) or (
                    number == 5 and (week + paper) % 10 == 0
                )
                place = places[(week + number) % 10] + subjects[(week * 3 + paper + number) % 10]
                seen = subjects[(week + paper * 2 + number) % 10]
                title = (
                    f"Drone over {place} reports {seen} {week}{paper}{number}"
                    if drones
                    else f"{subjects[(paper + number) % 10].title()} of {place} {week}{paper}{number}"
                )
                lines.append(
                    {
                        "id": f"{week}-{paper}-{number}",
                        "title": title,
                        "summary": "",
                        "date": (start + timedelta(weeks=week, hours=paper * 24 + number)).isoformat(),
                        "source": f"paper_{paper}",
                        "url": f"https://paper{paper}.example/{week}/{number}",
                    }
                )
    return lines


def as_lines(values: Sequence[Mapping[str, object]]) -> str:
    """Return JSON lines."""
    return "".join(json.dumps(value) + "\n" for value in values)
