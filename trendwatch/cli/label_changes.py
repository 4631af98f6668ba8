"""``labels list|show|try|add|remove``: the labels there are, and what a new one would tag."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.tagging.trial import Trial
    from trendwatch.types.tags import Label

What: TypeAlias = Annotated[
    str, typer.Argument(help="A full key such as area:air_taxis, or a TOML file with its table.")
]
Name: TypeAlias = Annotated[str, typer.Option(help="What people read; made of the key where left out.")]
Meaning: TypeAlias = Annotated[str, typer.Option(help="One sentence.")]
Parent: TypeAlias = Annotated[str, typer.Option(help="Key of the label it implies, of the same facet.")]
Strong: TypeAlias = Annotated[
    list[str] | None, typer.Option(help="Term that is evidence enough alone; repeat, or part by commas.")
]
Weak: TypeAlias = Annotated[list[str] | None, typer.Option(help="Term that needs a second one.")]
Anti: TypeAlias = Annotated[list[str] | None, typer.Option(help="Term that argues against.")]
#: Full key and values of a label.
Described: TypeAlias = tuple[str, dict[str, object]]

#: Weeks shown; all of them are in the JSON.
_WEEKS = 12


def register(labels: typer.Typer) -> None:
    """Add the verbs."""
    labels.command("list")(list_labels)
    labels.command("show")(show)
    labels.command("try")(_taking_a_label(try_one))
    labels.command("add")(_taking_a_label(add))
    labels.command("remove")(remove)


def list_labels(
    context: typer.Context,
    facet: Annotated[str, typer.Option(help="area, sector, function or impact.")] = "",
    as_json: AsJson = False,
) -> None:
    """List labels, facet by facet."""
    with given(context).service() as service:
        config = service.config
        found = [one for one in config.taxonomy.labels if facet in {"", one.facet}]
        origins = {one.full_key: config.origin("label", one.full_key) for one in found}
    if as_json:
        print_json({"labels": [{**plain_value(one), "origin": origins[one.full_key]} for one in found]})
        return
    rows = [
        (one.full_key, origins[one.full_key], len(one.strong), len(one.weak), len(one.anti), one.meaning)
        for one in found
    ]
    print_table("Labels", ("key", "from", "strong", "weak", "anti", "meaning"), rows)


def show(context: typer.Context, label: What, as_json: AsJson = False) -> None:
    """Show a label with its terms."""
    from trendwatch.config.labels import find_label

    with given(context).service() as service:
        found = find_label(service.config, label)
        origin = service.config.origin("label", label)
    if as_json:
        print_json({**plain_value(found), "origin": origin})
        return
    _say_label(found)
    typer.echo(f"from: {origin}")


def try_one(context: typer.Context, label: Described, *, as_json: bool) -> None:
    """Show what a new or changed label would tag of the latest 5,000 items; nothing is kept."""
    from trendwatch.pipeline.label_changes import trial_of

    with given(context).service() as service:
        key, values = label
        trial = trial_of(service.store, service.config, key, values=values)
    if as_json:
        print_json({**plain_value(trial), "silent": trial.silent})
    else:
        _say_trial(trial)


def add(context: typer.Context, label: Described, *, as_json: bool) -> None:
    """Add a label beside those of the files, or change one; term lists given replace those there are."""
    from trendwatch.pipeline.label_changes import keep_label

    with given(context).service() as service:
        key, values = label
        kept = keep_label(service.store, service.config, key, values=values, by="cli", now=service.clock())
    if as_json:
        print_json(kept)
        return
    _say_label(kept)
    typer.echo(
        "kept; the next training learns it and tags the last months anew (trendwatch train, trendwatch tag); "
        "trendwatch config export writes it to files"
    )


def remove(context: typer.Context, label: What) -> None:
    """Forget what was added or changed of a label; what the files say holds again."""
    from trendwatch.pipeline.label_changes import drop_label

    with given(context).service() as service:
        drop_label(service.store, service.config, label)
    typer.echo(f"{label}: forgotten what was added or changed")


def _taking_a_label(verb: Callable[..., None]) -> Callable[..., None]:
    """Return a verb with the arguments that describe a label, and its own help."""

    def command(
        context: typer.Context,
        label: What,
        name: Name = "",
        meaning: Meaning = "",
        parent: Parent = "",
        strong: Strong = None,
        weak: Weak = None,
        anti: Anti = None,
        as_json: AsJson = False,
    ) -> None:
        said = {"name": name, "meaning": meaning, "parent": parent}
        verb(context, _read(label, said, strong=strong, weak=weak, anti=anti), as_json=as_json)

    command.__doc__ = verb.__doc__
    return command


def _read(label: str, said: Mapping[str, str], **lists: list[str] | None) -> Described:
    """Return full key and values of what was given: a file, or a key with options.

    Raises:
        InputError: no such file, or it holds no label.
    """
    from trendwatch.config.labels import read_label, terms_of

    values: dict[str, object] = {key: value for key, value in said.items() if value}
    values |= {key: terms_of("\n".join(terms)) for key, terms in lists.items() if terms is not None}
    if not label.endswith(".toml"):
        return label, values
    try:
        key, written = read_label(Path(label).read_text("utf-8"), file=label)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot be read: {error}", file=label) from error
    return key, {**written, **values}


def _say_label(label: Label) -> None:
    typer.echo(f"{label.full_key}: {label.name}. {label.meaning}")
    for what in ("parent", "strong", "weak", "anti"):
        said = getattr(label, what)
        if said:
            typer.echo(f"{what}: {said if isinstance(said, str) else ', '.join(said)}")
    _say_oddities(label)


def _say_oddities(label: Label) -> None:
    from trendwatch.config.labels import oddities

    for said in oddities(label):
        typer.echo(f"warning: {said}")


def _say_trial(trial: Trial) -> None:
    share = f"{trial.tagged / trial.items:.1%}" if trial.items else "none"
    typer.echo(f"{trial.label.full_key} on the latest {trial.items} items: {trial.tagged} tagged ({share})")
    typer.echo(f"of these {trial.from_none} had no {trial.label.facet} before")
    if trial.before:
        typer.echo(f"{trial.before} have it now, {trial.lost} of them would lose it")
    if trial.overlap:
        typer.echo("also: " + ", ".join(f"{key} {count}" for key, count in trial.overlap))
    typer.echo("terms: " + ", ".join(f"{term} {count}" for term, count in trial.terms if count))
    if trial.silent:
        typer.echo(f"in no item: {', '.join(trial.silent)}")
    _say_oddities(trial.label)
    if trial.weeks:
        last = trial.weeks[-_WEEKS:]
        typer.echo("stories a week: " + ", ".join(f"{week} {count}" for week, count in last))
    rows = [
        (
            f"{one.confidence:.2f}",
            one.title,
            ", ".join(one.terms),
            "none" if one.from_none else ", ".join(one.others),
        )
        for one in trial.samples
    ]
    if rows:
        print_table(
            "from the surest to the least sure", ("confidence", "title", "because of", "has now"), rows
        )
    typer.echo("nothing was kept; trendwatch labels add keeps it")
