"""``items``: the latest news as it was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, GoOn, given, print_json, print_table

if TYPE_CHECKING:
    from trendwatch.types.tags import TaggedItem


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(items)


def items(
    context: typer.Context,
    label: Annotated[list[str] | None, typer.Option(help="Only with this label, like area:drones.")] = None,
    feed: Annotated[str, typer.Option(help="Only of this feed.")] = "",
    words: Annotated[str, typer.Option("--text", help="Only with all of these words.")] = "",
    not_covered: Annotated[
        bool, typer.Option("--not-covered", help="Only in a language that no file of terms covers.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to list.")] = 20,
    cursor: GoOn = None,
    as_json: AsJson = False,
) -> None:
    """List the latest items with their labels."""
    from trendwatch.errors import InputError
    from trendwatch.store.items import Filter

    with given(context).service() as service:
        names = service.config.taxonomy.names()
        if unknown := [key for key in label or () if key not in names]:
            raise InputError(f"there is no label {unknown[0]!r}; write it like area:drones")
        if feed:
            service.config.feed(feed)
        wanted = Filter(
            labels=tuple(label or ()), feed_key=feed, text=words, covered=False if not_covered else None
        )
        page = service.store.items.search(wanted, limit=limit, cursor=cursor)
    if as_json:
        print_json({"items": page.items, "next_cursor": page.next_cursor})
        return
    rows = list(map(_row, page.items))
    print_table("items", ("id", "first seen", "feed", "title", "labels"), rows)
    if page.next_cursor is not None:
        typer.echo(f"more: --cursor {page.next_cursor}")


def _row(one: TaggedItem) -> tuple[str, ...]:
    item, labels = one.item, [tag.full_key for tag in one.tags]
    return item.id, f"{item.first_seen_at:%Y-%m-%d}", item.feed_key, item.title, ", ".join(labels) or "none"
