"""An edition's stories as columns, computed once for all businesses that are held against it.

Ten thousand businesses and twenty thousand stories are two hundred million pairs: what a story is worth to
everybody (breadth, freshness, doubts) is worked out once, what it is worth to a sector once for it, and
the rest is a handful of additions of whole columns. Points are hundredths, whole numbers: the same sum on
every machine, in any order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from trendwatch.text import headline
from trendwatch.types.advice import Candidate, Edition

Points = NDArray[np.int16]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Value = TypeVar("Value")

#: A tag as likely as not is taken at its word.
FULL_CONFIDENCE = 0.5
#: A source is rare that leads a quarter of what sources lead on average.
RARE_SHARE = 4
#: Points are kept in hundredths.
POINT = 100
#: Browsers and mail readers cut longer addresses.
URL_CHARS = 2_000
_FIRST_WORD = re.compile(r"\w+")


class Columns:
    """The stories of one edition, in its order; a column has one value for each."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.candidates: tuple[Candidate, ...] = edition.candidates
        self._kept: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self.candidates)

    def once(self, key: object, make: Callable[[], Value]) -> Value:
        """Return what ``make`` returned the first time it was asked for under this key."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]  # type: ignore[return-value]

    @cached_property
    def tags(self) -> list[dict[str, float]]:
        """Confidence of each label of each story, those they imply included, surest first."""
        return [confidences(candidate, self.edition.parents) for candidate in self.candidates]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Row of each label that some story carries."""
        return {key: row for row, key in enumerate(sorted(set(chain.from_iterable(self.tags))))}

    @cached_property
    def _sure(self) -> NDArray[np.float64]:
        found = np.zeros((len(self.rows) + 1, len(self)))  # the last row is that of a label nobody carries
        for story, tags in enumerate(self.tags):
            for key, confidence in tags.items():
                found[self.rows[key], story] = min(1.0, confidence / FULL_CONFIDENCE)
        return found

    def worth(self, key: str, points: float) -> Points:
        """Return what a label is worth in each story: fully from even odds on, below that in proportion."""
        every = self.once(("worth", points), lambda: np.rint(self._sure * (points * POINT)).astype(np.int16))
        found: Points = every[self.rows.get(key, -1)]
        return found

    def best(self, keys: Sequence[str], points: float) -> Points:
        """Return what the surest of some labels is worth in each story."""
        if len(keys) == 1:
            return self.worth(keys[0], points)
        known = [self.worth(key, points) for key in keys if key in self.rows]
        return np.maximum.reduce(known) if known else self.nothing

    def weighed(self, weights: Mapping[str, float]) -> Points:
        """Return what labels of different worth bring each story together."""
        known = [key for key in sorted(weights) if key in self.rows]
        if not known:
            return self.nothing
        worth = (
            np.array([weights[key] * POINT for key in known]) @ self._sure[[self.rows[key] for key in known]]
        )
        found: Points = np.rint(worth).astype(np.int16)
        return found

    def carry(self, keys: Sequence[str]) -> Mask:
        """Return which stories carry any of some labels."""
        rows = [self.rows[key] for key in keys if key in self.rows]
        return np.logical_or.reduce(self._has[rows]) if rows else self.never

    def carry_among(self, keys: Sequence[str], places: Places) -> Mask:
        """Return which stories of some places carry any of some labels."""
        found = np.zeros(len(places), dtype=bool)
        for key in keys:
            if key in self.rows:
                found |= self._has[self.rows[key]][places]
        return found

    def surely(self, keys: Sequence[str], least: float) -> Mask:
        """Return which stories carry any of some labels with at least a confidence."""
        return np.array([any(tags.get(key, 0.0) >= least for key in keys) for tags in self.tags], dtype=bool)

    def saying(self, pattern: re.Pattern[str], among: Places) -> Mask:
        """Return which of some stories say something, in headline or summary."""
        found = np.zeros(len(self), dtype=bool)
        found[among] = [pattern.search(self._texts[at]) is not None for at in among]
        return found

    @cached_property
    def likeness(self) -> NDArray[np.float32]:
        """Labels of stories as columns of length one: their products are cosines."""
        norms = np.linalg.norm(self._sure, axis=0)
        found: NDArray[np.float32] = (self._sure / np.where(norms, norms, 1.0)).astype(np.float32)
        return found

    @cached_property
    def _has(self) -> Mask:
        return self._sure > 0

    @cached_property
    def nothing(self) -> Points:
        """No points for any story."""
        return np.zeros(len(self), dtype=np.int16)

    @cached_property
    def never(self) -> Mask:
        """No story."""
        return np.zeros(len(self), dtype=bool)

    @cached_property
    def with_area(self) -> Mask:
        """Stories about a technology."""
        return self.carry([key for key in self.rows if key.startswith("area:")])

    @cached_property
    def with_sector(self) -> Mask:
        """Stories that name a sector."""
        return self.carry([key for key in self.rows if key.startswith("sector:")])

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        """Independent publishers."""
        return np.array([owners(one) for one in self.candidates], dtype=np.int32)

    @cached_property
    def backlog(self) -> Mask:
        """Stories that were in their feed before we knew it."""
        return np.array([one.backlog for one in self.candidates], dtype=bool)

    @cached_property
    def first_seen(self) -> NDArray[np.float64]:
        """Seconds since 1970."""
        return np.array([one.first_seen_at.timestamp() for one in self.candidates], dtype=np.float64)

    @cached_property
    def published(self) -> NDArray[np.float64]:
        """Seconds since 1970, not a number where undated."""
        return np.array([_seconds(one.published_at) for one in self.candidates], dtype=np.float64)

    @cached_property
    def without_link(self) -> Mask:
        """Stories a reader could not follow."""
        return np.array([not _can_follow(one.url) for one in self.candidates], dtype=bool)

    @cached_property
    def place(self) -> dict[str, int]:
        """Where the story of an id stands."""
        return {one.story_id: place for place, one in enumerate(self.candidates)}

    def places(self, story_ids: frozenset[str]) -> Places:
        """Return where those of some stories stand that are here."""
        return np.array([self.place[one] for one in story_ids & self.place.keys()], dtype=np.intp)

    @cached_property
    def told(self) -> NDArray[np.int32]:
        """A number for what each story is told by: one headline under two ids is a repeat all the same."""
        titles = (" ".join(headline(one.title).casefold().split()) for one in self.candidates)
        return _numbered([title or one.story_id for title, one in zip(titles, self.candidates, strict=True)])

    @cached_property
    def leaders(self) -> NDArray[np.int32]:
        """A number for the owner of each story's first report."""
        return _numbered([one.sources[0].owner if one.sources else "" for one in self.candidates])

    @cached_property
    def _tellers(self) -> list[tuple[int, ...]]:
        """Numbers for the owners of each story's reports."""
        numbers: dict[str, int] = {}
        found = []
        for one in self.candidates:
            names = dict.fromkeys(source.owner for source in one.sources) or {"": None}
            found.append(tuple(numbers.setdefault(name, len(numbers)) for name in names))
        return found

    @cached_property
    def tellers(self) -> NDArray[np.int16]:
        """How many publishers a story may be charged to."""
        return np.array([len(owners) for owners in self._tellers], dtype=np.int16)

    def told_by_whom(self, at: int) -> tuple[int, ...]:
        """Return numbers for the publishers of the story at a place."""
        return self._tellers[at]

    def told_by(self, owner: int) -> NDArray[np.int8]:
        """Return 1 for each story that a publisher tells, 0 for the others."""
        return self.once(
            ("told by", owner), lambda: np.array([owner in some for some in self._tellers], dtype=np.int8)
        )

    def areas(self, at: int) -> tuple[str, ...]:
        """Return the technologies of the story at a place."""
        return tuple(key for key in self.tags[at] if key.startswith("area:"))

    @cached_property
    def rare(self) -> Mask:
        """Stories led by an owner who leads far fewer than others do in this edition."""
        led = np.bincount(self.leaders)
        most = len(self) / (RARE_SHARE * max(1, len(led)))
        found: Mask = led[self.leaders] <= most
        return found

    @cached_property
    def turn(self) -> NDArray[np.int64]:
        """Which comes first of stories with equal points: more publishers, newer, by id."""
        order = sorted(
            range(len(self)),
            key=lambda at: (-int(self.owners[at]), -self.first_seen[at], self.candidates[at].story_id),
        )
        found = np.empty(len(self), dtype=np.int64)
        found[order] = np.arange(len(self))
        return found

    def naming(self, written: re.Pattern[str], name: str) -> list[int]:
        """Return where the stories stand whose text names something."""
        first = _FIRST_WORD.search(name.casefold())
        among = self._by_word.get(first.group(), ()) if first else range(len(self))
        return [at for at in among if any(map(product_like, written.findall(self._texts[at])))]

    @cached_property
    def _texts(self) -> list[str]:
        return [f"{one.title}\n{one.summary}" for one in self.candidates]

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, text in enumerate(self._texts):
            for word in set(_FIRST_WORD.findall(text.casefold())):
                found.setdefault(word, []).append(at)
        return found


def confidences(candidate: Candidate, parents: Mapping[str, str]) -> dict[str, float]:
    """Return the confidence of each label of a story, those they imply included, surest first."""
    found: dict[str, float] = {}
    for tag in candidate.tags:
        key = tag.full_key
        seen: set[str] = set()
        while key and key not in seen:
            seen.add(key)
            found[key] = max(found.get(key, 0.0), tag.confidence)
            key = parents.get(key, "")
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def owners(candidate: Candidate) -> int:
    """Return how many independent publishers report a story."""
    return len({source.owner for source in candidate.sources})


def product_like(written: str) -> bool:
    """Return whether a name is written as products are: "Xero" and "n8n", not "square" (metres)."""
    return any(not c.isalpha() or c.isupper() for c in written)


def _numbered(names: Sequence[str]) -> NDArray[np.int32]:
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int32)


def _seconds(when: datetime | None) -> float:
    return float("nan") if when is None else when.timestamp()


def _can_follow(url: str) -> bool:
    return url.startswith(("https://", "http://")) and len(url) <= URL_CHARS
