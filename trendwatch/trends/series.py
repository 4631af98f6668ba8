"""What is counted, and the columns that counts travel in.

The unit of counting is a report: a story, at most once per source and week, under each of its keys. All
that a source tells is counted under ``TOTAL``, so that shares can be taken source by source.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from trendwatch.errors import InputError
from trendwatch.types.tags import Facet

#: The key under which every report of a feed counts.
TOTAL = "*"

#: Facets that are also counted together with an area.
_AREA = f"{Facet.AREA}:"
_PAIRED = (f"{Facet.SECTOR}:", f"{Facet.FUNCTION}:")
_PAIR = 2
_HALF_YEAR = 26

#: key, feed key, week number, reports
CountRow = tuple[str, str, int, float]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts per key, feed and week, as columns of equal length, in any order."""

    keys: tuple[str, ...]
    feeds: tuple[str, ...]
    #: index into ``keys``
    key: NDArray[np.int32]
    #: index into ``feeds``
    feed: NDArray[np.int32]
    #: week number (see types.weeks)
    week: NDArray[np.int32]
    #: what strength is computed from: stories the feed told first
    reports: NDArray[np.float32]
    #: stories the feed told, first or not: what breadth is computed from
    told: NDArray[np.float32]

    @classmethod
    def of(cls, rows: Iterable[CountRow]) -> Counts:
        """Make columns of rows; what each feed told, it told first.

        Rows of the same key, feed and week are added up where they are used.
        """
        keys: dict[str, int] = {}
        feeds: dict[str, int] = {}
        columns: tuple[list[int], list[int], list[int], list[float]] = ([], [], [], [])
        for key, feed, week, reports in rows:
            columns[0].append(keys.setdefault(key, len(keys)))
            columns[1].append(feeds.setdefault(feed, len(feeds)))
            columns[2].append(week)
            columns[3].append(reports)
        counted = np.array(columns[3], dtype=np.float32)
        return cls(
            keys=tuple(keys),
            feeds=tuple(feeds),
            key=np.array(columns[0], dtype=np.int32),
            feed=np.array(columns[1], dtype=np.int32),
            week=np.array(columns[2], dtype=np.int32),
            reports=counted,
            told=counted,
        )

    def __len__(self) -> int:
        return len(self.reports)

    def where(self, chosen: NDArray[np.bool_]) -> Counts:
        """Return the chosen rows; keys and feeds keep their numbers."""
        return Counts(
            keys=self.keys,
            feeds=self.feeds,
            key=self.key[chosen],
            feed=self.feed[chosen],
            week=self.week[chosen],
            reports=self.reports[chosen],
            told=self.told[chosen],
        )

    def until(self, week: int) -> Counts:
        """Return the rows up to and with a week."""
        return self.where(self.week <= week)

    def about(self, keys: Iterable[str]) -> Counts:
        """Return the rows of some keys."""
        wanted = set(keys)
        numbers = [number for number, key in enumerate(self.keys) if key in wanted]
        return self.where(np.isin(self.key, numbers))


def is_term(key: str) -> bool:
    """Tell whether a key is a word, not a label, a pair of labels or everything."""
    return ":" not in key and key != TOTAL


def comparable(stories: Sequence[int], published: Sequence[int]) -> tuple[float, ...]:
    """Return weekly stories as if each week had brought the usual amount of news, from when that is known.

    Back-log is thin, and thinner the older it is; feeds join and leave; holidays are quiet. None of it is
    growth. So each week counts as its share of the news, times the median week of the last half year; weeks
    before the first that has half as much news as that are left out, and so are weeks without any news: of a
    week in which nothing was read nothing is known, and zeros would look like the end of everything.

    Args:
        stories: of a key, by week
        published: of anything, in the same weeks
    """
    weeks = [(told, all_told) for told, all_told in zip(stories, published, strict=True) if all_told]
    if not weeks:
        return ()
    usual = float(np.median([all_told for _, all_told in weeks[-_HALF_YEAR:]]))
    whole = (number for number, (_, all_told) in enumerate(weeks) if all_told >= usual / 2)
    first = next(whole, len(weeks))
    return tuple(told * usual / max(all_told, usual / 4) for told, all_told in weeks[first:])


def counted_key(key: str) -> str:
    """Return a label or pair as it is counted: the technology first, as in ``area:drones|sector:retail``.

    Raises:
        InputError: a pair that is never counted.
    """
    parts = key.split("|")
    if len(parts) == 1:
        return key
    areas = [part for part in parts if part.startswith(_AREA)]
    others = [part for part in parts if part.startswith(_PAIRED)]
    if len(parts) == _PAIR and areas and others:
        return f"{areas[0]}|{others[0]}"
    raise InputError(
        f"{key[:100]!r} is not counted: pairs are a technology and a sector, or a technology and a function, "
        "such as area:drones|sector:retail"
    )


@lru_cache(maxsize=20_000)  # the same few labels come together again and again
def keys_of(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys a story counts under: each label, and each area with each of its sectors and functions.

    ``area:drones``, ``area:drones|sector:retail``; sorted, each once.
    """
    areas = [label for label in labels if label.startswith(_AREA)]
    others = [label for label in labels if label.startswith(_PAIRED)]
    return tuple(sorted({*labels, *(f"{area}|{other}" for area in areas for other in others)}))
