"""Options that many verbs share, and how what they found is said."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from trendwatch import __version__
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.wiring import Service


def _show_version(asked: bool) -> None:
    """Print the version and end; asked before a verb is missed."""
    if asked:
        typer.echo(f"trendwatch {__version__}")
        raise typer.Exit


#: A row number: what SQLite and PostgreSQL can compare.
LARGEST = 2**63 - 1

ConfigDirectory: TypeAlias = Annotated[
    Path | None, typer.Option("--config", help="Configuration directory.", show_default="./config or shipped")
]
Now: TypeAlias = Annotated[
    str | None, typer.Option("--now", help="Pretend it is this time (RFC 3339), for tests and replays.")
]
Version: TypeAlias = Annotated[
    bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
]
GoOn: TypeAlias = Annotated[
    int | None, typer.Option("--cursor", min=0, max=LARGEST, help="Go on from there, as the last line says.")
]
AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@dataclass(frozen=True, slots=True)
class Global:
    """What stands before the verb."""

    config: Path | None
    now: str | None

    @contextmanager
    def service(self, *, store_url: str = "") -> Iterator[Service]:
        """Yield what does the work, as configured."""
        from trendwatch.logs import set_up_logging
        from trendwatch.wiring import service

        with service(
            directory=self.config,
            environ=os.environ,
            cwd=Path.cwd(),
            now=parse_time(self.now) if self.now else None,
            store_url=store_url,
        ) as made:
            log = made.first_settings.log
            set_up_logging(level=log.level, as_json=log.as_json)
            yield made


def given(context: typer.Context) -> Global:
    """Return what stood before the verb."""
    assert isinstance(context.obj, Global)
    return context.obj


def refuse_ignored(options: Mapping[str, object], *, why: str) -> None:
    """Refuse options that would change nothing here: whoever gave one believes that it did.

    Raises:
        InputError: one of them was given.
    """
    for name, value in options.items():
        if value is not None:
            raise InputError(f"{name} {why}")


def parse_time(text: str) -> datetime:
    """Return an aware time; one without zone is UTC.

    Raises:
        InputError: this is no time.
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no time; write it like 2025-03-03T08:00:00Z") from error
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def plain_value(value: Any) -> Any:
    """Return a value as JSON knows it: dataclasses become objects, times RFC 3339, durations seconds."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain_value(asdict(value))
    if isinstance(value, dict):
        return {str(key): plain_value(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time | timedelta):
        return value.total_seconds() if isinstance(value, timedelta) else value.isoformat()
    return value


def print_json(value: object) -> None:
    """Print one JSON value on one line; letters that the terminal lacks as JSON can say them."""
    encoding = (sys.stdout.encoding or "").lower()
    typer.echo(json.dumps(plain_value(value), ensure_ascii=not encoding.startswith("utf")))


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows for people, as wide as their window, or that there are none; a pipe gets everything."""
    import shutil

    from trendwatch.cli.tables import table_lines

    if not rows:
        typer.echo(f"{title}: there are none")
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    (heading, *lines), left_out = table_lines(columns, rows, width=width)
    typer.secho(title, bold=True)
    typer.secho(heading, underline=True)
    for line in lines:
        typer.echo(line)
    if left_out:
        typer.echo(f"No room for: {', '.join(left_out)}. A wider window, a pipe or --json shows all.")


@contextmanager
def progress(what: str, *, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Show that work goes on, on standard error and only to people."""
    if quiet or not sys.stderr.isatty():
        yield lambda _said: None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda said: status.update(f"{what}: {said}")
