"""The trends of a week as a table, with what they might be without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from trendwatch.cli.options import given, plain_value, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.types.trends import Trend
    from trendwatch.wiring import Service


def list_trends(context: typer.Context, *, week: str, model: str, as_json: bool) -> None:
    """List a week's trends, with what is none and what is due to chance.

    What is over is judged first, but where an earlier model version is asked for, which judges nothing more.
    """
    with given(context).service() as service:
        asked = None if week == "latest" else _week(week, service)
        version = service.store.models.known(model) if model else _brought_up_to_date(service)
        judged = service.store.trends.last_analysed(version) if version else None
        number = judged if week == "latest" else asked
        found = service.store.trends.of_week(version, number) if version and number is not None else []
        if as_json:
            for trend in found:
                print_json(_value(trend))
            return
        if not found:
            typer.echo(_nothing(service, number, judged))
        else:
            _print_trends(found)
        if version and number is not None:
            _say_chance(service, version, number)


def _brought_up_to_date(service: Service) -> str:
    """Judge what is over and return the version that does, "" where there is none."""
    service.learn()
    service.understand()
    service.analyse()
    model = service.store.models.current()
    return model.version if model else ""


def _value(trend: Trend) -> dict[str, object]:
    """Return a trend with what is told of it beside its fields: where it goes, and its first week."""
    from trendwatch.advice.trendwords import direction

    value = plain_value(trend)
    assert isinstance(value, dict)
    return value | {"direction": direction(trend), "first_week": trend.first_week}


def _print_trends(found: Sequence[Trend]) -> None:
    rows = [
        (
            one.key,
            f"{one.strength:+.2f}",
            one.stories,
            f"{one.usual:.1f}" if one.usual is not None else "",
            _times(one),
            f"{one.stage} {one.stage_share:.0%}" if one.stage_share else one.stage,
            one.since,
        )
        for one in found
    ]
    columns = ("what", "strength", "stories", "usually", "times", "stage", "since")
    print_table(f"Trends of {found[0].week}", columns, rows)


def _times(trend: Trend) -> str:
    """Return "3.1 (1.6 to 5.2)": the shrunk ratio, and between which it lies with 95 % confidence."""
    if trend.times is None or trend.interval is None:
        return ""
    least, most = (2**bits for bits in trend.interval)
    return f"{trend.times:.1f} ({least:.1f} to {most:.1f})"


def _say_chance(service: Service, version: str, week: int) -> None:
    """Say what is no trend of a week, how many of its rises are due to chance, and what comes when."""
    from trendwatch.trends.surge import available_from
    from trendwatch.types.weeks import week_end

    for spike in service.store.trends.spikes(version, week):
        typer.echo(
            f"one full week, no trend yet: {spike.key}, {spike.stories} stories, usually {spike.usual:.1f}"
        )
    chance = service.store.trends.chance(version, week)
    if chance is not None:
        typer.echo(f"{chance.judged} labels judged; {chance.rises:.1f} of them would rise by chance alone")
    read_since = min(service.store.series.feed_weeks().values(), default=None)
    if read_since is not None and week < available_from(read_since):
        typer.echo(f"trends are available from {week_end(available_from(read_since)).date()}")


def _nothing(service: Service, week: int | None, judged: int | None) -> str:
    """Return why no trend of a week is listed: three things that are not one."""
    from trendwatch.trends.surge import available_from, week_state
    from trendwatch.types.weeks import week_name, week_number

    now = week_number(service.clock())
    told_from = available_from(min(service.store.series.feed_weeks().values(), default=now))
    asked = now - 1 if week is None else week
    said = {
        "judged": "nothing clearly rises or fades",
        "too_early": "too little was read before it to say",
        "not_judged": "it is not judged yet",
    }
    return f"{week_name(asked)}: {said[week_state(asked, judged=judged, told_from=told_from)]}"


def _week(name: str, service: Service) -> int:
    from trendwatch.api.asked import exact_week, past_week

    try:
        exact_week(name)
    except ValueError as error:
        raise InputError(f"{name!r} is no week; write it like 2025-W14, or latest") from error
    return past_week(name, service.clock())
