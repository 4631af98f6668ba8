"""The verbs put together; heavy parts are imported by the verb that needs them."""

from __future__ import annotations

import sys

import typer

from trendwatch.cli import (
    backtest,
    businesses,
    configuration,
    delivering,
    demo,
    doctor,
    evaluation,
    feeds,
    filters,
    items,
    keys,
    labels,
    practices,
    series,
    serving,
    steps,
    terms,
    votes,
    why,
)
from trendwatch.cli.options import ConfigDirectory, Global, Now, Version
from trendwatch.errors import TrendwatchError
from trendwatch.garbage import collect_rarely

app = typer.Typer(
    name="trendwatch",
    help="Technology trends for small businesses: from feeds to a weekly digest.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def begin(
    context: typer.Context,
    config: ConfigDirectory = None,
    now: Now = None,
    _version: Version = False,
) -> None:
    """Technology trends for small businesses: from feeds to a weekly digest."""
    context.obj = Global(config=config, now=now)


for part in (
    serving,
    demo,
    steps,
    why,
    votes,
    backtest,
    filters,
    items,
    series,
    feeds,
    businesses,
    keys,
    delivering,
    terms,
    practices,
    labels,
    configuration,
    doctor,
    evaluation,
):
    part.register(app)


def main() -> None:
    """Run a verb; what is wrong is said in one line on standard error."""
    collect_rarely()
    try:
        app(standalone_mode=True)
    except TrendwatchError as error:
        print(f"trendwatch: {error}", file=sys.stderr)  # noqa: T201 - this is what is printed
        raise SystemExit(1) from error
    except BrokenPipeError:
        # The reader of our output has seen enough (``| head``): closing quietly is the custom.
        sys.stderr.close()
        raise SystemExit(0) from None
