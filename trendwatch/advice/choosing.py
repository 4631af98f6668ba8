"""Which few of the stories that may be shown are shown: caps, a good mix, one from outside.

Theory of operation (DIGEST.md, *Selection*, its last lines).

Caps: at most two stories led by one owner and two per technology (the parent of a technology counts too:
two about chatbots are two about AI). Fewer stories than places is a good week for the reader: never pad.

Mix: of two stories nearly as good, the one less like what was chosen before. Likeness is the cosine of
labels; a story just like one before loses ``SAME`` points, half a declared interest. It reorders stories that
are proven among themselves and the others among themselves: a mix never lifts what one publisher tells.

Known failures. Labels are coarse: two stories on one technology for one sector are alike whatever they say.
Sampling the outside item by how unsure we are of it (ALGORITHMS.md 5.3) was rejected: with some dozen votes a
year we are equally unsure of nearly everything, and a story that many tell is the safer surprise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

import numpy as np

from trendwatch.advice.columns import POINT, Mask, Places
from trendwatch.advice.selection import Judged, Judgement, Refusal

PER_OWNER = 2
PER_AREA = 2
#: Stories that must be seen: more, and none would be.
MUST_SEE = 2
#: The best this many are mixed; those behind come in their order.
POOL = 50
#: Points that a story loses which is just like one before.
SAME = 1.5


def choose(judgement: Judgement, places: int) -> list[Judged]:
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


def _tiers(judgement: Judgement, places: Places) -> tuple[Places, Places]:
    """Return the stories that are proven and those that are not: mixing never lifts one over the other."""
    proven = judgement.proven[places]
    return places[proven], places[~proven]


def best_first(judgement: Judgement, chosen: Iterable[Judged]) -> list[Judged]:
    """Return chosen stories as they are read."""
    return sorted(chosen, key=lambda one: int(judgement.rank[one.at]))


def left_out(judgement: Judgement, chosen: Iterable[Judged], one: Judged) -> Refusal | None:
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


def outside(judgement: Judgement, chosen: list[Judged], *, period: str) -> tuple[Judged, float] | None:
    """Return one well-reported story from beyond what the business asks for and usually gets, and its chance.

    The chance says how likely it was drawn among its equals, so that what is said of it can be weighed.

    The same business and period always get the same one; among equals, businesses get different ones.
    """
    held, columns = judgement.held, judgement.columns
    usual = {*held.asked, *held.related, *held.follows, held.own}.union(*(one.areas for one in chosen))
    may = judgement.proven & columns.with_area & judgement.where(None, Refusal.TOO_FEW_POINTS)
    may = may & ~columns.carry(sorted(usual)) & ~judgement.scores.naming_tools
    caps = _Caps(judgement, chosen)
    left = np.flatnonzero(may)
    lot = np.frombuffer(blake2b(f"{held.business.key}\n{period}".encode(), digest_size=8).digest(), np.uint64)
    while len(left):  # of those that most publishers tell, one drawn by lot
        most = left[columns.owners[left] == columns.owners[left].max()]
        drawn = most[np.argsort(columns.chance[most] ^ lot[0], kind="stable")]
        found = next(caps.admit(drawn, 1), None)
        if found is not None:
            return found, 1 / caps.rooms
        left = left[columns.owners[left] < columns.owners[left].max()]
    return None


class _Caps:
    """Counts what is shown, so that nothing is shown too often."""

    def __init__(self, judgement: Judgement, taken: Iterable[Judged] = ()) -> None:
        self._judgement = judgement
        self._columns = judgement.columns
        #: by number, as columns know them
        self._owners: Counter[int] = Counter()
        self._titles: set[int] = set()
        self._areas: Counter[str] = Counter()
        #: how many had room when the last were asked for
        self.rooms = 0
        self._taken: list[int] = []
        for one in taken:
            self.count(one.at)

    def admit(self, ordered: Places, places: int) -> Iterator[Judged]:
        """Return the first that there is room for."""
        left = ordered[self._has_room(ordered)]
        self.rooms = len(left)
        while places > 0 and len(left):
            at = int(left[0])
            self.count(at)
            places -= 1
            yield self._judgement.of(at)
            left = left[1:][self._has_room(left[1:])]

    def mixed(self, ordered: Places, places: int) -> Iterator[Judged]:
        """Return the best that there is room for, each the less worth the more it is like one before.

        Maximal marginal relevance over labels (Carbonell and Goldstein 1998), within one tier: the mix may
        cost a story up to ``SAME`` points, but not its tier.
        """
        left, judgement = ordered[self._has_room(ordered)], self._judgement
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
            left = left[self._has_room(left)]

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
