"""Watch tags:  weeks that were judged | how their tags look | keep | one alert when an episode begins."""

from __future__ import annotations

from datetime import timedelta

import structlog

from trendwatch.phrases import item_words
from trendwatch.store import Store
from trendwatch.store.models import CURRENT
from trendwatch.tagging.drift import Episode, current, episodes, novelty, told
from trendwatch.types.tags import TagWeek
from trendwatch.types.weeks import week_end, week_name, week_start
from trendwatch.types.work import Clock

_log = structlog.get_logger()

#: Weeks looked at when a version is new.
LOOKED_BACK = 26
#: Words of so many weeks before are known.
_KNOWN = 8
#: Texts of a week whose words are read.
_TEXTS = 2_000


def watch(store: Store, *, clock: Clock, lease: timedelta) -> Episode | None:
    """Look at the weeks that were judged since the last time; return the episode that begins, if one does."""
    version = next((version for version, state, _ in store.models.versions() if state == CURRENT), "")
    judged = store.trends.last_analysed(version) if version else None
    if judged is None:
        return None
    known = store.drift.weeks(version)
    first = known[-1].week + 1 if known else _first(store, version, judged)
    if first > judged:
        return None
    claim = store.claim("drift", version, now=clock(), lease=lease)
    if claim is None:
        return None
    try:
        fresh = _looked_at(store, version, first, last=judged)
        store.drift.put(version, fresh)
    finally:
        store.leases.release(claim)
    episode = current(episodes([*known, *fresh]), judged)
    if episode is None or episode.first not in {judged, judged - 1} or episode.first < first:
        return None  # nothing is wrong, or it has been said
    _log.warning("tags.drift", week=week_name(episode.first), moved=told(episode))
    return episode


def under_way(store: Store) -> Episode | None:
    """Return the episode that the latest week looked at is in."""
    version = next((version for version, state, _ in store.models.versions() if state == CURRENT), "")
    weeks = store.drift.weeks(version) if version else []
    return current(episodes(weeks), weeks[-1].week) if weeks else None


def _first(store: Store, version: str, judged: int) -> int:
    counted = store.series.first_week(version)
    return max(judged - LOOKED_BACK + 1, judged if counted is None else min(counted, judged))


def _looked_at(store: Store, version: str, first: int, *, last: int) -> list[TagWeek]:
    """Return how the weeks of a closed range look."""
    words = {week: _words(store, version, week) for week in range(first - _KNOWN, last + 1)}
    found = []
    for week in range(first, last + 1):
        items, tagged, confidence = store.drift.counted(version, week_start(week), week_end(week))
        before = {word for past in range(week - _KNOWN, week) for word in words[past]}
        one = TagWeek(
            week=week,
            items=items,
            untagged=(items - tagged) / items if items else 0.0,
            confidence=confidence,
            novelty=novelty(words[week], before),
        )
        found.append(one)
    return found


def _words(store: Store, version: str, week: int) -> list[str]:
    texts = store.drift.texts(version, week_start(week), week_end(week), limit=_TEXTS)
    return [word for title, summary in texts for word in item_words(title, summary)]
