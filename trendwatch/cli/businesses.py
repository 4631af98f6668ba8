"""Businesses kept by name: add, list, show, export, erase. Changes are overlays; the files stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli import profiles
from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table

if TYPE_CHECKING:
    from trendwatch.wiring import Service


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    business = typer.Typer(
        help="Businesses: new, add, list, show, set, preview, rules, rule, forget, export, erase.",
        no_args_is_help=True,
    )
    profiles.register(business)
    business.command("add")(add_business)
    business.command("list")(list_businesses)
    business.command("show")(show_business)
    business.command("export")(export_business)
    business.command("erase")(erase_business)
    app.add_typer(business, name="business")


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
        business = new_business(
            service.store, service.config, key, given=values, by="cli", now=service.clock()
        )
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
            if one not in (None, "", [], {}):
                typer.echo(f"{name:18} {_as_words(one)}")


def _as_words(value: object) -> str:
    if isinstance(value, dict):
        value = [f"{name} {one}" for name, one in value.items()]
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def export_business(context: typer.Context, key: str) -> None:
    """Print everything that is kept about a business as one JSON object."""
    from trendwatch.pipeline.erase import export

    with given(context).service() as service:
        known = {one.key: one for one in service.config.businesses}
        print_json(export(service.store, key, known.get(key), now=service.clock()))


def erase_business(
    context: typer.Context,
    key: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget everything about a business; of those who left, a keyed hash stays."""
    from trendwatch.pipeline.erase import erase
    from trendwatch.ways import make_outbox

    with given(context).service() as service:
        service.config.check_erasable(key)
        if not yes:
            typer.confirm(f"Forget everything about {key}? This cannot be undone.", abort=True)
        outbox = make_outbox(service.settings.mail)
        gone = erase(service.store, key, remove_file=outbox.remove, clock=service.clock)
        typer.echo(f"{key} is forgotten: {gone.deliveries} deliveries, {gone.files} mails in the outbox")
