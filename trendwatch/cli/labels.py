"""``labels``: what an operator says about tags, and which model gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli import corrections, label_changes, linting
from trendwatch.cli.options import AsJson, given, print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trendwatch.pipeline.correct import Question
    from trendwatch.types.tags import Tag

_WHY = {
    "readers": "readers doubt it",
    "random": "picked at random, to measure",
    "conflict": "terms and model disagree",
    "margin": "unsure",
}


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    labels = typer.Typer(
        help="Labels: list, try, add; judge tags, see which model gives them, go back to an earlier one.",
        no_args_is_help=True,
    )
    label_changes.register(labels)
    labels.command("queue")(queue)
    labels.command("correct")(correct)
    corrections.register(labels)
    linting.register(labels)
    labels.command("models")(models)
    labels.command("back")(back)
    app.add_typer(labels, name="labels")


def queue(context: typer.Context, as_json: AsJson = False) -> None:
    """List items to judge: what readers doubt, then 25 a week: rare, contradictory, some at random."""
    from trendwatch.pipeline.correct import queue as waiting

    with given(context).service() as service:
        service.desk.ask_about_tags()
        found = waiting(service.store, now=service.clock())
        names = service.config.taxonomy.names()
    if as_json:
        print_json(found)
        return
    rows = [
        (one.tagged.item.id, _why(one, names), one.tagged.item.title, _said(one.tagged.tags)) for one in found
    ]
    title = "to judge: trendwatch labels correct ID"
    print_table(title, ("id", "why", "title", "tags"), rows)


def correct(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of an item.")],
    add: Annotated[list[str] | None, typer.Option(help="A label it should have, like area:drones.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A label it should not have.")] = None,
    none: Annotated[list[str] | None, typer.Option(help="A facet it should have no label of.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what an item's labels are; with no option, that all its tags are right. Learnt at night."""
    from trendwatch.pipeline.correct import correct as keep
    from trendwatch.pipeline.correct import described

    with given(context).service() as service:
        kept = keep(
            *(service.store, service.config.taxonomy, item),
            add=add or [],
            remove=remove or [],
            none=none or [],
            by="cli",
            now=service.clock(),
        )
    if as_json:
        print_json({"item": item, "labels": described(kept)})
        return
    for facet, keys in described(kept).items():
        typer.echo(f"{facet}: {', '.join(keys) or 'none'}")


def models(context: typer.Context, as_json: AsJson = False) -> None:
    """List the models: current, being built, old, refused."""
    with given(context).service() as service:
        found = service.store.models.versions()
    if as_json:
        print_json({"models": found})
        return
    rows = [(version, state, f"{made:%Y-%m-%d %H:%M}") for version, state, made in found]
    print_table("models", ("version", "state", "made"), rows)


def back(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="A version that labels models lists.")],
) -> None:
    """Go back to an earlier or refused model; it counts the last months again before it takes over."""
    from datetime import timedelta

    from trendwatch.pipeline.learn import go_back

    with given(context).service() as service:
        config = service.config
        recount = timedelta(days=config.settings.digest.recount_days)
        model = go_back(service.store, version, config.taxonomy, recount=recount, clock=service.clock)
    typer.echo(f"going back to {version}, as {model.version}")


def _why(question: Question, names: Mapping[str, str]) -> str:
    from trendwatch.pipeline.doubts import doubt_words

    said = [f"{doubt_words(one, names)} ({', '.join(one.readers)})" for one in question.doubts]
    return "; ".join(said) or _WHY[question.why]


def _said(tags: tuple[Tag, ...]) -> str:
    return ", ".join(f"{tag.full_key} {tag.confidence:.2f}" for tag in tags) or "none"
