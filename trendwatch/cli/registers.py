"""What is kept by name: feeds, businesses, API keys. Changes are overlays; the files stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli import coverage, delivering, judging, packs, profiles
from trendwatch.cli.judging import state_words
from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.cli.steps import describe
from trendwatch.errors import NotFound

if TYPE_CHECKING:
    from trendwatch.wiring import Service


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
    business = typer.Typer(
        help="Businesses: new, add, list, show, set, preview, rules, rule, forget, export, erase.",
        no_args_is_help=True,
    )
    profiles.register(business)
    business.command("add")(add_business)
    business.command("list")(list_businesses)
    business.command("show")(show_business)
    business.command("export")(delivering.export_business)
    business.command("erase")(delivering.erase_business)
    app.add_typer(business, name="business")
    keys = typer.Typer(help="API keys: add, list, revoke.", no_args_is_help=True)
    keys.command("add")(add_key)
    keys.command("list")(list_keys)
    keys.command("revoke")(revoke_key)
    app.add_typer(keys, name="keys")


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
        print_table("Feeds", columns, rows, whole_keys=True)


def add_business(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="lower_snake_case.")],
    name: Annotated[str, typer.Option(help="What people read.")],
    sector: Annotated[str, typer.Option(help="Sector key, such as retail.")],
    goal: Annotated[list[str] | None, typer.Option(help="Function to improve; repeat for more.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="Technology of interest; repeat for more.")] = None,
    email: Annotated[str, typer.Option(help="Where the digest goes; none means page and feed only.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA zone, such as Europe/Lisbon.")] = "UTC",
    as_json: AsJson = False,
) -> None:
    """Add a business beside those of the files."""
    from trendwatch.pipeline.changing import new_business

    values: dict[str, object] = {
        "name": name,
        "sector": sector,
        "goals": goal or [],
        "areas": area or [],
        "email": email,
        "timezone": timezone,
    }
    with given(context).service() as service:
        business = new_business(service.store, service.config, key, values, by="cli", now=service.clock())
        if as_json:
            print_json(business)
        else:
            typer.echo(
                f"{business.name} added; its welcome digest is composed by trendwatch digest or the next tick"
            )


def list_businesses(context: typer.Context, as_json: AsJson = False) -> None:
    """List businesses."""
    with given(context).service() as service:
        config = service.config
        if as_json:
            for business in config.businesses:
                print_json({**plain_value(business), "origin": config.origin("business", business.key)})
            return
        rows = [
            (one.key, one.name, one.sector, config.origin("business", one.key), _latest(service, one.key))
            for one in config.businesses
        ]
        print_table("Businesses", ("key", "name", "sector", "from", "latest digest"), rows)


def _latest(service: Service, key: str) -> str:
    found = service.store.digests.of(key, limit=1)
    return found[0].period if found else "none yet"


def show_business(context: typer.Context, key: str, as_json: AsJson = False) -> None:
    """Show one business as it is understood."""
    with given(context).service() as service:
        business = service.config.business(key)
        value = plain_value(business)
        if as_json:
            print_json(value)
            return
        for name, one in value.items():
            typer.echo(f"{name:18} {', '.join(map(str, one)) if isinstance(one, list) else one}")


def add_key(context: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Make an API key; it is shown once."""
    with given(context).service() as service:
        key = service.store.keys.create(name, now=service.clock())
        if as_json:
            print_json({"name": name, "key": key})
        else:
            typer.echo(key)
            typer.echo("Keep it: only its hash is stored, it cannot be shown again.", err=True)


def list_keys(context: typer.Context, as_json: AsJson = False) -> None:
    """List API keys by prefix."""
    with given(context).service() as service:
        found = service.store.keys.list()
        if as_json:
            for prefix, name, created_at, revoked_at in found:
                print_json(
                    {"prefix": prefix, "name": name, "created_at": created_at, "revoked_at": revoked_at}
                )
            return
        rows = [
            (prefix, name, describe(made), describe(gone) if gone else "")
            for prefix, name, made, gone in found
        ]
        print_table("API keys", ("prefix", "name", "created", "revoked"), rows)


def revoke_key(context: typer.Context, prefix: str) -> None:
    """Make an API key useless at once."""
    with given(context).service() as service:
        if not prefix:
            raise NotFound("api key", prefix)
        service.store.keys.revoke(prefix, now=service.clock())
        typer.echo(f"{prefix} is revoked")
