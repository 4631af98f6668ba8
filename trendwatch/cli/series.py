"""``series``: stories of labels, pairs and words by week or day."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.store.series import SeriesCounts
    from trendwatch.types.trends import Series


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
    feeds: Annotated[bool, typer.Option("--feeds", help="Of one key: what each feed told, by week.")] = False,
    as_json: AsJson = False,
) -> None:
    """Count the stories of labels, pairs and words by week or day, the oldest first."""
    from trendwatch.api.asked import counted_keys
    from trendwatch.types.weeks import week_name, week_number, week_start

    if feeds and (by is By.DAY or len(key) > 1):
        raise InputError("--feeds counts one key by week: name one, without --by day")
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
            found = (
                _by_feed(ask, model.version, key[0], first_week=first, last_week=last)
                if feeds
                else ask.series(model.version, key, first_week=first, last_week=last)
            )
        since = f"{week_start(first):%Y-%m-%d}" if by is By.DAY else week_name(first)
        unread = ask.unread(model.version, first_week=first, last_week=last)
    told = {one.key: one.known(unread, per_week=7 if by is By.DAY else 1) for one in found}
    if as_json:
        print_json({"by": by, "since": since, "series": told})
        return
    _say(told, f"Stories by {by}, available from {since}:", [week_name(week) for week in sorted(unread)])


def _say(told: dict[str, tuple[int | None, ...]], head: str, unread: list[str]) -> None:
    typer.echo(head)
    for name, stories in told.items():
        said = " ".join("-" if count is None else str(count) for count in stories)
        typer.echo(f"{name}  {said or 'none yet'}")
    if unread:
        typer.echo(f"-: not known; nothing was read in {', '.join(unread)}")


def _by_feed(ask: SeriesCounts, version: str, key: str, *, first_week: int, last_week: int) -> list[Series]:
    """Return the series of a key in each feed that told of it, by the names of the feeds."""
    from trendwatch.types.trends import Series

    told = ask.by_feed_weeks(version, key, first_week=first_week, last_week=last_week)
    return [Series(key=feed, first_week=first_week, stories=stories) for feed, stories in told.items()]
