"""``feeds coverage``: which sectors and technologies the feeds hear too little of, and what would help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from trendwatch.cli.options import AsJson, given, print_json, print_table

if TYPE_CHECKING:
    from trendwatch.types.coverage import FeedCoverage, LabelCoverage


def register(feeds: typer.Typer) -> None:
    """Add the verb to those about feeds."""
    feeds.command("coverage")(show_coverage)


def show_coverage(context: typer.Context, as_json: AsJson = False) -> None:
    """Show feeds, publishers and stories per sector and technology, and what to add where they are thin."""
    from trendwatch.pipeline.coverage import feed_coverage

    with given(context).service() as service:
        config = service.config
        found = feed_coverage(
            service.store, config.feeds, config.packs, taxonomy=config.taxonomy, now=service.clock()
        )
    if as_json:
        print_json(found)
        return
    for facet, title in (("sector", "Sectors"), ("area", "Technologies")):
        labels = [one for one in found.labels if one.key.startswith(f"{facet}:")]
        _print_labels(title, labels)
    _say_window(found)
    _say_thin(found.labels)


def _print_labels(title: str, labels: Iterable[LabelCoverage]) -> None:
    rows = [
        (
            one.name,
            f"{one.enabled} of {one.feeds}",
            one.owners,
            "?" if one.stories is None else one.stories,
            "?" if one.reporting is None else one.reporting,
            str(one.breadth),
        )
        for one in labels
    ]
    columns = ("about", "feeds on", "their publishers", "stories", "told by", "verdict")
    print_table(title, columns, rows)


def _say_window(found: FeedCoverage) -> None:
    said = f"{found.items:,} items from {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}"
    if all(one.stories is None for one in found.labels):
        said += ", none understood yet: judged by the feeds alone"
    typer.echo(f"{said}.")
    if found.not_covered:
        languages = ", ".join(f"{name} ({items})" for name, items in found.not_covered.items())
        typer.echo(f"Not tagged, because the taxonomy has no words in their language: {languages}.")


def _say_thin(labels: Iterable[LabelCoverage]) -> None:
    """Say in words what is thin, why, and what to do; the sectors first."""
    for one in labels:
        if one.breadth != "thin":
            continue
        typer.echo(f"\n{one.name} is thin. {' '.join(one.why)}")
        if one.add_feeds:
            typer.echo(f"  trendwatch feeds enable {' '.join(one.add_feeds)}")
        for pack in one.add_packs:
            typer.echo(f"  trendwatch feeds enable --pack {pack}")
        if not one.add_feeds and not one.add_packs:
            facet, _, key = one.key.partition(":")
            typer.echo(f"  Nothing that is off would help: trendwatch feeds add KEY URL --{facet} {key}")
