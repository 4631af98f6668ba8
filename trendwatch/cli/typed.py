"""``tag --text``: what the tagger thinks of one text, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from trendwatch.cli.options import plain_value, print_json, print_table

if TYPE_CHECKING:
    from trendwatch.types.tags import Opinion
    from trendwatch.wiring import Service


def say_text(service: Service, text: str, *, as_json: bool) -> None:
    """Print the tags of a text with terms and confidences, and what nearly was one; nothing is kept."""
    from trendwatch.tagging.typed import read_typed
    from trendwatch.text import MAX_CHARS
    from trendwatch.types.tags import Facet

    taxonomy = service.config.taxonomy
    found = read_typed(text[:MAX_CHARS], service.desk.tagger(), taxonomy)
    none = [facet for facet in Facet if taxonomy.of(facet) and not found.given(facet)]
    if as_json:
        print_json({**plain_value(found), "none": none})
        return
    if not found.covered:
        typer.echo(f"language not covered: it reads like {found.language!r}; items in it get no tags")
        return
    rows = [_row(one, "yes") for facet in Facet for one in found.given(facet)]
    rows += [_row(one, "no: low confidence") for facet in Facet for one in found.low(facet)]
    columns = ("label", "confidence", "needed", "because of", "against", "given")
    if rows:
        print_table(f"{found.title[:60]} (model {found.version})", columns, rows)
    typer.echo(f"none: {', '.join(none) or 'no facet is without a label'}")


def _row(one: Opinion, note: str) -> tuple[str, ...]:
    sure, needed = f"{one.confidence:.2f}", f"{one.threshold:.2f}"
    return one.label, sure, needed, ", ".join(one.terms), ", ".join(one.against), note
