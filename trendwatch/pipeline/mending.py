"""Put stories right once a day:  open stories | merge, split | move their reports | count them again.

Counts belong to stories, so a merged story is counted once and its parts are not. The stories that are
touched are counted as they were and as they are, and the difference is written with the move.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from trendwatch.store import Store
from trendwatch.trends.tally import Tally
from trendwatch.types.stories import CountedReport, Mend, Understood
from trendwatch.types.work import Claim

Key = TypeVar("Key")


def mend_stories(
    store: Store, mends: Sequence[Mend], *, versions: Sequence[str], claim: Claim, now: datetime
) -> None:
    """Write what was put right, one change at a time: each may rest on the one before.

    Raises:
        LeaseLost: another process understands items now.
    """
    for mend in mends:
        counts = {version: _change(store, version, mend) for version in versions}
        store.story_mends.write([mend], counts, claim=claim, now=now)


def _change(store: Store, version: str, mend: Mend) -> Understood:
    before, after = mended(store.story_mends.members(version, [mend.before, mend.after]), mend)
    reports = _difference(before.report_counts, after.report_counts)
    first = _difference(before.first_counts, after.first_counts)
    return Understood(
        stories={},
        tags={},
        new_stories={},
        story_counts=_difference(before.story_counts, after.story_counts),
        day_counts=_difference(before.day_counts, after.day_counts),
        report_counts={key: reports.get(key, 0) for key in reports.keys() | first.keys()},
        first_counts=first,
    )


def mended(members: Sequence[CountedReport], mend: Mend) -> tuple[Tally, Tally]:
    """Return what the reports of two stories count, before and after some of them moved."""
    gone = frozenset(mend.items)
    moved = {
        member.item_id: mend.after
        for member in members
        if member.story_id == mend.before and (mend.merged or member.item_id in gone)
    }
    return _counted(members, {}), _counted(members, moved)


def _counted(members: Sequence[CountedReport], moved: Mapping[str, str]) -> Tally:
    tally = Tally(members=[], labels=[])
    for one in members:
        story = moved.get(one.item_id, one.story_id)
        tally.add_counted(story, one.feed_key, at=one.at, labels=one.labels)
    return tally


def _difference(before: Counter[Key], after: Counter[Key]) -> dict[Key, int]:
    keys = before.keys() | after.keys()
    return {key: after[key] - before[key] for key in keys if after[key] != before[key]}
