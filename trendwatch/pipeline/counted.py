"""Counts of past weeks kept between judgements: a cache of rows, read again where a week's rows have changed.

Judging a week asks for two years of counts. Reading them all each time made judging a long history quadratic
(104 weeks of 80 feeds: a third of all time); what has changed since is one week, or those that a new feed's
back-log reached.
"""

from __future__ import annotations

import numpy as np

from trendwatch.store import Store
from trendwatch.trends.series import Counts


class CountMemory:
    """The reports of each week as columns, for one model version."""

    def __init__(self) -> None:
        self._version = ""
        #: by week: how often it had changed when it was read, and its columns
        self._weeks: dict[int, tuple[int, Counts]] = {}

    def columns(self, store: Store, version: str, *, first_week: int, last_week: int) -> Counts:
        """Return the reports of a closed range of weeks as columns."""
        if version != self._version:
            self._version, self._weeks = version, {}
        changes = store.series.changes(version, first_week=first_week, last_week=last_week)
        stale = [week for week, times in changes.items() if self._known(week) != times]
        for first, last in _runs(stale):
            read = store.series.columns(version, first_week=first, last_week=last)
            for week in range(first, last + 1):
                self._weeks[week] = changes[week], read.where(read.week == week)
        self._weeks = {week: self._weeks[week] for week in changes}
        return joined([counts for _, counts in self._weeks.values()])

    def _known(self, week: int) -> int | None:
        kept = self._weeks.get(week)
        return kept[0] if kept else None


def _runs(weeks: list[int]) -> list[tuple[int, int]]:
    """Return sorted weeks as first and last of unbroken runs."""
    runs: list[tuple[int, int]] = []
    for week in weeks:
        if runs and runs[-1][1] == week - 1:
            runs[-1] = runs[-1][0], week
        else:
            runs.append((week, week))
    return runs


def joined(parts: list[Counts]) -> Counts:
    """Return the rows of all parts; keys and feeds are numbered anew."""
    keys: dict[str, int] = {}
    feeds: dict[str, int] = {}
    renamed = []
    for part in parts:
        key = np.array([keys.setdefault(name, len(keys)) for name in part.keys], dtype=np.int32)
        feed = np.array([feeds.setdefault(name, len(feeds)) for name in part.feeds], dtype=np.int32)
        renamed.append((key[part.key], feed[part.feed]))
    if not parts:
        return Counts.of(())
    return Counts(
        keys=tuple(keys),
        feeds=tuple(feeds),
        key=np.concatenate([key for key, _ in renamed]),
        feed=np.concatenate([feed for _, feed in renamed]),
        week=np.concatenate([part.week for part in parts]),
        reports=np.concatenate([part.reports for part in parts]),
        told=np.concatenate([part.told for part in parts]),
    )
