"""The parts of a score that rest on what a business told us, and on where its sector stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from trendwatch.advice.columns import POINT, Columns, Points
from trendwatch.advice.profile import Profile, most_specific
from trendwatch.advice.regions import concerns, named, told_in
from trendwatch.advice.taste import MOST
from trendwatch.advice.weights import (
    ACTION,
    ACTION_WORDS,
    ASKED,
    ELSEWHERE,
    FOLLOWED,
    GOAL,
    LESS,
    MORE,
    OWN_SECTOR,
    RELATED,
    RULE,
    SECOND_GOAL,
    TOOL,
)
from trendwatch.advice.words import a_list, counted, in_words, labels


@dataclass(frozen=True, slots=True)
class Said:
    """How a part is said of one story."""

    reason: str
    keys: tuple[str, ...] = ()
    #: how the why-sentence says it: "you ..." clauses are joined first
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One part of the score, for every story of an edition."""

    #: hundredths
    points: Points
    says: Callable[[int], Said]
    #: rests on what the business told us, or on where its sector stands
    personal: bool = True


def personal(held: Profile) -> Iterator[Aspect]:
    """Return the parts that make a story this business's own, in the order they are told."""
    if held.tools:
        yield tools(held)
    yield _sector(held)
    yield from _topics(held)
    if held.goals:
        yield _goals(held)
    yield _action(held)
    yield from _ruled(held)
    if held.taste.weights:
        yield _liked(held)
    yield held.columns.once(("elsewhere", held.own), partial(_elsewhere, held))


def tools(held: Profile) -> Aspect:
    """Return what it is worth that a story names software in use."""
    columns, found = held.columns, dict[int, list[str]]()
    for name, written in held.tools:
        for at in columns.once(("tool", name.casefold()), partial(columns.naming, written, name)):
            found.setdefault(at, []).append(name)
    points = columns.nothing
    if found:
        points = points.copy()
        points[list(found)] = TOOL * POINT

    def says(at: int) -> Said:
        keys = tuple(f"tool:{name}" for name in found[at])
        named = ", ".join(found[at])
        return Said(f"about software you use: {named}", keys, f"you use {a_list(found[at][:2])}")

    return Aspect(points, says)


def _sector(held: Profile) -> Aspect:
    clause = f"you work in {in_words(held.own, held.edition.names)}"
    said = Said(f"because {clause}", (held.own,), clause)
    return Aspect(held.columns.worth(held.own, OWN_SECTOR), lambda _: said)


def _topics(held: Profile) -> Iterator[Aspect]:
    columns, names = held.columns, held.edition.names
    asked, follows = held.asked, tuple(sorted(held.follows - set(held.asked)))

    def because(verb: str, keys: tuple[str, ...], at: int) -> Said:
        met = tuple(key for key in keys if key in columns.tags[at])
        if verb == "follow":  # the surest first, as they come; topics come in the owner's order
            met = tuple(key for key in columns.tags[at] if key in keys)
        clause = f"you {verb} {labels(met, names)}"
        return Said(f"because {clause}", met, clause)

    if asked:
        yield Aspect(columns.best(asked, ASKED), partial(because, "asked about", asked))
    if follows:
        yield Aspect(columns.best(follows, FOLLOWED), partial(because, "follow", follows))
    if held.related:
        near = columns.best(tuple(held.related), RELATED)
        met = columns.carry((*asked, *follows))

        def close(at: int) -> Said:
            key = next(key for key in columns.tags[at] if key in held.related)
            clause = f"it is close to {in_words(held.related[key], names)}, which you asked about"
            return Said(clause, (key,), clause)

        yield Aspect(np.where(met, columns.nothing, near), close)


