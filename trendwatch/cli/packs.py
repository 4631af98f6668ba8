"""Feeds switched on and off, one by one or by starter pack. Changes are overlays on the files."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from trendwatch.cli.options import AsJson, given, plain_value, print_json, print_table
from trendwatch.errors import InputError

if TYPE_CHECKING:
    from trendwatch.config import Config
    from trendwatch.types.packs import Pack
    from trendwatch.wiring import Service

Keys = Annotated[list[str] | None, typer.Argument(help="Feed keys.")]
InPack = Annotated[str, typer.Option("--pack", help="Every feed of this starter pack.")]


def register(feeds: typer.Typer) -> None:
    """Add the verbs to those about feeds."""
    feeds.command("packs")(list_packs)
    feeds.command("enable")(enable)
    feeds.command("disable")(disable)


def list_packs(
    context: typer.Context,
    sector: Annotated[str, typer.Option(help="Only packs made for this sector, or for every one.")] = "",
    as_json: AsJson = False,
) -> None:
    """List starter packs: feeds that go well together."""
    with given(context).service() as service:
        config = service.config
        found = _packs_for(config, sector)
        enabled = {feed.key for feed in config.feeds if feed.enabled}
    if as_json:
        for pack in found:
            print_json({**plain_value(pack), "enabled": len(enabled.intersection(pack.feeds))})
        return
    if not found:
        typer.echo("there are no packs; write them to packs.toml")
        return
    rows = [
        (
            pack.key,
            pack.title,
            f"{len(enabled.intersection(pack.feeds))} of {len(pack.feeds)}",
            ", ".join(pack.areas),
            ", ".join(pack.feeds) if sector else "",
        )
        for pack in found
    ]
    columns = ("key", "title", "feeds on", "good for", "feeds")
    shown = columns if sector else columns[:-1]
    print_table("Starter packs", shown, [row[: len(shown)] for row in rows])


def _packs_for(config: Config, sector: str) -> list[Pack]:
    """Return the packs of a sector and those for everybody; all where no sector is asked for.

    Raises:
        InputError: there is no such sector; hints at a near one.
    """
    from trendwatch.config.taxonomy import Known
    from trendwatch.types.tags import Facet

    if not sector:
        return list(config.packs)
    if complaint := Known(config.tables.labels).complaint(Facet.SECTOR, sector):
        raise InputError(complaint)
    return [pack for pack in config.packs if not pack.sectors or sector in pack.sectors]


def enable(
    context: typer.Context,
    keys: Keys = None,
    pack: InPack = "",
    only: Annotated[bool, typer.Option("--only", help="Switch every other feed off.")] = False,
    as_json: AsJson = False,
) -> None:
    """Poll feeds that were off."""
    with given(context).service() as service:
        wanted = _asked(service.config, keys or (), pack)
        on = _switch(service, wanted, on=True)
        others = [feed.key for feed in service.config.feeds if feed.key not in wanted] if only else []
        off = _switch(service, others, on=False)
    _say(on, off, as_json=as_json)


def disable(context: typer.Context, keys: Keys = None, pack: InPack = "", as_json: AsJson = False) -> None:
    """Stop polling feeds; what they brought is kept, and they can be enabled again."""
    with given(context).service() as service:
        off = _switch(service, _asked(service.config, keys or (), pack), on=False)
    _say([], off, as_json=as_json)


def _asked(config: Config, keys: Iterable[str], pack: str) -> list[str]:
    """Return the keys of all feeds that were named, each once.

    Raises:
        NotFound: a feed or the pack does not exist; hints at a near one.
        InputError: none was named.
    """
    asked = [config.feed(key).key for key in keys]
    if pack:
        asked += config.pack(pack).feeds
    if not asked:
        raise InputError(
            "name feeds by key, or a starter pack with --pack; trendwatch feeds packs lists them"
        )
    return list(dict.fromkeys(asked))


def _switch(service: Service, keys: Collection[str], *, on: bool) -> list[str]:
    """Switch feeds and return those that were not so before; earlier changes of them stay."""
    config = service.config
    changed = [key for key in keys if config.feed(key).enabled != on]
    if changed:
        service.desk.changes.add_all("feed", {key: {"enabled": on} for key in changed}, by="cli")
        service.sync_feeds()
    return changed


def _say(on: list[str], off: list[str], *, as_json: bool) -> None:
    if as_json:
        print_json({"enabled": on, "disabled": off})
        return
    for keys, what in ((on, "polled from now on"), (off, "no longer polled; items are kept")):
        if keys:
            typer.echo(f"{len(keys)} {what}: {', '.join(keys)}")
    if not on and not off:
        typer.echo("nothing changed: they were so already")
