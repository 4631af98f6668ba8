"""What an operator's configuration does differently from the one shipped with trendwatch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from trendwatch.config.loading import Config
from trendwatch.config.settings import public_values
from trendwatch.config.tables import Kind, Source

_Thing = tuple[Kind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is not the default."""

    #: "setting poll", "feed wired", "label area:drones", "business bakery", "sector retail" ...
    where: str
    #: "" where the whole thing is new or gone
    key: str
    #: None where the default has no such thing
    default: object
    #: None where it was taken away; passwords are masked
    value: object
    #: who said the value
    origin: Source


def diff(config: Config, default: Config) -> list[Difference]:
    """Return what differs, kind by kind, then what the default has and we have not."""
    ours, theirs = _things(config), _things(default)
    found: list[Difference] = []
    for thing, values in ours.items():
        if thing in theirs:
            found.extend(_changed(config, thing, values, defaults=theirs[thing]))
        else:
            found.append(_whole(config, thing, default=None, value=values))
    found.extend(
        _whole(config, thing, default=values, value=None)
        for thing, values in theirs.items()
        if thing not in ours
    )
    return found


def _things(config: Config) -> dict[_Thing, dict[str, object]]:
    """Return everything by kind and key, as values that can be shown."""
    found: dict[_Thing, dict[str, object]] = {
        ("setting", section): values for section, values in public_values(config.settings).items()
    }
    found.update((("label", label.full_key), asdict(label)) for label in config.taxonomy.labels)
    found.update((("feed", feed.key), asdict(feed)) for feed in config.feeds)
    found.update((("business", business.key), asdict(business)) for business in config.businesses)
    found.update((("practice", practice.key), asdict(practice)) for practice in config.practices)
    found.update((("sector", sector.key), asdict(sector)) for sector in config.sectors)
    found.update((("pack", pack.key), asdict(pack)) for pack in config.packs)
    return found


def _changed(
    config: Config, thing: _Thing, values: Mapping[str, object], *, defaults: Mapping[str, object]
) -> list[Difference]:
    kind, key = thing
    table = config.tables.of(kind).get(key)
    return [
        Difference(
            where=f"{kind} {key}",
            key=name,
            default=defaults[name],
            value=value,
            origin=table.source(_IN_FILES.get(name, name)) if table else "default",
        )
        for name, value in values.items()
        if value != defaults[name]
    ]


# Fields whose values are written under another name.
_IN_FILES = {"digest_weekday": "digest_day", "relations": "sectors"}


def _whole(config: Config, thing: _Thing, *, default: object, value: object) -> Difference:
    kind, key = thing
    table = config.tables.of(kind).get(key)
    removed = any((each.kind, each.key) == thing for each in config.overlays)
    by_overlay = removed if table is None else table.file is None
    return Difference(
        where=f"{kind} {key}",
        key="",
        default=default,
        value=value,
        origin="overlay" if by_overlay else "file",
    )