def _goals(held: Profile) -> Aspect:
    """Return the first goal met at its full worth, the second at half of it."""
    columns = held.columns
    points, met_before = columns.worth(held.goals[0], GOAL), columns.carry(held.goals[:1])
    met_twice = columns.never
    for goal in held.goals[1:]:
        second = np.where(met_before & ~met_twice, columns.worth(goal, SECOND_GOAL), 0)
        points = points + np.where(met_before, second, columns.worth(goal, GOAL)).astype(np.int16)
        carried = columns.carry([goal])
        met_twice = met_twice | (met_before & carried)
        met_before = met_before | carried

    def says(at: int) -> Said:
        met = tuple(key for key in held.goals if key in columns.tags[at])
        clause = f"you want to improve {labels(met, held.edition.names)}"
        return Said(f"because {clause}", met, clause)

    return Aspect(points, says)


def _action(held: Profile) -> Aspect:
    """Return what a rule or risk is worth where it can concern the business: its own, or everybody's."""
    columns = held.columns
    mine = columns.carry((held.own, *held.asked)) | ~columns.with_sector
    if held.tools:
        mine = mine | (tools(held).points != 0)
    points = columns.once("action", partial(_to_act_on, columns))

    def says(at: int) -> Said:
        key = next(key for key in ACTION_WORDS if key in columns.tags[at])
        words, told = ACTION_WORDS[key], told_in(columns.candidates[at])
        if key == RULE and not concerns(told, held.business.region):
            words = f"a rule told of in {named(told)}"
        return Said(words, (key,), f"it is {words}")

    return Aspect(np.where(mine, points, columns.nothing), says)


def _to_act_on(columns: Columns) -> Points:
    points = columns.nothing
    for key in reversed(ACTION_WORDS):  # the first of them counts
        points = np.where(columns.carry([key]), columns.worth(key, ACTION), points)
    return points


def _ruled(held: Profile) -> Iterator[Aspect]:
    """Return what rules add or take off that the owner accepted."""
    columns, names = held.columns, held.edition.names

    def because(word: str, keys: tuple[str, ...], at: int) -> Said:
        met = tuple(key for key in columns.tags[at] if key in keys)
        clause = f"you asked for {word} on {labels(met, names)}"
        return Said(f"because {clause}", met, clause if word == "more" else "")

    business = held.business
    if business.more:
        yield Aspect(columns.best(business.more, MORE), partial(because, "more", business.more))
    if business.less:
        # The surest of them, once: two labels that one rule means alike are one wish.
        against = np.negative(columns.best(business.less, -LESS))
        yield Aspect(against, partial(because, "less", business.less), personal=False)


def _liked(held: Profile) -> Aspect:
    """Return what votes say of a story's labels; dislikes weigh as much as likes."""
    columns, weights = held.columns, held.taste.weights
    bound = round(MOST * POINT)

    def says(at: int) -> Said:
        tags = columns.tags[at]
        key = max(
            (key for key in weights if key in tags), key=lambda key: (abs(weights[key]) * tags[key], key)
        )
        one = held.taste.likings[key]
        name = in_words(key, held.edition.names)
        return Said(
            f"you found {one.useful} of {counted(one.votes, 'story', plural='stories')} on {name} useful"
        )

    return Aspect(np.clip(columns.weighed(weights), -bound, bound), says, personal=False)


def _elsewhere(held: Profile) -> Aspect:
    """Return what a technology is worth that other sectors have, and nobody reports from one's own."""
    columns, edition, own, here = held.columns, held.edition, held.own, held.here
    new = [key for key in columns.rows if key.startswith("area:") and key not in here]
    far = columns.carry(new) & columns.with_sector & ~columns.carry([own])

    def says(at: int) -> Said:
        tags = columns.tags[at]
        sector = max((key for key in tags if key.startswith("sector:")), key=lambda key: (tags[key], key))
        topic = most_specific(
            tuple(key for key in tags if key.startswith("area:") and key not in here), edition.parents
        )[0]
        clause = (
            f"it comes from {in_words(sector, edition.names)}; nothing on {in_words(topic, edition.names)} "
            f"in {in_words(own, edition.names)} lately"
        )
        return Said(clause, (topic, sector), clause)

    return Aspect(np.where(far, np.int16(ELSEWHERE * POINT), columns.nothing), says)
