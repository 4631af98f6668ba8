"""Verbs about the configuration: check, diff, export."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from trendwatch.advice.words import counted
from trendwatch.cli.options import AsJson, given, print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    config = typer.Typer(help="Configuration: check, diff, export.", no_args_is_help=True)
    config.command("check")(check)
    config.command("diff")(diff)
    config.command("export")(export)
    app.add_typer(config, name="config")


def check(context: typer.Context, as_json: AsJson = False) -> None:
    """List everything that is wrong with the files, or odd about the terms of labels, with file and line."""
    from trendwatch.config import check as check_files
    from trendwatch.config import find_directory, load

    directory = find_directory(given(context).config, os.environ, Path.cwd())
    problems = check_files(directory, os.environ)
    odd = () if problems else load(directory, environ=os.environ).warnings
    for problem in (*problems, *odd):
        if as_json:
            file = str(problem.file) if problem.file else None
            found = {"file": file, "line": problem.line, "message": problem.message}
            print_json({**found, "warning": problem in odd})
        else:
            typer.echo(f"{'warning: ' if problem in odd else ''}{problem}")
    if problems:
        raise typer.Exit(1)
    if not as_json:
        typer.echo(f"{directory}: {'valid, ' + counted(len(odd), 'warning') if odd else 'all is well'}")


def diff(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what differs from the shipped configuration, and who said it."""
    from trendwatch.config import diff as differences
    from trendwatch.config import load, shipped_directory

    with given(context).service() as service:
        found = differences(service.config, load(shipped_directory(), environ={}))
    if as_json:
        for one in found:
            print_json(one)
    elif not found:
        typer.echo("nothing differs from what is shipped")
    else:
        rows = [(f"{one.where} {one.key}", one.default, one.value, one.origin) for one in found]
        print_table("Differences", ("what", "shipped", "in force", "said by"), rows)


def export(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="A new directory, or the one in use.")],
    as_json: AsJson = False,
) -> None:
    """Write files and what pages, API and command line changed together as files."""
    from trendwatch.config import export as write_files

    with given(context).service() as service:
        written = write_files(service.config, directory)
    if as_json:
        print_json([str(path) for path in written])
    else:
        typer.echo(f"{len(written)} files written to {directory}")
