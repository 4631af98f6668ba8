"""New words: list what rose, make one a term of a label, dismiss one, take a decision back."""

from __future__ import annotations

import re
from collections.abc import Collection
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.types.places import TrendPlace
    from trendwatch.types.trends import TermVerdict


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    terms = typer.Typer(help="New words: list, accept, dismiss, take back.", no_args_is_help=True)
    terms.command("list")(list_terms)
    terms.command("accept")(accept)
    terms.command("dismiss")(dismiss)
    terms.command("undo")(undo)
    app.add_typer(terms, name="terms")


def list_terms(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 30,
    cursor: Annotated[str, typer.Option(help="Go on from there, as the last line says.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the new words that were told last, the technology they are nearest to, and what was decided."""
    from trendwatch.pipeline.vocabulary import waiting
    from trendwatch.trends.ngrams import fold

    after = _place(cursor) if cursor else None
    with given(context).service() as service:
        model = service.store.models.current()
        told = service.store.terms.latest(model.version, limit=limit, after=after) if model else ([], None)
        found, goes_on = told
        verdicts = service.store.terms.verdicts()
        decided = {one.term: one for one in verdicts}
        unlearnt = waiting(service.store, verdicts)
    if as_json:
        for one in found:
            print_json({**plain_value(one), "verdict": _said(decided.get(fold(one.key)), unlearnt)})
        return
    rows = [
        (one.key, one.week, one.stories, one.owners, one.area, _said(decided.get(fold(one.key)), unlearnt))
        for one in found
    ]
    columns = ("word", "told", "stories", "publishers", "nearest to", "decided")
    print_table("New words", columns, rows)
    if goes_on:
        typer.echo(f"more: trendwatch terms list --cursor {quote(str(goes_on))}")


def _place(cursor: str) -> TrendPlace:
    from trendwatch.types.places import TREND_PLACE, trend_place

    if not re.fullmatch(TREND_PLACE, cursor):
        raise InputError(
            f"{cursor[:50]!r} is no place in the list; the last line of a list says where it goes on"
        )
    return trend_place(cursor)


def accept(
    context: typer.Context,
    term: Annotated[str, typer.Argument(help="As it is written, such as 'edge robotics'.")],
    label: Annotated[str, typer.Option(help="Full key of a label, such as area:robotics.")],
    as_json: AsJson = False,
) -> None:
    """Make a word a term of a label: an overlay on the taxonomy, written to files by config export."""
    from trendwatch.pipeline.vocabulary import accept_term, reach_of, reach_words

    with given(context).service() as service:
        config = service.config
        verdict = accept_term(service.store, config, term, label=label, by="cli", now=service.clock())
        reach = reach_of(service.store, config, verdict.form, label=label)
    if as_json:
        print_json({**plain_value(verdict), "reach": plain_value(reach)})
    else:
        typer.echo(f"{verdict.form} is a term of {verdict.label}: {reach_words(reach, {})}")
        typer.echo(
            "it waits for the next training: trendwatch train takes it up and counts the last months anew; "
            "trendwatch terms undo takes it back"
        )


def dismiss(
    context: typer.Context,
    term: Annotated[str, typer.Argument(help="As it is written.")],
    as_json: AsJson = False,
) -> None:
    """Never tell a word as new again."""
    from trendwatch.pipeline.vocabulary import dismiss_term

    with given(context).service() as service:
        verdict = dismiss_term(service.store, service.config, term, by="cli", now=service.clock())
    if as_json:
        print_json(verdict)
    else:
        typer.echo(f"{verdict.form} is not told again")


def undo(
    context: typer.Context,
    term: Annotated[str, typer.Argument(help="As it was accepted or dismissed.")],
    as_json: AsJson = False,
) -> None:
    """Take a decision on a word back; an accepted one leaves its label."""
    from trendwatch.pipeline.vocabulary import take_back

    with given(context).service() as service:
        verdict = take_back(service.store, service.config, term, by="cli", now=service.clock())
    if as_json:
        print_json(verdict)
    else:
        typer.echo(f"{verdict.form} may be told again")


def _said(verdict: TermVerdict | None, waiting: Collection[str]) -> str:
    if verdict is None:
        return ""
    if verdict.term in waiting:
        return f"{verdict.label}, waits for the next training"
    return verdict.label or "dismissed"
