"""``practices``: what a business can do, told in plain words, and which of it the news speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.filters import MEMORY, Stdin
from trendwatch.cli.lines import Wrong, read_items, standard_input
from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.advice.practices import Matcher
    from trendwatch.config import Config
    from trendwatch.types.news import Item
    from trendwatch.types.practices import Practice, PracticeMatch, Range
    from trendwatch.types.tags import Facet
    from trendwatch.wiring import Service

_WIDTH = 90
_SKILLS = {
    "low": "none beyond using a phone and a browser",
    "some": "someone who is at ease with settings and spreadsheets",
    "good": "someone who sets up software or equipment for a living",
}
_RISKS = {
    "security": "Security",
    "privacy": "Privacy",
    "lock_in": "Dependence",
    "ethics": "Fairness",
    "regulation": "Rules",
}
_ASSUMED = "Figures are the team's assumptions for a business of about ten people, not measured."


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    practices = typer.Typer(
        help="Practices: list and show what a business can do, match it with news.", no_args_is_help=True
    )
    practices.command("list")(list_practices)
    practices.command("show")(show_practice)
    practices.command("match")(match)
    app.add_typer(practices, name="practices")


def list_practices(
    context: typer.Context,
    sector: Annotated[str, typer.Option(help="Only those for this sector, or for every one.")] = "",
    function: Annotated[str, typer.Option(help="Only those that improve this function.")] = "",
    as_json: AsJson = False,
) -> None:
    """List practices: what another sector does and a business can try."""
    from trendwatch.advice.practices import band

    with given(context).service() as service:
        config = service.config
        found = _chosen(config, sector=sector, function=function)
    if as_json:
        for one in found:
            print_json({**plain_value(one), "origin": config.origin("practice", one.key)})
        return
    if not found:
        typer.echo("there are none; practices are written to practices.toml")
        return
    names = config.taxonomy.names()
    rows = [
        (
            one.key,
            one.name,
            *_called("sector", [one.inspired_by], names),
            band(one.cost_per_month),
        )
        for one in found
    ]
    columns = ("key", "name", "done by", "EUR a month")
    print_table(f"{len(found)} practices", columns, rows)


def show_practice(context: typer.Context, key: str, as_json: AsJson = False) -> None:
    """Show a practice in plain words: what it is, what it takes, how to find out whether it works."""
    with given(context).service() as service:
        config = service.config
        found = config.practice(key)
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(_told(found, config.taxonomy.names())))


def match(
    context: typer.Context,
    stdin: Stdin = False,
    limit: Annotated[
        int, typer.Option(min=1, max=100_000, help="How many of the latest items to read.")
    ] = 1000,
    as_json: AsJson = False,
) -> None:
    """Say which practices the latest items speak of, or with --stdin lines of {id, title, summary}."""
    from trendwatch.advice.practices import Matcher

    if stdin:
        with given(context).service(store_url=MEMORY) as service:
            matcher = Matcher(service.config.practices)
        wrong = Wrong()
        for line in read_items(standard_input(), wrong):
            print_json({"id": line.id, "practices": _found(matcher.match(line.title, line.summary))})
        wrong.end()
        return
    with given(context).service() as service:
        read, spoken = _of_latest(service, Matcher(service.config.practices), limit=limit)
        _say_spoken(service.config, read, spoken, as_json=as_json)


def _of_latest(
    service: Service, matcher: Matcher, *, limit: int
) -> tuple[int, list[tuple[Item, tuple[PracticeMatch, ...]]]]:
    """Return how many items were read, and those that speak of a practice, the latest first."""
    from trendwatch.store.items import Filter

    items = [tagged.item for tagged in service.store.items.search(Filter(), limit=limit).items]
    matched = ((item, matcher.match(item.title, item.summary)) for item in items)
    return len(items), [(item, found) for item, found in matched if found]


def _say_spoken(
    config: Config, read: int, spoken: Sequence[tuple[Item, tuple[PracticeMatch, ...]]], *, as_json: bool
) -> None:
    if as_json:
        for item, found in spoken:
            print_json({"id": item.id, "title": item.title, "url": item.url, "practices": _found(found)})
        return
    for item, found in spoken:
        typer.echo(item.title)
        for one in found:
            typer.echo(f"    {config.practice(one.practice).name}  because of {', '.join(one.terms)}")
    typer.echo(f"{len(spoken):,} of the latest {read:,} items speak of a practice")


def _found(matches: Iterable[PracticeMatch]) -> list[dict[str, object]]:
    return [{"key": one.practice, "terms": list(one.terms)} for one in matches]


def _chosen(config: Config, *, sector: str, function: str) -> list[Practice]:
    """Return the practices for a sector and a function; "" does not restrict.

    Raises:
        InputError: there is no such sector or function; hints at a near one.
    """
    from trendwatch.types.tags import Facet

    _check(config, Facet.SECTOR, sector)
    _check(config, Facet.FUNCTION, function)
    return [
        one
        for one in config.practices
        if (not sector or one.is_for(sector)) and (not function or function in one.functions)
    ]


def _check(config: Config, facet: Facet, key: str) -> None:
    from trendwatch.config.taxonomy import Known

    if key and (complaint := Known(config.tables.labels).complaint(facet, key)):
        raise InputError(complaint)


def _called(facet: str, keys: Iterable[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(f"{facet}:{key}", key) for key in keys]


def _told(one: Practice, names: Mapping[str, str]) -> Iterator[str]:
    """Yield a practice line by line, the most useful first."""
    yield f"{one.name}  ({one.key})"
    yield ""
    yield _wrapped(one.plain)
    yield from _facts(one, names)
    yield from _listed("First week", one.first_week, numbered=True)
    if one.free_way:
        yield from _listed("Without money or special skills", [one.free_way])
    yield from _listed(
        "Find out cheaply",
        [one.experiment, f"Measure: {one.measure}", f"Go on when: {one.passes}", f"Stop when: {one.fails}"],
    )
    yield from _listed("Ask yourself about the tools you have", one.integration)
    yield from _listed("Ask people who know", one.ask)
    yield from _listed("Ask whoever sells it", one.vendor_questions)
    yield from _listed("Who may object", one.objections)
    yield from _listed("Who must learn what", one.trained)
    yield from _listed("Watch", [f"{_RISKS[risk.kind]}: {risk.sentence}" for risk in one.risks])
    yield from _listed("Recognised in news by", [", ".join(one.terms)] if one.terms else [])


def _facts(one: Practice, names: Mapping[str, str]) -> Iterator[str]:
    facts = (
        ("Improves", ", ".join(_called("function", one.functions, names))),
        ("Rests on", ", ".join(_called("area", one.areas, names)) or "no technology in particular"),
        ("Done already by", ", ".join(_called("sector", [one.inspired_by], names))),
        ("For", ", ".join(_called("sector", one.fits, names)) or "every sector"),
        ("What to change", one.adapt),
        ("To start", _amount(one.cost_once, "EUR")),
        ("A month", _amount(one.cost_per_month, "EUR")),
        ("In the first month", _amount(one.hours_first_month, "hour", plural="hours")),
        ("Skills", f"{one.skills}: {_SKILLS[one.skills]}"),
    )
    yield ""
    for name, said in facts:
        yield fill(f"{name + ':':20}{said}", _WIDTH, subsequent_indent=" " * 20, break_on_hyphens=False)
    yield _ASSUMED


def _listed(title: str, lines: Sequence[str], *, numbered: bool = False) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield title
    for number, line in enumerate(lines, start=1):
        mark = f"{number}. " if numbered else "- "
        yield _wrapped(line, first=f"  {mark}", rest=" " * (2 + len(mark)))


def _wrapped(text: str, *, first: str = "", rest: str = "") -> str:
    return fill(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _amount(range_: Range, unit: str, *, plural: str = "") -> str:
    """Return "nothing" or "20 to 300 EUR; plan with 60"."""
    from trendwatch.advice.practices import band, figure

    said = band(range_)
    if said == "nothing":
        return said
    base = "" if range_.low == range_.high else f"; plan with {figure(range_.base)}"
    return f"{said} {unit if said == 'about 1' else plural or unit}{base}"
