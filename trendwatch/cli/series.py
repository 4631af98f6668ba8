"""``series``: stories of labels, pairs and words by week or day."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json
from trendwatch.errors import InputError


class By(StrEnum):
    """What stories are counted by."""

    WEEK = "week"
    DAY = "day"


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(series)


def series(
    context: typer.Context,
    key: Annotated[
        list[str],
        typer.Argument(help="Such as area:drones, area:drones|sector:retail, or a word that was told."),
    ],
    by: Annotated[By, typer.Option(help="A count a week or a day.")] = By.WEEK,
    weeks: Annotated[int, typer.Option(help="Weeks, up to the last whole one.", min=1, max=520)] = 8,
    as_json: AsJson = False,
) -> None:
    """Count the stories of labels, pairs and words by week or day, the oldest first."""
    from trendwatch.api.asked import counted_keys
    from trendwatch.types.weeks import week_name, week_number, week_start

    with given(context).service() as service:
        key = counted_keys(service.config, service.store, key)
        if (model := service.store.models.current()) is None:
            raise InputError("nothing is counted yet: fetch and understand news first")
        last = week_number(service.clock()) - 1
        first, ask = last - weeks + 1, service.store.series
        if by is By.DAY:
            first, found = ask.days(model.version, key, first_week=first, last_week=last)
        else:
            first = ask.known_from(model.version, key, first_week=first, last_week=last)
            found = ask.series(model.version, key, first_week=first, last_week=last)
        since = f"{week_start(first):%Y-%m-%d}" if by is By.DAY else week_name(first)
    if as_json:
        print_json({"by": by, "since": since, "series": {one.key: one.stories for one in found}})
        return
    typer.echo(f"Stories by {by}, available from {since}:")
    for one in found:
        typer.echo(f"{one.key}  {' '.join(map(str, one.stories)) or 'none yet'}")
