"""``why``: what became of the stories that a digest could have shown."""

from __future__ import annotations

from typing import Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(why)


def why(
    context: typer.Context,
    business: Annotated[str, typer.Option("--business", "-b", help="Business key.")],
    week: Annotated[str, typer.Option("--week", "-w", help="Week such as 2025-W10, or latest.")] = "latest",
    story: Annotated[str, typer.Option("--story", "-s", help="Only this story, with its points.")] = "",
    limit: Annotated[int, typer.Option(help="Stories listed.", min=1, max=1000)] = 30,
    as_json: AsJson = False,
) -> None:
    """Say why stories are in a digest, or the first gate that kept them out."""
    from trendwatch.advice.whynot import unknown
    from trendwatch.pipeline.compose import explain

    with given(context).service() as service:
        service.config.business(business)
        found = explain(service.store, business, week)
    shown = (
        [next((one for one in found if one.story_id == story), unknown(story))] if story else found[:limit]
    )
    if as_json:
        print_json(shown)
        return
    if not story:
        rows = [(f"{one.points:.1f}", one.story_id, one.title, one.short) for one in shown]
        print_table(
            f"{len(found):,} stories considered", ("points", "story", "title", "what became of it"), rows
        )
        return
    (one,) = shown
    typer.echo(f"{one.title or story}\n{one.words}")
    for part in one.parts:
        typer.echo(f"  {part.points:+.1f}  {part.reason}")
