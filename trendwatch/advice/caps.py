"""What keeps one publisher, one technology or one headline from filling a digest.

At most two stories a publisher and two a technology (the parent of a technology counts too: two about
chatbots are two about AI); four a publisher where fewer than ten sources are read. A story that several
publishers tell is charged to the one of them that has the most room, so it is kept out only where none has
any: three papers that tell everything together would leave nothing, if the first were charged each time.
What must be seen, and a rule of the own sector, pass whoever told them.

Known failures. What is charged is not moved later: in rare orders a story is kept out for which moving two
others would have made room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from trendwatch.advice.columns import POINT, Mask, Places
from trendwatch.advice.selection import FEW_SOURCES, Judged, Refusal, StoryJudgement

PER_OWNER, PER_OWNER_FEW = 2, 4
PER_AREA = 2
#: Points that a story loses which is just like one before.
SAME = 1.5
#: Points that a story of the own sector may have less than one that is followed and still have its place.
OWN_FIRST = 2.0


def per_owner(judgement: StoryJudgement) -> int:
    """Return how many stories one publisher may have."""
    few = judgement.held.edition.coverage.sources < FEW_SOURCES
    return PER_OWNER_FEW if few else PER_OWNER


class Caps:
    """Counts what is shown, so that nothing is shown too often."""

    def __init__(self, judgement: StoryJudgement, taken: Iterable[Judged] = ()) -> None:
        self._judgement = judgement
        self._columns = judgement.columns
        #: by number, as columns know them
        self._owners: Counter[int] = Counter()
        self._titles: set[int] = set()
        self._areas: Counter[str] = Counter()
        self._taken: list[int] = []
        self._per_owner = per_owner(judgement)
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

    def mixed(self, ordered: Places, places: int, *, own_first: bool = False) -> Iterator[Judged]:
        """Return the best that there is room for, each the less worth the more it is like one before.

        Maximal marginal relevance over labels (Carbonell and Goldstein 1998), within one tier: the mix may
        cost a story up to ``SAME`` points, but not its tier.

        Args:
            ordered: of one tier
            places: how many at most
            own_first: the own sector may have ``OWN_FIRST`` points less
        """
        left, judgement = self.having_room(ordered), self._judgement
        likeness = self._columns.likeness
        less = np.int16(OWN_FIRST * POINT if own_first else 0)
        own = np.where(self._columns.carry([judgement.held.own]), less, np.int16(0))
        while places > 0 and len(left):
            points = (judgement.scores.points[left] + own[left]) / POINT
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
        told = columns.told[left]
        # A handful of comparisons beats sorting for numpy's isin.
        for title in self._titles:
            room &= told != title
        full = [owner for owner, count in self._owners.items() if count >= self._per_owner]
        if full:
            spent = np.sum([columns.told_by(owner)[left] for owner in full], axis=0)
            room &= (spent < columns.tellers[left]) | self._judgement.uncapped[left]
        return room

    def refusal(self, at: int) -> Refusal | None:
        """Return which cap has no room for a story."""
        if self._columns.told[at] in self._titles:
            return Refusal.TOLD_ALREADY
        if self._owners[self._charged(at)] >= self._per_owner and not self._judgement.uncapped[at]:
            return Refusal.PER_PUBLISHER
        if any(self._areas[area] >= PER_AREA for area in self._columns.areas(at)):
            return Refusal.PER_TECHNOLOGY
        return None

    def count(self, at: int) -> None:
        """Count a story as shown."""
        self._taken.append(at)
        self._titles.add(int(self._columns.told[at]))
        self._owners[self._charged(at)] += 1
        self._areas.update(self._columns.areas(at))

    def _charged(self, at: int) -> int:
        """Return the publisher of a story that has the most room: of equals the first."""
        return min(self._columns.told_by_whom(at), key=lambda owner: self._owners[owner])
