"""Put stories right once a day:  open stories | merge, split | move their reports | count them again.

Counts belong to stories, so a merged story is counted once and its parts are not. The stories that are
touched are counted as they were and as they are, and the difference is written with the move; where tags
were corrected meanwhile, it is worked out anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from trendwatch.store import Store
from trendwatch.trends.tally import Tally, difference
from trendwatch.types.stories import CountedReport, Mend, Understood
from trendwatch.types.work import Claim


def mend_stories(
    store: Store, mends: Sequence[Mend], *, versions: Sequence[str], claim: Claim, now: datetime
) -> None:
    """Write what was put right, one change at a time: each may rest on the one before.

    Raises:
        LeaseLost: another process understands items now.
    """
    for mend in mends:
        kept = False
        while not kept:  # whoever kept us from it got further, so this ends
            seen = {version: store.understanding.times_counted(version) for version in versions}
            counts = {version: _change(store, version, mend) for version in versions}
            kept = store.story_mends.write([mend], counts, claim=claim, now=now, seen=seen)


def _change(store: Store, version: str, mend: Mend) -> Understood:
    return difference(*mended(store.story_mends.members(version, [mend.before, mend.after]), mend))


def mended(members: Sequence[CountedReport], mend: Mend) -> tuple[Tally, Tally]:
    """Return what the reports of two stories count, before and after some of them moved."""
    gone = frozenset(mend.items)
    moved = {
        member.item_id: mend.after
        for member in members
        if member.story_id == mend.before and (mend.merged or member.item_id in gone)
    }
    renamed = [replace(one, story_id=moved.get(one.item_id, one.story_id)) for one in members]
    return Tally.of(members), Tally.of(renamed)
