"""Feeds kept by name: add, list, remove. Changes are overlays; the files stay as they are."""

from __future__ import annotations

from typing import Annotated

import typer

from trendwatch.cli import coverage, judging, packs
from trendwatch.cli.judging import state_words
from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.cli.steps import describe


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    feeds = typer.Typer(
        help="Feeds: add, list, show, judge, test, import, switch on and off, packs.", no_args_is_help=True
    )
    feeds.command("add")(add_feed)
    feeds.command("list")(list_feeds)
    feeds.command("show")(judging.show_feed)
    feeds.command("scorecard")(judging.scorecard)
    feeds.command("test")(judging.try_feed)
    feeds.command("remove")(remove_feed)
    feeds.command("import")(judging.import_feeds)
    feeds.command("export")(judging.export_feeds)
    packs.register(feeds)
    coverage.register(feeds)
    app.add_typer(feeds, name="feeds")


def add_feed(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="lower_snake_case; never changes.")],
    url: Annotated[str, typer.Argument(help="Where it is.")],
    title: Annotated[str, typer.Option(help="What people read.")] = "",
    owner: Annotated[str, typer.Option(help="Who publishes it.")] = "",
    kind: Annotated[str, typer.Option(help="news, trade_press, vendor, research, ...")] = "news",
    sector: Annotated[list[str] | None, typer.Option(help="Sector it is about; repeat for more.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="Technology it is about; repeat for more.")] = None,
    language: Annotated[str, typer.Option(help="Of its texts.")] = "en",
    as_json: AsJson = False,
) -> None:
    """Add a feed beside those of the files."""
    values: dict[str, object] = {
        "url": url,
        "title": title or key,
        "owner": owner or title or key,
        "kind": kind,
        "sectors": sector or [],
        "areas": area or [],
        "language": language,
    }
    with given(context).service() as service:
        service.desk.changes.create_all("feed", {key: values}, by="cli")
        service.sync_feeds()
        feed = service.config.feed(key)
        if as_json:
            print_json(feed)
        else:
            typer.echo(
                f"{feed.key} added; trendwatch fetch reads it, trendwatch config export writes it to files"
            )


def remove_feed(context: typer.Context, key: str) -> None:
    """Stop polling a feed; what it brought is kept."""
    with given(context).service() as service:
        service.config.feed(key)
        service.desk.changes.remove("feed", key, by="cli")
        service.sync_feeds()
        typer.echo(f"{key} is no longer polled; its items are kept")


def list_feeds(context: typer.Context, as_json: AsJson = False) -> None:
    """List feeds, how they do and what they brought."""
    with given(context).service() as service:
        service.sync_feeds()
        config = service.config
        known = {feed.key for feed in config.feeds}
        found = [health for health in service.store.feeds.health() if health.feed.key in known]
        if as_json:
            for health in found:
                origin = config.origin("feed", health.feed.key)
                print_json(
                    {
                        **plain_value(health.feed),
                        "origin": origin,
                        "state": health.state,
                        "items": health.items,
                    }
                )
            return
        rows = [
            (
                health.feed.key,
                config.origin("feed", health.feed.key),
                health.items,
                describe(health.state.succeeded_at),
                state_words(health.state, health.items, now=service.clock()),
                health.feed.url,
            )
            for health in found
        ]
        columns = ("key", "from", "items", "last good poll", "state", "url")
        print_table("Feeds", columns, rows)
