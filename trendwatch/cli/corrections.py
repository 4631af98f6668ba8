"""``labels corrections``, ``labels undo``: what operators said of tags, looked after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, GoOn, given, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.types.tags import Said


def register(labels: typer.Typer) -> None:
    """Add the verbs."""
    labels.command("corrections")(corrections)
    labels.command("undo")(undo)


def corrections(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 50,
    cursor: GoOn = None,
    as_json: AsJson = False,
) -> None:
    """List what was said of tags: which facet of which item, by whom and when; the latest first."""
    with given(context).service() as service:
        page = service.store.corrections.listed(limit=limit, cursor=cursor)
    if as_json:
        print_json({"corrections": page.said, "next_cursor": page.next_cursor})
        return
    rows = [
        (one.item_id, f"{one.made_at:%Y-%m-%d %H:%M}", one.by, one.title, said_words(one))
        for one in page.said
    ]
    title = "Corrections; trendwatch labels undo ID takes one back"
    print_table(title, ("id", "said", "by", "title", "labels"), rows)
    if page.next_cursor is not None:
        typer.echo(f"more: trendwatch labels corrections --cursor {page.next_cursor}")


def undo(
    context: typer.Context,
    item: Annotated[str, typer.Argument(help="Id of an item.")],
    facet: Annotated[list[str] | None, typer.Option(help="Only what was said of this facet.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take back what was said of an item's tags; those of the model are back at once."""
    from trendwatch.pipeline.correct import take_back

    with given(context).service() as service:
        undone = take_back(service.store, item, facets=facet or [])
    if not undone:
        raise InputError(f"nothing was said of {item}; trendwatch labels corrections lists what was")
    if as_json:
        print_json({"item": item, "undone": undone})
    else:
        typer.echo(f"taken back: {', '.join(undone)}")


def said_words(one: Said) -> str:
    """Return what was said, such as "area: ai, drones"."""
    return f"{one.facet}: {', '.join(one.labels) or 'none'}"
