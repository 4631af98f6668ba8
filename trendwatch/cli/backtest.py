"""``backtest``: what another configuration would have made of past weeks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json, progress

if TYPE_CHECKING:
    from trendwatch.pipeline.backtest import Backtest


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(backtest)


def backtest(
    context: typer.Context,
    config: Annotated[Path, typer.Option("--config", help="Configuration directory to try.")],
    weeks: Annotated[int, typer.Option(help="Weeks to look back.", min=1, max=400)] = 8,
    examples: Annotated[int, typer.Option(help="Headlines shown of each kind.", min=0, max=1000)] = 5,
    as_json: AsJson = False,
) -> None:
    """Show what another configuration would have made of past weeks; nothing is written."""
    from trendwatch.config import load
    from trendwatch.pipeline.backtest import backtest as run
    from trendwatch.pipeline.learn import trained
    from trendwatch.tagging.model import Tagger

    with given(context).service() as service, progress("composing past weeks", quiet=as_json):
        tried = load(config, environ=os.environ, overlays=service.store.overlays.list())
        model = trained(tried.taxonomy, tried.examples(), cache=service.model_cache, clock=service.clock)
        found = run(
            service.store,
            tried,
            old=Tagger.load(service.cold_model(), service.config.taxonomy),
            new=Tagger.load(model, tried.taxonomy),
            weeks=weeks,
            now=service.clock(),
        )
    if as_json:
        print_json(_plain(found))
    else:
        _say(found, examples)


def _plain(found: Backtest) -> dict[str, object]:
    return {
        "editions": found.editions,
        "stories": found.stories,
        "digests": found.digests,
        "flips": found.flips,
        "labels": {key: {"gained": up, "lost": down} for key, (up, down) in found.labels.items()},
        "sectors": {key: {"before": was, "after": will} for key, (was, will) in found.sectors.items()},
        "differences": found.differences,
    }


def _say(found: Backtest, examples: int) -> None:
    typer.echo(f"{found.editions} editions, {found.stories:,} stories, {found.digests} digests")
    typer.echo(f"Labels: {len(found.flips)} would have changed")
    for key, (gained, lost) in found.labels.items():
        typer.echo(f"  {key}: {gained} gained, {lost} lost")
    for flip in found.flips[:examples]:
        typer.echo(f"    {'+' if flip.gained else '-'} {flip.label}  {flip.title}")
    typer.echo(f"Sectors: {len(found.sectors)} would have had more or fewer stories")
    for key, (before, after) in found.sectors.items():
        typer.echo(f"  {key}: {after} instead of {before}")
    typer.echo(f"Digests: {len(found.differences)} of {found.digests} would have shown other stories")
    for one in found.differences:
        typer.echo(f"  {one.business_key} {one.period}")
        typer.echo(
            "\n".join([*(f"    - {title}" for title in one.gone), *(f"    + {title}" for title in one.come)])
        )
