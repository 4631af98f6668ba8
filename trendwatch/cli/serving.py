"""Verbs that stay: run (scheduler, API and pages in one process) and serve (API and pages only)."""

from __future__ import annotations

import ipaddress
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import given

if TYPE_CHECKING:
    from trendwatch.wiring import Service


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(run)
    app.command()(serve)


def run(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.", show_default="serve.host")] = "",
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="serve.port")] = None,
) -> None:
    """Poll, understand, compose and send on schedule, and serve API and pages."""
    from trendwatch.jobs.schedule import ticking

    with given(context).service() as service, ExitStack() as closing:
        closing.enter_context(ticking(service.tick, seconds=service.settings.schedule.tick_seconds))
        _serve(service, host=host, port=port)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to listen on.", show_default="serve.host")] = "",
    port: Annotated[int | None, typer.Option(help="Port to listen on.", show_default="serve.port")] = None,
) -> None:
    """Serve API and pages; another process does the work."""
    with given(context).service() as service:
        _serve(service, host=host, port=port)


def _serve(service: Service, *, host: str, port: int | None) -> None:
    import uvicorn

    from trendwatch.api import create_app

    settings = service.settings.serve
    address, number = host or settings.host, settings.port if port is None else port
    app = create_app(service.parts(open_to_all=is_loopback(address)))
    typer.echo(f"trendwatch serves http://{_in_url(address)}:{number}/  (stop with Ctrl-C)", err=True)
    if not is_loopback(address):
        typer.echo("bound beyond this machine: make a key with trendwatch keys add NAME", err=True)
    uvicorn.run(app, host=address, port=number, log_level="warning", server_header=False)


def is_loopback(host: str) -> bool:
    """Return whether an address can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
