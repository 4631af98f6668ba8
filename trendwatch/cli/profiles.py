"""A business from three questions, changes of it with their preview, and the rules its votes propose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, print_json
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.config import Config
    from trendwatch.types.advice import Business
    from trendwatch.wiring import Service

_Set = Annotated[
    list[str] | None,
    typer.Argument(help="Changes such as areas=drones,iot frequency=monthly; empty after = for the default."),
]


def register(business: typer.Typer) -> None:
    """Add the verbs."""
    business.command("new")(new)
    business.command("set")(change)
    business.command("preview")(show_preview)
    business.command("rules")(rules)
    business.command("rule")(decide_rule)
    business.command("forget")(forget)


def new(
    context: typer.Context,
    name: Annotated[str, typer.Option(help="What people read.")] = "",
    sector: Annotated[str, typer.Option(help="Sector key, such as retail.")] = "",
    wants: Annotated[str | None, typer.Option(help="What hurts or is wanted, in plain words.")] = None,
    effort: Annotated[str, typer.Option(help="none, little, some or plenty of time and money.")] = "",
    key: Annotated[str, typer.Option(help="lower_snake_case; made from the name where left out.")] = "",
    timezone: Annotated[str, typer.Option(help="IANA zone, such as Europe/Lisbon.")] = "UTC",
    email: Annotated[str, typer.Option(help="Where the digest goes; none means page and feed only.")] = "",
    as_json: AsJson = False,
) -> None:
    """Add a business by three questions; what is not given is asked."""
    from trendwatch.advice.answers import EFFORTS, QUESTIONS, Answers, profile_of
    from trendwatch.config.businesses import values_of
    from trendwatch.pipeline.changing import free_key, new_business

    with given(context).service() as service:
        config = service.config
        answers = Answers(
            name=name or typer.prompt("What is it called?"),
            sector=sector or _ask_sector(config, QUESTIONS[0]),
            wants=typer.prompt(QUESTIONS[1], default="") if wants is None else wants,
            effort=effort or _chosen(QUESTIONS[2], [(one.key, one.words) for one in EFFORTS]),
        )
        if answers.effort not in {one.key for one in EFFORTS}:
            raise InputError(f"{effort!r} is none of {', '.join(one.key for one in EFFORTS)}")
        key = key or free_key(answers.name, config)
        values = values_of(profile_of(answers, config.taxonomy.labels, key=key))
        values |= {"timezone": timezone, "email": email}
        found = new_business(service.store, config, key, given=values, by="cli", now=service.clock())
        if as_json:
            print_json(found)
        else:
            _say_understood(found, config)


def _ask_sector(config: Config, question: str) -> str:
    from trendwatch.types.tags import Facet

    return _chosen(question, [(one.key, one.name) for one in config.taxonomy.of(Facet.SECTOR)])


def _chosen(question: str, choices: list[tuple[str, str]]) -> str:
    typer.echo(question)
    for number, (_, words) in enumerate(choices, start=1):
        typer.echo(f"  {number:2}  {words}")
    picked = 0
    while not 0 < picked <= len(choices):
        picked = typer.prompt("Number", type=int)
    return choices[picked - 1][0]


def _say_understood(business: Business, config: Config) -> None:
    names = config.taxonomy.names()
    about = [names.get(f"area:{key}", key) for key in business.areas]
    goals = [names.get(f"function:{key}", key) for key in business.goals]
    typer.echo(f"{business.name} is added as {business.key}.")
    typer.echo(f"  topics: {', '.join(about) or 'none yet: trendwatch business set KEY areas=...'}")
    typer.echo(f"  to improve: {', '.join(goals) or 'nothing in particular'}")
    typer.echo("Its welcome digest is composed by trendwatch digest or the next tick.")


def change(context: typer.Context, key: str, changes: _Set = None, as_json: AsJson = False) -> None:
    """Change a business: topics, goals, mutes, day, hour, frequency and whatever else its file may hold."""
    from trendwatch.pipeline.changing import change_business

    with given(context).service() as service:
        values = _values(changes or [])
        found = change_business(
            service.store, service.config, key, given=values, by="cli", now=service.clock()
        )
        if as_json:
            print_json(found)
        else:
            typer.echo(f"{key}: {', '.join(values) or 'nothing'} changed")


def show_preview(context: typer.Context, key: str, changes: _Set = None, as_json: AsJson = False) -> None:
    """Show the latest digest as a change would have made it; nothing is kept."""
    from trendwatch.errors import NotFound
    from trendwatch.pipeline.changing import judged
    from trendwatch.pipeline.preview import preview
    from trendwatch.render.email import text

    with given(context).service() as service:
        config = service.config
        config.business(key)
        digest = preview(service.store, judged(config, key, _values(changes or []), now=service.clock()))
        if digest is None:
            raise NotFound("edition", "latest", hint="trendwatch digest draws one up")
        if as_json:
            print_json(digest)
        else:
            typer.echo(text(digest))


def _values(changes: list[str]) -> dict[str, object]:
    """Return changes in the words of the files.

    Raises:
        InputError: one has no =, or names something that is not changed here.
        ConfigError: a number is none.
    """
    from trendwatch.pipeline.changing import EDITABLE, LISTS, NUMBERS, as_number

    found: dict[str, object] = {}
    for one in changes:
        name, sign, value = one.partition("=")
        if not sign or name not in EDITABLE:
            raise InputError(f"{one!r}: write NAME=VALUE; names are {', '.join(EDITABLE)}")
        if not value:
            found[name] = None
        elif name in LISTS:
            found[name] = [part.strip() for part in value.split(",") if part.strip()]
        else:
            found[name] = as_number(name, value) if name in NUMBERS else value
    return found


def rules(context: typer.Context, key: str, as_json: AsJson = False) -> None:
    """List a business's rules, those its votes propose with their effect, and what was learnt from votes."""
    with given(context).service() as service:
        found = _all_rules(service, key)
    if as_json:
        print_json(found)
        return
    for title, lines in found.items():
        typer.echo(f"{title.capitalize()}:")
        typer.echo("\n".join(f"  {' '.join(map(str, one.values()))}" for one in lines) or "  none")


