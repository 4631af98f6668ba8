"""Simulated counts with planted arrivals: each technology reaches one sector after another, or never.

Nuisances: sectors differ fifteen times in volume, tags are wrong (false ones on anything, and a second sector
that a story only mentions), one event is told everywhere for a week, owners publish unevenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trendwatch.influence.arrival import PairWeeks

#: Stories a week on all technologies together.
VOLUMES = {
    "finance": 60,
    "retail": 45,
    "manufacturing": 40,
    "healthcare": 30,
    "logistics": 20,
    "energy": 15,
    "agriculture": 10,
    "hospitality": 4,
}
WEEKS = 104
#: Number of the first week of the world.
FIRST = 2800


@dataclass(frozen=True)
class World:
    """What was simulated and what is true."""

    pairs: PairWeeks
    #: (technology, sector) to the week its rise begins; pairs that are there from the start are in ``always``
    planted: dict[tuple[str, str], int]
    always: frozenset[tuple[str, str]]
    sectors: tuple[str, ...]
    technologies: tuple[str, ...]


def world(
    seed: int, *, technologies: int = 24, false_tags: float = 0.003, leaks: float = 0.04, rise: int = 20
) -> World:
    """Return a world: a third of the technologies spread, a third are everywhere, a third nowhere much."""
    dice = np.random.default_rng(seed)
    sectors = tuple(VOLUMES)
    volumes = np.array(list(VOLUMES.values()), dtype=float)
    names = tuple(f"area:t{number:02d}" for number in range(technologies))
    level = np.zeros((technologies, len(sectors), WEEKS))
    planted: dict[tuple[str, str], int] = {}
    always: set[tuple[str, str]] = set()
    for number, name in enumerate(names):
        strength = dice.uniform(0.6, 1.6)
        if number % 3 == 1:
            level[number] = strength
            always |= {(name, f"sector:{sector}") for sector in sectors}
        elif number % 3 == 0:
            week = int(dice.integers(10, 25))
            for place in dice.permutation(len(sectors))[: int(dice.integers(3, 6))].tolist():
                level[number, place] = strength * _curve(week, rise)
                planted[name, f"sector:{sectors[place]}"] = week
                week += int(dice.integers(6, 18))
        else:
            home = int(dice.integers(len(sectors)))
            level[number, home] = strength
            always.add((name, f"sector:{sectors[home]}"))
    even = volumes / technologies * 2
    true = dice.poisson(level * even[None, :, None])
    wrong = dice.poisson(np.full_like(level, 1.0) * (false_tags * true.sum(axis=0))[None])
    spilt = dice.binomial(true, leaks)  # each of these stories also mentions another sector
    leaked = np.zeros_like(true)
    for place in range(len(sectors)):
        share = np.delete(volumes, place) / np.delete(volumes, place).sum()
        others = np.delete(np.arange(len(sectors)), place)
        leaked[:, others, :] += np.moveaxis(dice.multinomial(spilt[:, place, :], share), 2, 1)
    stories = true + wrong + leaked
    stories[0::7, :, 60] += dice.poisson(1.0, stories[0::7, :, 60].shape)  # an event told everywhere
    return World(_pairs(stories, names, sectors, dice), planted, frozenset(always), sectors, names)


def _curve(start: int, rise: int) -> np.ndarray:
    """Return nothing before a week, then a rise to 1."""
    return np.clip((np.arange(WEEKS) - start) / rise, 0, 1)


def _pairs(
    stories: np.ndarray, names: tuple[str, ...], sectors: tuple[str, ...], dice: np.random.Generator
) -> PairWeeks:
    rows, owners = [], []
    for number, place, week in zip(*(found.tolist() for found in stories.nonzero()), strict=True):
        key, count = f"{names[number]}|sector:{sectors[place]}", int(stories[number, place, week])
        rows.append((key, FIRST + week, count))
        # four owners of a thin sector to fifteen of a large one, the first publish most
        size = 4 + VOLUMES[sectors[place]] // 5
        for owner in dice.geometric(3 / size, count).tolist():
            owners.append((key, FIRST + week, f"{sectors[place]}{min(owner, size)}"))
    return PairWeeks.of(rows, owners)
