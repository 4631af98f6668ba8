"""The publishers of the simulated world: what they write about, how, and in which format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from trendwatch.demo.language import outlet_titles, sectors
from trendwatch.demo.nuisance import Nuisance
from trendwatch.types.news import Feed, FeedKind

#: Of the feeds that are not in trouble.
_SHARES = (("press", 0.16), ("news", 0.08), ("vendor", 0.05), ("research", 0.04), ("regulator", 0.03))
_FORMATS = ("rss", "rss", "rss", "rss", "atom", "atom", "atom", "rdf", "json", "rss")
_STYLES = ("sentence", "sentence", "sentence", "title", "title", "kicker", "suffix", "colon")
_KINDS = {
    "press": FeedKind.NEWS,
    "news": FeedKind.NEWS,
    "vendor": FeedKind.VENDOR,
    "research": FeedKind.RESEARCH,
    "regulator": FeedKind.REGULATOR,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """One feed and its habits."""

    key: str
    title: str
    owner: str
    kind: FeedKind
    #: "sector", or press, news, vendor, research, regulator
    role: str
    #: sector keys it writes about; empty means all
    sectors: tuple[str, ...]
    #: of its readers; "US" writes American
    region: str
    #: rss, atom, rdf or json
    format: str
    #: how it writes headlines
    style: str
    #: entries its feed holds
    window: int
    #: how much it publishes beside others of its role
    size: float = 1.0
    #: first week it can be read; 0 for most
    joins: int = 0
    #: first week it is gone; None for most
    leaves: int | None = None
    #: what is wrong with it, "" for most (see troubles.py)
    trouble: str = ""

    def feed(self, base_url: str) -> Feed:
        """Return it as it is configured."""
        return Feed(
            key=self.key,
            url=f"{base_url}/feeds/{self.key}",
            title=self.title,
            owner=self.owner,
            kind=self.kind,
            sectors=self.sectors if self.role == "sector" else (),
            region=self.region,
        )


def outlets(feeds: int, *, seed: int, nuisance: Nuisance) -> tuple[Outlet, ...]:
    """Return the publishers of a world: every sector is written about, whatever their number."""
    draw = Random(f"outlets/{seed}")
    troubles = nuisance.troubles[: feeds // 4]
    healthy = feeds - len(troubles)
    roles = [role for role, share in _SHARES for _ in range(round(share * healthy))]
    specialists = healthy - len(roles)
    titles = _titles()
    made = [_outlet(titles, role="sector", sectors=mine, draw=draw) for mine in _dealt(specialists)]
    for number, trouble in enumerate(troubles):
        mine = (tuple(sectors())[-1 - number],)
        size = 0.05 if trouble == "quiet" else 0.5
        troubled = _outlet(titles, role="sector", sectors=mine, draw=draw)
        made.append(replace(troubled, trouble=trouble, size=size))
    made += [_outlet(titles, role=role, sectors=(), draw=draw) for role in roles]
    return tuple(_owned(_moving(made, nuisance), draw))


def _dealt(count: int) -> list[tuple[str, ...]]:
    """Deal the sectors to some specialists: several to each where they are few, one where they are many."""
    keys = tuple(sectors())
    if count < len(keys):
        return [keys[number::count] for number in range(count)]
    return [(keys[number % len(keys)],) for number in range(count)]


def _titles() -> dict[str, Iterator[str]]:
    return {name: _named(found) for name, found in outlet_titles().items()}


def _named(titles: Sequence[str]) -> Iterator[str]:
    """Yield titles; once they are used up, with an edition's name behind."""
    yield from titles
    number = 2
    while True:
        yield from (f"{title} {number}" for title in titles)
        number += 1


def _outlet(titles: dict[str, Iterator[str]], *, role: str, sectors: tuple[str, ...], draw: Random) -> Outlet:
    title = next(titles[sectors[0] if sectors else role])
    return Outlet(
        key=re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_"),
        title=title,
        owner=title,
        kind=_KINDS.get(role, FeedKind.TRADE_PRESS),
        role=role,
        sectors=sectors,
        region=draw.choice(("GB", "GB", "US", "US", "EU")),
        format=draw.choice(_FORMATS),
        style=draw.choice(_STYLES),
        window=draw.randrange(8, 15) if sectors else draw.randrange(16, 25),
        size=draw.uniform(0.6, 1.4),
    )


def _moving(made: Sequence[Outlet], nuisance: Nuisance) -> Iterator[Outlet]:
    """Yield the outlets, one of which joins late and one of which leaves."""
    healthy = [one.key for one in made if not one.trouble and one.role == "sector"]
    for one in made:
        if nuisance.joins >= 0 and one.key == healthy[-1]:
            yield replace(one, joins=nuisance.joins, window=nuisance.back_fill, size=1.4)
        elif nuisance.leaves >= 0 and one.key == healthy[-2]:
            yield replace(one, leaves=nuisance.leaves)
        else:
            yield one


def _owned(made: Iterator[Outlet], draw: Random) -> Iterator[Outlet]:
    """Yield the outlets, a few of which belong to groups."""
    groups = outlet_titles()["owners"]
    for one in made:
        grouped = one.role in {"sector", "press"} and draw.random() < 0.22  # noqa: PLR2004
        yield replace(one, owner=draw.choice(groups)) if grouped else one
