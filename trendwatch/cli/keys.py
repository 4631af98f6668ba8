"""API keys: add, list, revoke."""

from __future__ import annotations

import typer

from trendwatch.cli.options import AsJson, given, print_json, print_table
from trendwatch.cli.steps import describe
from trendwatch.errors import NotFound


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    keys = typer.Typer(help="API keys: add, list, revoke.", no_args_is_help=True)
    keys.command("add")(add_key)
    keys.command("list")(list_keys)
    keys.command("revoke")(revoke_key)
    app.add_typer(keys, name="keys")


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
