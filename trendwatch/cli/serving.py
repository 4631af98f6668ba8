"""Verbs that stay: run (scheduler, API and pages in one process) and serve (API and pages only)."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from trendwatch.cli.options import given
from trendwatch.errors import ConfigError
from trendwatch.types.delivery import Lane

if TYPE_CHECKING:
    from trendwatch.api import Parts
    from trendwatch.wiring import Service

Host: TypeAlias = Annotated[str, typer.Option(help="Address to listen on.", show_default="serve.host")]
Port: TypeAlias = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.", show_default="serve.port"),
]

#: Time between two looks for what is to be sent: a digest leaves soon after it is made, whatever is polled.
SEND_SECONDS = 10
#: Connections that wait while the server is busy.
_BACKLOG = 2048
#: Bytes of a request's head: forms send what was typed in the address, up to 100 kB before it is escaped.
_LONGEST_ADDRESS = 512 * 1024


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command()(run)
    app.command()(serve)


def run(
    context: typer.Context,
    host: Host = "",
    port: Port = None,
) -> None:
    """Poll, understand, compose and send on schedule, and serve API and pages."""
    from trendwatch.jobs.schedule import ticking

    with given(context).service() as asked, ExitStack() as closing:
        listening = listen(asked, host=host, port=port)
        service = _found_at(asked, listening)
        seconds = service.settings.schedule.tick_seconds
        closing.enter_context(ticking(service.steps, seconds=seconds))
        for lane in Lane:
            closing.enter_context(ticking((sending(service, lane),), seconds=min(seconds, SEND_SECONDS)))
        serve_pages(service, listening)


def sending(service: Service, lane: Lane) -> Callable[[], object]:
    """Return the step that sends what is in one lane, for ticks of its own: no lane waits for the other."""

    def send() -> object:
        return service.send(lane)

    return send


def serve(
    context: typer.Context,
    host: Host = "",
    port: Port = None,
) -> None:
    """Serve API and pages; another process does the work."""
    with given(context).service() as asked:
        listening = listen(asked, host=host, port=port)
        serve_pages(_found_at(asked, listening), listening)


def listen(service: Service, *, host: str, port: int | None) -> socket.socket:
    """Take the address before any work begins; port 0 becomes a free one."""
    settings = service.first_settings.serve
    address, number = host or settings.host, settings.port if port is None else port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, number), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"cannot listen on {address}, port {number}: {why}; --port takes another"
        ) from error


def _found_at(service: Service, listening: socket.socket) -> Service:
    """Return a service whose links lead to the address that was taken, unless a public one is configured."""
    address, number = listening.getsockname()[:2]
    said = {"TRENDWATCH_SERVE_HOST": address, "TRENDWATCH_SERVE_PORT": str(number)}
    return replace(service, environ={**service.environ, **said})


def serve_pages(service: Service, listening: socket.socket) -> None:
    """Serve API and pages until stopped."""
    import uvicorn

    from trendwatch.api import create_app
    from trendwatch.config.addresses import is_local, page_address

    address, number = listening.getsockname()[:2]
    serve = service.settings.serve
    app = create_app(_parts(service, open_to_all=is_local(address)))
    typer.echo(f"trendwatch serves {page_address(address, number)}/  (stop with Ctrl-C)", err=True)
    if not is_local(address) or (serve.is_public and not serve.without_key):
        typer.echo("others can come in: make a key with trendwatch keys add NAME", err=True)
    # uvicorn ends by raising the signal it was stopped with, which would skip what is to be closed.
    signal.signal(signal.SIGTERM, _end)
    config = uvicorn.Config(
        app, log_level="warning", server_header=False, h11_max_incomplete_event_size=_LONGEST_ADDRESS
    )
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _end(*_signal: object) -> None:
    raise SystemExit(0)


def _parts(service: Service, *, open_to_all: bool) -> Parts:
    """Return what API and pages are given. Made here: wiring stands below the doors and knows none."""
    from trendwatch.api import Parts

    return Parts(
        store=service.store,
        config=lambda: service.config,
        config_error=lambda: service.config_error,
        clock=service.clock,
        desk=service.desk,
        banner=service.banner,
        open_to_all=open_to_all,
    )
