"""What happens in a week of the simulated world: events with their true labels and everything they fix.

An event fixes its names, figures and a few of its words, so that all who tell it share what is rare and
differ in the rest.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from trendwatch.demo import names
from trendwatch.demo.grammar import Context, expand
from trendwatch.demo.language import Kind, Topic, kinds, ordinary, sectors, topics
from trendwatch.demo.truth import NewTerm, WorldTruth

#: Share of events of a kind that name no function at all.
_SILENT = 0.35

#: topic or kind of ordinary news, sector, new term
_About = tuple[str, str, NewTerm | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened."""

    id: str
    week: int
    #: full label keys that are true of it
    labels: frozenset[str]
    #: "" where it is about no sector
    sector: str
    #: None where it is not about technology
    topic: Topic | None
    kind: Kind | None
    #: "near" or "plain" for what is about nothing we follow, "sector" for a sector's other news
    ordinary: str
    #: function key that its reports mention, "" for none
    function: str
    #: new term it is about
    term: str
    #: what its tellings share
    context: Context
    #: headline of an ordinary event: those are told in nearly the same words
    headline: str = ""


def events(truth: WorldTruth, week: int, *, seed: int, scale: float) -> Iterator[Event]:
    """Yield what happens in a week; the same for the same seed.

    Args:
        truth: what is planted.
        week: from 0.
        seed: of the world.
        scale: of the rates: feeds of the world by 80, times the volume of the week.
    """
    for number, about in enumerate(_abouts(truth, week, draw=Random(f"{seed}/{week}"), scale=scale)):
        yield _event(week, number, what=about, draw=Random(f"{seed}/{week}/{number}"))


def _abouts(truth: WorldTruth, week: int, *, draw: Random, scale: float) -> Iterator[_About]:
    """Yield what the events of a week are about."""
    for (topic, sector), rate in truth.rates(week).items():
        for _ in range(poisson(rate * scale, draw)):
            yield topic, sector, None
    for term in truth.terms:
        for _ in range(poisson(term.rate(week) * scale, draw)):
            yield term.topic, term.sector, term
    for sector in sectors():
        for _ in range(poisson(truth.plain_per_sector * scale, draw)):
            yield "sector", sector, None
    for _ in range(poisson(truth.ordinary * scale, draw)):
        yield ("near" if draw.random() < truth.near_share else "plain"), "", None


def poisson(mean: float, draw: Random) -> int:
    """Return a number of events where so many are expected."""
    limit, product, number = math.exp(-mean), draw.random(), 0
    while product > limit:
        product *= draw.random()
        number += 1
    return number


def _event(week: int, number: int, *, what: _About, draw: Random) -> Event:
    about, sector, term = what
    topic = topics().get(about)
    kind = _kind(draw) if topic else None
    context = _context(topic, sector, draw=draw, term=term)
    headline = "" if topic else expand(draw.choice(_plain(about, sector)["plain"]), context, draw)
    function = draw.choice(topic.functions) if topic and draw.random() >= _SILENT else ""
    labels = [f"sector:{sector}"] if sector else []
    labels += [f"area:{area}" for area in topic.areas] if topic else []
    labels += [f"impact:{impact}" for impact in kind.impacts] if kind else []
    labels += [f"function:{function}"] if function else []
    return Event(
        id=f"{week}-{number}",
        week=week,
        labels=frozenset(labels),
        sector=sector,
        topic=topic,
        kind=kind,
        ordinary="" if topic else about,
        function=function,
        term=term.term if term else "",
        context=context,
        headline=headline,
    )


def _kind(draw: Random) -> Kind:
    found = list(kinds().values())
    return draw.choices(found, [kind.weight for kind in found])[0]


def _plain(about: str, sector: str) -> dict[str, tuple[str, ...]]:
    return sectors()[sector] if about == "sector" else ordinary()[about]


def _context(topic: Topic | None, sector: str, *, draw: Random, term: NewTerm | None) -> Context:
    trade = sectors().get(sector) or sectors()["retail"]
    first, surname = names.person(draw)
    fixed: dict[str, str | tuple[str, ...]] = {
        "org": names.business(sector or "retail", draw),
        "person": f"{first} {surname}",
        "surname": surname,
        "place": draw.choice(names.places()),
        "month": draw.choice(names.months()),
        "money": names.money(draw),
        "price": names.price(draw),
        "figure": (share := names.share(draw)),
        "pct": share,
        "count": str(draw.choice((draw.randrange(3, 60), draw.randrange(60, 900)))),
        "months": draw.choice("two three four six eight nine twelve eighteen".split()),
        "role": draw.choice(trade["roles"]),
        "trade": draw.choice(trade["trade"]),
        "actors": tuple(draw.sample(trade["actors"], 3)),
        "sites": tuple(draw.sample(trade["sites"], 2)),
        "more": _plain("sector", sector)["more"] if sector else ordinary()["near"]["more"],
    }
    if not topic:
        fixed |= {name: draw.choice(words) for name, words in ordinary()["slots"].items()}
    if topic:
        vocabulary = topic.words(sector)
        fixed |= {
            "things": tuple(draw.sample(vocabulary.things, min(3, len(vocabulary.things)))),
            "does": tuple(draw.sample(vocabulary.does, min(2, len(vocabulary.does)))),
            "vendor": names.maker(topic.key, draw),
            "product": term.term if term else names.product(topic.key, draw),
        }
    return fixed