def _all_rules(service: Service, key: str) -> dict[str, list[dict[str, object]]]:
    from trendwatch.advice.rules import effect_words, ground_words, in_force, rule_words
    from trendwatch.advice.taste import learn
    from trendwatch.pipeline.voting import proposals

    config, now = service.config, service.clock()
    business, names = config.business(key), config.taxonomy.names()
    likings = learn(service.store.votes.of(key), business, now=now).likings
    return {
        "rules": [{"key": one.key, "words": rule_words(one, names)} for one in in_force(business)],
        "proposed": [
            {
                "key": one.rule.key,
                "words": f"{rule_words(one.rule, names)}: {ground_words(one.rule)}.",
                "effect": effect_words(one.effect),
            }
            for one in proposals(service.store, config, business, now=now)
        ],
        "declined": [{"key": one} for one in business.declined],
        "learnt": [
            {"label": label, "points": one.points, "useful": one.useful, "of": one.votes}
            for label, one in likings.items()
        ],
    }


def decide_rule(context: typer.Context, key: str, rule: str, decision: str) -> None:
    """Accept, decline or undo a rule such as less:area:drones."""
    from trendwatch.advice.rules import parse_rule
    from trendwatch.pipeline.voting import decide

    meant = parse_rule(rule)
    if meant is None:
        raise InputError(f"{rule!r} is no rule; they are called like less:area:drones, more:... or never:...")
    with given(context).service() as service:
        decide(
            service.store, service.config, key, rule=meant, decision=decision, by="cli", now=service.clock()
        )
        typer.echo(f"{key}: {rule} {decision}")


def forget(context: typer.Context, key: str) -> None:
    """Forget what was learnt from a business's votes; its rules stay."""
    from trendwatch.pipeline.voting import forget_taste

    with given(context).service() as service:
        forget_taste(service.store, service.config, key, by="cli", now=service.clock())
        typer.echo(f"{key}: learnt from later votes only")
