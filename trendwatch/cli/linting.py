"""``labels lint``: what is wrong or odd about labels, their terms and examples, and what was said of tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.advice.words import counted
from trendwatch.cli.options import AsJson, given, print_json

if TYPE_CHECKING:
    from trendwatch.errors import ConfigError
    from trendwatch.wiring import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Something to look at, and where."""

    message: str
    file: str | None = None
    line: int | None = None
    #: of a correction
    item: str | None = None
    #: where it can be judged again or taken back
    page: str | None = None
    #: nothing works until it is mended
    wrong: bool = False

    def __str__(self) -> str:
        """Return it as a line for people."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f"item {self.item}" if self.item else place
        return ": ".join(part for part in (where, self.message) if part) + (
            f" ({self.page})" if self.page else ""
        )


def register(labels: typer.Typer) -> None:
    """Add the verb."""
    labels.command("lint")(lint)


def lint(
    context: typer.Context,
    forget_gone: Annotated[
        bool, typer.Option("--forget-gone", help="Forget corrections whose item is gone.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what is wrong or odd about labels, terms, examples in all languages, and stored corrections."""
    with given(context).service() as service:
        wrong = list(_wrong_files(service))
        found = [*wrong, *([] if wrong else _odd_files(service)), *_corrections(service)]
        forgotten = service.store.lost_words.forget() if forget_gone else 0
    found = [one for one in found if not forgotten or one.file or one.item]
    for one in found:
        if as_json:
            print_json(one)
        else:
            typer.echo(str(one))
    if not as_json:
        _sum_up(found, forgotten)
    if found:
        raise typer.Exit(1)


def _sum_up(found: list[Said], forgotten: int) -> None:
    if forgotten:
        typer.echo(f"{counted(forgotten, 'correction')} without an item forgotten")
    if any(one.wrong for one in found):
        typer.echo("what is odd and stops nothing is told once the files are right")
    elif not found:
        typer.echo("labels, examples and corrections: all is well")


def _wrong_files(service: Service) -> Iterator[Said]:
    """Yield what is wrong with the files: what else is odd about them can be told afterwards."""
    from trendwatch.config import check

    overlays = service.store.overlays.list()
    for one in check(service.directory, service.environ, overlays=overlays):
        yield _in_file(one, wrong=True)


def _odd_files(service: Service) -> Iterator[Said]:
    from trendwatch.config.examples_check import example_warnings

    config = service.config
    for one in (*config.warnings, *example_warnings(config.directory, config.taxonomy)):
        yield _in_file(one)


def _in_file(one: ConfigError, *, wrong: bool = False) -> Said:
    file = str(one.file) if one.file else None
    return Said(message=one.message, file=file, line=one.line, wrong=wrong)


def _corrections(service: Service) -> Iterator[Said]:
    """Yield what is odd about what operators said: item by item, then words whose item is gone."""
    from trendwatch.config import load
    from trendwatch.errors import ConfigError
    from trendwatch.tagging.contradictions import oddities

    try:  # wrong examples are no reason not to: a label that is gone is mostly named by some of them too
        config = load(service.directory, environ=service.environ, overlays=service.store.overlays.list())
    except ConfigError:
        return  # without labels there is nothing to hold corrections against
    site = config.settings.serve.site.rstrip("/")
    for one in oddities(service.store.corrections.all(), config.taxonomy):
        page = f"{site}/tags/corrections?item={one.item_id}"
        yield Said(message=f"{one.title}: {one.message}", item=one.item_id, page=page)
    for word in service.store.lost_words.all():
        said = ", ".join(word.labels) or "none"
        yield Said(
            message=(
                f"a correction ({word.facet}: {said}, by {word.by}, {word.made_at:%Y-%m-%d}) is about an "
                "item that is gone: nothing learns from it; --forget-gone forgets it"
            )
        )
