"""The demo: a simulated world of news, filled once into a folder of its own and then served."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json, progress
from trendwatch.cli.serving import Host, Port, listen, serve_pages

if TYPE_CHECKING:
    from trendwatch.demo.fill import Filled
    from trendwatch.wiring import Service

#: Of the environment only where this machine keeps things: a store set for the real service is not ours.
_KEPT = ("HOME", "XDG_CACHE_HOME", "TRENDWATCH_CACHE")
_SAID_EVERY = 13

Data = Annotated[Path, typer.Option("--data", help="Folder of the demo; delete it to start over.")]
Seed = Annotated[int, typer.Option(help="Another seed is another world with the same truth.")]
Weeks = Annotated[int, typer.Option(min=1, max=520, help="Weeks of news.")]
Feeds = Annotated[int, typer.Option(min=8, max=500, help="Feeds in it.")]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(demo)


def demo(
    context: typer.Context,
    data: Data = Path("data/demo"),
    seed: Seed = 1,
    weeks: Weeks = 104,
    feeds: Feeds = 80,
    host: Host = "",
    port: Port = None,
    serve: Annotated[bool, typer.Option(help="Serve the pages after filling.")] = True,
    truth: Annotated[bool, typer.Option("--truth", help="Print what is planted, as JSON, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Fill a folder with two years of simulated news and serve its pages."""
    from trendwatch.config.addresses import page_address
    from trendwatch.demo.nuisance import Nuisance
    from trendwatch.demo.truth import PLANTED_WEEKS, planted

    if truth:
        nuisance = Nuisance().scaled(weeks / PLANTED_WEEKS)
        print_json({"truth": planted(weeks).as_json(), "nuisance": nuisance.as_json()})
        return
    found = _filled(data, seed=seed, weeks=weeks, feeds=feeds) or _fill(
        context, data, seed=seed, weeks=weeks, feeds=feeds, port=port, quiet=as_json
    )
    with closing(_service(data, found)) as service:
        if not serve:
            _say(service, data, found, url="", as_json=as_json)
            return
        listening = listen(service, host=host, port=port)
    url = page_address(*listening.getsockname()[:2])
    with closing(_service(data, found, url=url)) as service:
        _say(service, data, found, url=url, as_json=as_json)
        serve_pages(service, listening)


def _filled(data: Path, *, seed: int, weeks: int, feeds: int) -> Filled | None:
    """Return what is there already, None where it is something else or not whole."""
    from trendwatch.demo.fill import VERSION, filled

    found = filled(data)
    wanted = (seed, weeks, feeds, VERSION)
    return found if found and (found.seed, found.weeks, found.feeds, found.version) == wanted else None


def _fill(
    context: typer.Context, data: Path, *, seed: int, weeks: int, feeds: int, port: int | None, quiet: bool
) -> Filled:
    from trendwatch.config import shipped_directory
    from trendwatch.demo.fill import fill
    from trendwatch.demo.world import World
    from trendwatch.logs import set_up_logging

    set_up_logging(level="error", as_json=False)
    began = time.monotonic()
    with progress("simulating", quiet=quiet) as say:
        if not quiet:
            typer.echo(f"Simulated news: {feeds} feeds, {weeks} weeks into {data}", err=True)
        report = fill(
            data,
            World(seed, weeks=weeks, feeds=feeds),
            config=given(context).config or shipped_directory(),
            # Links in the simulated mails lead to where the pages will be.
            environ=_environ(os.environ) | ({"TRENDWATCH_SERVE_PORT": str(port)} if port else {}),
            on_week=_teller(weeks, say, quiet=quiet),
        )
    if not quiet:
        typer.echo(f"filled in {time.monotonic() - began:.0f} seconds", err=True)
    return report


def _teller(weeks: int, say: Callable[[str], None], *, quiet: bool) -> Callable[[int, Filled], None]:
    """Return what says how far it is: each week on a terminal, now and then in a log."""

    def tell(week: int, so_far: Filled) -> None:
        said = f"week {week + 1} of {weeks}, {so_far.items:,} items, {so_far.digests} digests"
        say(said)
        if not quiet and (week + 1) % _SAID_EVERY == 0:
            typer.echo(f"  {said}", err=True)

    return tell


def _environ(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in _KEPT if name in environ}


def _service(data: Path, found: Filled, *, url: str = "") -> Service:
    """Return a service whose present is the simulated world's; links on its pages begin with the URL."""
    from trendwatch.demo.fill import BANNER
    from trendwatch.wiring import Service, make_clock

    return Service(
        directory=data / "config",
        environ=_environ(os.environ) | ({"TRENDWATCH_SERVE_BASE_URL": url} if url else {}),
        clock=make_clock(datetime.fromisoformat(found.now)),
        banner=BANNER,
    )


def _say(service: Service, data: Path, found: Filled, *, url: str, as_json: bool) -> None:
    """Say what there is and where to look."""
    businesses = service.config.businesses
    outbox = Path(service.settings.mail.outbox)
    if as_json:
        links = {one.key: f"{url}/digests/{one.key}/latest" for one in businesses} if url else {}
        print_json({**asdict(found), "url": url, "digests_of": links, "outbox": str(outbox)})
        return
    typer.echo(
        f"{data}: {found.items:,} items in {found.stories:,} stories from {found.feeds} feeds, "
        f"{found.trends} trends, {found.digests} digests, up to {found.now[:10]}"
    )
    if url:
        typer.echo(f"\n  What is coming      {url}/")
        for one in businesses:
            typer.echo(f"  {one.name:36} {url}/digests/{one.key}/latest")
    typer.echo(f"\n  Mails are in {outbox}")
    typer.echo("  What is planted: trendwatch demo --truth")
    typer.echo(f"  Delete {data} to start over.")
