"""Which few of the stories that may be shown are shown: caps, a good mix, one from outside.

Theory of operation.

Caps: at most two stories led by one owner and two per technology (the parent of a technology counts too:
two about chatbots are two about AI). Fewer stories than places is a good week for the reader: never pad.

Mix: of two stories nearly as good, the one less like what was chosen before. Likeness is the cosine of
labels; a story just like one before loses ``SAME`` points, half a declared interest. It reorders stories that
are proven among themselves and the others among themselves: a mix never lifts what one publisher tells.

Outside: one story is drawn, with a chance in proportion to

    strength² · nearness      strength 1 - e^(-(publishers - 1) / 3), an official source counts as two
                              nearness the strongest relation of its sectors over the strongest there may be,
                              0.2 for sectors without one; 1 for all where no relations are known

The draw is fixed by business and period; the chance is kept with the story.

Known failures. Labels are coarse: two stories on one technology for one sector are alike whatever they say.
Sampling the outside item by how unsure we are of it was rejected: with some dozen votes a
year we are equally unsure of nearly everything, and a story that many tell is the safer surprise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from trendwatch.advice.columns import POINT, Columns, Mask, Places
from trendwatch.advice.evidence import officials
from trendwatch.advice.profile import Profile
from trendwatch.advice.selection import Judged, Refusal, StoryJudgement
from trendwatch.types.sectors import MOST_WEIGHT

PER_OWNER = 2
PER_AREA = 2
#: Stories that must be seen: more, and none would be.
MUST_SEE = 2
#: The best this many are mixed; those behind come in their order.
POOL = 50
#: Points that a story loses which is just like one before.
SAME = 1.5
#: Of the strongest relation, what a sector without one weighs where the story from outside is drawn.
UNRELATED = 0.2
#: Lots of the story that everybody tells, from the nearest sector; every story has one.
DRAWS = 1_000


def choose(judgement: StoryJudgement, places: int) -> list[Judged]:
    """Return stories that may be shown, within the caps and well mixed.

    First what must be seen, two at most; then what is always wanted; then the best.
    """
    turn, caps = judgement.in_turn(), _Caps(judgement)
    must = turn[judgement.must_see[turn]]
    chosen = list(caps.admit(must, min(places, MUST_SEE)))
    taken = {one.at for one in chosen}
    rest = np.array([at for at in turn[: POOL + len(must)] if at not in taken], dtype=np.intp)
    far = turn[POOL + len(must) :]
    wanted = judgement.scores.followed[rest]
    for tier in (rest[wanted], *_tiers(judgement, rest[~wanted])):
        chosen += caps.mixed(tier, places - len(chosen))
    return [*chosen, *caps.admit(far, places - len(chosen))]


def _tiers(judgement: StoryJudgement, places: Places) -> tuple[Places, Places]:
    """Return the stories that are proven and those that are not: mixing never lifts one over the other."""
    proven = judgement.proven[places]
    return places[proven], places[~proven]


def best_first(judgement: StoryJudgement, chosen: Iterable[Judged]) -> list[Judged]:
    """Return chosen stories as they are read."""
    return sorted(chosen, key=lambda one: int(judgement.rank[one.at]))


def left_out(judgement: StoryJudgement, chosen: Iterable[Judged], one: Judged) -> Refusal | None:
    """Return what kept a judged story from being chosen, None where it was chosen."""
    taken = {other.at for other in chosen}
    if one.refusal is not None or one.at in taken:
        return one.refusal
    caps = _Caps(judgement)
    for at in judgement.in_turn():
        if at == one.at:
            break
        if at in taken:
            caps.count(int(at))
    return caps.refusal(one.at) or Refusal.NO_PLACE


def outside(judgement: StoryJudgement, chosen: list[Judged], *, period: str) -> tuple[Judged, float] | None:
    """Return one well-reported story from beyond what the business asks for and usually gets, and its chance.

    The chance says how likely it was drawn, so that what is said of it can be weighed.

    The same business and period always get the same one; businesses get different ones.
    """
    held, columns = judgement.held, judgement.columns
    usual = {*held.asked, *held.related, *held.follows, held.own}.union(*(one.areas for one in chosen))
    may = judgement.proven & columns.with_area & judgement.where(None, Refusal.TOO_FEW_POINTS)
    may = may & ~columns.carry(sorted(usual)) & ~judgement.scores.naming_tools
    left = _Caps(judgement, chosen).having_room(np.flatnonzero(may))
    if not len(left):
        return None
    left = left[np.argsort(columns.turn[left])]  # whatever the order of the edition
    weights = _draws(held, left)
    reached = np.cumsum(weights)
    lot = blake2b(f"{held.business.key}\n{period}".encode(), digest_size=8).digest()
    drawn = np.searchsorted(reached, int.from_bytes(lot, "big") % int(reached[-1]), side="right")
    return judgement.of(int(left[drawn])), int(weights[drawn]) / int(reached[-1])


def _draws(held: Profile, left: Places) -> NDArray[np.int64]:
    """Return what each of some stories weighs in the draw, by the evidence for it and its sectors."""
    columns = held.columns
    strength = columns.once("strength", partial(_strength, columns))[left]
    if held.business.relations:  # its own: not kept, there may be as many as businesses
        near = _nearness(held)[left]
    else:
        near = columns.once(("nearness", held.own), partial(_nearness, held))[left]
    found: NDArray[np.int64] = np.rint(1 + DRAWS * strength**2 * near).astype(np.int64)
    return found


def _strength(columns: Columns) -> NDArray[np.float32]:
    publishers = np.where(officials(columns), np.maximum(columns.owners, 2), columns.owners)
    return (1 - np.exp(-(publishers - 1) / 3)).astype(np.float32)


def _nearness(held: Profile) -> NDArray[np.float32]:
    columns = held.columns
    if not held.relations:
        return np.ones(len(columns), dtype=np.float32)
    found = np.full(len(columns), UNRELATED, dtype=np.float32)
    for sector, weight in held.relations.items():
        near = np.where(columns.carry([f"sector:{sector}"]), np.float32(weight / MOST_WEIGHT), np.float32(0))
        found = np.maximum(found, near)
    return found


class _Caps:
    """Counts what is shown, so that nothing is shown too often."""

    def __init__(self, judgement: StoryJudgement, taken: Iterable[Judged] = ()) -> None:
        self._judgement = judgement
        self._columns = judgement.columns
        #: by number, as columns know them
        self._owners: Counter[int] = Counter()
        self._titles: set[int] = set()
        self._areas: Counter[str] = Counter()
        self._taken: list[int] = []
        for one in taken:
            self.count(one.at)

    def admit(self, ordered: Places, places: int) -> Iterator[Judged]:
        """Return the first that there is room for."""
        left = self.having_room(ordered)
        while places > 0 and len(left):
            at = int(left[0])
            self.count(at)
            places -= 1
            yield self._judgement.of(at)
            left = self.having_room(left[1:])

    def mixed(self, ordered: Places, places: int) -> Iterator[Judged]:
        """Return the best that there is room for, each the less worth the more it is like one before.

        Maximal marginal relevance over labels (Carbonell and Goldstein 1998), within one tier: the mix may
        cost a story up to ``SAME`` points, but not its tier.
        """
        left, judgement = self.having_room(ordered), self._judgement
        likeness = self._columns.likeness
        while places > 0 and len(left):
            points = judgement.scores.points[left] / POINT
            if self._taken:
                near = np.max(likeness[:, left].T @ likeness[:, self._taken], axis=1)
                points = points - SAME * near
            at = int(left[np.lexsort((judgement.rank[left], -points))[0]])
            self.count(at)
            places -= 1
            yield judgement.of(at)
            left = left[left != at]
            left = self.having_room(left)

    def having_room(self, places: Places) -> Places:
        """Return those of some stories that there is room for."""
        return places[self._has_room(places)]

    def _has_room(self, left: Places) -> Mask:
        columns = self._columns
        areas = [area for area, count in self._areas.items() if count >= PER_AREA]
        room = ~columns.carry_among(areas, left)
        told, leaders = columns.told[left], columns.leaders[left]
        # A handful of comparisons beats sorting for numpy's isin.
        for title in self._titles:
            room &= told != title
        for owner, count in self._owners.items():
            if count >= PER_OWNER:
                room &= leaders != owner
        return room

    def refusal(self, at: int) -> Refusal | None:
        """Return which cap has no room for a story."""
        if self._columns.told[at] in self._titles:
            return Refusal.TOLD_ALREADY
        if self._owners[int(self._columns.leaders[at])] >= PER_OWNER:
            return Refusal.PER_PUBLISHER
        if any(self._areas[area] >= PER_AREA for area in self._columns.areas(at)):
            return Refusal.PER_TECHNOLOGY
        return None

    def count(self, at: int) -> None:
        """Count a story as shown."""
        self._taken.append(at)
        self._titles.add(int(self._columns.told[at]))
        self._owners[int(self._columns.leaders[at])] += 1
        self._areas.update(self._columns.areas(at))
