"""Which few of the stories that may be shown are shown: caps, a good mix, one from outside.

Theory of operation.

Caps are those of ``caps``. Fewer stories than places is a good week for the reader: never pad.

Own sector and follows: what is told of its trade or followed has its place before the rest where it is worth
no less than what would have it otherwise; of what is followed one has it that is worth less. Among these the
own sector may have ``OWN_FIRST`` points less: what is followed has three for that alone, so a bakery that
follows shops read of shops only. Among the rest points alone count: there it has lost its claim, and of 24
simulated readers none got better stories by it (nDCG@10 0.398 with, 0.399 without). A whole sector followed
would fill every issue with whatever that sector did (used cars and fires before three stories of nine points,
in the demo).

Lead: what must be seen; else the best, but of those within ``NEAR`` points of it the own sector's.

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
from collections.abc import Iterable, Sequence
from functools import partial
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from trendwatch.advice.caps import Caps
from trendwatch.advice.columns import Columns, Places
from trendwatch.advice.evidence import officials
from trendwatch.advice.profile import Profile
from trendwatch.advice.selection import Judged, Refusal, StoryJudgement
from trendwatch.types.sectors import MOST_WEIGHT

#: Stories that must be seen: more, and none would be.
MUST_SEE = 2
#: The best this many are mixed; those behind come in their order.
POOL = 50
#: Points that are as good as none where the first story is chosen.
NEAR = 1.0
#: Stories on what is followed that get a place though better ones go without.
WEAKER_FOLLOWED = 1
#: Of the strongest relation, what a sector without one weighs where the story from outside is drawn.
UNRELATED = 0.2
#: Lots of the story that everybody tells, from the nearest sector; every story has one.
DRAWS = 1_000


def choose(judgement: StoryJudgement, places: int) -> list[Judged]:
    """Return stories that may be shown, within the caps and well mixed.

    First what must be seen, two at most; then follows and own sector, as far as they may; then the best.
    """
    turn, caps = judgement.in_turn(), Caps(judgement)
    must = turn[judgement.must_see[turn]]
    chosen = list(caps.admit(must, min(places, MUST_SEE)))
    taken = [one.at for one in chosen]
    rest = turn[~np.isin(turn, taken)]
    room = places - len(chosen)
    good, weaker = _wanted(judgement, rest, before=chosen, places=room)
    chosen += _reserving(judgement, caps, good, weaker=weaker, places=room)
    taken = [one.at for one in chosen]
    return [*chosen, *_best(judgement, caps, rest[~np.isin(rest, taken)], places=places - len(chosen))]


def _wanted(
    judgement: StoryJudgement, rest: Places, *, before: list[Judged], places: int
) -> tuple[Places, Places]:
    """Return what is of the own sector or followed and worth its place, and followed stories worth less."""
    followed = judgement.scores.followed
    near = followed | (judgement.proven & judgement.columns.carry([judgement.held.own]))
    wanted = rest[near[rest]][:POOL]
    if places <= 0 or not len(wanted):
        return wanted[:0], wanted[:0]
    would = [one.at for one in _best(judgement, Caps(judgement, before), rest, places=places)]
    points = judgement.scores.points
    bar = min((int(points[at]) for at in would if not near[at]), default=0)
    bar_followed = min((int(points[at]) for at in would if not followed[at]), default=0)
    good = points[wanted] >= np.where(followed[wanted], bar_followed, bar)
    return wanted[good], wanted[~good & followed[wanted]]


def _reserving(
    judgement: StoryJudgement, caps: Caps, good: Places, *, weaker: Places, places: int
) -> list[Judged]:
    """Return what has its place before the rest; one is kept for ``weaker`` where nothing better is followed.

    What is followed comes first: it stays where the story from outside takes the last place.
    """
    some = good[judgement.scores.followed[good]]
    kept = 0 if len(some) else min(WEAKER_FOLLOWED, len(weaker), places)
    chosen = [*caps.mixed(good, places - kept, own_first=True)]
    chosen += caps.mixed(weaker[:WEAKER_FOLLOWED], places - len(chosen))
    return sorted(chosen, key=lambda one: not one.score.followed)


def _best(judgement: StoryJudgement, caps: Caps, rest: Places, *, places: int) -> list[Judged]:
    """Return the best stories there is room for, those that are proven first, well mixed."""
    chosen: list[Judged] = []
    near, far = rest[:POOL], rest[POOL:]
    for tier in _tiers(judgement, near):
        chosen += caps.mixed(tier, places - len(chosen))
    return [*chosen, *caps.admit(far, places - len(chosen))]


def _tiers(judgement: StoryJudgement, places: Places) -> tuple[Places, Places]:
    """Return the stories that are proven and those that are not: mixing never lifts one over the other."""
    proven = judgement.proven[places]
    return places[proven], places[~proven]


def best_first(judgement: StoryJudgement, chosen: Iterable[Judged]) -> list[Judged]:
    """Return chosen stories as they are read: what must be seen leads, then the best, then by worth."""
    ordered = sorted(chosen, key=lambda one: (not one.must_see, int(judgement.rank[one.at])))
    if not ordered or ordered[0].must_see:
        return ordered
    top, own = ordered[0], judgement.held.own
    near = [
        one
        for one in ordered
        if own in one.labels and one.proven == top.proven and one.score.points >= top.score.points - NEAR
    ]
    lead = near[0] if near else top
    return [lead, *(one for one in ordered if one.at != lead.at)]


def left_out(judgement: StoryJudgement, chosen: Iterable[Judged], one: Judged) -> Refusal | None:
    """Return what kept a judged story from being chosen, None where it was chosen."""
    taken = {other.at for other in chosen}
    if one.refusal is not None or one.at in taken:
        return one.refusal
    caps = Caps(judgement)
    for at in judgement.in_turn():
        if at == one.at:
            break
        if at in taken:
            caps.count(int(at))
    return caps.refusal(one.at) or Refusal.NO_PLACE


def kept_out(
    judgement: StoryJudgement, chosen: Sequence[Judged], *, besides: Judged | None
) -> Counter[Refusal]:
    """Return how many stories that may be shown each cap keeps out, where there are places left."""
    caps, taken = Caps(judgement, chosen), {one.at for one in chosen}
    taken |= {besides.at} if besides else set()
    left = [int(at) for at in judgement.in_turn() if at not in taken]
    return Counter(refusal for at in left if (refusal := caps.refusal(at)))


def outside(judgement: StoryJudgement, chosen: list[Judged], *, period: str) -> tuple[Judged, float] | None:
    """Return one well-reported story from beyond what the business asks for and usually gets, and its chance.

    The chance says how likely it was drawn, so that what is said of it can be weighed.

    The same business and period always get the same one; businesses get different ones.
    """
    held, columns = judgement.held, judgement.columns
    usual = {*held.asked, *held.related, *held.follows, held.own}.union(*(one.areas for one in chosen))
    may = judgement.proven & columns.with_area & judgement.where(None, Refusal.TOO_FEW_POINTS)
    may = may & ~columns.carry(sorted(usual)) & ~judgement.scores.naming_tools
    left = Caps(judgement, chosen).having_room(np.flatnonzero(may))
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
